"""Objects written one by one, each on the disk before its id is given out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenObject, GitFailed, StorageFailed
from gitexp.git.command import run_git
from gitexp.git.commits import RawCommit, format_commit, parse_commit
from gitexp.git.loose import write_loose
from gitexp.git.signing import sign_commit
from gitexp.git.trees import TreeEntry, compose_tree, empty_tree, format_tree, parse_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType
    from typing import Self

    from dulwich.object_store import DiskObjectStore

    from gitexp.git.config import GitConfig
    from gitexp.git.repository import Repository

_TYPES = {"commit": 1, "tree": 2, "blob": 3}


class SignedCommit(NamedTuple):
    """A commit that should be signed; ``why_unsigned`` says why it is not, where it is not."""

    id: str
    why_unsigned: str | None


class ObjectWriter:
    """Writes objects into a repository and remembers them, to put back what a concurrent gc takes.

    Use it in a ``with`` statement: what it holds open is closed at the end. Every method raises StorageFailed when
    the disk is full or may not be written.
    """

    __slots__ = ("_repository", "_store", "_written")

    def __init__(self, repository: Repository, config: GitConfig | None = None) -> None:
        self._repository = repository
        self._store = _open_store(repository, config)
        self._written: dict[str, tuple[str, bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of what is held open. A store that is not closed prints a traceback for each open pack at the end."""
        self._store.close()

    def write_blob(self, data: bytes) -> str:
        """Writes a file's content."""
        return self._write("blob", data)

    def write_blob_file(self, path: str | bytes) -> str:
        """Writes a file's content as it is, without any filter; the whole file is held in memory."""
        with open(path, "rb") as file:
            return self._write("blob", file.read())

    def write_tree(self, entries: Iterable[TreeEntry | tuple[int, bytes, str]]) -> str:
        """Writes a tree of (mode, name, id), in any order."""
        return self._write("tree", format_tree(entries))

    def compose_tree(self, base: str | None, extra: Mapping[bytes, tuple[int, str]]) -> str:
        """Writes the tree ``base`` with further files, path → (mode, blob id); folders are made as needed."""
        entries = self.read_tree(base) if base is not None else ()
        return compose_tree(entries, extra, self.read_tree, self.write_tree)

    def write_commit(self, commit: RawCommit) -> str:
        """Writes a commit as it is given, unsigned unless it bears a signature."""
        return self._write("commit", format_commit(commit))

    def write_signed_commit(self, commit: RawCommit) -> SignedCommit:
        """Writes a commit signed as the user's Git is configured; unsigned, and saying why, where that fails."""
        try:
            object_id = sign_commit(self._repository, commit)
        except GitFailed as error:
            return SignedCommit(self.write_commit(commit), str(error.fields["stderr"]).strip() or error.message)
        self._written[object_id] = ("commit", self._read("commit", object_id))
        return SignedCommit(object_id, None)

    def read_tree(self, object_id: str) -> tuple[TreeEntry, ...]:
        """The entries of a tree. Raises BrokenObject, GitFailed when there is no such tree."""
        return parse_tree(self._read("tree", object_id), self._repository.id_length)

    def read_commit(self, object_id: str) -> RawCommit:
        """A commit. Raises BrokenObject, GitFailed when there is no such commit."""
        return parse_commit(self._read("commit", object_id))

    @property
    def written(self) -> frozenset[str]:
        """The ids of all that was written."""
        return frozenset(self._written)

    def ensure_present(self) -> tuple[str, ...]:
        """Holds what was written against the repository and writes again what is gone; returns those ids.

        Called after a ref has been set on the objects: until then ``git gc --prune=now`` may take them.
        """
        if not self._written:
            return ()
        asked = "\n".join(self._written).encode() + b"\n"
        question = ("cat-file", "--batch-check=%(objectname)", "--buffer")
        try:
            answers = run_git(self._repository, *question, stdin=asked)
        except GitFailed:  # an object went while Git looked at it
            answers = run_git(self._repository, *question, stdin=asked)
        gone = tuple(line.split()[0].decode() for line in answers.splitlines() if line.endswith(b" missing"))
        for object_id in gone:
            self._write(*self._written[object_id])
        return gone

    def _write(self, kind: str, data: bytes) -> str:
        try:
            object_id = write_loose(
                self._repository.objects_dir, kind, data, self._repository.object_format, self._share
            )
        except OSError as error:
            path = error.filename if isinstance(error.filename, str) else self._repository.objects_dir
            raise StorageFailed(path, error.strerror or str(error)) from error
        self._written[object_id] = (kind, data)
        return object_id

    def _share(self, path: str) -> None:
        from dulwich.file import adjust_shared_perm

        adjust_shared_perm(path, self._store.shared_perm)

    def _read(self, kind: str, object_id: str) -> bytes:
        if object_id in self._written:
            return self._written[object_id][1]
        if kind == "tree" and object_id == empty_tree(self._repository.object_format):
            return b""  # Git knows the empty tree without storing it
        from dulwich.objects import ObjectID

        try:
            number, data = self._store.get_raw(ObjectID(object_id.encode("ascii")))
        except KeyError:
            # Not there for dulwich: a partial clone that fetches on demand, or a pack made since the store was opened.
            try:
                return run_git(self._repository, "cat-file", kind, object_id)
            except GitFailed:  # it went into a pack while Git looked at its file
                return run_git(self._repository, "cat-file", kind, object_id)
        if number != _TYPES[kind]:
            raise BrokenObject(f"{object_id} is not a {kind}")
        return data


def _open_store(repository: Repository, config: GitConfig | None) -> DiskObjectStore:
    from dulwich.file import PERM_EVERYBODY, PERM_GROUP, SharedPerm
    from dulwich.object_format import OBJECT_FORMATS
    from dulwich.object_store import DiskObjectStore

    if config is not None:
        shared = config.get("core.sharedRepository") or ""
    else:
        shared = run_git(repository, "config", "--get", "core.sharedRepository", check=False).decode().strip()
    shared = shared.lower()
    permissions = None
    if shared in ("true", "group", "1"):
        permissions = PERM_GROUP
    elif shared in ("all", "world", "everybody", "2"):
        permissions = PERM_EVERYBODY
    elif shared.startswith("0") and shared.isdigit() and int(shared, 8) > 0:
        permissions = SharedPerm(tweak=int(shared, 8) & 0o666, replace=True)
    return DiskObjectStore(
        repository.objects_dir,
        object_format=OBJECT_FORMATS[repository.object_format],
        shared_perm=permissions,
    )
