"""What a new version of a model would change against an old one, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitexp.model.difference import Change, MetricChange
    from gitexp.model.group_comparison import GroupDifference
    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Direction
    from gitexp.model.paths import TreePath
    from gitexp.model.registry import VersionArtifact


class VersionSide(NamedTuple):
    """One of the two versions. ``run_name`` is None where its run is not here."""

    name: str
    """As it is typed: ``fraud:v3``."""
    run: RunId
    run_name: str | None
    artifact: VersionArtifact


class CodeStep(NamedTuple):
    """A commit on the way from one code to another."""

    commit: str
    subject: str


class FileChange(NamedTuple):
    """How much of a file changed, in lines; None where it is not text."""

    path: TreePath
    added: int | None
    deleted: int | None


class CodeBetween(NamedTuple):
    """The way from one code to another: what really ran, uncommitted changes included.

    ``steps`` are the newest of the ``ahead`` commits that only the new one has; ``behind`` counts those that only the
    old one has. ``files`` are the first of ``files_changed``.
    """

    is_equal: bool
    steps: tuple[CodeStep, ...] = ()
    ahead: int = 0
    behind: int = 0
    files: tuple[FileChange, ...] = ()
    files_changed: int = 0
    is_dirty: bool = False
    """Whether the new run had changes that no commit has."""


class SeedVerdict(NamedTuple):
    """What runs that differ by their seed alone say of a metric: new against old, with its sentence."""

    metric: str
    direction: Direction | None
    found: GroupDifference


class VersionChange(NamedTuple):
    """A new version against an old one; ``old`` is None where nothing stands there yet.

    ``code`` is None where it could not be compared. ``notes`` say in sentences what could not be told, and why.
    """

    model: str
    old: VersionSide | None
    new: VersionSide
    metrics: tuple[MetricChange, ...] = ()
    params: tuple[Change, ...] = ()
    params_equal: int = 0
    data: tuple[Change, ...] = ()
    data_equal: int = 0
    code: CodeBetween | None = None
    seeds: tuple[SeedVerdict, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def has_same_bytes(self) -> bool:
        """Whether both would deploy the very same bytes."""
        return self.old is not None and self.old.artifact.md5 == self.new.artifact.md5
