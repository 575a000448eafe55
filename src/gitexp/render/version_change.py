"""What a version would change, on a screen: metrics, verdict, params, data, code and what its policy says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.difference import INDENT, build_changes, build_metrics
from gitexp.render.numbers import format_bytes, format_cell
from gitexp.render.page import Fields, Gap, Grid, GridColumn, Heading, Line, Page, Span, Text, line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitexp.model.policy_verdict import Judged
    from gitexp.model.version_change import CodeBetween, VersionChange, VersionSide
    from gitexp.render.page import Look

MOST_METRICS = 12
SHORT_COMMIT = 10
_VERDICTS = {"better": "good", "worse": "bad"}


def build_version_change(change: VersionChange, look: Look) -> Page:
    """A new version against an old one; against nothing, what it brings."""
    page: Page = [_show_sides(change, look)]
    if change.metrics:
        page += [Gap(), Heading("Metrics"), *_show_metrics(change, look)]
    if change.seeds:
        verdicts = tuple(
            (one.metric, (line(Span(one.found.sentence, _VERDICTS.get(one.found.verdict, ""))),))
            for one in change.seeds
        )
        page += [Gap(), Heading("Over seeds"), Fields(verdicts, INDENT)]
    if change.old is not None:
        page += _show_rest(change, look)
    if change.notes:
        page += [Gap(), Text(tuple(line(Span(note, "muted")) for note in change.notes))]
    return page


def build_requirements(judged: Sequence[Judged], forced: Collection[str], stage: str, look: Look) -> Page:
    """Every requirement of a stage, met or not, and what was found; nothing where it asks no more than every stage."""
    if all(one.kind == "finished" and one.is_met for one in judged):
        return []
    lines: list[Line] = []
    for one in judged:
        passed = one.requirement in forced and not one.is_met
        word, style = ("ok", "good") if one.is_met else ("forced", "warning") if passed else ("no", "bad")
        if look.glyphs and look.is_screen:
            word = {"ok": "✓", "no": "✗"}.get(word, word)
        lines.append(line(Span(word, style), f" {one.requirement}: ", Span(one.found, "muted")))
    return [Gap(), Heading(f"What {stage} asks"), Text(tuple(lines), INDENT)]


def _show_sides(change: VersionChange, look: Look) -> Grid:
    rows = [_show_side(side, look, style) for side, style in ((change.old, "removed"), (change.new, "added")) if side]
    return Grid(tuple(GridColumn("", "left", width) for width in (None, 32, None, 60, None)), tuple(rows), header=False)


def _show_side(side: VersionSide, look: Look, style: str) -> tuple[Line, ...]:
    size = format_bytes(side.artifact.bytes) if side.artifact.bytes is not None else ""
    md5 = side.artifact.md5[:SHORT_COMMIT] if look.is_screen else side.artifact.md5
    return (
        line(Span(side.name, style)),
        line(Span(side.run_name or "", "title")),
        line(Span(side.run, "id")),
        line(side.artifact.path),
        line(Span(f"{md5}  {size}".rstrip(), "muted")),
    )


def _show_metrics(change: VersionChange, look: Look) -> Page:
    if change.old is None:
        fields = tuple(
            (one.key, (line(format_cell(one.b.last, full=not look.is_screen)),))
            for one in change.metrics[: _find_most(look)]
            if one.b is not None
        )
        return [Fields(fields, INDENT), *_tell_more(len(change.metrics), look, "metrics")]
    ordered = sorted(change.metrics, key=lambda one: (one.better is None, one.is_equal))[: _find_most(look)]
    titles = _short(change.old), _short(change.new)
    return [build_metrics(tuple(ordered), look, titles), *_tell_more(len(change.metrics), look, "metrics")]


def _show_rest(change: VersionChange, look: Look) -> Page:
    assert change.old is not None, "there is something to compare with"
    titles = _short(change.old), _short(change.new)
    page: Page = []
    same: list[str] = []
    for name, changes, equal in (
        ("params", change.params, change.params_equal),
        ("data", change.data, change.data_equal),
    ):
        if changes:
            others = f"{equal} other{' is' if equal == 1 else 's are'} equal" if equal else ""
            page += [
                Gap(),
                Heading(name.capitalize(), others),
                build_changes(changes[: _find_most(look)], look, short=name == "data", titles=titles),
                *_tell_more(len(changes), look, name),
            ]
        elif equal:
            same.append(name)
    if change.code is not None and change.code.is_equal:
        same.append("code")
    elif change.code is not None:
        page += [Gap(), Heading("Code", _sum_up(change.code)), *_show_code(change.code, look)]
    if change.has_same_bytes:
        same.append("the bytes of the artifact")
    if same:
        page += [Gap(), Text((line(Span(f"the same in both: {', '.join(same)}", "muted")),))]
    return page


def _show_code(code: CodeBetween, look: Look) -> Page:
    page: Page = []
    if code.steps:
        lines = [
            line(Span(one.commit[:SHORT_COMMIT] if look.is_screen else one.commit, "id"), f"  {one.subject}")
            for one in code.steps
        ]
        if code.ahead > len(code.steps):
            lines.append(line(Span(f"and {code.ahead - len(code.steps)} more commits", "muted")))
        page.append(Text(tuple(lines), INDENT))
    if code.files:
        rows = tuple(
            (
                line(one.path),
                line(Span("binary" if one.added is None else f"+{one.added}", "" if one.added is None else "added")),
                line(Span("" if one.deleted is None else f"-{one.deleted}", "removed")),
            )
            for one in code.files
        )
        columns = (GridColumn("", "left", 60), GridColumn("", "right"), GridColumn("", "right"))
        page.append(Grid(columns, rows, INDENT, header=False))
        if code.files_changed > len(code.files):
            page.append(Text((line(Span(f"and {code.files_changed - len(code.files)} more files", "muted")),), INDENT))
    return page


def _sum_up(code: CodeBetween) -> str:
    said = [f"{code.files_changed} file{'s' * (code.files_changed != 1)}"]
    if code.ahead:
        said.append(f"{code.ahead} commit{'s' * (code.ahead != 1)} more")
    if code.behind:
        said.append(f"{code.behind} commit{'s' * (code.behind != 1)} of the old one not in it")
    if code.is_dirty:
        said.append("with uncommitted changes")
    return ", ".join(said)


def _short(side: VersionSide) -> str:
    return side.name.rpartition(":")[2]


def _find_most(look: Look) -> int | None:
    return MOST_METRICS if look.is_screen else None


def _tell_more(count: int, look: Look, what: str) -> Page:
    most = _find_most(look)
    if most is None or count <= most:
        return []
    return [Text((line(Span(f"and {count - most} more {what} (--json has all)", "muted")),), INDENT)]
