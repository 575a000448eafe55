"""The run and the artifact that a version is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import PartNotFound, Refused, RunNotFound
from gitexp.git.refs import is_ancestor
from gitexp.model.paths import quote_path
from gitexp.model.refs import parse_run_ref, run_ref
from gitexp.model.registry import Version, VersionArtifact, name_version
from gitexp.model.run import Status

if TYPE_CHECKING:
    from gitexp.model.head import RunHead
    from gitexp.model.registry import Model
    from gitexp.model.run import Artifact, Run
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore

_MOST_NAMED = 8


def check_promotable(head: RunHead, *, may_be_unfinished: bool = False) -> None:
    """Raises Refused for a run that is going, hidden or, unless it ``may_be_unfinished``, did not finish."""
    if head.status is Status.RUNNING:
        raise Refused(f"run {head.name} is still going: it has no end yet", hint=f"exp watch {head.id}")
    if head.hidden:
        raise Refused(f"run {head.name} is hidden", hint=f"exp rm {head.id} --undo")
    if head.status is not Status.FINISHED and not may_be_unfinished:
        raise Refused(
            f"run {head.name} is {head.status.value}: only a run that finished can be promoted",
            hint="exp ls --where 'status == finished'",
        )


def find_run_of(store: RunStore, model: str, version: Version, known: Heads) -> RunHead:
    """The run of a version, which is the one that was judged. Raises RunNotFound, and Refused where it is another."""
    ref = parse_run_ref(version.run)
    assert ref is not None, "the reader of the registry lets nothing else through"
    name = name_version(model, version.number)
    if any(one.id == ref.id for one in known.removed):
        raise Refused(f"the run of {name}, {ref.id}, was purged", hint=f"exp registry history {model}")
    head = next((one for one in known.runs if one.id == ref.id), None)
    if head is None:
        raise RunNotFound(name, f"its run {ref.id} is not here", hint=f"exp pull {ref.id}")
    if not is_ancestor(store.repository, version.commit, head.commit, may_lack=True):
        why = f"{name} was judged as commit {version.commit[:12]}, which is no earlier state of run {head.name}"
        raise Refused(why, hint="exp registry check")
    return head


def check_artifact(model: str, version: Version, run: Run) -> None:
    """Raises Refused where the artifact that the registry names is not the run's."""
    own = next((one for one in run.artifacts if one.path == version.artifact.path), None)
    if own is None or own.md5 != version.artifact.md5:
        found = f"has {own.md5} there" if own is not None else "has no such artifact"
        why = f"{version.artifact.path} is {version.artifact.md5}, and run {run.name} {found}"
        raise Refused(f"{name_version(model, version.number)}: {why}", hint="exp registry check")


def make_version(model: Model | None, number: int, head: RunHead, artifact: VersionArtifact) -> Version:
    """A version that has no history yet. Raises Refused where the run and artifact are a version already."""
    for one in model.versions if model is not None else ():
        ref = parse_run_ref(one.run)
        if model is not None and ref is not None and ref.id == head.id and one.artifact.path == artifact.path:
            name = name_version(model.name, one.number)
            raise Refused(
                f"{artifact.path} of run {head.name} is {name} already", hint=f"exp promote {name} --stage STAGE"
            )
    return Version(number, run_ref(head.home, head.id), head.commit, artifact, ())


def choose_artifact(run: Run, asked: str | None) -> VersionArtifact:
    """The artifact that is asked for, else the one that the run has.

    Raises Refused where it has several, or the bytes were not kept, and PartNotFound.
    """
    whole = run.series.whole if run.series is not None else None
    candidates = [one for one in run.artifacts if one.path != whole]
    if asked is not None:
        found = _find(run, asked)
        if found is None:
            hint = _list(candidates) or f"exp show {run.id}"
            raise PartNotFound(run.name, f"artifact {asked}", hint=hint)
    elif not candidates:
        hint = "exp run --artifact model.pt -- python train.py  (in .exp.yaml: artifacts: [model.pt])"
        raise PartNotFound(run.name, "artifact, and so nothing to deploy", hint=hint)
    elif len(candidates) > 1:
        count = len(candidates)
        raise Refused(f"run {run.name} has {count} artifacts: which one is the model?", hint=_list(candidates))
    else:
        found = candidates[0]
    if found.kept == "no" or found.md5 is None:
        why = found.why or "nobody wrote down why"
        raise Refused(
            f"{found.path} of run {run.name} was not kept: {why}", hint=f"exp reproduce {run.id}  (makes it again)"
        )
    return VersionArtifact(found.path, found.md5, found.bytes)


def _find(run: Run, asked: str) -> Artifact | None:
    """By the path as the run has it, with or without ``./`` before it and a slash behind."""
    import posixpath

    plain = posixpath.normpath(asked)
    wanted = {asked, plain, quote_path(plain.encode("utf-8", "surrogateescape"))}
    if run.directory != ".":
        wanted.add(posixpath.normpath(posixpath.join(run.directory, asked)))
    return next((one for one in run.artifacts if one.path in wanted), None)


def _list(candidates: list[Artifact]) -> str:
    named = [f"--artifact {one.path}" for one in candidates[:_MOST_NAMED]]
    more = f" and {len(candidates) - _MOST_NAMED} more" if len(candidates) > _MOST_NAMED else ""
    return ", ".join(named) + more
