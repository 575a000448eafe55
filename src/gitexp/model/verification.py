"""What does not hold of runs that were verified, and what could not be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Aspect = Literal[
    "record", "message", "artifact", "pointer", "bytes", "objects", "signature", "fingerprint", "packages", "fold",
    "remote",
]  # fmt: skip


class Breach(NamedTuple):
    """Something that does not hold, or where ``is_note``, that cannot be told here. ``mend`` is what to do about it."""

    aspect: Aspect
    run: str
    """The name of the run, or of a ref that is none of a run."""
    found: str
    path: str | None = None
    mend: str | None = None
    is_note: bool = False


class Verification(NamedTuple):
    """What was looked at, and what does not hold. ``elsewhere`` are artifacts whose bytes are not on this machine."""

    breaches: tuple[Breach, ...]
    runs: int
    objects: int
    bytes: int
    elsewhere: int
    elsewhere_bytes: int
    is_quick: bool = False
    asked: tuple[str, int] | None = None
    """The data remote that was asked, and for how many objects."""

    @property
    def holds(self) -> bool:
        """Whether nothing was found that does not hold; a note is no such thing."""
        return all(one.is_note for one in self.breaches)


def count_breaches(breaches: Iterable[Breach]) -> tuple[int, int]:
    """How many of them do not hold, and how many are notes."""
    found = [one.is_note for one in breaches]
    return found.count(False), found.count(True)
