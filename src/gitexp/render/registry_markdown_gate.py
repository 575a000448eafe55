"""What the policy of a stage asks of a version, and who has approved it, for GitHub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.github_text import escape_text, format_name
from gitexp.render.times import format_iso

if TYPE_CHECKING:
    from gitexp.model.approval import CheckedApproval
    from gitexp.model.registry_report import ReportedVersion


def write_gate(one: ReportedVersion) -> list[str]:
    """Each requirement of the stage with what was found; nothing where the check did not look at one."""
    judged = one.transition.judged if one.transition is not None else ()
    lines = [
        f"- {'✅' if each.is_met else '❌'} {format_name(each.requirement, 120)}"
        + (f": {escape_text(each.found)}" if each.found else "")
        for each in judged
    ]
    if not lines:
        return []
    failed = sum(not each.is_met for each in judged)
    said = f"{failed} of {len(judged)} requirements not met" if failed else "met"
    return [f"**Policy of {escape_text(one.difference.aim)}**: {said}", "\n".join(lines)]


def write_approvals(one: ReportedVersion, most: int) -> list[str]:
    """Who has approved it so far, and of how many who have to."""
    approvals = one.transition.approvals if one.transition is not None else one.approvals
    needed = one.policy.approvals
    if not approvals and not needed:
        return []
    counted = sum(each.counts for each in approvals)
    of = f" of {needed}" if needed else ""
    head = f"**Approvals for {escape_text(one.difference.aim)}**: {counted}{of}"
    if counted < needed and not one.difference.has_moved:
        head += f"; one more with `exp approve {one.difference.name} --stage {one.difference.aim}`"
    lines = [f"- {_tell(each)}" for each in approvals[:most]]
    if len(approvals) > most:
        lines.append(f"- and {len(approvals) - most} more")
    return [head, "\n".join(lines)]


def _tell(each: CheckedApproval) -> str:
    said = (
        f"{'✅' if each.counts else '❌'} {escape_text(each.approval.by)}, {escape_text(format_iso(each.approval.at))}"
    )
    if each.approval.why:
        said += f": {escape_text(each.approval.why)}"
    return said if each.counts else f"{said} ({escape_text(each.why)})"
