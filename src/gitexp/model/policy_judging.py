"""The requirements of a policy that the version and its run answer by themselves."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from gitexp.model.policy_verdict import Judged
from gitexp.model.run import Status

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.model.policy_verdict import Case
    from gitexp.model.registry import Version
    from gitexp.model.run import Run

FINISHED = "a finished run"
_NAMED = 5
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def judge_finished(run: Run) -> Judged:
    """Whether the run came to its end: what failed half-way is no model. Every stage asks it, with a policy or not."""
    if run.status is Status.FINISHED:
        return Judged(FINISHED, is_met=True, found=f"{run.name} finished", kind="finished")
    ending = f", signal {run.signal}" if run.signal else f", exit code {run.exit_code}" if run.exit_code else ""
    return Judged(FINISHED, is_met=False, found=f"the status of {run.name} is {run.status}{ending}", kind="finished")


def judge_data(run: Run) -> Judged:
    """Whether every path of data that the run read has a hash."""
    unknown = [item for item in run.data if item.md5 is None]
    if unknown:
        named = "; ".join(f"{item.path}: {item.why or 'not hashed'}" for item in unknown[:_NAMED])
        more = f"; and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        found = f"{len(unknown)} of {len(run.data)} have no hash: {named}{more}"
        return Judged("data: known", is_met=False, found=found, kind="data")
    found = f"{_count(len(run.data), 'path')} with a hash" if run.data else "no data is recorded beside the code"
    return Judged("data: known", is_met=True, found=found, kind="data")


def judge_age(case: Case) -> Judged:
    """Whether the version has stood in a stage for long enough, without a break until now."""
    age = case.policy.minimum_age
    assert age is not None, "it is judged where it is asked"
    requirement = f"age: {{{age.stage}: {format_span(age.seconds)}}}"
    since = find_standing(case.version, age.stage, case.now)
    if since is None:
        last = [entry.stage for entry in case.version.history if entry.stage is not None and entry.at < case.now]
        found = f"it is not in {age.stage}" + (f" but in {last[-1]}" if last and last[-1] != "none" else "")
        return Judged(requirement, is_met=False, found=found, kind="age")
    stood = (case.now - since).total_seconds()
    found = f"in {age.stage} for {format_span(stood)}, since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if stood >= age.seconds:
        return Judged(requirement, is_met=True, found=found, kind="age")
    ready = since + timedelta(seconds=age.seconds)
    found = f"{found}: long enough on {ready.astimezone(UTC):%Y-%m-%d at %H:%M} UTC"
    return Judged(requirement, is_met=False, found=found, kind="age")


def find_standing(version: Version, stage: str, now: datetime) -> datetime | None:
    """Since when a version stands in a stage without a break; None where it does not stand there just before ``now``.

    What came to the same stage again did not leave it.
    """
    since: datetime | None = None
    for entry in version.history:
        if entry.stage is None or entry.at >= now:
            continue
        if entry.stage != stage:
            since = None
        elif since is None:
            since = entry.at
    return since


def format_span(seconds: float) -> str:
    """A span of time in words, in its two greatest units and never more than it is: ``3 days``, ``2 days 5 hours``."""
    left = int(seconds)
    words: list[str] = []
    for unit, length in _UNITS:
        count, left = divmod(left, length)
        if count:
            words.append(_count(count, unit))
        elif words:
            break
        if len(words) == 2:
            break
    return " ".join(words) or f"{seconds:g} seconds"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + "s" * (number != 1)
