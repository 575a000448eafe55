"""Wanted files of a run put in their places, one by one: what cannot be had holds up no other."""

from __future__ import annotations

import errno
import hashlib
import os
from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.actions.fetch_apart import fetch_apart
from gitexp.actions.fetch_objects import MissingObject
from gitexp.data.artifact_keeper import ARTIFACTS
from gitexp.data.hashing import hash_file, hash_folder, walk_folder
from gitexp.data.known_hashes import KnownHashes
from gitexp.data.landing import enter_above, find_landing
from gitexp.data.placing import place_bytes, place_object
from gitexp.errors import BrokenObject, BrokenRecord, ExpError, ObjectDamaged, ObjectMissing, Refused, StorageFailed
from gitexp.model.paths import unquote_path
from gitexp.store.journal import local_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.fetch_apart import FetchedApart
    from gitexp.actions.wanted_files import WantedFile
    from gitexp.data.progress import TransferProgress
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

_NAMED = 3
_NAMES_REFUSED = (errno.EEXIST, errno.EILSEQ, errno.EINVAL, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOTDIR)
"""Too long here, or one that this file system does not have, or two that are one, as in a folder that nobody made."""
State = Literal["placed", "replaced", "there", "differing", "missing", "failed"]


class Outcome(NamedTuple):
    """What became of a wanted file. ``note`` is a word on a folder that has more, or other, than the run had."""

    wanted: WantedFile
    state: State
    error: ExpError | None = None
    missing: MissingObject | None = None
    note: str | None = None


class Manners(NamedTuple):
    """How files are placed. ``force``: a file that differs gives way. ``link``: read-only names instead of copies."""

    force: bool = False
    link: bool = False
    remote: str | None = None
    progress: TransferProgress | None = None


def place_wanted(
    store: RunStore, head: RunHead, wanted: Sequence[WantedFile], folder: str, manners: Manners
) -> list[Outcome]:
    """Puts files of a run below ``folder``, each where it is wanted, and says in their order what became of each.

    Nothing is overwritten unless it is to give way. A folder that is there in part is filled up. Raises StorageFailed
    where nothing can be written.
    """
    known = KnownHashes(local_folder(store.repository, "cache"))
    try:
        return FilePlacing(store, head, folder, manners, known).place_all(wanted)
    finally:
        known.close()


class FilePlacing:
    """One such work: what is looked for first is looked at again when it is put in its place."""

    __slots__ = ("_folder", "_head", "_known", "_manners", "_store", "_top")

    def __init__(self, store: RunStore, head: RunHead, folder: str, manners: Manners, known: KnownHashes) -> None:
        self._store = store
        self._head = head
        self._folder = folder
        self._manners = manners
        self._known = known
        top = store.repository.top
        inside = top is not None and os.path.join(os.path.realpath(folder), "").startswith(os.path.join(top, ""))
        self._top = top if inside else folder

    def place_all(self, wanted: Sequence[WantedFile]) -> list[Outcome]:
        """Says in their order what became of each."""
        found = [self._look(one) for one in wanted]
        absent = [one for one, outcome in zip(wanted, found, strict=True) if outcome is None]
        progress = self._manners.progress
        asked = [one.pointed for one in absent if not one.is_in_git]
        remote = self._manners.remote
        fetched = fetch_apart(self._store, asked, self._known, remote=remote, progress=progress)
        lost = {one.pointed: one for one in fetched.missing}
        if progress is not None and absent:
            progress.begin("placing", len(absent), sum(one.bytes or 0 for one in absent))
        try:
            return [
                outcome if outcome is not None else self._bring(one, fetched, lost.get(one.pointed))
                for one, outcome in zip(wanted, found, strict=True)
            ]
        finally:
            if progress is not None and absent:
                progress.end()

    def _look(self, one: WantedFile) -> Outcome | None:
        """What is known of it without its bytes; None where they are needed."""
        try:
            target = find_landing(self._folder, _split(one.place), one.path)
            if not os.path.lexists(target):
                return None
            if one.is_folder:
                return self._look_at_folder(one, target)
            return self._look_at_file(one, target)
        except ExpError as error:
            return Outcome(one, "failed", error)

    def _look_at_folder(self, one: WantedFile, target: str) -> Outcome | None:
        if not os.path.isdir(target):
            words = f"{self._show(one)} is no folder, and {one.path} of run {self._head.name} is one"
            return Outcome(one, "failed", Refused(words, hint=f"mv {self._show(one)} ELSEWHERE"))
        find_landing(self._folder, (*_split(one.place), "."), one.path)
        return Outcome(one, "there") if hash_folder(target, self._top, self._known).md5 == one.md5 else None

    def _look_at_file(self, one: WantedFile, target: str) -> Outcome | None:
        if os.path.isdir(target) and not os.path.islink(target):
            words = f"{self._show(one)} is a folder, and {one.path} of run {self._head.name} is a file"
            return Outcome(one, "failed", Refused(words, hint=f"mv {self._show(one)} ELSEWHERE"))
        md5 = one.md5 or hashlib.md5(read_small(self._store, self._head, one), usedforsecurity=False).hexdigest()
        if not os.path.islink(target) and hash_file(target, self._known).md5 == md5:
            return Outcome(one, "there")
        return None if self._manners.force else self._differ(one)

    def _show(self, one: WantedFile) -> str:
        """Where it is to lie, in the words in which the folder was given."""
        return os.path.normpath(os.path.join(self._folder, os.fsdecode(one.place)))

    def _differ(self, one: WantedFile, words: str | None = None) -> Outcome:
        said = words or f"{self._show(one)} is there, and is not {one.path} of run {self._head.name}"
        return Outcome(one, "differing", Refused(said, hint="--force replaces it; -o DIR puts it elsewhere"))

    def _bring(self, one: WantedFile, fetched: FetchedApart, lost: MissingObject | None) -> Outcome:
        if lost is not None:
            hint = lost.hint or fetched.hint
            return Outcome(one, "missing", ObjectMissing(one.path, lost.pointed.md5, lost.why, hint=hint), lost)
        progress = self._manners.progress
        try:
            # What was placed before it may lie in its place, or in the folder that it is.
            outcome = self._look(one) or self._place(one, fetched)
        except ObjectMissing as error:
            return Outcome(one, "missing", error, MissingObject(one.pointed, str(error.fields["why"])))
        except (BrokenObject, BrokenRecord, Refused) as error:
            return Outcome(one, "failed", error)
        except StorageFailed as error:
            if not _is_for_its_name(error):
                raise
            return Outcome(one, "failed", error)
        if progress is not None:
            progress.finish_object()
        return outcome

    def _place(self, one: WantedFile, fetched: FetchedApart) -> Outcome:
        parts = _split(one.place)
        target = find_landing(self._folder, parts, one.path)
        if one.is_folder and os.path.lexists(target):
            return self._fill(one, fetched, target)
        replaces = os.path.lexists(target)
        self._put(one.place, one, one.md5 or "", one.path, fetched, replaces)
        return Outcome(one, "replaced" if replaces else "placed")

    def _put(self, place: bytes, one: WantedFile, md5: str, name: str, fetched: FetchedApart, replaces: bool) -> None:
        progress = self._manners.progress
        with enter_above(self._folder, _split(place), name) as target:
            if one.is_in_git:
                place_bytes(read_small(self._store, self._head, one), target, replace=replaces)
            elif progress is not None:
                place_object(
                    fetched.objects, md5, target,
                    name=name, advance=progress.advance, link=self._manners.link, replace=replaces,
                )  # fmt: skip
            else:
                place_object(fetched.objects, md5, target, name=name, link=self._manners.link, replace=replaces)

    def _fill(self, one: WantedFile, fetched: FetchedApart, target: str) -> Outcome:
        """Brings what a folder lacks; files in it that differ stay, or give way."""
        listing = fetched.objects.read_listing(one.md5 or "")
        differing: list[str] = []
        state: State = "placed"
        for inside, md5 in listing.items():
            name = f"{one.path}/{inside}"
            place = one.place + b"/" + os.fsencode(inside)
            path = find_landing(self._folder, _split(place), name)
            if not os.path.lexists(path):
                self._put(place, one, md5, name, fetched, replaces=False)
            elif os.path.islink(path) or hash_file(path, self._known).md5 != md5:
                if os.path.isdir(path) or not self._manners.force:
                    differing.append(inside)
                else:
                    self._put(place, one, md5, name, fetched, replaces=True)
                    state = "replaced"
        try:
            more = [name for _, name in walk_folder(target, self._top) if name not in listing]
        except OSError as error:
            more = [error.strerror or str(error)]
        note = f"{one.path} has what the run did not have: {_name_some(more)}" if more else None
        if differing:
            words = f"{self._show(one)} is there, and in it differs from run {self._head.name}: {_name_some(differing)}"
            return self._differ(one, words)._replace(note=note)
        return Outcome(one, state, note=note)


def read_small(store: RunStore, head: RunHead, one: WantedFile) -> bytes:
    """The bytes of an artifact that Git has. Raises BrokenRecord, ObjectDamaged."""
    content = store.read_part(head, ARTIFACTS + unquote_path(one.path))
    if content is None:
        raise BrokenRecord(head.id, f"its artifact {one.path} is not in its tree", hint="git fsck")
    if one.md5 is not None and hashlib.md5(content, usedforsecurity=False).hexdigest() != one.md5:
        raise ObjectDamaged(one.path, one.md5, f"the commit {head.commit[:12]}")
    return content


def _split(place: bytes) -> tuple[str, ...]:
    return tuple(os.fsdecode(place).split("/"))


def _is_for_its_name(error: BaseException | None) -> bool:
    """Whether a file could not be written for what it is called: all others still can."""
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__
    return error is not None and error.errno in _NAMES_REFUSED


def _name_some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
