"""A report as values for the page's script."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from gitexp.model.columns import field_column
from gitexp.model.comparison import cell_of_candidate
from gitexp.model.details import ONLINE
from gitexp.model.online import find_online
from gitexp.model.plotted_runs import label_groups, name_runs
from gitexp.model.values import equal_values, format_value
from gitexp.render.embedded import place_of
from gitexp.render.lineage_figure import embed_lineage
from gitexp.render.plotly_page import embed_plot
from gitexp.render.report_groups import embed_groups
from gitexp.render.report_sections import embed_sections, embed_value
from gitexp.render.text import neutralise, neutralise_lines
from gitexp.render.times import format_iso

if TYPE_CHECKING:
    from gitexp.model.annotations import Annotation
    from gitexp.model.columns import Cell, Column
    from gitexp.model.report import CodeDiff, Report
    from gitexp.model.run import Run
    from gitexp.model.run_curves import RunCurve
    from gitexp.render.embedded import Embedded

_FIELDS = ("id", "status", "started", "seconds", "experiment", "user", "command", "commit", "snapshot", "parts")
_SHOWN_FIELDS = ("status", "started", "seconds")
_MOST_SHOWN = 14
_MOST_ONLINE = 4
_DIGITS = 7
"""Of a point: more than a screen has places for."""


def embed_report(report: Report) -> dict[str, Embedded]:
    """Runs, columns and all that belongs to them. Sections that runs share stand once, in ``pool``."""
    pool = _Pool()
    names = name_runs(report.candidates, report.grouping)
    runs: list[Embedded] = []
    for candidate, named in zip(report.candidates, names, strict=True):
        run = report.manifests.get(candidate.head.ref)
        sections = embed_sections(candidate, run, report.others)
        runs.append(
            {
                "id": str(candidate.head.id),
                "name": neutralise(named.name),
                "group": named.group if report.grouping is not None else None,
                "sections": {name: pool.add(section) for name, section in sections.items()},
                "said": [] if run is None else _embed_said(run),
                "packages": None if run is None else run.environment.packages,
                "code": None if run is None else [run.code.commit, run.code.snapshot],
            }
        )
    numbers = {candidate.head.ref: number for number, candidate in enumerate(report.candidates)}
    return {
        "title": neutralise(report.title),
        "runs": runs,
        "pool": pool.values,
        "columns": _embed_columns(report),
        "groups": [neutralise(label) for label in label_groups(report.grouping)],
        "curves": [_embed_curve(curve, numbers[curve.head.ref]) for curve in report.curves],
        "comparison": None if report.comparison is None else embed_groups(report.comparison),
        "importances": [embed_plot(plot) for plot in report.importances],
        "tables": [{"run": str(plot.run.id), **embed_plot(plot)} for plot in report.tables],
        "pictures": [
            {
                "run": str(one.run),
                "path": neutralise(one.path),
                "source": f"data:{one.type};base64,{base64.b64encode(one.data).decode('ascii')}",
            }
            for one in report.pictures
        ],
        "code": [_embed_diff(diff) for diff in report.code],
        "packages": {
            key: {neutralise(name): neutralise(str(version)) for name, version in one.items()}
            for key, one in report.packages.items()
        },
        "lineages": [embed_lineage(one, name) for name, one in report.lineages],
        "leftOut": [neutralise(text) for text in report.left_out],
    }


class _Pool:
    """Sections, each once."""

    def __init__(self) -> None:
        self.values: list[Embedded] = []
        self._places: dict[str, int] = {}

    def add(self, section: dict[str, Embedded]) -> int:
        """The place of a section among the values."""
        text = json.dumps(section)
        if text not in self._places:
            self._places[text] = len(self.values)
            self.values.append(section)
        return self._places[text]


def _embed_columns(report: Report) -> list[Embedded]:
    """Every column with the cells of all runs; ``shown`` are those that tell most and are not the same in all."""
    if not report.candidates:
        return []
    fields = [field_column(key) for key in _FIELDS]
    columns: list[tuple[Column, list[Cell]]] = []
    for column in (*fields, *report.columns):
        cells = [cell_of_candidate(column, candidate) for candidate in report.candidates]
        if any(cell.present for cell in cells):
            columns.append((column, cells))
    differing = {column.key for column, cells in columns if not _is_constant(cells)}
    free = sorted((pair[0] for pair in columns if pair[0].kind != "field"), key=lambda column: -column.weight)
    told = [column.key for column in free if column.key in differing and column.kind != "detail" and column.weight > 0]
    shown = {*_SHOWN_FIELDS, *told[:_MOST_SHOWN]}
    if "experiment" in differing:
        shown.add("experiment")
    shown |= set([column.key for column, _ in columns if column.key.startswith(ONLINE)][:_MOST_ONLINE])
    return [
        {
            "key": neutralise(column.key),
            "title": neutralise(column.title),
            "kind": column.kind,
            "cells": [_embed_cell(cell) for cell in cells],
            "shown": column.key in shown,
            "same": column.key not in differing,
            "log": column.key in report.log_columns,
            "direction": report.directions.get(column.name) if column.kind == "metric" else None,
        }
        for column, cells in columns
    ]


def _is_constant(cells: list[Cell]) -> bool:
    first, *others = cells
    return bool(others) and all(
        cell.present == first.present and equal_values(cell.value, first.value) for cell in others
    )


def _embed_cell(cell: Cell) -> Embedded:
    """None where the run has nothing; null, true and false are words."""
    if not cell.present:
        return None
    return format_iso(cell.time) if cell.time is not None else embed_value(cell.value)


def _embed_curve(curve: RunCurve, run: int) -> dict[str, Embedded]:
    return {
        "run": run,
        "metric": neutralise(curve.metric),
        "x": [_shorten(place) for place, _ in curve.points],
        "y": [_shorten(value) for _, value in curve.points],
        "logged": curve.logged,
    }


def _shorten(value: float) -> float | None:
    known = place_of(value)
    if known is None:
        return None
    if float(known).is_integer() and abs(known) < 1e15:
        return int(known)
    return float(f"{known:.{_DIGITS}g}")


def _embed_said(run: Run) -> list[Embedded]:
    """What was said of a run, and what could not be recorded."""
    said: list[Embedded] = [{"kind": "warning", "lines": [neutralise(text)]} for text in run.warnings]
    if run.note:
        said.append({"kind": "note", "lines": list(neutralise_lines(run.note))})
    return [*said, *(_embed_annotation(one) for one in run.annotations if one.kind in ("note", "link", "online"))]


def _embed_annotation(one: Annotation) -> dict[str, Embedded]:
    about = {"kind": one.kind, "at": format_iso(one.at), "by": neutralise(one.by.name)}
    if one.kind == "link":
        return {**about, "url": neutralise(one.value.url), "lines": [neutralise(one.value.title or one.value.url)]}
    if one.kind == "online":
        (result,) = find_online([one])
        lines = [f"{name} = {format_value(value)}" for name, value in result.values.items()]
        return {**about, "lines": [neutralise(text) for text in ([result.title] if result.title else []) + lines]}
    text = one.value if isinstance(one.value, str) else json.dumps(one.value, default=str, ensure_ascii=False)
    return {**about, "lines": list(neutralise_lines(text))}


def _embed_diff(diff: CodeDiff) -> dict[str, Embedded]:
    return {
        "before": diff.before,
        "after": diff.after,
        "lines": list(neutralise_lines(diff.text.removesuffix("\n"))),
        "cut": diff.cut,
    }
