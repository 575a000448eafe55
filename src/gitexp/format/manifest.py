"""``run.yaml``, written: a run as a file that people read and programs parse."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gitexp.format.yaml_writing import FlowDict, FlowList, dump_yaml
from gitexp.model.run import FORMAT

if TYPE_CHECKING:
    from gitexp.model.run import Code, Cost, Environment, Run


def format_manifest(run: Run) -> bytes:
    """The manifest's bytes: keys in the order of the specification, absent when unknown. Equal runs, equal bytes."""
    fields: dict[str, Any] = {
        "format": FORMAT,
        "id": run.id,
        "name": run.name,
        "experiment": run.experiment,
        "project": run.project,
        "status": run.status.value,
        "exit_code": run.exit_code,
        "signal": run.signal,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "command": FlowList(run.command),
        "directory": run.directory,
        "user": FlowDict(run.user._asdict()),
        "host": run.host,
        "params": run.params,
        "metrics": {metric: FlowDict(_present(asdict(summary))) for metric, summary in run.metrics.items()},
        "series": FlowDict(_present(run.series._asdict())) if run.series is not None else None,
        "code": _code_fields(run.code),
        "data": [FlowDict(_present(one._asdict())) for one in run.data],
        "artifacts": [FlowDict(_present(one._asdict())) for one in run.artifacts],
        "environment": _environment_fields(run.environment),
        "seed": run.seed,
        "fingerprint": run.fingerprint,
        "cost": _cost_fields(run.cost) if run.cost is not None else None,
        "lineage": FlowDict(_present(run.lineage._asdict())),
        "tags": run.tags,
        "hypothesis": run.hypothesis,
        "note": run.note,
        "redacted": FlowList(run.redacted),
        "param_sources": run.param_sources,
        "warnings": list(run.warnings),
    }
    return dump_yaml(_present(fields)).encode("utf-8")


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that say something: None and empty collections are left out."""
    return {key: value for key, value in fields.items() if value is not None and value not in ({}, [], (), "")}


def _cost_fields(cost: Cost) -> FlowDict:
    return FlowDict(_present({**cost._asdict(), "energy_of": FlowList(cost.energy_of)}))


def _code_fields(code: Code) -> dict[str, Any]:
    fields = code._asdict()
    fields["left_out"] = [FlowDict(_present(one._asdict())) for one in code.left_out]
    fields["submodules"] = [FlowDict(one._asdict()) for one in code.submodules]
    return _present(fields)


def _environment_fields(environment: Environment) -> dict[str, Any]:
    fields = environment._asdict()
    fields["gpus"] = [FlowDict(_present(one._asdict())) for one in environment.gpus]
    fields["locks"] = FlowList(environment.locks)
    return _present(fields)
