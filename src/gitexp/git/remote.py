"""Other repositories, reached as the user's own git reaches them: its ssh, its proxies, its credential helpers.

Nothing here is forced and nothing pruned: a ref that goes says what it held, and a fetch writes no ref at all.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.git.config import fetch_whole, push_alone, read_config
from gitexp.git.push_batches import PushBatch
from gitexp.git.push_guard import guard_push
from gitexp.git.push_results import PushResult, parse_push_results
from gitexp.git.talking import Talk, make_failure, run_talking, speak

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.git.command import Settings
    from gitexp.git.repository import Repository

__all__ = [
    "PushResult",
    "PushUpdate",
    "Talk",
    "fetch_objects",
    "fetch_ref",
    "find_common",
    "find_known",
    "list_remote_refs",
    "push_batch",
    "push_refs",
]

_FETCH = (
    "--quiet", "--no-prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance",
    "--refmap=",
)  # fmt: skip
_PER_FETCH = 10_000
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class PushUpdate(NamedTuple):
    """One ref of the other side. ``new`` None: it goes, which needs ``old``, what it holds there now.

    ``is_rewritten``: ``new`` does not come after ``old``, and may take its place all the same while it is that.
    """

    ref: str
    new: str | None
    old: str | None = None
    is_rewritten: bool = False


_QUIET = Talk()


def list_remote_refs(repository: Repository, remote: str, *patterns: str, talk: Talk = _QUIET) -> list[tuple[str, str]]:
    """The refs that a remote has as (name, id); all, or those that match ``refs/runs/*`` and its like.

    ``remote`` is a remote's name or a URL. Raises RemoteFailed.
    """
    listing = run_talking(repository, remote, talk, "ls-remote", "--quiet", "--refs", "--", remote, *patterns)
    refs = []
    for line in listing.decode("utf-8", "surrogateescape").split("\n")[:-1]:
        object_id, _, name = line.partition("\t")
        refs.append((name, object_id))
    return refs


def fetch_objects(
    repository: Repository, remote: str, ids: Sequence[str], *, depth: int | None = None, talk: Talk = _QUIET
) -> None:
    """Brings the commits that a remote's refs hold, with all that they need, and checks them. No ref is written.

    By id: Git looks each name up among all the others, which takes a minute for ten thousand. ``depth`` is for a
    shallow clone alone: in any other it would cut the user's own history. Raises RemoteFailed.
    """
    options, settings = _fetch_options(repository, remote, depth, talk)
    for start in range(0, len(ids), _PER_FETCH):
        wanted = "".join(f"{one}\n" for one in ids[start : start + _PER_FETCH]).encode("ascii")
        run_talking(
            repository, remote, talk, "fetch", *options, "--stdin", "--", remote, stdin=wanted, settings=settings
        )


def fetch_ref(repository: Repository, remote: str, ref: str, *, depth: int | None = None, talk: Talk = _QUIET) -> None:
    """The same for one ref by its name: what a server without the newer protocol gives only so."""
    options, settings = _fetch_options(repository, remote, depth, talk)
    run_talking(repository, remote, talk, "fetch", *options, "--", remote, ref, settings=settings)


def _fetch_options(repository: Repository, remote: str, depth: int | None, talk: Talk) -> tuple[list[str], Settings]:
    whole, settings = fetch_whole(read_config(repository), remote)
    cut = [f"--depth={depth}"] if depth is not None else []
    return [*_FETCH, whole, *cut, *_progress(talk, quiet=True)], settings


def push_refs(
    repository: Repository,
    remote: str,
    updates: Sequence[PushUpdate],
    *,
    atomic: bool = False,
    talk: Talk = _QUIET,
) -> list[PushResult]:
    """Pushes refs in one go, never by force, and says what became of each. A ref that goes is held to its ``old``.

    Raises RemoteFailed where nothing can be said of single refs: no such remote, no permission, a broken connection.
    """
    return push_batch(repository, remote, PushBatch(tuple(updates)), atomic=atomic, talk=talk) if updates else []


def push_batch(
    repository: Repository, remote: str, batch: PushBatch, *, atomic: bool = False, talk: Talk = _QUIET
) -> list[PushResult]:
    """The same for a batch, by its patterns where it has some."""
    options = ["--porcelain", *(["--atomic"] if atomic else []), *_progress(talk)]
    refspecs = batch.refspecs
    for update in batch.updates:
        if update.old is None and (update.new is None or update.is_rewritten):
            raise ValueError(f"{update.ref}: no old value")
        if update.new is None:
            refspecs.append(f":{update.ref}")
        if update.new is None or update.is_rewritten:  # never '+', which Git takes for leave to pass over the lease
            options.append(f"--force-with-lease={update.ref}:{update.old}")
    settings = push_alone(read_config(repository), remote)
    with guard_push(repository, batch.updates) if batch.patterns else contextlib.nullcontext(()) as guard:
        if guard is None:
            return push_batch(repository, remote, PushBatch(batch.updates), atomic=atomic, talk=talk)
        spoken = speak(repository, talk, ["push", *options, "--", remote, *refspecs], None, (*settings, *guard))
    updates = batch.updates
    results = parse_push_results(spoken.out, spoken.words)
    told = {result.ref for result in results}
    if spoken.status and (not told or not all(update.ref in told for update in updates)):
        raise make_failure(remote, spoken)
    return results


def find_known(repository: Repository, places: Sequence[str], *patterns: str, talk: Talk = _QUIET) -> frozenset[str]:
    """The ids that refs of each of several places hold: what only one of them has would be new to another."""
    told = [list_remote_refs(repository, place, *patterns, talk=talk) for place in places]
    return frozenset.intersection(*(frozenset(object_id for _, object_id in refs) for refs in told))


def find_common(
    repository: Repository, places: Sequence[str], tips: Sequence[str], *, talk: Talk = _QUIET
) -> frozenset[str]:
    """Commits behind ``tips`` that each of the places says it has, whether a ref of it leads to them here or not.

    A branch that has moved on over there advertises a commit that is not here, which tells nothing of those below it.
    Empty where the server cannot be asked so, or does not answer: what it has is then not known.
    """
    if not tips:
        return frozenset()
    asked = [f"--negotiation-tip={tip}" for tip in tips]
    told: list[frozenset[str]] = []
    for place in places:
        spoken = speak(repository, talk, ["fetch", "--negotiate-only", *asked, "--", place], None)
        lines = spoken.out.decode("ascii", "replace").split("\n")
        told.append(frozenset(line for line in lines if _ID.fullmatch(line)))
    return frozenset.intersection(*told)


def _progress(talk: Talk, *, quiet: bool = False) -> list[str]:
    if talk.progress is not None:
        return ["--no-quiet", "--progress"] if quiet else ["--progress"]
    return [] if quiet else ["--no-progress"]
