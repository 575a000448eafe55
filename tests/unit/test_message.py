"""The commit message: what is written is read, and nothing in a value can break a line."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitexp.format.message import format_message, format_subject
from gitexp.format.message_reading import MessageError, parse_message
from gitexp.model.ids import RunId
from gitexp.model.metrics import Summary
from gitexp.model.run import Lineage, Status
from kit.runs import make_run

LITERAL = """\
run amber-fox-k3v9: python train.py --lr 0.1

Run-Id: k3v9x2mabc
Run-Format: 1
Run-Experiment: default
Run-Status: finished
Run-Started: 2026-11-23T09:14:03.123456Z
Run-Seconds: 97.0
Run-Fingerprint: sha256:0000000000000000000000000000000000000000000000000000000000000000
Param: lr=0.1
Metric: val_auc=0.94 min=0.61 max=0.94 step=40
Tag: team="fraud"
"""

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
)
KEYS = st.text(min_size=1, max_size=15)
NUMBERS_AS_TEXT = {"NaN", "Infinity", "-Infinity"}
"""JSON has no such numbers, so a message holds them as texts: which of the two it was, only the manifest knows."""


def test_a_run_reads_as_a_page_of_a_notebook() -> None:
    assert format_message(make_run()).decode() == LITERAL


def test_a_message_says_what_the_run_was() -> None:
    message = parse_message(LITERAL.encode())
    assert (message.id, message.name, message.status) == ("k3v9x2mabc", "amber-fox-k3v9", Status.FINISHED)
    assert message.command == "python train.py --lr 0.1"
    assert message.said.values.params == {"lr": 0.1}
    assert message.said.values.metrics["val_auc"].min == 0.61
    assert message.said.values.tags == {"team": "fraud"}


def test_the_runs_that_one_comes_from_are_named() -> None:
    lineage = Lineage(resumes=RunId("g1111111aa"), reproduces=RunId("h2222222bb"), forked_from=RunId("j3333333cc"))
    data = format_message(make_run(lineage=lineage._replace(forked_at_step=400, sweep="lr")))
    assert b"\nRun-Resumes: g1111111aa\nRun-Reproduces: h2222222bb\nRun-Forked-From: j3333333cc\nParam: " in data
    assert parse_message(data).lineage == lineage


@given(st.dictionaries(KEYS, SCALARS, max_size=8), st.dictionaries(KEYS, SCALARS, max_size=4))
@example({"lr": "NaN"}, {"0": "Infinity", "1": "-Infinity"})
def test_params_and_tags_come_back_or_are_said_to_be_left_out(
    params: dict[str, object], tags: dict[str, object]
) -> None:
    data = format_message(make_run(params=params, tags=tags))
    message = parse_message(data)
    for part, given_values, read in (
        ("params", params, message.said.values.params),
        ("tags", tags, message.said.values.tags),
    ):
        assert read.items() <= given_values.items()
        is_doubtful = any(isinstance(value, str) and value in NUMBERS_AS_TEXT for value in given_values.values())
        assert (is_doubtful or len(read) < len(given_values)) == (part in message.said.values.more)
    assert format_message(make_run(params=params, tags=tags)) == data


@given(st.lists(st.text(max_size=80), min_size=1, max_size=5))
def test_a_subject_is_one_line_of_at_most_200_bytes(command: list[str]) -> None:
    subject = format_subject("amber-fox-k3v9", command)
    assert len(subject.encode()) <= 200
    assert subject.isprintable()


@pytest.mark.parametrize("text", ["a\n\nRun-Id: g000000000", "a\r\nb", "a\u2028b", "a\x00b", "\x1b[31m"])
def test_a_value_with_line_ends_cannot_add_a_line(text: str) -> None:
    message = parse_message(format_message(make_run(params={"p": text, text: 1})))
    assert message.id == "k3v9x2mabc"
    assert message.said.values.params == {"p": text, text: 1}


def test_what_is_too_long_or_too_many_is_left_to_the_manifest() -> None:
    many = {f"p{number:03}": number for number in range(70)}
    assert parse_message(format_message(make_run(params=many))).said.values.more == {"params"}
    long = parse_message(format_message(make_run(params={"a": "x" * 119, "b": "x" * 118})))
    assert long.said.values.params == {"b": "x" * 118}
    metrics = {f"m{number}": Summary(1, 1, 1, 1, None, 1, "") for number in range(65)}
    message = parse_message(format_message(make_run(metrics=metrics)))
    assert len(message.said.values.metrics) == 64
    assert message.said.values.more == {"metrics"}


def test_numbers_that_json_has_not_come_back() -> None:
    metrics = {"loss": Summary(math.nan, -math.inf, math.inf, 0.0, 3, 4, "")}
    summary = parse_message(format_message(make_run(metrics=metrics))).said.values.metrics["loss"]
    assert math.isnan(summary.last)
    assert (summary.min, summary.max, summary.step) == (-math.inf, math.inf, 3)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (LITERAL.replace("Run-Id: k3v9x2mabc\n", ""), "Run-Id"),
        (LITERAL.replace("finished", "well"), "well"),
        (LITERAL.replace("default", "../x"), "experiment"),
        (LITERAL.replace("run amber", "rum amber"), "subject"),
    ],
)
def test_a_message_that_is_not_of_the_form_is_refused_with_the_reason(broken: str, why: str) -> None:
    with pytest.raises(MessageError, match=why.replace("'", ".")):
        parse_message(broken.encode())


def test_a_newer_format_is_told_apart_from_a_broken_one() -> None:
    with pytest.raises(MessageError) as caught:
        parse_message(LITERAL.replace("Run-Format: 1", "Run-Format: 2").replace("finished", "frozen").encode())
    assert caught.value.newer == 2


@pytest.mark.parametrize(
    ("line", "broken", "kind"),
    [
        ("lr=0.1\n", "lr=\n", "params"),
        ("lr=0.1\n", "lr\n", "params"),
        ("lr=0.1\n", "lr=" + "[" * 100_000 + "\n", "params"),
        ("val_auc=0.94", 'val_auc="high"', "metrics"),
        ("step=40", "step=many", "metrics"),
        ('team="fraud"', '"team=1', "tags"),
    ],
)
def test_a_line_that_cannot_be_read_leaves_its_kind_to_the_manifest(line: str, broken: str, kind: str) -> None:
    assert line in LITERAL
    said = parse_message(LITERAL.replace(line, broken).encode()).said.values
    assert said.more == {kind}
    assert getattr(said, kind) == {}


def test_a_message_with_a_million_params_is_read_up_to_a_bound() -> None:
    flood = "".join(f"Param: p{number}=1\n" for number in range(20_000))
    said = parse_message((LITERAL + flood).encode()).said.values
    assert len(said.params) == 1_000
    assert said.more == {"params"}


@pytest.mark.parametrize("value", [math.nan, -math.inf, "NaN", "Infinity", [1.5, math.inf], {"a": ["-Infinity"]}])
def test_of_a_number_that_json_has_not_the_manifest_tells_whether_it_is_a_text(value: object) -> None:
    said = parse_message(format_message(make_run(params={"lr": 0.1, "clip": value}, tags={"team": "fraud"}))).said

    assert said.values.more == {"params"}
    assert said.values.params["lr"] == 0.1
