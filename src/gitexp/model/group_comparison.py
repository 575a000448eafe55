"""Groups of runs held against each other: what each metric comes to in each, and how far it lies from a baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from gitexp.model.columns import Cell, Column
    from gitexp.model.head import RunHead
    from gitexp.model.metrics import Direction

Test: TypeAlias = Literal["welch", "mann-whitney", "paired-t", "wilcoxon"]
TESTS: tuple[Test, ...] = ("welch", "mann-whitney", "paired-t", "wilcoxon")
IntervalKind: TypeAlias = Literal["t", "bootstrap"]
INTERVALS: tuple[IntervalKind, ...] = ("t", "bootstrap")
Verdict: TypeAlias = Literal["better", "worse", "higher", "lower", "unclear", "untested"]
"""``higher`` and ``lower`` where nothing says which way is better; ``unclear``: a test was made and showed nothing;
``untested``: no test could be made, and the notes say why."""


class Procedure(NamedTuple):
    """How groups are held against each other. ``level`` is the confidence of every interval; 1 - level is α."""

    test: Test = "welch"
    interval: IntervalKind = "t"
    level: float = 0.95


class GroupValues(NamedTuple):
    """What one metric comes to in one group, over the ``n`` finished runs that have a finite value of it.

    ``sd`` is the sample standard deviation, ``low`` to ``high`` the confidence interval of the mean; both None of one
    value. ``absent`` counts finished runs without the metric, ``left_out`` those whose value is no finite number.
    """

    n: int
    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    absent: int = 0
    left_out: int = 0


class GroupDifference(NamedTuple):
    """How far a group lies from the baseline in one metric: ``difference`` = group - baseline.

    It is that of the means, or under a rank test the Hodges-Lehmann estimate of the shift; ``low`` to ``high`` its
    confidence interval. ``p`` is two-sided, ``adjusted_p`` after Holm over the groups tested on this metric, and the
    verdict goes by it. ``effect`` is named by ``effect_name``. ``n`` and ``baseline_n`` are the runs that went in.
    ``sentence`` says all of it in words; ``notes`` what keeps it from saying more.
    """

    n: int
    baseline_n: int
    verdict: Verdict
    sentence: str
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    percent: float | None = None
    p: float | None = None
    adjusted_p: float | None = None
    effect: float | None = None
    effect_name: str = ""
    test: Test | None = None
    notes: tuple[str, ...] = ()


class ComparedMetric(NamedTuple):
    """A row: one metric, ``values`` and ``differences`` in the order of the groups; the baseline has no difference."""

    column: Column
    direction: Direction | None
    values: tuple[GroupValues, ...]
    differences: tuple[GroupDifference | None, ...]
    best: frozenset[int] = frozenset()
    """The groups with the best mean; none where no direction is known, or where there is nothing to choose from."""

    @property
    def is_same(self) -> bool:
        """Whether every finished run of every group has it, with one and the same value."""
        ends = {end for one in self.values for end in (one.minimum, one.maximum)}
        return len(ends) == 1 and None not in ends and not any(one.absent + one.left_out for one in self.values)


class ComparedGroup(NamedTuple):
    """A column: a group of runs. Only ``finished`` ones count in the values; ``others`` are named beside them.

    ``seconds`` and ``costs`` (currency, amount) are sums over all runs of the group, finished or not: what failed has
    been paid for as well. None and () where no run has them; ``uncosted`` counts the runs without a cost.
    """

    label: str
    cells: tuple[Cell, ...]
    finished: tuple[RunHead, ...]
    others: tuple[RunHead, ...] = ()
    seconds: float | None = None
    costs: tuple[tuple[str, float], ...] = ()
    uncosted: int = 0

    @property
    def heads(self) -> tuple[RunHead, ...]:
        """All runs of the group."""
        return (*self.finished, *self.others)


class GroupComparison(NamedTuple):
    """Metrics by groups. ``columns`` are what the runs were grouped by, ``baseline`` the place of a group or None.

    ``family`` is the most comparisons that Holm's correction was made over, for any metric. ``undirected`` are metrics
    of which nothing says whether more or less is better, ``further`` those that were not looked at, since only so many
    were asked for. ``notes`` hold for all: what was left out, and why.
    """

    columns: tuple[Column, ...]
    groups: tuple[ComparedGroup, ...]
    metrics: tuple[ComparedMetric, ...]
    procedure: Procedure = Procedure()
    baseline: int | None = None
    family: int = 0
    undirected: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
