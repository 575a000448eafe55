"""Run specs: read, written, and what each names among runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import AmbiguousRun, DirectionUnknown, InvalidValue, RunNotFound, VersionNotFound
from gitexp.model.refs import Experiment, RunRef
from gitexp.model.run import Status
from gitexp.model.selection import Scope, select_run
from gitexp.model.spec import Extreme, FullRef, Last, Spec, Text, VersionSpec, format_spec, parse_spec
from kit.heads import make_head, make_summary

if TYPE_CHECKING:
    from gitexp.model.ids import RunId

DEFAULT = Scope(Experiment("default"))


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("last", Last()),
        ("last~3", Last(3)),
        ("last~0", Last(0)),
        ("last~", Last(1)),
        ("max:val_auc", Extreme("max", "val_auc")),
        ("min:loss.min", Extreme("min", "loss", "min")),
        ("best:val.loss.first", Extreme("best", "val.loss", "first")),
        ("max:.max", Extreme("max", ".max")),
        ("refs/runs/default/k3v9x2mabc", FullRef(RunRef("ended", "default", "k3v9x2mabc"))),
        ("refs/exp/live/a/k3v9x2mabc", FullRef(RunRef("live", "a", "k3v9x2mabc"))),
        ("fraud@production", VersionSpec("fraud", stage="production")),
        ("fraud:v3", VersionSpec("fraud", version=3)),
        ("k3v9", Text("k3v9")),
        ("amber-fox-k3v9", Text("amber-fox-k3v9")),
        ("lastly", Text("lastly")),
        ("fraud:x3", Text("fraud:x3")),
        ("a@b@c", Text("a@b@c")),
    ],
)
def test_reads_each_form(text: str, spec: Spec) -> None:
    assert parse_spec(text) == spec


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "exp show last"),
        ("a\nb", "exp show last"),
        ("\x1b[2J", "exp show last"),
        ("last~x", "last~1"),
        ("last^", "last~1"),
        ("max:", "max:loss"),
        ("refs/heads/main", "refs/runs/"),
        ("refs/runs/k3v9x2mabc", "refs/runs/"),
    ],
)
def test_refuses_what_can_be_no_spec(text: str, hint: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_spec(text)
    assert caught.value.exit_status == 2
    assert hint in (caught.value.hint or "")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co", "Zs"]), min_size=1))
def test_written_and_read_again_is_the_same(text: str) -> None:
    try:
        spec = parse_spec(text)
    except InvalidValue:
        return
    assert parse_spec(format_spec(spec)) == spec


def test_last_counts_back_in_the_present_experiment_alone() -> None:
    heads = [
        make_head("g000000000", minutes=0),
        make_head("h000000000", minutes=2, status=Status.FAILED),
        make_head("j000000000", minutes=1),
        make_head("k000000000", minutes=9, experiment="other"),
    ]
    assert [select_run(Last(back), heads, DEFAULT).id[0] for back in range(3)] == ["h", "j", "g"]
    with pytest.raises(RunNotFound, match="has only 3 runs"):
        select_run(Last(3), heads, DEFAULT)


def test_last_of_an_empty_experiment_points_to_the_newest_elsewhere() -> None:
    heads = [make_head("k000000000", experiment="other"), make_head("m000000000", minutes=1, experiment="third")]
    with pytest.raises(RunNotFound) as caught:
        select_run(Last(), heads, DEFAULT)
    assert caught.value.hint == "exp show m000000000  (the newest, in experiment 'third')"
    with pytest.raises(RunNotFound) as caught:
        select_run(Last(), [], DEFAULT)
    assert "exp run" in (caught.value.hint or "")


def test_extremes_are_of_finished_runs_with_a_number() -> None:
    heads = [
        make_head("g000000000", minutes=0, metrics={"auc": 0.9}),
        make_head("h000000000", minutes=1, metrics={"auc": 0.99}, status=Status.FAILED),
        make_head("j000000000", minutes=2, metrics={"auc": math.nan}),
        make_head("k000000000", minutes=3, metrics={"auc": 0.5}),
        make_head("m000000000", minutes=4, metrics={"auc": 1.0}, experiment="other"),
        make_head("n000000000", minutes=5, metrics={"auc": 0.9}),
        make_head("p000000000", minutes=6),
    ]
    assert select_run(parse_spec("max:auc"), heads, DEFAULT).id == "g000000000"  # not n, which only equals it
    assert select_run(parse_spec("min:auc"), heads, DEFAULT).id == "k000000000"


def test_best_needs_a_direction() -> None:
    heads = [make_head("g000000000", metrics={"loss": 0.9}), make_head("h000000000", minutes=1, metrics={"loss": 0.5})]
    with pytest.raises(DirectionUnknown):
        select_run(parse_spec("best:loss"), heads, DEFAULT)
    scope = Scope(Experiment("default"), directions={"loss": "minimize"})
    assert select_run(parse_spec("best:loss"), heads, scope).id == "h000000000"
    assert select_run(parse_spec("best:loss.max"), heads, scope).id == "h000000000"


def test_a_summary_is_taken_unless_a_metric_has_that_very_name() -> None:
    heads = [
        make_head("g000000000", metrics={"loss": make_summary(0.5, min=0.1)}),
        make_head("h000000000", metrics={"loss": make_summary(0.3, min=0.3)}),
    ]
    assert select_run(parse_spec("min:loss"), heads, DEFAULT).id == "h000000000"
    assert select_run(parse_spec("min:loss.min"), heads, DEFAULT).id == "g000000000"
    named = [*heads, make_head("j000000000", metrics={"loss.min": 0.2})]
    assert select_run(parse_spec("min:loss.min"), named, DEFAULT).id == "j000000000"


def test_an_unknown_metric_gets_the_nearest_as_hint() -> None:
    with pytest.raises(RunNotFound) as caught:
        select_run(parse_spec("max:val_acu"), [make_head(metrics={"val_auc": 0.9, "zebra": 1})], DEFAULT)
    assert caught.value.hint == "max:val_auc"


def test_a_text_is_an_id_prefix_then_a_name_then_a_commit() -> None:
    by_id = make_head("swan000000", name="one")
    by_name = make_head("h000000000", name="swan")
    by_commit = make_head("j000000000", name="three", commit="feed" + "0" * 36)
    heads = [by_id, by_name, by_commit]
    assert select_run(parse_spec("swan"), heads, DEFAULT) is by_id
    assert select_run(parse_spec("SWAN0"), heads, DEFAULT) is by_id
    assert select_run(parse_spec("swan"), heads[1:], DEFAULT) is by_name
    assert select_run(parse_spec("feed"), heads, DEFAULT) is by_commit
    assert select_run(parse_spec("FEED0"), heads, DEFAULT) is by_commit
    earlier = Scope(Experiment("default"), earlier_tips={"beef" + "0" * 36: by_name.id})
    assert select_run(parse_spec("beef"), heads, earlier) is by_name


def test_several_candidates_are_listed_newest_first() -> None:
    heads = [make_head("swan000000", minutes=0), make_head("swan111111", minutes=5)]
    with pytest.raises(AmbiguousRun) as caught:
        select_run(parse_spec("swan"), heads, DEFAULT)
    assert caught.value.fields["candidates"] == ["swan111111 (amber-fox-swan)", "swan000000 (amber-fox-swan)"]
    with pytest.raises(AmbiguousRun):
        select_run(parse_spec("amber-fox-swan"), heads, DEFAULT)


def test_a_full_ref_finds_the_run_ended_or_live() -> None:
    head = make_head("swan000000")
    assert select_run(parse_spec("refs/exp/live/default/swan000000"), [head], DEFAULT) is head
    with pytest.raises(RunNotFound):
        select_run(parse_spec("refs/runs/other/swan000000"), [head], DEFAULT)


def test_a_version_is_looked_up_and_a_run_that_is_called_like_one_is_found() -> None:
    named = make_head(name="fraud@production")

    def look_up(spec: VersionSpec) -> RunId:
        if spec.version == 3:
            return named.id
        raise VersionNotFound(format_spec(spec), "fraud has v3", hint="exp registry history fraud")

    scope = Scope(Experiment("default"), registry=look_up)
    assert select_run(parse_spec("fraud:v3"), [named], scope) is named
    assert select_run(parse_spec("fraud@production"), [named], scope) is named
    with pytest.raises(VersionNotFound, match="no version fraud:v4: fraud has v3"):
        select_run(parse_spec("fraud:v4"), [named], scope)
    with pytest.raises(RunNotFound, match=r"its run .* is not here") as caught:
        select_run(parse_spec("fraud:v3"), [make_head("swan000000")], scope)
    assert caught.value.hint == "exp pull"


@pytest.mark.parametrize(
    ("text", "why", "hint"),
    [
        ("amber-fix-k3v9", "no run 'amber-fix-k3v9'", "did you mean amber-fox-k3v9?"),
        ("k3v", "needs at least 4", "did you mean amber-fox-k3v9?"),
        ("mxa:loss", "no run", "max:METRIC, min:METRIC or best:METRIC"),
        ("zzzzzzzzzzzz", "no run", "exp ls --all"),
    ],
)
def test_what_is_not_found_gets_a_way_on(text: str, why: str, hint: str) -> None:
    with pytest.raises(RunNotFound, match=why) as caught:
        select_run(parse_spec(text), [make_head("k3v9x2mabc")], DEFAULT)
    assert caught.value.hint == hint
    assert caught.value.exit_status == 1
