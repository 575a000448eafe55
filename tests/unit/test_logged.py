"""What is read of a script's records: odd ones are mended or counted, and a second reading gives the same."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.actions.logged import Logged, read_logged
from gitexp.format.frames import format_frame
from gitexp.store.journal import Journal, JournalStart

if TYPE_CHECKING:
    import pathlib

START = JournalStart("here", "boot-1", extract=True, traces=())


@pytest.fixture
def journal(tmp_path: pathlib.Path) -> Journal:
    found = Journal(str(tmp_path), -1)
    os.mkdir(found.log)
    return found


def say(journal: Journal, *records: tuple[Any, ...]) -> None:
    with open(os.path.join(journal.log, "1.log"), "ab") as file:
        file.write(b"".join(map(format_frame, records)))


def read(journal: Journal, *records: tuple[Any, ...]) -> Logged:
    say(journal, *records)
    logged = read_logged(journal, START)
    assert logged is not None
    return logged


def test_a_script_that_says_nothing_has_said_nothing(journal: Journal) -> None:
    assert read_logged(journal, START) is None


def test_odd_values_are_mended_or_counted(journal: Journal) -> None:
    logged = read(
        journal,
        ("m", 0.0, 0, {"a": True, "b": 10**4000}),
        ("m", 1.0, "one", {"a": 2, "b": "three"}),
        ("m", 2.0, True, {"a": -(10**4000)}),
        ("m", 3.0, 3),
        ("p", 3.0, "no mapping"),
    )
    rows = [(0, 0.0, {"a": 1, "b": math.inf}), (None, 1.0, {"a": 2}), (1, 2.0, {"a": -math.inf})]
    assert list(logged.rows()) == rows
    assert [type(values["a"]) for _, _, values in logged.rows()] == [int, int, float]
    assert logged.measure.summary("a", "api").count == 3
    assert logged.warnings == (
        "3 records of the API were damaged",
        "2 numbers of the API had more than 10,000 bits, recorded as infinite",
    )


def test_what_is_written_after_the_first_reading_comes_too_late(journal: Journal) -> None:
    logged = read(journal, ("m", 0.0, 0, {"a": 1.0}))
    say(journal, ("m", 1.0, 1, {"b": 1.0}))
    assert list(logged.rows()) == list(logged.rows()) == [(0, 0.0, {"a": 1.0})]


def test_values_of_other_kinds_are_text(journal: Journal) -> None:
    logged = read(
        journal, ("p", 0.0, {"big": 10**5000, "odd": 1j, "deep": {"x": [1, b"y"]}}), ("t", 0.0, {"list": [1], "n": 1})
    )
    assert logged.params == {"big": hex(10**5000), "odd": "1j", "deep.x": [1, "b'y'"]}
    assert logged.tags == {"list": "[1]", "n": 1}


def test_what_is_too_large_together_is_left_out_and_told(journal: Journal) -> None:
    large = "x" * 3_000_000
    logged = read(journal, ("p", 0.0, {"a": large, "b": large, "c": 1}), ("n", 0.0, large), ("n", 0.0, large))
    assert list(logged.params) == ["a", "c"]
    assert len(logged.notes) == 1
    assert logged.warnings == (
        "1 param of the API left out: all together are too large",
        "1 note left out: all together are too large",
    )


def test_many_warnings_are_bounded_and_each_is_told_once(journal: Journal) -> None:
    logged = read(journal, *(("w", 0.0, f"warning {number % 150}") for number in range(300)))
    assert len(logged.warnings) == 101
    assert logged.warnings[-1] == "50 more warnings of the script"
