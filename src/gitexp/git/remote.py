"""Other repositories, reached as the user's own git reaches them: its ssh, its proxies, its credential helpers.

Nothing here is forced and nothing pruned: a ref that goes says what it held, and a fetch writes no ref at all.
"""

from __future__ import annotations

import contextlib
import re
import threading
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import RemoteFailed
from gitexp.git.command import open_git
from gitexp.git.config import push_alone, read_config
from gitexp.git.push_batches import PushBatch
from gitexp.git.push_guard import guard_push
from gitexp.git.push_results import PushResult, parse_push_results
from gitexp.model.urls import strip_credentials_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gitexp.git.command import Settings
    from gitexp.git.repository import Repository

__all__ = [
    "PushResult",
    "PushUpdate",
    "Talk",
    "fetch_objects",
    "fetch_ref",
    "find_common",
    "list_remote_refs",
    "push_batch",
    "push_refs",
]

Progress = "Callable[[str, int], None]"
"""Told what Git is doing (``Writing objects``) and how much of it is done, in percent."""

_PERCENT = re.compile(r"(?:remote: )?([A-Z][a-z]+(?: [a-z]+)*): +(\d+)%")
_SETTINGS = (("push.followTags", "false"), ("fetch.fsckObjects", "true"))
_FETCH = (
    "--quiet", "--no-prune", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance",
    "--no-filter", "--refmap=",
)  # fmt: skip
_PER_FETCH = 10_000
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_GRACE = 1.0


class PushUpdate(NamedTuple):
    """One ref of the other side. ``new`` None: it goes, which needs ``old``, what it holds there now."""

    ref: str
    new: str | None
    old: str | None = None


class Talk(NamedTuple):
    """How to speak with the other side: whether Git may ask for a password, and who is told how far it is.

    ``seconds``: after so many it is given up, and counts as a broken connection. None: as long as it takes.
    """

    may_ask: bool = False
    progress: Callable[[str, int], None] | None = None
    seconds: float | None = None


_QUIET = Talk()


def list_remote_refs(repository: Repository, remote: str, *patterns: str, talk: Talk = _QUIET) -> list[tuple[str, str]]:
    """The refs that a remote has as (name, id); all, or those that match ``refs/runs/*`` and its like.

    ``remote`` is a remote's name or a URL. Raises RemoteFailed.
    """
    listing = _run(repository, remote, talk, "ls-remote", "--quiet", "--refs", "--", remote, *patterns)
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
    options = [*_FETCH, *([f"--depth={depth}"] if depth is not None else []), *_progress(talk, quiet=True)]
    for start in range(0, len(ids), _PER_FETCH):
        wanted = "".join(f"{one}\n" for one in ids[start : start + _PER_FETCH]).encode("ascii")
        _run(repository, remote, talk, "fetch", *options, "--stdin", "--", remote, stdin=wanted)


def fetch_ref(repository: Repository, remote: str, ref: str, *, depth: int | None = None, talk: Talk = _QUIET) -> None:
    """The same for one ref by its name: what a server without the newer protocol gives only so."""
    options = [*_FETCH, *([f"--depth={depth}"] if depth is not None else []), *_progress(talk, quiet=True)]
    _run(repository, remote, talk, "fetch", *options, "--", remote, ref)


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
        if update.new is None and update.old is None:
            raise ValueError(f"{update.ref}: neither an old nor a new value")
        if update.new is None:
            options.append(f"--force-with-lease={update.ref}:{update.old}")
            refspecs.append(f":{update.ref}")
    settings = push_alone(read_config(repository), remote)
    with guard_push(repository, batch.updates) if batch.patterns else contextlib.nullcontext(()) as guard:
        if guard is None:
            return push_batch(repository, remote, PushBatch(batch.updates), atomic=atomic, talk=talk)
        spoken = _speak(repository, talk, ["push", *options, "--", remote, *refspecs], None, (*settings, *guard))
    updates = batch.updates
    results = parse_push_results(spoken.out, spoken.words)
    told = {result.ref for result in results}
    if spoken.status and (not told or not all(update.ref in told for update in updates)):
        raise _failure(remote, spoken)
    return results


def find_common(repository: Repository, remote: str, tips: Sequence[str], *, talk: Talk = _QUIET) -> list[str]:
    """Commits behind ``tips`` that a remote says it has, whether a ref of it leads to them here or not.

    A branch that has moved on over there advertises a commit that is not here, which tells nothing of those below it.
    Empty where the server cannot be asked so, or does not answer: what it has is then not known.
    """
    if not tips:
        return []
    asked = [f"--negotiation-tip={tip}" for tip in tips]
    spoken = _speak(repository, talk, ["fetch", "--negotiate-only", *asked, "--", remote], None)
    return [line for line in spoken.out.decode("ascii", "replace").split("\n") if _ID.fullmatch(line)]


def _progress(talk: Talk, *, quiet: bool = False) -> list[str]:
    if talk.progress is not None:
        return ["--no-quiet", "--progress"] if quiet else ["--progress"]
    return [] if quiet else ["--no-progress"]


class _Spoken(NamedTuple):
    status: int
    out: bytes
    words: str


def _run(repository: Repository, remote: str, talk: Talk, *arguments: str, stdin: bytes | None = None) -> bytes:
    spoken = _speak(repository, talk, arguments, stdin)
    if spoken.status:
        raise _failure(remote, spoken)
    return spoken.out


def _speak(
    repository: Repository, talk: Talk, arguments: Iterable[str], stdin: bytes | None, settings: Settings = ()
) -> _Spoken:
    environment = {"GIT_TERMINAL_PROMPT": None} if talk.may_ask else None
    process = open_git(
        repository, *arguments, piped_input=stdin is not None, environment=environment, settings=(*_SETTINGS, *settings)
    )
    words: list[str] = []

    def listen() -> None:
        assert process.stderr is not None
        for piece in _lines(process.stderr.read1):  # type: ignore[attr-defined]
            found = _PERCENT.match(piece)
            if found is None:
                words.append(piece)
            elif talk.progress is not None:
                talk.progress(found[1], int(found[2]))

    def feed() -> None:
        assert process.stdin is not None
        try:
            process.stdin.write(stdin or b"")
            process.stdin.close()
        except BrokenPipeError:
            return  # git has ended: its status and words tell why

    def give_up() -> None:
        words.append(f"no answer within {talk.seconds:g} s")
        process.kill()

    # What Git started, such as ssh, may outlive it and hold a pipe: where time counts that is not waited for.
    grace = _GRACE if talk.seconds is not None else None
    watch = threading.Timer(talk.seconds or threading.TIMEOUT_MAX, give_up)
    watch.daemon = True
    watch.start()
    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    if stdin is not None:
        threading.Thread(target=feed, daemon=True).start()
    try:
        assert process.stdout is not None
        out = process.stdout.read()
        status = process.wait()
        listener.join(grace)
        return _Spoken(status, out, "\n".join(words).strip())
    finally:
        watch.cancel()
        process.kill()
        process.wait()
        listener.join(grace)
        if process.stdout is not None:
            process.stdout.close()
        if process.stderr is not None and not listener.is_alive():
            process.stderr.close()


def _lines(read: Callable[[int], bytes]) -> Iterable[str]:
    rest = b""
    while piece := read(65536):
        *whole, rest = re.split(rb"[\r\n]", rest + piece)
        yield from (line.decode("utf-8", "replace") for line in whole if line)
    if rest:
        yield rest.decode("utf-8", "replace")


def _failure(remote: str, spoken: _Spoken) -> RemoteFailed:
    return RemoteFailed(strip_credentials_in(remote), spoken.status, strip_credentials_in(spoken.words))
