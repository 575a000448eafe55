"""The code of a run in the present working tree, after a backup of whatever would be lost."""

from __future__ import annotations

import shlex
import tempfile
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.named_run import find_run
from gitexp.capture.credential_files import is_credential_file
from gitexp.errors import BrokenRecord, GitFailed, NotARepository, Refused, RunNotFound, StorageFailed
from gitexp.git.objects import ObjectWriter
from gitexp.git.refs import RefChange, list_refs, resolve, update_refs
from gitexp.git.replacing import TreeReplacement, find_obstacles, list_changes
from gitexp.git.snapshot import take_snapshot
from gitexp.git.trees import empty_tree
from gitexp.git.unfinished import name_under_way
from gitexp.git.working_copy import open_working_copy
from gitexp.model.paths import quote_path
from gitexp.model.refs import BACKUPS, backup_ref
from gitexp.store.placed_code import read_placed, write_placed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from gitexp.git.replacing import Obstacle, TreeChange
    from gitexp.git.snapshot import Snapshot
    from gitexp.git.working_copy import WorkingCopy
    from gitexp.model.head import RunHead
    from gitexp.model.paths import TreePath
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

_NAMED = 5
_CLOCK_STEP_NS = 10_000_000
"""The clock of a file system goes in steps, and may be so far behind."""


class CheckedOutHere(NamedTuple):
    """The files of ``commit`` in the working tree ``folder``. ``head`` and ``run`` are None of a backup and of HEAD.

    ``backup`` is the commit that holds what was there, None where no edit was given up. ``staying`` are untracked
    files that the commit does not have.
    """

    folder: str
    commit: str
    head: RunHead | None
    run: Run | None
    written: tuple[str, ...]
    removed: tuple[str, ...]
    backup: str | None
    staying: tuple[str, ...]


class _Target(NamedTuple):
    commit: str
    head: RunHead | None
    name: str


def checkout_here(
    store: RunStore,
    text: str,
    experiment: str | None = None,
    *,
    force: bool = False,
    with_filters: bool = False,
    tell_backup: Callable[[str], None] = lambda commit: None,
) -> CheckedOutHere:
    """Gives the working tree the files of a run's snapshot, of a backup or of HEAD; HEAD, branch and index stay.

    Tracked files that it does not have are removed, and those that another run's code brought; other untracked files
    stay. Edits that are not committed are given up with ``force`` alone, and kept under a ref of their own first, of
    whose commit ``tell_backup`` hears before the first file is touched. Raises Refused where something is in the way,
    nothing being changed then; RunNotFound and its like; StorageFailed and GitFailed where only some files changed.
    """
    repository = store.repository
    if repository.top is None:
        raise NotARepository(repository.folder, "there is no working tree here", hint=f"exp checkout {text} DIR")
    under_way = name_under_way(repository)
    if under_way is not None:
        raise Refused(f"{under_way} is under way here", hint="git status  (says how to finish it)")
    target = _find_target(store, text, experiment)
    run = store.load(target.head) if target.head is not None else None
    began = time.time_ns() - _CLOCK_STEP_NS
    working_copy = open_working_copy(repository.top)
    if any(entry.kind == "unmerged" for entry in working_copy.status.entries):
        raise Refused("there are unmerged files here", hint="git status")
    with ObjectWriter(repository, working_copy.config) as writer:
        now = _take_snapshot(store, working_copy, writer)
        plan = _plan(store, working_copy, now, target)
        _refuse_obstacles(find_obstacles(repository, plan.changes, began), target)
        if plan.dirty and not force:
            raise Refused(
                f"{_count(plan.dirty)} here {'is' if len(plan.dirty) == 1 else 'are'} not committed and would be "
                f"changed: {_name_some(plan.dirty)}",
                hint=f"exp checkout --here {shlex.quote(text)} --force  (keeps what is there first)",
            )
        with TreeReplacement(repository, target.commit, plan.changes) as replacement:
            filters = () if with_filters else working_copy.config.filters()
            filtered = replacement.find_filtered(filters)
            if filtered:
                raise Refused(
                    f"{_count(filtered)} would go through the filter {next(iter(filtered.values()))}, which is not "
                    f"run unasked: {_name_some(list(filtered))}",
                    hint=f"exp checkout --here {shlex.quote(text)} --with-filters",
                )
            cleaned = replacement.find_cleaned(filters)
            if cleaned:
                raise Refused(
                    f"{_count(cleaned)} here went through the filter {next(iter(cleaned.values()))}, and what that "
                    f"took out would be lost: {_name_some(list(cleaned))}",
                    hint=f"exp checkout --here {shlex.quote(text)} --with-filters  (loses it)",
                )
            backup = _keep(store, now.commit, writer) if plan.dirty else None
            if backup is not None:
                tell_backup(backup)
            write_placed(repository, target.commit)
            try:
                replacement.apply(filters)
            except (StorageFailed, GitFailed) as error:
                error.hint = f"only some files were replaced; what was there: {_name_way_back(backup)}"
                raise
            return CheckedOutHere(
                folder=repository.top,
                commit=target.commit,
                head=target.head,
                run=run,
                written=tuple(map(quote_path, replacement.writes)),
                removed=tuple(map(quote_path, replacement.removes)),
                backup=backup,
                staying=plan.staying,
            )


class _Plan(NamedTuple):
    """What is to be done. ``dirty`` are paths among it with edits that neither HEAD nor a run's code has."""

    changes: list[TreeChange]
    dirty: list[bytes]
    staying: tuple[TreePath, ...]


def _plan(store: RunStore, working_copy: WorkingCopy, now: Snapshot, target: _Target) -> _Plan:
    repository = store.repository
    bases = [now.head if now.head is not None else empty_tree(repository.object_format), read_placed(repository)]
    edits = [{one.path for one in list_changes(repository, base, now.commit)} for base in bases if base is not None]
    own = set.intersection(*edits)
    untracked = {entry.path for entry in working_copy.status.entries if entry.kind == "untracked"}
    changes = list_changes(repository, now.commit, target.commit)
    staying = {one.path for one in changes if one.new_mode == 0 and one.path in untracked and one.path in own}
    changes = [one for one in changes if one.path not in staying]
    dirty = [one.path for one in changes if one.path in own and not one.is_submodule]
    return _Plan(changes, dirty, tuple(map(quote_path, sorted(staying))))


def _find_target(store: RunStore, text: str, experiment: str | None) -> _Target:
    try:
        head = find_run(store, text, experiment)
    except RunNotFound:
        commit = resolve(store.repository, text, peel="commit")
        backups = {one for _, one in list_refs(store.repository, BACKUPS)}
        if commit is None or (text != "HEAD" and commit not in backups):
            raise
        return _Target(commit, None, text)
    if head.snapshot is None:
        raise BrokenRecord(head.id, "its commit has no parent, and so no snapshot")
    return _Target(head.snapshot, head, head.name)


def _take_snapshot(store: RunStore, working_copy: WorkingCopy, writer: ObjectWriter) -> Snapshot:
    globs = store.settings.redaction.files

    def refuse(path: bytes, head: bytes) -> str | None:
        return is_credential_file(path, head, globs)

    with tempfile.TemporaryDirectory(prefix="gitexp-") as folder:
        return take_snapshot(working_copy, store.settings.snapshot, refuse, folder, writer)


def _refuse_obstacles(obstacles: Sequence[Obstacle], target: _Target) -> None:
    if not obstacles:
        return
    first = obstacles[0]
    more = f" and {len(obstacles) - 1} more" if len(obstacles) > 1 else ""
    path = quote_path(first.path)
    raise Refused(
        f"{path}{more} would be lost, for {target.name} has it otherwise: {first.why}", hint=f"mv {path} ELSEWHERE"
    )


def _keep(store: RunStore, commit: str, writer: ObjectWriter) -> str:
    """Holds a snapshot by a ref, unless one holds it already; its objects are there when the ref is."""
    if commit not in {one for _, one in list_refs(store.repository, BACKUPS)}:
        ref = backup_ref(datetime.now(UTC))
        update_refs(store.repository, [RefChange(ref, commit, None)], reason="exp checkout --here")
        writer.ensure_present()
    return commit


def _name_way_back(backup: str | None) -> str:
    """What to type. A file that was written in part is nobody's code, and so asks for --force."""
    return f"exp checkout --here {backup[:12] if backup is not None else 'HEAD'} --force"


def _count(paths: Collection[bytes]) -> str:
    return f"{len(paths)} file{'s' * (len(paths) != 1)}"


def _name_some(paths: Sequence[bytes]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(map(quote_path, paths[:_NAMED])) + more
