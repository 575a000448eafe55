"""What a plot shows, as values: whoever draws it, on a terminal, as a picture or on a page, decides nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from gitexp.model.going import Points
    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Direction
    from gitexp.model.values import Value


class PlottedRun(NamedTuple):
    """A run as a plot names it. ``group`` is the number of its group, by which its colour is chosen."""

    id: RunId
    name: str
    group: int = 0


class PlottedCurve(NamedTuple):
    """One series of a run; ``smooth`` are the points after smoothing, the same ones where there is none."""

    run: PlottedRun
    points: Points
    smooth: Points


class Band(NamedTuple):
    """The mean over the runs of a group, with what lies one standard deviation below and above, place by place.

    ``runs`` are all of them, ``counts`` those that have a value at a place: a deviation of one alone is 0.
    """

    label: str
    group: int
    places: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    runs: int
    counts: tuple[int, ...] = ()

    @property
    def size(self) -> str:
        """Of how many runs the mean is: ``5``, or ``3 to 5`` where not all have a value everywhere."""
        fewest = min(self.counts, default=self.runs)
        return str(self.runs) if fewest == self.runs else f"{fewest} to {max(self.counts)}"


class CurvesPlot(NamedTuple):
    """Curves of one metric. ``bands`` take the place of curves where runs were grouped.

    ``x`` says what places are: steps, or seconds since the start. ``smoothing`` says how curves were smoothed, ''
    where they were not.
    """

    metric: str
    curves: tuple[PlottedCurve, ...]
    bands: tuple[Band, ...] = ()
    log: bool = False
    left_out: tuple[str, ...] = ()
    x: Literal["step", "time"] = "step"
    smoothing: str = ""


class ScatterPoint(NamedTuple):
    """A run at a place."""

    run: PlottedRun
    x: float
    y: float


class ScatterPlot(NamedTuple):
    """One value of runs against another; ``categories`` are the places of ``x`` that stand for texts, in order.

    ``groups`` are the names of groups by their numbers, none where each run is one of its own.
    """

    x_title: str
    y_title: str
    points: tuple[ScatterPoint, ...]
    categories: tuple[str, ...] = ()
    log_x: bool = False
    log_y: bool = False
    left_out: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Bar(NamedTuple):
    """A value of a run, or the mean of ``runs``; ``low`` and ``high`` are the ends of its interval."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    run: PlottedRun | None = None
    runs: int = 1


class BarsPlot(NamedTuple):
    """Bars of one value, the best first where its direction is known."""

    title: str
    bars: tuple[Bar, ...]
    left_out: tuple[str, ...] = ()


class ParallelAxis(NamedTuple):
    """One axis of parallel coordinates. ``places`` has a number for each row, None for a run without a value.

    ``categories`` are the texts that whole numbers from 0 on stand for, none on an axis of numbers.
    """

    key: str
    title: str
    kind: Literal["param", "metric", "cost"]
    places: tuple[float | None, ...]
    categories: tuple[str, ...] = ()
    log: bool = False


class ParallelPlot(NamedTuple):
    """Parallel coordinates: a line for each run over all axes. ``coloured_by`` is the key of the axis of its colour."""

    runs: tuple[PlottedRun, ...]
    axes: tuple[ParallelAxis, ...]
    coloured_by: str | None = None
    left_out: tuple[str, ...] = ()


class Objective(NamedTuple):
    """Something to make the most, or the least, of."""

    key: str
    title: str
    direction: Direction


class ParetoPoint(NamedTuple):
    """A run by its objectives. ``dominated_by`` names a run of the front that is nowhere worse, None on the front."""

    run: PlottedRun
    values: tuple[float, ...]
    dominated_by: PlottedRun | None


class ParetoPlot(NamedTuple):
    """Two or three objectives, and who is on the front."""

    objectives: tuple[Objective, ...]
    points: tuple[ParetoPoint, ...]
    left_out: tuple[str, ...] = ()

    @property
    def front(self) -> tuple[ParetoPoint, ...]:
        """The runs that no other one dominates."""
        return tuple(point for point in self.points if point.dominated_by is None)


class ImportanceRow(NamedTuple):
    """How much one param tells of a metric: the loss of R² when its values are shuffled, and its spread."""

    param: str
    importance: float
    deviation: float


class ImportancePlot(NamedTuple):
    """Importance of params, the greatest first. ``warning`` says why it is not to be believed, where it is not.

    ``r2`` is that of the forest on runs that it had not seen.
    """

    metric: str
    rows: tuple[ImportanceRow, ...]
    runs: int
    method: str
    warning: str | None = None
    left_out: tuple[str, ...] = ()
    r2: float | None = None


class MatrixPlot(NamedTuple):
    """A confusion matrix that a run logged: counts by true class (down) and predicted class (across)."""

    run: PlottedRun
    title: str
    labels: tuple[str, ...]
    counts: tuple[tuple[float, ...], ...]
    left_out: tuple[str, ...] = ()


class TablePlot(NamedTuple):
    """A table that a run logged."""

    run: PlottedRun
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    left_out: tuple[str, ...] = ()


Plot: TypeAlias = (
    CurvesPlot | ScatterPlot | BarsPlot | ParallelPlot | ParetoPlot | ImportancePlot | MatrixPlot | TablePlot
)
