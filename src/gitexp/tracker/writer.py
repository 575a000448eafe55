"""What this process says of its run: one write a record, into a file of its own, and what was written stays.

No lock, no buffer, no thread: whoever kills the process, all that ``log`` returned from is in the file.
"""

from __future__ import annotations

import atexit
import errno
import os
import time

import gitexp
from gitexp.format.frames import LOST, MOST_PAYLOAD_BYTES, WARNING, format_frame
from gitexp.tracker.handlers import comes_from_handler
from gitexp.tracker.log_file import identify, is_written_after_end, make_log_file
from gitexp.tracker.notices import Refusal, forget_told, is_news, say
from gitexp.tracker.numbers import describe_fault
from gitexp.tracker.ranks import ALL_RANKS_VARIABLE, RANKS_VARIABLE, find_rank

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_NEW_FILE_HELPS = frozenset({errno.EBADF, errno.EFBIG, errno.ENOSPC, errno.ESTALE})
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


class Writer:
    """This process's voice. ``silent`` where it has nothing to say: there is no run, or another process speaks."""

    __slots__ = (
        "_again", "_decided", "_identity", "_lost", "_pause", "_registered", "_why",
        "descriptor", "journal", "known", "prefix", "rank", "silent",
    )  # fmt: skip

    def __init__(self, journal: str | None) -> None:
        self.known: set[str] = set()
        """Names of metrics that ``log`` need not look at again; empty until this process is known to speak."""
        self.descriptor = -1
        """The file; -1 while there is none, also where nothing can be written."""
        self._identity: tuple[int, int] | None = None
        self._registered = False
        self._turn_to(journal)

    def begin(self, journal: str | None) -> None:
        """From here on this process speaks of the run with that journal; of none where there is None."""
        forget_told()
        self._turn_to(journal)

    def open(self) -> None:
        """Has its file, and with it the lock by which others know of this process, before there is anything to say."""
        if self.speaks() and self.descriptor < 0:
            self._open()

    def close(self) -> None:
        """Says no more: the run has ended, and so the user is told when more is said."""
        self._turn_to(None)
        self.silent = False

    def _turn_to(self, journal: str | None) -> None:
        descriptor, self.descriptor = getattr(self, "descriptor", -1), -1
        self.journal = journal
        self.silent = journal is None
        self.rank: int | None = None
        self.prefix = ""
        """What the names of this process's metrics begin with."""
        self.known.clear()
        self._decided = False
        self._lost, self._why, self._again, self._pause = 0, "", 0.0, _SHORTEST_PAUSE
        self._close_file(descriptor)

    def speaks(self) -> bool:
        """Whether this process has something to say of a run; decided when it is first asked."""
        if self.journal is None and not self.silent:
            self._end()
        if not self._decided and not self.silent:
            self._decided = True
            self._decide()
        return not self.silent

    def leads(self) -> bool:
        """Whether this is the one process that says what is said once for a run: params, tags, artifacts."""
        return self.speaks() and not self.rank

    def _decide(self) -> None:
        if not self._registered:
            self._registered = True
            atexit.register(self._finish)
        self.rank = find_rank(_read_variable(RANKS_VARIABLE), lambda sentence: self.tell("rank", sentence))
        if self.rank and _read_variable(ALL_RANKS_VARIABLE) in {"", "0"}:
            self.silent = True
        elif self.rank:
            self.prefix = f"rank{self.rank}."

    def tell(self, key: Hashable, sentence: str) -> None:
        """Tells the user, once for each key, and keeps it in the run."""
        if self.speaks() and is_news(key):
            sentence = f"rank {self.rank}: {sentence}" if self.rank else sentence
            say(f"{sentence} (told once)")
            self.write(WARNING, sentence)

    def attempt(self, what: str, step: Callable[..., None], *given: object) -> None:
        """Does a step for the script. The one place where any exception is caught: the script is somebody's training.

        Not those that are meant for it: KeyboardInterrupt, and whatever a signal's handler of its own raises.
        """
        try:
            step(*given)
        except Refusal as refusal:
            self.tell((what, str(refusal)), f"{what}: {refusal}")
        except Exception as error:
            if comes_from_handler(error):
                raise
            if isinstance(error, OSError):
                where = f"{error.filename}: " if error.filename else ""
                sentence = f"{what}: {where}{error.strerror or error}"
            else:
                sentence = f"{what}: not recorded: {describe_fault(error)}"
            self.tell((what, sentence), sentence)

    def write(self, kind: str, *fields: object) -> None:
        """Writes one record of this moment, where this process speaks."""
        if self.speaks():
            frame = format_frame((kind, time.monotonic(), *fields))
            if len(frame) <= MOST_PAYLOAD_BYTES:
                self.send(frame)
            else:
                self.tell(("large", kind), f"a record of {len(frame):,} bytes is left out: it is too large")

    def send(self, frame: bytes) -> None:
        """Writes a record; where that cannot be done it is counted as lost.

        Never raises but what a signal's handler of the script does.
        """
        if self._lost and time.monotonic() < self._again:
            self._lost += 1
            return
        number = 0
        for _ in range(2):
            descriptor = self.descriptor
            try:
                if descriptor < 0:
                    descriptor = self._open()
                if os.write(descriptor, frame) == len(frame):
                    return
                number = errno.ENOSPC  # half a record stands at the end of the file, and none is to come behind it
            except OSError as error:
                if comes_from_handler(error):
                    raise
                if isinstance(error, (FileNotFoundError, NotADirectoryError)):
                    self._end()
                    return
                number = error.errno or errno.EIO
            self._leave_file(descriptor)
            if number not in _NEW_FILE_HELPS:
                break
        self._lose(number)

    def send_elsewhere(self, frame: bytes) -> None:
        """Writes a record of which the disk took but a part: behind that none is to come."""
        self._leave_file(self.descriptor)
        self.send(frame)

    def _open(self) -> int:
        """Goes on in a new file, which begins with what was lost before it. Raises OSError."""
        journal, lost = self.journal, self._lost
        if journal is None:  # the run ended in another thread, after the caller had looked
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        head = format_frame((LOST, time.monotonic(), lost, self._why)) if lost else b""
        descriptor = make_log_file(journal, self.rank, head)
        if self.journal != journal:
            os.close(descriptor)
            return self._open()
        if self.descriptor >= 0 and not lost:  # another thread came first, or what a signal called
            os.close(descriptor)
            return self.descriptor
        self._identity = identify(descriptor)
        self.descriptor = descriptor
        self._lost -= lost
        return descriptor

    def _leave_file(self, descriptor: int) -> None:
        self.descriptor = -1
        self._close_file(descriptor)

    def _close_file(self, descriptor: int) -> None:
        if descriptor >= 0 and identify(descriptor) == self._identity:
            os.close(descriptor)

    def _lose(self, number: int) -> None:
        self._lost += 1
        self._why = os.strerror(number)
        self._again = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        if is_news("lost"):
            say(f"nothing can be recorded: {self._why} (told once)")

    def _end(self) -> None:
        self._turn_to(None)
        if is_news("ended"):
            say("the run has ended: what is logged from now on is not recorded (told once)")

    def _finish(self) -> None:
        """At the end of the process: the last chance to say what was lost, to the run or to the user."""
        if self._lost and not self.silent:
            try:
                self._open()
            except OSError as error:
                say(f"{self._lost:,} records are lost: {error.strerror}")
        descriptor = self.descriptor
        if descriptor >= 0 and identify(descriptor) == self._identity and is_written_after_end(descriptor):
            say("the run ended before this process: what it logged since then is not recorded")

    def _start_anew(self) -> None:
        """In a forked child, which has a file of its own."""
        self._turn_to(self.journal)


def _read_variable(name: str) -> str:
    return os.environ.get(name) or gitexp._given.get(name, "")


WRITER = Writer(gitexp._given.get("GITEXP_RUN") or None)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=WRITER._start_anew)
