"""Lines of history that a promotion writes: pure rules over what the registry says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from gitexp.errors import Refused
from gitexp.model.registry import ARCHIVE, NO_STAGE, Entry, email_of, name_version

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from gitexp.model.metrics import Direction, Number, Summary
    from gitexp.model.registry import Approval, Model, Registry, Version

MOST_METRICS = 20

Lines: TypeAlias = "list[tuple[int, Entry]]"
"""Lines of history, each with the number of its version."""


class Stamp(NamedTuple):
    """Who says something in the registry, when, and why."""

    at: datetime
    by: str
    why: str | None = None


def find_time(model: Model | None, now: datetime) -> datetime:
    """When a line is said to be written: now, or after the newest that is there, whatever the clock says."""
    newest = now
    for version in model.versions if model is not None else ():
        waiting = [approval.at for approval in version.approvals]
        for at in (*(entry.at for entry in version.history), *waiting):
            if at >= newest:
                newest = at + timedelta(microseconds=1)
    return newest


def plan_entry(
    version: Version, stage: str, stamp: Stamp, forced: Sequence[str] = (), *, is_rollback: bool = False
) -> tuple[int, Entry]:
    """The line by which a version comes into a stage; it takes along all that was said on approving it there."""
    entry = Entry(
        at=stamp.at,
        by=stamp.by,
        stage=stage,
        why=stamp.why,
        approvals=find_waiting(version, stage),
        forced=tuple(forced),
        is_rollback=is_rollback,
    )
    return version.number, entry


def find_waiting(version: Version, stage: str) -> tuple[Approval, ...]:
    """The approvals, and withdrawals, that wait for a version to come into a stage."""
    return tuple(one for one in version.approvals if one.stage == stage)


def find_occupants(model: Model | None, stage: str, number: int) -> tuple[Version, ...]:
    """The other versions in a stage, the one that came last first; nothing occupies the archive, or no stage."""
    if model is None or stage in (NO_STAGE, ARCHIVE):
        return ()
    return tuple(one for one in model.at(stage) if one.number != number and one.stage == stage)


def find_archive(registry: Registry) -> str:
    """Where a version goes that is replaced."""
    return ARCHIVE if ARCHIVE in registry.stages else NO_STAGE


def plan_aliases(
    model: Model | None, number: int, aliases: Iterable[str], unaliases: Iterable[str], stamp: Stamp
) -> Lines:
    """The lines by which a version gets and loses aliases: one that another version bears is taken from that.

    Raises Refused where it has not what it is to lose.
    """
    lines: Lines = []
    versions = model.versions if model is not None else ()
    own = model.version(number) if model is not None else None
    for alias in dict.fromkeys(unaliases):
        if own is None or alias not in own.aliases:
            name = name_version(model.name, number) if model is not None else "a new version"
            raise Refused(f"{name} has no alias {alias!r}", hint="exp registry ls")
        lines.append((number, Entry(at=stamp.at, by=stamp.by, unalias=alias, why=stamp.why)))
    for alias in dict.fromkeys(aliases):
        if own is not None and alias in own.aliases:
            continue
        for other in versions:
            if alias in other.aliases and other.number != number:
                lines.append((other.number, Entry(at=stamp.at, by=stamp.by, unalias=alias, why=stamp.why)))
        lines.append((number, Entry(at=stamp.at, by=stamp.by, alias=alias, why=stamp.why)))
    return lines


def find_rollback(model: Model, stage: str) -> Version:
    """The version that stood in a stage before the one that is there now. Raises Refused where there is none."""
    present = [one for one in model.versions if one.stage == stage]
    if not present:
        stood = [one for one in model.versions if has_stood(one, stage)]
        name = name_version(model.name, stood[-1].number) if stood else ""
        hint = f"exp promote {name} --stage {stage} --rollback" if stood else f"exp registry history {model.name}"
        raise Refused(f"nothing of {model.name} is in {stage} now: name the version that is to be there", hint=hint)
    if len(present) > 1:
        names = ", ".join(name_version(model.name, one.number) for one in present)
        hint = f"exp promote {name_version(model.name, present[-1].number)} --stage {NO_STAGE}"
        raise Refused(f"several versions are in {stage}: {names}; take one out by its name", hint=hint)
    number = present[0].number
    earlier = find_before(model, stage, number)
    if earlier is None:
        why = f"nothing of {model.name} stood in {stage} before {name_version(model.name, number)}"
        raise Refused(why, hint=f"exp registry history {model.name}")
    return earlier


def find_before(model: Model, stage: str, number: int) -> Version | None:
    """The version that stood in a stage before another one came: a rollback twice goes back by two.

    None where none did. What was rolled back is passed over.
    """
    came = [
        (entry.at, version.number, place, entry.is_rollback)
        for version in model.versions
        for place, entry in enumerate(version.history)
        if entry.stage == stage
    ]
    stack: list[int] = []
    for _, arrived, _, is_rollback in sorted(came):
        if is_rollback and arrived in stack:
            del stack[stack.index(arrived) :]
        elif arrived in stack:
            stack.remove(arrived)
        stack.append(arrived)
    if number not in stack[1:]:
        return None
    return model.version(stack[stack.index(number) - 1])


def has_stood(version: Version, stage: str) -> bool:
    """Whether a version ever came into a stage."""
    return any(entry.stage == stage for entry in version.history)


def find_withdrawal(version: Version, stage: str) -> Approval | None:
    """A yes to the version in a stage that somebody took back, and has not given again; None where all stand by it."""
    given = (*version.approvals, *(one for entry in version.history for one in entry.approvals))
    last = {email_of(one.by).casefold(): one for one in sorted(given, key=lambda one: one.at) if one.stage == stage}
    return next((one for one in last.values() if one.is_withdrawal), None)


def choose_metrics(
    metrics: Mapping[str, Summary], named: Collection[str], directions: Mapping[str, Direction]
) -> dict[str, Number]:
    """The last values that the registry repeats: those of a policy first, then those with a direction; at most 20."""
    ordered = sorted(metrics, key=lambda key: (key not in named, key not in directions))[:MOST_METRICS]
    return {key: metrics[key].last for key in metrics if key in ordered}
