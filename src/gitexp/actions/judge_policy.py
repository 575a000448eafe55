"""A policy held against a promotion: every requirement, all at once, whether it is met or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.policy_filters import judge_filters, know_policy_names
from gitexp.actions.policy_remote import judge_pushed
from gitexp.actions.policy_reproductions import judge_reproduced
from gitexp.actions.policy_seeds import judge_better
from gitexp.actions.policy_signature import judge_signed
from gitexp.actions.signers import read_signers
from gitexp.model.policy_approvals import judge_approvals
from gitexp.model.policy_judging import judge_age, judge_data, judge_finished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.approval import Signers
    from gitexp.model.policy_verdict import Case, Judged
    from gitexp.store.runs import RunStore


def judge_policy(
    store: RunStore,
    case: Case,
    *,
    remote: bool = True,
    more: Sequence[str] = (),
    signers: Signers | None = None,
) -> tuple[Judged, ...]:
    """Holds every requirement of a policy against a case, in the order of the documentation; the run's end first.

    ``more`` are further filters, as ``--require`` gives them. Without ``remote`` no remote is asked: what the policy
    asks of it is then taken to be met, and it is said that nobody looked. ``signers`` are those who may sign where they
    are not those of the working tree. Raises InvalidFilter for a name that no run has.
    """
    policy = case.policy
    judged = [judge_finished(case.run)]
    if policy.require or policy.better is not None or more:
        known = know_policy_names(store, case)
        judged += judge_filters(store, case, policy.require, known, where=f"policies.{case.stage}.require")
        judged += judge_filters(store, case, more, known, where="--require")
        if policy.better is not None:
            judged.append(judge_better(store, case, known))
    if policy.data_known:
        judged.append(judge_data(case.run))
    if policy.reproduced:
        judged.append(judge_reproduced(store, case))
    if policy.signed:
        judged.append(judge_signed(store, case, read_signers(store) if signers is None else signers))
    if policy.pushed:
        judged.append(judge_pushed(store, case, ask=remote))
    if policy.minimum_age is not None:
        judged.append(judge_age(case))
    if policy.approvals:
        judged.append(judge_approvals(case))
    return tuple(judged)
