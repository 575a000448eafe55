"""What a registry says against itself: where a stage stands that no history leads to, and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.policy import NO_POLICY
from gitexp.model.registry import ARCHIVE, NO_STAGE, email_of, name_version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from gitexp.model.registry import Model, Registry, Version

Path = tuple["str | int", ...]


class Fault(NamedTuple):
    """Something wrong at a place of the file. ``code`` never changes; ``hint`` says what mends it."""

    path: Path
    code: str
    why: str
    hint: str | None = None


def find_faults(registry: Registry, now: datetime | None = None) -> list[Fault]:
    """All that does not fit together, in the order of the file. ``now``: nothing may have happened after it."""
    return [fault for model in registry.models.values() for fault in _find_in_model(registry, model, now)]


def _find_in_model(registry: Registry, model: Model, now: datetime | None) -> Iterator[Fault]:
    stages: dict[str, int] = {}
    aliases: dict[str, int] = {}
    for place, version in enumerate(model.versions):
        path = ("models", model.name, "versions", place)
        name = name_version(model.name, version.number)
        yield from _find_in_history(version, path, name, now)
        yield from _find_copies(version, path, name)
        policy = registry.policies.get(version.stage, NO_POLICY)
        if version.stage not in (NO_STAGE, ARCHIVE) and not policy.several:
            other = stages.setdefault(version.stage, version.number)
            if other != version.number:
                why = f"{name} is in {version.stage}, where v{other} stands already"
                hint = f"exp promote {name} --stage {version.stage} --archive-previous, or several: true in its policy"
                yield Fault((*path, "stage"), "stage-shared", why, hint)
        for at, alias in enumerate(version.aliases):
            other = aliases.setdefault(alias, version.number)
            if other != version.number:
                why = f"{name} has the alias {alias}, and so has v{other}"
                yield Fault((*path, "aliases", at), "alias-twice", why, "an entry {unalias: …} in the history of one")


def _find_in_history(version: Version, path: Path, name: str, now: datetime | None) -> Iterator[Fault]:
    stage = NO_STAGE
    stood: set[str] = set()
    held: list[str] = []
    for place, entry in enumerate(version.history):
        at = (*path, "history", place)
        if place and entry.at < version.history[place - 1].at:
            why = f"this entry of {name} is older than the one before it"
            yield Fault((*at, "at"), "history-backwards", why, "entries are appended, and stay in their order")
        if now is not None and entry.at > now:
            why = f"this entry of {name} is of a time that is yet to come"
            yield Fault((*at, "at"), "history-ahead", why, "look at the clock of who wrote it")
        if entry.forced and not entry.why:
            why = f"{name} was forced into {entry.stage}, and nothing says why"
            yield Fault(at, "force-without-why", why, "why: … in the entry")
        if entry.is_rollback and entry.stage not in stood:
            why = f"{name} is said to be rolled back to {entry.stage}, where it never stood"
            yield Fault((*at, "rollback"), "rollback-unfounded", why, f"exp promote {name} --stage {entry.stage}")
        if entry.stage is not None:
            stage = entry.stage
            stood.add(stage)
        elif entry.approvals or entry.forced or entry.is_rollback:
            why = "approvals, forced and rollback are of an entry with a stage"
            yield Fault(at, "entry-mixed", why, "entries are written by exp promote")
        if entry.alias is not None:
            held.append(entry.alias)
        if entry.unalias is not None:
            if entry.unalias not in held:
                why = f"{name} loses the alias {entry.unalias}, which it did not have"
                yield Fault((*at, "unalias"), "alias-unknown", why, "entries are written by exp promote")
            held = [alias for alias in held if alias != entry.unalias]
    yield from _find_in_state(version, path, name, stage, held)


def _find_copies(version: Version, path: Path, name: str) -> Iterator[Fault]:
    """Approvals that stand twice, whatever is written as their signature: each is for one transition alone."""
    given = [((*path, "approvals", at), one) for at, one in enumerate(version.approvals)]
    for place, entry in enumerate(version.history):
        given += [((*path, "history", place, "approvals", at), one) for at, one in enumerate(entry.approvals)]
    seen: set[tuple[object, ...]] = set()
    for at, one in sorted(given, key=lambda each: each[0][len(path)] == "approvals"):
        what = (one.stage, email_of(one.by).casefold(), one.at, one.is_withdrawal)
        if what in seen:
            why = f"the approval by {one.by} of {name} for {one.stage} stands here again, and was for another time"
            yield Fault(at, "approval-twice", why, f"exp approve {name} --stage {one.stage}, anew")
        seen.add(what)


def _find_in_state(version: Version, path: Path, name: str, stage: str, held: list[str]) -> Iterator[Fault]:
    if version.stage != stage:
        why = f"{name} is said to be in {version.stage}, and its history ends in {stage}"
        hint = f"stage: {stage}; then exp promote {name} --stage {version.stage}"
        yield Fault((*path, "stage"), "stage-unfounded", why, hint)
    for alias in version.aliases:
        if alias not in held:
            why = f"{name} has the alias {alias}, which its history does not give it"
            hint = f"take it out; then exp promote {name} --alias {alias}"
            yield Fault((*path, "aliases"), "alias-unfounded", why, hint)
    for alias in dict.fromkeys(held):
        if alias not in version.aliases:
            why = f"{name} lacks the alias {alias}, which its history gives it"
            yield Fault((*path, "aliases"), "alias-unfounded", why, f"aliases: [{', '.join(dict.fromkeys(held))}]")
