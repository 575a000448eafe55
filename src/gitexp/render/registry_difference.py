"""What changed in the registry, for a terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.model.refs import parse_run_ref
from gitexp.model.registry import ARCHIVE, NO_STAGE, name_version
from gitexp.render.json_form import to_plain
from gitexp.render.numbers import format_delta, format_number
from gitexp.render.page import Gap, Grid, GridColumn, Heading, Line, Page, Span, Text, line

if TYPE_CHECKING:
    from gitexp.model.approval import CheckedApproval
    from gitexp.model.registry_difference import VersionDifference
    from gitexp.model.registry_report import RegistryDiff, ReportedVersion
    from gitexp.model.version_change import VersionChange
    from gitexp.render.page import Look

_INDENT = 2
_MOST_METRICS = 4


def build_registry_diff(diff: RegistryDiff, look: Look) -> Page:
    """A line for each version: where it was, where it is, what it is held against, and how many have approved it."""
    page: Page = []
    if diff.versions:
        columns = (GridColumn(""), GridColumn("stage"), GridColumn("against"), GridColumn("approvals"), GridColumn(""))
        page.append(Grid(columns, tuple(_row(one, look) for one in diff.versions), header=True))
    lines: list[Line] = [line(Span(f"{name} is gone", "bad")) for name in diff.difference.gone]
    lines += [
        line(Span(f"nothing of {one.model} is in {one.stage} any more", "warning")) for one in diff.difference.vacated
    ]
    lines += [line(Span(note, "warning")) for note in diff.notes]
    lines += [
        line(Span(f"{one.difference.name}: {note}", "muted")) for one in diff.versions for note in one.change.notes
    ]
    if lines:
        page += [*([Gap()] if page else []), Text(tuple(lines))]
    if diff.check is not None and diff.check.problems:
        problems = tuple(
            line(Span(f"{one.line}: " if one.line is not None else "", "muted"), one.message.replace("\n", " "))
            for one in diff.check.problems
        )
        page += [*([Gap()] if page else []), Heading("Problems"), Text(problems, _INDENT)]
    return page


def _row(one: ReportedVersion, look: Look) -> tuple[Line, ...]:
    difference = one.difference
    against = ""
    if difference.against is not None:
        against = f"v{difference.against.number} in {difference.place}"
    counted = sum(each.counts for each in one.approvals)
    needed = f" of {one.policy.approvals}" if one.policy.approvals else ""
    approvals = f"{counted}{needed} for {difference.aim}" if one.approvals or needed else ""
    return (
        line(Span(difference.name, "title")),
        line(_tell_move(difference, look)),
        line(Span(against, "muted")),
        line(approvals),
        _metrics(one.change) if difference.now.stage not in (NO_STAGE, ARCHIVE) else (),
    )


def _tell_move(difference: VersionDifference, look: Look) -> str:
    arrow = "→" if look.glyphs and look.is_screen else "->"
    now = difference.now.stage
    if difference.was is None:
        return f"new {arrow} {now}" if now != NO_STAGE else "new"
    return f"{difference.stage_before} {arrow} {now}" if difference.has_moved else now


def _metrics(change: VersionChange) -> Line:
    """The metrics that are better or worse, with how much; of what is held against nothing the first ones."""
    parts: list[Span] = []
    told = [row for row in change.metrics if row.b is not None and (row.better is not None or change.old is None)]
    for row in told[:_MOST_METRICS]:
        value = format_number(row.b.last) if row.b is not None else ""
        parts.append(Span(f"{'  ' if parts else ''}{row.key} {value}"))
        if row.better is not None and row.delta is not None:
            delta = format_delta(row.delta, full=False)
            parts.append(Span(f" ({delta} {'better' if row.better else 'worse'})", "good" if row.better else "bad"))
    return tuple(parts)


def registry_diff_fields(diff: RegistryDiff) -> dict[str, Any]:
    """All of it as JSON. ``problems`` is null where nobody asked for the check."""
    return {
        "path": diff.path,
        "base": diff.base,
        "versions": [_version_fields(one) for one in diff.versions],
        "gone": list(diff.difference.gone),
        "vacated": to_plain(diff.difference.vacated),
        "problems": to_plain(diff.check.problems) if diff.check is not None else None,
        "notes": list(diff.notes),
    }


def _version_fields(one: ReportedVersion) -> dict[str, Any]:
    difference, change = one.difference, one.change
    version, was = difference.now, difference.was
    run = parse_run_ref(version.run)
    replaced, against = difference.replaced, difference.against
    return {
        "model": difference.model,
        "version": version.number,
        "spec": difference.name,
        "run": run.id if run is not None else None,
        "commit": version.commit,
        "artifact": to_plain(version.artifact),
        "is_new": was is None,
        "stage": {"from": difference.stage_before, "to": version.stage},
        "aliases": {"from": list(was.aliases) if was is not None else [], "to": list(version.aliases)},
        "arrived": list(difference.arrived),
        "replaces": name_version(difference.model, replaced.number) if replaced is not None else None,
        "against": None
        if against is None
        else {"spec": name_version(difference.model, against.number), "stage": difference.place},
        "entries": [
            {key: to_plain(value) for key, value in entry._asdict().items() if key != "approvals"}
            for entry in difference.entries
        ],
        "aim": difference.aim,
        "approvals": [_approval_fields(each) for each in one.approvals],
        "approvals_needed": one.policy.approvals,
        "change": _change_fields(change),
    }


def _approval_fields(each: CheckedApproval) -> dict[str, Any]:
    given = each.approval
    said = {"by": given.by, "at": to_plain(given.at), "stage": given.stage, "why": given.why}
    return {**said, "standing": each.standing, "counts": each.counts, "found": each.why}


def _change_fields(change: VersionChange) -> dict[str, Any]:
    metrics = [
        {
            "key": row.key,
            "was": to_plain(row.a.last) if row.a is not None else None,
            "now": to_plain(row.b.last) if row.b is not None else None,
            "difference": to_plain(row.delta),
            "better": row.better,
        }
        for row in change.metrics
    ]
    seeds = [
        {"metric": one.metric, "verdict": one.found.verdict, "sentence": one.found.sentence, "p": to_plain(one.found.p)}
        for one in change.seeds
    ]
    return {
        "metrics": metrics,
        "params": to_plain(change.params),
        "data": to_plain(change.data),
        "code": to_plain(change.code),
        "seeds": seeds,
        "notes": list(change.notes),
    }
