"""What a push did with bytes, in a line; all of it as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gitexp.render.numbers import format_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.pointed import Pointed
    from gitexp.model.storage import DataPlace

_MOST_NAMED = 3


class Lost(Protocol):
    """What runs point at that could not go."""

    @property
    def pointed(self) -> Pointed:
        """What it is."""

    @property
    def runs(self) -> tuple[RunHead, ...]:
        """Those that point at it."""

    @property
    def why(self) -> str:
        """What became of it."""


def describe_place(place: DataPlace) -> str:
    """A data remote by its name and URL; by the latter alone where it has no name."""
    return place.url if place.name is None else f"{place.name} ({place.url})"


def describe_sent(objects: int, size: int, place: DataPlace, *, dry_run: bool) -> str:
    """One line: ``sent 3 objects, 312 MB, to storage (s3://…)``."""
    count = f"{objects} object{'s' * (objects != 1)}, {format_bytes(size)},"
    return f"{'would send' if dry_run else 'sent'} {count} to {describe_place(place)}"


def describe_lost(lost: Lost) -> str:
    """What is lost, and of which runs: ``model.pt of run amber-fox-k3v9``."""
    names = ", ".join(head.name for head in lost.runs[:_MOST_NAMED])
    more = f" and {len(lost.runs) - _MOST_NAMED} more" if len(lost.runs) > _MOST_NAMED else ""
    return f"{lost.pointed.path} of run{'s' * (len(lost.runs) != 1)} {names}{more}"


def place_fields(place: DataPlace | None) -> dict[str, object] | None:
    """A data remote as plain values."""
    return None if place is None else {"name": place.name, "url": place.url, "why": place.why}


def lost_fields(some: Sequence[Lost]) -> list[dict[str, object]]:
    """What is lost as plain values."""
    return [
        {
            "kind": one.pointed.kind,
            "path": one.pointed.path,
            "md5": one.pointed.md5,
            "runs": [head.id for head in one.runs],
            "why": one.why,
        }
        for one in some
    ]
