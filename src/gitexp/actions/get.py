"""Artifacts and data of a run, brought into a folder or read as one stream."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.chosen_files import FileChoice
from gitexp.actions.fetch_objects import MissingObject, fetch_objects, open_objects
from gitexp.actions.named_run import find_run
from gitexp.actions.placing_files import Manners, place_wanted, read_small
from gitexp.actions.version_bytes import check_bytes, check_run, find_named_version
from gitexp.actions.wanted_files import RunFiles, list_files
from gitexp.data.hashing import CHUNK_BYTES, hash_file
from gitexp.errors import ExpError, ObjectDamaged, ObjectMissing, PartNotFound, Refused, TransferFailed, UsageError
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gitexp.actions.placing_files import Outcome
    from gitexp.actions.version_bytes import NamedVersion
    from gitexp.actions.wanted_files import Unavailable, WantedFile
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore


class GetRequest(NamedTuple):
    """What is to be brought: paths, or without any all of the run. ``data``: of its data, not of its artifacts."""

    run: str
    paths: tuple[str, ...] = ()
    data: bool = False
    experiment: str | None = None


class GotFiles(NamedTuple):
    """What became of each file. ``unfound``: paths that mean nothing. ``unkept``: what the run only names.

    ``version`` names the one in the registry by which the run was asked for.
    """

    head: RunHead
    run: Run
    outcomes: tuple[Outcome, ...]
    unfound: tuple[ExpError, ...]
    unkept: tuple[Unavailable, ...]
    version: str | None = None

    @property
    def errors(self) -> list[ExpError]:
        """What could not be had, each with what to type."""
        return [*self.unfound, *(_point(one, self.run) for one in self.outcomes if one.error is not None)]


def get_files(store: RunStore, request: GetRequest, folder: str, manners: Manners) -> GotFiles:
    """Brings files of a run below a folder, each checked against its hash; what cannot be had holds up no other.

    Raises RunNotFound and its like, PartNotFound where the run has nothing of the kind, StorageFailed, and Refused
    where the folder is Git's own, as the current one is in a bare repository.
    """
    _refuse_git(store, request.run, folder)
    head, run, request, version = _open(store, request)
    files, wanted, unfound = _choose(store, head, run, request, manners)
    wanted = check_bytes(version, wanted)
    outcomes = place_wanted(store, head, wanted, folder, manners) if wanted else []
    unkept = () if request.paths else files.unkept
    named = version.name if version is not None else None
    return GotFiles(head, run, tuple(outcomes), tuple(unfound), unkept, named)


def _open(store: RunStore, request: GetRequest) -> tuple[RunHead, Run, GetRequest, NamedVersion | None]:
    """The run that is meant; of a version its artifact alone, unless paths are named or its data is wanted."""
    version = find_named_version(store, request.run)
    head = find_run(store, request.run, request.experiment)
    if version is not None and not request.paths and not request.data:
        request = request._replace(paths=(f"{_up_to_top(store)}{version.artifact.path}",))
    run = store.load(head)
    check_run(version, run)
    return head, run, request, version


def _up_to_top(store: RunStore) -> str:
    """What leads from the current folder to the repository's: a path of the registry is seen from there."""
    return "../" * os.fsdecode(store.repository.prefix).count("/")


def _refuse_git(store: RunStore, run: str, folder: str) -> None:
    """A run may name any file: ``refs/heads/main``, or ``commondir``, which the next command of Git would obey."""
    repository = store.repository
    wanted = os.path.join(os.path.realpath(folder), "")
    top = os.path.join(os.path.realpath(repository.top), "") if repository.top is not None else None
    for place in dict.fromkeys((repository.git_dir, repository.common_dir)):
        inner = os.path.join(os.path.realpath(place), "")
        # A worktree may lie in there, as the one does in which a run is reproduced.
        is_worktree = top is not None and top.startswith(inner) and wanted.startswith(top)
        if wanted.startswith(inner) and not is_worktree:
            raise Refused(f"{folder} is a folder of Git's own, in {place}", hint=f"exp get {shlex.quote(run)} -o DIR")


def stream_file(store: RunStore, request: GetRequest, manners: Manners) -> Iterator[bytes]:
    """The bytes of one file, checked before the first of them is given.

    Raises UsageError where the paths mean more than one file, ObjectMissing, ObjectDamaged, PartNotFound.
    """
    head, run, request, version = _open(store, request)
    _, wanted, unfound = _choose(store, head, run, request, manners)
    if unfound:
        raise unfound[0]
    wanted = check_bytes(version, wanted)
    if len(wanted) != 1 or wanted[0].is_folder:
        what = f"{wanted[0].path} is a folder" if len(wanted) == 1 else f"{len(wanted)} files are meant"
        raise UsageError(f"-o - writes one file, and {what}", hint=f"exp get {head.id} -o DIR")
    one = wanted[0]
    if one.is_in_git:
        return iter([read_small(store, head, one)])
    fetched = fetch_objects(store, [one.pointed], remote=manners.remote, progress=manners.progress)
    source = fetched.objects.find(one.md5 or "")
    if source is None:
        lost = fetched.missing[0] if fetched.missing else MissingObject(one.pointed, "its bytes are not here")
        raise ObjectMissing(one.path, one.md5 or "", lost.why, hint=lost.hint or name_host(run))
    if hash_file(source).md5 != one.md5:
        raise ObjectDamaged(one.path, one.md5 or "", source)
    return _read_chunks(source)


def _read_chunks(path: str) -> Iterator[bytes]:
    with open(path, "rb", buffering=0) as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _choose(
    store: RunStore, head: RunHead, run: Run, request: GetRequest, manners: Manners
) -> tuple[RunFiles, list[WantedFile], list[ExpError]]:
    kinds = {"data"} if request.data else {"data", "artifact"} if request.paths else {"artifact"}
    files = list_files(run, kinds)
    choice = FileChoice(store, head, run, files, lambda one: _read_listing(store, one, manners))
    if not request.paths:
        if not files.wanted:
            raise _find_nothing(run, files, request)
        return files, choice.choose_all(), []
    chosen: list[WantedFile] = []
    unfound: list[ExpError] = []
    for text in request.paths:
        try:
            chosen += choice.choose(text)
        except ObjectMissing as error:
            unfound.append(_hint(error, run))
        except (PartNotFound, ObjectDamaged, TransferFailed) as error:
            unfound.append(error)
    return files, list(dict.fromkeys(chosen)), unfound


def _find_nothing(run: Run, files: RunFiles, request: GetRequest) -> PartNotFound:
    what = "data" if request.data else "artifacts"
    if files.unkept:
        first = files.unkept[0]
        return PartNotFound(run.name, f"{what} that were kept: {first.path}: {first.why}", hint=f"exp show {run.id}")
    if run.status is Status.RUNNING:
        return PartNotFound(run.name, f"{what} yet: it is going", hint=f"exp watch {run.id}")
    other = bool(list_files(run, {"artifact" if request.data else "data"}).wanted)
    hint = f"exp get {run.id}{'' if request.data else ' --data'}  (it has {'artifacts' if request.data else 'data'})"
    return PartNotFound(run.name, what, hint=hint if other else f"exp show {run.id}")


def _read_listing(store: RunStore, folder: WantedFile, manners: Manners) -> dict[str, str]:
    objects = open_objects(store.repository, store.project.path(store.repository))
    if objects.find(folder.md5 or "") is not None:
        return objects.read_listing(folder.md5 or "")
    fetched = fetch_objects(store, [folder.pointed], remote=manners.remote, progress=manners.progress)
    try:
        return fetched.objects.read_listing(folder.md5 or "")
    except ObjectMissing as error:
        lost = fetched.missing[0] if fetched.missing else MissingObject(folder.pointed, str(error.fields["why"]))
        raise ObjectMissing(folder.path, folder.md5 or "", lost.why, hint=lost.hint) from error


def _point(outcome: Outcome, run: Run) -> ExpError:
    assert outcome.error is not None
    return _hint(outcome.error, run) if isinstance(outcome.error, ObjectMissing) else outcome.error


def _hint(error: ObjectMissing, run: Run) -> ObjectMissing:
    if error.hint is None:
        error.hint = name_host(run)
    return error


def name_host(run: Run) -> str:
    """What is to be typed where a run was made, for its bytes to be had elsewhere."""
    return f"exp push {run.id}  (on {run.host}, where {run.user.name or 'somebody'} ran it)"


def list_targets(outcomes: Sequence[Outcome], folder: str) -> list[str]:
    """Where what was got lies: below ``folder``, in the words in which that was typed."""
    got = [one.wanted for one in outcomes if one.state in ("placed", "replaced", "there")]
    return [os.path.normpath(os.path.join(folder, os.fsdecode(one.place))) for one in got]
