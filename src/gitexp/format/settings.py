"""``.exp.yaml``: read with the line of every mistake, and written with a comment for every key."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from gitexp.errors import ConfigError
from gitexp.format.settings_values import (
    WrongValue,
    read_choice,
    read_experiment,
    read_flag,
    read_patterns,
    read_rate,
    read_seconds,
    read_size,
    read_switch,
    read_text,
    read_texts,
    read_tolerances,
)
from gitexp.format.yaml_text import YamlError, load_yaml_with_lines
from gitexp.model.refs import DEFAULT_EXPERIMENT
from gitexp.model.settings import (
    PushRules,
    RedactionRules,
    ReproduceRules,
    Settings,
    ShareRules,
    SnapshotRules,
    StorageRules,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class _Each:
    """A mapping with keys of the user's own, each with a value of one kind."""

    __slots__ = ("parse",)

    def __init__(self, parse: Callable[[object], Any]) -> None:
        self.parse = parse


_Schema = dict[str, Any]
_SCHEMA: _Schema = {
    "project": read_text,
    "experiment": read_experiment,
    "metrics": _Each(read_choice("maximize", "minimize")),
    "params": {"files": read_texts, "command": read_flag},
    "metrics_files": read_texts,
    "data": {"paths": read_texts, "tracked": read_flag},
    "artifacts": {"paths": read_texts, "git_limit": read_size},
    "output": {"limit": read_size, "metrics": read_flag},
    "snapshot": {
        "scope": read_choice("tracked", "code", "all"),
        "max_file": read_size,
        "max_total": read_size,
        "include": read_texts,
        "exclude": read_texts,
    },
    "redaction": {"names": read_texts, "patterns": read_patterns, "allow": read_texts, "files": read_texts},
    "push": {"allow": read_texts, "with_history": read_flag},
    "environment": {"variables": read_texts},
    "system": {"record": read_switch, "interval": read_seconds},
    "share": {"live": read_switch, "interval": read_seconds},
    "reproduce": {"tolerance": read_tolerances, "ignore": read_texts},
    "storage": {"remote": read_text, "data": read_flag},
    "cost": {"currency": read_text, "rates": _Each(read_rate)},
}
# A key that is mostly used for one thing may be written short: `snapshot: tracked`, `artifacts: [model.pt]`.
_SHORT = {
    "snapshot": "scope",
    "data": "paths",
    "artifacts": "paths",
    "params": "files",
    "system": "record",
    "storage": "remote",
}


def parse_settings(data: bytes, file: str) -> Settings:
    """Reads the file. Raises ConfigError with line, key and the near name."""
    try:
        document, lines = load_yaml_with_lines(data, what=file)
    except YamlError as error:
        raise ConfigError(file, error.line or 1, "YAML", error.why) from error
    if document is None:
        document = {}
    if not isinstance(document, dict):
        raise ConfigError(file, 1, "YAML", "must be a mapping", hint="exp init writes a commented one")
    return _assemble(_Checker(lines, file).check(document, _SCHEMA), file)


class _Checker:
    """Holds a document against a schema; knows where each key stands."""

    __slots__ = ("_file", "_lines")

    def __init__(self, lines: Mapping[Any, int], file: str) -> None:
        self._lines = lines
        self._file = file

    def check(self, document: Mapping[Any, Any], schema: _Schema, place: tuple[str, ...] = ()) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in document.items():
            here = (*place, key)
            if key not in schema:
                near = difflib.get_close_matches(key, schema, 1)
                hint = f"did you mean {'.'.join((*place, near[0]))}?" if near else f"known here: {', '.join(schema)}"
                raise self._error(here, "no such key", hint)
            if value is not None:
                found[key] = self._value(value, schema[key], here)
        return found

    def _value(self, value: object, rule: Any, here: tuple[str, ...]) -> Any:
        key = here[-1]
        if isinstance(rule, dict):
            if isinstance(value, dict):
                return self.check(value, rule, here)
            if key not in _SHORT:
                raise self._error(here, "must be a mapping", f"with {', '.join(rule)}")
            return self.check({_SHORT[key]: value}, rule, here)
        if isinstance(rule, _Each):
            if not isinstance(value, dict):
                raise self._error(here, "must be a mapping", None)
            return {name: self._value(one, rule.parse, (*here, name)) for name, one in value.items()}
        try:
            return rule(value)
        except WrongValue as wrong:
            raise self._error(here, wrong.why, f"{key}: {wrong.hint}" if wrong.hint else None) from wrong

    def _error(self, here: tuple[str, ...], why: str, hint: str | None) -> ConfigError:
        line = next((self._lines[here[:end]] for end in range(len(here), 0, -1) if here[:end] in self._lines), 1)
        return ConfigError(self._file, line, ".".join(here), why, hint=hint)


def _assemble(values: dict[str, Any], file: str) -> Settings:
    plain = Settings()
    params, output, artifacts = (values.get(key, {}) for key in ("params", "output", "artifacts"))
    snapshot, redaction, cost = (values.get(key, {}) for key in ("snapshot", "redaction", "cost"))
    system, data = values.get("system", {}), values.get("data", {})
    rules = SnapshotRules()
    return Settings(
        file=file,
        project=values.get("project"),
        experiment=values.get("experiment", DEFAULT_EXPERIMENT),
        directions=values.get("metrics", {}),
        params_files=params.get("files", ()),
        params_from_command=params.get("command", True),
        metrics_files=values.get("metrics_files", ()),
        metrics_from_output=output.get("metrics", True),
        data=data.get("paths", ()),
        data_tracked=data.get("tracked", True),
        artifacts=artifacts.get("paths", ()),
        artifact_git_bytes=artifacts.get("git_limit", plain.artifact_git_bytes),
        snapshot=SnapshotRules(
            scope=snapshot.get("scope", rules.scope),
            max_file_bytes=snapshot.get("max_file", rules.max_file_bytes),
            max_total_bytes=snapshot.get("max_total", rules.max_total_bytes),
            include=snapshot.get("include", ()),
            exclude=snapshot.get("exclude", ()),
        ),
        redaction=RedactionRules(**redaction),
        push=PushRules(**values.get("push", {})),
        variables=values.get("environment", {}).get("variables", ()),
        output_bytes=output.get("limit", plain.output_bytes),
        system=system.get("record", plain.system),
        system_interval=system.get("interval"),
        cost_rates=cost.get("rates", {}),
        currency=cost.get("currency"),
        share=ShareRules(**values.get("share", {})),
        reproduce=ReproduceRules(
            values.get("reproduce", {}).get("tolerance", ()), values.get("reproduce", {}).get("ignore", ())
        ),
        storage=StorageRules(**values.get("storage", {})),
    )
