"""Which filter of Git's a path goes through, and which of them cannot be run here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.git.repository import Repository
    from gitexp.git.working_copy import WorkingCopy


class FilterNames:
    """The filters of paths, asked of Git only for those paths where it matters."""

    __slots__ = ("_configured", "_repository", "broken")

    def __init__(self, repository: Repository, configured: Sequence[str], broken: Iterable[str]) -> None:
        self._repository = repository
        self._configured = configured
        self.broken = frozenset(broken)

    def of(self, path: bytes) -> str | None:
        """The configured filter of one path."""
        return self.of_all([path]).get(path)

    def of_all(self, paths: Sequence[bytes]) -> dict[bytes, str]:
        """The configured filter of each path that has one."""
        if not paths or not self._configured:
            return {}
        asked = b"".join(path + b"\0" for path in paths)
        words = run_git(self._repository, "check-attr", "--stdin", "-z", "filter", stdin=asked).split(b"\0")[:-1]
        found = zip(words[0::3], words[2::3], strict=True)
        names = {path: name.decode("utf-8", "surrogateescape") for path, name in found}
        return {path: name for path, name in names.items() if name in self._configured}


def filters_of(working_copy: WorkingCopy) -> FilterNames:
    """The filters of a working copy. Git LFS that is configured and not installed counts as broken from the start."""
    configured = working_copy.config.filters()
    broken = set(working_copy.broken_filters)
    if "lfs" in configured and _program(working_copy, "lfs") == "git-lfs":
        import shutil

        if shutil.which("git-lfs") is None:
            broken.add("lfs")
    return FilterNames(working_copy.repository, configured, broken)


def _program(working_copy: WorkingCopy, name: str) -> str:
    values = [working_copy.config.get(f"filter.{name}.{key}") or "" for key in ("process", "clean")]
    return (values[0] or values[1]).partition(" ")[0]
