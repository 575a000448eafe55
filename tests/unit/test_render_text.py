"""Text, numbers, times and colour: what a screen is given."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.render.numbers import align_points, format_bytes, format_delta, format_number
from gitexp.render.page import Span
from gitexp.render.text import (
    neutralise,
    neutralise_lines,
    neutralise_output,
    pad,
    shorten,
    width_of,
)
from gitexp.render.theme import choose_colour, paint
from gitexp.render.times import format_age, format_duration, format_iso

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
ACTIVE = st.text(
    st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Cs", "Co"], exclude_characters="\u200c\u200d"), min_size=1
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, ünïcödé 模型 👍", "plain, ünïcödé 模型 👍"),
        ("\x1b[2J\x1b]0;title\x07", r"\e[2J\e]0;title\x07"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x9b31m", r"\x9b31m"),
        ("user\u202egnp.exe", r"user\u202egnp.exe"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("\udcff", r"\udcff"),
        ("no\u00a0break", "no\u00a0break"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
    ],
)
def test_what_acts_upon_a_terminal_is_shown(text: str, shown: str) -> None:
    assert neutralise(text) == shown
    assert Span(text).text == shown


@given(st.text(), ACTIVE)
def test_nothing_active_is_left(text: str, active: str) -> None:
    shown = neutralise(text + active)
    assert not set(shown) & set(active)
    assert neutralise(shown) == shown


def test_notes_keep_their_lines() -> None:
    assert neutralise_lines("a\r\n\tb\x1b\nc") == ["a", r"        b\e", "c"]


def test_output_keeps_its_colours_and_nothing_else() -> None:
    text = "10%\r100%\r\n\x1b[1;32mok\x1b[0m\t\x1b[2J\x07"
    assert neutralise_output(text, colour=True) == "10%\n100%\n\x1b[1;32mok\x1b[0m\t\\e[2J\\x07\x1b[0m"
    assert neutralise_output(text, colour=False) == "10%\n100%\nok\t\\e[2J\\x07"


def test_widths_count_cells() -> None:
    assert [width_of(text) for text in ("abc", "模型", "e\u0301", "…–✓")] == [3, 4, 1, 3]
    assert shorten("amber-fox", 9) == "amber-fox"
    assert shorten("amber-fox", 8) == "amber-f…"
    assert shorten("模型模型", 6) == "模型…"
    assert pad("模", 4) + "|" + pad("1", 3, right=True) == "模  |  1"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"), (42, "42"), (1234567, "1234567"), (10**20, "1.0000e+20"), (10**400, "inf"),
        (0.0, "0.0"), (1.0, "1.0"), (0.94, "0.94"), (0.123456789, "0.1235"), (1.23456789, "1.2346"),
        (123456.789, "123457"), (-0.5, "-0.5"), (1e-05, "1e-05"), (2.5e-9, "2.5e-09"), (3e22, "3e+22"),
        (0.000123456, "0.0001235"), (math.nan, "NaN"), (math.inf, "inf"), (-math.inf, "-inf"), (0.99999, "1.0"),
    ],
)  # fmt: skip
def test_numbers_in_few_digits(number: float, text: str) -> None:
    assert format_number(number) == text


@given(st.floats(-1e300, 1e300))
def test_few_digits_are_near_the_number(number: float) -> None:
    assert math.isclose(float(format_number(number)), number, rel_tol=1e-3)


def test_points_stand_under_each_other() -> None:
    assert align_points(["0.5", "12", "1e-05", "3.125", ""]) == ["0.5  ", "12    ", "1e-05", "3.125", ""]


def test_differences_always_have_a_sign() -> None:
    assert [format_delta(delta, full=False) for delta in (0.5, -0.123456, 0.0, 3)] == ["+0.5", "-0.1235", "±0.0", "+3"]
    assert format_delta(-0.1 - 0.2, full=True) == "-0.30000000000000004"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1 kB"), (1234, "1.2 kB"), (120_000, "120 kB"),
        (999_900, "1 MB"), (5_000_000_000, "5 GB"), (12_345_678, "12.3 MB"), (2 * 10**18, "2000 PB"),
    ],
)  # fmt: skip
def test_sizes(count: int, text: str) -> None:
    assert format_bytes(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"), (0.4, "just now"), (42, "42 s ago"), (60, "1 min ago"), (3599, "59 min ago"),
        (3600, "1 h ago"), (86400, "1 day ago"), (3 * 86400, "3 days ago"), (60 * 86400, "2026-09-24"),
        (-90, "in 1 min"),
    ],
)  # fmt: skip
def test_ages(seconds: float, text: str) -> None:
    assert format_age(NOW - timedelta(seconds=seconds), NOW, UTC) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.004, "0.00 s"), (0.42, "0.42 s"), (9.999, "10.0 s"), (59.9, "59.9 s"), (59.96, "1m 00s"), (97, "1m 37s"),
        (3599.7, "1h 00m"), (7380, "2h 03m"), (3 * 86400 + 4 * 3600, "3d 04h"), (-97, "-1m 37s"),
    ],
)  # fmt: skip
def test_durations(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


def test_iso_times_are_utc() -> None:
    assert format_iso(NOW) == "2026-11-23T12:00:00Z"
    assert format_iso(NOW.replace(microsecond=1200)) == "2026-11-23T12:00:00.001200Z"


@pytest.mark.parametrize(
    ("choice", "environment", "terminal", "colour"),
    [
        ("auto", {}, True, True),
        ("auto", {}, False, False),
        ("auto", {"TERM": "dumb"}, True, False),
        ("auto", {"NO_COLOR": "1"}, True, False),
        ("auto", {"NO_COLOR": ""}, True, True),
        ("auto", {"FORCE_COLOR": "1"}, False, True),
        ("auto", {"FORCE_COLOR": "0"}, True, False),
        ("auto", {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ("always", {"NO_COLOR": "1"}, False, True),
        ("never", {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_who_decides_on_colour(choice: str, environment: dict[str, str], terminal: bool, colour: bool) -> None:
    assert choose_colour(choice, environment, is_terminal=terminal) is colour  # type: ignore[arg-type]


def test_paint_leaves_no_style_open() -> None:
    assert paint("x", "best") == "\x1b[1;32mx\x1b[0m"
    assert paint("x", "") == "x"
    assert paint("", "best") == ""
