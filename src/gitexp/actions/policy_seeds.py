"""Whether a run is significantly better than the one in a stage: over runs that differ from each by the seed alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from gitexp.actions.grouped_runs import read_candidates
from gitexp.actions.heads import complete_heads
from gitexp.actions.version_runs import load_version_run
from gitexp.errors import ExpError, InvalidFilter
from gitexp.model.columns import Cell
from gitexp.model.filter_names import Evidence, Reading, Unread, read_value, resolve_name
from gitexp.model.filter_parsing import parse_filter
from gitexp.model.filter_tree import Name, Truth
from gitexp.model.group_comparison import Procedure
from gitexp.model.group_tests import FEWEST, hold_against, measure
from gitexp.model.grouping import AUTO, group_runs, is_place, seed_of
from gitexp.model.policy_verdict import Judged
from gitexp.model.run import Status
from gitexp.model.seed import is_seed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.model.comparison import Candidate
    from gitexp.model.filter_names import KnownNames
    from gitexp.model.group_tests import Measured
    from gitexp.model.head import RunHead
    from gitexp.model.policy import Better
    from gitexp.model.policy_verdict import Case
    from gitexp.model.registry import Version
    from gitexp.store.runs import RunStore


class _Side(NamedTuple):
    """The runs that count for one of the two, one for each seed, and how many finished ones of its group do not."""

    name: str
    candidates: tuple[Candidate, ...]
    left_out: int


def judge_better(store: RunStore, case: Case, known: KnownNames) -> Judged:
    """Holds the run of a case and those that differ from it by the seed alone against those of the version there now.

    By Welch's test, as ``exp compare --group-by auto`` does, of these two groups alone. A run that is hidden or
    reproduces another does not count, nor does a second run of a seed: they say nothing new. Where nothing stands in
    the stage it holds. Raises InvalidFilter for a metric that no run has.
    """
    better = case.policy.better
    assert better is not None, "it is judged where it is asked"
    reading = _resolve(case, better, known)
    direction = store.settings.directions.get(reading.key)
    if direction is None:
        why = f"nothing says whether more or less of {reading.key} is better: metrics.{reading.key} in .exp.yaml"
        return _say(better, why)
    present = case.present
    if present is None:
        return _say(better, f"nothing in {case.stage} yet", met=True)
    try:
        standing, _ = load_version_run(store, present)
    except ExpError as error:
        return _say(better, f"the run of v{present.number}, in {case.stage}: {error.message}")
    if standing.id == case.head.id:
        return _say(better, f"v{present.number}, in {case.stage}, is of the same run")
    sides = _find_sides(store, case, present, standing, reading)
    if sides is None:
        return _say(better, f"v{present.number}, in {case.stage}, differs by its seed alone: they are one group")
    new, old = sides
    measured = [_measure(side, reading) for side in sides]
    if any(len(one.values) < FEWEST for one in measured):
        return _say(better, _ask_for_more(reading, sides, measured))
    procedure = Procedure(level=1 - better.p)
    (found, _) = hold_against(measured, 1, direction, procedure, _draw_nothing)
    assert found is not None, "the first is not the baseline"
    words = f"{reading.key} of {new.name} against {old.name}: {found.sentence}"
    if found.effect is not None:
        words += f", {found.effect_name} = {found.effect:.2f}"
    is_met = found.verdict == "better"
    if is_met and better.effect is not None and (found.effect is None or abs(found.effect) < better.effect):
        is_met, words = False, f"{words}: the effect is too small"
    return _say(better, words + _tell_left_out(sides), met=is_met)


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


def _find_sides(
    store: RunStore, case: Case, present: Version, standing: RunHead, reading: Reading
) -> tuple[_Side, _Side] | None:
    """The groups of the two; None where they are one."""
    ends = (case.head, standing)
    near = [
        one
        for one in store.heads().runs
        if one.status is Status.FINISHED and one.id not in (case.head.id, standing.id)
        if any(_may_repeat(one, end) for end in ends)
    ]
    heads, _ = complete_heads(
        store, [*ends, *near], wanted=lambda one: reading.needs_summary or bool(one.more & {"metrics", "params"})
    )
    candidates, _ = read_candidates(store, heads)
    groups = group_runs(candidates, (AUTO,)).groups
    found = [next(one for one in groups if end.id in {head.id for head in one.heads}) for end in ends]
    if found[0] is found[1]:
        return None
    names = (f"v{case.version.number}", f"v{present.number}")
    new, old = (_one_a_seed(name, end, group.candidates) for name, end, group in zip(names, ends, found, strict=True))
    return new, old


def _may_repeat(one: RunHead, other: RunHead) -> bool:
    """Whether a run may differ from another by its seed alone, by its message: few manifests are then read."""
    return one.experiment == other.experiment and _telling(one) == _telling(other)


def _telling(head: RunHead) -> frozenset[str]:
    return frozenset(key for key in head.params if not is_seed(key) and not is_place(key))


def _one_a_seed(name: str, end: RunHead, candidates: Iterable[Candidate]) -> _Side:
    """Of several runs of a seed the first one, unless one of them is that of the version. What is hidden is left out.

    It is counted, so that nobody hides a bad seed unseen.
    """
    ordered = sorted(candidates, key=lambda one: (one.head.id != end.id, one.head.started_at, one.head.id))
    kept: list[Candidate] = []
    seeds: set[int] = set()
    for one in ordered:
        seed = seed_of(one)
        says_more = one.head.id == end.id or not (one.head.hidden or one.head.lineage.reproduces)
        if not says_more:
            continue
        if seed is None or seed not in seeds:
            kept.append(one)
        if seed is not None:
            seeds.add(seed)
    return _Side(name, tuple(kept), len(ordered) - len(kept))


def _measure(side: _Side, reading: Reading) -> Measured:
    cells = []
    for one in side.candidates:
        value = read_value(reading, Evidence(one.head, {}))
        number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
        cells.append(Cell(number, present=value is not None and not isinstance(value, Unread)))
    return measure(cells, [seed_of(one) for one in side.candidates])


def _ask_for_more(reading: Reading, sides: Sequence[_Side], measured: Sequence[Measured]) -> str:
    there = " and ".join(f"{len(one.values)} of {side.name}" for side, one in zip(sides, measured, strict=True))
    lacking = " and ".join(
        f"{FEWEST - len(one.values)} more of {side.name}"
        for side, one in zip(sides, measured, strict=True)
        if len(one.values) < FEWEST
    )
    return (
        f"too few runs with {reading.key} that differ by the seed alone: {there}, at least {FEWEST} of each are "
        f"needed, {lacking}{_tell_left_out(sides)}"
    )


def _tell_left_out(sides: Sequence[_Side]) -> str:
    count = sum(side.left_out for side in sides)
    return f" (left out: {count} that are hidden or repeat a seed)" if count else ""


def _say(better: Better, found: str, *, met: bool = False) -> Judged:
    effect = f", effect: {better.effect:g}" if better.effect is not None else ""
    requirement = f"better: {{metric: {better.metric}, p: {better.p:g}{effect}}}"
    return Judged(requirement, is_met=met, found=found, kind="better")


def _draw_nothing() -> NoReturn:
    raise AssertionError("an interval by Student's t draws nothing")
