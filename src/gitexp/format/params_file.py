"""Params files: YAML, TOML and JSON text to a mapping, with the line of every error."""

from __future__ import annotations

import json
from typing import Any

from gitexp.errors import ParamsFileError
from gitexp.format.yaml_text import YamlError, load_yaml

MAX_BYTES = 4_000_000
MAX_DEPTH = 64


def parse_params_file(name: str, data: bytes, *, declared: bool = True) -> dict[str, Any]:
    """The mapping that a params file holds, read as its suffix says. ParamsFileError names the line.

    A file that was only found, and not declared, may hold something else than a mapping: it then has no params.
    """
    if len(data) > MAX_BYTES:
        raise ParamsFileError(name, None, f"larger than {MAX_BYTES:,} bytes")
    suffix = name.rpartition(".")[2].lower()
    if suffix == "json":
        value = _parse_json(name, data)
    elif suffix == "toml":
        value = _parse_toml(name, data)
    elif suffix in ("yaml", "yml"):
        value = _parse_yaml(name, data)
    else:
        raise ParamsFileError(name, None, "not a .yaml, .yml, .toml or .json file")
    if value is None:
        return {}
    if not isinstance(value, dict):
        if declared:
            raise ParamsFileError(name, 1, "holds no mapping of names to values", hint="lr: 0.1")
        return {}
    if not _is_shallow(value, MAX_DEPTH):
        raise ParamsFileError(name, None, f"nested deeper than {MAX_DEPTH} levels")
    return value


def _parse_yaml(name: str, data: bytes) -> Any:
    try:
        return load_yaml(data, what=name, max_depth=MAX_DEPTH)
    except YamlError as error:
        raise ParamsFileError(name, error.line, error.why) from error


def _parse_json(name: str, data: bytes) -> Any:
    text = _decode(name, data)
    if not text.strip():
        return None
    try:
        return json.loads(text, object_pairs_hook=_unique_keys)
    except json.JSONDecodeError as error:
        raise ParamsFileError(name, error.lineno, error.msg) from error
    except ValueError as error:  # a key twice, an int of too many digits
        raise ParamsFileError(name, None, str(error)) from error
    except RecursionError as error:
        raise ParamsFileError(name, None, f"nested deeper than {MAX_DEPTH} levels") from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"key {twice!r} stands twice")
    return mapping


def _parse_toml(name: str, data: bytes) -> Any:
    import tomllib

    try:
        return _plain(tomllib.loads(_decode(name, data)))
    except tomllib.TOMLDecodeError as error:
        why = str(error)
        # "… (at line 3, column 5)"; "(at end of document)" has no line
        before, _, place = why.rpartition(" (at line ")
        line = place.partition(",")[0]
        if before and line.isdigit():
            raise ParamsFileError(name, int(line), before) from error
        raise ParamsFileError(name, data.count(b"\n") + 1, why) from error
    except (ValueError, RecursionError) as error:
        raise ParamsFileError(name, None, str(error)) from error


def _plain(value: Any) -> Any:
    """TOML's dates and times as their text, as YAML and JSON have them."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, (bool, int, float, str)) else value.isoformat()


def _decode(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParamsFileError(name, data.count(b"\n", 0, error.start) + 1, "not UTF-8 text") from error


def _is_shallow(value: object, depth: int) -> bool:
    if not isinstance(value, (dict, list)):
        return True
    items = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_is_shallow(item, depth - 1) for item in items)
