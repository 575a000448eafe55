"""A registry as the mappings and lists that are written: keys in their order, what is not said left out."""

from __future__ import annotations

import math
from datetime import UTC
from typing import TYPE_CHECKING, Any

from gitexp.format.registry_policies import format_policy
from gitexp.format.yaml_writing import FlowDict, FlowList
from gitexp.model.registry import FORMAT, NO_STAGE

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.model.metrics import Number
    from gitexp.model.registry import Approval, Entry, Model, Registry, Version


def format_registry(registry: Registry) -> dict[str, Any]:
    """A registry as the document that is written."""
    fields: dict[str, Any] = {"format": FORMAT, "stages": FlowList(registry.stages)}
    if registry.policies:
        fields["policies"] = {stage: format_policy(policy) for stage, policy in registry.policies.items()}
    fields["models"] = {name: _format_model(model) for name, model in registry.models.items()}
    return fields


def format_version(version: Version) -> dict[str, Any]:
    """One version, as it stands in the file."""
    fields: dict[str, Any] = {"version": version.number, "run": version.run, "commit": version.commit}
    artifact = version.artifact._asdict()
    fields["artifact"] = FlowDict({key: one for key, one in artifact.items() if one is not None})
    fields["stage"] = version.stage if version.stage != NO_STAGE else None
    fields["aliases"] = FlowList(version.aliases)
    fields["metrics"] = FlowDict({key: _format_number(one) for key, one in version.metrics.items()})
    fields["approvals"] = [{"stage": one.stage, **_format_approval(one)} for one in version.approvals]
    fields["history"] = [format_entry(entry) for entry in version.history]
    return _drop_empty(fields)


def format_entry(entry: Entry) -> dict[str, Any]:
    """One line of a history: on one line, unless approvals came along."""
    fields = {
        "stage": entry.stage,
        "alias": entry.alias,
        "unalias": entry.unalias,
        "at": format_time(entry.at),
        "by": entry.by,
        "why": entry.why,
        "rollback": entry.is_rollback or None,
        "forced": FlowList(entry.forced),
        "approvals": [_format_approval(one) for one in entry.approvals],
    }
    kept = _drop_empty(fields)
    return kept if entry.approvals else FlowDict(kept)


def format_time(at: datetime) -> str:
    """An instant as the file has it: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _format_model(model: Model) -> dict[str, Any]:
    fields: dict[str, Any] = {"description": model.description}
    fields["versions"] = [format_version(version) for version in model.versions]
    return {key: one for key, one in fields.items() if one is not None}


def _format_approval(approval: Approval) -> dict[str, Any]:
    fields = {
        "by": approval.by,
        "at": format_time(approval.at),
        "why": approval.why,
        "withdrawn": approval.is_withdrawal or None,
        "policy": approval.policy,
        "signature": approval.signature,
    }
    return _drop_empty(fields)


def _format_number(value: Number) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _drop_empty(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in fields.items() if one is not None and one not in ([], {})}
