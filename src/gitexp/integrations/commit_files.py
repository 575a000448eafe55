"""The files of one commit that another tracker made."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gitexp.errors import ParamsFileError
from gitexp.format.params_file import parse_params_file
from gitexp.git.tree_search import TreeSearch

if TYPE_CHECKING:
    from gitexp.actions.attempts import Attempts
    from gitexp.git.asking import ObjectAsker

MOST_BYTES = 16_000_000


class CommitFiles:
    """Reads the files of one commit."""

    __slots__ = ("_asker", "_commit")

    def __init__(self, asker: ObjectAsker, commit: str) -> None:
        self._asker = asker
        self._commit = commit

    def __call__(self, path: str, most: int = MOST_BYTES) -> bytes | None:
        """The content of a file; None where there is none, or a larger one."""
        if "\n" in path:
            return None
        found = self._asker.read(f"{self._commit}:{os.path.normpath(path).replace(os.sep, '/')}", most)
        return found.data if found.type == "blob" else None

    def list_tables(self, folder: str) -> list[str]:
        """The paths of the tables below a folder."""
        found = self._asker.read(f"{self._commit}:{folder}", MOST_BYTES) if "\n" not in folder else None
        if found is None or found.type != "tree" or found.id is None:
            return []
        return [
            f"{folder}/{os.fsdecode(path)}" for path in TreeSearch(self._asker, b".tsv", is_suffix=True).find(found.id)
        ]

    def params(self, path: str, attempts: Attempts | None = None) -> dict[str, Any] | None:
        """The params of a file; None where there are none to read."""
        data = self(path) if path.endswith((".yaml", ".yml", ".json", ".toml")) else None
        try:
            return parse_params_file(path, data, declared=False) if data is not None else None
        except ParamsFileError as error:
            if attempts is not None:
                attempts.warn(f"params of {error.message}")
            return None
