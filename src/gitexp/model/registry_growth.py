"""A registry held against an earlier one: versions are only added, histories and approvals only grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.registry import NO_STAGE, name_version
from gitexp.model.registry_faults import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from gitexp.model.registry import Entry, Model, Registry, Version
    from gitexp.model.registry_faults import Path


class Step(NamedTuple):
    """An entry that came since the base, with its version as it is now, and its place in the file."""

    model: str
    version: Version
    entry: Entry
    path: Path


class Growth(NamedTuple):
    """What was taken away or changed, and the entries that came; those of one model in the order of their times."""

    faults: tuple[Fault, ...]
    steps: tuple[Step, ...]


def compare_growth(base: Registry, now: Registry) -> Growth:
    """What became of a registry since the base."""
    faults: list[Fault] = []
    steps: list[Step] = []
    for name, model in base.models.items():
        if name not in now.models:
            why = f"the model {name} is gone; it had {len(model.versions)} versions"
            faults.append(Fault(("models",), "model-removed", why, "a version that is out of use: --stage archived"))
    for name, model in now.models.items():
        before = base.models.get(name)
        faults += _find_lost(before, model) if before is not None else ()
        highest = max((one.number for one in before.versions), default=0) if before is not None else 0
        for place, version in enumerate(model.versions):
            path: Path = ("models", name, "versions", place)
            old = before.version(version.number) if before is not None else None
            if old is None and version.number <= highest:
                why = f"{name_version(name, version.number)} is new, and v{highest} was there already"
                faults.append(Fault((*path, "version"), "version-reused", why, f"version: {highest + 1}"))
            if old is not None:
                faults += _compare(old, version, path, name_version(name, version.number))
            known = len(old.history) if old is not None else 0
            added = enumerate(version.history[known:], known)
            steps += [Step(name, version, entry, (*path, "history", at)) for at, entry in added]
    steps.sort(key=lambda one: (one.model, one.entry.at, one.version.number))
    return Growth(tuple(faults), tuple(steps))


def find_stage_aliases(growth: Growth, stages: Collection[str]) -> list[Fault]:
    """Entries that make a stage of the base an alias: who asks for what is there would get what no policy let in."""
    return [
        Fault(
            (*step.path, "alias"),
            "alias-of-stage",
            f"{name_version(step.model, step.version.number)} has the alias {step.entry.alias}, a stage of the base",
            "another word",
        )
        for step in growth.steps
        if step.entry.alias in stages
    ]


def recall(registry: Registry, before: datetime, base: Registry) -> Registry:
    """The registry as it was just before an entry that came since the base: nothing goes back behind the base.

    An entry that is given an earlier date chooses by that neither what it replaces nor what it is compared with.
    """
    models = {}
    for name, model in registry.models.items():
        old = base.models.get(name)
        known = {one.number: len(one.history) for one in old.versions} if old is not None else {}
        recalled = [_recall_version(one, before, known.get(one.number, 0)) for one in model.versions]
        models[name] = model._replace(versions=tuple(one for one in recalled if one is not None))
    return registry._replace(models=models)


def undo_beside(before: Registry, model: str, number: int, base: Registry) -> Registry | None:
    """``before`` with all versions of a model but one as the base has them; None where they stand as they do there.

    So a promotion is held against what stood in a stage before the change, too, and not only against what the change
    itself left there.
    """
    now, old = before.models.get(model), base.models.get(model)
    if old is None:
        return None
    own = now.version(number) if now is not None else None
    beside = {one.number: one.stage for one in (now.versions if now is not None else ()) if one.number != number}
    others = [one for one in old.versions if one.number != number]
    if {one.number: one.stage for one in others} == beside:
        return None
    versions = sorted((*others, *((own,) if own is not None else ())), key=lambda one: one.number)
    return before._replace(models={**before.models, model: old._replace(versions=tuple(versions))})


def _recall_version(version: Version, before: datetime, known: int) -> Version | None:
    came = (entry for entry in version.history[known:] if entry.at < before)
    history = (*version.history[:known], *came)
    if not history:
        return None
    stages = [entry.stage for entry in history if entry.stage is not None]
    aliases: dict[str, None] = {}
    for entry in history:
        if entry.alias is not None:
            aliases[entry.alias] = None
        if entry.unalias is not None:
            aliases.pop(entry.unalias, None)
    return version._replace(history=history, stage=stages[-1] if stages else NO_STAGE, aliases=tuple(aliases))


def _find_lost(before: Model, now: Model) -> Iterator[Fault]:
    for old in before.versions:
        if now.version(old.number) is None:
            name = name_version(now.name, old.number)
            hint = f"a version that is out of use: exp promote {name} --stage archived"
            yield Fault(("models", now.name, "versions"), "version-removed", f"{name} is gone", hint)


def _compare(old: Version, new: Version, path: Path, name: str) -> Iterator[Fault]:
    hint = "what a version is stays for ever; another run is another version"
    if old.run != new.run and (old.artifact != new.artifact or old.history[0] != new.history[0]):
        why = f"{name} was {old.run}, and is used again for {new.run}"
        yield Fault((*path, "run"), "version-reused", why, hint)
    else:
        if old.run != new.run:
            yield Fault((*path, "run"), "version-changed", f"the run of {name} was {old.run}", hint)
        if old.commit != new.commit:
            yield Fault((*path, "commit"), "version-changed", f"the commit of {name} was {old.commit}", hint)
        for key in ("path", "md5", "bytes"):
            was, is_now = getattr(old.artifact, key), getattr(new.artifact, key)
            if was != is_now:
                why = f"the {key} of {name}'s artifact was {'not said' if was is None else was}"
                yield Fault((*path, "artifact", key), "version-changed", why, hint)
    for key in dict.fromkeys((*old.metrics, *new.metrics)):
        was, is_now = old.metrics.get(key), new.metrics.get(key)
        if repr(was) != repr(is_now):  # NaN is not equal to itself
            why = f"the metric {key} of {name} was {'not there' if was is None else was}"
            yield Fault((*path, "metrics", key), "version-changed", why, hint)
    yield from _compare_histories(old, new, path, name)
    moved = {one for entry in new.history[len(old.history) :] for one in entry.approvals}
    for one in old.approvals:
        if one not in new.approvals and one not in moved:
            what = "withdrawal" if one.is_withdrawal else "approval"
            why = f"the {what} by {one.by} of {name} for {one.stage} is gone"
            hint = "approvals are never taken away: exp approve --withdraw adds the withdrawal"
            yield Fault((*path, "approvals"), "approval-removed", why, hint)


def _compare_histories(old: Version, new: Version, path: Path, name: str) -> Iterator[Fault]:
    hint = "a history is only appended to; demotion and rollback are new entries"
    if len(new.history) < len(old.history):
        lost = len(old.history) - len(new.history)
        why = f"the history of {name} lost {lost} of {len(old.history)} entries"
        yield Fault((*path, "history"), "history-shortened", why, hint)
    if sorted(map(repr, new.history[: len(old.history)])) == sorted(map(repr, old.history)):
        if new.history[: len(old.history)] != old.history:
            why = f"the entries of {name} stand in another order"
            yield Fault((*path, "history"), "history-reordered", why, hint)
        return
    kept = {repr(entry) for entry in old.history}
    is_shorter = len(new.history) < len(old.history)
    for place, (was, is_now) in enumerate(zip(old.history, new.history, strict=False)):
        if was == is_now or (is_shorter and repr(is_now) in kept):
            continue
        yield _compare_entries(was, is_now, (*path, "history", place), name, hint)


def _compare_entries(was: Entry, is_now: Entry, path: Path, name: str, hint: str) -> Fault:
    if was._replace(approvals=()) == is_now._replace(approvals=()):
        if set(was.approvals) > set(is_now.approvals):
            lost = ", ".join(one.by for one in was.approvals if one not in is_now.approvals)
            why = f"this entry of {name} had the approval of {lost}"
            return Fault((*path, "approvals"), "approval-removed", why, "approvals are never taken away")
        return Fault(
            (*path, "approvals"), "history-changed", f"the approvals of this entry of {name} were others", hint
        )
    said = [key for key, one in was._asdict().items() if one != getattr(is_now, key)]
    return Fault(path, "history-changed", f"this entry of {name} said something else: {', '.join(said)}", hint)
