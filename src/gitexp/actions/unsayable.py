"""What must not be said of a run: Git never forgets, and what is too large could not be read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import Refused, UsageError
from gitexp.format.annotation import MAX_BYTES, format_annotation
from gitexp.model.online import flatten_online

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from gitexp.capture.redaction import Redactor
    from gitexp.model.annotations import Statement
    from gitexp.model.run import User


def check_statements(statements: Iterable[Statement], redactor: Redactor, by: User, now: datetime) -> None:
    """Raises Refused for a statement that holds what looks like a secret, UsageError for one that is too large."""
    for statement in statements:
        size = len(format_annotation(statement, now, by))
        if size > MAX_BYTES:
            raise UsageError(
                f"the {statement.kind} is too large: {size:,} bytes as it is stored, at most {MAX_BYTES:,}",
                hint="put it into a file of the repository, or on a page: exp link",
            )
        if statement.kind in ("tag", "online"):
            kind = statement.kind
            values = statement.value if kind == "tag" else dict(flatten_online(statement.value))
            _, places = redactor.redact_values(values, kind)
            if places:
                names = ", ".join(place.removeprefix(f"{kind}.") for place in places)
                raise Refused(f"the value of {kind} {names} looks like a secret, and Git never forgets", hint=_HINT)
            continue
        if any(redactor.redact_text(text)[1] for text in _texts(statement)):
            raise Refused(f"the {statement.kind} holds what looks like a secret, and Git never forgets", hint=_HINT)


def check_reason(why: str, redactor: Redactor) -> None:
    """Raises Refused for the reason of an erasing that holds what looks like a secret: everybody reads it."""
    if redactor.redact_text(why)[1]:
        raise Refused("--why holds what looks like a secret, and Git never forgets", hint=_HINT)


_HINT = "say it without; what is no secret can be allowed: redaction in .exp.yaml"


def _texts(statement: Statement) -> Iterator[str]:
    value = statement.value
    parts = value if isinstance(value, tuple) else (value,)
    yield from (part for part in parts if isinstance(part, str))
