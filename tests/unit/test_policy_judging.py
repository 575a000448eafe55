"""What a policy asks of a version by itself: a finished run, known data, age, and approvals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.model.approval import CheckedApproval
from gitexp.model.paths import TreePath
from gitexp.model.policy import MinimumAge, Policy, hash_policy
from gitexp.model.policy_approvals import count_approvals, judge_approvals
from gitexp.model.policy_judging import format_span, judge_age, judge_data, judge_finished
from gitexp.model.policy_verdict import Case
from gitexp.model.registry import EMPTY, Approval, Entry, Version, VersionArtifact
from gitexp.model.run import DataItem, Status
from kit.heads import make_head
from kit.runs import make_run

if TYPE_CHECKING:
    from gitexp.model.approval import Standing

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ADA = "Ada Lovelace <ada@example.org>"
HOUR = 3600


def make_case(policy: Policy, *approvals: CheckedApproval, history: tuple[Entry, ...] = (), **fields: Any) -> Case:
    """A version of Ada's run on its way to production, promoted by Carol."""
    artifact = VersionArtifact(TreePath("model.pt"), "b" * 32)
    version = Version(3, "refs/runs/default/k3v9x2mabc", "a" * 40, artifact, history)
    head, run = make_head(), make_run()
    promoter = "Carol <carol@example.org>"
    case = Case(EMPTY, "fraud", version, "production", policy, head, run, None, NOW, tuple(approvals), promoter)
    return case._replace(**fields)


def approve(
    name: str, policy: Policy, standing: Standing = "good", *, minutes: int = 0, key: str | None = None, **fields: Any
) -> CheckedApproval:
    """An approval of somebody@example.org, by default a good one."""
    email = f"{name}@example.org"
    known = {"stage": "production", "policy": hash_policy(policy), **fields}
    at = NOW - timedelta(hours=1) + timedelta(minutes=minutes)
    approval = Approval(by=f"{name.title()} <{email}>", at=at, signature="ssh:AAAA", **known)
    return CheckedApproval(approval, standing, email, f"it is {standing}", key)


def enter(stage: str | None, hours: float, **fields: Any) -> Entry:
    """A line of a history, so many hours before now."""
    return Entry(NOW - timedelta(hours=hours), ADA, stage=stage, **fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": Status.FAILED, "exit_code": 3}, "the status of amber-fox-k3v9 is failed, exit code 3"),
        (
            {"status": Status.KILLED, "exit_code": None, "signal": "SIGKILL"},
            "the status of amber-fox-k3v9 is killed, signal SIGKILL",
        ),
        ({"status": Status.RUNNING, "exit_code": None}, "the status of amber-fox-k3v9 is running"),
    ],
)
def test_only_a_finished_run_is_one(fields: dict[str, Any], words: str) -> None:
    assert judge_finished(make_run()).is_met
    found = judge_finished(make_run(**fields))
    assert (found.is_met, found.found) == (False, words)


def test_data_is_known_where_every_path_has_a_hash() -> None:
    good = DataItem(TreePath("train.csv"), "a" * 32, 12)
    bad = DataItem(TreePath("huge"), None, None, why="it changed while it was read")
    assert judge_data(make_run(data=(good,))) == ("data: known", True, "1 path with a hash", "data")
    assert judge_data(make_run(data=())).found == "no data is recorded beside the code"
    found = judge_data(make_run(data=(good, bad)))
    assert (found.is_met, found.found) == (False, "1 of 2 have no hash: huge: it changed while it was read")


@pytest.mark.parametrize(
    ("history", "is_met", "found"),
    [
        ((enter("staging", 72),), True, "in staging for 3 days, since 2026-11-24 12:00 UTC"),
        (
            (enter("staging", 71),),
            False,
            "in staging for 2 days 23 hours, since 2026-11-24 13:00 UTC: long enough on 2026-11-27 at 13:00 UTC",
        ),
        ((enter("staging", 100), enter(None, 2, alias="champion"), enter("staging", 1)), True, None),
        ((enter("staging", 100), enter("none", 60), enter("staging", 50)), False, None),
        ((enter("staging", 100), enter("archived", 50)), False, "it is not in staging but in archived"),
        ((enter("none", 100),), False, "it is not in staging"),
        ((), False, "it is not in staging"),
        ((enter("staging", 100), enter("production", 0)), True, None),
    ],
)
def test_age_counts_without_a_break(history: tuple[Entry, ...], is_met: bool, found: str | None) -> None:
    judged = judge_age(make_case(Policy(minimum_age=MinimumAge("staging", 72 * HOUR)), history=history))
    assert (judged.requirement, judged.is_met) == ("age: {staging: 3 days}", is_met)
    assert found is None or judged.found == found


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"), (0.5, "0.5 seconds"), (1, "1 second"), (60, "1 minute"), (3661, "1 hour 1 minute"),
        (86400, "1 day"), (86400 + 59, "1 day"), (3 * 86400 + 5 * HOUR + 59 * 60, "3 days 5 hours"),
    ],
)  # fmt: skip
def test_a_span_is_said_in_its_two_greatest_units(seconds: float, text: str) -> None:
    assert format_span(seconds) == text


def test_enough_approvals_are_named() -> None:
    policy = Policy(approvals=2)
    found = judge_approvals(make_case(policy, approve("dan", policy), approve("eve", policy)))
    assert found == (
        "approvals: 2",
        True,
        "2 of 2: Dan <dan@example.org>, Eve <eve@example.org>",
        "approvals",
    )


def test_who_is_missing_is_named() -> None:
    policy = Policy(approvals=2, approvers=("dan@example.org", "Eve@example.org"))
    found = judge_approvals(make_case(policy, approve("dan", policy)))
    assert (found.is_met, found.found) == (False, "1 of 2: Dan <dan@example.org>; still missing: Eve@example.org")
    policy = policy._replace(approvals=1)
    assert judge_approvals(make_case(policy)).found == "0 of 1; 1 more needed, from dan@example.org, Eve@example.org"
    policy = Policy(approvals=1)
    assert judge_approvals(make_case(policy)).found == "0 of 1; 1 more needed, from allowed signers"


@pytest.mark.parametrize(
    "standing", ["bad", "expired", "unknown", "foreign", "unverifiable", "withdrawn", "revoked", "other policy"]
)
def test_one_that_is_not_good_does_not_count_and_why_is_said(standing: Standing) -> None:
    policy = Policy(approvals=1)
    found = judge_approvals(make_case(policy, approve("dan", policy, standing)))
    assert not found.is_met
    assert found.found.endswith(f"that of Dan <dan@example.org> does not count: it is {standing}")


def test_who_made_the_run_or_promotes_it_does_not_count_where_the_policy_says_so() -> None:
    alone = Policy(approvals=2)
    case = make_case(alone, approve("ada", alone), approve("carol", alone))
    assert judge_approvals(case).is_met
    policy = Policy(approvals=2, self_approval=False)
    found = judge_approvals(make_case(policy, approve("ada", policy), approve("carol", policy)))
    assert not found.is_met
    assert found.found.startswith(
        "0 of 2; 2 more needed, from allowed signers who neither made the run nor promote it; "
    )
    assert "ada@example.org made the run, and the policy asks for somebody else" in found.found
    assert "carol@example.org promotes it, and the policy asks for somebody else" in found.found


def test_a_policy_that_nobody_can_meet_is_told() -> None:
    policy = Policy(approvals=2, approvers=("ada@example.org", "dan@example.org"), self_approval=False)
    found = judge_approvals(make_case(policy))
    assert found.found == "0 of 2; 2 more, and only 1 of the approvers may still give one (dan@example.org)"


def test_a_person_counts_once_and_so_does_a_key() -> None:
    policy = Policy(approvals=2)
    twice = make_case(policy, approve("dan", policy), approve("dan", policy, minutes=1))
    assert len(count_approvals(twice).good) == 1
    both = make_case(policy, approve("dan", policy, key="K"), approve("eve", policy, minutes=1, key="K"))
    found = judge_approvals(both)
    assert not found.is_met
    assert "that of Eve <eve@example.org> does not count: its key has said yes already" in found.found


def test_an_approval_of_another_stage_policy_or_person_is_none() -> None:
    policy = Policy(approvals=1, approvers=("dan@example.org",))
    other = approve("dan", Policy(approvals=3))
    elsewhere = approve("dan", policy, stage="staging")
    taken_back = approve("dan", policy, "withdrawal", is_withdrawal=True)
    found = judge_approvals(make_case(policy, other, elsewhere, taken_back, approve("eve", policy)))
    assert found.found == (
        "0 of 1; still missing: dan@example.org; that of Dan <dan@example.org> does not count: it was given for "
        "another policy of this stage; that of Eve <eve@example.org> does not count: eve@example.org is not among the "
        "approvers: dan@example.org"
    )
