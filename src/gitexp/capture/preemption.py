"""What a scheduler says of the end of a job: whether it took the machine away for another one's.

Only what is asked on the spot counts: a signal alone may as well come from a person, from a time limit or from a full
memory. Slurm is asked for the job that this process is a part of.
"""

from __future__ import annotations

import re
import subprocess
import time
from datetime import datetime
from typing import TYPE_CHECKING

from gitexp.model.ending import CRASHES, TERMINATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.capture.ending import Ending

_PATIENCE_SECONDS = 5
_STATE = re.compile(r"(?:^|\s)JobState=(\S+)")
_TIME = re.compile(r"(?:^|\s)PreemptTime=(\S+)")
_NO_TIME = ("None", "N/A", "Unknown")
_SLACK_SECONDS = 60


def ask_scheduler(ending: Ending, variables: Mapping[str, str]) -> Ending:
    """The ending with what the scheduler says of it, where the command was signalled and there is one to be asked."""
    job = variables.get("SLURM_JOB_ID")
    if job is None or not _was_signalled(ending):
        return ending
    try:
        line = _show_job(job, variables)
    except FileNotFoundError:  # a container, which Slurm's programs are not in
        return ending
    except (OSError, subprocess.TimeoutExpired):
        return ending._replace(warnings=(*ending.warnings, f"Slurm did not say whether job {job} was preempted"))
    said = read_job(line, began=time.time() - ending.seconds)
    if said is None:
        return ending
    sentence = f"preempted by Slurm: job {job} has {said}"
    return ending._replace(preempted=sentence, warnings=(*ending.warnings, sentence))


def _show_job(job: str, variables: Mapping[str, str]) -> str:
    asked = subprocess.run(
        ["scontrol", "show", "job", job, "-o"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=_PATIENCE_SECONDS,
        # The times come as ISO 8601 has them unless a variable says otherwise.
        env={name: value for name, value in variables.items() if name != "SLURM_TIME_FORMAT"},
    )
    return asked.stdout.decode("utf-8", "replace")


def read_job(line: str, *, began: float) -> str | None:
    """What of ``scontrol show job -o`` says that a job was preempted; None where nothing does.

    A job that was requeued may still have the time of the preemption before: one from before the run is none of it.
    """
    moment = _TIME.search(line)
    if moment is not None and moment[1] not in _NO_TIME:
        try:
            at = datetime.fromisoformat(moment[1]).timestamp()  # local time, as Slurm has it
        except ValueError:
            at = began
        if at >= began - _SLACK_SECONDS:
            return moment[0].strip()
    state = _STATE.search(line)
    return state[0].strip() if state is not None and state[1] == "PREEMPTED" else None


def _was_signalled(ending: Ending) -> bool:
    by_signal = ending.signal is not None and ending.signal not in CRASHES
    return bool(ending.received) or by_signal or ending.exit_code in TERMINATED
