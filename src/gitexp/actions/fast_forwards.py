"""Folds and lists of erased ids on their way: each has one writer, and so only ever moves forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.coming import fetch_tips, find_depth
from gitexp.errors import GitFailed, GitMissing, RefMoved, Refused
from gitexp.git.command import start_git
from gitexp.git.refs import RefChange, is_ancestor, list_refs, update_refs, update_refs_apart
from gitexp.model.refs import FOLDS, RUNS, parse_run_ref
from gitexp.model.sync import SyncedRef
from gitexp.store.fold_judging import find_given_up, judge_folds, why_not_fold
from gitexp.store.purging import read_replaced

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gitexp.errors import ExpError
    from gitexp.git.remote import Talk
    from gitexp.git.remotes import Remote
    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId
    from gitexp.model.sync import Outcome


def pull_fast_forwards(
    repository: Repository,
    remote: Remote,
    theirs: Mapping[str, str],
    prefix: str,
    *,
    talk: Talk,
    erased: Collection[RunId] = (),
) -> list[SyncedRef]:
    """Brings the refs below a prefix of ours. One that is no fast-forward is told, and stays.

    But for a fold that has all that ours has and no run that was ``erased``: these have refs of their own here then,
    until they are erased here as well.
    """
    ours = dict(list_refs(repository, prefix))
    replaced = read_replaced(repository)
    moving = {ref: commit for ref, commit in theirs.items() if ours.get(ref) != commit and commit not in replaced}
    refused: dict[str, ExpError] = {}
    for is_new in (True, False):
        depth = find_depth(repository) if is_new else None
        some = [(ref, commit) for ref, commit in moving.items() if (ref not in ours) == is_new]
        refused |= fetch_tips(repository, remote, some, depth=depth, talk=talk)
    outcomes: dict[str, Outcome] = {}
    changes: list[RefChange] = []
    for ref, commit in moving.items():
        if ref in refused:
            continue
        held = ours.get(ref)
        why = why_not_fold(repository, ref, commit, [held] if held is not None else []) if prefix == FOLDS else None
        if why is not None:
            refused[ref] = why
        elif held is None or _follows(repository, ref, held, commit, erased):
            try:
                _keep_given_up(repository, ref, held, commit)
            except GitMissing:
                raise
            except (RefMoved, GitFailed) as error:
                refused[ref] = error
                continue
            outcomes[ref] = "new" if held is None else "moved"
            changes.append(RefChange(ref, commit, held))
        elif _follows(repository, ref, commit, held, erased):
            outcomes[ref] = "newer"
        else:
            refused[ref] = not_forward(ref, "there")
    refused |= update_refs_apart(repository, changes, reason="exp pull")
    return [
        SyncedRef(ref, "refused", commit, refused[ref])
        if ref in refused
        else SyncedRef(ref, "newer" if commit in replaced else outcomes.get(ref, "same"), commit)
        for ref, commit in theirs.items()
    ]


def plan_fast_forwards(
    repository: Repository, ours: Mapping[str, str], theirs: Mapping[str, str], erased: Collection[RunId] = ()
) -> tuple[dict[str, str], list[SyncedRef]]:
    """Which of our refs may go to a remote that has ``theirs``, and what is to be said of the others.

    A commit of theirs that is not here is one that came later: the ref has one writer. A fold may take the place of
    one that holds nothing more but runs that were ``erased``.
    """
    going: dict[str, str] = {}
    replaced = read_replaced(repository)
    settled: list[SyncedRef] = []
    for ref, commit in ours.items():
        held = theirs.get(ref)
        if held == commit:
            settled.append(SyncedRef(ref, "same", commit))
        elif held is None or held in replaced or _follows(repository, ref, held, commit, erased):
            going[ref] = commit
        elif not _is_here(repository, held) or _follows(repository, ref, commit, held, erased):
            settled.append(SyncedRef(ref, "newer", commit))
        else:
            settled.append(SyncedRef(ref, "refused", commit, not_forward(ref, "here")))
    return going, settled


def _keep_given_up(repository: Repository, ref: str, held: str | None, commit: str) -> None:
    """Gives refs of their own to runs that nothing would hold any more. Raises RefMoved, GitFailed."""
    if held is None or is_ancestor(repository, held, commit, may_lack=True):
        return
    own = {run.id for name, _ in list_refs(repository, RUNS) if (run := parse_run_ref(name)) is not None}
    lost = {
        tip.ref: tip.commit
        for tip in find_given_up(repository, ref, held, commit)
        if (run := parse_run_ref(tip.ref)) is not None and run.id not in own
    }
    update_refs(repository, [RefChange(name, tip, None) for name, tip in lost.items()], reason="exp pull")


def _follows(repository: Repository, ref: str, older: str, newer: str, erased: Collection[RunId]) -> bool:
    """Whether nothing is lost where ``newer`` takes the place of ``older``."""
    if is_ancestor(repository, older, newer, may_lack=True):
        return True
    if (
        not ref.startswith(FOLDS)
        or is_ancestor(repository, newer, older, may_lack=True)
        or not _is_here(repository, older)
    ):
        return False
    return judge_folds(repository, ref, newer, older, erased) == "ours"


def not_forward(ref: str, where: str) -> Refused:
    """The refusal of a ref that would lose what it holds."""
    return Refused(
        f"{ref}: what it holds {where} does not follow from what it holds on the other side; neither is touched",
        hint=f"git log --oneline -3 {ref}",
    )


def _is_here(repository: Repository, commit: str) -> bool:
    return not start_git(repository, "cat-file", "-e", commit).collect().status
