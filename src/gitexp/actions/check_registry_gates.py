"""The transitions since a base, each judged as it was let through: its policy, its approvals, its force."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.check_approvals import check_approvals
from gitexp.actions.judge_policy import judge_policy
from gitexp.model.policy import NO_POLICY, Policy
from gitexp.model.policy_judging import FINISHED
from gitexp.model.policy_verdict import Case
from gitexp.model.promotion import find_withdrawal
from gitexp.model.registry import ARCHIVE, NO_STAGE, name_version
from gitexp.model.registry_check import Transition
from gitexp.model.registry_faults import Fault
from gitexp.model.registry_growth import recall, undo_beside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from gitexp.actions.check_registry_runs import VersionRun
    from gitexp.model.approval import CheckedApproval, Signers
    from gitexp.model.policy_verdict import Judged
    from gitexp.model.registry import Approval, Registry, Version
    from gitexp.model.registry_faults import Path
    from gitexp.model.registry_growth import Step
    from gitexp.store.runs import RunStore

_WORTHLESS = ("bad", "expired", "revoked", "unknown", "foreign", "unverifiable")
"""What is wrong with an approval wherever it stands; that one is withdrawn or repeated is no fault of the file."""


class Gates(NamedTuple):
    """What transitions are judged by: the policies and signers of the base, never those of the change itself."""

    policies: Mapping[str, Policy]
    signers: Signers
    changed: frozenset[str] = frozenset()
    """The stages whose policy the change itself has changed."""
    remote: bool = False
    """Whether a policy that asks what is on the remote may ask it."""


class Judgement(NamedTuple):
    """The transitions with their verdicts, each at its place in the file, and what is wrong with them."""

    transitions: tuple[tuple[Path, Transition], ...]
    faults: tuple[Fault, ...]


def judge_steps(
    store: RunStore,
    registry: Registry,
    steps: Sequence[Step],
    runs: Mapping[tuple[str, int], VersionRun],
    gates: Gates,
    base: Registry,
) -> Judgement:
    """Judges every entry that came since the base as of its own time. Raises what ``judge_policy`` raises."""
    transitions: list[tuple[Path, Transition]] = []
    faults: list[Fault] = []
    new = {(step.model, step.version.number, step.entry.at, step.entry.stage) for step in steps}
    for step in steps:
        stage = step.entry.stage
        if stage is None:
            continue
        judge = _StepJudge(store, recall(registry, step.entry.at, base), step, gates)
        run = runs.get((step.model, step.version.number))
        faults += judge.find_faults(new)
        judged, approvals = judge.judge(run) if run is not None else ((), ())
        faults += judge.list_unmet(judged)
        beside = undo_beside(judge.before, step.model, step.version.number, base)
        if run is not None and beside is not None:
            faults += _StepJudge(store, beside, step, gates).find_weakened(run, judged)
        present = judge.present.number if judge.present is not None else None
        entry = step.entry
        made = Transition(step.model, step.version.number, stage, entry.at, entry.by, None, present, entry.forced)
        transitions.append(
            (step.path, made._replace(is_rollback=entry.is_rollback, judged=judged, approvals=approvals))
        )
    return Judgement(tuple(transitions), tuple(faults))


class _StepJudge:
    """One transition, with what stood before it."""

    def __init__(self, store: RunStore, before: Registry, step: Step, gates: Gates) -> None:
        self._store = store
        self._step = step
        self._gates = gates
        self._name = name_version(step.model, step.version.number)
        self._stage = step.entry.stage or NO_STAGE
        self._policy = gates.policies.get(self._stage, NO_POLICY)
        self.before = before
        model = before.models.get(step.model)
        there = model.at(self._stage) if model is not None and self._stage not in (NO_STAGE, ARCHIVE) else ()
        past = model.version(step.version.number) if model is not None else None
        self._version = past or step.version._replace(stage=NO_STAGE, aliases=(), history=())
        self.present: Version | None = next((one for one in there if one.number != step.version.number), None)

    def find_faults(self, new: set[tuple[str, int, datetime, str | None]]) -> list[Fault]:
        """What is wrong with the transition whatever its run: a policy changed beside it, force, an unproven age."""
        step, entry, stage = self._step, self._step.entry, self._stage
        faults = []
        if stage in self._gates.changed:
            why = f"the policy of {stage} changes together with {self._name} going there"
            faults.append(Fault(step.path, "policy-changed", why, "let the policy land first, by itself"))
        if entry.forced and not self._policy.force:
            why = f"{self._name} was forced into {stage}, whose policy lets nobody force"
            hint = f"take the entry out, and exp promote {self._name} --stage {stage} once its policy holds"
            faults.append(Fault((*step.path, "forced"), "force-refused", why, hint))
        age = self._policy.minimum_age
        if age is not None and not entry.is_rollback:
            came = [one for one in step.version.history if one.stage == age.stage and one.at < entry.at]
            if came and (step.model, step.version.number, came[-1].at, age.stage) in new:
                why = f"since when {self._name} is in {age.stage} is only said by this change itself"
                faults.append(Fault(step.path, "age-unproven", why, f"let {age.stage} land first, by itself"))
        return faults

    def judge(self, run: VersionRun) -> tuple[tuple[Judged, ...], tuple[CheckedApproval, ...]]:
        """What the policy asks, and what the approvals of the entry are worth."""
        step, entry = self._step, self._step.entry
        taken_back = [one for one in _list(step.version) if one.is_withdrawal and one.stage == self._stage]
        known = list(dict.fromkeys((*entry.approvals, *taken_back)))
        checked = check_approvals(
            self._store, step.model, step.version, known, self._gates.signers, self._gates.policies
        )
        own = tuple(one for one in checked if one.approval in entry.approvals)
        is_way_back = entry.is_rollback and self._has_stood() and find_withdrawal(step.version, self._stage) is None
        if self._stage == NO_STAGE or is_way_back:
            return (), own
        judged = judge_policy(
            self._store, self._make_case(run, own), remote=self._gates.remote, signers=self._gates.signers
        )
        return judged, own

    def find_weakened(self, run: VersionRun, judged: Sequence[Judged]) -> list[Fault]:
        """What holds only because of what else this change moved: an emptied stage asks nothing of who comes next."""
        asked = Policy(require=self._policy.require, better=self._policy.better)
        if asked == NO_POLICY or not judged:
            return []
        case = self._make_case(run, ())._replace(policy=asked)
        met = {one.requirement for one in judged if one.is_met}
        unmet = self.list_unmet(
            [
                one
                for one in judge_policy(self._store, case, remote=False, signers=self._gates.signers)
                if one.requirement in met
            ]
        )
        return [
            one._replace(
                why=f"{one.why}, against what stood there before this change",
                hint="let what was taken out or put back before it land first, by itself",
            )
            for one in unmet
        ]

    def _make_case(self, run: VersionRun, approvals: tuple[CheckedApproval, ...]) -> Case:
        entry = self._step.entry
        return Case(
            registry=self.before,
            model=self._step.model,
            version=self._version,
            stage=self._stage,
            policy=self._policy,
            head=run.head._replace(commit=self._step.version.commit),
            run=run.run,
            present=self.present,
            now=entry.at,
            approvals=approvals,
            promoter=entry.by,
        )

    def _has_stood(self) -> bool:
        """Whether the version was let into the stage before: what is rolled back to was judged then."""
        entry = self._step.entry
        return any(one.stage == self._stage and one.at < entry.at for one in self._step.version.history)

    def list_unmet(self, judged: Sequence[Judged]) -> list[Fault]:
        """The requirements that do not hold, but for those that were passed over where that is allowed."""
        passed = self._step.entry.forced if self._policy.force else ()
        hint = f"exp promote {self._name} --stage {self._stage} --dry-run shows what is missing"
        # Where nobody ever passed over it, that the run did not finish is told of the run itself.
        is_passed = any(FINISHED in one.forced for one in self._step.version.history)
        told = () if is_passed and self._stage != ARCHIVE else ("finished",)
        return [
            Fault(
                self._step.path,
                "approvals-missing" if one.kind == "approvals" else "policy-failed",
                f"{self._name} may not be in {self._stage}: {one.requirement}: {one.found}",
                hint,
            )
            for one in judged
            if not one.is_met and one.requirement not in passed and one.kind not in told
        ]


def check_signatures(store: RunStore, registry: Registry, signers: Signers, base: Registry) -> list[Fault]:
    """The approvals that came since the base, each held against its signature: who gave it, and for exactly this.

    Without a base all are. With one, those that stood there were checked when they came: who gave them may have left.
    """
    faults = []
    old = {(model.name, version.number, one) for model, version in base.versions() for one in _list(version)}
    for model in registry.models.values():
        for place, version in enumerate(model.versions):
            path: Path = ("models", model.name, "versions", place)
            given = {(*path, "approvals", at): one for at, one in enumerate(version.approvals)}
            for number, entry in enumerate(version.history):
                inner = (*path, "history", number, "approvals")
                given |= {(*inner, at): one for at, one in enumerate(entry.approvals)}
            given = {at: one for at, one in given.items() if (model.name, version.number, one) not in old}
            if not given:
                continue
            checked = check_approvals(store, model.name, version, list(given.values()), signers)
            name = name_version(model.name, version.number)
            for at, one in zip(given, checked, strict=True):
                if one.standing in _WORTHLESS:
                    what = "withdrawal" if one.approval.is_withdrawal else "approval"
                    why = f"the {what} by {one.approval.by} of {name} for {one.approval.stage}: {one.why}"
                    hint = f"exp approve {name} --stage {one.approval.stage}, by themselves"
                    if one.standing == "unverifiable":
                        hint = "ssh-keygen of OpenSSH, and gpg, are needed here, and keys that they can read"
                    faults.append(Fault(at, f"approval-{one.standing}", why, hint))
    return faults


def _list(version: Version) -> tuple[Approval, ...]:
    return (*version.approvals, *(one for entry in version.history for one in entry.approvals))
