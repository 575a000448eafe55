"""What stands in a list of erased runs: for each id a small file that says when, by whom, and perhaps why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import InvalidValue
from gitexp.format.manifest_fields import Fields
from gitexp.format.yaml_text import YamlError, load_yaml
from gitexp.format.yaml_writing import FlowDict, dump_yaml
from gitexp.model.run import User

if TYPE_CHECKING:
    from datetime import datetime

MAX_BYTES = 10_000


class Removal(NamedTuple):
    """That a run was erased."""

    at: datetime
    by: User
    why: str | None = None


def format_removal(removal: Removal) -> bytes:
    """The bytes of the file."""
    fields: dict[str, object] = {"at": removal.at, "by": FlowDict(removal.by._asdict())}
    if removal.why is not None:
        fields["why"] = removal.why
    return dump_yaml(fields).encode("utf-8")


def parse_removal(data: bytes) -> Removal:
    """Reads the file. Raises InvalidValue."""
    try:
        fields = Fields(load_yaml(data, what="removal", max_bytes=MAX_BYTES, timestamps=True), "")
        at, by, why = fields.time("at"), fields.inside("by"), fields.text("why")
        user = User(by.text("name") or "", by.text("email") or "")
    except (YamlError, ValueError, OverflowError, InvalidValue) as error:
        raise InvalidValue("removal", "", str(error)) from error
    if at is None:
        raise InvalidValue("removal", "", "it has no time")
    return Removal(at, user, why)
