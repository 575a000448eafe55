"""What came of the runs of a report in use, beside the metric of the same name, as a table for GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.details import ONLINE
from gitexp.render.github_text import format_name, format_value
from gitexp.render.numbers import format_cell

if TYPE_CHECKING:
    from gitexp.model.head import RunHead
    from gitexp.model.report_summary import ReportSummary
    from gitexp.model.values import Value

_WIDEST = 40


def write_online(summary: ReportSummary, rows: int) -> list[str]:
    """A row for each value, in the order of the runs; long tables are cut, and say so."""
    found = [
        (head, key.removeprefix(ONLINE), value)
        for head in summary.table.heads
        for key, value in summary.details.get(head.ref, {}).items()
        if key.startswith(ONLINE)
    ]
    if not found:
        return []
    lines = [_write_row(*one, summary.table.id_length) for one in found[:rows]]
    table = "\n".join(["| run | id | result | online | offline |", "| --- | --- | --- | --: | --: |", *lines])
    more = len(found) - len(lines)
    notes = [f"<sub>{more} more {'value has' if more == 1 else 'values have'} no room here.</sub>"] if more else []
    return ["**Online**", table, *notes]


def _write_row(head: RunHead, name: str, value: Value, id_length: int) -> str:
    key = next((one for one in (name, name.rpartition(".")[2]) if one in head.metrics), None)
    offline = "–" if key is None else format_value(format_cell(head.metrics[key].last, full=False))
    online = format_value(format_cell(value, full=False), _WIDEST)
    texts = (format_name(head.name, _WIDEST), format_name(head.id[:id_length]), format_name(name, _WIDEST))
    return f"| {' | '.join((*texts, online, offline))} |"
