"""The versions of a registry held against the runs that they name: the commit, the artifact, the metrics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenObject, BrokenRecord
from gitexp.format.message_reading import MessageError, parse_message
from gitexp.git.commits import parse_commit
from gitexp.git.reading import read_objects
from gitexp.model.policy_judging import FINISHED
from gitexp.model.refs import parse_run_ref
from gitexp.model.registry import name_version
from gitexp.model.registry_faults import Fault
from gitexp.model.run import Status
from gitexp.store.folds import covered_by_fold
from gitexp.store.histories import read_histories
from gitexp.store.removed import read_removed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.registry import Registry, Version
    from gitexp.model.registry_faults import Path
    from gitexp.model.run import Run
    from gitexp.model.sync import Histories
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


class VersionRun(NamedTuple):
    """A version with its run as it was when it was judged. ``head`` has the version's commit, ``tip`` the run's own."""

    model: str
    version: Version
    path: Path
    head: RunHead
    tip: str
    run: Run

    @property
    def name(self) -> str:
        """``fraud:v3``."""
        return name_version(self.model, self.version.number)


class CheckedRuns(NamedTuple):
    """The versions whose run is here, by model and number, and what is not as the registry says."""

    versions: Mapping[tuple[str, int], VersionRun]
    faults: tuple[Fault, ...]


def check_runs(store: RunStore, registry: Registry) -> CheckedRuns:
    """Looks each version's run up, at the commit that the version names. Raises GitFailed."""
    heads = store.heads()
    tips = _Tips(store.repository, heads, registry)
    faults: list[Fault] = []
    places: list[tuple[str, Version, Path, RunHead]] = []
    for model in registry.models.values():
        for place, version in enumerate(model.versions):
            path: Path = ("models", model.name, "versions", place)
            head, found = tips.find(version, path, name_version(model.name, version.number))
            faults += found
            if head is not None:
                places.append((model.name, version, path, head))
    known: dict[tuple[str, int], VersionRun] = {}
    # What was said of a run since then changes nothing that a version names.
    judged = [one[3]._replace(commit=one[1].commit, annotated=False) for one in places]
    for (model_name, version, path, tip), (head, run) in zip(places, store.load_many(judged), strict=True):
        name = name_version(model_name, version.number)
        if isinstance(run, BrokenRecord):
            faults.append(Fault((*path, "commit"), "run-broken", f"the run of {name}: {run.message}", run.hint))
            continue
        known[model_name, version.number] = VersionRun(model_name, version, path, head, tip.commit, run)
        faults += _compare(version, path, name, run)
    return CheckedRuns(known, tuple(faults))


class _Tips:
    """The runs that are here, and every commit that each was at."""

    def __init__(self, repository: Repository, heads: Heads, registry: Registry) -> None:
        self._repository = repository
        self._by_ref = {head.ref: head for head in heads.runs}
        self._by_id = {head.id: head for head in heads.runs}
        self._erased = read_removed(repository) | {head.id for head in heads.removed}
        self._broken = {str(error.fields.get("run")): error for error in heads.broken}
        moved = [
            head.commit
            for _, version in registry.versions()
            if (head := self._by_ref.get(version.run)) is not None and head.commit != version.commit
        ]
        self._histories: Histories = read_histories(repository, moved)
        self._folded: Mapping[RunId, frozenset[str]] | None = None

    def find(self, version: Version, path: Path, name: str) -> tuple[RunHead | None, list[Fault]]:
        """The run of a version, where it can be looked into, and what is wrong with it."""
        head = self._by_ref.get(version.run)
        if head is None:
            return None, [self._say_missing(version, path, name)]
        found: list[Fault] = []
        if head.hidden:
            why = f"the run of {name} is hidden"
            found.append(Fault((*path, "run"), "run-hidden", why, f"exp rm --undo {head.id}"))
        if version.commit == head.commit or version.commit in self._list_earlier(head):
            return head, found
        return None, [*found, self._say_other(version, head, path, name)]

    def _list_earlier(self, head: RunHead) -> frozenset[str]:
        earlier = self._histories.all_earlier(head.commit)
        if self._folded is None:
            self._folded = covered_by_fold(self._repository)
        return earlier | self._folded.get(head.id, frozenset())

    def _say_missing(self, version: Version, path: Path, name: str) -> Fault:
        ref = parse_run_ref(version.run)
        assert ref is not None, "the reader of the registry lets nothing else through"
        at = (*path, "run")
        if ref.id in self._erased:
            why = f"the run of {name} was erased for good"
            return Fault(at, "run-purged", why, "a clone that still has it: git push REMOTE " + version.run)
        broken = self._broken.get(version.run)
        if broken is not None:
            return Fault(at, "run-broken", f"the run of {name} cannot be read: {broken.message}", broken.hint)
        other = self._by_id.get(ref.id)
        if other is not None:
            is_going = parse_run_ref(other.ref) is not None and other.status is Status.RUNNING
            why = f"the run of {name} {'is still going' if is_going else f'is {other.ref}'}"
            return Fault(at, "run-elsewhere", why, f"exp show {ref.id}")
        return Fault(at, "run-missing", f"the run of {name} is not here: {version.run}", f"exp pull {ref.id}")

    def _say_other(self, version: Version, head: RunHead, path: Path, name: str) -> Fault:
        at = (*path, "commit")
        shown = version.commit[:12]
        if self._histories.is_cut(head.commit):
            why = f"whether the run of {name} was ever at {shown} is not known in a shallow clone"
            return Fault(at, "run-cut", why, "git fetch --unshallow")
        found = _read_run_id(self._repository, version.commit)
        if found == head.id:
            why = f"the run of {name} was rewritten: {shown} is no tip that it had"
            return Fault(at, "run-rewritten", why, f"exp show {head.id}; exp pull brings the remote's")
        if found is not None:
            return Fault(at, "run-swapped", f"{shown} of {name} is of another run, {found}", f"exp show {found}")
        why = f"{shown} is no commit of {head.id}, the run of {name}"
        return Fault(at, "commit-unknown", why, f"exp pull {head.id}, or exp show {head.id}")


def _read_run_id(repository: Repository, commit: str) -> RunId | None:
    (found,) = read_objects(repository, [commit])
    if found.type != "commit" or found.data is None:
        return None
    try:
        return parse_message(parse_commit(found.data).message).id
    except (BrokenObject, MessageError):  # any other commit
        return None


def _compare(version: Version, path: Path, name: str, run: Run) -> Iterator[Fault]:
    if run.status is not Status.FINISHED and not any(FINISHED in entry.forced for entry in version.history):
        why = f"the run of {name} did not finish: {run.status}"
        yield Fault((*path, "run"), "run-unfinished", why, f"exp logs {run.id}")
    yield from _compare_artifact(version, path, name, run)
    for key, value in version.metrics.items():
        summary = run.metrics.get(key)
        if summary is None:
            why = f"{name} names the metric {key}, which its run does not have"
            yield Fault((*path, "metrics", key), "metric-unknown", why, f"exp show {run.id}")
        elif summary.last != value and not (math.isnan(summary.last) and math.isnan(value)):
            why = f"{key} of {name} is said to be {value}, and its run has {summary.last}"
            yield Fault((*path, "metrics", key), "metric-changed", why, f"{key}: {summary.last}")


def _compare_artifact(version: Version, path: Path, name: str, run: Run) -> Iterator[Fault]:
    said = version.artifact
    at = (*path, "artifact")
    artifact = next((one for one in run.artifacts if one.path == said.path), None)
    if artifact is None:
        known = ", ".join(one.path for one in run.artifacts[:5]) or "none"
        why = f"the run of {name} did not write {said.path}; its artifacts: {known}"
        yield Fault((*at, "path"), "artifact-unknown", why, f"exp show {run.id}")
        return
    if artifact.md5 != said.md5:
        why = f"{said.path} of {name} is said to be {said.md5}, and its run wrote {artifact.md5 or 'it unhashed'}"
        yield Fault((*at, "md5"), "artifact-changed", why, f"md5: {artifact.md5}" if artifact.md5 else None)
    if said.bytes is not None and artifact.bytes != said.bytes:
        why = f"{said.path} of {name} is said to have {said.bytes} bytes, and its run wrote {artifact.bytes}"
        yield Fault((*at, "bytes"), "artifact-changed", why, f"bytes: {artifact.bytes}")
    if artifact.kept == "no":
        why = f"the bytes of {said.path} of {name} were not kept: {artifact.why or 'nobody said why'}"
        yield Fault((*at, "path"), "artifact-lost", why, f"exp reproduce {run.id}")
