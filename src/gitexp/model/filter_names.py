"""What the names in a filter stand for, among the runs that there are."""

from __future__ import annotations

from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from gitexp.model.columns import FIELDS, cell_of, field_column
from gitexp.model.details import DETAILS, is_hash
from gitexp.model.filter_stages import split_stage
from gitexp.model.filter_tree import Name
from gitexp.model.filter_unknown import name_unknown
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from gitexp.model.filter_tree import Kind
    from gitexp.model.head import RunHead
    from gitexp.model.values import Value

Source: TypeAlias = Literal["field", "detail", "params", "metrics", "tags", "nothing"]
ValueType: TypeAlias = Literal["any", "bool", "text", "number", "duration", "time", "hash", "id", "status", "tag"]

ALIASES = {
    "run_id": "id", "run_name": "name", "start_time": "started", "started_at": "started", "created": "started",
    "end_time": "ended", "ended_at": "ended", "duration": "seconds", "experiment_name": "experiment",
    "user_id": "user", "email": "user.email",
}  # fmt: skip
"""What other trackers, and our own manifest, call a field."""
_LINEAGE = ("resumes", "reproduces", "forked_from")
OWN_FIELDS = (*FIELDS, "fingerprint", "user.email", *_LINEAGE)
DATA = "data."
_TYPES: dict[str, ValueType] = {
    "id": "id", "status": "status", "started": "time", "ended": "time", "seconds": "duration", "commit": "hash",
    "snapshot": "hash", "fingerprint": "hash", "hidden": "bool", "parts": "number", "code.dirty": "bool",
    "cost.seconds": "duration", **dict.fromkeys(_LINEAGE, "id"),
}  # fmt: skip
_ONLY_IN_MANIFESTS = ("first", "count")


class Unread(Enum):
    """In place of a value that only the manifest has, as long as it was not read."""

    UNREAD = 0


Found: TypeAlias = "Value | datetime | Unread"
"""What a run has under a name; None where that is missing or null."""


class Evidence(NamedTuple):
    """What is known of a run. ``details`` are None as long as its manifest was not read.

    ``stages`` has what is known of the runs that stand in stages, for the names that begin with one.
    """

    head: RunHead
    details: Mapping[str, Value] | None
    stages: Mapping[str, Evidence] = MappingProxyType({})


class Reading(NamedTuple):
    """Where the value of a name is found, and what kind of value it is. ``stage``: of the run that stands there."""

    source: Source
    key: str
    type: ValueType
    suffix: str = "last"
    stage: str | None = None

    @property
    def may_need_manifest(self) -> bool:
        """Whether a commit's message may not have it."""
        return self.source == "detail" or self.needs_summary

    @property
    def needs_summary(self) -> bool:
        """Whether it is of a metric, and what the message does not say of one."""
        return self.source == "metrics" and self.suffix in _ONLY_IN_MANIFESTS


class KnownNames(NamedTuple):
    """The keys that runs have. Of params, with whether any value is true or false.

    ``stages``: what a name may begin with to be of the run that stands there, as in ``production.metrics.loss``.
    """

    params: Mapping[str, bool]
    metrics: frozenset[str]
    tags: frozenset[str]
    runs: int
    stages: frozenset[str] = frozenset()

    def keys(self, kind: Kind | None) -> list[Name]:
        """Every name of a kind; without one, of all."""
        found: list[Name] = []
        for one, keys in (("params", self.params), ("metrics", self.metrics), ("tags", self.tags)):
            if kind in (None, one):
                found += [Name(one, key) for key in keys]  # type: ignore[arg-type]
        if kind in (None, "attributes"):
            found += [Name(None, key) for key in (*OWN_FIELDS, *DETAILS)]
        return found


def know_names(heads: Iterable[RunHead]) -> KnownNames:
    """The keys that runs have."""
    params: dict[str, bool] = {}
    metrics: set[str] = set()
    tags: set[str] = set()
    runs = 0
    for head in heads:
        runs += 1
        values = head.said.values
        for key, value in values.params.items():
            params[key] = isinstance(value, bool) or params.get(key, False)
        metrics.update(values.metrics)
        tags.update(values.tags)
    return KnownNames(params, frozenset(metrics), frozenset(tags), runs)


def resolve_name(name: Name, known: KnownNames, text: str, *, is_value: bool = False) -> Reading:
    """Where the value of a name is found. Raises InvalidFilter where no run has it, or where several things bear it.

    Where there is no run, nothing can be held against it. ``is_value``: it stands where a value is expected, so that it
    may be a text without its quotes.
    """
    if name.kind is None and known.stages and _find_field(name.written) is None:
        split = split_stage(name, known.stages)
        if split is not None:
            return resolve_name(split.name, known._replace(stages=frozenset()), text)._replace(stage=split.stage)
    found = _find_own(name, known)
    if found is not None:
        return found
    if name.kind is None and not is_value and (found := _find_alias(name.written)):
        return found
    if not known.runs:
        return Reading("nothing", name.written, "any")
    raise name_unknown(name, known, text, is_value=is_value)


def read_value(reading: Reading, evidence: Evidence) -> Found:
    """What a run has under a name."""
    if reading.stage is not None:
        standing = evidence.stages.get(reading.stage)
        return None if standing is None else read_value(reading._replace(stage=None), standing)
    head, key = evidence.head, reading.key
    match reading.source:
        case "params":
            return head.params.get(key)
        case "tags":
            return head.tags.get(key)
        case "metrics":
            return _read_metric(reading, evidence)
        case "detail":
            return Unread.UNREAD if evidence.details is None else evidence.details.get(key)
        case "field":
            return _read_field(key, head)
        case "nothing":
            return None


def _find_own(name: Name, known: KnownNames) -> Reading | None:
    written = name.written
    if name.kind == "params":
        return _param(written, known) if written in known.params else None
    if name.kind == "tags":
        return Reading("tags", written, "tag") if written in known.tags else None
    if name.kind == "metrics":
        return _metric(name, known)
    if name.kind == "attributes":
        return _find_field(written) or _find_alias(written)
    if found := _find_field(written):
        return found
    bare = [
        *([_param(written, known)] if written in known.params else []),
        *([metric] if (metric := _metric(name, known)) else []),
        *([Reading("tags", written, "tag")] if written in known.tags else []),
    ]
    return bare[0] if len(bare) == 1 else None


def _find_field(key: str) -> Reading | None:
    if key in OWN_FIELDS:
        return Reading("field", key, _TYPES.get(key, "text"))
    if key in DETAILS or key.startswith(DATA):
        return Reading("detail", key, _TYPES.get(key) or ("hash" if is_hash(key) else "any"))
    return None


def _find_alias(key: str) -> Reading | None:
    return _find_field(ALIASES.get(key.lower(), ""))


def _param(key: str, known: KnownNames) -> Reading:
    return Reading("params", key, "any" if known.params[key] else "number")


def _metric(name: Name, known: KnownNames) -> Reading | None:
    if name.written in known.metrics:
        return Reading("metrics", name.written, "number")
    return Reading("metrics", name.key, "number", name.suffix) if name.suffix and name.key in known.metrics else None


def _read_metric(reading: Reading, evidence: Evidence) -> Found:
    summary = evidence.head.metrics.get(reading.key)
    if summary is None:
        return None
    if reading.needs_summary and not summary.count:
        is_going = evidence.head.status is Status.RUNNING  # and so has no manifest with metrics yet
        return Unread.UNREAD if evidence.details is None and not is_going else None
    value: float | None = getattr(summary, reading.suffix)
    if reading.suffix in ("min", "max") and value != value and summary.last == summary.last:
        return None  # of a long run that is going the extremes are not known
    return value


def _read_field(key: str, head: RunHead) -> Found:
    if key == "hidden":
        return head.hidden
    if key == "fingerprint":
        return head.fingerprint
    if key == "user.email":
        return head.user.email
    if key in _LINEAGE:
        value: str | None = getattr(head.lineage, key)
        return value
    return cell_of(field_column(key), head).sortable
