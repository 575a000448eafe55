"""What ``git status --porcelain=v2 -z`` says, as values."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gitexp.errors import GitFailed

LIST_STATUS = (
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--untracked-files=all",
    "--no-renames",
    "--ignore-submodules=none",
    "--no-ahead-behind",
)
STATUS_SETTINGS = (
    ("status.relativePaths", "false"),
    ("status.showStash", "false"),
    ("advice.statusUoption", "false"),
)

Kind = Literal["changed", "unmerged", "untracked", "ignored"]


class StatusEntry(NamedTuple):
    """One path that is not as HEAD has it. Paths are relative to the top of the working tree.

    ``staged`` is the change from HEAD to index, ``unstaged`` that from index to working tree: one letter each, '.'
    for none. ``submodule`` is Git's field of four characters, ``N...`` for what is none. A mode of 0: not there.
    """

    kind: Kind
    path: bytes
    staged: str = "."
    unstaged: str = "."
    submodule: str = "N..."
    mode_head: int = 0
    mode_index: int = 0
    mode_worktree: int = 0
    id_index: str | None = None

    @property
    def is_submodule(self) -> bool:
        """Whether Git knows the path as a submodule."""
        return self.submodule[0] == "S"

    @property
    def is_new(self) -> bool:
        """Whether no commit holds the path yet."""
        return self.mode_head == 0


class Status(NamedTuple):
    """The state of a working tree. ``commit`` is None before the first one, ``branch`` None on a detached HEAD."""

    commit: str | None
    branch: str | None
    entries: tuple[StatusEntry, ...]


def parse_status(listing: bytes) -> Status:
    """Reads what Git printed. Raises GitFailed at what no version of the format knows."""
    commit: str | None = None
    branch: str | None = None
    entries: list[StatusEntry] = []
    items = iter(listing.split(b"\0")[:-1])
    for item in items:
        kind = item[:2]
        if kind == b"? ":
            entries.append(StatusEntry("untracked", item[2:]))
        elif kind == b"1 ":
            entries.append(_changed(item.split(b" ", 8)))
        elif kind == b"2 ":
            # Renames are switched off. Should one come all the same: its new name, and the old one as deleted.
            fields = item.split(b" ", 9)
            entries.append(_changed([*fields[:8], fields[9]]))
            entries.append(StatusEntry("changed", next(items), "D", ".", mode_head=int(fields[3], 8)))
        elif kind == b"u ":
            entries.append(_unmerged(item.split(b" ", 10)))
        elif kind == b"! ":
            entries.append(StatusEntry("ignored", item[2:]))
        elif item.startswith(b"# branch.oid "):
            commit = _unless(item[13:], b"(initial)")
        elif item.startswith(b"# branch.head "):
            branch = _unless(item[14:], b"(detached)")
        elif not item.startswith(b"# "):
            raise GitFailed("git status", 0, f"a line that gitexp cannot read: {item[:100]!r}")
    return Status(commit, branch, tuple(entries))


def _changed(fields: list[bytes]) -> StatusEntry:
    _, letters, submodule, mode_head, mode_index, mode_worktree, _, id_index, path = fields
    return StatusEntry(
        "changed",
        path,
        chr(letters[0]),
        chr(letters[1]),
        submodule.decode("ascii"),
        int(mode_head, 8),
        int(mode_index, 8),
        int(mode_worktree, 8),
        id_index.decode("ascii"),
    )


def _unmerged(fields: list[bytes]) -> StatusEntry:
    _, letters, submodule, _, mode_ours, _, mode_worktree, *_, path = fields
    # "Ours" is HEAD's side. No side is what the working tree has, so there is no index entry to speak of.
    return StatusEntry(
        "unmerged",
        path,
        chr(letters[0]),
        chr(letters[1]),
        submodule.decode("ascii"),
        mode_head=int(mode_ours, 8),
        mode_worktree=int(mode_worktree, 8),
    )


def _unless(value: bytes, nothing: bytes) -> str | None:
    return None if value == nothing else value.decode("utf-8", "surrogateescape")
