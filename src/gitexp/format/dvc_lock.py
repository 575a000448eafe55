"""``dvc.lock``: what each stage of a DVC pipeline read and wrote when it ran last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.errors import InvalidValue
from gitexp.model.pointer import is_md5

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 16_000_000
MOST_FILES = 100_000
"""Dependencies and outputs of all stages together."""

_BEFORE_DVC_3 = "md5-dos2unix"


class LockedFile(NamedTuple):
    """A dependency or an output. ``path`` is as it is written: relative to the folder in which its stage runs."""

    path: str
    md5: str | None
    """None for what DVC knows by something else, as an ETag."""
    bytes: int | None
    files: int | None = None
    """How many files a folder holds; None for a file."""
    hash: str = "md5"


class LockedStage(NamedTuple):
    """One stage; ``params`` are its values by the file that they stand in."""

    name: str
    deps: tuple[LockedFile, ...]
    outs: tuple[LockedFile, ...]
    params: dict[str, dict[str, Any]]


def parse_lock(data: bytes, name: str) -> dict[str, LockedStage]:
    """The stages of a ``dvc.lock`` by their names; ``name`` names the file in errors.

    Raises InvalidValue for what is no such file, is too large, or of another schema than 2.0.
    """
    from gitexp.format.yaml_text import YamlError, load_yaml

    try:
        document = load_yaml(data, what=name, max_bytes=MAX_BYTES)
    except YamlError as error:
        raise InvalidValue("dvc.lock", name, str(error)) from error
    if document is None:
        return {}
    if not isinstance(document, dict) or document.get("schema") not in ("2.0", 2.0):
        raise InvalidValue("dvc.lock", name, "not of schema 2.0", hint="dvc commit  (writes it anew)")
    stages = document.get("stages") or {}
    if not isinstance(stages, dict):
        raise InvalidValue("dvc.lock", name, "its stages are no mapping")
    found = {key: _read_stage(key, value, name) for key, value in stages.items()}
    if sum(len(stage.deps) + len(stage.outs) for stage in found.values()) > MOST_FILES:
        raise InvalidValue("dvc.lock", name, f"more than {MOST_FILES:,} files")
    return found


def _read_stage(key: str, value: object, name: str) -> LockedStage:
    if not isinstance(value, dict):
        raise InvalidValue("dvc.lock", name, f"stage {key} is no mapping")
    params = value.get("params") or {}
    if not isinstance(params, dict):
        raise InvalidValue("dvc.lock", name, f"the params of stage {key} are no mapping")
    return LockedStage(
        key,
        _read_files(value.get("deps"), key, name),
        _read_files(value.get("outs"), key, name),
        {file: values for file, values in params.items() if isinstance(values, dict)},
    )


def _read_files(value: object, key: str, name: str) -> tuple[LockedFile, ...]:
    entries = value if value is not None else []
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise InvalidValue("dvc.lock", name, f"the files of stage {key} are no list of mappings")
    return tuple(_read_file(one, key, name) for one in entries)


def _read_file(entry: Mapping[str, Any], key: str, name: str) -> LockedFile:
    path, md5 = entry.get("path"), entry.get("md5")
    if not isinstance(path, str) or not path:
        raise InvalidValue("dvc.lock", name, f"a file of stage {key} has no path")
    known = md5 if isinstance(md5, str) and is_md5(md5) else None
    return LockedFile(
        path, known, _count(entry.get("size")), _count(entry.get("nfiles")), str(entry.get("hash", _BEFORE_DVC_3))
    )


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
