"""One place of each kind, opened and edited by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contract.kinds import KINDS, Place

if TYPE_CHECKING:
    import pathlib


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A working tree of each kind, as the current folder."""
    made = KINDS[request.param](tmp_path, monkeypatch)
    monkeypatch.chdir(made.folder.path)
    return made
