"""Which of the files that a script kept are texts made for it, and these with their secrets hidden."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from gitexp.capture.redaction_flow import FlowingRedactor
from gitexp.data.regular_files import open_regular
from gitexp.format.frames import FILE, TEXT
from gitexp.model.paths import quote_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitexp.actions.begun import Begun
    from gitexp.capture.redaction import Redactor
    from gitexp.store.journal_records import Record

_CHUNK = 1 << 20


class SaidOfFiles:
    """What the script's records say of the files that it kept; of a path the last word counts."""

    __slots__ = ("_count", "_files", "_texts", "former")

    def __init__(self) -> None:
        self._count = 0
        self._texts: dict[str, int] = {}
        self._files: dict[str, tuple[int, str | None]] = {}
        """Source by path, and as how many-th word it was said."""
        self.former: dict[str, str] = {}
        """What files were called before their names were changed."""

    def hear(self, kind: str, *said: Any) -> None:
        """Takes what one record says. Raises TypeError and ValueError where it is not of its form."""
        self._count += 1
        path, *more = said
        if not isinstance(path, str):
            raise TypeError(path)
        if kind == TEXT:
            self._texts[path] = self._count
        elif kind == FILE:
            (source,) = more
            self._files[path] = (self._count, None if source is None else str(source))

    @property
    def texts(self) -> list[str]:
        """Paths of texts that were made for the script, and no file of its own has taken the place of."""
        nothing = (0, None)
        return [
            path
            for path, number in self._texts.items()
            if all(self._files.get(one, nothing)[0] < number for one in _walk_up(path))
        ]

    def hear_all(self, records: Iterable[Record]) -> None:
        """Takes all records, of whatever kind; those not of their form are passed over."""
        for record in records:
            if record[0] in {TEXT, FILE}:
                with contextlib.suppress(TypeError, ValueError):
                    self.hear(record[0], *record[2:])

    def find_source(self, path: str) -> str | None:
        """Where a file below artifacts/ was copied from, as far as that is known."""
        path = self.former.get(path, path)
        for folder in _walk_up(path):
            if folder in self._files:
                source = self._files[folder][1]
                return None if source is None else source + path[len(folder) :]
        return None


def _walk_up(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def hide_in_texts(folder: str, said: SaidOfFiles, prepared: Begun) -> None:
    """Puts in the place of each text the same with its secrets hidden. Raises OSError.

    That can be done again: whoever completes the run of a recording that died begins anew.
    """
    for path in said.texts:
        count = _hide(os.path.join(folder, *path.split("/")), f"{folder}.hidden", prepared.redactor)
        if count:
            shown = quote_path(os.fsencode(path))
            prepared.attempts.warn(f"{count} secret{'s' if count > 1 else ''} in artifact {shown} hidden")


def hide_in_paths(folder: str, said: SaidOfFiles, prepared: Begun) -> None:
    """Gives other names to files whose own hold secrets. Raises OSError. That can be done again as well."""
    found = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    paths = [os.path.relpath(path, folder).replace(os.sep, "/") for path in found]
    for path, new in prepared.redactor.redact_names(paths).items():
        source, target = (os.path.join(folder, *one.split("/")) for one in (path, new))
        os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
        os.rename(source, target)
        with contextlib.suppress(OSError):  # not empty yet
            os.removedirs(os.path.dirname(source))
        said.former[new] = path
        prepared.attempts.warn(f"artifact {quote_path(os.fsencode(new))} is called so to hide a secret in its name")


def _hide(path: str, made: str, redactor: Redactor) -> int:
    """How many secrets were in a file; where there were none it stays as it is. ``made`` is a path for the new one."""
    if not os.path.isfile(path) or os.path.islink(path):
        return 0
    flow = FlowingRedactor(redactor)
    for _ in _flow(path, flow):
        pass
    if not flow.hidden:
        return 0
    try:
        with open(made, "wb", opener=_open_private) as file:
            file.writelines(_flow(path, FlowingRedactor(redactor)))
        os.replace(made, path)
    finally:
        if os.path.lexists(made):
            os.unlink(made)
    return flow.hidden


def _flow(path: str, flow: FlowingRedactor) -> Iterator[bytes]:
    descriptor, _ = open_regular(path)
    with open(descriptor, "rb") as file:
        while chunk := file.read(_CHUNK):
            yield flow.feed(chunk)
    yield flow.finish()


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
