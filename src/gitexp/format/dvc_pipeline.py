"""``dvc.yaml``: the stages of a DVC pipeline, and what it calls params, metrics, plots and artifacts.

Its templates are not worked out: ``${item}`` and its like are, as far as the stage's own name says what they stand
for, and what is left of one stands for anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gitexp.errors import InvalidValue
from gitexp.format.dvc_templates import fill_template, find_contexts
from gitexp.model.values import is_scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_BYTES = 4_000_000
DEFAULT_PARAMS = "params.yaml"
_MARK = "${"
_ANY = "@"
"""Ends the name of what stands for every stage of a ``foreach`` whose items another file has."""


class DeclaredOut(NamedTuple):
    """An output as a stage declares it. ``path`` is relative to where the stage runs and may hold ``${…}``."""

    path: str
    kind: Literal["out", "metric", "plot"]
    is_cached: bool

    def matches(self, path: str) -> bool:
        """Whether a path of ``dvc.lock`` is this output's."""
        if _MARK not in self.path:
            return _tidy(self.path) == _tidy(path)
        pattern = ".+".join(map(re.escape, re.split(r"\$\{[^}]*\}", _tidy(self.path))))
        return re.fullmatch(pattern, _tidy(path)) is not None


class DeclaredStage(NamedTuple):
    """A stage as it runs, one for each item of a ``foreach`` or ``matrix``."""

    folder: str | None
    """Where it runs, relative to the folder of the file; None where that is not to be told."""
    outs: tuple[DeclaredOut, ...]
    params: dict[str, tuple[str, ...] | None]
    """Which keys of which files, relative to ``folder``; None for all keys."""


class Pipeline(NamedTuple):
    """One ``dvc.yaml``. Paths are relative to its folder."""

    stages: dict[str, DeclaredStage]
    metrics: tuple[str, ...] = ()
    plots: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    params: dict[str, tuple[str, ...] | None] = {}  # noqa: RUF012  a default that nobody writes to
    """Files of params that no stage names: those of the top level, and those that ``vars`` reads."""
    variables: dict[str, Any] = {}  # noqa: RUF012
    """Values that ``vars`` gives itself."""

    def find_stage(self, name: str) -> DeclaredStage | None:
        """The stage of a name in ``dvc.lock``, as ``train`` or ``train@a``."""
        return self.stages.get(name) or self.stages.get(name.partition("@")[0] + _ANY)


def parse_pipeline(data: bytes, name: str) -> Pipeline:
    """Reads a ``dvc.yaml``; ``name`` names it in errors. What is not understood in it is passed over.

    Raises InvalidValue for what is no YAML mapping, or too large.
    """
    from gitexp.format.yaml_text import YamlError, load_yaml

    try:
        document = load_yaml(data, what=name, max_bytes=MAX_BYTES)
    except YamlError as error:
        raise InvalidValue("dvc.yaml", name, str(error)) from error
    if document is None:
        document = {}
    if not isinstance(document, dict):
        raise InvalidValue("dvc.yaml", name, "no mapping")
    variables, params = _read_vars(document.get("vars"))
    for path in _list(document.get("params")):
        if isinstance(path, str):
            params[path] = None
    stages: dict[str, DeclaredStage] = {}
    for key, value in _mapping(document.get("stages")).items():
        if isinstance(value, dict):
            stages |= _read_stages(key, value, variables)
    return Pipeline(
        stages,
        tuple(_names(document.get("metrics"))),
        tuple(dict.fromkeys(_plot_files(document.get("plots")))),
        tuple(_artifact_paths(document.get("artifacts"))),
        params,
        variables,
    )


def _read_stages(key: str, value: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, DeclaredStage]:
    body = _mapping(value.get("do")) if "foreach" in value else value
    found = {key + _ANY: _read_stage(body, variables)} if body is not value or "matrix" in value else {}
    for suffix, context in find_contexts(value, variables):
        found[key + suffix] = _read_stage(body, {**variables, **context})
    return found


def _read_stage(body: Mapping[str, Any], context: Mapping[str, Any]) -> DeclaredStage:
    folder = fill_template(str(body.get("wdir", ".")), context)
    outs = [
        DeclaredOut(fill_template(path, context), kind, is_cached)
        for key, kind in _KINDS.items()
        for path, is_cached in _outs(body.get(key))
    ]
    params: dict[str, tuple[str, ...] | None] = {}
    for one in _list(body.get("params")):
        if isinstance(one, dict):
            for file, keys in one.items():
                _take(params, fill_template(file, context), tuple(_words(keys)) or None)
        elif is_scalar(one):
            _take(params, DEFAULT_PARAMS, (fill_template(str(one), context),))
    return DeclaredStage(None if _MARK in folder else folder, tuple(outs), params)


_KINDS: dict[str, Literal["out", "metric", "plot"]] = {"outs": "out", "metrics": "metric", "plots": "plot"}


def _take(params: dict[str, tuple[str, ...] | None], file: str, keys: tuple[str, ...] | None) -> None:
    known = params.get(file, ())
    params[file] = None if keys is None or known is None else (*known, *keys)


def _outs(value: object) -> Iterator[tuple[str, bool]]:
    for one in _list(value):
        if isinstance(one, str):
            yield one, True
        elif isinstance(one, dict):
            for path, flags in one.items():
                yield path, not isinstance(flags, dict) or flags.get("cache") is not False


def _read_vars(value: object) -> tuple[dict[str, Any], dict[str, tuple[str, ...] | None]]:
    variables: dict[str, Any] = {}
    params: dict[str, tuple[str, ...] | None] = {}
    for one in _list(value):
        if isinstance(one, dict):
            variables |= one
        elif isinstance(one, str):
            file, _, keys = one.partition(":")
            _take(params, file, tuple(key.strip() for key in keys.split(",") if key.strip()) or None)
    return variables, params


def _plot_files(value: object) -> Iterator[str]:
    """The files of plots at the top level: a path, ``path: {…}``, or ``title: {y: {path: column}}``."""
    entries = _list(value) if isinstance(value, list) else [value]
    for one in entries:
        if isinstance(one, str):
            yield one
        for title, options in _mapping(one).items():
            y = options.get("y") if isinstance(options, dict) else None
            if isinstance(y, dict):
                yield from y
            else:
                yield title


def _artifact_paths(value: object) -> Iterator[str]:
    for one in _mapping(value).values():
        path = one.get("path") if isinstance(one, dict) else None
        if isinstance(path, str):
            yield path


def _names(value: object) -> Iterator[str]:
    for path, _ in _outs(value):
        yield path


def _words(value: object) -> Iterator[str]:
    for one in _list(value):
        if is_scalar(one):
            yield str(one)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _tidy(path: str) -> str:
    """A path without what changes nothing of it: DVC writes ``out`` for ``./out/``."""
    import posixpath

    return posixpath.normpath(path)
