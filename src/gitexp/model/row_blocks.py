"""Rows in blocks and these by metric: what is done to a column at once costs a fraction of a step for each value."""

from __future__ import annotations

import operator
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gitexp.model.metrics import Number, Row

BLOCK_ROWS = 500
Columns = dict[str, tuple["Sequence[Number]", "Sequence[Row]"]]
"""By metric its values in a block, and the row of each."""


def cut_blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in their order, some hundred at once."""
    passing = iter(rows)
    while block := list(islice(passing, BLOCK_ROWS)):
        yield block


def split_block(block: list[Row]) -> Columns:
    """A block by metric, these in order of first appearance."""
    metrics = tuple(block[0][2])
    if all(tuple(values) == metrics for _, _, values in block):
        columns = zip(*(values.values() for _, _, values in block), strict=True)
        return {metric: (values, block) for metric, values in zip(metrics, columns, strict=True)}
    found: dict[str, tuple[list[Number], list[Row]]] = {}
    for row in block:
        for metric, value in row[2].items():
            column = found.get(metric)
            if column is None:
                column = found[metric] = ([], [])
            column[0].append(value)
            column[1].append(row)
    return dict(found)


def has_nan(values: Sequence[Number]) -> bool:
    """Whether there is NaN among values: then neither the least nor the greatest is found by min and max."""
    return any(map(operator.ne, values, values))
