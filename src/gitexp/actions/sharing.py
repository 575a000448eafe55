"""A run mirrored while it goes, as its recorder sees it: a process beside it, which it starts, asks and waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.companion import Companion
from gitexp.errors import InvalidValue, NoRemote
from gitexp.git.remotes import choose_remote

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.actions.preparation import Preparation
    from gitexp.actions.session import Session
    from gitexp.capture.companion import Answer
    from gitexp.git.remotes import Remote
    from gitexp.store.writing import StoredRun

_MODULE = "gitexp.actions.mirror_process"
_STOP_SECONDS = 5.0
PUSH_SECONDS = 20.0
"""For the last push: nobody waits longer for a remote that does not answer."""
_MARGIN = 2.0


class LastPush(NamedTuple):
    """What became of the run at its end: ``why`` it is not on the remote, or what else is to be said."""

    is_pushed: bool
    remote: str
    why: str | None


class Sharing:
    """The mirroring of one run. Once it has begun nothing of it raises: what does not work is a warning."""

    def __init__(self, prepared: Preparation, session: Session, remote: Remote, notice: Callable[[str], None]) -> None:
        """Starts the process; the command has just started. Raises OSError."""
        self._prepared = prepared
        self._session = session
        self._remote = remote
        self._notice = notice
        self._companion: Companion | None = self._start()

    def stop(self) -> None:
        """Ends the mirrors: the command has ended, and what went wrong with them is to stand in the run's record."""
        if self._companion is None:
            return
        answer = self._companion.ask("stop", {}, _STOP_SECONDS)
        if "error" in answer:
            self._prepared.attempts.warn(f"not mirrored to {self._remote.name}: {answer['error']}")
        self._prepared.attempts.extend(map(str, answer.get("warnings", ())))

    def finish(self, stored: StoredRun | None) -> LastPush | None:
        """Pushes the run, which has ended and is stored, and waits for that a bounded time. None: nothing to push."""
        companion, self._companion = self._companion, None
        if companion is None:
            return None
        try:
            live = self._session.live
            if stored is None or live is None:
                return None
            word = {"ref": stored.ref, "commit": stored.commit, "live": live.ref, "seconds": PUSH_SECONDS - _MARGIN}
            answer = companion.ask("push", word, PUSH_SECONDS)
            if "error" in answer:
                return LastPush(False, self._remote.name, str(answer["error"]))
            return LastPush(answer["pushed"] is True, self._remote.name, answer["why"])
        except KeyboardInterrupt:  # who waits for the remote no longer does not end the run's status by that
            return LastPush(False, self._remote.name, "interrupted")
        finally:
            companion.end()

    def _start(self) -> Companion:
        prepared, rules, live = self._prepared, self._prepared.settings.share, self._session.live
        assert live is not None
        asked = prepared.request.share
        return Companion(
            _MODULE,
            {
                "folder": prepared.places.here,
                "id": prepared.run.id,
                "ref": live.ref,
                "remote": self._remote.name,
                "url": self._remote.url,
                "interval": asked.interval if asked.interval is not None else rules.interval,
                "with_history": asked.with_history,
            },
            self._hear,
        )

    def _hear(self, answer: Answer) -> None:
        if "said" in answer:
            self._notice(str(answer["said"]))


def start_sharing(prepared: Preparation, session: Session, notice: Callable[[str], None]) -> Sharing | None:
    """Begins to mirror a run; None, and a warning, where that cannot be. Raises OSError."""
    try:
        remote = choose_remote(
            prepared.working_copy.repository, prepared.request.share.remote, prepared.working_copy.config
        )
    except (NoRemote, InvalidValue) as error:
        why = f"{error.message} (hint: {error.hint})"
    else:
        if session.live is not None and session.journal is not None:
            return Sharing(prepared, session, remote, notice)
        why = "its start could not be recorded"
    prepared.attempts.warn(f"not mirrored: {why}")
    notice(f"not mirrored: {why}")
    return None
