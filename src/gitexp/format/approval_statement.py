"""What an approval signs: an in-toto statement, built anew from what the registry says each time it is checked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gitexp.format.registry_values import format_time
from gitexp.model.registry import name_version

if TYPE_CHECKING:
    from gitexp.model.registry import Approval, Version

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:gitexp:approval:v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


def build_statement(model: str, version: Version, approval: Approval) -> dict[str, Any]:
    """The statement of an approval: the artifact, the run's commit, and what was said of them by whom."""
    artifact = version.artifact
    whole, _, kind = artifact.md5.partition(".")
    digest = {"dvcDirectory" if kind else "md5": whole}
    predicate: dict[str, Any] = {
        "decision": "withdrawn" if approval.is_withdrawal else "approved",
        "version": name_version(model, version.number),
        "stage": approval.stage,
        "policy": approval.policy,
        "by": approval.by,
        "at": format_time(approval.at),
    }
    if approval.why is not None:
        predicate["why"] = approval.why
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": artifact.path, "digest": digest},
            {"name": version.run, "digest": {"gitCommit": version.commit}},
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": predicate,
    }


def format_statement(model: str, version: Version, approval: Approval) -> bytes:
    """The bytes that are signed: JSON with sorted keys, no blanks, ASCII alone, and a line end."""
    statement = build_statement(model, version, approval)
    return json.dumps(statement, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
