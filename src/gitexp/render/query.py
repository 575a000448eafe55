"""The answer to a query, and the views that can be asked, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.query import VIEWS
from gitexp.render.listing import escape_markdown
from gitexp.render.numbers import align_points, format_cell
from gitexp.render.page import Gap, Grid, GridColumn, Heading, Page, Span, line
from gitexp.render.text import neutralise, shorten

if TYPE_CHECKING:
    from gitexp.model.query import QueryAnswer, QueryValue
    from gitexp.render.page import Line, Look

_WIDEST = 56


def build_answer(answer: QueryAnswer, look: Look) -> Page:
    """The rows as a table: on a screen numbers in a few digits and texts shortened, elsewhere in full."""
    columns = [_show_column(answer, place, look) for place in range(len(answer.columns))]
    grid = Grid(
        tuple(
            GridColumn(title, "right" if _is_numeric(answer, place) else "left", _WIDEST if look.is_screen else None)
            for place, title in enumerate(answer.columns)
        ),
        tuple(tuple(column[place] for column in columns) for place in range(len(answer.rows))),
    )
    return [grid]


def build_schema() -> Page:
    """The views and their columns."""
    page: Page = []
    for view in VIEWS:
        page += [Gap()] if page else []
        page += [
            Heading(view.name, view.meaning),
            Grid(
                (GridColumn("column"), GridColumn("meaning")),
                tuple((line(column.name), line(Span(column.meaning, "muted"))) for column in view.columns),
                indent=2,
                header=False,
            ),
        ]
    return page


def format_answer_csv(answer: QueryAnswer) -> str:
    """The rows as CSV (RFC 4180, but LF), every digit, NULL empty."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(map(neutralise, answer.columns))
    writer.writerows([neutralise(_full_text(value)) for value in row] for row in answer.rows)
    return buffer.getvalue()


def format_answer_markdown(answer: QueryAnswer) -> str:
    """The rows as a Markdown table, every digit; what would be markup there is escaped."""
    from tabulate import tabulate

    aligns = ["right" if _is_numeric(answer, place) else "left" for place in range(len(answer.columns))]
    text = tabulate(
        [[escape_markdown(neutralise(_full_text(value))) for value in row] for row in answer.rows],
        headers=[escape_markdown(neutralise(title)) for title in answer.columns],
        tablefmt="pipe",
        disable_numparse=True,
        colalign=aligns if answer.rows else None,
    )
    return f"{text}\n"


def _show_column(answer: QueryAnswer, place: int, look: Look) -> list[Line]:
    values = [row[place] for row in answer.rows]
    if not look.is_screen:
        return [line(_full_text(value)) for value in values]
    texts = [_screen_text(value) for value in values]
    if _is_numeric(answer, place):
        texts = align_points(texts)
    sign = "–" if look.glyphs else "-"
    return [line(Span(sign, "muted") if value is None else text) for value, text in zip(values, texts, strict=True)]


def _screen_text(value: QueryValue) -> str:
    if isinstance(value, (int, float)):
        return format_cell(value, full=False)
    return shorten(neutralise(_full_text(value)), _WIDEST)


def _full_text(value: QueryValue) -> str:
    if value is None:
        return ""
    return f"x'{value.hex()}'" if isinstance(value, bytes) else format_cell(value, full=True)


def _is_numeric(answer: QueryAnswer, place: int) -> bool:
    values = [row[place] for row in answer.rows if row[place] is not None]
    return bool(values) and all(isinstance(value, (int, float)) for value in values)
