"""The runs of a repository, read: listed from their commits alone, opened one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenObject, BrokenRecord, GitFailed, GitMissing
from gitexp.git.reading import find_absent, list_tree, read_objects, read_path
from gitexp.git.repository import open_repository
from gitexp.model.annotations import apply_annotations
from gitexp.model.paths import quote_path
from gitexp.store.layout import ANNOTATIONS, MANIFEST, MOST_OF_A_MANIFEST, RECORD, folded_path
from gitexp.store.project import Project, find_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitexp.errors import ExpError
    from gitexp.git.reading import ListedEntry
    from gitexp.git.repository import Repository
    from gitexp.model.annotations import Annotation
    from gitexp.model.head import RunHead
    from gitexp.model.refs import Experiment
    from gitexp.model.run import Run
    from gitexp.model.settings import Settings
    from gitexp.store.head_reading import Heads


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

    def heads(self, experiment: str | None = None, *, indexed: bool = True, with_values: bool = False) -> Heads:
        """All runs, ended, folded and going, of one experiment or of all.

        Where a run is both ended and live the ended one is given, and a ref of its own goes before a fold. A run that
        cannot be read is told, never raised. Unless it is not to be ``indexed``, what the index knows of a commit is
        not read again: one that was damaged since then is listed as it was. ``with_values`` sees to it that params,
        metrics and tags are in the index, for who goes by those of all runs.
        """
        if indexed:
            from gitexp.store.index_reading import read_indexed

            found = read_indexed(self.repository, experiment, with_values=with_values)
            if found is not None:
                return found
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
        commits = [head.commit for head in heads if head.annotated and head.fold is None]
        if len(commits) < 2:
            return {}
        from gitexp.store.annotations import read_all_annotations

        try:
            found = read_all_annotations(self.repository, commits)
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
