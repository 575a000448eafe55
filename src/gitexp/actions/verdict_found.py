"""The verdict on a run that was run again, from what both records hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.named_run import find_run
from gitexp.errors import BrokenRecord, StorageFailed
from gitexp.format.series import LONG_NAME, WIDE_NAME, parse_series
from gitexp.git.refs import resolve
from gitexp.model.difference import compare_runs
from gitexp.model.series_distance import SeriesPoint
from gitexp.model.suspects import list_suspects
from gitexp.model.verdict import judge
from gitexp.store.layout import OUTPUT, PACKAGES, RECORD

if TYPE_CHECKING:
    from gitexp.actions.reproduce import Repeated
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.model.verdict import Verdict, VerdictRules
    from gitexp.store.runs import RunStore


class Judged(NamedTuple):
    """The reproduction as it is recorded, and what came of it."""

    head: RunHead
    run: Run
    verdict: Verdict


def judge_repeated(store: RunStore, repeated: Repeated) -> Judged:
    """Compares both runs as they are recorded. Raises StorageFailed where the reproduction could not be stored."""
    result, was = repeated.result, repeated.chosen
    if result.run is None or result.stored is None:
        why = "; ".join(result.warnings) or "it could not be recorded"
        raise StorageFailed(
            "the reproduction", why, hint=f"its record is in {result.kept_in}" if result.kept_in else None
        )
    head = find_run(store, result.run.id)
    run = store.load(head)
    verdict = judge_pair(store, (was.head, was.run), (head, run), repeated.rules)
    outputs = [store.read_part(one, OUTPUT) for one in (was.head, head)]
    verdict = verdict._replace(same_output=outputs[0] == outputs[1])
    if verdict.outcome == "identical":
        return Judged(head, run, verdict)
    lists = [store.read_part(one, PACKAGES) for one in (was.head, head)]
    texts = [None if one is None else one.decode("utf-8", "replace") for one in lists]
    difference = compare_runs(was.run, run, packages_a=texts[0], packages_b=texts[1])
    trees = [resolve(store.repository, one.snapshot or "", peel="tree") for one in (was.head, head)]
    same_tree = trees[0] is not None and trees[0] == trees[1]
    suspects = list_suspects(difference, repeated.unplaced, same_tree=same_tree, packages=texts[1] or "")
    return Judged(head, run, verdict._replace(suspects=suspects))


def judge_pair(store: RunStore, was: tuple[RunHead, Run], now: tuple[RunHead, Run], rules: VerdictRules) -> Verdict:
    """The verdict on a run that ran again, without what it printed and without suspects. Raises BrokenRecord."""
    return judge(was[1], now[1], (_read_series(store, was[0]), _read_series(store, now[0])), rules)


def _read_series(store: RunStore, head: RunHead) -> dict[str, list[SeriesPoint]]:
    """Every point in the record, by metric. Raises BrokenRecord."""
    series: dict[str, list[SeriesPoint]] = {}
    for name in (WIDE_NAME, LONG_NAME):
        data = store.read_part(head, RECORD + name.encode())
        if data is None:
            continue
        try:
            for point in parse_series(name, data.decode("utf-8", "replace").splitlines()):
                series.setdefault(point.metric, []).append(SeriesPoint(point.step, point.value))
        except ValueError as error:
            raise BrokenRecord(head.id, str(error)) from error
        break
    return series
