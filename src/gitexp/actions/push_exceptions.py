"""What may leave although it looks like a secret: by path, by fingerprint, by a word on its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.git.globs import Globs

if TYPE_CHECKING:
    from collections.abc import Sequence

_PRAGMA = "pragma: allowlist secret"


class _Allowed(NamedTuple):
    """One exception: as it was written, where, and the glob that it is if it is no fingerprint."""

    text: str
    source: str
    folder: bytes
    globs: Globs


class PushExceptions:
    """The exceptions of one push: those of the settings, and those of the command line.

    Globs of the settings are relative to the folder of ``.exp.yaml``; those of the command line are held against paths
    as finds show them, from the top of the repository.
    """

    __slots__ = ("_allowed",)

    def __init__(self, folder: str, of_settings: Sequence[str], of_command: Sequence[str]) -> None:
        inside = b"" if folder == "." else folder.encode("utf-8", "surrogateescape") + b"/"
        self._allowed = [
            *(_Allowed(text, "push.allow in .exp.yaml", inside, Globs([text])) for text in of_settings),
            *(_Allowed(text, "--allow", b"", Globs([text])) for text in of_command),
        ]

    def explain(self, fingerprint: str, *, has_pragma: bool) -> str | None:
        """Why a find may leave wherever it stands; None where nothing says so."""
        if has_pragma:
            return _PRAGMA
        return next((_explain(one) for one in self._allowed if one.text == fingerprint), None)

    def explain_path(self, path: bytes) -> str | None:
        """Why whatever a file holds may leave."""
        for one in self._allowed:
            if path.startswith(one.folder) and one.globs.match(path[len(one.folder) :]):
                return _explain(one)
        return None


def _explain(one: _Allowed) -> str:
    return f"{one.source}: {one.text}"
