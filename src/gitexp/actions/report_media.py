"""Pictures and tables that the runs of a report logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.fetch_objects import open_objects
from gitexp.actions.placing_files import read_small
from gitexp.actions.plot_tables import list_tables, read_tables
from gitexp.actions.wanted_files import list_files
from gitexp.errors import BrokenRecord, ObjectDamaged
from gitexp.model.plots import TablePlot
from gitexp.model.report import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.wanted_files import WantedFile
    from gitexp.model.head import RunHead
    from gitexp.model.plots import MatrixPlot
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

MOST_OF_A_PICTURE = 1_000_000
MOST_OF_ALL_PICTURES = 10_000_000
MOST_ROWS = 100
MOST_CELLS = 100_000
MOST_RUNS = 100
"""Of so many runs tables are looked at: of each they are files of their own."""
_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_BEGINNINGS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF8", "image/gif"))


def find_type(data: bytes) -> str | None:
    """What kind of picture bytes are, by how they begin; None for what is none, or may hold a script, as SVG does."""
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for beginning, kind in _BEGINNINGS if data.startswith(beginning)), None)


def read_pictures(store: RunStore, runs: Sequence[tuple[RunHead, Run]]) -> tuple[tuple[Picture, ...], list[str]]:
    """The pictures in the order of the runs, as many as there is room for, and what is left out and why."""
    found: list[Picture] = []
    missed: dict[str, list[str]] = {}
    taken = 0
    for head, run in runs:
        for one in list_files(run, {"artifact"}).wanted:
            if not str(one.path).lower().endswith(_SUFFIXES):
                continue
            name = f"{one.path} of {run.name}"
            size = one.bytes or 0
            if size > MOST_OF_A_PICTURE:
                missed.setdefault(f"more than {MOST_OF_A_PICTURE:,} bytes", []).append(name)
                continue
            if taken + size > MOST_OF_ALL_PICTURES:
                missed.setdefault(f"more than {MOST_OF_ALL_PICTURES:,} bytes in all", []).append(name)
                continue
            data = _read(store, head, one)
            if isinstance(data, str):
                missed.setdefault(data, []).append(name)
            elif len(data) > MOST_OF_A_PICTURE:
                missed.setdefault(f"more than {MOST_OF_A_PICTURE:,} bytes", []).append(name)
            elif (kind := find_type(data)) is None:
                missed.setdefault("no PNG, JPEG, GIF or WebP", []).append(name)
            else:
                found.append(Picture(head.id, str(one.path), kind, data))
                taken += len(data)
    said = [f"{_count(names, 'picture')} ({why}), the first {names[0]}" for why, names in missed.items()]
    return tuple(found), said


def read_report_tables(
    store: RunStore, runs: Sequence[tuple[RunHead, Run]]
) -> tuple[tuple[TablePlot | MatrixPlot, ...], list[str]]:
    """Tables and confusion matrices in the order of the runs, as many as there is room for, and what is left out."""
    found: list[TablePlot | MatrixPlot] = []
    said: list[str] = []
    cells = looked = 0
    for head, run in runs:
        if not list_tables(run):
            continue
        looked += 1
        if looked > MOST_RUNS or cells > MOST_CELLS:
            continue
        plots, broken = read_tables(store, head, run)
        said += [f"a table of {run.name}: {error.message}" for error in broken]
        for plot in plots:
            if isinstance(plot, TablePlot):
                if len(plot.rows) > MOST_ROWS:
                    cut = f"rows {MOST_ROWS + 1} to {len(plot.rows)}"
                    plot = plot._replace(rows=plot.rows[:MOST_ROWS], left_out=(cut, *plot.left_out))
                cells += len(plot.rows) * len(plot.columns)
            else:
                cells += len(plot.labels) ** 2
            found.append(plot)
    shown = len({plot.run.id for plot in found})
    if looked > MOST_RUNS or cells > MOST_CELLS:
        said.append(f"the tables of {looked - shown} of {looked} runs")
    return tuple(found), said


def _read(store: RunStore, head: RunHead, one: WantedFile) -> bytes | str:
    """The bytes, or why they cannot be had."""
    if one.is_in_git:
        try:
            return read_small(store, head, one)
        except (BrokenRecord, ObjectDamaged) as error:
            return error.message
    place = open_objects(store.repository, store.project.path(store.repository)).find(one.md5 or "")
    if place is None:
        return "not here; exp get brings them"
    with open(place, "rb") as opened:
        return opened.read(MOST_OF_A_PICTURE + 1)


def _count(names: Sequence[str], what: str) -> str:
    return f"{len(names)} {what}{'s' if len(names) != 1 else ''}"
