"""Tips of runs that came, and the refs here: moved on, or merged with what was said here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import ExpError, GitFailed, GitMissing, Refused
from gitexp.git.objects import ObjectWriter
from gitexp.git.refs import RefChange
from gitexp.model.sync import SyncedRef
from gitexp.store.histories import read_histories
from gitexp.store.later_tips import check_later_tip
from gitexp.store.merging import merge_tips

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead
    from gitexp.model.sync import Histories, Outcome


class Meeting(NamedTuple):
    """What the refs are to hold, and what that makes of each; ``settled`` are those that stay as they are."""

    changes: tuple[RefChange, ...]
    outcomes: dict[str, Outcome]
    settled: tuple[SyncedRef, ...]


def meet(
    repository: Repository, ours: Mapping[str, RunHead], theirs: Mapping[str, RunHead], held: Mapping[str, str]
) -> Meeting:
    """Decides for each run that came what its ref is to hold, and writes the merges; no ref is moved.

    ``held`` is what the refs hold: a run in a fold has none.
    """
    tips = [head.commit for head in (*ours.values(), *theirs.values())]
    histories = read_histories(repository, tips)
    changes: list[RefChange] = []
    outcomes: dict[str, Outcome] = {}
    settled: list[SyncedRef] = []
    with ObjectWriter(repository) as writer:
        for ref, their in theirs.items():
            our = ours.get(ref)
            relation = histories.relate(our.commit if our is not None else None, their.commit)
            if relation in ("same", "ahead"):
                settled.append(SyncedRef(ref, "same" if relation == "same" else "newer", their.commit))
                continue
            try:
                commit = their.commit if our is None else _unite(repository, writer, our, their, histories)
            except GitMissing:
                raise
            except (ExpError, GitFailed) as error:
                settled.append(SyncedRef(ref, "refused", their.commit, error))
                continue
            outcomes[ref] = "new" if our is None else "moved" if relation == "behind" else "merged"
            changes.append(RefChange(ref, commit, held.get(ref)))
    return Meeting(tuple(changes), outcomes, tuple(settled))


def _unite(repository: Repository, writer: ObjectWriter, ours: RunHead, theirs: RunHead, histories: Histories) -> str:
    """The tip that has what both have. Raises RunDiverged, Refused, BrokenRecord."""
    if histories.relate(ours.commit, theirs.commit) == "behind":
        check_later_tip(writer, ours, theirs)
        return theirs.commit
    base = histories.find_base(ours.commit, theirs.commit)
    if base is None and (histories.is_cut(ours.commit) or histories.is_cut(theirs.commit)):
        raise Refused(
            f"run {ours.id}: what both sides have in common is cut off in this shallow clone",
            hint="git fetch --unshallow, and again",
        )
    return merge_tips(repository, writer, ours, theirs, base)
