"""The tips of another repository's runs, from there into refs here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.coming import check_tips, fetch_tips, find_depth, read_heads_apart
from gitexp.actions.meeting import meet
from gitexp.errors import GitFailed, GitMissing, RefMoved
from gitexp.git.collection import await_collection, is_collecting
from gitexp.git.reading import find_absent
from gitexp.git.refs import RefChange, list_refs, pack_refs, update_refs_apart
from gitexp.model.refs import RUNS
from gitexp.model.sync import SyncedRef
from gitexp.store.histories import read_histories

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitexp.errors import ExpError
    from gitexp.git.remote import Talk
    from gitexp.git.remotes import Remote
    from gitexp.git.repository import Repository

_ROUNDS = 3
_REASON = "exp pull"
_MANY = 100
"""So many loose refs are the slowest thing to read from a cold disk, and to write one by one for good."""


class Arrived(NamedTuple):
    """What became of each ref, and sentences about what went wrong on the way."""

    refs: list[SyncedRef]
    warnings: list[str]


def arrive(
    repository: Repository,
    remote: Remote,
    wanted: Mapping[str, str],
    find_folded: Callable[[], dict[str, str]],
    *,
    talk: Talk,
) -> Arrived:
    """Fetches the tips, checks them, and moves the refs here to them, or to a merge with what they hold.

    A ref that somebody moves meanwhile is looked at again. Raises RemoteFailed where nothing can be fetched at all.
    """
    arrived = Arrived([], [])
    waiting = dict(wanted)
    moved: dict[str, str | None] = {}
    errors: dict[str, ExpError] = {}
    for _ in range(_ROUNDS):
        failed = _arrive_once(repository, remote, waiting, find_folded(), arrived, moved, talk)
        waiting = {ref: waiting[ref] for ref, error in failed.items() if isinstance(error, RefMoved)}
        errors = failed
        arrived.refs.extend(
            SyncedRef(ref, "refused", wanted[ref], error) for ref, error in failed.items() if ref not in waiting
        )
        if not waiting:
            break
    arrived.refs.extend(SyncedRef(ref, "refused", wanted[ref], errors[ref]) for ref in waiting)
    _mend(repository, remote, moved, arrived, talk)
    if len(moved) > _MANY:
        _pack_refs(repository, arrived)
    return arrived


def _arrive_once(
    repository: Repository,
    remote: Remote,
    wanted: Mapping[str, str],
    folded: Mapping[str, str],
    arrived: Arrived,
    moved: dict[str, str | None],
    talk: Talk,
) -> dict[str, ExpError]:
    held = dict(list_refs(repository, RUNS))
    ours = {**folded, **held}
    coming = {ref: tip for ref, tip in wanted.items() if ours.get(ref) != tip}
    arrived.refs.extend(SyncedRef(ref, "same", tip) for ref, tip in wanted.items() if ref not in coming)
    histories = read_histories(repository, [ours[ref] for ref in coming if ref in ours])
    for ref in [ref for ref in coming if ref in ours and histories.relate(ours[ref], coming[ref]) == "ahead"]:
        arrived.refs.append(SyncedRef(ref, "newer", coming.pop(ref)))
    refused: dict[str, ExpError] = {}
    for is_new in (True, False):
        depth = find_depth(repository) if is_new else None
        some = [(ref, tip) for ref, tip in coming.items() if (ref not in ours) == is_new]
        refused |= fetch_tips(repository, remote, some, depth=depth, talk=talk)
    theirs = check_tips(repository, [(ref, tip) for ref, tip in coming.items() if ref not in refused])
    own = read_heads_apart(repository, [(ref, ours[ref]) for ref in theirs.heads if ref in ours])
    refused |= theirs.refused | own.refused
    meeting = meet(repository, own.heads, {r: h for r, h in theirs.heads.items() if r not in refused}, held)
    arrived.refs.extend(SyncedRef(ref, "refused", coming[ref], error) for ref, error in refused.items())
    arrived.refs.extend(meeting.settled)
    # Many are packed afterwards, which brings them to the disk in one go.
    is_lasting = len(meeting.changes) <= _MANY
    failed = update_refs_apart(repository, meeting.changes, reason=_REASON, is_lasting=is_lasting)
    for change in meeting.changes:
        if change.name not in failed:
            moved[change.name] = change.old
            arrived.refs.append(SyncedRef(change.name, meeting.outcomes[change.name], change.new))
    return failed


def _mend(
    repository: Repository, remote: Remote, moved: Mapping[str, str | None], arrived: Arrived, talk: Talk
) -> None:
    """Looks whether what the refs hold now is still there, and fetches again what a concurrent gc took.

    One that began before the refs were set knows nothing of them, and prunes at its end.
    """
    if not moved:
        return
    if is_collecting(repository):
        await_collection(repository)
    tips = {one.ref: one.commit for one in arrived.refs if one.ref in moved and one.commit is not None}
    absent = set(find_absent(repository, list(tips.values())))
    gone = {ref: tip for ref, tip in tips.items() if tip in absent}
    if not gone:
        return
    # While a ref holds what is not there Git can fetch nothing at all.
    update_refs_apart(repository, [RefChange(ref, moved[ref], tip) for ref, tip in gone.items()], reason=_REASON)
    depth = find_depth(repository)
    refused = fetch_tips(repository, remote, list(gone.items()), depth=depth, talk=talk)
    changes = [RefChange(ref, tip, moved[ref]) for ref, tip in gone.items() if ref not in refused]
    refused |= update_refs_apart(repository, changes, reason=_REASON)
    arrived.refs[:] = [
        SyncedRef(one.ref, "refused", one.commit, refused[one.ref]) if one.ref in refused else one
        for one in arrived.refs
    ]


def _pack_refs(repository: Repository, arrived: Arrived) -> None:
    try:
        pack_refs(repository)
    except GitMissing:
        raise
    except GitFailed as error:  # another process holds the lock: the next gc packs them
        arrived.warnings.append(f"the new refs could not be packed: {error.message}")
