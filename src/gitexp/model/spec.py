"""Run specs: the ways to name a run where a command takes ``RUN``.

last, last~3                   the newest run, the third before it
max:val_auc, min:loss.min      the extreme of a metric; best:loss where its direction is known
refs/runs/default/k3v9x2mabc   a full ref
fraud@production, fraud:v3     a model's version in registry.yaml
k3v9, amber-fox-k3v9, 1f0c2e   an id prefix, a name, a commit id
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from gitexp.errors import InvalidValue
from gitexp.model.refs import RunRef, parse_run_ref

Aggregate = Literal["last", "min", "max", "first"]
ExtremeKind = Literal["max", "min", "best"]

AGGREGATES: tuple[Aggregate, ...] = ("last", "min", "max", "first")
SHORTEST_COMMIT = 4

_LAST = re.compile(r"last(?:~(\d{1,9})?)?")
_REGISTRY = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:@([A-Za-z0-9][A-Za-z0-9._-]*)|:v(\d{1,9}))")
_EXTREME = re.compile(r"(max|min|best):(.*)", re.DOTALL)
_COMMIT = re.compile(f"[0-9a-f]{{{SHORTEST_COMMIT},64}}")


@dataclass(frozen=True, slots=True)
class Last:
    """The newest run, or the one ``back`` places before it."""

    back: int = 0


@dataclass(frozen=True, slots=True)
class Extreme:
    """The run with the greatest, least or best value of a metric; ``aggregate`` is None where none was written."""

    kind: ExtremeKind
    metric: str
    aggregate: Aggregate | None = None

    @property
    def written(self) -> str:
        """The metric with its aggregate as typed: a metric may itself be called ``loss.min``."""
        return self.metric if self.aggregate is None else f"{self.metric}.{self.aggregate}"


@dataclass(frozen=True, slots=True)
class FullRef:
    """A run by its whole ref."""

    ref: RunRef


@dataclass(frozen=True, slots=True)
class VersionSpec:
    """A model's version in the registry: by stage or alias, or by number."""

    model: str
    stage: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """An id prefix, a name or a commit id: which, only the runs can tell."""

    text: str


Spec: TypeAlias = Last | Extreme | FullRef | VersionSpec | Text


def parse_spec(text: str) -> Spec:
    """Reads a run spec. Raises InvalidValue where it can be none, with the nearest right form as hint.

    What looks like no other form is Text, for a name given with ``--name`` is free: ``fraud:x`` may be one.
    """
    if not text or not text.isprintable():
        raise InvalidValue("run", text, "empty, or with a control character", hint="exp show last")
    if match := _LAST.fullmatch(text):
        return Last(int(match[1]) if match[1] else int("~" in text))
    if text.startswith(("last~", "last^")):
        raise InvalidValue("run", text, "after 'last~' comes a number", hint="last~1 is the run before the last")
    if match := _EXTREME.fullmatch(text):
        return _parse_extreme(text, cast("ExtremeKind", match[1]), match[2])
    if text.startswith("refs/"):
        return _parse_ref(text)
    if match := _REGISTRY.fullmatch(text):
        return VersionSpec(match[1], stage=match[2], version=int(match[3]) if match[3] else None)
    return Text(text)


def format_spec(spec: Spec) -> str:
    """A spec as it is typed."""
    match spec:
        case Last(back):
            return f"last~{back}" if back else "last"
        case Extreme(kind):
            return f"{kind}:{spec.written}"
        case FullRef(ref):
            return ref.name
        case VersionSpec(model, stage, version):
            return f"{model}@{stage}" if stage is not None else f"{model}:v{version}"
        case Text(text):
            return text


def is_commit_prefix(text: str) -> bool:
    """Whether the text could begin a commit id: 4 or more hexadecimal digits."""
    return _COMMIT.fullmatch(text.lower()) is not None


def _parse_extreme(text: str, kind: ExtremeKind, written: str) -> Extreme:
    if not written:
        raise InvalidValue("run", text, f"after '{kind}:' comes a metric", hint=f"{kind}:loss")
    metric, dot, last = written.rpartition(".")
    if dot and metric and last in AGGREGATES:
        return Extreme(kind, metric, last)
    return Extreme(kind, written)


def _parse_ref(text: str) -> FullRef:
    ref = parse_run_ref(text)
    if ref is None:
        raise InvalidValue(
            "run", text, "not the ref of a run", hint="refs/runs/<experiment>/<id>, as exp ls --json shows"
        )
    return FullRef(ref)
