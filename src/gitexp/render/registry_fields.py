"""Models, versions and their past as values that JSON can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.model.refs import parse_run_ref
from gitexp.model.registry import arrival, name_version
from gitexp.render.json_form import to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.registry import Approval, Entry, Model, Version
    from gitexp.model.registry_past import PastLine, Standing


def model_fields(model: Model, heads: Mapping[RunId, RunHead]) -> dict[str, Any]:
    """A model with its versions, the oldest first."""
    versions = []
    for version in model.versions:
        ref = parse_run_ref(version.run)
        versions.append(version_fields(model, version, heads.get(ref.id) if ref is not None else None))
    return {"name": model.name, "description": model.description, "versions": versions}


def version_fields(model: Model, version: Version, head: RunHead | None) -> dict[str, Any]:
    """A version as it stands now, without its past."""
    ref = parse_run_ref(version.run)
    run = {"id": ref.id if ref is not None else None, "name": head.name if head is not None else None}
    return {
        "model": model.name,
        "version": version.number,
        "name": name_version(model.name, version.number),
        "stage": version.stage,
        "since": to_plain(arrival(version, version.stage)),
        "aliases": list(version.aliases),
        "run": {**run, "ref": version.run, "commit": version.commit, "is_here": head is not None},
        "artifact": version.artifact._asdict(),
        "metrics": to_plain(version.metrics),
    }


def approval_fields(approval: Approval, *, is_waiting: bool, standing: str, why: str) -> dict[str, Any]:
    """An approval and what it is worth."""
    said = {"stage": approval.stage, "by": approval.by, "at": to_plain(approval.at), "why": approval.why}
    more = {"withdrawal": approval.is_withdrawal, "policy": approval.policy, "waiting": is_waiting}
    return {**said, **more, "standing": standing, "standing_why": why}


def past_fields(lines: Sequence[PastLine]) -> list[dict[str, Any]]:
    """The lines of a history in order of time."""
    return [{"version": one.version.number, "from": one.left, **entry_fields(one.entry)} for one in lines]


def entry_fields(entry: Entry) -> dict[str, Any]:
    """One line of a history; of stage, alias and unalias the one that it is about."""
    fields = {
        "stage": entry.stage,
        "alias": entry.alias,
        "unalias": entry.unalias,
        "at": to_plain(entry.at),
        "by": entry.by,
        "why": entry.why,
        "rollback": entry.is_rollback,
        "forced": list(entry.forced),
        "approvals": [one.by for one in entry.approvals if not one.is_withdrawal],
    }
    return {key: one for key, one in fields.items() if one is not None or key == "why"}


def standing_fields(standings: Sequence[Standing]) -> list[dict[str, Any]]:
    """What stood where, from when to when."""
    return [
        {
            one.kind: one.word,
            "version": one.version.number,
            "run": one.version.run,
            "artifact": one.version.artifact._asdict(),
            "since": to_plain(one.since),
            "until": to_plain(one.until),
            "by": one.entry.by,
            "why": one.entry.why,
        }
        for one in standings
    ]
