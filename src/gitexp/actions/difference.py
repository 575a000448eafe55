"""Two runs compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitexp.actions.named_run import find_run
from gitexp.actions.show import load_so_far
from gitexp.errors import BrokenRecord
from gitexp.model.difference import compare_runs
from gitexp.store.layout import PACKAGES

if TYPE_CHECKING:
    from gitexp.model.difference import RunDifference
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs, and the two runs."""

    difference: RunDifference
    a: RunHead
    b: RunHead


def compare_two(store: RunStore, a: str, b: str, experiment: str | None = None) -> Comparison:
    """Compares the runs that two specs name."""
    heads = store.heads()
    head_a, head_b = find_run(store, a, experiment, heads), find_run(store, b, experiment, heads)
    lists = []
    for head in (head_a, head_b):
        data = store.read_part(head, PACKAGES)
        lists.append(None if data is None else data.decode("utf-8", "replace"))
    difference = compare_runs(
        load_so_far(store, head_a),
        load_so_far(store, head_b),
        packages_a=lists[0],
        packages_b=lists[1],
        directions=store.settings.directions,
    )
    return Comparison(difference, head_a, head_b)


def diff_code(store: RunStore, comparison: Comparison, *, colour: bool, stat: bool, width: int | None = None) -> bytes:
    """The difference of the two snapshots as Git shows it; empty where the code is the same."""
    if comparison.a.snapshot is None or comparison.b.snapshot is None:
        missing = comparison.a if comparison.a.snapshot is None else comparison.b
        raise BrokenRecord(missing.id, "its commit has no parent, and so no snapshot")
    from gitexp.git.difference import diff_commits

    return diff_commits(
        store.repository, comparison.a.snapshot, comparison.b.snapshot, colour=colour, stat=stat, width=width
    )
