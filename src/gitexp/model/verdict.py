"""Whether the same came out when a run was run again."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from gitexp.model.ordering import natural_key
from gitexp.model.series_distance import SeriesPoint, find_parting, is_same_number, measure_distance
from gitexp.model.timing import is_timing
from gitexp.model.tolerance import Tolerance, find_tolerance, matches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.metrics import Number, Summary
    from gitexp.model.run import Artifact, Run
    from gitexp.model.series_distance import Parting
    from gitexp.model.suspects import Suspect
    from gitexp.model.tolerance import MetricTolerance

Outcome: TypeAlias = Literal["identical", "within tolerance", "different"]
Held: TypeAlias = Literal["identical", "within tolerance", "different", "missing", "new", "ignored"]
Source: TypeAlias = Literal["said", "seeds", "default"]
SeriesByMetric: TypeAlias = "Mapping[str, Sequence[SeriesPoint]]"

ORDER_OF_SUMS = Tolerance(1e-6, relative=True)
"""What holds where nothing else is known: to add the same floats in another order moves the last digits of a sum."""


class VerdictRules(NamedTuple):
    """What counts as the same. ``spreads`` are what seeds move each metric by, ``ignore`` globs of names and paths."""

    tolerances: Sequence[MetricTolerance] = ()
    ignore: Sequence[str] = ()
    spreads: Mapping[str, float] = MappingProxyType({})


class MetricVerdict(NamedTuple):
    """One metric: its last value then and now. ``source`` says where ``allowed`` comes from."""

    key: str
    held: Held
    was: Number | None
    now: Number | None
    difference: float | None
    """now − was; None where one is not there, NaN where it is no number."""
    allowed: float | None
    source: Source | None
    parting: Parting | None
    """Where the series part; None where every point is equal, or the series are not known."""


class ArtifactVerdict(NamedTuple):
    """One artifact: the hash that it had and has; None where it is not there, or has none."""

    path: str
    held: Held
    was: str | None
    now: str | None


class Ending(NamedTuple):
    """How a run ended."""

    status: str
    exit_code: int | None
    signal: str | None


class Verdict(NamedTuple):
    """What was compared, and what came of it."""

    outcome: Outcome
    was: Ending
    now: Ending
    metrics: tuple[MetricVerdict, ...]
    artifacts: tuple[ArtifactVerdict, ...]
    suspects: tuple[Suspect, ...] = ()
    same_output: bool | None = None
    """Whether it printed the same; told, and never counted, for outputs hold times and paths."""

    @property
    def ends_alike(self) -> bool:
        """Whether it ended as it had."""
        return self.was == self.now

    @property
    def compares_nothing(self) -> bool:
        """Whether there was nothing to compare but how it ended."""
        held = [*(one.held for one in self.metrics), *(one.held for one in self.artifacts)]
        return all(one == "ignored" for one in held)


def judge(
    was: Run,
    now: Run,
    series: tuple[SeriesByMetric, SeriesByMetric] | None,
    rules: VerdictRules = VerdictRules(),  # noqa: B008  a value
) -> Verdict:
    """Holds a run that was run again against what it was. ``series`` are those of both; None where one is not known.

    Identical: it ended alike, every series and every artifact is the same. Within tolerance: the last value of each
    metric is as near as is allowed; then artifacts may differ, where metrics were compared at all. Times and rates of
    the program are ignored unless a tolerance names them. The suspects are another's to find.
    """
    metrics = _judge_metrics(was, now, series, rules)
    artifacts = _judge_artifacts(was, now, rules)
    endings = [Ending(run.status.value, run.exit_code, run.signal) for run in (was, now)]
    compared = [one for one in metrics if one.held != "ignored"]
    outcome: Outcome = "identical"
    if any(one.held == "within tolerance" for one in compared) or any(_differs(one) for one in artifacts):
        outcome = "within tolerance"
    is_other = any(one.held in ("different", "missing", "new") for one in compared)
    is_gone = any(one.held == "missing" for one in artifacts)
    is_all = not compared and any(_differs(one) for one in artifacts)
    if endings[0] != endings[1] or is_other or is_gone or is_all:
        outcome = "different"
    return Verdict(outcome, endings[0], endings[1], metrics, artifacts)


def _judge_metrics(
    was: Run, now: Run, series: tuple[SeriesByMetric, SeriesByMetric] | None, rules: VerdictRules
) -> tuple[MetricVerdict, ...]:
    is_part = was.series is not None or now.series is not None
    found: list[MetricVerdict] = []
    for key in sorted(was.metrics.keys() | now.metrics.keys(), key=natural_key):
        parting = None
        if series is not None and key in was.metrics and key in now.metrics:
            parting = find_parting(series[0].get(key, ()), series[1].get(key, ()), is_part=is_part)
        found.append(_judge_metric(key, was.metrics.get(key), now.metrics.get(key), parting, rules))
    return tuple(found)


def _judge_metric(
    key: str, was: Summary | None, now: Summary | None, parting: Parting | None, rules: VerdictRules
) -> MetricVerdict:
    last_was, last_now = (None if one is None else one.last for one in (was, now))
    said = find_tolerance(key, [one for one in rules.tolerances if one.metric == key])
    if said is None and (is_timing(key) or matches(key, rules.ignore)):
        return MetricVerdict(key, "ignored", last_was, last_now, None, None, None, parting)
    if was is None or now is None:
        held: Held = "new" if was is None else "missing"
        return MetricVerdict(key, held, last_was, last_now, None, None, None, parting)
    allowed, source = _allow(key, was.last, rules)
    difference = 0.0
    if not is_same_number(was.last, now.last):
        difference = math.copysign(measure_distance(was.last, now.last), 1 if now.last >= was.last else -1)
    if parting is None and _is_same_summary(was, now):
        held = "identical"
    else:
        held = "within tolerance" if abs(difference) <= allowed else "different"
    return MetricVerdict(key, held, was.last, now.last, difference, allowed, source, parting)


def _allow(key: str, was: Number, rules: VerdictRules) -> tuple[float, Source]:
    said = find_tolerance(key, rules.tolerances)
    if said is not None:
        return said.allow(was), "said"
    least = ORDER_OF_SUMS.allow(was)
    spread = rules.spreads.get(key)
    if spread is not None and spread > least:
        return spread, "seeds"
    return (least if math.isfinite(least) else 0.0), "default"


def _is_same_summary(was: Summary, now: Summary) -> bool:
    """Whether the summaries are the same, which speak for series that are not known whole."""
    pairs = ((was.last, now.last), (was.min, now.min), (was.max, now.max), (was.first, now.first))
    return all(is_same_number(one, other) for one, other in pairs) and was.count == now.count


def _judge_artifacts(was: Run, now: Run, rules: VerdictRules) -> tuple[ArtifactVerdict, ...]:
    before, after = ({one.path: one for one in _compared(run)} for run in (was, now))
    found = []
    for path in sorted(before.keys() | after.keys(), key=natural_key):
        one, other = (None if side.get(path) is None else side[path].md5 for side in (before, after))
        if one is None and other is None:
            continue
        held: Held = "ignored" if matches(path, rules.ignore) else _hold(one, other)
        found.append(ArtifactVerdict(path, held, one, other))
    return tuple(found)


def _hold(was: str | None, now: str | None) -> Held:
    if was == now:
        return "identical"
    return "new" if was is None else "missing" if now is None else "different"


def _compared(run: Run) -> list[Artifact]:
    """The artifacts but for a series too large for Git, which holds times: it is compared as a series."""
    whole = run.series.whole if run.series is not None else None
    return [one for one in run.artifacts if one.path != whole]


def _differs(artifact: ArtifactVerdict) -> bool:
    return artifact.held not in ("identical", "ignored")
