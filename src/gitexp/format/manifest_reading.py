"""``run.yaml``, read: one typed field after the other."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gitexp.errors import BrokenRecord, InvalidValue, NewerFormat
from gitexp.format.manifest_fields import Fields
from gitexp.format.yaml_text import YamlError, load_yaml
from gitexp.model.ids import RunId, parse_id
from gitexp.model.metrics import Summary
from gitexp.model.refs import parse_experiment
from gitexp.model.run import (
    FORMAT,
    Artifact,
    Code,
    Cost,
    DataItem,
    Environment,
    Gpu,
    LeftOut,
    Lineage,
    Run,
    SeriesNote,
    Status,
    Submodule,
    User,
)

if TYPE_CHECKING:
    from gitexp.model.values import Params, Scalar, Value

MANIFEST_BYTES = 16_000_000


def parse_manifest(data: bytes, run: str) -> Run:
    """Reads a manifest; ``run`` names it in errors. Keys it does not know are passed over.

    Raises BrokenRecord with the key that is missing or not of its type, NewerFormat for a manifest of a later format.
    """
    try:
        document = load_yaml(data, what=run, max_bytes=MANIFEST_BYTES, timestamps=True)
    except YamlError as error:
        raise BrokenRecord(run, f"run.yaml, line {error.line}: {error.why}") from error
    if not isinstance(document, dict):
        raise BrokenRecord(run, "run.yaml is not a mapping")
    version = document.get("format")
    if isinstance(version, int) and version > FORMAT:
        raise NewerFormat(run, version)
    try:
        return _run(Fields(document, ""))
    except (ValueError, OverflowError, InvalidValue) as error:
        raise BrokenRecord(run, f"run.yaml: {error}") from error


def _run(fields: Fields) -> Run:
    started_at = fields.time("started_at")
    if started_at is None:
        raise ValueError("started_at is missing")
    user = fields.inside("user")
    return Run(
        id=parse_id(fields.need("id")),
        name=fields.need("name"),
        experiment=parse_experiment(fields.need("experiment")),
        project=fields.text("project") or ".",
        status=Status(fields.need("status")),
        exit_code=fields.integer("exit_code"),
        signal=fields.text("signal"),
        started_at=started_at,
        ended_at=fields.time("ended_at"),
        command=fields.texts("command"),
        directory=fields.text("directory") or ".",
        user=User(user.text("name") or "", user.text("email") or ""),
        host=fields.text("host") or "",
        params=_params(fields.mapping("params")),
        metrics={name: _summary(name, one) for name, one in fields.mapping("metrics").items()},
        code=_code(fields.inside("code")),
        param_sources={name: str(one) for name, one in fields.mapping("param_sources").items()},
        series=_series(fields.inside("series")) if fields.mapping("series") else None,
        data=fields.rows("data", _data_item),
        artifacts=fields.rows("artifacts", _artifact),
        environment=_environment(fields.inside("environment")),
        seed=fields.integer("seed"),
        fingerprint=fields.text("fingerprint"),
        cost=_cost(fields.inside("cost")) if fields.mapping("cost") else None,
        lineage=_lineage(fields.inside("lineage")),
        tags=_tags(fields.mapping("tags")),
        note=fields.text("note"),
        hypothesis=fields.text("hypothesis"),
        redacted=fields.texts("redacted"),
        warnings=fields.texts("warnings"),
    )


def _params(values: dict[str, Any]) -> Params:
    return {key: _value(f"params.{key}", value) for key, value in values.items()}


def _value(place: str, value: object) -> Value:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [_value(place, one) for one in value]
    if isinstance(value, dict):
        return {str(key): _value(place, one) for key, one in value.items()}
    raise ValueError(f"{place} is not a value of JSON's kinds")


def _tags(values: dict[str, Any]) -> dict[str, Scalar]:
    tags = _params(values)
    return {key: json.dumps(one) if isinstance(one, (list, dict)) else one for key, one in tags.items()}


def _summary(name: str, value: object) -> Summary:
    fields = Fields(value, f"metrics.{name}.")
    last = fields.number("last")
    if last is None:
        raise ValueError(f"metrics.{name}.last is missing")
    low, high, first = fields.number("min"), fields.number("max"), fields.number("first")
    return Summary(
        last=last,
        min=last if low is None else low,
        max=last if high is None else high,
        first=last if first is None else first,
        step=fields.number("step"),
        count=fields.integer("count") or 1,
        source=fields.text("source") or "",
    )


def _series(fields: Fields) -> SeriesNote:
    return SeriesNote(
        file=fields.need("file"),
        points=fields.integer("points") or 0,
        kept=fields.integer("kept") or 0,
        whole=fields.text("whole"),
    )


def _code(fields: Fields) -> Code:
    return Code(
        commit=fields.text("commit"),
        branch=fields.text("branch"),
        dirty=fields.boolean("dirty"),
        snapshot=fields.need("snapshot"),
        remote=fields.text("remote"),
        left_out=fields.rows("left_out", _left_out),
        submodules=fields.rows("submodules", _submodule),
    )


def _left_out(row: Fields) -> LeftOut:
    return LeftOut(row.path("path"), row.text("why") or "", row.integer("bytes"), row.text("md5"))


def _submodule(row: Fields) -> Submodule:
    return Submodule(row.path("path"), row.need("commit"), row.boolean("dirty"))


def _data_item(row: Fields) -> DataItem:
    return DataItem(row.path("path"), row.text("md5"), row.integer("bytes"), row.integer("files"), row.text("why"))


def _artifact(row: Fields) -> Artifact:
    kept = row.text("kept")
    return Artifact(
        row.path("path"),
        row.text("md5"),
        row.integer("bytes"),
        "git" if kept == "git" else "dvc" if kept == "dvc" else "no",
        row.integer("files"),
        row.text("why"),
    )


def _gpu(row: Fields) -> Gpu:
    return Gpu(row.need("name"), row.integer("memory_bytes"), row.text("driver"))


def _environment(fields: Fields) -> Environment:
    return Environment(
        python=fields.text("python"),
        implementation=fields.text("implementation"),
        executable=fields.text("executable"),
        platform=fields.text("platform"),
        packages=fields.text("packages"),
        locks=fields.texts("locks"),
        cpu=fields.text("cpu"),
        cores=fields.integer("cores"),
        memory_bytes=fields.integer("memory_bytes"),
        gpus=fields.rows("gpus", _gpu),
        cuda=fields.text("cuda"),
        variables={key: str(value) for key, value in fields.mapping("variables").items()},
        unknown=fields.text("unknown"),
    )


def _cost(fields: Fields) -> Cost:
    return Cost(
        seconds=float(fields.number("seconds") or 0.0),
        rate_per_hour=fields.number("rate_per_hour"),
        currency=fields.text("currency"),
        amount=fields.number("amount"),
        energy_kwh=fields.number("energy_kwh"),
        energy_of=fields.texts("energy_of"),
    )


def _lineage(fields: Fields) -> Lineage:
    ids = {key: fields.text(key) for key in ("resumes", "reproduces", "forked_from")}
    known = {key: RunId(parse_id(value)) for key, value in ids.items() if value is not None}
    return Lineage(
        resumes=known.get("resumes"),
        reproduces=known.get("reproduces"),
        forked_from=known.get("forked_from"),
        forked_at_step=fields.number("forked_at_step"),
        sweep=fields.text("sweep"),
    )
