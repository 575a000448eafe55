"""The version that a promotion is about: one that the registry has, or a new one of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.named_run import find_run
from gitexp.actions.promoted_run import check_artifact, check_promotable, choose_artifact, find_run_of, make_version
from gitexp.actions.version_runs import load_version_run
from gitexp.errors import Refused, UsageError, VersionNotFound
from gitexp.git.config import committer_identity
from gitexp.git.refs import resolve
from gitexp.model.filter_parsing import parse_filter
from gitexp.model.filter_tree import find_names
from gitexp.model.promotion import Stamp, choose_metrics, find_rollback, find_time, find_withdrawal, has_stood
from gitexp.model.registry import ARCHIVE, NO_STAGE, Version, name_version
from gitexp.model.registry_changes import next_number
from gitexp.model.registry_lookup import find_version
from gitexp.model.spec import VersionSpec, parse_spec
from gitexp.store.registry_file import read_registry, registry_path

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.actions.promoted_words import PromotionRequest
    from gitexp.model.head import RunHead
    from gitexp.model.registry import Registry
    from gitexp.model.run import Run
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


class Subject(NamedTuple):
    """A version as it is before anything is written; one that ``is_new`` has no history.

    ``head`` and ``run`` are None where nothing is asked of the run: on the way out of a stage, say.
    """

    model: str
    version: Version
    is_new: bool
    head: RunHead | None
    run: Run | None
    stamp: Stamp
    known: Heads

    @property
    def name(self) -> str:
        """The version as it is typed."""
        return name_version(self.model, self.version.number)


def find_subject(store: RunStore, request: PromotionRequest, registry: Registry, now: datetime) -> Subject:
    """The version that is meant. Raises UsageError, VersionNotFound, PartNotFound, Refused, and what find_run does."""
    by = _find_promoter(store)
    known = store.heads()
    if request.model is not None:
        return _make_subject(store, request, registry, known, Stamp(now, by, request.why))
    model, version = _find_named(store, request, registry)
    if request.stage is None and not (request.aliases or request.unaliases):
        hint = f"exp promote {name_version(model, version.number)} --stage {registry.stages[0]}"
        raise UsageError(f"{name_version(model, version.number)}: where to?", hint=hint)
    stamp = Stamp(find_time(registry.models[model], now), by, request.why)
    subject = Subject(model, version, is_new=False, head=None, run=None, stamp=stamp, known=known)
    if request.rollback and not has_stood(version, request.stage or ""):
        raise Refused(
            f"{subject.name} never stood in {request.stage}: that is no rollback",
            hint=f"exp promote {subject.name} --stage {request.stage}",
        )
    withdrawal = find_withdrawal(version, request.stage or "") if request.rollback else None
    if withdrawal is not None:
        raise Refused(
            f"{withdrawal.by} took back their yes to {subject.name} in {request.stage}: that is no way back",
            hint=f"exp promote {subject.name} --stage {request.stage} --archive-previous  (by its policy, anew)",
        )
    if request.rollback and version.stage == request.stage:
        raise Refused(
            f"{subject.name} is in {request.stage} now: a rollback names the model, or the version to go back to",
            hint=f"exp promote {model} --stage {request.stage} --rollback",
        )
    if not _asks_run(request, registry, version):
        return subject
    current = find_run_of(store, model, version, known)
    policy = registry.policies.get(request.stage or "")
    may_be_unfinished = request.rollback or (request.force and policy is not None and policy.force)
    check_promotable(current, may_be_unfinished=may_be_unfinished)
    head, run = load_version_run(store, version)
    check_artifact(model, version, run)
    return subject._replace(head=head, run=run)


def _find_promoter(store: RunStore) -> str:
    who = committer_identity(store.repository)
    if who.guessed:
        raise Refused(
            f"who promotes is not known: Git would call you {who.name} <{who.email}>",
            hint="git config user.name 'Your Name'; git config user.email you@example.org",
        )
    return f"{who.name} <{who.email}>"


def _find_named(store: RunStore, request: PromotionRequest, registry: Registry) -> tuple[str, Version]:
    text = request.spec
    if text in registry.models and request.rollback:
        return text, find_rollback(registry.models[text], request.stage or "")
    spec = parse_spec(text)
    if isinstance(spec, VersionSpec):
        if not registry.models:
            hint = f"exp promote RUN --model {spec.model} --stage {registry.stages[0]}"
            raise VersionNotFound(text, f"{registry_path(store)} has no models yet", hint=hint)
        found = find_version(registry, spec)
        return found.model.name, found.version
    if text in registry.models:
        versions = registry.models[text].versions
        name = name_version(text, versions[-1].number) if versions else f"{text}:v1"
        raise UsageError(
            f"{text} is a model: which version of it?",
            hint=f"exp promote {name} --stage {request.stage or registry.stages[0]}",
        )
    if request.rollback:
        raise UsageError(f"--rollback {text}: no model is called so", hint="exp registry ls")
    models = ", ".join(registry.models)
    hint = f"exp promote {text} --model NAME" + (f"  (there is {models})" if models else "")
    raise UsageError(f"{text} is a run: of which model is it to be a version?", hint=hint)


def _asks_run(request: PromotionRequest, registry: Registry, version: Version) -> bool:
    """Whether anything is asked of the run: not by aliases, nor on the way out where no policy is."""
    if request.require:
        return True
    if request.stage is None or request.stage == version.stage:
        return False
    return request.stage not in (NO_STAGE, ARCHIVE) or request.stage in registry.policies


def _make_subject(
    store: RunStore, request: PromotionRequest, registry: Registry, known: Heads, stamp: Stamp
) -> Subject:
    assert request.model is not None, "it is asked before"
    head = find_run(store, request.spec, request.experiment, known)
    policy = registry.policies.get(request.stage or "")
    check_promotable(head, may_be_unfinished=request.force and policy is not None and policy.force)
    run = store.load(head)
    artifact = choose_artifact(run, request.artifact or _find_artifact_of(request, registry))
    model = registry.models.get(request.model)
    # Of a file that was emptied here, or is older than what is committed, no number is used again.
    committed = read_registry(store, "HEAD") if resolve(store.repository, "HEAD", peel="commit") else None
    number = max(next_number(one, request.model) for one in (registry, committed.registry if committed else registry))
    version = make_version(model, number, head, artifact)
    metrics = choose_metrics(run.metrics, _find_policy_metrics(registry), store.settings.directions)
    version = version._replace(metrics=metrics)
    stamp = stamp._replace(at=find_time(model, stamp.at))
    return Subject(request.model, version, is_new=True, head=head, run=run, stamp=stamp, known=known)


def _find_artifact_of(request: PromotionRequest, registry: Registry) -> str | None:
    """The artifact of the version by which the run was named, where it was."""
    spec = parse_spec(request.spec)
    if not isinstance(spec, VersionSpec) or spec.model not in registry.models:
        return None
    try:
        return find_version(registry, spec).version.artifact.path
    except VersionNotFound:  # a run that is called like a version
        return None


def _find_policy_metrics(registry: Registry) -> frozenset[str]:
    """The metrics that any policy asks for."""
    named: set[str] = set()
    for policy in registry.policies.values():
        if policy.better is not None:
            named.add(policy.better.metric)
        for text in policy.require:
            for name in find_names(parse_filter(text)):
                key = name.key.partition("metrics.")[2] if name.kind is None and "metrics." in name.key else name.key
                named |= {key, name.written, key + (f".{name.suffix}" if name.suffix else "")}
    return frozenset(named)
