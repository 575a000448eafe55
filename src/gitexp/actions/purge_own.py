"""Commits of the user's own that go with a run: nothing else leads to them any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.git.command import run_git
from gitexp.git.reading import read_objects
from gitexp.git.refs import list_refs
from gitexp.model.refs import parse_fold_ref
from gitexp.store.commit_forms import read_commit_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore


class OwnCommit(NamedTuple):
    """A commit that is neither a run's nor a snapshot: its id and its first line."""

    commit: str
    subject: str


def find_own_commits(store: RunStore, going: Sequence[RunHead], others: Iterable[RunHead]) -> tuple[OwnCommit, ...]:
    """The user's commits that only the runs ``going`` lead to, newest first; ``others`` are all further runs.

    One that was made on no branch, in a worktree that was removed since, is such a commit.
    """
    if not going:
        return ()
    refs = {head.ref for head in going}
    held = [tip for ref, tip in list_refs(store.repository, "refs/") if ref not in refs and parse_fold_ref(ref) is None]
    held += [head.snapshot for head in others if head.snapshot is not None]
    lines = [*(head.commit for head in going), *(f"^{one}" for one in dict.fromkeys(held))]
    listing = run_git(
        store.repository,
        "rev-list", "--ignore-missing", "--stdin", "--not", "HEAD", "--reflog",
        stdin="".join(f"{line}\n" for line in lines).encode("ascii"),
    )  # fmt: skip
    found = []
    for one in read_objects(store.repository, listing.decode("ascii").split()):
        form = read_commit_form(one.data or b"")
        if one.type == "commit" and form.is_own:
            found.append(OwnCommit(one.name, form.subject))
    return tuple(found)
