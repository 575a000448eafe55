"""Whether enough of those who may have said yes to a version, and who is still missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.approval import find_objection
from gitexp.model.policy import hash_policy
from gitexp.model.policy_verdict import Judged
from gitexp.model.registry import email_of

if TYPE_CHECKING:
    from gitexp.model.approval import CheckedApproval
    from gitexp.model.policy_verdict import Case

_OTHER_POLICY = "it was given for another policy of this stage"


class CountedApprovals(NamedTuple):
    """Approvals that count, by address, one a person; and why each other one does not, by who gave it."""

    good: dict[str, CheckedApproval]
    others: tuple[tuple[str, str], ...]


def count_approvals(case: Case) -> CountedApprovals:
    """The approvals of a case that count under its policy."""
    good: dict[str, CheckedApproval] = {}
    others: list[tuple[str, str]] = []
    wanted = hash_policy(case.policy)
    keys: set[str] = set()
    given = [one for one in case.approvals if one.approval.stage == case.stage and not one.approval.is_withdrawal]
    for one in sorted(given, key=lambda one: one.approval.at):
        why = _find_fault(case, one, wanted)
        person = one.email.casefold()
        if why is None and person not in good and one.key in keys:
            why = "its key has said yes already, by another address"
        if why is not None:
            others.append((one.approval.by, why))
        elif person not in good:
            good[person] = one
            keys.update([one.key] if one.key is not None else [])
    return CountedApprovals(good, tuple(dict.fromkeys(others)))


def judge_approvals(case: Case) -> Judged:
    """Whether the policy's number of approvals is there: who gave them, who is missing, what does not count and why."""
    policy, counted = case.policy, count_approvals(case)
    needed, there = policy.approvals, len(counted.good)
    requirement = f"approvals: {needed}"
    said = f"{there} of {needed}"
    if counted.good:
        said += ": " + ", ".join(one.approval.by for one in counted.good.values())
    parts = [said]
    if there < needed:
        parts.append(_name_missing(case, counted))
    parts += [f"that of {by} does not count: {why}" for by, why in counted.others]
    return Judged(requirement, is_met=there >= needed, found="; ".join(parts), kind="approvals")


def _find_fault(case: Case, one: CheckedApproval, wanted: str) -> str | None:
    if not one.counts:
        return one.why
    if one.approval.policy != wanted:
        return _OTHER_POLICY
    return find_objection(one.email, case.policy, *_makers(case))


def _makers(case: Case) -> tuple[str, str]:
    """The addresses of those whose yes would be one to themselves."""
    return case.head.user.email, email_of(case.promoter)


def _name_missing(case: Case, counted: CountedApprovals) -> str:
    policy = case.policy
    lacking = policy.approvals - len(counted.good)
    if not policy.approvers:
        return f"{lacking} more needed, from allowed signers" + (
            "" if policy.self_approval else " who neither made the run nor promote it"
        )
    may = [
        one
        for one in policy.approvers
        if one.casefold() not in counted.good and find_objection(one, policy, *_makers(case)) is None
    ]
    if len(may) < lacking:
        named = f" ({', '.join(may)})" if may else ""
        return f"{lacking} more, and only {len(may)} of the approvers may still give one{named}"
    return (
        f"still missing: {', '.join(may)}" if len(may) == lacking else f"{lacking} more needed, from {', '.join(may)}"
    )
