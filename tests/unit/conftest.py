"""A run that the tests themselves are part of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitexp.tracker.writer import WRITER
from kit.scripts import ScriptJournal

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator


@pytest.fixture
def journal(tmp_path: pathlib.Path) -> Iterator[ScriptJournal]:
    """The journal of a run that this process speaks of."""
    made = ScriptJournal.create(tmp_path / "live")
    WRITER.begin(str(made.folder))
    yield made
    WRITER.begin(None)
