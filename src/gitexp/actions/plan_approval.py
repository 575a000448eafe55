"""What an approval would say, of which version, and whether this person may give it now."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.check_approvals import check_approvals
from gitexp.actions.signers import read_signers
from gitexp.actions.unsayable import check_reason
from gitexp.actions.version_runs import load_version_run
from gitexp.capture.redaction import make_redactor
from gitexp.errors import InvalidValue, Refused, UsageError, VersionNotFound
from gitexp.git.config import committer_identity, read_config
from gitexp.model.approval import find_objection
from gitexp.model.policy import NO_POLICY, hash_policy
from gitexp.model.policy_approvals import judge_approvals
from gitexp.model.policy_verdict import Case
from gitexp.model.registry import Approval, email_of, name_version
from gitexp.model.registry_lookup import find_version
from gitexp.model.spec import VersionSpec, parse_spec
from gitexp.model.texts import replace_surrogates
from gitexp.store.registry_file import read_registry, registry_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.format.registry_reading import RegistryFile
    from gitexp.git.config import GitConfig
    from gitexp.model.approval import CheckedApproval, Signers
    from gitexp.model.policy_verdict import Judged
    from gitexp.model.registry import Registry
    from gitexp.store.runs import RunStore

_LONGEST_REASON = 2000
_WHICH = "a version of a model is expected"


class ApprovalRequest(NamedTuple):
    """What was typed. ``stage`` None: the one that asks for approvals, where there is one such stage."""

    version: str
    stage: str | None = None
    why: str | None = None
    withdraw: bool = False


class PlannedApproval(NamedTuple):
    """An approval that is not signed yet, and what is known around it.

    ``case`` is the version on its way into the stage; its approvals are those that are there already, and nobody
    promotes it yet.
    """

    file: RegistryFile
    case: Case
    approval: Approval
    signers: Signers
    config: GitConfig

    @property
    def name(self) -> str:
        """The version as it is typed."""
        return name_version(self.case.model, self.case.version.number)

    def judge(self, checked: Sequence[CheckedApproval]) -> Judged:
        """Whether the stage has its number of approvals with these, and who is missing."""
        return judge_approvals(self.case._replace(approvals=tuple(one for one in checked if one.counts)))


def plan_approval(store: RunStore, request: ApprovalRequest, now: datetime) -> PlannedApproval:
    """Finds what is to be approved and sees whether it may be.

    Raises VersionNotFound, BrokenRegistry, InvalidValue, BrokenRecord where the run is not here, and Refused where the
    file and the run disagree, where the person may not approve, or has done so.
    """
    file = read_registry(store)
    if file is None:
        hint = "exp promote last --model MODEL --stage staging"
        raise VersionNotFound(request.version, f"there is no {registry_path(store)} here", hint=hint)
    if store.repository.top is None:
        raise Refused(f"{file.file} is a file of the working tree, and this repository has none", hint="git clone")
    spec = parse_spec(request.version)
    if not isinstance(spec, VersionSpec):
        raise InvalidValue("version", request.version, _WHICH, hint="exp approve fraud:v3, or fraud@staging")
    found = find_version(file.registry, spec)
    model, version = found.model.name, found.version
    stage = _choose_stage(file.registry, request)
    head, run = load_version_run(store, version)
    written = next((one for one in run.artifacts if one.path == version.artifact.path), None)
    if written is None or written.md5 != version.artifact.md5:
        wrote = f"wrote {written.md5}" if written is not None else "wrote no such file"
        why = f"{name_version(model, version.number)} is said to be {version.artifact.path} ({version.artifact.md5})"
        raise Refused(f"{why}, and its run {wrote}", hint="exp registry check")
    config = read_config(store.repository)
    by = _find_identity(store, config)
    signers = read_signers(store)
    given = [one for one in version.approvals if one.stage == stage]
    policy = file.registry.policies.get(stage, NO_POLICY)
    checked = check_approvals(store, model, version, given, signers, {stage: policy})
    others = [one for one in found.model.at(stage) if one.number != version.number]
    present = others[0] if others else None
    case = Case(file.registry, model, version, stage, policy, head, run, present, now, checked, promoter="")
    used = [one for entry in version.history for one in entry.approvals if one.stage == stage]
    _check_person(case, by, request, used)
    approval = Approval(
        stage=stage,
        by=by,
        at=_find_time([*given, *used], by, now),
        policy=hash_policy(policy),
        signature="",
        why=_read_reason(store, request.why),
        is_withdrawal=request.withdraw,
    )
    return PlannedApproval(file, case, approval, signers, config)


def _choose_stage(registry: Registry, request: ApprovalRequest) -> str:
    asking = [stage for stage in registry.stages if registry.policies.get(stage, NO_POLICY).approvals]
    if request.stage is None:
        if len(asking) == 1:
            return asking[0]
        why = "no stage asks for approvals" if not asking else f"{' and '.join(asking)} ask for approvals"
        hint = f"exp approve {request.version} --stage {(asking or registry.stages)[0]}"
        raise UsageError(f"for which stage? {why}", hint=hint)
    if request.stage not in registry.stages:
        hint = "one of " + ", ".join(registry.stages)
        raise InvalidValue("stage", request.stage, "the registry has no such stage", hint=hint)
    return request.stage


def _find_identity(store: RunStore, config: GitConfig) -> str:
    identity = committer_identity(store.repository, config)
    if identity.guessed:
        hint = "git config --global user.email you@example.org"
        raise Refused("who approves? Git has no name and address for you", hint=hint)
    return f"{identity.name} <{identity.email}>"


def _check_person(case: Case, by: str, request: ApprovalRequest, used: Sequence[Approval]) -> None:
    """Raises Refused where the person may not say what they want to, or has said it."""
    email, name = email_of(by), name_version(case.model, case.version.number)
    command = f"exp approve {name} --stage {case.stage}"
    own = [one for one in case.approvals if one.email.casefold() == email.casefold()]
    standing = next((one for one in own if one.standing in ("good", "other policy")), None)
    if request.withdraw:
        earlier = any(email_of(one.by).casefold() == email.casefold() for one in used)
        if standing is None and not earlier:
            raise Refused(f"there is no approval of {name} for {case.stage} by {email} to take back", hint=command)
        return
    if case.version.stage == case.stage:
        hint = f"exp registry history {case.model}"
        raise Refused(f"{name} is in {case.stage} already: there is nothing to approve", hint=hint)
    objection = find_objection(email, case.policy, case.head.user.email)
    if objection is not None:
        raise Refused(objection, hint=f"exp registry show {name}")
    if standing is not None and standing.counts:
        when = f"{standing.approval.at:%Y-%m-%d %H:%M} UTC"
        raise Refused(f"{email} has approved {name} for {case.stage} on {when}", hint=f"{command} --withdraw")


def _find_time(given: Sequence[Approval], by: str, now: datetime) -> datetime:
    """Now, in whole seconds, as signatures have it; behind all that the person said of the version before."""
    email = email_of(by)
    now = now.astimezone(UTC).replace(microsecond=0)
    return max([now, *(one.at + timedelta(seconds=1) for one in given if email_of(one.by) == email)])


def _read_reason(store: RunStore, why: str | None) -> str | None:
    if why is None:
        return None
    text = replace_surrogates(why).strip()
    if not text:
        raise UsageError("--why: an empty reason", hint="--why 'looked at the slices by country'")
    if len(text) > _LONGEST_REASON or not text.isprintable():
        raise UsageError(f"--why: one line of at most {_LONGEST_REASON:,} characters", hint="exp note RUN for more")
    redactor = make_redactor(store.settings.redaction)
    redactor.remember_variables(os.environ)
    check_reason(text, redactor)
    return text
