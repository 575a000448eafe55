"""What a run has said up to now: the records of its journal summed up, and told as the run's own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from gitexp.actions.metrics_found import API_SOURCE
from gitexp.capture.redaction import REDACTED
from gitexp.format.frames import METRICS, NOTE, PARAMS, SUMMARY, TAGS, WARNING
from gitexp.model.curves import CurveBuilder
from gitexp.model.metrics import SeriesSummary
from gitexp.model.params import MergedParams, prefer_said
from gitexp.model.texts import replace_surrogates, replace_surrogates_in
from gitexp.model.values import is_scalar
from gitexp.model.whole_numbers import bound, tame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.capture.redaction import Redactor
    from gitexp.model.going import Points
    from gitexp.model.metrics import Number, Point, Step, Summary
    from gitexp.model.run import Run
    from gitexp.model.values import Params, Scalar
    from gitexp.store.journal_records import Record


T = TypeVar("T")


class SaidSoFar:
    """Takes records as they come and sums them up; memory grows with the number of metrics, not with their points."""

    __slots__ = (
        "_curves",
        "_draws",
        "_series",
        "_stated",
        "_tags",
        "_warnings",
        "last_step",
        "notes",
        "params",
        "tags",
    )

    def __init__(self, *, draws: bool = False) -> None:
        self._series: dict[str, SeriesSummary] = {}
        self._curves: dict[str, CurveBuilder] = {}
        self._draws = draws
        self._stated: dict[str, Number] = {}
        self._warnings: list[str] = []
        self.params: Params = {}
        self.tags: dict[str, Scalar] = {}
        self.notes: list[str] = []
        self.last_step: Step | None = None

    @property
    def has_metrics(self) -> bool:
        """Whether any value of any metric came."""
        return bool(self._series)

    def take(self, records: Iterable[Record]) -> None:
        """Takes the next records, in order of time. One that is not of its kind's form is passed over."""
        for record in records:
            if record[0] == METRICS:  # nearly all of them: a match statement takes as long as all the rest
                values = record[3] if len(record) > 3 else None
                if isinstance(values, dict):
                    for metric, value in values.items():
                        self._add(metric, value, record[2], API_SOURCE)
                continue
            match record:
                case (kind, _, dict(values), *_) if kind == PARAMS:
                    said = tame(values)
                    self.params |= {replace_surrogates(key): replace_surrogates_in(one) for key, one in said.items()}
                case (kind, _, dict(values), *_) if kind == TAGS:
                    self.tags |= {replace_surrogates(key): one for key, one in tame(values).items() if is_scalar(one)}
                case (kind, _, str(text), *_) if kind == NOTE:
                    self.notes.append(replace_surrogates(text))
                case (kind, _, dict(values), *_) if kind == SUMMARY:
                    self._stated |= {metric: bound(value) for metric, value in values.items()}
                case (kind, _, str(text), *_) if kind == WARNING:
                    self._warnings.append(replace_surrogates(text))

    def take_points(self, points: Iterable[Point], source: str) -> None:
        """Takes points that were found elsewhere."""
        for point in points:
            self._add(point.metric, point.value, point.step, source)

    def forget_points(self) -> None:
        """Drops the series: better ones have come."""
        self._series, self._curves, self.last_step = {}, {}, None

    def hide_names(self, values: dict[str, T], redactor: Redactor) -> dict[str, T]:
        """Values by metric, without the secrets that names of metrics hold."""
        metrics = dict.fromkeys((*self._series, *map(replace_surrogates, self._stated)))
        names = redactor.redact_names(metrics)
        return {names.get(metric, metric): value for metric, value in values.items()} if names else values

    def summaries(self) -> dict[str, Summary]:
        """What is to be said of each metric by now."""
        found = {metric: series.summary() for metric, series in self._series.items()}
        for metric, value in self._stated.items():
            name = replace_surrogates(metric)
            if name in found:
                found[name] = replace(found[name], last=value)
            else:
                series = SeriesSummary(API_SOURCE)
                series.add(value, None)
                found[name] = series.summary()
        return found

    def curves(self) -> dict[str, Points]:
        """The series, thinned out, where they were asked for."""
        return {metric: curve.points() for metric, curve in self._curves.items()}

    def teach(self, redactor: Redactor) -> None:
        """Lets a redactor know the secrets among what was said: they are hidden in the output too."""
        redactor.redact_values(self.params, "params")
        redactor.redact_values(dict(self.tags), "tags")

    def tell(self, run: Run, redactor: Redactor) -> Run:
        """The run with what was said of it so far, secrets hidden."""
        params, hidden_params = redactor.redact_values(self.params, "params")
        tags, hidden_tags = redactor.redact_values(dict(self.tags), "tags")
        notes = (*((run.note,) if run.note else ()), *(redactor.redact_text(text)[0] for text in self.notes))
        merged, _ = prefer_said(MergedParams(run.params, run.param_sources), params, API_SOURCE, REDACTED)
        redacted = dict.fromkeys((*run.redacted, *hidden_params, *hidden_tags))
        return replace(
            run,
            params=merged.params,
            param_sources=merged.sources,
            metrics=self.hide_names(self.summaries(), redactor) or run.metrics,
            tags={**run.tags, **{key: value for key, value in tags.items() if is_scalar(value)}},
            note="\n\n".join(notes) or None,
            redacted=tuple(redacted),
            warnings=(*run.warnings, *(redactor.redact_text(text)[0] for text in self._warnings)),
        )

    def _add(self, metric: str, value: Number, step: Step | None, source: str) -> None:
        series = self._series.get(metric)
        if series is None:
            metric = replace_surrogates(metric)
            series = self._series.setdefault(metric, SeriesSummary(source))
        if type(value) is not float:
            value = bound(value)
        if step is not None and type(step) is not float:
            step = bound(step)
        series.add(value, step)
        if step is not None:
            self.last_step = step
        if self._draws:
            curve = self._curves.get(metric)
            if curve is None:
                curve = self._curves[metric] = CurveBuilder()
            curve.add(value, step)
