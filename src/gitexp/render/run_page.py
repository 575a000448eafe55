"""The page of ``exp show``: everything that is known of one run."""

from __future__ import annotations

import shlex
from types import MappingProxyType
from typing import TYPE_CHECKING

from gitexp.model.columns import format_tags
from gitexp.model.run import Status
from gitexp.render.going_parts import last_output, now_blocks
from gitexp.render.numbers import format_cell
from gitexp.render.online_blocks import online_blocks
from gitexp.render.page import Fields, Gap, Grid, GridColumn, Heading, Line, Span, Text, join_lines, line
from gitexp.render.run_annotations import annotation_blocks
from gitexp.render.run_chain import chain_blocks, curve_blocks
from gitexp.render.run_cost import cost_fields
from gitexp.render.run_metrics import metric_blocks, series_blocks
from gitexp.render.run_parts import (
    artifact_blocks,
    code_fields,
    data_blocks,
    environment_fields,
    lineage_fields,
)
from gitexp.render.run_usage import usage_blocks
from gitexp.render.status import show_status
from gitexp.render.text import neutralise_lines, shorten
from gitexp.render.times import format_age, format_duration, format_heard, format_iso, format_local, format_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.chain_view import ChainView
    from gitexp.model.going import RunView
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.model.usage import Usage
    from gitexp.render.page import Block, Look, Page

INDENT = 2
WIDEST_KEY = 40
WIDEST_VALUE = 60
SHORT_FINGERPRINT = 28
_OUTPUT = "output.log"
_ANNOTATIONS = "annotations/"


def build_run_page(
    run: Run,
    head: RunHead,
    look: Look,
    *,
    parts: Sequence[str] = (),
    id_length: int = 10,
    is_newest: bool = False,
    usage: Mapping[str, Usage] = MappingProxyType({}),
    view: RunView | None = None,
    chain: ChainView | None = None,
    reproduced_by: Sequence[RunHead] = (),
    versions: Sequence[Sequence[str]] = (),
) -> Page:
    """All of a run, the most asked first; what it does not have is left out. ``parts`` are the files of its record.

    ``view`` is what it does now, where it is going; ``chain`` the one that it is a part of, whose joined metrics then
    take the place of its own. ``versions`` of models have each its name, its stage and its aliases.
    """
    page: Page = [Text(tuple(_heading(run, head, look))), Gap(), Text((_command(run),), INDENT)]
    if view is not None and view.missing is not None:
        page.append(Text((line(Span(view.missing, "warning")),), INDENT))
    if view is not None and view.heard_at is not None:
        heard = format_heard(view.heard_at, run.host, look.now, look.zone)
        page.append(Text((line(Span(heard, "muted")),), INDENT))
    said = [*_versions(versions), *_said(run)]
    if said:
        page += [Gap(), Fields(tuple(said), INDENT)]
    is_going = run.status is Status.RUNNING
    is_joined = chain is not None and len(chain.joined) > 1
    metrics = chain.metrics if chain is not None and is_joined else run.metrics
    blocks: list[tuple[str, list[Block]]] = [
        ("Said since", annotation_blocks(run, head, look)),
        ("Now", [] if view is None else now_blocks(view, look)),
        ("Chain", [] if chain is None else chain_blocks(chain, head, look, id_length)),
        (
            "Metrics of the chain" if is_joined else "Metrics",
            [*metric_blocks(metrics, look), *series_blocks(run.series, is_going=is_going)],
        ),
        ("Online", online_blocks(run, look)),
        ("Curves of the chain", curve_blocks(chain, look) if chain is not None else []),
        ("Params", _params(run, look)),
        ("Code", _fields(code_fields(run.code, look))),
        ("Data", data_blocks(run, look)),
        ("Artifacts", artifact_blocks(run, look, id_length)),
        ("Environment", _fields(environment_fields(run, look))),
        ("System", usage_blocks(usage, run.environment, look)),
        ("Lineage", _fields(lineage_fields(run, reproduced_by))),
        ("Cost", _fields(cost_fields(run, chain))),
        ("Record", _fields(_record(run, head, look, parts))),
    ]
    for heading, own in blocks:
        if own:
            page += [Gap(), Heading(heading), *own]
    if run.warnings:
        sign = "! " if look.glyphs else ""
        page += [Gap(), Heading("Warnings")]
        page += [Text(tuple(line(Span(f"{sign}{warning}", "warning")) for warning in run.warnings), INDENT)]
    if view is not None and view.lines:
        page += [Gap(), Heading("Output"), last_output(view)]
    page += [Gap(), Heading("Next"), _next(run, id_length, parts, view, is_newest=is_newest)]
    return page


def _heading(run: Run, head: RunHead, look: Look) -> list[Line]:
    seconds = run.seconds
    if run.status is Status.RUNNING:
        took = f"for {format_duration(max((look.now - run.started_at).total_seconds(), 0))}"
    else:
        format_took = format_duration if look.is_screen else format_seconds
        took = "" if seconds is None else f"in {format_took(seconds)}"
    outcome = [Span(f"  {took}", "muted")] if took else []
    if run.signal is not None:
        outcome.append(Span(f"  {run.signal}", "bad"))
    elif run.exit_code:
        outcome.append(Span(f"  exit status {run.exit_code}", "bad"))
    if look.is_screen:
        when = f"{format_age(run.started_at, look.now, look.zone)}, {format_local(run.started_at, look.zone)}"
    else:
        when = format_iso(run.started_at)
    dot = " · " if look.glyphs else " - "
    if head.hidden:
        outcome.append(Span("  hidden", "warning"))
    place = f"experiment {run.experiment}" + (f" (born in {head.home})" if run.experiment != head.home else "")
    return [
        line(Span(run.name, "title"), "  ", show_status(run.status, look), *outcome),
        join_lines([line(Span(run.id, "id")), line(place), line(Span(when, "muted"))], dot),
        line(Span(f"by {run.user.name} <{run.user.email}>" + (f" on {run.host}" if run.host else ""), "muted")),
    ]


def _command(run: Run) -> Line:
    spans = [Span("$ ", "muted"), Span(shlex.join(run.command), "command")]
    if run.directory not in ("", "."):
        spans.append(Span(f"   in {run.directory}", "muted"))
    return tuple(spans)


def _versions(versions: Sequence[Sequence[str]]) -> list[tuple[str, tuple[Line, ...]]]:
    lines = [line(Span(name, "title"), f"  {', '.join(words)}") for name, *words in versions]
    return [("version" if len(lines) == 1 else "versions", tuple(lines))] if lines else []


def _said(run: Run) -> list[tuple[str, tuple[Line, ...]]]:
    rows: list[tuple[str, tuple[Line, ...]]] = []
    if run.hypothesis:
        rows.append(("hypothesis", tuple(line(text) for text in neutralise_lines(run.hypothesis))))
    if run.note:
        rows.append(("note", tuple(line(text) for text in neutralise_lines(run.note))))
    if run.tags:
        rows.append(("tags", (line(format_tags(run.tags)),)))
    if run.redacted:
        rows.append(("redacted", (line(Span(", ".join(run.redacted), "warning")),)))
    return rows


def _params(run: Run, look: Look) -> list[Block]:
    if not run.params:
        return []
    rows = tuple(
        (
            line(key),
            line(format_cell(value, full=not look.is_screen)),
            line(Span(run.param_sources.get(key, ""), "muted")),
        )
        for key, value in run.params.items()
    )
    columns = (
        GridColumn("", "left", WIDEST_KEY),
        GridColumn("", "left", WIDEST_VALUE),
        GridColumn("", "left", WIDEST_KEY),
    )
    return [Grid(columns, rows, INDENT, header=False)]


def _record(run: Run, head: RunHead, look: Look, parts: Sequence[str]) -> list[tuple[str, tuple[Line, ...]]]:
    rows: list[tuple[str, tuple[Line, ...]]] = [
        ("ref", (line(head.ref),)),
        ("commit", (line(Span(head.commit, "id")),)),
    ]
    if head.fold is not None:
        rows.append(("fold", (line(Span(head.fold, "id")),)))
    if run.fingerprint is not None:
        shown = shorten(run.fingerprint, SHORT_FINGERPRINT) if look.is_screen else run.fingerprint
        rows.append(("fingerprint", (line(shown),)))
    if run.seed is not None:
        rows.append(("seed", (line(str(run.seed)),)))
    if parts:
        names = dict.fromkeys(_ANNOTATIONS if part.startswith(_ANNOTATIONS) else part for part in parts)
        rows.append(("parts", (line("  ".join(names)),)))
    return rows


def _next(run: Run, id_length: int, parts: Sequence[str], view: RunView | None, *, is_newest: bool) -> Fields:
    short = run.id[:id_length]
    is_going = run.status is Status.RUNNING
    rows = [(f"exp watch {short}", "how it goes on")] if is_going else []
    if is_going and view is not None and view.heard_at is None:  # else another machine or user has it
        rows.append((f"exp stop {short}", "its end, recorded"))
    if _OUTPUT in parts or (view is not None and view.lines):
        rows.append((f"exp logs {short}", "what it printed"))
    rows += [
        ("exp diff", "what is different from the run before")
        if is_newest
        else (f"exp diff {short} last", "what is different in the newest run"),
        (f"exp checkout {short}", "its code, in a new worktree"),
    ]
    return Fields(tuple((command, (line(Span(what, "muted")),)) for command, what in rows), INDENT)


def _fields(rows: list[tuple[str, tuple[Line, ...]]]) -> list[Block]:
    return [Fields(tuple(rows), INDENT)] if rows else []
