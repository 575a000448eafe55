"""Approvals held against each other, and against who may approve."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from gitexp.model.approval import CheckedApproval, find_objection, weigh_approvals
from gitexp.model.policy import Policy, hash_policy
from gitexp.model.registry import Approval

START = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
POLICY = Policy(approvals=2)


def say(
    email: str, minutes: int = 0, *, key: str | None = None, standing: Any = "good", **said: Any
) -> CheckedApproval:
    known = {"stage": "production", "policy": hash_policy(POLICY), "signature": "ssh:AAAA", **said}
    approval = Approval(by=f"X <{email}>", at=START + timedelta(minutes=minutes), **known)
    return CheckedApproval(approval, standing, email, "", key or email)


def weigh(*approvals: CheckedApproval, policy: Policy = POLICY) -> list[str]:
    return [one.standing for one in weigh_approvals(approvals, {"production": policy})]


def test_each_person_counts_once_by_what_they_said_last() -> None:
    assert weigh(say("a@x.org"), say("b@x.org")) == ["good", "good"]
    assert weigh(say("a@x.org"), say("A@x.org", 1, key="other")) == ["repeated", "good"]
    assert weigh(say("a@x.org", key="k"), say("b@x.org", 1, key="k")) == ["repeated", "good"]
    assert weigh(say("a@x.org", 1, key="k"), say("b@x.org", key="k")) == ["good", "repeated"]


def test_a_withdrawal_takes_back_what_was_said_before_it_and_in_the_same_second() -> None:
    back = say("a@x.org", 5, is_withdrawal=True)
    assert weigh(say("a@x.org"), back, say("b@x.org")) == ["withdrawn", "withdrawal", "good"]
    assert weigh(back, say("a@x.org", 5)) == ["withdrawal", "withdrawn"]
    assert weigh(say("a@x.org"), back, say("a@x.org", 6)) == ["repeated", "withdrawal", "good"]
    assert weigh(say("a@x.org"), say("a@x.org", 5, stage="staging", is_withdrawal=True)) == ["good", "withdrawal"]


def test_a_withdrawal_that_was_edited_makes_no_yes_of_what_was_taken_back() -> None:
    for standing in ("bad", "foreign", "unknown", "revoked", "unverifiable"):
        back = say("a@x.org", 5, standing=standing, is_withdrawal=True)
        found = weigh_approvals([say("a@x.org"), back, say("b@x.org")])
        assert [one.standing for one in found] == ["withdrawn", standing, "good"]
        assert found[0].why == f"a@x.org seems to have taken it back, by what is {standing}"
        assert weigh(say("a@x.org"), back, say("a@x.org", 6)) == ["repeated", standing, "good"]
    late = say("a@x.org", 5, standing="expired", is_withdrawal=True)
    assert weigh(say("a@x.org"), late) == ["withdrawn", "withdrawal"]


def test_what_is_not_good_stays_what_it_is() -> None:
    assert weigh(say("a@x.org", standing="bad"), say("a@x.org", 1)) == ["bad", "good"]
    assert weigh(say("a@x.org"), say("a@x.org", 1, policy="sha256:other")) == ["good", "other policy"]
    assert [one.standing for one in weigh_approvals([say("a@x.org", policy="sha256:other")])] == ["good"]


def test_who_may_not_approve() -> None:
    named = Policy(approvals=1, approvers=("Lead@x.org",))
    assert find_objection("lead@x.org", named, "lead@x.org") is None
    assert find_objection("a@x.org", named, "") == "a@x.org is not among the approvers: Lead@x.org"
    alone = Policy(approvals=1, self_approval=False)
    assert find_objection("b@x.org", alone, "a@x.org") is None
    objection = find_objection("a@x.org", alone, "A@x.org")
    assert objection is not None
    assert objection.startswith("a@x.org made the run")
