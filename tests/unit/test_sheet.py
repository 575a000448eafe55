"""Columns of a sheet have one type each, and say so where they have not."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest

from gitexp.model.comparison import Candidate
from gitexp.model.sheet import choose_columns, make_sheet, type_column
from kit.heads import make_head, make_summary

WHEN = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, None], "int"),
        ([2**63 - 1, -(2**63)], "int"),
        ([1, 2**63], "mixed"),
        ([True, None], "bool"),
        ([True, 1], "mixed"),
        ([1, 0.5], "float"),
        ([2**53 + 1, 0.5], "mixed"),
        ([math.nan, None], "float"),
        (["a", None], "text"),
        ([None], "text"),
        ([1, "a"], "mixed"),
        ([[1, 2]], "mixed"),
        ([WHEN, None], "time"),
    ],
)
def test_a_column_has_the_type_of_its_values(values: list[Any], kind: str) -> None:
    column = type_column("x", values)

    assert column.type == kind
    if kind != "float":
        assert list(column.values) == values


def test_a_column_of_numbers_stays_one() -> None:
    column = type_column("x", [2**53 + 1, 10**400, 0.5, None, math.nan], is_number=True)

    assert column.type == "float"
    assert column.values[:4] == (float(2**53), math.inf, 0.5, None)
    assert column.rounded == 2
    assert type_column("x", [3, None], is_number=True).type == "int"
    assert type_column("x", [None], is_number=True).type == "float"


def test_mixed_values_are_text_where_one_type_is_wanted() -> None:
    assert type_column("x", [1, "a", [1.5, None], None, True]).texts() == ["1", "a", "[1.5,null]", None, "true"]


def test_half_a_character_is_shown() -> None:
    assert type_column("x", ["a\ud800", ["\udcff"]]).values == ("a\\ud800", ["\\xff"])


def sheet_of(*heads: Any, keys: tuple[str, ...] = (), everything: bool = False) -> Any:
    candidates = [Candidate(head, {"seed": number}) for number, head in enumerate(heads)]
    return make_sheet(candidates, choose_columns(candidates, keys, everything=everything))


def test_null_is_told_from_nothing() -> None:
    sheet = sheet_of(make_head(params={"depth": None}), make_head("p7qw4t2zcd"), keys=("params.*",))

    assert sheet.rows() == [{"params.depth": None}, {}]


def test_no_two_columns_have_one_name() -> None:
    metrics = {"loss": make_summary(3.0, min=1.0), "loss.min": make_summary(7.0)}

    sheet = sheet_of(make_head(metrics=metrics), everything=True)

    (row,) = sheet.rows()
    assert (row["metrics.loss"], row["metrics.loss.min"], row["metrics.loss.min#2"]) == (3.0, 7.0, 1.0)
    assert row["metrics.loss.min.min"] == 7.0
    assert row["seed"] == 0


def test_no_runs_have_the_columns_of_every_run() -> None:
    sheet = sheet_of()

    assert sheet.length == 0
    assert [column.key for column in sheet.columns][:3] == ["id", "name", "experiment"]
    assert sheet.rows() == []
