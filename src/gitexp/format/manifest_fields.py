"""A manifest's mappings, taken apart by type: what a remote sent is not believed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from gitexp.model.paths import TreePath

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Fields:
    """A mapping whose values are taken by type; a key that is absent or null gives None."""

    __slots__ = ("_place", "_values")

    def __init__(self, values: object, place: str) -> None:
        if not isinstance(values, dict):
            raise ValueError(f"{place or 'it'} is not a mapping")
        self._values = values
        self._place = place

    def _take(self, key: str, kinds: tuple[type, ...], word: str) -> Any:
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise ValueError(f"{self._place}{key} is not {word}")
        return value

    def has(self, key: str) -> bool:
        """Whether the key is there and not null."""
        return self._values.get(key) is not None

    def text(self, key: str) -> str | None:
        """Text."""
        value: str | None = self._take(key, (str,), "text")
        return value

    def need(self, key: str) -> str:
        """Text that has to be there."""
        value = self.text(key)
        if value is None:
            raise ValueError(f"{self._place}{key} is missing")
        return value

    def integer(self, key: str) -> int | None:
        """A whole number."""
        value: int | None = self._take(key, (int,), "a whole number")
        return value

    def number(self, key: str) -> int | float | None:
        """A number."""
        value: int | float | None = self._take(key, (int, float), "a number")
        return value

    def boolean(self, key: str) -> bool:
        """True or false; false where it is absent."""
        return bool(self._take(key, (bool,), "true or false"))

    def time(self, key: str) -> datetime | None:
        """A moment in UTC."""
        value = self._take(key, (datetime,), "a time")
        if value is None:
            return None
        moment: datetime = value
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)

    def mapping(self, key: str) -> dict[str, Any]:
        """A mapping; empty where it is absent."""
        value = self._take(key, (dict,), "a mapping")
        return {str(name): one for name, one in (value or {}).items()}

    def inside(self, key: str) -> Fields:
        """The fields of a mapping inside this one."""
        return Fields(self._values.get(key) or {}, f"{self._place}{key}.")

    def rows(self, key: str, read: Callable[[Fields], T]) -> tuple[T, ...]:
        """What is read from each mapping of a list."""
        value = self._take(key, (list,), "a list") or []
        return tuple(read(Fields(one, f"{self._place}{key}[{place}].")) for place, one in enumerate(value))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(key, (list,), "a list") or []
        if not all(isinstance(one, str) for one in value):
            raise ValueError(f"{self._place}{key} has an element that is not text")
        return tuple(value)

    def path(self, key: str) -> TreePath:
        """A path in a tree, as it stands."""
        # Names that Git refuses stand among what was left out, so a path is checked where something is written to
        # it and not where it is shown.
        return TreePath(self.need(key))
