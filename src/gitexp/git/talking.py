"""A git process that talks with another repository: told how far it is, and given up where it does not answer."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import RemoteFailed
from gitexp.git.command import open_git
from gitexp.model.urls import strip_credentials_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitexp.git.command import Settings
    from gitexp.git.repository import Repository

_PERCENT = re.compile(r"(?:remote: )?([A-Z][a-z]+(?: [a-z]+)*): +(\d+)%")
_SETTINGS = (("push.followTags", "false"), ("fetch.fsckObjects", "true"))
_GRACE = 1.0


class Talk(NamedTuple):
    """How to speak with the other side: whether Git may ask for a password, and who is told how far it is.

    ``seconds``: after so many it is given up, and counts as a broken connection. None: as long as it takes.
    """

    may_ask: bool = False
    progress: Callable[[str, int], None] | None = None
    seconds: float | None = None


class Spoken(NamedTuple):
    """How the process ended, what it gave, and what Git and the other side said meanwhile."""

    status: int
    out: bytes
    words: str


def run_talking(
    repository: Repository,
    remote: str,
    talk: Talk,
    *arguments: str,
    stdin: bytes | None = None,
    settings: Settings = (),
) -> bytes:
    """Runs git to its end and returns its output. Raises RemoteFailed where it failed."""
    spoken = speak(repository, talk, arguments, stdin, settings)
    if spoken.status:
        raise make_failure(remote, spoken)
    return spoken.out


def speak(
    repository: Repository, talk: Talk, arguments: Iterable[str], stdin: bytes | None, settings: Settings = ()
) -> Spoken:
    """Runs git to its end, whatever that is."""
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
        return Spoken(status, out, "\n".join(words).strip())
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


def make_failure(remote: str, spoken: Spoken) -> RemoteFailed:
    """The error for a process that failed, without the passwords that Git may have said."""
    return RemoteFailed(strip_credentials_in(remote), spoken.status, strip_credentials_in(spoken.words))
