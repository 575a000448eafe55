"""The fingerprint: what two runs share when they should give the same result."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.run import Environment, Lineage, Run
    from gitexp.model.values import Params, Value


def fingerprint(
    *,
    tree: str,
    directory: str,
    command: Sequence[str],
    params: Params,
    data: Mapping[str, str | None],
    python: str | None,
    packages: str | None,
    seed: int | None,
    continues: str | None = None,
) -> str | None:
    """``sha256:`` and 64 hex digits over canonical JSON of what determines a result; the form is in the specification.

    ``tree`` is the snapshot's tree id, ``data`` path → md5, ``python`` implementation and version, ``packages`` the
    SHA-256 of the package list, ``continues`` the run whose state it started from. None when the hash of some data is
    not known: a fingerprint that ignored it would call different runs equal.
    """
    if any(md5 is None for md5 in data.values()):
        return None
    document = {
        "continues": continues,
        "command": list(command),
        "data": dict(data),
        "directory": directory,
        "packages": packages,
        "python": python,
        "params": {key: _spell(value) for key, value in params.items()},
        "seed": seed,
        "tree": tree,
    }
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def fingerprint_run(run: Run, tree: str) -> str | None:
    """The fingerprint of what a run's manifest says; ``tree`` is that of its snapshot."""
    return fingerprint(
        tree=tree,
        directory=run.directory,
        command=run.command,
        params=run.params,
        data={one.path: one.md5 for one in run.data},
        python=describe_python(run.environment),
        packages=run.environment.packages,
        seed=run.seed,
        continues=describe_origin(run.lineage),
    )


def describe_python(environment: Environment) -> str | None:
    """The Python of a fingerprint; None where none ran, or none is known."""
    if environment.python is None:
        return None
    return f"{environment.implementation or 'Python'} {environment.python}"


def describe_origin(lineage: Lineage) -> str | None:
    """The run whose state a run started from, and the step of it; None for one that started from nothing."""
    if lineage.resumes is not None:
        return lineage.resumes
    if lineage.forked_from is None:
        return None
    step = lineage.forked_at_step
    return lineage.forked_from if step is None else f"{lineage.forked_from}@{step!r}"


def _spell(value: Value) -> object:
    if isinstance(value, list):
        return [_spell(one) for one in value]
    if isinstance(value, dict):
        return {key: _spell(one) for key, one in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    return value
