"""The names of the refs that gitexp writes, made and parsed here and nowhere else.

    refs/runs/<experiment>/<id>          an ended run
    refs/exp/live/<experiment>/<id>      a run that is going
    refs/exp/fold/<writer>/<yyyymm>      many ended runs under one ref
    refs/exp/removed/<writer>            ids erased for good
    refs/exp/backup/<time>               a working tree before another code took its place; never pushed

The depth is fixed: a ref that is a folder of another one corrupts a repository.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, NewType

from gitexp.errors import InvalidValue
from gitexp.model.ids import RunId, is_id

if TYPE_CHECKING:
    from datetime import datetime

RefName = NewType("RefName", str)
Experiment = NewType("Experiment", str)

Writer = NewType("Writer", str)
"""Who folds and erases: one clone of one person, so that no two ever write the same ref."""

RUNS = "refs/runs/"
LIVE = "refs/exp/live/"
FOLDS = "refs/exp/fold/"
REMOVED = "refs/exp/removed/"
BACKUPS = "refs/exp/backup/"
DEFAULT_EXPERIMENT = Experiment("default")

_EXPERIMENT = re.compile(r"[a-z0-9][a-z0-9._-]*")
_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_LONGEST_EXPERIMENT = 64
_WRITER = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_MONTH = re.compile(r"\d{4}(0[1-9]|1[0-2])", re.ASCII)


class RunRef(NamedTuple):
    """A parsed ref of a run."""

    kind: Literal["ended", "live"]
    experiment: Experiment
    id: RunId

    @property
    def name(self) -> RefName:
        """The full ref name."""
        return RefName(f"{RUNS if self.kind == 'ended' else LIVE}{self.experiment}/{self.id}")


class FoldRef(NamedTuple):
    """A parsed ref of a fold: who folded, and the month in which its runs began, as ``202611``."""

    writer: Writer
    month: str

    @property
    def name(self) -> RefName:
        """The full ref name."""
        return RefName(f"{FOLDS}{self.writer}/{self.month}")


def parse_experiment(text: str) -> Experiment:
    """Reads an experiment's name. Raises InvalidValue with a name that would do as its hint, where there is one."""
    why = _why_not_experiment(text)
    if why is None:
        return Experiment(text)
    near = re.sub(r"\.+", ".", re.sub(r"[^a-z0-9._-]+", "-", text.lower())).strip("-._")[:_LONGEST_EXPERIMENT]
    hint = f"--experiment {near}" if near and _why_not_experiment(near) is None else None
    raise InvalidValue("experiment", text, why, hint=hint)


def _why_not_experiment(text: str) -> str | None:
    if not _EXPERIMENT.fullmatch(text):
        return "only a-z, 0-9, '.', '_' and '-', the first a letter or digit"
    if len(text) > _LONGEST_EXPERIMENT:
        return f"longer than {_LONGEST_EXPERIMENT} characters"
    if ".." in text or text.endswith((".", ".lock")):
        return "no '..', no '.' or '.lock' at the end (Git refuses such a ref)"
    if _WINDOWS_DEVICE.fullmatch(text):
        return "the name of a Windows device"
    return None


def run_ref(experiment: Experiment, run_id: RunId) -> RefName:
    """The ref of an ended run."""
    return RunRef("ended", experiment, run_id).name


def live_ref(experiment: Experiment, run_id: RunId) -> RefName:
    """The ref of a run that is going."""
    return RunRef("live", experiment, run_id).name


def parse_run_ref(name: str) -> RunRef | None:
    """Reads a ref name; None when it is not the ref of a run, ended or live."""
    kind: Literal["ended", "live"]
    if name.startswith(RUNS):
        kind, rest = "ended", name[len(RUNS) :]
    elif name.startswith(LIVE):
        kind, rest = "live", name[len(LIVE) :]
    else:
        return None
    experiment, slash, run_id = rest.partition("/")
    if not slash or not is_id(run_id) or _why_not_experiment(experiment) is not None:
        return None
    return RunRef(kind, Experiment(experiment), RunId(run_id))


def backup_ref(at: datetime) -> RefName:
    """The ref of a backup that is made at a moment (UTC), to the microsecond."""
    return RefName(f"{BACKUPS}{at:%Y%m%dT%H%M%S}.{at.microsecond:06}Z")


def is_writer(text: str) -> bool:
    """Whether the text is the name of a writer: a-z, 0-9 and '-', at most 63 characters."""
    return _WRITER.fullmatch(text) is not None


def parse_fold_ref(name: str) -> FoldRef | None:
    """Reads a ref name; None when it is not the ref of a fold."""
    writer, slash, month = name.removeprefix(FOLDS).partition("/")
    if not name.startswith(FOLDS) or not slash or not is_writer(writer) or not _MONTH.fullmatch(month):
        return None
    return FoldRef(Writer(writer), month)


def removed_ref(writer: Writer) -> RefName:
    """The ref of the ids that a writer erased."""
    return RefName(f"{REMOVED}{writer}")


def parse_removed_ref(name: str) -> Writer | None:
    """Reads a ref name; None when it is not the ref of a writer's erased ids."""
    writer = name.removeprefix(REMOVED)
    return Writer(writer) if name.startswith(REMOVED) and is_writer(writer) else None
