"""Parts of a run's page: its code, data, artifacts, environment and lineage."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, TypeAlias

from gitexp.render.numbers import format_bytes
from gitexp.render.page import Grid, GridColumn, Line, Span, Text, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.run import Artifact, Code, DataItem, LeftOut, Run
    from gitexp.render.page import Block, Look

Rows: TypeAlias = "list[tuple[str, tuple[Line, ...]]]"

INDENT = 2
MOST_LEFT_OUT = 12
MOST_REPRODUCTIONS = 5
SHORT_COMMIT = 10
WIDEST_PATH = 60
WIDEST_WHY = 40


def code_fields(code: Code, look: Look) -> Rows:
    """Which commit ran, with what changes, and what the snapshot does not hold."""
    on = f" on {code.branch}" if code.branch is not None else " (no branch)"
    if code.commit is None:
        base = line(Span("none yet", "muted"), on)
    else:
        base = line(Span(_commit(code.commit, look), "id"), on)
    rows: Rows = [("commit", (base,))]
    dirty = [one.path for one in code.submodules if one.dirty]
    unheld = tuple(
        line(Span(f"without the changes inside {path}: they are not in the run", "warning")) for path in dirty
    )
    if code.snapshot == code.commit and unheld:
        rows.append(("snapshot", (line("the commit itself"), *unheld)))
    elif code.snapshot == code.commit and code.dirty:
        missed = Span("the working tree could NOT be recorded; this is the commit that was checked out", "bad")
        rows.append(("snapshot", (line(missed),)))
    elif code.snapshot == code.commit:
        rows.append(("snapshot", (line("the commit itself: nothing was uncommitted"),)))
    else:
        state = "with uncommitted changes" if code.dirty else "the tree that ran"
        show = f"git diff {_commit(code.commit, look)} {_commit(code.snapshot, look)}" if code.commit else ""
        value = [Span(_commit(code.snapshot, look), "id"), Span(f" {state}", "warning" if code.dirty else "")]
        aside = (line(Span(show, "muted")),) if show else ()
        rows.append(("snapshot", (tuple(value), *aside, *unheld)))
    if code.remote is not None:
        rows.append(("remote", (line(code.remote),)))
    if code.submodules:
        rows.append(
            (
                "submodules",
                tuple(
                    line(
                        one.path,
                        " ",
                        Span(_commit(one.commit, look), "id"),
                        Span(" with changes" if one.dirty else "", "warning"),
                    )
                    for one in code.submodules
                ),
            )
        )
    if code.left_out:
        rows.append(("left out", _left_out(code.left_out, look)))
    return rows


def _left_out(left_out: tuple[LeftOut, ...], look: Look) -> tuple[Line, ...]:
    most = MOST_LEFT_OUT if look.is_screen else len(left_out)
    lines = [
        line(
            one.path,
            Span(f"  {format_bytes(one.bytes)}" if one.bytes is not None else "", ""),
            Span(f"  {one.why}", "muted"),
        )
        for one in left_out[:most]
    ]
    if len(left_out) > most:
        lines.append(line(Span(f"and {len(left_out) - most} more  (exp show --json)", "muted")))
    return tuple(lines)


def data_blocks(run: Run, look: Look) -> list[Block]:
    """The files and folders that the run read."""
    grid = _files([(item, "") for item in run.data], look)
    return [] if grid is None else [grid]


def artifact_blocks(run: Run, look: Look, id_length: int) -> list[Block]:
    """The files that the run wrote, where each is kept, and what brings one of them."""
    where = {"git": "in the run", "dvc": "in the cache", "no": "not kept"}
    grid = _files([(item, where[item.kept]) for item in run.artifacts], look)
    if grid is None:
        return []
    files = [item for item in run.artifacts if item.kept != "no" and item.files is None]
    if not files:
        return [grid]
    kept = next((item for item in files if item.kept == "dvc"), files[0])
    command = f"exp get {run.id[:id_length]} {shlex.quote(kept.path)}"
    return [grid, Text((line(Span(command, "muted")),), INDENT)]


def _files(items: list[tuple[DataItem, str]] | list[tuple[Artifact, str]], look: Look) -> Grid | None:
    if not items:
        return None
    rows = []
    for item, kept in items:
        size = "" if item.bytes is None else format_bytes(item.bytes) if look.is_screen else f"{item.bytes} bytes"
        count = "" if item.files is None else f"{item.files:,} file" + ("" if item.files == 1 else "s")
        md5 = "" if item.md5 is None else f"md5 {item.md5[:SHORT_COMMIT] + '…' if look.is_screen else item.md5}"
        rows.append(
            (
                line(item.path),
                line(size),
                line(count),
                line(Span(md5, "muted")),
                line(kept),
                line(Span(item.why or "", "warning")),
            )
        )
    columns = [
        GridColumn("", "left", WIDEST_PATH),
        GridColumn("", "right"),
        GridColumn("", "right"),
        GridColumn(""),
        GridColumn(""),
        GridColumn("", "left", WIDEST_WHY),
    ]
    used = [place for place in range(len(columns)) if any(any(span.text for span in row[place]) for row in rows)]
    return Grid(
        tuple(columns[place] for place in used),
        tuple(tuple(row[place] for place in used) for row in rows),
        INDENT,
        header=False,
    )


def environment_fields(run: Run, look: Look) -> Rows:
    """Interpreter, machine and recorded variables."""
    known = run.environment
    rows: Rows = []
    if known.python is not None:
        parts = [f"{known.implementation or 'Python'} {known.python}"]
        rows.append(("python", (line(*parts, Span(f"  {known.executable}" if known.executable else "", "muted")),)))
    if known.unknown is not None:
        rows.append(("unknown", (line(Span(known.unknown, "warning")),)))
    if known.platform is not None:
        rows.append(("platform", (line(known.platform),)))
    machine = [known.cpu or "", f"{known.cores} cores" if known.cores else ""]
    machine.append(format_bytes(known.memory_bytes) if known.memory_bytes else "")
    if any(machine):
        rows.append(("machine", (line(", ".join(part for part in machine if part)),)))
    if known.gpus:
        rows.append(("gpu", tuple(_gpu(gpu.name, gpu.memory_bytes, gpu.driver) for gpu in known.gpus)))
    if known.cuda is not None:
        rows.append(("cuda", (line(known.cuda),)))
    if known.variables:
        rows.append(("variables", tuple(line(f"{key}={value}") for key, value in known.variables.items())))
    return rows


def lineage_fields(run: Run, reproduced_by: Sequence[RunHead] = ()) -> Rows:
    """The runs that it comes from, and those that reproduce it."""
    lineage = run.lineage
    rows: Rows = []
    for label, value in (("resumes", lineage.resumes), ("reproduces", lineage.reproduces), ("sweep", lineage.sweep)):
        if value is not None:
            rows.append((label, (line(Span(value, "id")),)))
    if lineage.forked_from is not None:
        step = f" at step {lineage.forked_at_step}" if lineage.forked_at_step is not None else ""
        rows.append(("forked from", (line(Span(lineage.forked_from, "id"), step),)))
    if reproduced_by:
        shown = tuple(
            line(Span(one.id, "id"), f" {one.name}", Span(f" {one.status.value}", "muted"))
            for one in reproduced_by[:MOST_REPRODUCTIONS]
        )
        more = len(reproduced_by) - len(shown)
        rows.append(("reproduced by", (*shown, line(Span(f"and {more} more", "muted"))) if more else shown))
    return rows


def _gpu(name: str, memory_bytes: int | None, driver: str | None) -> Line:
    parts = [name, format_bytes(memory_bytes) if memory_bytes else "", f"driver {driver}" if driver else ""]
    return line(", ".join(part for part in parts if part))


def _commit(commit: str, look: Look) -> str:
    return commit[:SHORT_COMMIT] if look.is_screen else commit
