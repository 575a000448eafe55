"""The run that a spec names, in a repository."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.actions.heads import complete_heads, present_experiment
from gitexp.actions.missing_runs import point_elsewhere
from gitexp.errors import BrokenObject, RunNotFound, VersionNotFound
from gitexp.format.message_reading import MessageError, parse_message
from gitexp.git.commits import parse_commit
from gitexp.git.reading import read_objects
from gitexp.git.refs import is_ancestor, resolve
from gitexp.model.refs import parse_run_ref
from gitexp.model.run import Status
from gitexp.model.selection import Scope, select_run
from gitexp.model.spec import Extreme, FullRef, Text, format_spec, is_commit_prefix, parse_spec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import BrokenRecord
    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.refs import Experiment
    from gitexp.model.spec import Spec, VersionSpec
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


def find_run(store: RunStore, text: str, experiment: str | None = None, heads: Heads | None = None) -> RunHead:
    """The run that a spec names. ``heads`` where they were read already.

    Raises InvalidValue, RunNotFound, AmbiguousRun, DirectionUnknown; BrokenRecord where the run that is named cannot
    be read.
    """
    spec = parse_spec(text)
    scope = Scope(
        present_experiment(store, experiment),
        store.settings.directions,
        registry=lambda one: _find_of_version(store, one),
    )
    known = store.heads() if heads is None else heads
    runs: Sequence[RunHead] = known.runs
    if isinstance(spec, Extreme):
        runs = _with_metrics(store, spec, runs, scope.experiment)
    try:
        return select_run(spec, runs, scope)
    except RunNotFound as missing:
        if isinstance(spec, Text) and is_commit_prefix(spec.text):
            earlier = find_earlier_tip(store, spec.text, runs)
            if earlier:
                return select_run(spec, runs, replace(scope, earlier_tips=earlier))
        for error in known.broken:
            if _is_named(spec, error):
                raise error from None
        raise point_elsewhere(store, missing, text, known) from None


def _find_of_version(store: RunStore, spec: VersionSpec) -> RunId:
    """The run of a version in the project's registry. Raises VersionNotFound and BrokenRegistry."""
    from gitexp.model.registry_lookup import find_version
    from gitexp.store.registry_file import read_registry, registry_path

    file = read_registry(store)
    if file is None:
        why = f"there is no {registry_path(store)} here"
        raise VersionNotFound(format_spec(spec), why, hint=f"exp promote last --model {spec.model} --stage staging")
    run = parse_run_ref(find_version(file.registry, spec).version.run)
    assert run is not None, "the reader of the registry lets nothing else through"
    return run.id


def find_runs(
    store: RunStore, texts: Sequence[str], experiment: str | None = None, heads: Heads | None = None
) -> list[RunHead]:
    """The runs that specs name, in order, each once. Whole ids cost a look-up each. Raises as ``find_run`` does."""
    known = store.heads() if heads is None else heads
    by_id: dict[str, RunHead] = {head.id: head for head in known.runs}
    found = [by_id.get(text) or find_run(store, text, experiment, known) for text in texts]
    return list({head.id: head for head in found}.values())


def find_again(store: RunStore, head: RunHead) -> RunHead:
    """A run as it is now. Raises RunNotFound where it has gone."""
    for one in store.heads().runs:
        if one.id == head.id:
            return one
    raise RunNotFound(head.id, "it has gone meanwhile")


def find_earlier_tip(store: RunStore, text: str, heads: Sequence[RunHead]) -> dict[str, RunId]:
    """The run that a commit was the tip of before something was said of it, by the commit's id; else nothing."""
    commit = resolve(store.repository, text, peel="commit")
    if commit is None or not commit.startswith(text.lower()):
        return {}
    for found in read_objects(store.repository, [commit]):
        try:
            run_id = parse_message(parse_commit(found.data or b"").message).id
        except (BrokenObject, MessageError):  # any other commit
            return {}
        head = next((one for one in heads if one.id == run_id), None)
        if head is not None and is_ancestor(store.repository, commit, head.commit):
            return {commit: run_id}
    return {}


def _with_metrics(
    store: RunStore, spec: Extreme, heads: Sequence[RunHead], experiment: Experiment
) -> Sequence[RunHead]:
    def is_incomplete(head: RunHead) -> bool:
        if head.experiment != experiment or head.status is not Status.FINISHED:
            return False
        return "metrics" in head.more or spec.aggregate == "first"  # no message has the first value

    return complete_heads(store, heads, wanted=is_incomplete)[0]


def _is_named(spec: Spec, error: BrokenRecord) -> bool:
    ref = parse_run_ref(str(error.fields.get("run")))
    if ref is None:
        return False
    if isinstance(spec, FullRef):
        return spec.ref.id == ref.id
    return isinstance(spec, Text) and ref.id.startswith(spec.text.lower())
