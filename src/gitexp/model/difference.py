"""What differs between two runs."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from gitexp.model.details import data_hashes
from gitexp.model.ordering import natural_key
from gitexp.model.values import equal_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.metrics import Direction, Summary
    from gitexp.model.run import Code, Environment, Run
    from gitexp.model.values import Value

Part: TypeAlias = Literal["run", "tags", "params", "metrics", "environment", "packages", "data", "command", "code"]
PARTS: tuple[Part, ...] = ("run", "tags", "params", "metrics", "command", "data", "environment", "packages", "code")


@dataclass(frozen=True, slots=True)
class Change:
    """One key whose value is not the same in both. ``kind`` tells null from not there."""

    key: str
    kind: Literal["changed", "only in a", "only in b"]
    a: Value
    b: Value


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric of two runs, equal or not. ``delta`` = b − a of the last values, None where one has none.

    ``better`` says whether b is better than a: None where no direction is known, or nothing differs.
    """

    key: str
    a: Summary | None
    b: Summary | None
    delta: float | None
    better: bool | None

    @property
    def is_equal(self) -> bool:
        """Whether both have it with the same last value."""
        return self.a is not None and self.b is not None and equal_values(self.a.last, self.b.last)


@dataclass(frozen=True, slots=True)
class CodeChange:
    """The two snapshots. Equal snapshots are equal code, wherever it was committed, but for what is in submodules."""

    a: Code
    b: Code

    @property
    def is_equal(self) -> bool:
        """Whether the same code ran, as far as the runs hold it, and they hold all of it."""
        return self.a.snapshot == self.b.snapshot and not self.submodules and not self.unheld

    @property
    def submodules(self) -> tuple[Change, ...]:
        """The submodules that were at different commits."""
        return compare_values(_submodules(self.a), _submodules(self.b))

    @property
    def unheld(self) -> tuple[str, ...]:
        """The submodules that had changes in either run, which no run holds: equal or not, nobody can say."""
        return tuple(sorted({one.path for code in (self.a, self.b) for one in code.submodules if one.dirty}))


@dataclass(frozen=True, slots=True)
class RunDifference:
    """Two runs side by side. ``packages`` is None where a list is missing, and ``packages_unknown`` says of which."""

    a: Run
    b: Run
    run: tuple[Change, ...]
    tags: tuple[Change, ...]
    params: tuple[Change, ...]
    params_equal: int
    metrics: tuple[MetricChange, ...]
    environment: tuple[Change, ...]
    packages: tuple[Change, ...] | None
    packages_unknown: tuple[str, ...]
    data: tuple[Change, ...]
    command: tuple[Change, ...]
    code: CodeChange


def compare_runs(
    a: Run,
    b: Run,
    *,
    packages_a: str | None = None,
    packages_b: str | None = None,
    directions: Mapping[str, Direction] | None = None,
) -> RunDifference:
    """Compares two runs. ``packages_a`` and ``packages_b`` are the texts of their ``packages.txt``, None if absent."""
    unknown = tuple(name for name, text in (("a", packages_a), ("b", packages_b)) if text is None)
    lists = None
    if packages_a is not None and packages_b is not None:
        lists = compare_values(parse_packages(packages_a), parse_packages(packages_b))
    params = compare_values(a.params, b.params)
    return RunDifference(
        a=a,
        b=b,
        run=tuple(change for change in compare_values(_run(a), _run(b)) if not _is_told_by(change, params)),
        tags=compare_values({**a.tags}, {**b.tags}),
        params=params,
        params_equal=sum(key in b.params and equal_values(value, b.params[key]) for key, value in a.params.items()),
        metrics=compare_metrics(a.metrics, b.metrics, directions or {}),
        environment=compare_values(_environment(a), _environment(b)),
        packages=lists,
        packages_unknown=unknown,
        data=compare_values(data_hashes(a), data_hashes(b)),
        command=compare_values(_command(a), _command(b)),
        code=CodeChange(a.code, b.code),
    )


def compare_values(a: Mapping[str, Value], b: Mapping[str, Value]) -> tuple[Change, ...]:
    """The keys whose values differ, in natural order."""
    changes: list[Change] = []
    for key in sorted(a.keys() | b.keys(), key=natural_key):
        if key not in b:
            changes.append(Change(key, "only in a", a[key], None))
        elif key not in a:
            changes.append(Change(key, "only in b", None, b[key]))
        elif not equal_values(a[key], b[key]):
            changes.append(Change(key, "changed", a[key], b[key]))
    return tuple(changes)


def compare_metrics(
    a: Mapping[str, Summary], b: Mapping[str, Summary], directions: Mapping[str, Direction]
) -> tuple[MetricChange, ...]:
    """Every metric of either run, in natural order, the last value of b against that of a."""
    return tuple(
        _compare_metric(key, a.get(key), b.get(key), directions.get(key))
        for key in sorted(a.keys() | b.keys(), key=natural_key)
    )


def parse_packages(text: str) -> dict[str, Value]:
    """``packages.txt`` (the form of ``pip freeze``) as name → version; names compare as PEP 503 says."""
    packages: dict[str, Value] = {}
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, version = _parse_package(line)
        packages[re.sub(r"[-_.]+", "-", name).lower()] = version
    return packages


def _is_told_by(change: Change, params: tuple[Change, ...]) -> bool:
    """Whether it is the seed, and a param shows the same change of it."""
    return change.key == "seed" and any(
        "seed" in param.key.rpartition(".")[2]
        and param.kind == change.kind
        and equal_values(param.a, change.a)
        and equal_values(param.b, change.b)
        for param in params
    )


def _parse_package(line: str) -> tuple[str, str]:
    if line.startswith("-e ") and "#egg=" in line:
        address, _, name = line[3:].partition("#egg=")
        return name, f"editable {address}"
    for separator in ("==", " @ "):
        name, found, version = line.partition(separator)
        if found:
            return name.strip(), version.strip()
    return line, ""


def _compare_metric(key: str, a: Summary | None, b: Summary | None, direction: Direction | None) -> MetricChange:
    if a is None or b is None:
        return MetricChange(key, a, b, None, None)
    try:
        delta = b.last - a.last
    except OverflowError:  # an int beyond 1.8e308 and a float
        return MetricChange(key, a, b, None, None)
    if isinstance(delta, float) and not math.isfinite(delta):
        return MetricChange(key, a, b, None, None)
    better = None
    if direction is not None and a.last != b.last:
        better = (b.last > a.last) == (direction == "maximize")
    return MetricChange(key, a, b, delta, better)


def _run(run: Run) -> dict[str, Value]:
    fields: dict[str, Value] = {"status": run.status.value, "exit_code": run.exit_code, "signal": run.signal}
    fields |= {"experiment": run.experiment, "host": run.host, "user": run.user.name, "seed": run.seed}
    return {key: value for key, value in fields.items() if value is not None}


def _environment(run: Run) -> dict[str, Value]:
    known: Environment = run.environment
    fields: dict[str, Value] = {
        "python": known.python,
        "implementation": known.implementation,
        "executable": known.executable,
        "platform": known.platform,
        "cpu": known.cpu,
        "cores": known.cores,
        "memory_bytes": known.memory_bytes,
        "cuda": known.cuda,
        "locks": list(known.locks) or None,
    }
    for place, gpu in enumerate(known.gpus):
        fields[f"gpus.{place}"] = f"{gpu.name} (driver {gpu.driver})" if gpu.driver else gpu.name
    fields |= {f"variables.{key}": value for key, value in known.variables.items()}
    return {key: value for key, value in fields.items() if value is not None}


def _submodules(code: Code) -> dict[str, Value]:
    return {one.path: one.commit for one in code.submodules}


def _command(run: Run) -> dict[str, Value]:
    import shlex

    return {"command": shlex.join(run.command), "directory": run.directory}
