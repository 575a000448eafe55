"""The report for a pull request: as GitHub's own parser reads it, of the runs that are hardest to show."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from gitexp.actions.choose_runs import RunChoice
from gitexp.actions.report_summary import summarize_report
from gitexp.render.github_text import escape_text, format_fence, format_name
from gitexp.render.report_markdown import MOST_CHARACTERS, format_report_markdown
from gitexp.render.text import neutralise
from gitexp.store.runs import open_store
from kit.hostile_runs import (
    ODD_KEYS,
    ODD_NAMES,
    plan_all,
    plan_chain,
    plan_halves,
    plan_long,
    plan_made,
    plan_names,
    plan_seeds,
    plan_states,
    store_many,
)

if TYPE_CHECKING:
    from gitexp.model.report_summary import ReportSummary
    from kit.git import GitFolder
    from kit.hostile_runs import MadeRun

SETTINGS = "metrics: {val_auc: maximize, loss: minimize}\n"


class Shown(HTMLParser):
    """What a reader of the page sees: texts, those in code apart, and the elements that there are."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[str] = []
        self.texts: list[str] = []
        self.elements: list[str] = []
        self._code: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag == "code":
            self._code = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "code" and self._code is not None:
            self.codes.append("".join(self._code))
            self._code = None

    def handle_data(self, data: str) -> None:
        (self.texts if self._code is None else self._code).append(data)


def show(markdown: str) -> Shown:
    """The page, by the parser that GitHub uses."""
    shown = Shown()
    html = cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE)
    shown.feed(html)
    return shown


def summarize(folder: GitFolder, plans: list[MadeRun], *by: str, baseline: str | None = None) -> ReportSummary:
    """What is said of some runs."""
    folder.gen({".exp.yaml": SETTINGS})
    store_many(folder, plans)
    choice = RunChoice(experiment="default")
    return summarize_report(open_store(str(folder.path)), choice, group_by=by, baseline=baseline).summary


@pytest.mark.parametrize("text", [*ODD_NAMES[:-1], *ODD_KEYS[:-1], "a\\|b", "``", "\\", "www.example.org", "#1", ":x:"])
def test_any_name_is_shown_as_it_is_and_does_nothing(text: str) -> None:
    name = format_name(text, 1000)
    shown = show(f"| a | b |\n| --- | --- |\n| {name} | {name} |\n\n- {name}\n\n### {escape_text(text)}\n")
    wanted = neutralise(text)
    assert shown.codes == [wanted] * 3
    assert "".join(shown.texts).replace("\u200b", "").strip().endswith(wanted.strip())
    assert set(shown.elements) <= {"table", "thead", "tbody", "tr", "th", "td", "ul", "li", "p", "code", "h3"}
    assert shown.elements.count("td") == 2
    assert not re.search(r"[@#:]\w", "".join(re.sub(r"&#\d+;", "", name)))


def test_a_block_of_code_holds_what_ends_blocks() -> None:
    shown = show(format_fence(["```", "<b>````x", "end"]))
    assert shown.codes == ["```\n<b>````x\nend\n"]
    assert set(shown.elements) == {"pre", "code"}


def test_every_hostile_run_is_in_a_report_that_breaks_nowhere(folder: GitFolder) -> None:
    summary = summarize(folder, plan_all(folder), "auto")
    text = format_report_markdown(summary)
    shown = show(text)
    assert len(text) <= MOST_CHARACTERS
    known = {"table", "thead", "tbody", "tr", "th", "td", "ul", "li", "p", "code", "pre", "h3", "strong", "sub"}
    assert set(shown.elements) <= known | {"details", "summary"}
    assert text.count("<details>") == text.count("</details>") > 1
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "no room here" in text
    assert f"**{len(summary.table.heads)} runs**" in text


def test_names_of_runs_are_all_there(folder: GitFolder) -> None:
    shown = show(format_report_markdown(summarize(folder, plan_names(folder))))
    for name in ODD_NAMES[:-1]:
        assert any(code == neutralise(name) for code in shown.codes), name


def test_what_a_reviewer_wants_to_know(folder: GitFolder) -> None:
    summary = summarize(folder, plan_seeds(folder), "auto", baseline="lr=0.1")
    text = format_report_markdown(summary)
    shown = show(text)
    said = "".join(shown.texts)
    lines = text.splitlines()
    assert lines[:2] == ["<!-- exp report -->", "### Runs of default"]
    assert lines[3].startswith("**15 runs**: 15 finished · 1d 21h · 30.00 EUR + 30.00 USD · 1.5 kWh")
    assert lines[3].endswith("(not measured in 10)")
    assert re.search(
        r"^- best <code>val_auc</code>: \*\*0\.\d+\*\*, <code>amber-fox-\w+</code>.*, of 15 runs$", text, re.M
    )
    assert re.search(r"lr=0\.01: |better by 0\.1\d* \(95 % CI", said)
    assert text.count("✅ better by") == 2
    assert "the best val_auc first" in said
    assert "Curves of" in text
    assert "▁" in text
    assert "→" in text
    assert len(summary.curves) == 8


def test_a_report_is_cut_to_the_room_there_is(folder: GitFolder) -> None:
    summary = summarize(folder, plan_all(folder), "auto")
    lengths = []
    for most in (60_000, 8_000, 3_000, 900, 200):
        text = format_report_markdown(summary, most=most)
        lengths.append(len(text))
        assert len(text) <= most
        assert text.startswith("<!-- exp report -->\n### ")
        assert "no room" in text
        assert text.count("<details>") == text.count("</details>")
    assert lengths == sorted(set(lengths), reverse=True)


def test_characters_beyond_the_basic_plane_count_twice(folder: GitFolder) -> None:
    plans = [plan_made(folder, str(number), minutes=number, name="🚀" * 40 + str(number)) for number in range(100)]
    summary = summarize(folder, plans)
    for most in (12_000, 9_000, 6_000):
        text = format_report_markdown(summary, most=most)
        assert len(text) < len(text.encode("utf-16-le")) // 2 <= most


def test_without_a_run(folder: GitFolder) -> None:
    assert format_report_markdown(summarize(folder, [])) == "<!-- exp report -->\n### Runs of default\n\nNo runs.\n"


def test_one_run_alone(folder: GitFolder) -> None:
    text = format_report_markdown(summarize(folder, plan_names(folder)[:1]))
    assert "**1 run**: 1 finished" in text
    assert "first" not in text


def test_runs_that_ended_otherwise_are_told(folder: GitFolder) -> None:
    text = format_report_markdown(summarize(folder, plan_states(folder)))
    assert "**7 runs**: 1 running, 1 finished, 1 failed, 1 killed, 1 interrupted, 1 preempted, 1 lost" in text
    assert "| preempted |" in text
    assert "best <code>loss</code>: **0.5**" in text  # only what finished can be best


def test_a_metric_that_only_some_have(folder: GitFolder) -> None:
    text = format_report_markdown(summarize(folder, plan_halves(folder)))
    assert text.count("| – |") >= 5


def test_a_chain_is_one_row_and_costs_what_its_parts_do(folder: GitFolder) -> None:
    text = format_report_markdown(summarize(folder, plan_chain(folder)))
    assert "**1 run**: 1 finished · 3h 00m · 7.50 EUR · 0.6 kWh" in text


def test_a_metric_without_a_direction_has_no_best_and_that_is_said(folder: GitFolder) -> None:
    plans = [plan_made(folder, str(number), minutes=number, metrics={"odd": float(number)}) for number in range(3)]
    text = format_report_markdown(summarize(folder, plans))
    assert "- best" not in text
    assert "whether more or less is better of odd is not in" in text
    assert "the newest first" in text


def test_a_long_series_is_one_line(folder: GitFolder) -> None:
    text = format_report_markdown(summarize(folder, [plan_long(folder, 30_000)]))
    (line,) = [line for line in text.splitlines() if "→" in line]
    assert len(line) < 90
    assert line.endswith("1.0 → 3.3e-05")
