"""Logged tables read back, and which of them are confusion matrices."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.format.tables import parse_cell, parse_table
from gitexp.model.confusion import find_matrix
from gitexp.tracker.tables import format_table

# Without \r: the csv module writes it bare where lines end in \n alone.
CELLS = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=5)


def read(table: Any, columns: list[str] | None = None, name: str = "t") -> Any:
    """The matrix that a table is once it was logged and read."""
    parsed = parse_table(format_table(table, columns), 1000)
    return find_matrix(name, parsed.columns, parsed.rows)


def test_samples_are_counted() -> None:
    matrix = read({"actual": ["cat", "dog", "cat"], "predicted": ["cat", "cat", "dog"], "score": [0.9, 0.2, 0.4]})
    assert matrix.labels == ("cat", "dog")
    assert matrix.counts == ((1, 1), (1, 0))


def test_pairs_with_counts() -> None:
    matrix = read([["2", "2", 5], ["10", "2", 1]], ["Actual", "Predicted", "nPredictions"])
    assert (matrix.labels, matrix.counts) == (("2", "10"), ((5, 0), (1, 0)))


def test_a_crosstab_whatever_the_order_of_its_columns() -> None:
    matrix = read([["cat", 1, 7], ["dog", 3, 2]], ["true", "dog", "cat"])
    assert (matrix.labels, matrix.counts) == (("cat", "dog"), ((7, 1), (2, 3)))


def test_a_bare_square_needs_its_name() -> None:
    square: tuple[Any, list[str]] = ([[5, 1], [0, 4]], ["no", "yes"])
    assert read(*square, name="val/Confusion_matrix").counts == ((5, 1), (0, 4))
    assert read(*square, name="weights") is None


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ([["cat", -1], ["dog", 2]], ["cat", "dog"]),
        ([["a", 1, "x"], ["b", 1, 2]], ["true", "a", "b"]),
        ([[0.1, 0.2]], ["lr", "loss"]),
        ([], ["actual", "predicted"]),
        ([[str(number), "a"] for number in range(300)], ["actual", "predicted"]),
    ],
)
def test_other_tables_are_none(table: Any, columns: list[str]) -> None:
    assert read(table, columns, name="confusion") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("1", 1),
        ("-0", 0),
        ("007", "007"),
        ("1_000", "1_000"),
        ("1.50", 1.5),
        ("1e-3", 0.001),
        ("True", True),
        ("inf", float("inf")),
        ("٣", "٣"),
        ("0x10", "0x10"),
    ],
)
def test_cells(text: str, value: object) -> None:
    assert parse_cell(text) == value
    assert type(parse_cell(text)) is type(value)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_whatever_csv_holds_is_read(rows: list[tuple[str, str]]) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([["a", "b"], *rows])
    table = parse_table(file.getvalue().encode("utf-8", "replace"), 5)
    assert table.columns == ("a", "b")
    assert (len(table.rows), table.total) == (min(len(rows), 5), len(rows))


def test_what_is_no_table() -> None:
    for data in (b"", b"\n", b'a\n"' + b"x" * 200_000):
        with pytest.raises(ValueError, match=r"column|field"):
            parse_table(data, 10)
