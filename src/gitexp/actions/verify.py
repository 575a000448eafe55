"""Runs verified: their records, the objects that they lead to, and the bytes that they point at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.fetch_objects import open_objects
from gitexp.actions.named_run import find_runs
from gitexp.actions.needed_objects import find_needed
from gitexp.actions.verify_bytes import check_bytes
from gitexp.actions.verify_commits import check_folded, check_objects, check_signatures
from gitexp.actions.verify_records import check_records
from gitexp.errors import ObjectDamaged
from gitexp.git.config import read_config
from gitexp.model.verification import Breach, Verification

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.data.progress import TransferProgress
    from gitexp.errors import ExpError
    from gitexp.git.repository import Repository
    from gitexp.store.runs import RunStore


def verify_runs(
    store: RunStore,
    runs: Sequence[str] = (),
    *,
    experiment: str | None = None,
    quick: bool = False,
    ask_remote: bool = False,
    remote: str | None = None,
    progress: TransferProgress | None = None,
) -> Verification:
    """Verifies all runs, or those that specs name. ``quick`` reads no bytes of artifacts and of Git's objects.

    ``ask_remote`` asks the data remote (that of the settings, else ``remote``) for what the runs point at. Raises as
    ``find_runs`` does, GitFailed, and NoStorage and TransferFailed for the remote.
    """
    repository = store.repository
    heads = store.heads(indexed=False)
    if runs:
        chosen = tuple(find_runs(store, runs, experiment, heads))
        heads = heads._replace(runs=chosen, broken=(), removed=())
    needed = find_needed(store, heads, are_all=not runs)
    unread = [error for error in needed.broken if not isinstance(error, ObjectDamaged)]
    # A damaged listing is found among the bytes as well, where these are read.
    breaches = [_breach_of(error) for error in (needed.broken if quick else unread)]
    breaches += check_records(store, needed.runs, quick=quick)
    commits = [needs.head for needs in needed.runs]
    breaches += check_objects(repository, commits, quick=quick)
    breaches += check_signatures(repository, commits)
    breaches += check_folded(repository, commits)
    objects = open_objects(repository, store.project.path(repository))
    looked = check_bytes(objects, needed, quick=quick, has_remotes=_has_remotes(repository), progress=progress)
    breaches += looked.breaches
    asked: tuple[str, int] | None = None
    if ask_remote:
        from gitexp.actions.verify_remote import check_remote

        there = check_remote(store, needed, looked, remote)
        breaches += there.breaches
        asked = (there.place, there.objects)
    count = len({needs.head.id for needs in needed.runs}) + len(unread)
    return Verification(
        tuple(breaches), count, looked.objects, looked.bytes, looked.elsewhere, looked.elsewhere_bytes, quick, asked
    )


def _has_remotes(repository: Repository) -> bool:
    return any(key.startswith("remote.") and key.endswith(".url") for key, _ in read_config(repository).entries)


def _breach_of(error: ExpError) -> Breach:
    run = str(error.fields.get("run") or error.fields.get("path") or "")
    return Breach("bytes" if isinstance(error, ObjectDamaged) else "record", run, error.message, mend=error.hint)
