"""The journal of a run that is going: ``<git common dir>/exp/live/<id>/``, never pushed, gone when the run is stored.

lock        held as long as somebody records the run; its time of change is the recorder's heartbeat
start       who began it, as JSON; written once the lock is held, so a journal without it is still being made
run.yaml    the manifest at the start, only where no live commit could be written
child       which processes it consists of, as JSON
known/      what was found out meanwhile: a manifest and the files of the environment, in the form of record/
output/     what the command wrote, as it came
ranks/      what each process of a distributed run printed, in files of torchrun's own
log/        what the script said through the API: frames, a file for each of its processes, which has it locked
system      the use of the machine: frames
artifacts/  files that the script kept through the API
partial/    files of which the script keeps a copy, until that is whole
annotations/  what was said of the run while it went: files of .exp/annotations; gone once it takes no more
stopped     by which signal exp stop ended it, and who did, as JSON
ended       how the command ended, as JSON
record/     the whole record, only where the run ended and the repository could not be written
request     what was asked of the recording, and which files were there before, as JSON
lost        that another host calls the run lost, for nothing was heard of it, as JSON
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import StorageFailed
from gitexp.store.file_lock import try_lock
from gitexp.store.machine import host_name

if TYPE_CHECKING:
    from gitexp.git.repository import Repository
    from gitexp.model.ids import RunId

JOURNAL_VARIABLE = "GITEXP_RUN"
"""The variable of the command's environment that holds the absolute path of the run's journal."""
_PRIVATE = 0o700
SPARE = "gitexp-"
"""How the name of a run's folder begins where it lies among the temporary files."""
_LOCK = "lock"
START = "start"
"""The file that makes a folder a journal."""


class JournalStart(NamedTuple):
    """What recovery has to know of a recording and no manifest says."""

    host: str
    boot: str
    """Which start of which kernel: containers of one machine have it in common, whatever they are called."""
    extract: bool
    """Whether metrics are read from the output."""
    traces: tuple[str, ...]
    """By what to know the run's secrets again, without saying them."""
    name: str = ""
    """The run's name, for the script to ask."""
    wall: float = 0.0
    """The start of the run in seconds since 1970."""
    monotonic: float = 0.0
    """The same moment by the clock of the journal's records, which all processes of a machine share."""
    repository: str = ""
    """The common Git folder, for a journal that lies elsewhere."""


class Journal(NamedTuple):
    """One run's journal, locked by this process."""

    folder: str
    lock: int

    @property
    def run_id(self) -> RunId:
        """The run that it is the journal of."""
        from gitexp.model.ids import RunId

        return RunId(os.path.basename(self.folder).removeprefix(SPARE))

    @property
    def output(self) -> str:
        """Where the command's output is spooled."""
        return os.path.join(self.folder, "output")

    @property
    def log(self) -> str:
        """Where the script's processes write what they say through the API."""
        return os.path.join(self.folder, "log")

    @property
    def artifacts(self) -> str:
        """Where files lie that the script kept through the API."""
        return os.path.join(self.folder, "artifacts")

    @property
    def partial(self) -> str:
        """Where such files are made; what is still there at the end is not whole."""
        return os.path.join(self.folder, "partial")

    @property
    def system(self) -> str:
        """The file of samples of the machine's use."""
        return os.path.join(self.folder, "system")

    @property
    def known(self) -> str:
        """The folder of what was found out while the command ran."""
        return os.path.join(self.folder, "known")

    @property
    def child(self) -> str:
        """The file that names the processes of the run."""
        return os.path.join(self.folder, "child")

    @property
    def ended(self) -> str:
        """The file that says how the command ended, once it has."""
        return os.path.join(self.folder, "ended")

    @property
    def manifest(self) -> str:
        """The manifest at the start, where no live commit holds it."""
        return os.path.join(self.folder, "run.yaml")

    def remove(self) -> None:
        """Lets the lock go and removes the folder."""
        # First what makes it a journal: where we are killed now, the rest is taken for one that was never made.
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(self.folder, START))
        os.close(self.lock)
        shutil.rmtree(self.folder, ignore_errors=True)

    def release(self) -> None:
        """Lets the lock go and leaves the folder to the next who comes."""
        os.close(self.lock)


def local_folder(repository: Repository, *parts: str) -> str:
    """A path below gitexp's own local folder; linked worktrees share it."""
    return os.path.join(repository.common_dir, "exp", *parts)


def open_journal(repository: Repository, run_id: RunId, start: JournalStart) -> Journal:
    """Makes the folder and takes the lock. Raises StorageFailed where nothing can be written."""
    return _open(local_folder(repository, "live", run_id), start)


def open_spare_journal(run_id: RunId, start: JournalStart) -> Journal:
    """A journal outside the repository, for a repository in which nothing can be written. Raises StorageFailed."""
    return _open(spare_folder(run_id), start)


def spare_folder(run_id: str) -> str:
    """Where a run's journal lies when the repository cannot be written. Raises StorageFailed."""
    import tempfile

    try:
        return os.path.join(tempfile.gettempdir(), SPARE + run_id)
    except FileNotFoundError as error:  # what Python says of a machine without any folder that may be written
        raise StorageFailed("the temporary folder", "none can be written") from error


def _open(folder: str, start: JournalStart) -> Journal:
    lock = -1
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        os.mkdir(folder, _PRIVATE)
        for name in ("output", "log", "artifacts", "annotations"):
            os.mkdir(os.path.join(folder, name), _PRIVATE)
        lock = os.open(os.path.join(folder, _LOCK), os.O_RDWR | os.O_CREAT, 0o600)
        if not try_lock(lock):
            raise StorageFailed(folder, "the journal is locked by another process")
        write_file(os.path.join(folder, START), json.dumps(start._asdict()).encode())
    except OSError as error:
        if lock >= 0:
            os.close(lock)
        shutil.rmtree(folder, ignore_errors=True)
        raise StorageFailed(folder, error.strerror or str(error)) from error
    return Journal(folder, lock)


def write_file(path: str, data: bytes) -> None:
    """Writes a file of a journal for nobody else to read. Raises OSError, also where a part was written."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        while data:
            data = data[os.write(file, data) :]
    finally:
        os.close(file)


def has_artifacts(journal: Journal) -> bool:
    """Whether the script kept any files, or was about to."""
    return any(map(_has_entries, (journal.artifacts, journal.partial)))


def _has_entries(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(entries)
    except OSError:
        return False


def is_own(found: os.stat_result) -> bool:
    """Whether a file or folder is this user's: what a journal holds is trusted, so nobody else may have written it."""
    return not hasattr(os, "getuid") or found.st_uid == os.getuid()


def newest_write(journal: Journal) -> float:
    """When something was last heard of a run: output, what the script said, the recorder's heartbeat; since 1970."""
    newest = os.stat(os.path.join(journal.folder, START)).st_mtime
    for path in (os.path.join(journal.folder, _LOCK), journal.system, journal.ended):
        with contextlib.suppress(FileNotFoundError):
            newest = max(newest, os.stat(path).st_mtime)
    for folder in (journal.output, journal.log, journal.known):
        with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
            newest = max([newest, *(entry.stat().st_mtime for entry in entries)])
    return newest


def read_start(folder: str) -> JournalStart | None:
    """What a journal says of its recording; None where it is not made yet, gone, or not ours to read."""
    try:
        with open(os.path.join(folder, START), "rb") as file:
            found = json.loads(file.read())
        return JournalStart(
            host=str(found["host"]),
            boot=str(found["boot"]),
            extract=found["extract"] is True,
            traces=tuple(map(str, found["traces"])),
            name=str(found.get("name", "")),
            wall=float(found.get("wall", 0.0)),
            monotonic=float(found.get("monotonic", 0.0)),
            repository=str(found.get("repository", "")),
        )
    except OSError:
        return None
    except (ValueError, KeyError, TypeError):  # torn by a power cut, after which the machine is another one
        return JournalStart(host_name(), "", extract=False, traces=())
