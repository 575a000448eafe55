"""Confusion matrices and tables in a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.render.matplotlib_series import label
from gitexp.render.numbers import format_cell, format_number

if TYPE_CHECKING:
    from gitexp.model.plots import MatrixPlot, TablePlot

_MOST_NUMBERS = 20
_MOST_ROWS = 20
_MOST_COLUMNS = 12


def draw_matrix(plot: MatrixPlot, panel: Any) -> None:
    """True classes down, predicted ones across, each row shaded by its shares."""
    shares = [[count / sum(row) if sum(row) else 0.0 for count in row] for row in plot.counts]
    panel.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    names = [label(text) for text in plot.labels]
    many = len(names) > _MOST_NUMBERS
    panel.set_xticks(range(len(names)), names, rotation=90 if many else 0)
    panel.set_yticks(range(len(names)), names)
    panel.set_xlabel("predicted")
    panel.set_ylabel("true")
    if not many:
        for down, row in enumerate(plot.counts):
            for across, count in enumerate(row):
                colour = "white" if shares[down][across] > 0.55 else "black"
                text = format_number(int(count) if count.is_integer() else count)
                panel.text(across, down, text, ha="center", va="center", color=colour)
    panel.set_title(f"{label(plot.title)} of {label(plot.run.name)}", loc="left")


def draw_table(plot: TablePlot, panel: Any) -> None:
    """The first rows and columns of a table."""
    columns = [label(text) for text in plot.columns[:_MOST_COLUMNS]]
    rows = [
        ["" if value is None else label(format_cell(value, full=False)) for value in row[:_MOST_COLUMNS]]
        for row in plot.rows[:_MOST_ROWS]
    ]
    panel.axis("off")
    panel.set_title(f"{label(plot.title)} of {label(plot.run.name)}", loc="left")
    if rows:
        panel.table(cellText=rows, colLabels=columns, bbox=(0, 0.06, 1, 0.94), cellLoc="left", edges="horizontal")
    hidden = [f"{len(plot.rows) - len(rows)} rows"] if len(plot.rows) > len(rows) else []
    if len(plot.columns) > len(columns):
        hidden.append(f"{len(plot.columns) - len(columns)} columns")
    if hidden:
        panel.text(0.5, 0.04, f"and {' and '.join(hidden)} more", ha="center", va="top", transform=panel.transAxes)
