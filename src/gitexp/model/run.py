"""A run: what its manifest says, as values. The order of the fields is the order of the keys in ``run.yaml``."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.model.annotations import Annotation
    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Summary
    from gitexp.model.paths import TreePath
    from gitexp.model.refs import Experiment
    from gitexp.model.values import Params, Scalar

FORMAT = 1
WRITTEN_BY_RUNS = "written by runs"
"""Why a metrics file or a declared artifact is left out of the snapshot: an old result is no code."""

_EMPTY: dict[str, str] = {}
# Values are named tuples where they can be: to define a frozen dataclass takes 0.5 ms, and every start pays for it.


class Status(StrEnum):
    """How a run stands, or how it ended."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    KILLED = "killed"
    INTERRUPTED = "interrupted"
    PREEMPTED = "preempted"
    LOST = "lost"


class User(NamedTuple):
    """Who ran it, as Git knows them."""

    name: str
    email: str


class LeftOut(NamedTuple):
    """A path that the snapshot does not hold, and why. ``md5`` where it was hashed."""

    path: TreePath
    why: str
    bytes: int | None = None
    md5: str | None = None


class Submodule(NamedTuple):
    """A submodule: the commit checked out there, and whether it had changes that the snapshot cannot hold."""

    path: TreePath
    commit: str
    dirty: bool


class Code(NamedTuple):
    """The code that ran. ``commit`` is HEAD (None when unborn), ``snapshot`` is S, the run commit's first parent."""

    commit: str | None
    branch: str | None
    dirty: bool
    snapshot: str
    remote: str | None = None
    left_out: tuple[LeftOut, ...] = ()
    submodules: tuple[Submodule, ...] = ()


class DataItem(NamedTuple):
    """A file or folder that the run read. ``md5`` ends in ``.dir`` for a folder, as DVC writes it."""

    path: TreePath
    md5: str | None
    bytes: int | None
    files: int | None = None
    why: str | None = None
    """Why there is no hash, where there is none."""


class Artifact(NamedTuple):
    """A file that the run wrote. ``kept`` says where its bytes are: in the run's tree, in the cache, or nowhere."""

    path: TreePath
    md5: str | None
    bytes: int | None
    kept: Literal["git", "dvc", "no"]
    files: int | None = None
    why: str | None = None
    """Why it was not kept, where ``kept`` is ``no``."""


class SeriesNote(NamedTuple):
    """Of a series that is too large for Git: the file that has a part of it, how many points, and where all are."""

    file: str
    points: int
    kept: int
    whole: str | None = None
    """The path of the artifact that holds every point; None where it could not be kept."""


class Gpu(NamedTuple):
    """A GPU of the host."""

    name: str
    memory_bytes: int | None = None
    driver: str | None = None


class Environment(NamedTuple):
    """Where the command ran. Each field is None where it could not be found out."""

    python: str | None = None
    implementation: str | None = None
    executable: str | None = None
    platform: str | None = None
    packages: str | None = None
    """SHA-256 of ``.exp/environment/packages.txt``."""
    locks: tuple[str, ...] = ()
    """Lock files found, as they lie in ``.exp/environment/``."""
    cpu: str | None = None
    cores: int | None = None
    memory_bytes: int | None = None
    gpus: tuple[Gpu, ...] = ()
    cuda: str | None = None
    variables: dict[str, str] = _EMPTY
    unknown: str | None = None
    """Why interpreter and packages are not known, where they are not (docker, ssh, not Python)."""


class Cost(NamedTuple):
    """What the run took. ``amount`` = seconds / 3600 × rate_per_hour.

    ``energy_kwh`` is what the machine took meanwhile, whoever used it, of the parts in ``energy_of``: ``cpu``,
    ``memory``, ``gpu``. It is measured, or None.
    """

    seconds: float
    rate_per_hour: float | None = None
    currency: str | None = None
    amount: float | None = None
    energy_kwh: float | None = None
    energy_of: tuple[str, ...] = ()


class Lineage(NamedTuple):
    """The runs that this one comes from."""

    resumes: RunId | None = None
    reproduces: RunId | None = None
    forked_from: RunId | None = None
    forked_at_step: int | float | None = None
    sweep: str | None = None


_UNKNOWN = Environment()
_ALONE = Lineage()


@dataclass(frozen=True, slots=True)
class Run:
    """One execution, as its manifest records it."""

    id: RunId
    name: str
    experiment: Experiment
    project: str
    status: Status
    exit_code: int | None
    signal: str | None
    started_at: datetime
    ended_at: datetime | None
    command: tuple[str, ...]
    directory: str
    user: User
    host: str
    params: Params
    metrics: dict[str, Summary]
    code: Code
    param_sources: dict[str, str] = field(default_factory=dict)
    """Where each param was found, by key: ``flag``, ``--param``, or the path of a file."""
    series: SeriesNote | None = None
    """Set where ``.exp/metrics.csv`` holds only a part of the points."""
    data: tuple[DataItem, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    environment: Environment = _UNKNOWN
    seed: int | None = None
    fingerprint: str | None = None
    cost: Cost | None = None
    lineage: Lineage = _ALONE
    tags: dict[str, Scalar] = field(default_factory=dict)
    note: str | None = None
    hypothesis: str | None = None
    redacted: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """What could not be recorded, one sentence each."""
    annotations: tuple[Annotation, ...] = ()
    """What was said of it after it ended, in order; ``tags`` and ``experiment`` are as these left them."""

    @property
    def seconds(self) -> float | None:
        """Wall time from start to end; None while the run goes."""
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()
