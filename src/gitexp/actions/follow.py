"""The output of a run as it comes, to the end of the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from gitexp.actions.going_journal import NOT_HERE, find_journal
from gitexp.actions.going_output import find_redactor
from gitexp.actions.run_end import EndWatch
from gitexp.capture.progress import fold_progress
from gitexp.capture.redaction_flow import FlowingRedactor
from gitexp.capture.spool_following import Dropped, SpoolFollower
from gitexp.errors import PartNotFound
from gitexp.model.run import Status
from gitexp.model.selection import order_newest_first
from gitexp.store.journals import has_journal
from gitexp.store.layout import OUTPUT

if TYPE_CHECKING:
    from types import TracebackType

    from gitexp.actions.mirrored_run import MirroredFollower
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

_REMEMBERED = 4096
UNSEEN = "the very last of the output came while the run was stored and is not here: exp logs has it"


def choose_followed(store: RunStore, experiment: str | None) -> str:
    """The run that is followed where none is named: the newest that is going, else the last. A RUN."""
    from gitexp.actions.heads import present_experiment

    wanted = present_experiment(store, experiment)
    going = [head for head in store.heads(wanted).runs if head.status is Status.RUNNING]
    return order_newest_first(going)[0].id if going else "last"


def follow_output(store: RunStore, head: RunHead) -> OutputFollower | MirroredFollower:
    """Follows a run here, or elsewhere by its mirrors. Raises PartNotFound where neither is possible, and NoRemote."""
    if head.heard_at is None or has_journal(store.repository, head.id):
        return OutputFollower(store, head)
    from gitexp.actions.mirrored_run import MirroredFollower
    from gitexp.actions.remote_poll import RemotePoll

    poll = RemotePoll(store, [head])
    poll.start()
    return MirroredFollower(store, head, poll)


class OutputFollower:
    """Follows the output of one run that is going. ``ended`` is the run once it has, and once all was read."""

    def __init__(self, store: RunStore, head: RunHead) -> None:
        """Raises PartNotFound where another machine or user records the run."""
        found = find_journal(store.repository, head)
        if found is None:
            raise PartNotFound(head.name, f"output here yet: {NOT_HERE}")
        self._store = store
        settings, redactor = find_redactor(store.repository, store.load(head), found.start, found.journal)
        self._spool = SpoolFollower(found.journal.output, settings.output_bytes)
        self._flow = FlowingRedactor(redactor)
        self._end = EndWatch(store, head)
        self._last = b""
        """The end of what was given out."""
        self.ended: RunHead | None = None

    @property
    def sentences(self) -> list[str]:
        """What is to be said of runs whose recorders died meanwhile, and of what could not be shown."""
        return self._end.sentences

    def read(self) -> bytes:
        """What is new, whole lines with their secrets hidden. Raises OSError."""
        # Looked at first: whatever the run wrote before its end is then read below.
        ended = self._end.check()
        pieces: list[bytes] = []
        for piece in self._spool.read():
            if isinstance(piece, Dropped):
                pieces.append(self._tell_dropped(piece.bytes_left_out + self._flow.skip()))
            else:
                pieces.append(self._flow.feed(piece))
            self._remember(pieces[-1])
        if ended is not None:
            pieces.append(self._flow.finish())
            self._remember(pieces[-1])
            pieces.append(self._catch_up(ended))
            self.ended = ended
        return b"".join(pieces)

    def close(self) -> None:
        """Closes what is open."""
        self._spool.close()

    def _remember(self, piece: bytes) -> None:
        self._last = (self._last + piece)[-_REMEMBERED:]

    def _tell_dropped(self, count: int) -> bytes:
        before = b"\n" if self._last and not self._last.endswith(b"\n") else b""
        return before + f"[gitexp: {count:,} bytes left out here]\n".encode()

    def _catch_up(self, ended: RunHead) -> bytes:
        """What the stored output has beyond that which was read before the journal went."""
        if self._spool.has_begun and not self._spool.is_between:
            return b""
        stored = self._store.read_part(ended, OUTPUT) or b""
        if not self._spool.has_begun:
            return stored
        line = fold_progress(self._last.removesuffix(b"\n").rpartition(b"\n")[2])
        place = stored.rfind(line)
        if place < 0:
            self._end.sentences.append(UNSEEN)
            return b""
        return stored[place + len(line) :].removeprefix(b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
