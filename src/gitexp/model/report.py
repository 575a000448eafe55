"""Everything that a report of runs shows, as values: who draws it reads nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.columns import Column
    from gitexp.model.comparison import Candidate
    from gitexp.model.group_comparison import GroupComparison
    from gitexp.model.grouping import Grouping
    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.lineage import Lineage
    from gitexp.model.metrics import Direction
    from gitexp.model.plots import ImportancePlot, MatrixPlot, TablePlot
    from gitexp.model.run import Run
    from gitexp.model.run_curves import RunCurve
    from gitexp.model.values import Value


class CodeDiff(NamedTuple):
    """What changed from one commit to another, as a patch. ``cut`` is how many bytes of it are not in ``text``."""

    before: str
    after: str
    text: str
    cut: int = 0


class Picture(NamedTuple):
    """A picture that a run logged, of a kind that every browser shows and that holds no script."""

    run: RunId
    path: str
    type: str
    data: bytes


class Report(NamedTuple):
    """Runs, and what is to be shown of them.

    ``candidates`` are in the order of the table; ``manifests`` by ref, none of a run that could not be read.
    ``packages`` are by the hash of their list; ``log_columns`` are the keys of columns better seen by ratios.
    ``left_out`` says in sentences what there is beside all this.
    """

    title: str
    candidates: tuple[Candidate, ...]
    manifests: Mapping[str, Run]
    columns: tuple[Column, ...]
    log_columns: frozenset[str]
    directions: Mapping[str, Direction]
    curves: tuple[RunCurve, ...] = ()
    grouping: Grouping | None = None
    comparison: GroupComparison | None = None
    importances: tuple[ImportancePlot, ...] = ()
    tables: tuple[TablePlot | MatrixPlot, ...] = ()
    pictures: tuple[Picture, ...] = ()
    code: tuple[CodeDiff, ...] = ()
    packages: Mapping[str, Mapping[str, Value]] = {}
    others: Mapping[RunId, str] = {}
    """The names of runs outside the report that those in it come from."""
    left_out: tuple[str, ...] = ()
    lineages: tuple[tuple[str, Lineage], ...] = ()
    """Of runs that are versions of a model: each with how the version is called."""

    @property
    def heads(self) -> tuple[RunHead, ...]:
        """The runs' heads."""
        return tuple(candidate.head for candidate in self.candidates)
