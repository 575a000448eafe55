"""Which run a spec names, among the heads of all runs."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gitexp.errors import AmbiguousRun, DirectionUnknown, RunNotFound, VersionNotFound
from gitexp.model.chains import Chains
from gitexp.model.ids import SHORTEST_PREFIX, is_id_prefix
from gitexp.model.run import Status
from gitexp.model.spec import Extreme, FullRef, Last, Text, VersionSpec, format_spec, is_commit_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Direction, Number
    from gitexp.model.refs import Experiment
    from gitexp.model.spec import Aggregate, Spec


@dataclass(frozen=True, slots=True)
class Scope:
    """What a spec is read against, beside the runs themselves."""

    experiment: Experiment
    """The present experiment: ``last`` and the extremes look here alone."""
    directions: Mapping[str, Direction] = field(default_factory=dict)
    earlier_tips: Mapping[str, RunId] = field(default_factory=dict)
    """Commit ids that were a run's tip before an annotation moved it."""
    registry: Callable[[VersionSpec], RunId] | None = None
    """Looks a version up, or raises VersionNotFound; None where there is no registry to look into."""


def select_run(spec: Spec, heads: Sequence[RunHead], scope: Scope) -> RunHead:
    """The one run that a spec names. Raises RunNotFound, AmbiguousRun or DirectionUnknown.

    ``last`` counts back from the run that started last in the present experiment, however it stands or ended. The
    extremes are taken over its finished runs; among equal values the run that started first wins, so that a
    repetition does not take the place of the original. Neither sees a run that is hidden.
    """
    match spec:
        case Last():
            return _select_last(spec, heads, scope)
        case Extreme():
            return _select_extreme(spec, heads, scope)
        case FullRef(ref):
            found = [head for head in heads if head.id == ref.id and head.home == ref.experiment]
            return _take_one(format_spec(spec), found, heads)
        case VersionSpec():
            return _select_version(spec, heads, scope)
        case Text(text):
            return _select_by_text(text, heads, scope)


def order_newest_first(heads: Sequence[RunHead]) -> list[RunHead]:
    """The heads by the time of their start, the newest first; the id decides between equal times."""
    return sorted(heads, key=lambda head: (head.started_at, head.id), reverse=True)


def describe_run(head: RunHead) -> str:
    """A run in a list of candidates: its id, and its name."""
    return f"{head.id} ({head.name})"


def _select_last(spec: Last, heads: Sequence[RunHead], scope: Scope) -> RunHead:
    own = order_newest_first([head for head in heads if head.experiment == scope.experiment and not head.hidden])
    if spec.back < len(own):
        return own[spec.back]
    if own:
        count = "only one run" if len(own) == 1 else f"only {len(own)} runs"
        raise RunNotFound(format_spec(spec), f"experiment {scope.experiment!r} has {count}", hint="exp ls")
    hidden = [head for head in heads if head.experiment == scope.experiment]
    others = order_newest_first([head for head in heads if not head.hidden])
    hint = f"exp show {others[0].id}  (the newest, in experiment {others[0].experiment!r})" if others else None
    raise RunNotFound(
        format_spec(spec),
        f"experiment {scope.experiment!r} has no run" + (" that is not hidden" if hidden else ""),
        hint="exp ls --hidden" if hidden else hint or "exp run -- python train.py  (records the first)",
    )


def _select_extreme(spec: Extreme, heads: Sequence[RunHead], scope: Scope) -> RunHead:
    own = [
        head
        for head in heads
        if head.experiment == scope.experiment and head.status is Status.FINISHED and not head.hidden
    ]
    metric, aggregate = resolve_metric(spec, own)
    direction = _direction(spec, metric, scope.directions)
    valued: list[tuple[Number, RunHead]] = []
    for head in sorted(own, key=lambda one: (one.started_at, one.id)):
        summary = head.metrics.get(metric)
        value = getattr(summary, aggregate) if summary is not None else None
        if value is not None and value == value:  # not NaN
            valued.append((value, head))
    if not valued:
        known = sorted({key for head in own for key in head.metrics})
        near = difflib.get_close_matches(metric, known, n=3, cutoff=0.5)
        what = "finished run" if own else "finished run at all, and so none"
        raise RunNotFound(
            format_spec(spec),
            f"experiment {scope.experiment!r} has no {what} with a value of {metric!r}",
            hint=", ".join(f"{spec.kind}:{name}" for name in near) or "exp ls --columns 'metrics.*'",
        )
    pick = max if direction == "maximize" else min
    return pick(valued, key=lambda pair: pair[0])[1]


def resolve_metric(spec: Extreme, heads: Sequence[RunHead]) -> tuple[str, Aggregate]:
    """The metric and the summary that are meant: a metric whose own name ends in ``.min`` comes before a summary."""
    if spec.aggregate is None:
        return spec.metric, "last"
    if any(spec.written in head.metrics for head in heads):
        return spec.written, "last"
    return spec.metric, spec.aggregate


def _direction(spec: Extreme, metric: str, directions: Mapping[str, Direction]) -> Direction:
    if spec.kind != "best":
        return "maximize" if spec.kind == "max" else "minimize"
    if metric not in directions:
        raise DirectionUnknown(metric)
    return directions[metric]


def _select_version(spec: VersionSpec, heads: Sequence[RunHead], scope: Scope) -> RunHead:
    """The run of a version. A name is free, and a run may be called like a version: it comes after every version."""
    text = format_spec(spec)
    try:
        run_id = scope.registry(spec) if scope.registry is not None else None
    except VersionNotFound:
        named = _find_named(text, heads)
        if not named:
            raise
        return _take_one(text, named, heads)
    if run_id is None:
        return _take_one(text, _find_named(text, heads), heads)
    found = [head for head in heads if head.id == run_id]
    if not found:
        raise RunNotFound(text, f"its run {run_id} is not here", hint="exp pull")
    return _take_one(text, found, heads)


def _select_by_text(text: str, heads: Sequence[RunHead], scope: Scope) -> RunHead:
    return _take_one(text, match_text(text, heads, scope), heads)


def match_text(text: str, heads: Sequence[RunHead], scope: Scope) -> list[RunHead]:
    """The runs that answer to an id prefix, a name or a commit id, the first of these that any answers to.

    A resumed run keeps its name: of a chain the newest run answers to it.
    """
    lower = text.lower()
    if is_id_prefix(lower):
        found = [head for head in heads if head.id.startswith(lower)]
        if found:
            return found
    found = _find_named(text, heads)
    if not found and is_commit_prefix(text):
        earlier = {run_id for commit, run_id in scope.earlier_tips.items() if commit.startswith(lower)}
        found = [head for head in heads if head.commit.startswith(lower) or head.id in earlier]
    return found


def _find_named(name: str, heads: Sequence[RunHead]) -> list[RunHead]:
    found = [head for head in heads if head.name == name]
    return Chains(heads).find_newest(found) if len(found) > 1 else found


def _take_one(text: str, found: Sequence[RunHead], heads: Sequence[RunHead]) -> RunHead:
    ids = {head.id for head in found}
    if len(ids) == 1:
        return found[0]
    if ids:
        raise AmbiguousRun(text, [describe_run(head) for head in order_newest_first(found)])
    raise RunNotFound(text, _why_not_found(text, heads), hint=_near_runs(text, heads))


def _why_not_found(text: str, heads: Sequence[RunHead]) -> str | None:
    if not heads:
        return "this repository has no runs"
    if len(text) < SHORTEST_PREFIX and any(head.id.startswith(text.lower()) for head in heads):
        return f"an id needs at least {SHORTEST_PREFIX} of its characters"
    return None


def _near_runs(text: str, heads: Sequence[RunHead]) -> str:
    if not heads:
        return "exp run -- python train.py  (records the first)"
    newest = order_newest_first(heads)
    by_word = {word: head for head in reversed(newest) for word in (head.name, head.id)}
    names = Counter(head.name for head in heads)
    near = difflib.get_close_matches(text, by_word, n=3, cutoff=0.6)
    if len(text) < SHORTEST_PREFIX:
        near = near or [str(head.id) for head in newest if head.id.startswith(text.lower())][:3]
    kind = text.partition(":")[0]
    if not near and ":" in text and difflib.get_close_matches(kind, ("max", "min", "best"), cutoff=0.6):
        return "max:METRIC, min:METRIC or best:METRIC"
    return (
        ("did you mean " + ", ".join(dict.fromkeys(_tell_apart(by_word[word], names) for word in near)) + "?")
        if near
        else "exp ls --all"
    )


def _tell_apart(head: RunHead, names: Counter[str]) -> str:
    """A run's name where no other run has it, else its id."""
    return head.name if names[head.name] == 1 else head.id
