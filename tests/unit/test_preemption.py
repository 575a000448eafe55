"""The word for an end, and what a scheduler has to say for ``preempted``."""

from __future__ import annotations

from datetime import datetime

import pytest

from gitexp.capture.preemption import read_job
from gitexp.model.ending import judge_ending

BEGAN = datetime.fromisoformat("2026-11-23T09:00:00").timestamp()
JOB = (
    "JobId=123 JobName=train JobState={state} Reason=None RunTime=05:46:31 Deadline=N/A "
    "PreemptEligibleTime=2026-11-23T09:00:00 PreemptTime={time} SuspendTime=None"
)


@pytest.mark.parametrize(
    ("state", "time", "said"),
    [
        ("RUNNING", "None", None),
        ("RUNNING", "N/A", None),
        ("COMPLETING", "2026-11-23T10:00:00", "PreemptTime=2026-11-23T10:00:00"),
        ("PREEMPTED", "None", "JobState=PREEMPTED"),
        ("RUNNING", "2026-11-22T10:00:00", None),
        ("RUNNING", "today", "PreemptTime=today"),
    ],
)
def test_what_a_job_says(state: str, time: str, said: str | None) -> None:
    assert read_job(JOB.format(state=state, time=time), began=BEGAN) == said


@pytest.mark.parametrize("line", ["", "slurm_load_jobs error: Invalid job id specified"])
def test_no_answer_is_no_evidence(line: str) -> None:
    assert read_job(line, began=BEGAN) is None


@pytest.mark.parametrize(
    ("exit_code", "signal", "received", "is_preempted", "word"),
    [
        (0, None, (), False, "finished"),
        (3, None, (), False, "failed"),
        (None, "SIGSEGV", (), False, "failed"),
        (None, "SIGKILL", (), False, "killed"),
        (0, None, ("SIGTERM",), False, "killed"),
        (143, None, (), False, "killed"),
        (0, None, ("SIGINT",), False, "interrupted"),
        (130, None, (), False, "interrupted"),
        (0, None, ("SIGUSR1",), False, "finished"),
        (None, "SIGTERM", ("SIGUSR1", "SIGTERM"), True, "preempted"),
        (0, None, ("SIGTERM",), True, "preempted"),
    ],
)
def test_every_end_has_its_word(
    exit_code: int | None, signal: str | None, received: tuple[str, ...], is_preempted: bool, word: str
) -> None:
    assert judge_ending(exit_code, signal, received, is_preempted=is_preempted).value == word
