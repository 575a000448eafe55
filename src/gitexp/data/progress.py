"""What somebody is told while bytes are moved."""

from __future__ import annotations

from typing import Protocol


class TransferProgress(Protocol):
    """Hears how far a transfer is. Called from several threads."""

    def begin(self, what: str, objects: int, size: int) -> None:
        """So many objects and bytes are to be moved now; ``what`` says so in a word: ``sending``, ``fetching``."""

    def advance(self, size: int) -> None:
        """So many more bytes were moved."""

    def finish_object(self) -> None:
        """One more object is where it is to be."""

    def end(self) -> None:
        """All that was begun is done, or given up."""


class Silent:
    """Nobody is told."""

    def begin(self, what: str, objects: int, size: int) -> None:
        """Nothing."""

    def advance(self, size: int) -> None:
        """Nothing."""

    def finish_object(self) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


SILENT = Silent()
