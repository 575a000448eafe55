"""Two states of one fold held against each other, where neither follows from the other: is anything lost by one?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gitexp.errors import BrokenRecord
from gitexp.git.asking import ObjectAsker
from gitexp.git.reading import find_absent
from gitexp.store.folds import covered_by_fold, read_chain, read_folds

if TYPE_CHECKING:
    from collections.abc import Collection

    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId
    from gitexp.store.folds import FoldedTip

Verdict = Literal["ours", "theirs", "neither"]


def judge_folds(repository: Repository, ref: str, ours: str, theirs: str, erased: Collection[RunId]) -> Verdict:
    """Which of two commits of a fold's ref has all runs of the other one, but for those that were erased.

    Where both have, that one without the erased runs; else always the same one. A fold that cannot be read has nothing.
    """
    held = {name: read_folds(repository, [(ref, name)]) for name in (ours, theirs)}
    if any(folds.broken for folds in held.values()):
        return "neither"
    covered = {name: covered_by_fold(repository, [(ref, name)]) for name in (ours, theirs)}

    def has_all(one: str, other: str) -> bool:
        return all(
            run_id in erased or all(tip.commit in covered[one].get(run_id, ()) for tip in tips)
            for run_id, tips in held[other].tips.items()
        )

    may_ours, may_theirs = has_all(ours, theirs), has_all(theirs, ours)
    if may_ours and may_theirs:
        number_of_erased = {name: sum(run_id in erased for run_id in folds.tips) for name, folds in held.items()}
        return "ours" if min((ours, theirs), key=lambda name: (number_of_erased[name], name)) == ours else "theirs"
    return "ours" if may_ours else "theirs" if may_theirs else "neither"


def find_given_up(repository: Repository, ref: str, older: str, newer: str) -> list[FoldedTip]:
    """The tips that the older one of two commits of a fold's ref holds and the newer one does not."""
    covered = covered_by_fold(repository, [(ref, newer)])
    held = read_folds(repository, [(ref, older)]).tips
    return [tip for run_id, tips in held.items() for tip in tips if tip.commit not in covered.get(run_id, ())]


def why_not_fold(repository: Repository, ref: str, commit: str, known: Collection[str]) -> BrokenRecord | None:
    """Why what came for a fold's ref is no fold; None where it is one. ``known`` are commits that were looked at."""
    try:
        with ObjectAsker(repository) as reader:
            for fold in read_chain(reader, ref, commit, set(known)):
                if repository.is_shallow and fold.previous and find_absent(repository, [fold.previous]):
                    break  # a shallow clone knows what is before it by the tree alone
    except BrokenRecord as error:
        return error
    return None
