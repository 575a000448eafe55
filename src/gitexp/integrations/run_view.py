"""A run, for Python: what a listing knows at once, and what its manifest says when that is asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gitexp.actions.points_of_runs import PointReading
from gitexp.errors import BrokenRecord, PartNotFound
from gitexp.integrations.run_files import get_files, read_file
from gitexp.integrations.run_source import tell
from gitexp.integrations.series import Series
from gitexp.model.chains import join_summaries
from gitexp.model.run import Status
from gitexp.store.layout import OUTPUT

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.integrations.run_source import RunSource
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Number, Summary
    from gitexp.model.run import Artifact, Code, Cost, DataItem, Environment, Lineage, Run, User
    from gitexp.model.values import Scalar, Value


class RunView:
    """A run as it was when it was asked for. Of a chain that was resumed it is the whole: metrics and series joined.

    Nothing can be changed through it. What the manifest alone has is read then, and a manifest that cannot be read
    raises ``BrokenRecord``.
    """

    __slots__ = ("_head", "_source")

    def __init__(self, source: RunSource, head: RunHead) -> None:
        self._source = source
        self._head = head

    @property
    def id(self) -> str:
        """Its id, ten characters."""
        return self._head.id

    @property
    def name(self) -> str:
        """Its name, which others may have too."""
        return self._head.name

    @property
    def experiment(self) -> str:
        """The experiment that it is of now."""
        return self._head.experiment

    @property
    def status(self) -> str:
        """``running``, ``finished``, ``failed``, ``killed``, ``interrupted``, ``preempted`` or ``lost``."""
        return self._head.status.value

    @property
    def params(self) -> dict[str, Value]:
        """Params by their dotted keys, with the types that they were given with."""
        return dict(self._head.params)

    @property
    def metrics(self) -> dict[str, Number]:
        """The last value of each metric."""
        return {key: summary.last for key, summary in self._head.metrics.items()}

    @property
    def summaries(self) -> dict[str, Summary]:
        """``last``, ``min``, ``max``, ``first``, ``step`` (of the last value) and ``count`` of each metric."""
        parts = self._head.chain or (self._head,)
        return join_summaries([self._source.load(part).metrics for part in parts])

    @property
    def tags(self) -> dict[str, Scalar]:
        """Tags by name; one without a value is True."""
        return dict(self._head.tags)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noted, at the start and since, the oldest first."""
        run = self.manifest
        said = [one.value for one in run.annotations if one.kind == "note"]
        return (*([run.note] if run.note is not None else []), *said)

    @property
    def hypothesis(self) -> str | None:
        """What was to be found out."""
        return self.manifest.hypothesis

    @property
    def started(self) -> datetime:
        """When it began, in UTC."""
        return self._head.started_at

    @property
    def ended(self) -> datetime | None:
        """When it ended, in UTC; None while it goes."""
        return None if self._head.status is Status.RUNNING else self._head.ended_at

    @property
    def seconds(self) -> float | None:
        """Wall time; of a chain that of all its parts; None while it goes."""
        return self._head.seconds

    @property
    def user(self) -> User:
        """Who ran it: ``name`` and ``email``."""
        return self._head.user

    @property
    def command(self) -> str:
        """What was run, quoted as for a shell."""
        return self._head.command

    @property
    def commit(self) -> str:
        """The commit that is the run; ``code.commit`` is the one that was checked out."""
        return self._head.commit

    @property
    def ref(self) -> str:
        """The ref under which it is, or was before it was folded."""
        return self._head.ref

    @property
    def hidden(self) -> bool:
        """Whether ``exp rm`` hid it."""
        return self._head.hidden

    @property
    def parts(self) -> tuple[RunView, ...]:
        """The runs of the chain for which it stands, the first one first; none where it stands for itself."""
        return tuple(RunView(self._source, part) for part in self._head.chain)

    @property
    def manifest(self) -> Run:
        """All that its manifest says. Raises BrokenRecord."""
        return self._source.load(self._head)

    @property
    def seed(self) -> int | None:
        """The seed, where one was recorded."""
        return self.manifest.seed

    @property
    def host(self) -> str:
        """The machine that it ran on."""
        return self.manifest.host

    @property
    def code(self) -> Code:
        """The code: ``commit``, ``branch``, ``dirty``, ``snapshot``, ``left_out``."""
        return self.manifest.code

    @property
    def environment(self) -> Environment:
        """Interpreter, packages and hardware."""
        return self.manifest.environment

    @property
    def data(self) -> tuple[DataItem, ...]:
        """What it read: ``path``, ``md5``, ``bytes``."""
        return self.manifest.data

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """What it wrote: ``path``, ``md5``, ``bytes``, and where it is kept."""
        return self.manifest.artifacts

    @property
    def cost(self) -> Cost | None:
        """What it took, where that is known."""
        return self.manifest.cost

    @property
    def lineage(self) -> Lineage:
        """The runs that it comes from: ``resumes``, ``reproduces``, ``forked_from``."""
        return self.manifest.lineage

    def series(self, metric: str) -> Series:
        """Every point of a metric; of a chain the joined series.

        Where a part of it alone can be had that is told as a warning. Raises PartNotFound where it has no such metric.
        """
        found = Series(metric)
        for point in PointReading(self._source.store, self._source.load, tell).read(self._head):
            if point.metric == metric:
                found.add(point)
        if not found and metric not in self._head.metrics:
            near = ", ".join(list(self._head.metrics)[:8])
            raise PartNotFound(self.name, f"metric {metric!r}", hint=f"one of {near}" if near else None)
        return found

    def read(self, path: str, *, data: bool = False) -> bytes:
        """The bytes of one artifact, or with ``data`` of a file that it read, checked against their hash.

        Raises PartNotFound, ObjectMissing where the bytes are not to be had, ObjectDamaged.
        """
        return read_file(self._source.store, self.id, path, data=data)

    def get(
        self, *paths: str, folder: str | os.PathLike[str] = ".", data: bool = False, force: bool = False
    ) -> list[str]:
        """Brings artifacts, or with ``data`` what it read, below a folder, and says where each lies.

        Without paths all come. A file that differs is left alone unless ``force``. What can be had is brought before
        what cannot is raised.
        """
        return get_files(self._source.store, self.id, paths, os.fspath(folder), data=data, force=force)

    def output(self) -> str:
        """What it printed; of a run that is going nothing yet."""
        data = self._source.store.read_part(self._head, OUTPUT)
        return "" if data is None else data.decode("utf-8", "replace")

    def to_dict(self) -> dict[str, Any]:
        """The run as plain values, with what its manifest says where that can be read."""
        from gitexp.model.details import find_details

        fields = ("id", "name", "experiment", "status", "started", "ended", "seconds", "command", "commit")
        plain: dict[str, Any] = {name: getattr(self, name) for name in fields}
        plain |= {"user": self.user.name, "params": self.params, "metrics": self.metrics, "tags": self.tags}
        try:
            return {**plain, **find_details(self.manifest)}
        except BrokenRecord as error:
            tell(error.message)
            return plain

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunView) and other.commit == self.commit and other.id == self.id

    def __hash__(self) -> int:
        return hash((self.id, self.commit))

    def __repr__(self) -> str:
        from gitexp.render.notebook import format_run

        return format_run(self._head)

    def _repr_html_(self) -> str:
        from gitexp.render.notebook import format_run_html

        return format_run_html(self._head)
