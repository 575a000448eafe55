"""Names in a filter that begin with a stage."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gitexp.errors import InvalidFilter
from gitexp.model.filter_judging import compile_filter
from gitexp.model.filter_names import Evidence, know_names
from gitexp.model.filter_parsing import parse_filter
from gitexp.model.filter_stages import split_stage
from gitexp.model.filter_times import Clock
from gitexp.model.filter_tree import Name, find_names
from kit.heads import make_head

STAGES = frozenset({"staging", "production", "code", "pre-prod"})


@pytest.mark.parametrize(
    ("text", "stage", "name"),
    [
        ("production.metrics.loss", "production", Name("metrics", "loss", "", 11)),
        ("production.metrics.loss.min", "production", Name("metrics", "loss", "min", 11)),
        ("production.metrics.count", "production", Name("metrics", "count", "", 11)),
        ("production.metrics.`a b`.c", "production", Name("metrics", "a b.c", "", 11)),
        ("production.params.max", "production", Name("params", "max", "", 11)),
        ("production.params.layer.max", "production", Name("params", "layer.max", "", 11)),
        ("production.loss.min", "production", Name(None, "loss", "min", 11)),
        ("production.count", "production", Name(None, "count", "", 11)),
        ("pre-prod.tags.team", "pre-prod", Name("tags", "team", "", 9)),
        ("staging.code.dirty", "staging", Name(None, "code.dirty", "", 8)),
    ],
)
def test_a_stage_is_taken_apart_from_the_name(text: str, stage: str, name: Name) -> None:
    (written,) = find_names(parse_filter(f"{text} is null"))
    assert split_stage(written, STAGES) == (stage, name)


@pytest.mark.parametrize("text", ["metrics.production.loss", "production", "loss", "params.staging", "other.loss"])
def test_other_names_begin_with_no_stage(text: str) -> None:
    (written,) = find_names(parse_filter(f"{text} is null"))
    assert split_stage(written, STAGES) is None


def test_a_filter_reads_the_run_in_the_stage() -> None:
    new, old = make_head("h222222222", metrics={"loss": 0.1}), make_head("g111111111", metrics={"loss": 0.2})
    known = know_names([new, old])._replace(stages=STAGES)
    text = "metrics.loss < production.metrics.loss and 0.15 < production.loss"
    ready = compile_filter(parse_filter(text), text, known, Clock(datetime(2026, 11, 27, tzinfo=UTC)))
    assert ready.judge(Evidence(new, {}, {"production": Evidence(old, {})})) is True
    assert ready.judge(Evidence(old, {}, {"production": Evidence(new, {})})) is False
    assert ready.judge(Evidence(new, {})) is None  # nothing there: not known


def test_what_every_run_has_goes_before_a_stage_that_is_called_alike() -> None:
    known = know_names([make_head("h222222222")])._replace(stages=STAGES)
    ready = compile_filter(parse_filter("code.dirty"), "code.dirty", known, Clock(datetime(2026, 11, 27, tzinfo=UTC)))
    assert [one.stage for one in ready.readings] == [None]


def test_without_stages_such_a_name_is_one_that_no_run_has() -> None:
    text = "production.metrics.loss > 1"
    known = know_names([make_head("h222222222", metrics={"loss": 0.1})])
    with pytest.raises(InvalidFilter, match=r"no run has production\.metrics\.loss"):
        compile_filter(parse_filter(text), text, known, Clock(datetime(2026, 11, 27, tzinfo=UTC)))
