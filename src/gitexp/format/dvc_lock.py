"""``dvc.lock`` files, of every version that DVC has written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.errors import InvalidValue
from gitexp.format.pointer import read_output
from gitexp.model.locked import LockedStage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.pointer import Pointer
    from gitexp.model.values import Params

LOCK_FILE = "dvc.lock"


def parse_lock(data: bytes, name: str = LOCK_FILE) -> tuple[LockedStage, ...]:
    """Reads a ``dvc.lock``; ``name`` names it in errors. An entry of a stage that makes no sense is passed over.

    Raises InvalidValue for what is no such file.
    """
    from gitexp.format.yaml_text import YamlError, load_yaml

    try:
        document = load_yaml(data, what=name)
    except YamlError as error:
        raise InvalidValue("lock file", name, str(error)) from error
    if document is None:  # of a pipeline without stages
        return ()
    if not isinstance(document, dict):
        raise InvalidValue("lock file", name, "not what DVC writes")
    stages = document.get("stages", {}) if "schema" in document else document  # DVC 1 wrote the stages alone
    if not isinstance(stages, dict):
        raise InvalidValue("lock file", name, "its stages are no mapping")
    return tuple(_read_stage(stage, fields, name) for stage, fields in stages.items() if isinstance(fields, dict))


def _read_stage(stage: str, fields: Mapping[str, Any], name: str) -> LockedStage:
    command = fields.get("cmd")
    lines = command if isinstance(command, list) else [command]
    unhashed: list[str] = []
    deps, outs = (_read_files(fields.get(key), name, unhashed) for key in ("deps", "outs"))
    return LockedStage(
        name=stage,
        command=tuple(one for one in lines if isinstance(one, str)),
        deps=deps,
        params=_read_params(fields.get("params")),
        outs=outs,
        unhashed=tuple(unhashed),
    )


def _read_files(entries: object, name: str, unhashed: list[str]) -> tuple[Pointer, ...]:
    found = []
    for entry in entries if isinstance(entries, list) else ():
        try:
            found.append(read_output(entry, name))
        except InvalidValue:
            path = entry.get("path") if isinstance(entry, dict) else None
            unhashed += [path] if isinstance(path, str) and path else []
    return tuple(found)


def _read_params(files: object) -> dict[str, Params]:
    if not isinstance(files, dict):
        return {}
    return {file: values for file, values in files.items() if isinstance(values, dict)}
