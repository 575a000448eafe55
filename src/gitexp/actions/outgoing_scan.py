"""Everything that a push would send, read once and searched for secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.outgoing_paths import OutgoingPaths
from gitexp.capture.credential_files import HEAD_BYTES, is_credential_file, may_be_credential_file
from gitexp.capture.secret_batches import BATCH_BYTES, find_all_secrets, find_suspects, read_text
from gitexp.errors import BrokenObject
from gitexp.git.reading import read_objects
from gitexp.store.commit_forms import CommitForm, read_commit_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.git.outgoing import Outgoing
    from gitexp.git.reading import FoundObject
    from gitexp.git.repository import Repository
    from gitexp.model.settings import RedactionRules

# The words of detect-secrets, so that a line that one tool is told of need not be told to the other.
_THIS_LINE = re.compile(rb"pragma: ?(?:allow|white)list[ -]secret")
_NEXT_LINE = re.compile(rb"pragma: ?(?:allow|white)list[ -]nextline[ -]secret")


class RawFind(NamedTuple):
    """A find in one object. ``paths`` is empty in a message; ``line`` is None where the whole file is meant."""

    object_id: str
    paths: tuple[bytes, ...]
    line: int | None
    kind: str
    has_pragma: bool


class Scanned(NamedTuple):
    """What was read: the finds in order of their objects, the form of each commit, and how many bytes it was."""

    finds: tuple[RawFind, ...]
    commits: dict[str, CommitForm]
    bytes: int


class _Text(NamedTuple):
    object_id: str
    header_lines: int
    """Those of a commit or tag that are before its message."""
    is_file: bool


class _Scan:
    """Gathers texts until they are worth a search."""

    __slots__ = ("_data", "_marked", "_repository", "_rules", "_size", "_texts", "bytes", "commits", "finds", "paths")

    def __init__(self, repository: Repository, outgoing: Outgoing, rules: RedactionRules) -> None:
        self._repository = repository
        self._rules = rules
        self._texts: list[_Text] = []
        self._data: list[bytes] = []
        self._size = 0
        self._marked: set[str] = set()
        self.paths = OutgoingPaths(repository, outgoing)
        self.finds: list[RawFind] = []
        self.commits: dict[str, CommitForm] = {}
        self.bytes = 0

    def add(self, found: FoundObject) -> None:
        if found.id is None or found.data is None:
            raise BrokenObject(f"{found.name} is missing", hint="git fsck")
        self.bytes += len(found.data)
        if found.type == "tree":
            self.paths.add_tree(found.id, found.data)
            return
        data, header_lines = found.data, 0
        if found.type == "blob":
            data = read_text(data)
        else:
            header_lines = data.partition(b"\n\n")[0].count(b"\n") + 2
        if found.type == "commit":
            self.commits[found.id] = read_commit_form(data)
        self._texts.append(_Text(found.id, header_lines, found.type == "blob"))
        self._data.append(data)
        self._size += len(data)
        if self._size >= BATCH_BYTES:
            self.search()

    def search(self) -> None:
        """Searches what has been gathered."""
        for index in find_suspects(self._data, self._rules.patterns):
            self._look_into(self._texts[index], self._data[index])
        self._texts, self._data, self._size = [], [], 0

    def _look_into(self, text: _Text, data: bytes) -> None:
        found = find_all_secrets(data, self._rules.patterns)
        lines = data.split(b"\n") if found else []
        for finding in found:
            line = max(finding.line - text.header_lines, 1)
            excused = _has_pragma(lines, finding.line)
            self.finds.append(RawFind(text.object_id, (), line, finding.kind, excused))
        if text.is_file and not found:
            self._marked.add(text.object_id)

    def finish(self) -> Iterator[RawFind]:
        """All finds with their paths, and the files that are credentials as a whole."""
        self.search()
        yield from self._find_in_names()
        files = self.paths.files
        for find in self.finds:
            yield find._replace(paths=tuple(files.get(find.object_id, ())))
        globs = self._rules.files
        suspects = {
            object_id: named
            for object_id, paths in files.items()
            if object_id not in self.paths.links
            and (named := [path for path in paths if object_id in self._marked or may_be_credential_file(path, globs)])
        }
        for found in read_objects(self._repository, suspects):
            if found.data:  # an empty file tells nothing
                head = read_text(found.data)[:HEAD_BYTES]
                for path in suspects[found.name]:
                    why = is_credential_file(path, head, globs)
                    if why is not None:
                        yield RawFind(found.name, (path,), None, why, has_pragma=False)

    def _find_in_names(self) -> Iterator[RawFind]:
        names = list(self.paths.names)
        for index in find_suspects(names):
            object_id, path = self.paths.names[names[index]]
            for finding in find_all_secrets(names[index]):
                yield RawFind(object_id, (path,), None, finding.kind, has_pragma=False)


def scan_outgoing(repository: Repository, outgoing: Outgoing, rules: RedactionRules) -> Scanned:
    """Reads each outgoing object once and searches it: files, messages, and the names of files.

    Raises GitFailed, BrokenObject where an object is damaged or missing.
    """
    scan = _Scan(repository, outgoing, rules)
    for found in read_objects(repository, [*outgoing.commits, *(one.id for one in outgoing.objects)]):
        scan.add(found)
    return Scanned(tuple(scan.finish()), scan.commits, scan.bytes)


def _has_pragma(lines: list[bytes], line: int) -> bool:
    """Whether a line says of itself, or the one before it says of it, that its secret is none."""
    before = lines[line - 2] if line > 1 else b""
    return _THIS_LINE.search(lines[line - 1]) is not None or _NEXT_LINE.search(before) is not None
