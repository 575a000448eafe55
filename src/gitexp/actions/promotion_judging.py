"""A promotion held against the policy of its stage, and against what was asked on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.check_approvals import check_approvals
from gitexp.actions.judge_policy import judge_policy
from gitexp.actions.signers import read_signers
from gitexp.errors import Refused
from gitexp.model.policy import NO_POLICY
from gitexp.model.policy_approvals import judge_approvals
from gitexp.model.policy_verdict import Case
from gitexp.model.promotion import find_waiting
from gitexp.model.refs import parse_run_ref

if TYPE_CHECKING:
    from gitexp.actions.promoted_words import PromotionRequest
    from gitexp.actions.promotion_subject import Subject
    from gitexp.model.policy_verdict import Judged
    from gitexp.model.registry import Registry, Version
    from gitexp.store.runs import RunStore


class PromotionVerdict(NamedTuple):
    """Every requirement; of those that are not met, the ones that are passed over by force, and the others."""

    judged: tuple[Judged, ...] = ()
    forced: tuple[str, ...] = ()
    failed: tuple[Judged, ...] = ()
    hint: str | None = None


def judge_promotion(
    store: RunStore,
    request: PromotionRequest,
    registry: Registry,
    subject: Subject,
    stage: str,
    present: Version | None,
) -> PromotionVerdict:
    """Holds a version on its way into a stage against everything that is asked, all at once.

    What is asked on the command line is never passed over. Nothing is asked of a rollback: the version stood there.
    Raises InvalidFilter, and Refused where somebody would force what the policy does not let them force.
    """
    policy = registry.policies.get(stage, NO_POLICY)
    if request.force and not policy.force:
        raise Refused(f"--force: the policy of {stage} does not allow it", hint=f"force: true in policies: {stage}:")
    if request.rollback or subject.head is None or subject.run is None:
        return PromotionVerdict()
    waiting = find_waiting(subject.version, stage)
    checked = (
        check_approvals(store, subject.model, subject.version, waiting, read_signers(store), registry.policies)
        if waiting
        else ()
    )
    case = Case(
        registry=registry,
        model=subject.model,
        version=subject.version,
        stage=stage,
        policy=policy,
        head=subject.head,
        run=subject.run,
        present=present,
        now=subject.stamp.at,
        approvals=checked,
        promoter=subject.stamp.by,
    )
    judged = judge_policy(store, case, more=request.require)
    unmet = [one for one in judged if not one.is_met]
    asked = [one for one in unmet if one.kind == "require" and one.requirement in request.require]
    forced = [one for one in unmet if request.force and one not in asked]
    failed = tuple(one for one in unmet if one not in forced)
    hint = _point(request, subject, case, failed) if failed else None
    return PromotionVerdict(judged, tuple(one.requirement for one in forced), failed, hint)


def _point(request: PromotionRequest, subject: Subject, case: Case, failed: tuple[Judged, ...]) -> str | None:
    """What to type next: the approvals that are missing come last, for they are given to what else is right."""
    stage, present, policy = case.stage, case.present, case.policy
    if all(one.kind == "approvals" for one in failed):
        if subject.is_new:
            first = f"exp promote {request.spec} --model {subject.model}"
            return f"{first}  (registers it), then: exp approve {subject.name} --stage {stage}"
        if judge_approvals(case._replace(promoter="")).is_met:
            # Theirs is one of the approvals: another one of them would be enough, and so would another promoter.
            return f"exp promote {subject.name} --stage {stage}  (typed by somebody who has not approved it)"
        return f"exp approve {subject.name} --stage {stage}"
    if policy.force and not any(one.requirement in request.require for one in failed):
        return "--force --why TEXT  (it stays in the history)"
    before = parse_run_ref(present.run) if present is not None else None
    if before is not None and subject.head is not None:
        return f"exp diff {before.id} {subject.head.id}"
    return f"exp show {subject.head.id}" if subject.head is not None else None
