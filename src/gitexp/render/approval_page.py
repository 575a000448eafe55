"""What is approved, by whom it was approved already, and how many are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.model.registry import name_version
from gitexp.render.json_form import to_plain
from gitexp.render.numbers import format_bytes, format_number
from gitexp.render.page import Fields, Span, Text, line
from gitexp.render.times import format_age, format_iso

if TYPE_CHECKING:
    from gitexp.model.approval import CheckedApproval
    from gitexp.model.policy_verdict import Case, Judged
    from gitexp.render.page import Line, Look, Page

_SHORT = 12
_MOST_METRICS = 8


def build_approval(case: Case, judged: Judged, look: Look) -> Page:
    """A version on its way into a stage, as one looks at it before one signs."""
    version, artifact = case.version, case.version.artifact
    name = name_version(case.model, version.number)
    commit = version.commit[:_SHORT] if look.is_screen else version.commit
    size = f"  {format_bytes(artifact.bytes)}" if artifact.bytes is not None else ""
    rows: list[tuple[str, tuple[Line, ...]]] = [
        ("run", (line(Span(case.head.name, "name"), "  ", Span(f"{version.run} at {commit}", "muted")),)),
        ("command", (line(case.head.command),)),
        ("artifact", (line(artifact.path, Span(f"{size}  md5 {artifact.md5}", "muted")),)),
    ]
    if version.metrics:
        shown = list(version.metrics.items())
        shown = shown[:_MOST_METRICS] if look.is_screen else shown
        rows.append(("metrics", tuple(line(f"{key}  {format_number(value)}") for key, value in shown)))
    if case.present is not None:
        rows.append((f"in {case.stage}", (line(name_version(case.model, case.present.number)),)))
    rows.append(("policy", tuple(line(text) for text in _tell_policy(case))))
    rows += [("approvals", tuple(_tell(one, look) for one in case.approvals))] if case.approvals else []
    rows.append(("so far", (line(Span(judged.found, "good" if judged.is_met else "warning")),)))
    where = f"in {version.stage}" if version.stage != "none" else "in no stage"
    title = line(Span(name, "title"), f"  {where}, for ", Span(case.stage, "title"))
    return [Text((title,)), Fields(tuple(rows), indent=2)]


def approval_fields(one: CheckedApproval) -> dict[str, Any]:
    """An approval as plain values."""
    approval = one.approval
    return {
        "by": approval.by,
        "at": format_iso(approval.at),
        "stage": approval.stage,
        "why": approval.why,
        "withdrawn": approval.is_withdrawal,
        "policy": approval.policy,
        "signature": approval.signature,
        "standing": one.standing,
        "key": one.key,
        "found": one.why,
    }


def case_fields(case: Case) -> dict[str, Any]:
    """What an approval is of, as plain values."""
    version = case.version
    return {
        "version": name_version(case.model, version.number),
        "stage": case.stage,
        "run": {"id": case.head.id, "name": case.head.name, "ref": version.run, "commit": version.commit},
        "artifact": {"path": version.artifact.path, "md5": version.artifact.md5, "bytes": version.artifact.bytes},
        "metrics": to_plain(version.metrics),
    }


def _tell_policy(case: Case) -> list[str]:
    policy = case.policy
    asked = list(policy.require)
    if policy.better is not None:
        asked.append(f"better over seeds in {policy.better.metric}")
    asked += [word for word in ("reproduced", "signed", "pushed") if getattr(policy, word)]
    if policy.approvals:
        whose = f" of {', '.join(policy.approvers)}" if policy.approvers else ""
        own = "" if policy.self_approval else ", none by who made the run or promotes it"
        asked.append(f"approvals: {policy.approvals}{whose}{own}")
    return asked or [f"{case.stage} asks for nothing"]


def _tell(one: CheckedApproval, look: Look) -> Line:
    approval = one.approval
    when = format_age(approval.at, look.now, look.zone) if look.is_screen else format_iso(approval.at)
    sign = ("✓ " if one.counts else "✗ ") if look.is_screen and look.glyphs else ""
    spans = [Span(f"{sign}{approval.by}  {when}", "good" if one.counts else "warning")]
    if not one.counts:
        spans.append(Span(f"  {one.standing}: {one.why}", "warning"))
    if approval.why is not None:
        spans.append(Span(f"  {approval.why}", "muted"))
    return tuple(spans)
