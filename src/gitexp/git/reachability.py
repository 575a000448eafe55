"""What refs hold: which commits, and which objects, would be lost without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.git.command import run_git

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.git.repository import Repository


def find_unheld(repository: Repository, commits: Iterable[str], prefix: str) -> frozenset[str]:
    """Those of the commits that no ref below a prefix holds, as Git sees it here: a shallow clone is cut off somewhere.

    Raises GitFailed where one of them is not here.
    """
    asked = frozenset(commits)
    if not asked:
        return asked
    lines = "".join(f"{commit}\n" for commit in asked)
    listing = run_git(
        repository, "rev-list", "--stdin", "--not", f"--glob={prefix.rstrip('/')}/*", stdin=lines.encode("ascii")
    )
    return asked.intersection(listing.decode("ascii").split())
