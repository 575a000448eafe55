"""Annotation files: one statement each, named by the SHA-256 of its own bytes."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from gitexp.errors import InvalidValue
from gitexp.format.manifest_fields import Fields
from gitexp.format.yaml_text import YamlError, load_yaml
from gitexp.format.yaml_writing import FlowDict, FlowList, dump_yaml
from gitexp.model.annotations import KINDS, Annotation, Link
from gitexp.model.refs import parse_experiment
from gitexp.model.run import User
from gitexp.model.values import is_scalar

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.model.annotations import Kind, Statement

MAX_BYTES = 100_000
_LAST_YEAR = 9000  # after it there is no room for what is said next
_NAME = re.compile(rb"[0-9a-f]{64}\.yaml")


def format_annotation(statement: Statement, at: datetime, by: User) -> bytes:
    """The bytes of an annotation's file. Equal statements give equal bytes."""
    fields = {"at": at, "by": FlowDict(by._asdict()), statement.kind: _plain(statement)}
    return dump_yaml(fields).encode("utf-8")


def name_annotation(data: bytes) -> bytes:
    """The name of the file with these bytes."""
    return hashlib.sha256(data).hexdigest().encode("ascii") + b".yaml"


def parse_annotation(name: bytes, data: bytes) -> Annotation | None:
    """Reads a file; None for a kind of statement that a later gitexp may make.

    Raises InvalidValue for what is no annotation, or has another content than its name says.
    """
    shown = name.decode("utf-8", "backslashreplace")
    if _NAME.fullmatch(name) is None or name != name_annotation(data):
        raise InvalidValue("annotation", shown, "its name is not that of its content")
    try:
        fields = Fields(load_yaml(data, what=shown, max_bytes=MAX_BYTES, timestamps=True), "")
        at = _read_time(fields)
        by = fields.inside("by")
        kind = next((kind for kind in KINDS if fields.has(kind)), None)
        if kind is None:
            return None
        user = User(by.text("name") or "", by.text("email") or "")
        return Annotation(at, shown.removesuffix(".yaml"), user, kind, _read(fields, kind))
    except (YamlError, ValueError, OverflowError, InvalidValue) as error:
        raise InvalidValue("annotation", shown, str(error)) from error


def _read_time(fields: Fields) -> datetime:
    at = fields.time("at")
    if at is None or at.year >= _LAST_YEAR:
        raise ValueError("it has no time that can be")
    return at


def _plain(statement: Statement) -> Any:
    value = statement.value
    if statement.kind in ("hide", "unhide"):
        return True
    if statement.kind == "link":
        return FlowDict({key: one for key, one in value._asdict().items() if one is not None})
    if statement.kind == "untag":
        return FlowList(value)
    return value


def _read(fields: Fields, kind: Kind) -> Any:
    if kind == "tag":
        tags = fields.mapping(kind)
        if not tags or not all(is_scalar(value) for value in tags.values()):
            raise ValueError("tag is not a mapping of names to scalars")
        return tags
    if kind == "untag":
        return fields.texts(kind)
    if kind == "note":
        return fields.need(kind)
    if kind == "link":
        link = fields.inside(kind)
        return Link(link.need("url"), link.text("title"))
    if kind == "online":
        return fields.mapping(kind)
    if kind == "move":
        return parse_experiment(fields.need(kind))
    return None
