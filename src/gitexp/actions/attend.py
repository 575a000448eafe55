"""The recorder of a run that its own script began: see ``tracker.recorder``, which starts it and talks with it."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gitexp.actions.request import RecordRequest
from gitexp.capture.ending import Ending
from gitexp.errors import ExpError
from gitexp.store.journal import JOURNAL_VARIABLE, read_start

if TYPE_CHECKING:
    from gitexp.actions.finishing import Finished
    from gitexp.actions.observation import Observation
    from gitexp.actions.preparation import Preparation
    from gitexp.actions.session import Session
    from gitexp.actions.sharing import LastPush, Sharing
    from gitexp.store.journal import Journal

_BEAT_SECONDS = 30.0
_WITHOUT_A_WORD = "the script ended without a word, killed it may be: how is not known"


def main() -> None:
    """Records the run that is asked for on standard input, and answers on standard output."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # the script gets those, and its end is waited for
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    os.environ.pop(JOURNAL_VARIABLE, None)
    asked = json.loads(sys.stdin.buffer.readline())
    try:
        prepared, session, observation, sharing = _begin(asked)
    except ExpError as error:
        _answer({"error": error.message, "hint": error.hint})
        return
    except Exception as error:  # noqa: BLE001  whatever it is, the script is somebody's training
        _answer({"error": f"{type(error).__name__}: {error} (a fault of gitexp; please report it)"})
        return
    journal = session.journal
    if journal is None:
        _answer({"error": "; ".join(prepared.attempts.warnings)})
        return
    told = prepared.attempts.warnings
    _answer(
        {
            "id": prepared.run.id,
            "name": prepared.run.name,
            "journal": journal.folder,
            "output_bytes": prepared.settings.output_bytes,
            "warnings": told,
        }
    )
    _await_end(journal)
    if sharing is not None:
        sharing.stop()
    finished = _finish(prepared, session, journal, observation)
    news = [one for one in prepared.attempts.warnings if one not in told]
    pushed = _describe_push(sharing.finish(finished.stored)) if sharing is not None else []
    _answer({"said": [*_describe(finished, news, signs=asked["signs"]), *pushed]})


def _answer(answer: dict[str, Any]) -> None:
    try:
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()
    except OSError:  # the script is gone; what was to be said stands in the run
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _begin(asked: dict[str, Any]) -> tuple[Preparation, Session, Observation | None, Sharing | None]:
    from gitexp.actions.observation import Observation
    from gitexp.actions.preparation import prepare
    from gitexp.actions.session import begin_session
    from gitexp.git.working_copy import start_opening
    from gitexp.model.ids import RANDOM_BYTES

    request = RecordRequest(
        command=tuple(asked["command"]),
        experiment=asked["experiment"],
        name=asked["name"],
        note=asked["note"],
        hypothesis=asked["hypothesis"],
        seed=asked["seed"],
        data=tuple(asked["data"]),
        artifacts=tuple(asked["artifacts"]),
    )
    prepared = prepare(request, start_opening(), datetime.now(UTC), os.urandom(RANDOM_BYTES))
    session = begin_session(prepared)
    attempts = prepared.attempts
    observation = attempts.make("nothing was observed", lambda: Observation(prepared, session), None)
    if observation is not None:
        observation.start(asked["pid"])
    if session.journal is not None:
        journal = session.journal
        attempts.make("the process of the run was not noted", lambda: _note_process(journal, asked["pid"]), None)
    sharing: Sharing | None = None
    if prepared.settings.share.live:
        from gitexp.actions.sharing import start_sharing

        # What it has to say stands at the end: the script hears one answer for each word of its own.
        sharing = attempts.make(
            "the run is not mirrored", lambda: start_sharing(prepared, session, lambda sentence: None), None
        )
    return prepared, session, observation, sharing


def _note_process(journal: Journal, pid: int) -> None:
    from gitexp.store.journal_notes import ProcessNote, write_processes

    write_processes(journal, ProcessNote(os.getpid(), None, pid))


def _await_end(journal: Journal) -> None:
    """Waits for the script's word or its death, and says meanwhile that the run is recorded."""
    while os.name == "posix" and not select.select([sys.stdin], [], [], _BEAT_SECONDS)[0]:
        try:
            os.utime(os.path.join(journal.folder, "lock"))
        except OSError:  # the journal is gone, or its file system: the lock still says that the run is recorded
            break
    sys.stdin.buffer.readline()


def _finish(prepared: Preparation, session: Session, journal: Journal, observation: Observation | None) -> Finished:
    from gitexp.actions.finishing import Finished, finish_recording

    attempts = prepared.attempts
    ending = attempts.make("how the script ended is not known", lambda: _read_ending(journal), Ending(status=1))
    return attempts.make(
        "the run was not stored",
        lambda: finish_recording(prepared, session, ending, observation),
        Finished(prepared.run, None, None, None),
    )


def _read_ending(journal: Journal) -> Ending:
    """What the script said of its end, else what stopped it; noted, for whoever completes the run if this cannot.

    Raises OSError.
    """
    from gitexp.store.journal_notes import write_end
    from gitexp.store.said_end import read_said_end, read_stopped_end

    start = read_start(journal.folder)
    seconds = time.monotonic() - start.monotonic if start is not None and start.monotonic else 0.0
    note = read_said_end(journal, start) if start is not None else None
    note = note or read_stopped_end(journal, seconds, time.time())
    if note is not None:
        write_end(journal, note)
        return Ending(status=note.status, exit_code=note.exit_code, signal=note.signal, seconds=note.seconds)
    return Ending(status=1, seconds=seconds, warnings=(_WITHOUT_A_WORD,))


def _describe_push(push: LastPush | None) -> list[str]:
    if push is None:
        return []
    if not push.is_pushed:
        return [f"exp: not pushed to {push.remote}: {push.why}"]
    return [f"exp: {push.why or f'pushed to {push.remote}'}"]


def _describe(finished: Finished, warnings: list[str], *, signs: bool) -> list[str]:
    """What the script is to print: one line, and a line for whatever went wrong."""
    from gitexp.render.page import Look
    from gitexp.render.plain import format_line
    from gitexp.render.run_summary import build_heading

    look = Look(width=80 if signs else None, colour=False, glyphs=signs, now=datetime.now(UTC))
    said = [format_line(build_heading(finished.run, look))]
    if finished.kept_in is not None:
        said.append(f"exp: NOT STORED: the record is in {finished.kept_in}")
    elif finished.stored is None:
        said.append("exp: NOT STORED, and its record could not be kept elsewhere")
    return [*said, *(f"exp: warning: {sentence}" for sentence in warnings)]
