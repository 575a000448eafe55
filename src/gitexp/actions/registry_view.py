"""The registry as it is looked at: every version with its run, one version opened with all that belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord, ExpError, NotFound, RunNotFound, UsageError
from gitexp.format.registry_reading import is_model_name
from gitexp.git.refs import is_ancestor
from gitexp.model.refs import parse_run_ref
from gitexp.model.registry_lookup import find_model as look_up_model
from gitexp.model.registry_lookup import find_version
from gitexp.model.registry_past import find_replaced
from gitexp.model.spec import VersionSpec, parse_spec
from gitexp.store.registry_file import read_registry, registry_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gitexp.format.registry_reading import RegistryFile
    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.registry import Approval, Model, Registry, Version
    from gitexp.model.registry_past import Standing
    from gitexp.model.run import Run
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


class ListedModels(NamedTuple):
    """The models of a registry, and the runs of their versions by id, where they are here."""

    path: str
    models: tuple[Model, ...]
    heads: Mapping[RunId, RunHead]


class ShownApproval(NamedTuple):
    """An approval, and what it is worth: ``good``, or why it does not count."""

    approval: Approval
    is_waiting: bool
    standing: str
    why: str


class OpenedVersion(NamedTuple):
    """A version with its run; ``head`` and ``run`` are None where ``missing`` says why."""

    file: RegistryFile
    model: Model
    version: Version
    others: tuple[Version, ...]
    """Further versions that the same spec names."""
    head: RunHead | None
    run: Run | None
    missing: ExpError | None
    approvals: tuple[ShownApproval, ...]
    replaced: Standing | None
    heads: Sequence[RunHead]
    """All runs that are here."""
    doubts: tuple[str, ...]
    """Where the file and the run do not say the same."""


def list_models(store: RunStore, name: str | None = None) -> ListedModels | None:
    """All models, or the one that is named; None where there is no registry. Raises VersionNotFound, BrokenRegistry."""
    file = read_registry(store)
    if file is None:
        if name is not None:
            need_registry(store)
        return None
    models = tuple(file.registry.models.values()) if name is None else (find_model(file.registry, name),)
    heads = {head.id: head for head in store.heads().runs}
    return ListedModels(file.file, models, heads)


def need_registry(store: RunStore) -> RegistryFile:
    """The registry. Raises NotFound where there is none, and BrokenRegistry."""
    file = read_registry(store)
    if file is None:
        hint = "exp promote last --model NAME --stage staging"
        raise NotFound(f"there is no {registry_path(store)} here", hint=hint)
    return file


def find_model(registry: Registry, name: str) -> Model:
    """A model by its name. Raises UsageError for what can be none, and VersionNotFound."""
    if not is_model_name(name):
        raise UsageError(f"{name!r} cannot be a model", hint="exp registry ls")
    return look_up_model(registry, name)


def read_version_spec(text: str) -> VersionSpec:
    """Reads ``fraud@production`` and ``fraud:v3``. Raises UsageError for any other spec."""
    spec = parse_spec(text)
    if isinstance(spec, VersionSpec):
        return spec
    hint = f"{text}@production, or {text}:v1" if is_model_name(text) else "fraud@production, or fraud:v3"
    raise UsageError(f"{text!r} names no version of a model", hint=hint)


def open_version(store: RunStore, text: str, heads: Heads | None = None) -> OpenedVersion:
    """Opens the version that a spec names. A run that is missing or cannot be read is told, not raised.

    ``heads`` where they were read already. Raises UsageError, NotFound, VersionNotFound, BrokenRegistry.
    """
    spec = read_version_spec(text)
    file = need_registry(store)
    found = find_version(file.registry, spec)
    known = store.heads() if heads is None else heads
    head, run, missing = load_run_of(store, found.version, known)
    return OpenedVersion(
        file,
        found.model,
        found.version,
        found.others,
        head,
        run,
        missing,
        judge_approvals(store, file.registry, found.model, found.version),
        find_replaced(found.model, found.version),
        known.runs,
        tuple(find_doubts(store, found.version, head, run)),
    )


def load_run_of(store: RunStore, version: Version, known: Heads) -> tuple[RunHead | None, Run | None, ExpError | None]:
    """The run of a version; where it cannot be had, why."""
    ref = parse_run_ref(version.run)
    head = next((one for one in known.runs if ref is not None and one.id == ref.id), None)
    if head is None:
        for error in known.broken:
            broken = parse_run_ref(str(error.fields.get("run")))
            if broken is not None and ref is not None and broken.id == ref.id:
                return None, None, error
        which = f" {ref.id}" if ref is not None else ""
        return None, None, RunNotFound(version.run, "it is not here", hint=f"exp pull{which}")
    try:
        return head, store.load(head), None
    except BrokenRecord as error:
        return head, None, error


def find_doubts(store: RunStore, version: Version, head: RunHead | None, run: Run | None) -> Iterator[str]:
    """What the registry says of a version and its run does not: a sentence each."""
    if head is None or run is None:
        return
    if not is_ancestor(store.repository, version.commit, head.commit, may_lack=True):
        yield f"{version.commit[:12]} is no commit that run {head.name} ever had"
    said = version.artifact
    known = next((one for one in run.artifacts if one.path == said.path), None)
    if known is None:
        yield f"run {head.name} wrote no {said.path}"
    elif known.md5 != said.md5:
        yield f"{said.path} of run {head.name} is {known.md5 or 'not hashed'}, the registry says {said.md5}"


def judge_approvals(store: RunStore, registry: Registry, model: Model, version: Version) -> tuple[ShownApproval, ...]:
    """The approvals of a version, each with what it is worth: those of each line of its history, then those that wait.

    Those that wait are held against the policies of now; the others were when they were taken along.
    """
    taken = [(entry.approvals, False) for entry in version.history if entry.approvals]
    groups = [*taken, (version.approvals, True)] if version.approvals else taken
    if not groups:
        return ()
    from gitexp.actions.check_approvals import check_approvals
    from gitexp.actions.signers import read_signers

    signers = read_signers(store)
    found: list[ShownApproval] = []
    for approvals, waits in groups:
        policies = registry.policies if waits else None
        checked = check_approvals(store, model.name, version, approvals, signers, policies)
        found += [ShownApproval(one.approval, waits, one.standing, one.why) for one in checked]
    return tuple(found)
