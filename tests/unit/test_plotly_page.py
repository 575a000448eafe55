"""Plots on a page of their own: what is embedded, and that no text breaks out of it."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.model.plots import (
    Band,
    Bar,
    BarsPlot,
    CurvesPlot,
    ImportancePlot,
    ImportanceRow,
    MatrixPlot,
    Objective,
    ParallelAxis,
    ParallelPlot,
    ParetoPlot,
    ParetoPoint,
    PlottedCurve,
    PlottedRun,
    ScatterPlot,
    ScatterPoint,
    TablePlot,
)
from gitexp.render.embedded import finite, format_embedded, place_of
from gitexp.render.html_page import is_own_page
from gitexp.render.plotly_page import format_plot_page
from gitexp.render.plotly_style import plain

HOSTILE = "</script><!--<img src=x onerror=alert(1)>\u2028\u202e'\"&"
FOX, OWL = PlottedRun("k3v9x2mabc", "amber-fox", 0), PlottedRun("p7qw4zmabc", HOSTILE, 1)
RISING = ((0.0, 0.1), (1.0, math.nan), (2.0, 0.3))


class PageReader(html.parser.HTMLParser):
    """What a browser would take from a page: every element, and the texts of its scripts by id."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scripts: list[tuple[str | None, str]] = []
        self.policy = ""
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append(tag)
        if known.get("http-equiv") == "Content-Security-Policy":
            self.policy = known["content"] or ""
        if tag == "script":
            self.scripts.append((known.get("id"), ""))
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside:
            name, text = self.scripts[-1]
            self.scripts[-1] = name, text + data


def read_page(page: str) -> PageReader:
    """Reads a page."""
    reader = PageReader()
    reader.feed(page)
    return reader


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES | st.text(alphabet="<>/!-script&\u2028\u2029\"'\\\ud800 "))
def test_any_value_comes_back_and_breaks_out_of_no_script(value: object) -> None:
    text = format_embedded(value)  # type: ignore[arg-type]

    assert json.loads(text) == value
    assert text.isascii()
    assert not {"<", ">", "&", "'"}.intersection(text)


def test_what_is_no_number_is_refused_and_finite_takes_it_out() -> None:
    with pytest.raises(ValueError):
        format_embedded(math.nan)

    assert [finite(value) for value in (math.nan, math.inf, -math.inf, None, 1.5, 3)] == [None] * 4 + [1.5, 3]
    assert finite(10**400) is None
    assert [place_of(value) for value in (1e308, -1e308, 1e150, math.nan)] == [None, None, 1e150, None]


ALL_PLOTS = (
    CurvesPlot("loss", (PlottedCurve(FOX, RISING, RISING[:1]), PlottedCurve(OWL, RISING, RISING)), log=True),
    CurvesPlot("acc", (), (Band(HOSTILE, 0, (0.0, 1.0), (1.0, 2.0), (0.5, math.nan), (1.5, math.inf), 3),)),
    ScatterPlot("params.opt", "auc", (ScatterPoint(OWL, 1.0, 0.5),), categories=("adam", HOSTILE)),
    BarsPlot("auc", (Bar("one", 0.5, 0.4, 0.7, FOX), Bar("one", math.nan))),
    ParallelPlot((FOX, OWL), (ParallelAxis("params.lr", HOSTILE, "param", (None, math.inf), log=True),), "params.lr"),
    ParetoPlot(
        (Objective("cost", "cost", "minimize"), Objective("auc", HOSTILE, "maximize")),
        (ParetoPoint(FOX, (1.0, 0.9), None), ParetoPoint(OWL, (2.0, 0.8), FOX)),
    ),
    ParetoPlot(
        tuple(Objective(name, name, "minimize") for name in ("a", "b", "c")), (ParetoPoint(FOX, (1.0, 0.9, 2), None),)
    ),
    ImportancePlot("auc", (ImportanceRow("lr", 0.4, 0.1),), 3, "permutation", warning="3 runs are too few"),
    MatrixPlot(OWL, "confusion", ("cat", HOSTILE), ((3.0, 1.0), (0.5, math.nan))),
    TablePlot(FOX, "errors", ("id", HOSTILE), ((1, HOSTILE), (None, [1, {"a": math.nan}])), left_out=(HOSTILE,)),
)


def test_every_kind_of_plot_is_embedded() -> None:
    page = read_page(format_plot_page(ALL_PLOTS, HOSTILE))
    values = json.loads(dict(page.scripts)["plot-data"])
    shown = values["plots"]

    assert [next(key for key in ("figure", "parallel", "table") if key in plot) for plot in shown] == [
        *["figure"] * 4,
        "parallel",
        *["figure"] * 4,
        "table",
    ]
    first = shown[0]["figure"]
    assert [trace["y"] for trace in first["data"]] == [[0.1, None, 0.3], [0.1], [0.1, None, 0.3]]
    assert first["layout"]["yaxis"]["type"] == "log"
    assert shown[4]["parallel"]["axes"][0]["places"] == [None, None]
    assert shown[7]["notes"] == ["3 runs are too few", "permutation; 3 runs"]
    assert shown[9]["table"]["rows"][1][0] == "null"


def test_no_text_becomes_an_element() -> None:
    harmless = read_page(format_plot_page((ALL_PLOTS[0],), "plots"))
    hostile = read_page(format_plot_page(ALL_PLOTS, HOSTILE))

    assert "script" in harmless.tags
    assert hostile.tags == harmless.tags


def test_the_policy_names_every_script_that_is_there() -> None:
    page = read_page(format_plot_page(ALL_PLOTS, "plots"))
    hashes = [
        base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for name, code in page.scripts if not name
    ]

    assert len(hashes) == 2
    assert all(f"'sha256-{one}'" in page.policy for one in hashes)
    assert page.policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in page.policy.partition("style-src")[0]


def test_the_same_plots_give_the_same_bytes_and_the_page_is_known_again() -> None:
    page = format_plot_page(ALL_PLOTS, "plots")

    assert page == format_plot_page(ALL_PLOTS, "plots")
    assert is_own_page(page.encode()[:4096])
    assert not is_own_page(b"<!doctype html><html><head><title>gitexp</title>")


@pytest.mark.parametrize("text", ["<b>x</b>", '<a href="javascript:alert(1)">x</a>', "$x^2$", "a &lt; b", "\x1b[31m"])
def test_plotly_finds_no_markup_in_a_text(text: str) -> None:
    shown = plain(text)

    assert not {"<", ">", "$", "\x1b"}.intersection(shown)
