"""run.yaml: every field written and read back, hostile ones refused with the key."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import BrokenRecord, NewerFormat
from gitexp.format.manifest import format_manifest
from gitexp.format.manifest_reading import parse_manifest
from gitexp.model.run import SeriesNote
from kit.runs import make_full_run, make_run

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def test_every_field_comes_back() -> None:
    run = make_full_run()
    assert parse_manifest(format_manifest(run), run.id) == run


def test_keys_stand_in_the_order_of_the_specification_and_unknown_ones_are_absent() -> None:
    keys = list(yaml.safe_load(format_manifest(make_run())))
    assert keys == [
        "format", "id", "name", "experiment", "project", "status", "exit_code", "started_at", "ended_at", "command",
        "directory", "user", "host", "params", "metrics", "code", "fingerprint", "tags",
    ]  # fmt: skip


def test_any_yaml_reader_finds_numbers_times_and_texts() -> None:
    document = yaml.safe_load(format_manifest(make_full_run()))
    assert document["params"] == {
        "lr": 0.1, "layers": [64, 32], "model.depth": 4, "opt": "adam", "amp": True, "clip": None, "x": 1e-05,
    }  # fmt: skip
    assert document["started_at"].isoformat() == "2026-11-23T09:14:03.123456+00:00"
    assert document["id"] == "k3v9x2mabc"


@given(st.dictionaries(st.text(max_size=10), VALUES, max_size=5))
def test_any_param_comes_back_with_its_type(params: dict[str, object]) -> None:
    run = make_run(params=params)
    data = format_manifest(run)
    read = parse_manifest(data, run.id)
    assert repr(read.params) == repr(params)
    assert format_manifest(read) == data


def test_keys_of_a_later_minor_change_are_passed_over() -> None:
    run = make_run()
    assert parse_manifest(format_manifest(run) + b"weather: rain\n", run.id) == run


def test_a_later_format_says_so() -> None:
    with pytest.raises(NewerFormat) as caught:
        parse_manifest(b"format: 2\nid: [new]\n", "k3v9x2mabc")
    assert "pip install --upgrade gitexp" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (b"id: [1]", "id is not text"),
        (b"status: well", "well"),
        (b"experiment: ../up", "experiment"),
        (b"exit_code: true", "exit_code is not a whole number"),
        (b"command: python", "command is not a list"),
        (b"code: {}", "code.snapshot is missing"),
        (b"metrics: {loss: {min: 1}}", "metrics.loss.last is missing"),
        (b"data: [{md5: abc}]", r"data\[0\].path is missing"),
        (b"started_at: yesterday", "started_at is not a time"),
        (b"ended_at: 9999-12-31T23:59:59-14:00", "date value out of range"),
        (b"a: &a [x]\nb: {c: *a", "line"),
    ],
)
def test_a_manifest_that_is_not_of_the_form_is_refused_with_its_key(change: bytes, why: str) -> None:
    key = change.split(b":")[0]
    kept = [block for block in _blocks(format_manifest(make_run())) if not block.startswith(key + b":")]
    with pytest.raises(BrokenRecord, match=why):
        parse_manifest(b"".join(kept) + change + b"\n", "k3v9x2mabc")


def _blocks(data: bytes) -> list[bytes]:
    blocks: list[bytes] = []
    for line in data.splitlines(keepends=True):
        if line[:1].isspace() or line.startswith(b"-"):
            blocks[-1] += line
        else:
            blocks.append(line)
    return blocks


def test_a_bomb_of_aliases_is_refused() -> None:
    bomb = b"a0: &a0 [x, x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 40))
    with pytest.raises(BrokenRecord):
        parse_manifest(bomb, "k3v9x2mabc")


def test_a_part_of_a_series_says_so_after_the_metrics() -> None:
    run = make_run(series=SeriesNote("metrics.csv", 10_000_000, 200_000, "metrics.full.csv"))
    data = format_manifest(run)
    keys = list(yaml.safe_load(data))
    assert keys[keys.index("metrics") + 1] == "series"
    assert yaml.safe_load(data)["series"] == {
        "file": "metrics.csv", "points": 10_000_000, "kept": 200_000, "whole": "metrics.full.csv",
    }  # fmt: skip
    assert parse_manifest(data, run.id) == run
