"""A version of a model on its way into a stage: planned, judged, and written into the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.promoted_words import check_request
from gitexp.actions.promotion_judging import judge_promotion
from gitexp.actions.promotion_subject import find_subject
from gitexp.actions.version_change import compare_versions
from gitexp.errors import PolicyFailed, Refused
from gitexp.model.promotion import find_archive, find_occupants, plan_aliases, plan_entry
from gitexp.model.registry import ARCHIVE, EMPTY, NO_STAGE, name_version
from gitexp.model.registry_changes import add_entry, add_version
from gitexp.store.registry_file import read_registry, write_registry

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.actions.promoted_words import PromotionRequest
    from gitexp.actions.promotion_judging import PromotionVerdict
    from gitexp.actions.promotion_subject import Subject
    from gitexp.format.registry_reading import RegistryFile
    from gitexp.model.promotion import Lines
    from gitexp.model.registry import Entry, Model, Registry, Version
    from gitexp.model.version_change import VersionChange
    from gitexp.store.runs import RunStore


class Promotion(NamedTuple):
    """What would be written, and what speaks against it. Nothing is written yet.

    ``stage`` is where the version is then. ``entries`` are the lines of history that come, with the numbers of their
    versions; none where all is so already. ``present`` stands in the stage now, ``change`` is against that.
    """

    subject: Subject
    stage: str
    entries: tuple[tuple[int, Entry], ...]
    before: RegistryFile | None
    after: Registry
    present: Version | None
    change: VersionChange | None
    verdict: PromotionVerdict

    @property
    def is_new_model(self) -> bool:
        """Whether the registry has no such model yet."""
        return self.before is None or self.subject.model not in self.before.registry.models

    def refuse(self) -> None:
        """Raises PolicyFailed, with every requirement that is not met, unless all of them are."""
        if self.verdict.failed:
            lines = [f"{one.requirement}: {one.found}" for one in self.verdict.failed]
            place = self.stage if self.stage != NO_STAGE else "the registry"
            raise PolicyFailed(self.subject.name, place, lines, hint=self.verdict.hint)


def plan_promotion(store: RunStore, request: PromotionRequest, *, now: datetime) -> Promotion:
    """Finds out what a promotion would write. What a policy says against it is in ``failed``, and raised later.

    Raises UsageError and InvalidValue for words that do not go together, VersionNotFound, RunNotFound and its like,
    PartNotFound, InvalidFilter, BrokenRegistry, and Refused for what no policy can allow.
    """
    before = read_registry(store)
    registry = before.registry if before is not None else EMPTY
    request = check_request(store, request, registry)
    subject = find_subject(store, request, registry, now)
    model, version = registry.models.get(subject.model), subject.version
    stage = request.stage if request.stage is not None else NO_STAGE if subject.is_new else version.stage
    is_move = subject.is_new or stage != version.stage
    occupants = find_occupants(model, stage, version.number)
    present = occupants[0] if occupants else None
    verdict = judge_promotion(store, request, registry, subject, stage, present)
    lines: Lines = []
    if is_move:
        lines += _make_room(request, registry, subject, stage, occupants)
        lines.append(plan_entry(version, stage, subject.stamp, verdict.forced, is_rollback=request.rollback))
    lines += plan_aliases(model, version.number, request.aliases, request.unaliases, subject.stamp)
    after = add_version(registry, subject.model, version) if subject.is_new else registry
    for number, entry in lines:
        after = add_entry(after, subject.model, number, entry)
    change = None
    if subject.is_new or (is_move and stage not in (NO_STAGE, ARCHIVE)):
        against = present or (_find_latest(model) if stage == NO_STAGE else None)
        change = compare_versions(store, subject.model, against, version, subject.known)
    return Promotion(subject, stage, tuple(lines), before, after, present, change, verdict)


def carry_out(store: RunStore, promotion: Promotion) -> str:
    """Writes it, and gives the file's path. Raises PolicyFailed, Refused where the file was changed meanwhile."""
    promotion.refuse()
    return write_registry(store, promotion.before, promotion.after)


def _make_room(
    request: PromotionRequest, registry: Registry, subject: Subject, stage: str, occupants: tuple[Version, ...]
) -> Lines:
    """The lines by which those in the stage leave it. Raises Refused where they are to stay and there is no room."""
    policy = registry.policies.get(stage)
    if not occupants:
        return []
    if not (request.archive_previous or request.rollback):
        if policy is not None and policy.several:
            return []
        names = ", ".join(name_version(subject.model, one.number) for one in occupants)
        raise Refused(
            f"{names} {'is' if len(occupants) == 1 else 'are'} in {stage}, which holds one version",
            hint=f"--archive-previous  (or several: true in the policy of {stage})",
        )
    archive = find_archive(registry)
    why = f"{'rolled back to' if request.rollback else 'replaced by'} {subject.name}"
    return [plan_entry(one, archive, subject.stamp._replace(why=why)) for one in occupants]


def _find_latest(model: Model | None) -> Version | None:
    """The version that a new one which goes nowhere yet is held against: the latest one."""
    return model.versions[-1] if model is not None and model.versions else None
