"""What recording tries: each step may fail, the run goes on, and the user is told."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from gitexp.errors import ExpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")


class Attempts:
    """Collects the warnings of a recording; safe to use from several threads."""

    __slots__ = ("_lock", "_warnings", "clean")

    def __init__(self) -> None:
        self._warnings: dict[str, None] = {}
        self._lock = threading.Lock()
        self.clean: Callable[[str], str] = str
        """What takes secrets out of a sentence: what failed may be quoted in it."""

    def warn(self, *sentences: str) -> None:
        """Adds warnings, each once."""
        with self._lock:
            self._warnings.update(dict.fromkeys(sentences))

    def extend(self, sentences: Iterable[str]) -> None:
        """Adds the warnings of a part."""
        self.warn(*sentences)

    def make(self, what: str, step: Callable[[], T], otherwise: T) -> T:
        """The result of a step, or ``otherwise`` and a warning that says what is missing and why.

        The one place where any exception is caught: whatever goes wrong while a run is recorded, the script is
        somebody's training and goes on.
        """
        try:
            return step()
        except Exception as error:  # noqa: BLE001
            self.warn_of(what, error)
        return otherwise

    def warn_of(self, what: str, error: Exception, *, with_hint: bool = False) -> None:
        """Adds a warning that says what is missing and why."""
        if isinstance(error, ExpError):
            self.warn(f"{what}: {error.message}" + (f" (hint: {error.hint})" if with_hint and error.hint else ""))
        elif isinstance(error, OSError):
            where = f"{error.filename}: " if error.filename else ""
            self.warn(f"{what}: {where}{error.strerror or error}")
        else:
            self.warn(f"{what}: {type(error).__name__}: {error} (a fault of gitexp; please report it)")

    @property
    def warnings(self) -> tuple[str, ...]:
        """All warnings, in order."""
        with self._lock:
            sentences = tuple(self._warnings)
        return tuple(map(self.clean, sentences))
