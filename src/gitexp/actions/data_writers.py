"""Which run wrote what another one read: found by the hash, in the manifests of all runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord, GitFailed, GitMissing
from gitexp.git.reading import read_objects
from gitexp.store.layout import MANIFEST, MOST_OF_A_MANIFEST

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.paths import TreePath
    from gitexp.store.runs import RunStore


class Writer(NamedTuple):
    """A run that wrote bytes of a hash, and the path under which it did."""

    head: RunHead
    path: TreePath


class WriterSearch:
    """Looks for the writers of hashes among runs; what was looked for once is remembered.

    ``unread`` says why some could not be looked for.
    """

    __slots__ = ("_found", "_heads", "_store", "unread")

    def __init__(self, store: RunStore, heads: Sequence[RunHead]) -> None:
        self._store = store
        self._heads = sorted(heads, key=lambda head: (head.started_at, head.id))
        self._found: dict[str, list[Writer]] = {}
        self.unread: list[str] = []

    def find(self, hashes: Collection[str]) -> dict[str, list[Writer]]:
        """The runs that wrote artifacts of these hashes, of each the oldest first.

        Only a manifest in which one of them stands is read as YAML.
        """
        new = {one for one in hashes if one not in self._found}
        self._found |= {one: [] for one in new}
        for head in self._name_any({one.encode() for one in new}) if new else ():
            try:
                run = self._store.load(head)
            except BrokenRecord as error:
                self.unread.append(error.message)
                continue
            for artifact in run.artifacts:
                if artifact.md5 in new:
                    self._found[artifact.md5].append(Writer(head, artifact.path))
        return {one: self._found[one] for one in hashes}

    def _name_any(self, wanted: Collection[bytes]) -> list[RunHead]:
        """The runs in whose manifest one of the hashes stands, for whatever."""
        named: list[RunHead] = []
        names = (f"{head.commit}:{MANIFEST.decode()}" for head in self._heads)
        answers = read_objects(self._store.repository, names, MOST_OF_A_MANIFEST)
        try:
            for head, found in zip(self._heads, answers, strict=True):
                if found.data is not None and any(one in found.data for one in wanted):
                    named.append(head)
        except GitMissing:
            raise
        except GitFailed as error:
            words = str(error.fields["stderr"]).strip().partition("\n")[0]
            self.unread.append(f"not every run could be asked what it wrote: {words}")
        return named
