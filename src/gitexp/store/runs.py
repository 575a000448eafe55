"""The runs of a repository, read: listed from their commits alone, opened one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenObject, BrokenRecord, GitFailed, GitMissing, NewerFormat
from gitexp.format.message_reading import MessageError, parse_message
from gitexp.git.commits import parse_commit
from gitexp.git.reading import find_absent, list_tree, read_objects, read_path
from gitexp.git.repository import open_repository
from gitexp.model.annotations import apply_annotations
from gitexp.model.head import RunHead
from gitexp.model.paths import quote_path
from gitexp.model.refs import parse_run_ref
from gitexp.model.run import Status, User
from gitexp.store.layout import ANNOTATIONS, MANIFEST, MOST_OF_A_MANIFEST, RECORD, folded_path
from gitexp.store.project import Project, find_project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gitexp.errors import ExpError
    from gitexp.git.reading import ListedEntry, RefCommit
    from gitexp.git.repository import Repository
    from gitexp.model.annotations import Annotation
    from gitexp.model.refs import Experiment
    from gitexp.model.run import Run
    from gitexp.model.settings import Settings


class Heads(NamedTuple):
    """Every run of a listing, newest first, and those that could not be read."""

    runs: tuple[RunHead, ...]
    broken: tuple[BrokenRecord, ...]
    removed: tuple[RunHead, ...] = ()
    """Runs that somebody erased for good and that are still here: no listing shows them."""


class RunStore(NamedTuple):
    """The runs of one repository, seen from one project."""

    repository: Repository
    project: Project

    @property
    def settings(self) -> Settings:
        """The project's settings."""
        return self.project.settings

    @property
    def experiment(self) -> Experiment:
        """The present experiment: that of the settings, else ``default``."""
        return self.settings.experiment

    def heads(self, experiment: str | None = None) -> Heads:
        """All runs, ended, folded and going, of one experiment or of all.

        Where a run is both ended and live the ended one is given, and a ref of its own goes before a fold. A run that
        cannot be read is told, never raised.
        """
        from gitexp.store.gathering import gather_heads

        return gather_heads(self.repository, experiment)

    def load(self, head: RunHead) -> Run:
        """The whole manifest of a run, and what was said of it since. Raises BrokenRecord."""
        data = self.read_part(head, MANIFEST, MOST_OF_A_MANIFEST)
        if data is None:
            raise BrokenRecord(head.id, "it has no .exp/run.yaml")
        return self._parse(head, data)

    def load_many(self, heads: Sequence[RunHead]) -> Iterator[tuple[RunHead, Run | BrokenRecord]]:
        """The manifests of runs in their order, through one pipe; in place of one that cannot be read, why."""
        waiting = list(heads)
        said = self._read_said(waiting)
        while waiting:
            done = 0
            try:
                names = (f"{head.commit}:{MANIFEST.decode()}" for head in waiting)
                for head, found in zip(waiting, read_objects(self.repository, names, MOST_OF_A_MANIFEST), strict=True):
                    done += 1
                    yield head, self._try_load(head, found.data if found.type == "blob" else None, said)
            except GitMissing:
                raise
            except GitFailed:
                if done == len(waiting):
                    raise
                # Git dies at an object that is damaged: the run of this one alone is told, and the next one goes on.
                yield waiting[done], self._try_load(waiting[done], None, said)
                done += 1
            waiting = waiting[done:]

    def _read_said(self, heads: Sequence[RunHead]) -> Mapping[str, tuple[Annotation, ...]]:
        """What was said of many runs, by commit; nothing where an object is damaged: each is then read by itself."""
        from gitexp.store.annotations import read_all_annotations

        commits = [head.commit for head in heads if head.annotated and head.fold is None]
        try:
            found = read_all_annotations(self.repository, commits) if len(commits) > 1 else {}
        except GitMissing:
            raise
        except (GitFailed, BrokenObject):
            return {}
        return {commit: annotations for commit, (annotations, _) in found.items()}

    def _try_load(
        self, head: RunHead, data: bytes | None, said: Mapping[str, tuple[Annotation, ...]]
    ) -> Run | BrokenRecord:
        try:
            return self.load(head) if data is None else self._parse(head, data, said.get(head.commit))
        except BrokenRecord as error:
            return error

    def _parse(self, head: RunHead, data: bytes, said: tuple[Annotation, ...] | None = None) -> Run:
        from gitexp.format.manifest_reading import parse_manifest

        run = parse_manifest(data, head.id)
        if run.id != head.id:
            raise BrokenRecord(head.id, f"its manifest is that of {run.id}")
        if not head.annotated:
            return run
        return apply_annotations(run, self.annotations(head)[0] if said is None else said)

    def annotations(self, head: RunHead) -> tuple[tuple[Annotation, ...], tuple[str, ...]]:
        """What was said of a run after it ended, and why a file there could not be read. Raises BrokenRecord."""
        from gitexp.store.annotations import read_annotations

        try:
            tree, record = self._place(head)
            return read_annotations(self.repository, tree, record + ANNOTATIONS.removeprefix(RECORD))
        except GitFailed as error:
            raise _damaged(head, error) from error

    def read_part(self, head: RunHead, path: bytes, most: int | None = None) -> bytes | None:
        """The bytes of a file of the run's tree (``.exp/output.log``); None when it is not there.

        Raises BrokenRecord where an object on the way to it is damaged.
        """
        try:
            tree, record = self._place(head)
            place = record + path.removeprefix(RECORD) if path.startswith(RECORD) else path
            data = read_path(self.repository, tree, place, most)
            # Git calls an object with a damaged header missing, as it does a path that is not there.
            listed = data is None and any(
                entry.path == place and entry.type == "blob" for entry in list_tree(self.repository, tree, place)
            )
        except GitFailed as error:
            raise _damaged(head, error) from error
        if listed:
            raise BrokenRecord(head.id, f"{quote_path(path)} is damaged, missing or too large", hint="git fsck")
        return data

    def parts(self, head: RunHead) -> list[ListedEntry]:
        """The files of the record, with sizes. Raises BrokenRecord where a tree is damaged."""
        try:
            tree, record = self._place(head)
            entries = list_tree(self.repository, tree, record)
        except GitFailed as error:
            raise _damaged(head, error) from error
        return [entry._replace(path=RECORD + entry.path.removeprefix(record)) for entry in entries]

    def _place(self, head: RunHead) -> tuple[str, bytes]:
        """The commit with the record of a run, and where in its tree: a fold's, where a shallow clone has no other."""
        if head.fold is None or not self.repository.is_shallow or not find_absent(self.repository, [head.commit]):
            return head.commit, RECORD
        return head.fold, folded_path(head.started_at, head.id) + b"/"


def _damaged(head: RunHead, error: GitFailed) -> ExpError:
    if isinstance(error, GitMissing):
        return error
    words = str(error.fields["stderr"]).strip().partition("\n")[0]
    return BrokenRecord(head.id, f"an object of it is damaged or missing: {words}", hint="git fsck")


def open_store(folder: str = ".") -> RunStore:
    """The store of the repository around a folder. Raises NotARepository, ConfigError."""
    repository = open_repository(folder)
    return RunStore(repository, find_project(repository))


def read_heads(commits: Iterable[RefCommit]) -> Heads:
    """Turns refs with their commits into heads; a commit that is missing or no commit is a broken run."""
    ended: dict[str, RunHead] = {}
    live: dict[str, RunHead] = {}
    broken: list[BrokenRecord] = []
    for ref, commit_id, data, is_damaged in commits:
        parsed = parse_run_ref(ref)
        if parsed is None:
            broken.append(BrokenRecord(ref, "the ref is not that of a run"))
            continue
        if is_damaged:
            broken.append(BrokenRecord(ref, "its commit is damaged", hint="git fsck"))
            continue
        try:
            head = _read_head(ref, commit_id, data)
        except BrokenRecord as error:
            broken.append(error)
            continue
        if head.id != parsed.id or head.home != parsed.experiment:
            whose = f"run {head.id} of experiment {head.home!r}"
            broken.append(BrokenRecord(ref, f"its commit is that of {whose}"))
            continue
        (ended if parsed.kind == "ended" else live)[head.id] = head
    runs = [*ended.values(), *(head for head in live.values() if head.id not in ended)]
    runs.sort(key=lambda head: (head.started_at, head.id), reverse=True)
    return Heads(tuple(runs), tuple(broken))


def _read_head(ref: str, commit_id: str, data: bytes | None) -> RunHead:
    if data is None:
        raise BrokenRecord(ref, "its commit is missing or damaged", hint="git fsck")
    try:
        commit = parse_commit(data)
        message = parse_message(commit.message)
    except BrokenObject as error:
        raise BrokenRecord(ref, error.message, hint="git fsck") from error
    except MessageError as error:
        if error.newer is not None:
            raise NewerFormat(ref, error.newer) from error
        raise BrokenRecord(ref, str(error)) from error
    try:
        ended_at = datetime.fromtimestamp(commit.committer.seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise BrokenRecord(ref, f"its date cannot be: {error}") from error
    if message.seconds is not None:  # a later tip has the date of its annotation
        ended_at = message.started_at + timedelta(seconds=message.seconds)
    return RunHead(
        ref=ref,
        commit=commit_id,
        snapshot=commit.parents[0] if commit.parents and not message.has_no_snapshot else None,
        id=message.id,
        name=message.name,
        experiment=message.moved or message.experiment,
        status=message.status,
        command=message.command,
        started_at=message.started_at,
        ended_at=ended_at,
        seconds=message.seconds,
        fingerprint=message.fingerprint,
        user=User(commit.author.name, commit.author.email),
        said=message.said,
        born=message.experiment if message.moved is not None else None,
        hidden=message.hidden,
        annotated=message.has_no_snapshot or (len(commit.parents) > 1 and message.status is not Status.RUNNING),
        heard_at=ended_at if len(commit.parents) > 1 and message.status is Status.RUNNING else None,
    )
