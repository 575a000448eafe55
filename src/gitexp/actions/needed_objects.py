"""The objects that the runs of a repository need: what every run points at, the files of its folders among it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.fetch_objects import open_objects
from gitexp.errors import BrokenRecord, ObjectDamaged, ObjectMissing
from gitexp.git.named_files import read_named_files
from gitexp.model.pointed import list_pointed
from gitexp.model.registry import REGISTRY_FILE
from gitexp.store.folds import Folds, read_folds
from gitexp.store.gathering import read_other_tips

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gitexp.data.objects_here import ObjectsHere
    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.pointed import Pointed
    from gitexp.model.run import Run
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore

_HASH = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?:\.dir)?(?![0-9a-f])")


class RunNeeds(NamedTuple):
    """A run and what it points at."""

    head: RunHead
    run: Run
    pointed: tuple[Pointed, ...]


class Needed(NamedTuple):
    """What the runs need. ``folders`` has the hashes of the files of each folder whose listing is here.

    ``unlisted`` are artifacts that are folders whose listing is not here: nobody can tell which files they need.
    ``broken`` are runs, folds and listings that cannot be read: what they need is not known at all.
    """

    runs: tuple[RunNeeds, ...]
    folders: Mapping[str, frozenset[str]]
    others: frozenset[str]
    """Hashes that something else names: a registry."""
    unlisted: tuple[tuple[RunHead, Pointed], ...]
    broken: tuple[ExpError, ...]

    def expand(self, md5: str) -> Iterator[str]:
        """The hash itself and, for a folder whose listing is here, those of its files."""
        yield md5
        yield from self.folders.get(md5, ())

    @property
    def md5s(self) -> frozenset[str]:
        """Every hash that is needed, as far as it is known."""
        found = set(self.others)
        for needs in self.runs:
            for one in needs.pointed:
                found.update(self.expand(one.md5))
        for md5 in self.others:
            found.update(self.expand(md5))
        return frozenset(found)


def find_needed(
    store: RunStore,
    heads: Heads | None = None,
    advance: Callable[[], None] = lambda: None,
    *,
    are_all: bool = True,
) -> Needed:
    """Reads what every run points at: ended, folded, going and hidden ones, and each tip of those that have several.

    Runs that were erased need nothing. ``heads`` where they were read already; where they are not ``are_all`` runs,
    only what these point at is read. ``advance`` hears of each run. Raises GitFailed.
    """
    repository = store.repository
    known = store.heads() if heads is None else heads
    others = read_other_tips(read_folds(repository) if are_all else Folds({}), known)
    objects = open_objects(repository, store.project.path(repository))
    runs: list[RunNeeds] = []
    folders: dict[str, frozenset[str]] = {}
    unlisted: list[tuple[RunHead, Pointed]] = []
    broken: list[ExpError] = [*known.broken, *others.broken]
    for head, run in store.load_many((*known.runs, *others.runs)):
        advance()
        if isinstance(run, BrokenRecord):
            broken.append(run)
            continue
        needs = RunNeeds(head, run, list_pointed(run))
        runs.append(needs)
        for one in needs.pointed:
            try:
                is_known = not one.is_folder or _read_folder(objects, one.md5, folders)
            except ObjectDamaged as error:
                broken.append(error)
                continue
            # Data is never in our cache but where it was fetched, and then its listing came first.
            if not is_known and one.kind == "artifact":
                unlisted.append((head, one))
    named = _read_registries(store) if are_all else frozenset[str]()
    for md5 in named:
        try:
            if md5.endswith(".dir"):
                _read_folder(objects, md5, folders)
        except ObjectDamaged as error:
            broken.append(error)
    return Needed(tuple(runs), folders, named, tuple(unlisted), tuple(broken))


def _read_folder(objects: ObjectsHere, md5: str, folders: dict[str, frozenset[str]]) -> bool:
    if md5 not in folders:
        try:
            folders[md5] = frozenset(objects.read_listing(md5).values())
        except ObjectMissing:
            return False
    return True


def _read_registries(store: RunStore) -> frozenset[str]:
    """Every hash that a registry of the working tree names, in whatever form: a version is to keep its bytes."""
    found = read_named_files(store.repository, REGISTRY_FILE).values()
    return frozenset(one.decode("ascii") for content in found for one in _HASH.findall(content))
