"""Refs: read and moved by git itself, so that every way of storing them works."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import GitFailed, GitMissing, RefMoved
from gitexp.git.command import run_git, start_git

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.errors import ExpError
    from gitexp.git.repository import Repository

_SETTINGS = (
    # Git tries a held lock again, with growing pauses, for so many milliseconds; its own default is 100.
    ("core.filesRefLockTimeout", "3000"),
    ("core.packedRefsTimeout", "3000"),
    ("reftable.lockTimeout", "3000"),
)
# Git itself syncs no ref: a power cut could leave an empty one. It takes 3 ms for each. Unknown components are passed
# over by an older Git.
_LASTING = (*_SETTINGS, ("core.fsync", "reference"))
_MOVED = re.compile(
    r"cannot lock ref '([^']*)': (is at \S+ but expected \S+|reference already exists|unable to resolve reference.*"
    r"|reference is missing but expected.*|.*expected symref.*)"
)
_LOCKED = re.compile(r"Unable to create '([^']*\.lock)': File exists")
_AT_ONCE = 500


class RefChange(NamedTuple):
    """One ref from ``old`` to ``new``. ``old`` None: it must not exist; ``new`` None: it goes."""

    name: str
    new: str | None
    old: str | None


def update_refs(
    repository: Repository, changes: Iterable[RefChange], *, reason: str = "gitexp", is_lasting: bool = True
) -> None:
    """Makes all changes in one transaction, or none. Not ``is_lasting``: a power cut may take them.

    Raises RefMoved when a ref is not what ``old`` says, GitFailed when it cannot be written (a lock that stays held).
    """
    commands = b"".join(_command(repository, change) for change in changes)
    if not commands:
        return
    output = start_git(
        repository,
        "update-ref",
        "-m",
        reason,
        "--no-deref",
        "--stdin",
        "-z",
        stdin=commands,
        settings=_LASTING if is_lasting else _SETTINGS,
    ).collect()
    if output.status == 0:
        return
    moved = _MOVED.search(output.words)
    if moved:
        raise RefMoved(moved[1], moved[2])
    locked = _LOCKED.search(output.words)
    hint = f"another Git process holds {locked[1]}; when none runs, remove that file" if locked else None
    raise GitFailed("git update-ref", output.status, output.words, hint=hint)


def update_refs_apart(
    repository: Repository, changes: Sequence[RefChange], *, reason: str = "gitexp", is_lasting: bool = True
) -> dict[str, ExpError]:
    """Makes the changes in transactions of some hundreds. One that cannot be made does not hold up the others.

    Returns those, each with RefMoved or GitFailed.
    """
    failed: dict[str, ExpError] = {}
    waiting = [changes[start : start + _AT_ONCE] for start in range(0, len(changes), _AT_ONCE)]
    while waiting:
        some = waiting.pop()
        try:
            update_refs(repository, some, reason=reason, is_lasting=is_lasting)
        except GitMissing:
            raise
        except (RefMoved, GitFailed) as error:
            if len(some) == 1:
                failed[some[0].name] = error
            else:
                waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
    return failed


def pack_refs(repository: Repository) -> None:
    """Packs all refs, as ``git gc`` does: they are then on the disk, and read in one go. Raises GitFailed."""
    start_git(repository, "pack-refs", "--all", settings=_LASTING).finish()


def _command(repository: Repository, change: RefChange) -> bytes:
    name = change.name.encode()
    if change.new is None:
        if change.old is None:
            raise ValueError(f"{change.name}: neither an old nor a new value")
        return b"delete %s\0%s\0" % (name, change.old.encode())
    old = change.old if change.old is not None else repository.zero_id
    return b"update %s\0%s\0%s\0" % (name, change.new.encode(), old.encode())


def list_refs(repository: Repository, *prefixes: str) -> list[tuple[str, str]]:
    """The refs below the prefixes as (name, id), sorted by name. A prefix is a whole folder or a whole name."""
    return _list(repository, [prefix.rstrip("/") for prefix in prefixes])


def list_containing(repository: Repository, commit: str, prefix: str) -> list[tuple[str, str]]:
    """The refs below a prefix that lead to a commit."""
    return _list(repository, [f"--contains={commit}", prefix.rstrip("/")])


def _list(repository: Repository, arguments: Sequence[str]) -> list[tuple[str, str]]:
    listing = run_git(repository, "for-each-ref", "--format=%(objectname) %(refname)", *arguments)
    refs = []
    for line in listing.decode("utf-8", "surrogateescape").split("\n")[:-1]:
        object_id, _, name = line.partition(" ")
        refs.append((name, object_id))
    return refs


def resolve(repository: Repository, rev: str, *, peel: str | None = None) -> str | None:
    """The id that a revision names in Git's own grammar, None when it names nothing.

    ``peel`` asks for an object of that type (``commit``, ``tree``) behind it.
    """
    if not rev or rev.startswith("-") or "\0" in rev or "\n" in rev:
        return None
    name = f"{rev}^{{{peel}}}" if peel else rev
    found = run_git(repository, "rev-parse", "--verify", "--quiet", name, check=False).decode().strip()
    return found if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", found) else None


def is_ancestor(repository: Repository, commit: str, tip: str, *, may_lack: bool = False) -> bool:
    """Whether one commit is another one, or comes before it.

    Raises GitFailed where either is missing, unless it ``may_lack`` one: then it is False.
    """
    output = start_git(repository, "merge-base", "--is-ancestor", commit, tip).collect()
    if output.status not in (0, 1) and not may_lack:
        raise GitFailed("git merge-base", output.status, output.words)
    return output.status == 0


def find_merge_base(repository: Repository, one: str, other: str) -> str | None:
    """The commit at which two lines of history parted; None where none is known here. Raises GitFailed."""
    output = start_git(repository, "merge-base", one, other).collect()
    if output.status not in (0, 1):
        raise GitFailed("git merge-base", output.status, output.words)
    return output.out.decode("ascii").strip() or None
