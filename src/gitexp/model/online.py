"""What came of a model in use: numbers of an A/B test, or of a day in production, said of its run afterwards."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.errors import InvalidValue
from gitexp.model.texts import replace_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from gitexp.model.annotations import Annotation
    from gitexp.model.run import Run, User
    from gitexp.model.values import Scalar

TITLE = "title"
RESULTS = "results"
MOST_VALUES = 200
_DEEPEST = 8
_LONGEST_KEY = 100
_LONGEST_TEXT = 1000
_LONGEST_TITLE = 200


class OnlineResult(NamedTuple):
    """One result as it was sent back, its values under dotted names."""

    at: datetime
    by: User
    title: str | None
    values: dict[str, Scalar]


def read_online(value: object, title: str | None = None) -> dict[str, Any]:
    """Reads a result: names to numbers, texts, true and false, or to further names. Raises InvalidValue."""
    if not isinstance(value, dict):
        raise InvalidValue("online result", type(value).__name__, "a mapping of names to numbers is expected")
    results = _read_level(value, "", 0)
    names = [name for name, _ in flatten_online(results)]
    if not 0 < len(names) <= MOST_VALUES:
        raise InvalidValue("online result", f"{len(names)} values", f"between 1 and {MOST_VALUES} are expected")
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise InvalidValue("online result", twice, "two values have this name, dots and all")
    said = " ".join(replace_surrogates(title).split())[:_LONGEST_TITLE] if title is not None else ""
    return {**({TITLE: said} if said else {}), RESULTS: results}


def find_online(annotations: Iterable[Annotation]) -> list[OnlineResult]:
    """The results among what was said of a run, in its order; what another program wrote is read as far as it goes."""
    found: list[OnlineResult] = []
    for one in annotations:
        if one.kind != "online":
            continue
        results = one.value.get(RESULTS)
        title = one.value.get(TITLE)
        known = results if isinstance(results, dict) else one.value
        values = dict(itertools.islice(flatten_online(known), MOST_VALUES))
        found.append(OnlineResult(one.at, one.by, title if isinstance(title, str) else None, values))
    return found


def latest_online(run: Run) -> dict[str, Scalar]:
    """The last value under each name, of all results together."""
    return {name: value for one in find_online(run.annotations) for name, value in one.values.items()}


def offline_value(run: Run, name: str) -> float | None:
    """The last value of the metric of the same name, whole or but for what stands before its last dot."""
    for key in (name, name.rpartition(".")[2]):
        if key in run.metrics:
            return run.metrics[key].last
    return None


def flatten_online(value: Mapping[Any, Any], path: str = "", depth: int = 0) -> Iterator[tuple[str, Scalar]]:
    """The values of a result under dotted names."""
    for key, one in value.items():
        name = f"{path}{key}"
        if isinstance(one, dict) and depth < _DEEPEST:
            yield from flatten_online(one, f"{name}.", depth + 1)
        elif one is None or isinstance(one, (str, int, float)):
            yield name, one
        else:  # a list, say, that another program wrote
            yield name, str(one)[:_LONGEST_TEXT]


def _read_level(value: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
    if depth >= _DEEPEST:
        raise InvalidValue("online result", path, f"nested more than {_DEEPEST} deep")
    found: dict[str, Any] = {}
    for key, one in value.items():
        name = f"{path}{key}"
        if not isinstance(key, str) or not key or not key.isprintable() or len(key) > _LONGEST_KEY:
            raise InvalidValue("online result", name[:_LONGEST_KEY], "its name cannot be shown or is too long")
        if isinstance(one, dict):
            found[key] = _read_level(one, f"{name}.", depth + 1)
        elif isinstance(one, str):
            if len(one) > _LONGEST_TEXT:
                raise InvalidValue("online result", name, f"a text of more than {_LONGEST_TEXT} characters")
            found[key] = replace_surrogates(one)
        elif isinstance(one, bool) or one is None or isinstance(one, (int, float)):
            if isinstance(one, int) and not isinstance(one, bool) and abs(one) >= 2**63:
                raise InvalidValue("online result", name, "a number beyond 64 bits")
            if isinstance(one, float) and not math.isfinite(one):
                raise InvalidValue("online result", name, "a number that is not finite")
            found[key] = one
        else:
            raise InvalidValue("online result", name, "a number, a text, true or false is expected, or a mapping")
    return found
