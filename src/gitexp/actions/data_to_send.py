"""What of the bytes that runs point at has to go to a data remote, held against what it has and what is here."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.fetch_objects import find_lost
from gitexp.errors import ObjectDamaged, ObjectMissing

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gitexp.data.known_hashes import KnownHashes
    from gitexp.data.objects_here import ObjectsHere
    from gitexp.data.remote import DataRemote
    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead
    from gitexp.model.pointed import Pointed

_NONE: Mapping[str, str] = MappingProxyType({})


class PointingRun(NamedTuple):
    """A run and what of it is to be on the remote; ``is_all``: that is all that it points at."""

    head: RunHead
    pointed: tuple[Pointed, ...]
    is_all: bool


class LostBytes(NamedTuple):
    """Something that runs point at whose bytes are neither here, or damaged here, nor on the remote."""

    pointed: Pointed
    runs: tuple[RunHead, ...]
    why: str


class SendingPlan(NamedTuple):
    """What is to go: ``files`` with their sizes, and ``folders``, by the hash of the listing the files that it names.

    ``there``: what lies in our folder of the remote; ``there_somewhere``: there, or, of data, in DVC's own area.
    ``lost``: what cannot go, and why.
    """

    files: dict[str, int]
    folders: dict[str, frozenset[str]]
    listing_bytes: int
    there: frozenset[str]
    there_somewhere: frozenset[str]
    lost: dict[str, str]

    @property
    def objects(self) -> int:
        """How many objects that is."""
        return len(self.files) + len(self.folders)

    @property
    def bytes(self) -> int:
        """And how many bytes."""
        return sum(self.files.values()) + self.listing_bytes

    def whole_folders(self, damaged: Collection[str]) -> list[str]:
        """The folders of which every file is there, once the others went."""
        return [md5 for md5, files in self.folders.items() if files.isdisjoint(damaged)]

    def list_lost(self, runs: Sequence[PointingRun], damaged: Mapping[str, str] = _NONE) -> tuple[LostBytes, ...]:
        """What is lost of which runs. ``damaged``: what did not go since its bytes are others, and where they lie."""
        found: dict[tuple[Pointed, str], list[RunHead]] = {}
        for run in runs:
            for one in run.pointed:
                why = self.lost.get(one.md5)
                bad = next((md5 for md5 in (one.md5, *self.folders.get(one.md5, ())) if md5 in damaged), None)
                if bad is not None:
                    why = f"its bytes here are damaged: what lies at {damaged[bad]} is not {bad}"
                if why is not None:
                    found.setdefault((one, why), []).append(run.head)
        return tuple(LostBytes(one, tuple(heads), why) for (one, why), heads in found.items())


def plan_sending(
    repository: Repository,
    runs: Sequence[PointingRun],
    remote: DataRemote,
    remembered: Collection[str],
    objects: ObjectsHere,
    known: KnownHashes,
) -> SendingPlan:
    """Finds what has to go. The remote is asked twice at most: of what runs name, and of the files of folders.

    Data may lie where DVC has it; an artifact lies in our folder, which DVC does not clean up. Raises TransferFailed.
    """
    wanted = {one.md5: one for run in runs for one in run.pointed}
    artifacts = {one.md5 for run in runs for one in run.pointed if one.kind == "artifact"}
    nowhere = f"neither here nor on {remote.place.url}"
    asked = [md5 for md5 in wanted if md5 not in remembered]
    found = remote.find(asked, [md5 for md5 in asked if md5 not in artifacts])
    own = found.own.union(md5 for md5 in wanted if md5 in remembered)
    somewhere = own | found.plain
    absent = [one for md5, one in wanted.items() if md5 not in somewhere]
    find_lost(repository, objects, absent, known)  # which takes files of the working tree for those that caches lack
    names: dict[str, frozenset[str]] = {}
    lost: dict[str, str] = {}
    files: list[str] = []
    for one in absent:
        if not one.is_folder:
            files.append(one.md5)
            continue
        try:
            names[one.md5] = frozenset(objects.read_listing(one.md5).values())
        except ObjectMissing:
            lost[one.md5] = f"its bytes are {nowhere}"
        except ObjectDamaged as error:
            lost[one.md5] = f"it is {nowhere}: {error.message}"
    inside = [md5 for md5 in dict.fromkeys(md5 for some in names.values() for md5 in some) if md5 not in own]
    more = remote.find([md5 for md5 in inside if md5 not in remembered], ())
    own = own.union(more.own, (md5 for md5 in inside if md5 in remembered))
    sizes: dict[str, int] = {}
    gone: set[str] = set()
    for md5 in dict.fromkeys((*files, *(md5 for md5 in inside if md5 not in own))):
        size = _measure(objects.find(md5))
        if size is None:
            gone.add(md5)
        else:
            sizes[md5] = size
    lost |= {md5: f"its bytes are {nowhere}" for md5 in files if md5 in gone}
    for md5, some in names.items():
        if few := len(some & gone):
            lost[md5] = f"the bytes of {few} of its {len(some)} files are {nowhere}"
    folders = {md5: some for md5, some in names.items() if md5 not in lost}
    listing_bytes = sum(len(objects.read_listing_bytes(md5)) for md5 in folders)
    return SendingPlan(sizes, folders, listing_bytes, own, own | somewhere, lost)


def _measure(path: str | None) -> int | None:
    """The size of a file; None for none, and for one that went meanwhile."""
    try:
        return os.path.getsize(path) if path is not None else None
    except OSError:
        return None
