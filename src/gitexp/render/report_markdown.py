"""A report as a comment on a pull request: Markdown as GitHub shows it, within the length that it takes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.run import Status
from gitexp.render.github_text import escape_text, format_name, format_value
from gitexp.render.numbers import format_number
from gitexp.render.report_markdown_curves import draw_curves
from gitexp.render.report_markdown_groups import write_groups, write_verdicts
from gitexp.render.report_markdown_online import write_online
from gitexp.render.report_markdown_table import write_same, write_table
from gitexp.render.run_cost import format_amount
from gitexp.render.times import format_duration

if TYPE_CHECKING:
    from gitexp.model.cost import CostSum
    from gitexp.model.report_summary import BestRun, ReportSummary

MARK = "<!-- exp report -->"
"""The first line: by it an earlier report is known."""
MOST_CHARACTERS = 65_000
"""GitHub refuses a comment of more than 65,536."""

_MOST_BEST = 6
_STATUSES = tuple(Status)


class Room(NamedTuple):
    """How much of each part may stand there: ``rows`` at once, ``folded`` more behind a click."""

    rows: int = 20
    folded: int = 500
    columns: int = 10
    metrics: int = 3
    more_metrics: int = 50
    groups: int = 20
    lines: int = 8
    left_out: int = 20
    online: int = 20


_ROOMS = (
    Room(),
    Room(folded=200, more_metrics=20),
    Room(folded=80, more_metrics=8),
    Room(folded=20, more_metrics=2, groups=12),
    Room(rows=12, folded=0, columns=8, more_metrics=0, groups=8),
    Room(rows=5, folded=0, columns=5, metrics=1, more_metrics=0, groups=4, lines=3, left_out=5, online=5),
)


def format_report_markdown(summary: ReportSummary, *, most: int = MOST_CHARACTERS) -> str:
    """The report, in at most so many characters as GitHub counts them: long parts are cut, and say so."""
    text = ""
    for room in _ROOMS:
        text = _write(summary, room)
        if _count(text) <= most:
            return text
    ends = "\n\n*The rest is cut: a comment has no room for it.*\n"
    while _count(text) + len(ends) > most:
        kept = text.rstrip("\n").rpartition("\n")[0]
        if not kept:
            break
        text = kept
    return text + "\n</details>" * (text.count("<details>") - text.count("</details>")) + ends


def _write(summary: ReportSummary, room: Room) -> str:
    table = summary.table
    parts = [f"{MARK}\n### {escape_text(summary.title)}", _sum_up(summary)]
    if summary.best:
        parts.append("\n".join(_say_best(one, table.id_length) for one in summary.best[:_MOST_BEST]))
    if summary.comparison is not None:
        parts += write_verdicts(summary.comparison, room.metrics, room.groups)
    parts += write_table(summary, room.rows, room.folded, room.columns)
    parts += write_online(summary, room.online)
    if summary.comparison is not None:
        parts += write_groups(summary.comparison, room.metrics, room.more_metrics, room.groups)
    parts += draw_curves(summary, room.lines)
    parts += write_same(summary)
    parts += _write_notes(summary, room)
    return "\n\n".join(parts) + "\n"


def _sum_up(summary: ReportSummary) -> str:
    heads, total = summary.table.heads, summary.table.total
    if not heads:
        return "No runs."
    counts = Counter(head.status for head in heads)
    statuses = ", ".join(f"{counts[status]} {status.value}" for status in _STATUSES if counts[status])
    count = f"{len(heads)} {'run' if len(heads) == 1 else 'runs'}"
    said = [f"**{count}**" + (f" of {total}" if total > len(heads) else "") + f": {statuses}"]
    if summary.seconds is not None:
        said.append(format_duration(summary.seconds))
    said += _say_cost(summary.cost)
    return " · ".join(said)


def _say_cost(cost: CostSum) -> list[str]:
    said = []
    if cost.amounts:
        text = " + ".join(escape_text(format_amount(amount, currency)) for currency, amount in cost.amounts)
        said.append(text + (f" ({cost.unpriced} of unknown cost)" if cost.unpriced else ""))
    if cost.energy_kwh is not None:
        text = f"{format_number(cost.energy_kwh)} kWh"
        said.append(text + (f" (not measured in {cost.unmeasured})" if cost.unmeasured else ""))
    return said


def _say_best(best: BestRun, id_length: int) -> str:
    head = best.head
    among = f", of {best.among} runs" if best.among > 1 else ""
    value = format_value(format_number(best.value))
    return (
        f"- best {format_name(best.column.title)}: **{value}**, {format_name(head.name)} "
        f"{format_name(head.id[:id_length])}{among}"
    )


def _write_notes(summary: ReportSummary, room: Room) -> list[str]:
    sentences = [*summary.left_out, *(summary.comparison.notes if summary.comparison is not None else ())]
    if not sentences:
        return []
    lines = [f"- {escape_text(text)}" for text in sentences[: room.left_out]]
    if len(sentences) > room.left_out:
        lines.append(f"- and {len(sentences) - room.left_out} things more")
    return ["Notes:\n\n" + "\n".join(lines)]


def _count(text: str) -> int:
    """Characters as GitHub counts them at most: those beyond the first 65,536 of Unicode as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
