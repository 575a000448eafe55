"""``gitexp.start``: a run for a notebook, or a script that nobody started with ``exp run``."""

from __future__ import annotations

import atexit
import os
import sys

from gitexp.format.frames import END
from gitexp.tracker.ending import describe_end, describe_exit, find_uncaught, format_traceback
from gitexp.tracker.kept import keep_text
from gitexp.tracker.notebook import CELLS, find_command, is_notebook, read_cells, watch_cells
from gitexp.tracker.notices import say, write_line
from gitexp.tracker.present import current
from gitexp.tracker.ranks import find_rank
from gitexp.tracker.recorder import Recorder, make_plain
from gitexp.tracker.statements import log_params, tag
from gitexp.tracker.statements import note as add_note
from gitexp.tracker.tee import Tee
from gitexp.tracker.writer import WRITER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Any, Self

    from gitexp.tracker.ending import End

_VARIABLE = "GITEXP_RUN"


class StartedRun:
    """A run: its ``id``, ``name`` and ``folder`` (see ``gitexp.current``), '' where nothing is recorded.

    As a context manager it ends with the block: finished, or failed by an exception, or interrupted by Ctrl-C.
    """

    __slots__ = (
        "_is_entered",
        "_owner",
        "_recorder",
        "_tee",
        "_uncaught",
        "_unwatch",
        "folder",
        "id",
        "name",
    )

    def __init__(self, id: str, name: str, folder: str, recorder: Recorder | None, tee: Tee | None) -> None:
        self.id = id
        self.name = name
        self.folder = folder
        self._recorder = recorder
        self._tee = tee
        self._owner = os.getpid()
        self._is_entered = False
        self._uncaught = find_uncaught()
        self._unwatch = watch_cells(tee.renew) if tee is not None else None

    def __enter__(self) -> Self:
        self._is_entered = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(describe_end(error), error)

    def end(self) -> None:
        """Ends the run, and waits until it is stored. Does nothing when it has ended, or is another's to end."""
        self._end(describe_end(None), None)

    def __repr__(self) -> str:
        return f"<gitexp run {self.name} ({self.id})>" if self.id else "<gitexp run that is not recorded>"

    def _end(self, end: End, error: BaseException | None) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is not None and os.getpid() == self._owner:
            if self._unwatch is not None:
                self._unwatch()
            _say_end(self._tee, end, error)
            _finish(recorder)

    def _end_at_exit(self) -> None:
        self._end(describe_exit(self._uncaught), None)

    def _leave_to_parent(self) -> None:
        """In a forked child: were its copy of the pipe to stay open, the parent's death would not be seen."""
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.leave()


_started: StartedRun | None = None
_watches_forks = False


def start(
    experiment: str | None = None,
    name: str | None = None,
    params: Any = None,
    tags: Mapping[str, object] | Sequence[str] | None = None,
    note: str | None = None,
    hypothesis: str | None = None,
    seed: int | None = None,
    data: Sequence[str | os.PathLike[str]] = (),
    artifacts: Sequence[str | os.PathLike[str]] = (),
    capture: bool = True,
) -> StartedRun:
    """Begins a run, for a notebook or a script that was not started by ``exp run``: the same record, the same commit.

    ``with gitexp.start(): ...`` ends it with the block. Without ``with`` it ends by ``end()``, or when the interpreter
    does: failed then if an exception was not caught; what ``sys.exit`` says is known to a ``with`` alone.

    Within ``exp run``, or where a run was started already, it stands for that run: params, tags and note are added to
    it, and the end does nothing. In distributed training the main process alone starts a run.

    ``params`` is what ``log_params`` takes; ``tags`` a dict, or texts; ``data`` and ``artifacts`` are paths of what the
    run reads and what it writes; ``seed`` is recorded, not set. With ``capture`` what goes through ``sys.stdout`` and
    ``sys.stderr`` is kept. Experiment, name, hypothesis, seed, data and artifacts are told at the start alone.

    Never raises for what cannot be recorded: outside a repository one line says so, and the run does nothing.
    """
    global _started
    if _started is not None and is_notebook() and not _started._is_entered:
        _started.end()  # its cell was executed again
    run = _find_present()
    if run is None:
        request: dict[str, Any] = {
            "experiment": experiment, "name": name, "note": note, "hypothesis": hypothesis,
            "seed": seed, "data": data, "artifacts": artifacts,
        }  # fmt: skip
        run = _started = _start(request, capture=capture)
    elif note is not None:
        add_note(note)
    if params is not None:
        log_params(params)
    if tags is not None:
        tag(*(tags if isinstance(tags, (list, tuple, set, frozenset)) else [tags]))
    return run


def _find_present() -> StartedRun | None:
    """The run that is going, or one that does nothing where another process speaks for it."""
    present = current()
    if present is not None:
        return StartedRun(present.id, present.name, present.folder, None, None)
    # What keeps the rank from being known is told as soon as there is a run to keep it.
    return _nothing() if find_rank("", lambda sentence: None) else None


def _nothing() -> StartedRun:
    return StartedRun("", "", "", None, None)


def _start(request: dict[str, Any], *, capture: bool) -> StartedRun:
    """Starts a recorder and turns to its journal. What keeps it from recording is said, loudly, and not raised."""
    try:
        request = make_plain(request)
        recorder = Recorder()
    except (OSError, ValueError, TypeError) as error:
        say(f"NOT RECORDED: {error}")
        return _nothing()
    try:
        answer = recorder.ask({**request, "command": find_command(), "pid": os.getpid(), "signs": _can_show_signs()})
    except BaseException:
        recorder.leave()
        raise
    if "error" in answer:
        hint = f" (hint: {answer['hint']})" if answer.get("hint") else ""
        say(f"NOT RECORDED: {answer['error']}{hint}")
        recorder.leave()
        return _nothing()
    for sentence in answer["warnings"]:
        say(sentence)
    journal = answer["journal"]
    WRITER.begin(journal)
    os.environ[_VARIABLE] = journal  # for the processes that this one starts
    tee = Tee(os.path.join(journal, "output"), answer["output_bytes"]) if capture else None
    run = StartedRun(answer["id"], answer["name"], os.path.join(journal, "artifacts"), recorder, tee)
    WRITER.attempt("start", WRITER.open)
    _watch(run)
    return run


def _watch(run: StartedRun) -> None:
    global _watches_forks
    atexit.register(run._end_at_exit)
    if not _watches_forks and hasattr(os, "register_at_fork"):
        _watches_forks = True
        os.register_at_fork(after_in_child=_leave_to_parent)


def _leave_to_parent() -> None:
    if _started is not None:
        _started._leave_to_parent()


def _say_end(tee: Tee | None, end: End, error: BaseException | None) -> None:
    cells = read_cells()
    if cells and WRITER.journal is not None:
        WRITER.attempt(CELLS, keep_text, CELLS, cells.encode("utf-8", "backslashreplace"))
    if tee is not None:
        if error is not None and not isinstance(error, SystemExit):
            tee.record(format_traceback(error))
        trouble = tee.close()
        if trouble is not None:
            WRITER.tell("output", trouble)
    WRITER.write(END, end.exit_code, end.word)
    WRITER.close()
    os.environ.pop(_VARIABLE, None)


def _finish(recorder: Recorder) -> None:
    answer = recorder.finish()
    if "error" in answer:
        say(f"{answer['error']}: what was said is kept, and any command of exp completes the run")
        return
    for sentence in answer["said"]:
        write_line(sentence)


def _can_show_signs() -> bool:
    """Whether people look at standard error, where a sign for the status can be written."""
    try:
        return sys.stderr.isatty() and "utf" in str(sys.stderr.encoding).lower()
    except (AttributeError, ValueError):  # there is none, or it is closed
        return False
