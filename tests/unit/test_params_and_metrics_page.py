"""Every example of the page on params and metrics holds."""

from __future__ import annotations

import pathlib
import re
import shlex
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.flags import parse_command_params
from gitexp.capture.output_metrics import parse_output_metrics
from gitexp.format.metrics_file import parse_metrics_file
from gitexp.format.params_file import parse_params_file
from gitexp.format.yaml_text import load_yaml
from gitexp.model.params import ParamSource, Rank, flatten, merge_params, parse_assignment, parse_value
from gitexp.model.values import equal_values

if TYPE_CHECKING:
    from gitexp.model.metrics import Point

PAGE = (pathlib.Path(__file__).parents[2] / "docs/reference/params-and-metrics.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    text = PAGE.split(f"\n### {title}\n", 1)[1]
    return re.split(r"\n##+ ", text)[0]


def rows(title: str) -> list[tuple[str, str]]:
    """The cells of a section's table that has code in its first column."""
    found = re.findall(r"^\| `(.+)` \|(?: `(.+)`)? \|$", section(title), re.MULTILINE)
    assert found
    return found


def blocks(title: str) -> list[str]:
    return re.findall(r"^```\w+\n(.*?)^```$", section(title), re.MULTILINE | re.DOTALL)


def show(points: list[Point]) -> list[str]:
    return [f"{one.metric} {one.value}" + ("" if one.step is None else f" at step {one.step}") for one in points]


def test_sources() -> None:
    file, expected = blocks("Sources")
    command = re.search(r"the command `(.+)` and", section("Sources"))
    assert command is not None
    merged = merge_params(
        [
            ParamSource("params.yaml", parse_params_file("params.yaml", file.encode()), Rank.FILE),
            ParamSource("flag", parse_command_params(shlex.split(command[1])), Rank.FLAG),
            ParamSource("--param", dict([parse_assignment("seed=1")]), Rank.ASSIGNMENT),
        ]
    )
    assert equal_values(merged.params, load_yaml(expected))
    assert {rank.value + 1 for rank in Rank} == set(
        map(int, re.findall(r"^\| (\d) \|", section("Sources"), re.MULTILINE))
    )


def test_nested_values() -> None:
    assert "`{a.b: 1, a: {b: 2}}`\ngives `a.b: 1` and `a.b#2: 2`" in section("Nested values")
    assert flatten(load_yaml("{a.b: 1, a: {b: 2}}")) == {"a.b": 1, "a.b#2": 2}


@pytest.mark.parametrize(("word", "value"), rows("Typed words"))
def test_typed_words(word: str, value: str) -> None:
    assert equal_values(parse_value(shlex.split(word)[0] if word[0] == "'" else word), load_yaml(value))


def test_yaml_files_follow_the_same_rules() -> None:
    text = b"a: 1e-5\nb: no\nc: 2026-01-05\nd: 012\ne: 1_000\n"
    assert parse_params_file("p.yaml", text) == {"a": 1e-5, "b": "no", "c": "2026-01-05", "d": 12, "e": 1000}


@pytest.mark.parametrize(("command", "params"), rows("The words of a command"))
def test_the_words_of_a_command(command: str, params: str) -> None:
    assert equal_values(parse_command_params(shlex.split(command)), load_yaml("{" + params + "}"))


@pytest.mark.parametrize(
    ("words", "params"), [("-v -v", {"v": 2}), ("-vv", {"v": 2}), ("--verbose data/", {"verbose": "data/"})]
)
def test_switches(words: str, params: dict) -> None:
    assert parse_command_params(["./train", *words.split()]) == params


def test_files() -> None:
    file, expected = blocks("Files")
    points = sorted(
        parse_metrics_file("metrics.csv", file.encode().splitlines(keepends=True), {}), key=lambda one: one.metric
    )
    assert show(points) == expected.splitlines()


def test_output() -> None:
    output, expected, nothing = blocks("Output")
    assert show(list(parse_output_metrics(output.encode()))) == expected.splitlines()
    assert show(list(parse_output_metrics(b"epoch 3 purity=0.9\n"))) == ["purity 0.9 at step 3"]
    assert [line for line in nothing.splitlines() if show(list(parse_output_metrics(line.encode())))] == []
    assert len(nothing.splitlines()) > 5
