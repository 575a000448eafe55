"""``.exp.yaml``: read with the line of every mistake, and written with a comment for every key."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from gitexp.errors import ConfigError, InvalidValue
from gitexp.format.yaml_text import YamlError, load_yaml_with_lines
from gitexp.model.refs import DEFAULT_EXPERIMENT, parse_experiment
from gitexp.model.settings import PushRules, RedactionRules, ReproduceRules, Settings, ShareRules, SnapshotRules
from gitexp.model.tolerance import EVERY, MetricTolerance, parse_tolerance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]{0,3})")


class _Wrong(Exception):
    """A value that cannot be meant: why, and what to write."""

    def __init__(self, why: str, hint: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise _Wrong("must be text")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Wrong("must be true or false")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise _Wrong("must be a list of texts", "[first, second]")
    return tuple(value)


def _patterns(value: object) -> tuple[str, ...]:
    patterns = _texts(value)
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise _Wrong(f"{pattern!r} is not a regular expression: {error}") from error
    return patterns


def _size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2].lower() not in _UNITS:
        raise _Wrong("must be a size", "1 MB")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def _choice(*words: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value not in words:
            near = difflib.get_close_matches(str(value), words, 1)
            raise _Wrong(f"{value!r} is none of {', '.join(words)}", near[0] if near else None)
        return str(value)

    return parse


def _switch(value: object) -> bool:
    if not isinstance(value, bool) and value not in ("on", "off"):  # YAML 1.2 has these two as text
        raise _Wrong("must be on or off")
    return value in (True, "on")


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.1 <= value <= 3600:
        raise _Wrong("must be a number of seconds from 0.1 to 3600")
    return float(value)


class _Each:
    """A mapping with keys of the user's own, each with a value of one kind."""

    __slots__ = ("parse",)

    def __init__(self, parse: Callable[[object], Any]) -> None:
        self.parse = parse


def _rate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise _Wrong("must be a rate per hour, 0 or more")
    return float(value)


def _experiment(value: object) -> str:
    try:
        return parse_experiment(_text(value))
    except InvalidValue as error:
        raise _Wrong(str(error.fields["why"]), error.hint and error.hint.removeprefix("--experiment ")) from error


def _tolerances(value: object) -> tuple[MetricTolerance, ...]:
    said = value if isinstance(value, dict) else {EVERY: value}
    found = []
    for metric, one in said.items():
        if isinstance(one, bool) or not isinstance(one, (int, float, str)):
            raise _Wrong("must be a tolerance, or one for each metric", "{loss: 0.01, 'val_*': 1%}")
        try:
            found.append(MetricTolerance(str(metric), parse_tolerance(str(one))))
        except InvalidValue as error:
            raise _Wrong(f"{one!r}: {error.fields['why']}", "1%") from error
    return tuple(found)


_Schema = dict[str, Any]
_SCHEMA: _Schema = {
    "project": _text,
    "experiment": _experiment,
    "metrics": _Each(_choice("maximize", "minimize")),
    "params": {"files": _texts, "command": _flag},
    "metrics_files": _texts,
    "data": _texts,
    "artifacts": {"paths": _texts, "git_limit": _size},
    "output": {"limit": _size, "metrics": _flag},
    "snapshot": {
        "scope": _choice("tracked", "code", "all"),
        "max_file": _size,
        "max_total": _size,
        "include": _texts,
        "exclude": _texts,
    },
    "redaction": {"names": _texts, "patterns": _patterns, "allow": _texts, "files": _texts},
    "push": {"allow": _texts, "with_history": _flag},
    "environment": {"variables": _texts},
    "system": {"record": _switch, "interval": _seconds},
    "share": {"live": _switch, "interval": _seconds},
    "reproduce": {"tolerance": _tolerances, "ignore": _texts},
    "cost": {"currency": _text, "rates": _Each(_rate)},
}
# A key that is mostly used for one thing may be written short: `snapshot: tracked`, `artifacts: [model.pt]`.
_SHORT = {"snapshot": "scope", "artifacts": "paths", "params": "files", "system": "record", "storage": "remote"}


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
        except _Wrong as wrong:
            raise self._error(here, wrong.why, f"{key}: {wrong.hint}" if wrong.hint else None) from wrong

    def _error(self, here: tuple[str, ...], why: str, hint: str | None) -> ConfigError:
        line = next((self._lines[here[:end]] for end in range(len(here), 0, -1) if here[:end] in self._lines), 1)
        return ConfigError(self._file, line, ".".join(here), why, hint=hint)


def _assemble(values: dict[str, Any], file: str) -> Settings:
    plain = Settings()
    params, output, artifacts = (values.get(key, {}) for key in ("params", "output", "artifacts"))
    snapshot, redaction, cost = (values.get(key, {}) for key in ("snapshot", "redaction", "cost"))
    system = values.get("system", {})
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
        data=values.get("data", ()),
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
    )
