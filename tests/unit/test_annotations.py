"""Annotations: what they come to, and the files and lines that say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import InvalidValue
from gitexp.format.annotation import format_annotation, name_annotation, parse_annotation
from gitexp.format.message import format_message
from gitexp.format.message_reading import parse_message
from gitexp.format.message_restating import bare_message, restate_message
from gitexp.model.annotations import (
    Annotation,
    Link,
    State,
    Statement,
    apply_annotations,
    fold_annotations,
    next_instant,
)
from gitexp.model.refs import Experiment
from gitexp.model.run import User
from kit.runs import make_run

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADA = User("Ada Lovelace", "ada@example.org")

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | texts
statements = st.one_of(
    st.dictionaries(texts, scalars, min_size=1, max_size=3).map(lambda tags: Statement("tag", tags)),
    st.lists(texts, min_size=1, max_size=3).map(lambda names: Statement("untag", tuple(names))),
    texts.map(lambda note: Statement("note", note)),
    st.builds(lambda url, title: Statement("link", Link(url, title)), texts, st.none() | texts),
    st.just(Statement("hide")),
    st.just(Statement("unhide")),
    st.sampled_from(["fraud", "base-2"]).map(lambda name: Statement("move", Experiment(name))),
)


def say(statement: Statement, seconds: float = 0, by: User = ADA) -> Annotation:
    data = format_annotation(statement, NOON + timedelta(seconds=seconds), by)
    annotation = parse_annotation(name_annotation(data), data)
    assert annotation is not None
    return annotation


@given(statements, st.integers(0, 10**9), st.builds(User, texts, texts))
def test_what_was_said_is_read_back(statement: Statement, microseconds: int, by: User) -> None:
    read = say(statement, microseconds / 1e6, by)

    assert (read.kind, read.value, read.by) == (statement.kind, statement.value, by)
    assert read.at == NOON + timedelta(seconds=microseconds / 1e6)


def test_a_file_is_readable_and_specified_byte_for_byte() -> None:
    data = format_annotation(Statement("tag", {"team": "fraud", "keep": True}), NOON, ADA)

    assert data.decode() == (
        "at: 2026-11-24T12:00:00.000000Z\n"
        "by: {name: Ada Lovelace, email: ada@example.org}\n"
        "tag:\n  team: fraud\n  keep: true\n"
    )
    assert name_annotation(data).endswith(b".yaml")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"- tag\n",
        b"at: noon\nby: {name: a, email: b}\nnote: x\n",
        b"at: 9999-12-31T23:59:59.999999Z\nby: {name: a, email: b}\nnote: x\n",
        b"at: 2026-11-24T12:00:00Z\nby: {name: a, email: b}\ntag: {team: [1, 2]}\n",
        b"at: 2026-11-24T12:00:00Z\nby: {name: a, email: b}\nmove: ../../heads/main\n",
        b"at: 2026-11-24T12:00:00Z\nby: ada\nnote: x\n",
        b"at: &a [*a]\n",
        b"\xff",
    ],
)
def test_what_is_no_annotation_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidValue):
        parse_annotation(name_annotation(data), data)


def test_a_statement_of_a_later_gitexp_is_passed_over() -> None:
    data = b"at: 2026-11-24T12:00:00Z\nby: {name: a, email: b}\npraise: loud\n"

    assert parse_annotation(name_annotation(data), data) is None


def test_a_file_under_another_name_is_refused() -> None:
    data = format_annotation(Statement("note", "good"), NOON, ADA)

    with pytest.raises(InvalidValue, match="not that of its content"):
        parse_annotation(b"0" * 64 + b".yaml", data)


def test_the_later_statement_counts_whatever_order_they_come_in() -> None:
    said = [
        say(Statement("tag", {"team": "fraud", "keep": True}), 1),
        say(Statement("tag", {"team": "risk"}), 2),
        say(Statement("untag", ("keep", "never-there")), 3),
        say(Statement("hide"), 4),
        say(Statement("move", Experiment("base")), 5),
    ]

    for order in (said, said[::-1], said[2:] + said[:2]):
        state = fold_annotations(Experiment("default"), {"owner": "ada"}, order)
        assert state == State({"owner": "ada", "team": "risk"}, Experiment("base"), True)


def test_a_run_that_was_moved_back_is_where_it_was_born() -> None:
    said = [say(Statement("move", Experiment("base")), 1), say(Statement("move", Experiment("default")), 2)]

    run = apply_annotations(make_run(), said)

    assert fold_annotations(Experiment("default"), {}, said).experiment is None
    assert (run.experiment, len(run.annotations)) == ("default", 2)


def test_a_slow_clock_loses_to_no_older_statement() -> None:
    seen = [say(Statement("note", "later"), 60)]

    assert next_instant(NOON, seen) == NOON + timedelta(seconds=60, microseconds=1)
    assert next_instant(NOON + timedelta(seconds=61), seen) == NOON + timedelta(seconds=61)


@given(st.lists(statements, max_size=6))
def test_a_message_says_the_state_and_nothing_else_changes(said: list[Statement]) -> None:
    run = make_run()
    message = format_message(run)
    annotations = [say(one, place) for place, one in enumerate(said)]
    state = fold_annotations(run.experiment, run.tags, annotations)

    restated = restate_message(message, state)
    read = parse_message(restated)

    assert restate_message(restated, state) == restated
    assert bare_message(restated) == bare_message(message)
    assert (read.experiment, read.moved, read.hidden) == (run.experiment, state.experiment, state.hidden)
    assert read.said.values.metrics.keys() == run.metrics.keys()
    if "tags" not in read.said.values.more:
        assert read.said.values.tags == state.tags


def test_a_run_that_says_nothing_more_is_told_by_its_own_message() -> None:
    run = make_run(tags={f"tag{place}": place for place in range(70)})
    message = format_message(run)

    assert restate_message(message, State(run.tags)) == message
    assert b"Run-More: tags" in message
    assert b"Run-More" not in restate_message(message, State({"one": 1}))
    assert b"Run-Snapshot: none\n" in restate_message(message, State({}), has_snapshot=False)
