"""``.dvc`` files, byte for byte as DVC writes them."""

from __future__ import annotations

import contextlib
from typing import Any

from gitexp.errors import InvalidValue
from gitexp.model.pointer import MD5_BEFORE_DVC_3, DvcFile, Pointer, is_md5

_MAX_BYTES = 1_000_000


def format_pointer(pointer: Pointer) -> bytes:
    """The text of a ``.dvc`` file with one output."""
    from gitexp.format.yaml_writing import dump_scalar

    kind = pointer.hash if pointer.hash != MD5_BEFORE_DVC_3 else None
    fields = {"md5": pointer.md5, "size": pointer.bytes, "nfiles": pointer.files, "hash": kind, "path": pointer.path}
    lines = [f"{key}: {dump_scalar(value)}" for key, value in fields.items() if value is not None]
    return ("outs:\n- " + "\n  ".join(lines) + "\n").encode("utf-8")


def parse_pointer(data: bytes, name: str) -> Pointer:
    """Reads a ``.dvc`` file with one output; ``name`` names it in errors.

    Raises InvalidValue for what is no such file, has several outputs, or lies under another kind of hash.
    """
    outputs = _load(data, name).get("outs")
    if not isinstance(outputs, list) or len(outputs) != 1:
        raise InvalidValue("pointer", name, "not a .dvc file with one output")
    return read_output(outputs[0], name)


def parse_dvc_file(data: bytes, name: str) -> DvcFile:
    """Reads any ``.dvc`` file: of ``dvc add`` or ``dvc import``, by any version of DVC.

    An output that has no MD5 is passed over. Raises InvalidValue for what is no such file.
    """
    fields = _load(data, name)
    folder, outputs = fields.get("wdir", "."), fields.get("outs")
    if not isinstance(outputs, list) or not isinstance(folder, str):
        raise InvalidValue("pointer", name, "not what DVC writes")
    found = []
    for output in outputs:
        with contextlib.suppress(InvalidValue):  # not downloaded yet, or under an etag
            found.append(read_output(output, name))
    return DvcFile(folder, tuple(found))


def _load(data: bytes, name: str) -> dict[str, Any]:
    from gitexp.format.yaml_text import YamlError, load_yaml

    try:
        document = load_yaml(data, what=name, max_bytes=_MAX_BYTES)
    except YamlError as error:
        raise InvalidValue("pointer", name, str(error)) from error
    return document if isinstance(document, dict) else {}


def read_output(output: object, name: str) -> Pointer:
    """One output or dependency, of a ``.dvc`` file or of a ``dvc.lock``. Raises InvalidValue where it has no MD5."""
    if not isinstance(output, dict):
        raise InvalidValue("pointer", name, "an output is no mapping")
    path, md5 = output.get("path"), output.get("md5")
    if not isinstance(path, str) or not path:
        raise InvalidValue("pointer", name, "its output has no path")
    if not isinstance(md5, str) or not is_md5(md5):
        raise InvalidValue("pointer", name, "its output has no md5")
    kind = output.get("hash", MD5_BEFORE_DVC_3)
    return Pointer(path, md5, _count(output.get("size")), _count(output.get("nfiles")), str(kind))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
