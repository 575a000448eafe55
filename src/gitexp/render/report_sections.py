"""Everything known of a run, in sections of keys and values, as a page shows it and holds it against another run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from gitexp.model.details import describe_gpus
from gitexp.model.online import latest_online
from gitexp.model.values import format_value
from gitexp.render.embedded import finite
from gitexp.render.text import neutralise
from gitexp.render.times import format_iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.comparison import Candidate
    from gitexp.model.ids import RunId
    from gitexp.model.metrics import Summary
    from gitexp.model.run import Code, Environment, Run
    from gitexp.render.embedded import Embedded

Section = dict[str, "Embedded"]
_LARGEST = 2**53
_HIGHEST_TEXT = 2000


def embed_value(value: object) -> Embedded:
    """A value as the page has it: a number that JavaScript holds exactly is one, all else is text made safe."""
    if isinstance(value, bool) or value is None:
        return format_value(value)
    if isinstance(value, float) and finite(value) is not None:
        return value
    if isinstance(value, int) and abs(value) < _LARGEST:
        return value
    text = neutralise(value if isinstance(value, str) else format_value(value))  # type: ignore[arg-type]
    return text if len(text) <= _HIGHEST_TEXT else f"{text[:_HIGHEST_TEXT]}… ({len(text)} characters)"


def embed_sections(candidate: Candidate, run: Run | None, others: Mapping[RunId, str]) -> dict[str, Section]:
    """The sections of a run by their names, empty ones left out. Without a manifest what its commit says."""
    head = candidate.head
    sections: dict[str, dict[str, object]] = {
        "params": {**head.params},
        "metrics": _metrics(head.metrics if run is None else {**run.metrics, **head.metrics}, run),
        "tags": {**head.tags},
    }
    first: dict[str, object] = {
        "status": head.status.value,
        "started": format_iso(head.started_at),
        "seconds": head.seconds,
        "experiment": head.experiment,
        "command": head.command,
        "user": head.user.name,
        "fingerprint": head.fingerprint,
    }
    if run is not None:
        first |= {
            "command": shlex.join(run.command),
            "directory": run.directory,
            "exit_code": run.exit_code,
            "signal": run.signal,
            "host": run.host,
            "seed": run.seed,
            "hypothesis": run.hypothesis,
            "redacted": ", ".join(run.redacted) or None,
        }
        sections |= {
            "online": {**latest_online(run)},
            "code": _code(run.code),
            "data": {item.path: item.md5 or f"not hashed: {item.why}" for item in run.data},
            "artifacts": {item.path: item.md5 or f"not kept: {item.why}" for item in run.artifacts},
            "environment": _environment(run.environment),
            "lineage": _lineage(candidate, run, others),
            "cost": {} if run.cost is None else run.cost._asdict(),
        }
    return {
        name: {neutralise(str(key)): embed_value(value) for key, value in section.items() if _is_known(name, value)}
        for name, section in ({"run": first, **sections}).items()
        if any(_is_known(name, value) for value in section.values())
    }


def _is_known(section: str, value: object) -> bool:
    """A param or tag that is null says something; a field that is None is not known."""
    return value is not None or section in ("params", "tags")


def _metrics(metrics: Mapping[str, Summary], run: Run | None) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, summary in metrics.items():
        found[key] = summary.last
        known = summary if run is None or key not in run.metrics else run.metrics[key]
        if known.count > 1:
            found |= {f"{key}.min": known.min, f"{key}.max": known.max, f"{key}.count": known.count}
    return found


def _code(code: Code) -> dict[str, object]:
    found: dict[str, object] = {
        "commit": code.commit,
        "branch": code.branch,
        "dirty": code.dirty,
        "snapshot": code.snapshot,
        "remote": code.remote,
    }
    found |= {f"left out: {one.path}": one.md5 or one.why for one in code.left_out}
    return found | {f"submodule {one.path}": f"{one.commit}{' (changed)' * one.dirty}" for one in code.submodules}


def _environment(known: Environment) -> dict[str, object]:
    fields: dict[str, object] = {
        "python": known.python,
        "implementation": known.implementation,
        "platform": known.platform,
        "cpu": known.cpu,
        "cores": known.cores,
        "memory_bytes": known.memory_bytes,
        "gpus": describe_gpus(known.gpus) or None,
        "cuda": known.cuda,
        "packages": known.packages,
        "locks": ", ".join(known.locks) or None,
        "unknown": known.unknown,
    }
    return fields | {f"variable {key}": value for key, value in known.variables.items()}


def _lineage(candidate: Candidate, run: Run, others: Mapping[RunId, str]) -> dict[str, object]:
    known = run.lineage
    fields: dict[str, object] = {
        name: None if one is None else f"{others[one]} {one}" if one in others else one
        for name, one in (
            ("resumes", known.resumes),
            ("reproduces", known.reproduces),
            ("forked from", known.forked_from),
        )
    }
    fields |= {"forked at step": known.forked_at_step, "sweep": known.sweep}
    if len(candidate.head.chain) > 1:
        fields["stands for"] = ", ".join(one.id for one in candidate.head.chain)
    return fields
