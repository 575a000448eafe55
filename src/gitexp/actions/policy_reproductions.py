"""Whether a run was run again and gave an equal result, as ``exp reproduce`` would say it of what is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.seed_spread import find_spreads
from gitexp.actions.verdict_found import judge_pair
from gitexp.errors import BrokenRecord
from gitexp.model.policy_verdict import Judged
from gitexp.model.run import Status
from gitexp.model.verdict import VerdictRules

if TYPE_CHECKING:
    from gitexp.model.head import RunHead
    from gitexp.model.policy_verdict import Case
    from gitexp.model.run import Run
    from gitexp.model.verdict import Verdict
    from gitexp.store.runs import RunStore

_REQUIREMENT = "reproduced: true"
_NAMED = 3


def judge_reproduced(store: RunStore, case: Case) -> Judged:
    """Whether a finished run is there that reproduces the one of the case, and differs by no more than is allowed.

    What is allowed is what the settings and the spread over seeds say. Hidden runs do not count, nor what came later.
    """
    heads = store.heads()
    again = [
        one
        for one in heads.runs
        if one.lineage.reproduces == case.run.id and not one.hidden and one.started_at <= case.now
    ]
    if not again:
        return _say(met=False, found=f"no run reproduces {case.run.name}: exp reproduce {case.run.id}")
    settings = store.settings.reproduce
    spreads = find_spreads(store, heads, case.head, case.run)
    rules = VerdictRules(settings.tolerances, settings.ignore, spreads)
    others: list[str] = []
    for head, run in store.load_many(again):
        words = f"{head.name} {run.message}" if isinstance(run, BrokenRecord) else _judge(store, case, head, run, rules)
        if not isinstance(words, str):
            outcome = "is identical to it" if words.outcome == "identical" else "is within tolerance of it"
            return _say(met=True, found=f"{head.name} reproduces {case.run.name} and {outcome}")
        others.append(words)
    more = f"; and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
    return _say(met=False, found="; ".join(others[:_NAMED]) + more)


def _judge(store: RunStore, case: Case, head: RunHead, run: Run, rules: VerdictRules) -> Verdict | str:
    """The verdict where it is that the result is equal; else why it is not, in words."""
    if run.status is not Status.FINISHED:
        return f"{head.name} ran it again, and its status is {run.status}"
    try:
        verdict = judge_pair(store, (case.head, case.run), (head, run), rules)
    except BrokenRecord as error:
        return f"{head.name} ran it again: {error.message}"
    if verdict.compares_nothing:
        return f"{head.name} ran it again, and there is neither a metric nor an artifact to compare"
    if verdict.outcome != "different":
        return verdict
    metrics = [
        f"{one.key} was {one.was}, is {one.now}"
        for one in verdict.metrics
        if one.held in ("different", "missing", "new")
    ]
    artifacts = [f"{one.path} is {one.held}" for one in verdict.artifacts if one.held in ("different", "missing")]
    ending = [] if verdict.ends_alike else [f"it ended as {verdict.now.status}"]
    return f"{head.name} ran it again with another result: " + ", ".join([*ending, *metrics, *artifacts][:_NAMED])


def _say(*, met: bool, found: str) -> Judged:
    return Judged(_REQUIREMENT, is_met=met, found=found, kind="reproduced")
