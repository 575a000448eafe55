"""A run that goes elsewhere, as its mirrors show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from gitexp.actions.going_look import find_lines
from gitexp.actions.mirror_output import MirroredOutput, parse_mirrored_output
from gitexp.actions.run_end import EndWatch
from gitexp.actions.series_seen import read_curves
from gitexp.errors import Refused
from gitexp.git.reading import read_commits
from gitexp.model.going import RunView
from gitexp.model.progress import find_progress
from gitexp.store.head_reading import read_heads
from gitexp.store.layout import OUTPUT

if TYPE_CHECKING:
    from types import TracebackType

    from gitexp.actions.remote_poll import RemotePoll
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

_REMEMBERED = 4096
UNSEEN = "what was printed between the last mirror and the end is not shown here: exp logs has it"


def view_mirrored(store: RunStore, head: RunHead, missing: str | None = None) -> RunView:
    """What the newest mirror says. ``missing``: why there is no newer one. Raises BrokenRecord."""
    run = store.load(head)
    lines = find_lines(read_mirrored_output(store, head).text)
    last = {metric: summary.last for metric, summary in run.metrics.items()}
    steps = [summary.step for summary in run.metrics.values() if summary.step is not None]
    return RunView(
        run,
        curves=read_curves(store, head),
        lines=lines,
        progress=find_progress(lines, run.params, last, max(steps, default=None)),
        missing=missing,
        heard_at=head.heard_at,
    )


def read_mirrored_output(store: RunStore, head: RunHead) -> MirroredOutput:
    """The output in a mirror. Raises BrokenRecord."""
    return parse_mirrored_output(store.read_part(head, OUTPUT) or b"")


def read_live(store: RunStore, head: RunHead) -> RunHead | None:
    """The run as its live ref says now; None where that is gone."""
    heads = read_heads(read_commits(store.repository, [head.ref])).runs
    return next((one for one in heads if one.id == head.id), None)


class MirroredFollower:
    """Follows the output of a run that goes elsewhere. ``ended`` is the run once it has, and once all was read."""

    def __init__(self, store: RunStore, head: RunHead, poll: RemotePoll) -> None:
        self._store = store
        self._head = head
        self._poll = poll
        self._end = EndWatch(store, head)
        self._count = -1
        self._position = 0
        """Up to where in the whole output it was given out."""
        self._last = b""
        self._told: str | None = None
        self._is_lost = False
        self.ended: RunHead | None = None

    @property
    def sentences(self) -> list[str]:
        """What is to be said beside the output."""
        return self._end.sentences

    def read(self) -> bytes:
        """What is new, whole lines. Raises BrokenRecord, and Refused where the remote has lost the run."""
        if self._is_lost:
            lost = f"run {self._head.name} is not on the remote any more, and its end is not here"
            raise Refused(lost, hint="exp pull")
        count, ended = self._poll.count, self._end.check()
        pieces = []
        if ended is not None:
            pieces.append(self._catch_up(ended))
            self.ended = ended
        elif count != self._count:
            self._count = count
            head = read_live(self._store, self._head)
            if head is not None and head.heard_at is not None:
                pieces.append(self._read_mirror(head))
            self._tell()
        return b"".join(pieces)

    def close(self) -> None:
        """Ends the questions to the remote."""
        self._poll.close()

    def _read_mirror(self, head: RunHead) -> bytes:
        output = read_mirrored_output(self._store, head)
        new = output.after(self._position)
        self._position = max(self._position, output.end)
        self._last = (self._last + new)[-_REMEMBERED:]
        return new

    def _catch_up(self, ended: RunHead) -> bytes:
        stored = self._store.read_part(ended, OUTPUT) or b""
        line = self._last.removesuffix(b"\n").rpartition(b"\n")[2] + b"\n" if self._last else b""
        if stored[: self._position].endswith(line) and len(stored) >= self._position:
            return stored[self._position :]
        place = stored.rfind(line)
        if place < 0:
            self.sentences.append(UNSEEN)
            return b""
        return stored[place + len(line) :]

    def _tell(self) -> None:
        trouble = self._poll.trouble
        if trouble is not None and trouble != self._told:
            self.sentences.append(trouble)
        self._told = trouble
        self._is_lost = self._head.id in self._poll.missing  # told once all that is here was read

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
