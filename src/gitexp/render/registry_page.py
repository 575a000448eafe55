"""The page of ``exp registry show``: one version of a model, and how it came where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.registry import ARCHIVE, NO_STAGE, arrival, name_version
from gitexp.model.registry_past import list_past
from gitexp.render.numbers import format_bytes, format_number
from gitexp.render.online_blocks import online_blocks
from gitexp.render.page import Fields, Gap, Heading, Span, Text, line
from gitexp.render.registry_listing import build_past, show_person, show_time
from gitexp.render.times import format_age

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.registry import Approval, Model, Version
    from gitexp.model.registry_past import Standing
    from gitexp.model.run import Run
    from gitexp.render.page import Block, Line, Look, Page

INDENT = 2
_SHORT = 12
_STYLES = {"production": "good", ARCHIVE: "muted", NO_STAGE: "muted"}


def build_version_page(
    model: Model,
    version: Version,
    look: Look,
    *,
    head: RunHead | None,
    run: Run | None,
    replaced: Standing | None,
    approvals: Sequence[tuple[Approval, bool, str | None, str | None]],
    warnings: Sequence[str] = (),
) -> Page:
    """All of a version, the most asked first. ``approvals``: each with whether it waits, how it stands, and why."""
    name = name_version(model.name, version.number)
    since = arrival(version, version.stage)
    heading: list[str | Span] = [Span(name, "title"), "  ", Span(version.stage, _STYLES.get(version.stage, ""))]
    heading += ["  ", Span(", ".join(version.aliases), "id")] if version.aliases else []
    age = format_age(since, look.now, look.zone) if look.is_screen else show_time(since, look)
    page: Page = [Text((line(*heading, Span(f"  since {age}", "muted")),))]
    if model.description:
        page.append(Text((line(Span(model.description, "muted")),)))
    page += [Gap(), Fields(tuple(_fields(version, head, run, replaced, model, look)), INDENT)]
    blocks: list[tuple[str, list[Block]]] = [
        ("Metrics", _metrics(version, look)),
        ("Online", [] if run is None else online_blocks(run, look)),
        ("Approvals", _approvals(approvals, look)),
        (
            "History",
            build_past([one for one in list_past(model) if one.version.number == version.number], look, INDENT),
        ),
    ]
    for title, own in blocks:
        if own:
            page += [Gap(), Heading(title), *own]
    if warnings:
        sign = "! " if look.glyphs else ""
        page += [
            Gap(),
            Heading("Warnings"),
            Text(tuple(line(Span(f"{sign}{one}", "warning")) for one in warnings), INDENT),
        ]
    rows = (
        (f"exp get {name}", "bring what it deploys, checked against the registry"),
        (f"exp registry show {name} --lineage", "where it comes from"),
        (f"exp show {name}", "everything that is known of its run"),
    )
    next_rows = tuple((command, (line(Span(what, "muted")),)) for command, what in rows)
    return [*page, Gap(), Heading("Next"), Fields(next_rows, INDENT)]


def _fields(
    version: Version, head: RunHead | None, run: Run | None, replaced: Standing | None, model: Model, look: Look
) -> list[tuple[str, tuple[Line, ...]]]:
    named = line(version.run) if head is None else line(head.name, "  ", Span(version.run, "muted"))
    commit = version.commit[:_SHORT] if look.is_screen else version.commit
    artifact = version.artifact
    size = (
        "" if artifact.bytes is None else format_bytes(artifact.bytes) if look.is_screen else f"{artifact.bytes} bytes"
    )
    md5 = f"md5 {artifact.md5}"
    rows: list[tuple[str, tuple[Line, ...]]] = [
        ("run", (named,)),
        ("commit", (line(Span(commit, "id")),)),
        ("artifact", (line(artifact.path, f"  {size}  " if size else "  ", Span(md5, "muted")),)),
    ]
    if run is not None and run.code.commit is not None:
        dirty = Span("  with uncommitted changes" if run.code.commit != run.code.snapshot else "", "warning")
        code = run.code.commit[:_SHORT] if look.is_screen else run.code.commit
        rows.append(("code", (line(Span(code, "id"), f" on {run.code.branch}" if run.code.branch else "", dirty),)))
    if replaced is not None:
        until = "stands there still" if replaced.until is None else f"until {show_time(replaced.until, look)}"
        other = name_version(model.name, replaced.version.number)
        rows.append(("replaced", (line(other, Span(f"  in {replaced.word} {until}", "muted")),)))
    return rows


def _metrics(version: Version, look: Look) -> list[Block]:
    rows = tuple(
        (key, (line(format_number(value) if look.is_screen else repr(value)),))
        for key, value in version.metrics.items()
    )
    return [Fields(rows, INDENT)] if rows else []


def _approvals(approvals: Sequence[tuple[Approval, bool, str | None, str | None]], look: Look) -> list[Block]:
    rows: list[tuple[str, tuple[Line, ...]]] = []
    for one, is_waiting, standing, why in approvals:
        style = "good" if standing == "good" else "warning"
        said = [Span("withdrawal  " if one.is_withdrawal else "", "warning")]
        said += [Span(f"{standing}  ", style)] if standing is not None else []
        said += [Span(f"{why}  ", "muted")] if why and standing != "good" else []
        said += [Span("waits  " if is_waiting else "", "going"), Span(one.why or "")]
        when = show_time(one.at, look)
        rows.append((f"{one.stage}  {when}  {show_person(one.by, look)}", (tuple(said),)))
    return [Fields(tuple(rows), INDENT)] if rows else []
