"""Room made beside a repository: objects that no run needs any more, and what died while it was made."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.needed_objects import find_needed
from gitexp.data.cache import Cache
from gitexp.data.cache_lock import read_clock
from gitexp.data.cached_objects import list_folders, list_objects, list_staged, remove_folders, remove_objects
from gitexp.errors import Refused
from gitexp.model.pointed import FOLDER_SUFFIX
from gitexp.store.journal import START, local_folder, read_start
from gitexp.store.journals import is_held, list_journals
from gitexp.store.machine import is_here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from gitexp.actions.needed_objects import Needed
    from gitexp.data.cached_objects import CachedObject, LocalFolder
    from gitexp.git.repository import Repository
    from gitexp.store.runs import RunStore

GRACE = timedelta(hours=1)
"""What was stored so lately is kept: a run that is being stored right now may need it."""
UNUSED_ENVIRONMENT = timedelta(days=30)
_SLACK = 3_600.0
"""Seconds by which the clocks of a machine and of its file server may differ."""


class Room(NamedTuple):
    """What nobody needs and may go, or went where ``is_done``; and what is kept, and why.

    ``young`` are objects that nobody needs and that were stored lately; ``unsure`` are those that a folder may need
    whose listing is not here: ``unlisted`` says of which runs. ``waiting`` are runs that are not stored yet and whose
    journal nobody completes here: what was stored since they began is among the ``young``.
    """

    objects: tuple[CachedObject, ...]
    staged: tuple[LocalFolder, ...]
    environments: tuple[LocalFolder, ...]
    young: tuple[CachedObject, ...]
    unsure: tuple[CachedObject, ...]
    unlisted: tuple[tuple[str, str], ...]
    waiting: tuple[str, ...]
    needed: tuple[CachedObject, ...]
    is_done: bool = False


def make_room(
    store: RunStore,
    *,
    delete: bool,
    grace: timedelta = GRACE,
    advance: Callable[[], None] = lambda: None,
) -> Room:
    """Finds what nobody needs and, where ``delete``, removes it; nothing else, whatever happens meanwhile.

    Raises Refused while a run goes and where a run, fold or listing cannot be read: what it needs is not known then.
    Raises StorageFailed.

    A run that begins, or is stored, while this works loses nothing: who stores an object that is here already makes
    it a new one, under the lock under which each is looked at again before it is removed.
    """
    repository = store.repository
    cache = Cache(local_folder(repository, "cache"))
    os.makedirs(cache.root, exist_ok=True)
    now = read_clock(cache.root)
    # Before refs are read: the run of a journal that has gone by then has its ref.
    waiting, since = _check_journals(repository)
    before = min(now - grace.total_seconds(), *(moment - _SLACK for moment in since), now)
    needed = find_needed(store, advance=advance)
    _check_readable(needed)
    room = _sort(list_objects(cache), needed, before)
    room = room._replace(
        staged=tuple(one for one in list_staged(cache) if one.written < before),
        environments=tuple(
            one
            for one in list_folders(local_folder(repository, "environments"))
            if one.written < min(before, now - UNUSED_ENVIRONMENT.total_seconds())
        ),
        unlisted=tuple((head.name, one.path) for head, one in needed.unlisted),
        waiting=tuple(waiting),
    )
    if not delete:
        return room
    removed = tuple(remove_objects(cache, room.objects, before))
    return room._replace(
        objects=removed,
        staged=tuple(remove_folders(room.staged, before)),
        environments=tuple(remove_folders(room.environments, before)),
        is_done=True,
    )


def _sort(objects: Iterable[CachedObject], needed: Needed, before: float) -> Room:
    md5s = needed.md5s
    # No file is larger than the folder that it is in; of a folder of unknown size any may be one.
    sizes = [one.bytes for _, one in needed.unlisted]
    may_need = max((float("inf") if size is None else size for size in sizes), default=-1)
    free: list[CachedObject] = []
    young: list[CachedObject] = []
    unsure: list[CachedObject] = []
    kept: list[CachedObject] = []
    for one in objects:
        if one.md5 in md5s:
            kept.append(one)
        elif one.stored >= before:
            young.append(one)
        elif one.bytes <= may_need and not one.md5.endswith(FOLDER_SUFFIX):
            unsure.append(one)
        else:
            free.append(one)
    return Room(tuple(free), (), (), tuple(young), tuple(unsure), (), (), tuple(kept))


def _check_journals(repository: Repository) -> tuple[list[str], list[float]]:
    """The runs that are not stored and that nobody records here, and since when. Raises Refused while a run goes."""
    waiting: list[str] = []
    since: list[float] = []
    for folder in list_journals(repository):
        run_id = os.path.basename(folder)[-10:]
        start = read_start(folder)
        if (start is None or is_here(start.host, start.boot)) and is_held(folder):
            raise Refused(f"run {run_id} is going: nothing is removed meanwhile", hint=f"exp watch {run_id}")
        try:
            place = os.path.join(folder, START) if start is not None else folder
            since.append(os.stat(place).st_mtime)
        except FileNotFoundError:  # it was stored just now, and its ref is there
            continue
        waiting.append(run_id)
    return waiting, since


def _check_readable(needed: Needed) -> None:
    if not needed.broken:
        return
    first = needed.broken[0]
    more = f", nor can {len(needed.broken) - 1} others" if len(needed.broken) > 1 else ""
    raise Refused(
        f"nothing is removed, for it is not known what is needed: {first.message}{more}",
        hint="exp verify --quick",
    )
