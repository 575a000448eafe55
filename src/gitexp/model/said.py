"""What a run's message says of its params, metrics and tags, read when it is first asked for.

A listing of ten thousand runs shows twenty: reading the numbers of the others would take most of its time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.model.metrics import Summary
    from gitexp.model.values import Params, Scalar


class SaidValues(NamedTuple):
    """``more`` names the parts (``params``, ``metrics``, ``tags``) of which the manifest has more."""

    params: Params
    metrics: dict[str, Summary]
    tags: dict[str, Scalar]
    more: frozenset[str] = frozenset()


class Said:
    """Values that are read once, when they are first asked for. Equal when the values are.

    ``more`` is given where it is known before the rest is read.
    """

    __slots__ = ("_more", "_read", "_values")

    def __init__(self, read: Callable[[], SaidValues], more: frozenset[str] | None = None) -> None:
        self._read = read
        self._more = more
        self._values: SaidValues | None = None

    @property
    def source(self) -> Callable[[], SaidValues] | None:
        """What is to be called for the values; None once they are read."""
        return self._read if self._values is None else None

    @property
    def more(self) -> frozenset[str]:
        """The parts of which the manifest has more."""
        return self.values.more if self._more is None else self._more

    @property
    def values(self) -> SaidValues:
        """The values; reading them never fails: what cannot be read is among ``more``."""
        if self._values is None:
            self._values = self._read()
        return self._values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Said) and self.values == other.values

    def __hash__(self) -> int:
        return hash(self.values.more)

    def __repr__(self) -> str:
        return f"Said({self.values!r})"
