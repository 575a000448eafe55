"""Confusion matrices among logged tables: which tables are one, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.ordering import natural_key
from gitexp.model.values import format_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.values import Value

    Rows = Sequence[Sequence[Value]]

MOST_CLASSES = 200
_TRUE = ("actual", "true", "y_true", "target", "truth", "label", "true_label", "true_class", "actual_class")
_PREDICTED = ("predicted", "pred", "y_pred", "prediction", "predicted_label", "predicted_class")
_COUNT = ("count", "counts", "n", "npredictions", "total")
_SIGN = "confusion"


class ConfusionMatrix(NamedTuple):
    """Counts by true class (down) and predicted class (across), both in the order of ``labels``."""

    labels: tuple[str, ...]
    counts: tuple[tuple[float, ...], ...]


def find_matrix(name: str, columns: Sequence[str], rows: Rows) -> ConfusionMatrix | None:
    """The confusion matrix that a table is; None where it is another table.

    Recognised are a column of true and one of predicted classes, by their usual names, each row one sample or with a
    column ``count``; a column of classes and one column for each of them; and under a name with ``confusion`` in it a
    square of counts, its columns the classes.
    """
    return _read_pairs(columns, rows) or _read_crosstab(columns, rows) or _read_square(name, columns, rows)


def _read_pairs(columns: Sequence[str], rows: Rows) -> ConfusionMatrix | None:
    folded = [column.strip().casefold().replace(" ", "_") for column in columns]
    true = next((folded.index(name) for name in _TRUE if name in folded), None)
    predicted = next((folded.index(name) for name in _PREDICTED if name in folded), None)
    count = next((folded.index(name) for name in _COUNT if name in folded), None)
    if true is None or predicted is None or not rows:
        return None
    sums: dict[tuple[str, str], float] = {}
    for row in rows:
        number = 1.0 if count is None else _as_count(row[count])
        if number is None:
            return None
        pair = format_value(row[true]), format_value(row[predicted])
        sums[pair] = sums.get(pair, 0.0) + number
    labels = sorted({label for pair in sums for label in pair}, key=natural_key)
    if len(labels) > MOST_CLASSES:
        return None
    return ConfusionMatrix(
        tuple(labels), tuple(tuple(sums.get((one, other), 0.0) for other in labels) for one in labels)
    )


def _read_crosstab(columns: Sequence[str], rows: Rows) -> ConfusionMatrix | None:
    if len(columns) < 3 or len(rows) != len(columns) - 1:
        return None
    labels = [format_value(row[0]) for row in rows]
    if sorted(labels) != sorted(columns[1:]) or len(set(labels)) < len(labels):
        return None
    place = {column: number for number, column in enumerate(columns[1:], 1)}
    return _read_counts(labels, [[row[place[label]] for label in labels] for row in rows])


def _read_square(name: str, columns: Sequence[str], rows: Rows) -> ConfusionMatrix | None:
    if _SIGN not in name.casefold() or len(columns) < 2 or len(rows) != len(columns):
        return None
    return _read_counts(columns, rows)


def _read_counts(labels: Sequence[str], rows: Rows) -> ConfusionMatrix | None:
    counts: list[tuple[float, ...]] = []
    for row in rows:
        numbers = [_as_count(value) for value in row]
        known = tuple(number for number in numbers if number is not None)
        if len(known) < len(numbers):
            return None
        counts.append(known)
    return ConfusionMatrix(tuple(labels), tuple(counts)) if len(labels) <= MOST_CLASSES else None


def _as_count(value: Value) -> float | None:
    """A number from 0: counts, or shares where somebody normalised them."""
    if value is None:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e300:
        return None
    return float(value)
