"""Whether a run is significantly better than the one in a stage: over runs that differ from each by the seed alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.seed_groups import compare_over_seeds
from gitexp.actions.version_runs import load_version_run
from gitexp.errors import ExpError, InvalidFilter
from gitexp.model.filter_names import Reading, resolve_name
from gitexp.model.filter_parsing import parse_filter
from gitexp.model.filter_tree import Name, Truth
from gitexp.model.group_comparison import Procedure
from gitexp.model.group_tests import FEWEST
from gitexp.model.policy_verdict import Judged

if TYPE_CHECKING:
    from gitexp.actions.seed_groups import SeedGroups
    from gitexp.model.filter_names import KnownNames
    from gitexp.model.group_comparison import GroupDifference
    from gitexp.model.policy import Better
    from gitexp.model.policy_verdict import Case
    from gitexp.store.runs import RunStore


def judge_better(store: RunStore, case: Case, known: KnownNames) -> Judged:
    """Holds the run of a case and those that differ from it by the seed alone against those of the version there now.

    By Welch's test of these two groups alone, among the runs that had begun by then. Where nothing stands in the stage
    it holds. Raises InvalidFilter for a metric that no run has.
    """
    better, present = case.policy.better, case.present
    assert better is not None, "it is judged where it is asked"
    reading = _resolve(case, better, known)
    if reading.key not in store.settings.directions:
        why = f"nothing says whether more or less of {reading.key} is better: metrics.{reading.key} in .exp.yaml"
        return _say(better, why)
    if present is None:
        return _say(better, f"nothing in {case.stage} yet", met=True)
    column = f"metrics.{reading.key}" + (f".{reading.suffix}" if reading.suffix != "last" else "")
    runs = [one for one in store.heads().runs if one.started_at <= case.now]
    try:
        standing, _ = load_version_run(store, present)
        groups = compare_over_seeds(store, runs, standing, case.head, [column], Procedure(level=1 - better.p))
    except ExpError as error:
        return _say(better, f"against v{present.number}, in {case.stage}: {error.message}")
    if groups.comparison is None:
        return _say(better, f"against v{present.number}, in {case.stage}: {groups.why}")
    found = groups.comparison.metrics[0].differences[1]
    assert found is not None, "the second is not the baseline"
    return _conclude(case, better, reading, groups, found)


def _conclude(case: Case, better: Better, reading: Reading, groups: SeedGroups, found: GroupDifference) -> Judged:
    new, old = f"v{case.version.number}", f"v{case.present.number}" if case.present is not None else ""
    left_out = f" (left out: {groups.left_out} that are hidden or repeat a seed)" if groups.left_out else ""
    if found.n < FEWEST or found.baseline_n < FEWEST:
        sides = ((new, found.n), (old, found.baseline_n))
        lacking = " and ".join(f"{FEWEST - count} more of {name}" for name, count in sides if count < FEWEST)
        why = (
            f"too few runs with {reading.key} that differ by the seed alone: {found.n} of {new} and "
            f"{found.baseline_n} of {old}, at least {FEWEST} of each are needed, {lacking}"
        )
        return _say(better, why + left_out)
    words = f"{reading.key} of {new} against {old}: {found.sentence}"
    if found.effect is not None:
        words += f", {found.effect_name} = {found.effect:.2f}"
    is_met = found.verdict == "better"
    if is_met and better.effect is not None and (found.effect is None or abs(found.effect) < better.effect):
        is_met, words = False, f"{words}: the effect is too small"
    return _say(better, words + left_out, met=is_met)


def _resolve(case: Case, better: Better, known: KnownNames) -> Reading:
    """The metric that the policy names. Raises InvalidFilter."""
    metric = better.metric.removeprefix("metrics.")
    if metric in known.metrics:
        return Reading("metrics", metric, "number")
    text = f"metrics.{metric}"
    try:
        test = parse_filter(text)
        name = test.operand if isinstance(test, Truth) else None
        return resolve_name(name if isinstance(name, Name) else Name("metrics", metric), known, text)
    except InvalidFilter as error:
        raise error.given_as(f"policies.{case.stage}.better") from error


def _say(better: Better, found: str, *, met: bool = False) -> Judged:
    effect = f", effect: {better.effect:g}" if better.effect is not None else ""
    requirement = f"better: {{metric: {better.metric}, p: {better.p:g}{effect}}}"
    return Judged(requirement, is_met=met, found=found, kind="better")
