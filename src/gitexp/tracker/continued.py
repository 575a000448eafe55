"""``gitexp.resumed``: the run from whose state this one goes on, as ``exp run --resume`` and ``--fork`` tell it."""

from __future__ import annotations

import os

import gitexp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T")

RESUMES_VARIABLE = "GITEXP_RESUMES"
FORKED_VARIABLE = "GITEXP_FORKED_FROM"
STEP_VARIABLE = "GITEXP_RESUME_STEP"
CONTINUED_VARIABLES = (RESUMES_VARIABLE, FORKED_VARIABLE, STEP_VARIABLE)


class ResumedRun:
    """The run that is gone on from. ``step``: the last one it logged, or the one at which it is forked; or None."""

    __slots__ = ("id", "is_fork", "step")

    def __init__(self, id: str, step: float | None, is_fork: bool) -> None:
        self.id = id
        self.step = step
        self.is_fork = is_fork

    def __repr__(self) -> str:
        what = "fork of" if self.is_fork else "resumed"
        return f"<gitexp {what} {self.id}{'' if self.step is None else f' at step {self.step}'}>"


def resumed() -> ResumedRun | None:
    """The run that this one resumes or is forked from: its ``id``, ``step`` and ``is_fork``.

    None in a run that begins anew, and outside a run. Known on every process of a distributed training.
    """
    resumes, forked = _read(RESUMES_VARIABLE), _read(FORKED_VARIABLE)
    if not resumes and not forked:
        return None
    return ResumedRun(resumes or forked, _parse_step(_read(STEP_VARIABLE)), not resumes)


def resumed_step(default: T = None) -> int | float | T:  # type: ignore[assignment]
    """The step of ``resumed()``; ``default`` where there is none: ``start = gitexp.resumed_step(-1) + 1``."""
    run = resumed()
    return default if run is None or run.step is None else run.step


def _read(name: str) -> str:
    return os.environ.get(name) or gitexp._given.get(name, "")


def _parse_step(text: str) -> int | float | None:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return None
