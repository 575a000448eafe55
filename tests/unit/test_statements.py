"""Statements about runs: which change anything, and which words are runs and which are tags."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import UsageError
from gitexp.model.annotations import Annotation, Statement, apply_annotations
from gitexp.model.refs import Experiment
from gitexp.model.run import User
from gitexp.model.statements import (
    is_hidden,
    plan_hiding,
    plan_link,
    plan_move,
    plan_note,
    plan_tags,
    plan_unhiding,
    plan_untag,
    read_link,
    read_text,
)
from gitexp.model.tag_words import looks_like_run, split_words
from kit.runs import make_run

if TYPE_CHECKING:
    from gitexp.model.run import Run
    from gitexp.model.statements import Plan

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RUNS = {"k3v9", "amber-fox-k3v9", "last", "baseline"}


def say(run: Run, *statements: Statement) -> Run:
    """The run once these are said of it."""
    said = list(run.annotations)
    for statement in statements:
        at = NOON + timedelta(seconds=len(said))
        said.append(Annotation(at, f"{len(said):064d}", User("Ada", "ada@example.org"), *statement))
    return apply_annotations(replace(run, annotations=()), said)


plans = st.sampled_from(
    [
        plan_tags({"team": "fraud", "n": 1}),
        plan_tags({"n": float("nan")}),
        plan_untag(["team", "n"]),
        plan_note("fine"),
        plan_link(read_link("https://example.org")),
        plan_move(Experiment("trees")),
        plan_move(Experiment("default")),
        plan_hiding(),
        plan_hiding("wrong"),
        plan_unhiding(),
    ]
)


@given(st.lists(plans, max_size=8), plans)
def test_what_was_just_said_changes_nothing_when_it_is_said_again(before: list[Plan], plan: Plan) -> None:
    run = make_run()
    for one in before:
        run = say(run, *one(run))
    run = say(run, *plan(run))
    assert list(plan(run)) == []


def test_only_the_tags_that_differ_are_said() -> None:
    run = make_run(tags={"a": 1, "b": True})
    assert plan_tags({"a": 1, "b": 1, "c": 2})(run) == [Statement("tag", {"b": 1, "c": 2})]
    assert plan_untag(["a", "x"])(run) == [Statement("untag", ("a",))]


def test_a_hidden_run_is_hidden_until_that_is_taken_back() -> None:
    run = make_run()
    assert not is_hidden(run)
    hidden = say(run, Statement("hide"))
    assert is_hidden(hidden)
    assert plan_hiding("because")(hidden) == [Statement("note", "because")]
    assert not is_hidden(say(hidden, Statement("unhide")))


def test_a_text_keeps_its_lines() -> None:
    assert read_text("\n\n  a  \n\n\tb \r\n\n") == "  a\n\n\tb"


@pytest.mark.parametrize(
    ("words", "runs", "tags"),
    [
        (["k3v9"], ["k3v9"], []),
        (["k3v9", "last", "a=1"], ["k3v9", "last"], ["a=1"]),
        (["k3v9", "good", "a=1", "b"], ["k3v9"], ["good", "a=1", "b"]),
        (["k3v9", "baseline=true"], ["k3v9"], ["baseline=true"]),
        (["k3v9", "test", "keep", "facade"], ["k3v9"], ["test", "keep", "facade"]),
    ],
)
def test_runs_come_first_and_tags_after_them(words: list[str], runs: list[str], tags: list[str]) -> None:
    assert split_words(words, RUNS.__contains__, RUNS, ()) == (tuple(runs), tuple(tags))


def test_runs_may_be_given_elsewhere() -> None:
    assert split_words(["good"], RUNS.__contains__, RUNS, (), has_runs=True) == ((), ("good",))
    assert split_words([], RUNS.__contains__, RUNS, (), has_runs=True) == ((), ())


@pytest.mark.parametrize(
    "words", [[], ["a=1"], ["good"], ["k3v9", "a=1", "last"], ["k3v9", "k3v8"], ["k3v9", "baseline"], ["k3v9", "?"]]
)
def test_a_word_that_may_be_either_is_refused(words: list[str]) -> None:
    with pytest.raises(UsageError) as refused:
        split_words(words, RUNS.__contains__, RUNS, {"baseline"})
    assert refused.value.hint


@pytest.mark.parametrize("word", ["k3v8", "1f0c2e", "amber-fox-k3v8", "amber", "amber-fox"])
def test_what_looks_like_a_run(word: str) -> None:
    assert looks_like_run(word, {"amber-fox-k3v9"})


@pytest.mark.parametrize("word", ["good", "test", "v2", "release-1.0", "facade", "ok"])
def test_what_does_not(word: str) -> None:
    assert not looks_like_run(word, {"amber-fox-k3v9"})
