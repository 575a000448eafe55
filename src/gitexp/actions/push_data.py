"""The bytes that pushed runs point at, brought to a data remote: what is not there yet, and each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.data_remote import ask_data_remote, open_data_remote_of
from gitexp.actions.data_to_send import LostBytes, PointingRun, plan_sending
from gitexp.actions.fetch_objects import find_lost, open_objects
from gitexp.actions.outgoing_runs import choose_outgoing
from gitexp.actions.remote_runs import read_erased
from gitexp.data.known_hashes import KnownHashes
from gitexp.data.progress import SILENT
from gitexp.errors import BrokenRecord, NoStorage, StorageFailed, TransferFailed
from gitexp.store.journal import local_folder
from gitexp.store.known_there import NO_REMOTE, KnownThere
from gitexp.store.pointing import read_pointed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.actions.data_to_send import SendingPlan
    from gitexp.data.objects_here import ObjectsHere
    from gitexp.data.progress import TransferProgress
    from gitexp.data.remote import DataRemote
    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.model.storage import DataPlace
    from gitexp.store.runs import RunStore


class DataRequest(NamedTuple):
    """Which data remote; None: the one of the settings. ``anew``: it is asked even of what it is known to have."""

    remote: str | None = None
    dry_run: bool = False
    anew: bool = False


class DataReport(NamedTuple):
    """What became of the bytes. ``place`` is None where no remote was needed, or there is none.

    ``objects`` and ``bytes``: what went, or would go. ``lost``: what could not go and is not there.
    """

    place: DataPlace | None = None
    objects: int = 0
    bytes: int = 0
    lost: tuple[LostBytes, ...] = ()
    failed: ExpError | None = None
    """Why no more went, or nothing."""
    stays: str | None = None
    """What says that bytes are to stay here, where there are some."""
    broken: tuple[BrokenRecord, ...] = ()
    warnings: tuple[str, ...] = ()


def list_outgoing_heads(
    store: RunStore, texts: Sequence[str] | None, experiment: str | None, *, everything: bool
) -> tuple[RunHead, ...]:
    """The runs that a push of the same words is about. Raises what ``find_run`` raises."""
    return choose_outgoing(store, texts, experiment, read_erased(store), everything=everything).heads


def push_data(
    store: RunStore, heads: Sequence[RunHead], request: DataRequest, *, progress: TransferProgress | None = None
) -> DataReport:
    """Sends the bytes of runs that the data remote lacks. Raises nothing for what fails there: it is in the report.

    DVC is loaded, and a remote needed, only where a run points at something.
    """
    pointing, broken = _read_pointing(store, heads, request)
    report = DataReport(broken=broken)
    if not pointing:
        return report
    asked = ask_data_remote(store, request.remote)
    if asked.is_declined:
        return report._replace(stays=asked.why)
    known = KnownHashes(local_folder(store.repository, "cache"))
    try:
        remote = open_data_remote_of(store, asked)
        report = report._replace(place=remote.place)
        return _push(store, pointing, request, remote, known, report, progress if progress is not None else SILENT)
    except NoStorage as error:
        failed = _judge(store, pointing, error, known)
        if failed is None or failed.is_grave or request.anew:
            return report._replace(failed=failed and failed.error)
        return report._replace(warnings=(f"{failed.error.message}; hint: {failed.error.hint}",))
    except (TransferFailed, StorageFailed) as error:
        return report._replace(failed=error)
    finally:
        known.close()


def _read_pointing(
    store: RunStore, heads: Iterable[RunHead], request: DataRequest
) -> tuple[list[PointingRun], tuple[BrokenRecord, ...]]:
    """The runs that point at something, and what they do; those that do not are remembered."""
    light = KnownThere(store.repository, NO_REMOTE)
    found: list[PointingRun] = []
    broken: list[BrokenRecord] = []
    empty: list[str] = []
    with_data = store.settings.storage.data
    for head, pointed in read_pointed(store, [head for head in heads if head.commit not in light.runs]):
        if isinstance(pointed, BrokenRecord):
            broken.append(pointed)
        elif not pointed:
            empty.append(head.commit)
        else:
            wanted = tuple(one for one in pointed if with_data or one.kind != "data")
            if wanted:
                found.append(PointingRun(head, wanted, len(wanted) == len(pointed)))
    if not request.dry_run:
        _remember(light, runs=empty)
    return found, tuple(broken)


def _push(
    store: RunStore,
    pointing: Sequence[PointingRun],
    request: DataRequest,
    remote: DataRemote,
    known: KnownHashes,
    report: DataReport,
    progress: TransferProgress,
) -> DataReport:
    memory = KnownThere(store.repository, remote.key)
    if request.anew:
        memory.forget()
    waiting = [one for one in pointing if one.head.commit not in memory.runs]
    if not waiting:
        return report
    objects = open_objects(store.repository, store.project.path(store.repository))
    plan = plan_sending(store.repository, waiting, remote, memory.objects, objects, known)
    if request.dry_run:
        return report._replace(objects=plan.objects, bytes=plan.bytes, lost=plan.list_lost(waiting))
    warnings = _remember(memory, objects=plan.there)
    return _send(plan, waiting, memory, remote, objects, known, report._replace(warnings=warnings), progress)


def _send(
    plan: SendingPlan,
    waiting: Sequence[PointingRun],
    memory: KnownThere,
    remote: DataRemote,
    objects: ObjectsHere,
    known: KnownHashes,
    report: DataReport,
    progress: TransferProgress,
) -> DataReport:
    from gitexp.data.sending import Sent, send_objects

    warnings = set(report.warnings)

    def note(md5: str) -> None:
        warnings.update(_remember(memory, objects=[md5]))

    files = Sent({}, {}, None)
    listings = Sent({}, {}, None)
    if plan.objects:
        progress.begin("sending", plan.objects, plan.bytes)
        try:
            files = send_objects(remote, objects, list(plan.files), known=known, progress=progress, note=note)
            if files.failed is None:
                whole = plan.whole_folders(files.damaged)
                listings = send_objects(remote, objects, whole, known=known, progress=progress, note=note)
        finally:
            progress.end()
    there = plan.there_somewhere | files.objects.keys() | listings.objects.keys()
    done = [one.head.commit for one in waiting if one.is_all and all(it.md5 in there for it in one.pointed)]
    warnings.update(_remember(memory, runs=done))
    return report._replace(
        objects=len(files.objects) + len(listings.objects),
        bytes=sum(files.objects.values()) + sum(listings.objects.values()),
        lost=plan.list_lost(waiting, files.damaged),
        failed=files.failed or listings.failed,
        warnings=tuple(warnings),
    )


class Unsent(NamedTuple):
    """That there is no remote, said of what stays here. Grave for artifacts: of data the run's folder has the bytes."""

    error: NoStorage
    is_grave: bool


def _judge(store: RunStore, pointing: Sequence[PointingRun], error: NoStorage, known: KnownHashes) -> Unsent | None:
    """Whether it matters that there is no remote: not where none of the bytes are here, as in a colleague's clone."""
    objects = open_objects(store.repository, store.project.path(store.repository))
    wanted = {one.md5: one for run in pointing for one in run.pointed}
    lost = {one.md5 for one in find_lost(store.repository, objects, wanted.values(), known)}
    here = [one for md5, one in wanted.items() if md5 not in lost]
    if not here:
        return None
    runs = sum(any(one.md5 not in lost for one in run.pointed) for run in pointing)
    what = here[0].path if len(here) == 1 else f"{here[0].path} and {len(here) - 1} more"
    said = NoStorage(
        f"{what} of {runs} run{'s' * (runs != 1)} {'is' if len(here) == 1 else 'are'} not in Git and "
        f"{'stays' if len(here) == 1 else 'stay'} here: {error.message}",
        hint=f"{error.hint}; or exp push --no-data",
    )
    return Unsent(said, any(one.kind == "artifact" for one in here))


def _remember(memory: KnownThere, *, objects: Iterable[str] = (), runs: Iterable[str] = ()) -> tuple[str, ...]:
    """Remembers what is there; what keeps it from that costs time later, and is said."""
    try:
        memory.add(objects=objects, runs=runs)
    except StorageFailed as error:
        return (f"what the data remote has is not remembered: {error.message}",)
    return ()
