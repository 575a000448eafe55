"""The filters of a policy, held against the run that is promoted and those that stand in stages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.focused_runs import know_names_at
from gitexp.actions.heads import complete_heads
from gitexp.actions.version_runs import load_version_run
from gitexp.errors import ExpError, InvalidFilter
from gitexp.model.details import find_details
from gitexp.model.filter_judging import compile_filter
from gitexp.model.filter_names import Evidence, KnownNames, Unread, know_names, read_value, resolve_name
from gitexp.model.filter_parsing import parse_filter
from gitexp.model.filter_times import Clock
from gitexp.model.filter_tree import find_names, format_constant, format_name
from gitexp.model.policy_verdict import Judged
from gitexp.model.said import Said, SaidValues
from gitexp.model.values import format_value
from gitexp.store.index_columns import find_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.filter_judging import Judge
    from gitexp.model.filter_names import Found, Reading
    from gitexp.model.filter_tree import Test
    from gitexp.model.head import RunHead
    from gitexp.model.policy_verdict import Case
    from gitexp.model.registry import Registry, Version
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

_LONGEST = 200


class _Standing(NamedTuple):
    """The version in a stage with its run; why that cannot be read, where it cannot."""

    version: Version
    evidence: Evidence | None
    why: str = ""


def know_policy_names(store: RunStore, case: Case) -> KnownNames:
    """The names that a policy may use: those that any run of the repository has, and the stages before them."""
    return _know_names(store, case.registry.stages, (_complete(case.head, case.run),))


def find_unknown_names(store: RunStore, registry: Registry) -> list[InvalidFilter]:
    """The policies' filters that name what no run here has; none where there is no run to ask."""
    filters = [(stage, text) for stage, policy in registry.policies.items() for text in policy.require]
    if not filters:
        return []
    known = _know_names(store, registry.stages)
    found: list[InvalidFilter] = []
    for stage, text in filters if known.runs else ():
        try:
            compile_filter(parse_filter(text), text, known, Clock(datetime.now(UTC)))
        except InvalidFilter as error:
            found.append(error.given_as(f"policies.{stage}.require"))
    return found


def _know_names(store: RunStore, stages: Sequence[str], more_heads: Sequence[RunHead] = ()) -> KnownNames:
    heads = store.heads(with_values=True).runs
    listed = know_names_at(find_places(store.repository, heads), heads)
    completed, _ = complete_heads(store, [head for head in heads if head.more])
    more = know_names([*completed, *more_heads])
    return KnownNames(
        {key: listed.params.get(key, False) or more.params.get(key, False) for key in (*listed.params, *more.params)},
        listed.metrics | more.metrics,
        listed.tags | more.tags,
        listed.runs + more.runs,
        frozenset(stages),
    )


def judge_filters(
    store: RunStore, case: Case, filters: Sequence[str], known: KnownNames, *, where: str
) -> list[Judged]:
    """Holds filters against a case. A name that begins with a stage is of the run of the version there.

    Where nothing stands in one of the stages that it names, a filter holds. ``where`` is what an error of a filter
    names as its place. Raises InvalidFilter.
    """
    stages: dict[str, _Standing | None] = {}
    own = Evidence(_complete(case.head, case.run), find_details(case.run))
    clock = Clock(case.now)
    judged: list[Judged] = []
    for text in filters:
        try:
            test = parse_filter(text)
            ready = compile_filter(test, text, known, clock)
        except InvalidFilter as error:
            raise error.given_as(where) from error
        named = list(dict.fromkeys(one.stage for one in ready.readings if one.stage is not None))
        for stage in named:
            if stage not in stages:
                stages[stage] = _find_standing(store, case, stage)
        judged.append(_judge(text, ready.judge, named, stages, own, _read_names(test, text, known)))
    return judged


def _complete(head: RunHead, run: Run) -> RunHead:
    """The head with all that the manifest says."""
    values = SaidValues(run.params, run.metrics, run.tags)
    return head._replace(said=Said(lambda: values))


def _find_standing(store: RunStore, case: Case, stage: str) -> _Standing | None:
    if stage == case.stage:
        version = case.present
    else:
        model = case.registry.models.get(case.model)
        version = next(iter(model.at(stage)), None) if model else None
    if version is None:
        return None
    try:
        head, run = load_version_run(store, version)
    except ExpError as error:
        return _Standing(version, None, error.message)
    return _Standing(version, Evidence(_complete(head, run), find_details(run)))


def _judge(
    text: str,
    judge: Judge,
    named: Sequence[str],
    stages: dict[str, _Standing | None],
    own: Evidence,
    names: Sequence[tuple[str, Reading]],
) -> Judged:
    empty = [stage for stage in named if stages[stage] is None]
    if empty:
        return Judged(text, is_met=True, found=f"nothing in {' and '.join(empty)} yet", kind="require")
    standing = {stage: found for stage in named if (found := stages[stage]) is not None}
    unread = [f"the run of v{one.version.number}, in {stage}: {one.why}" for stage, one in standing.items() if one.why]
    if unread:
        return Judged(text, is_met=False, found="; ".join(unread), kind="require")
    others = {stage: one.evidence for stage, one in standing.items() if one.evidence is not None}
    evidence = own._replace(stages=others)
    values = ", ".join(
        f"{shown} is {_show(read_value(reading, evidence))}"
        + (f" (v{standing[reading.stage].version.number})" if reading.stage is not None else "")
        for shown, reading in names
    )
    return Judged(text, is_met=judge(evidence) is True, found=values, kind="require")


def _read_names(test: Test, text: str, known: KnownNames) -> list[tuple[str, Reading]]:
    """What a filter names, as it is typed, each once."""
    shown = {format_name(name._replace(place=0)): name for name in find_names(test)}
    return [(key, resolve_name(name, known, text)) for key, name in shown.items()]


def _show(found: Found) -> str:
    if found is None or isinstance(found, Unread):
        return "missing"
    if isinstance(found, datetime):
        return f"{found:%Y-%m-%d %H:%M:%S} UTC"
    text = format_constant(found) if isinstance(found, (bool, str)) else format_value(found)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
