"""What changed in the registry since a commit, with all that a reviewer wants to know of each version."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.check_approvals import check_approvals
from gitexp.actions.check_registry import check_registry
from gitexp.actions.check_registry_past import find_base, use_settings
from gitexp.actions.signers import read_signers
from gitexp.actions.version_change import compare_versions
from gitexp.actions.version_runs import load_version_run
from gitexp.errors import BrokenRecord, BrokenRegistry, VersionNotFound
from gitexp.git.refs import resolve
from gitexp.model.policy import NO_POLICY
from gitexp.model.refs import parse_run_ref
from gitexp.model.registry import EMPTY
from gitexp.model.registry_difference import RegistryDifference, compare_registries
from gitexp.model.registry_report import RegistryDiff, ReportedVersion
from gitexp.store.registry_file import read_registry, registry_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.actions.check_registry_past import Base
    from gitexp.model.head import RunHead
    from gitexp.model.registry import Registry, Version
    from gitexp.model.registry_check import RegistryCheck, Transition
    from gitexp.model.registry_difference import VersionDifference
    from gitexp.model.run import Run
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore

_HEAD = "HEAD"


class Asked(NamedTuple):
    """What is to be told. ``base`` is a commit; an id of zeros alone, as Git has it, stands for nothing at all.

    None: that of the pull request in whose environment we are, else HEAD, which is what would be committed. Held
    against is the commit at which HEAD and the base parted; with ``arrived``, a stage or an alias, it is the base
    itself, and only what came there is told. ``model``: of this one alone. ``check``: what is wrong, too, ``remote``
    with what the remotes have.
    """

    base: str | None
    model: str | None = None
    arrived: str | None = None
    check: bool = False
    remote: bool = False


def diff_registry(store: RunStore, asked: Asked, environment: Mapping[str, str] | None = None) -> RegistryDiff:
    """What changed in the registry.

    Raises BrokenRegistry where no check was asked to say so, VersionNotFound where there never was such a model, and
    what ``find_base`` and ``check_registry`` raise.
    """
    base = _find_base(store, asked.base, environment or {})
    commit = None if base is None else base.tip if asked.arrived is not None else base.commit
    checked = check_registry(store, base.tip if base else None, remote=asked.remote) if asked.check else None
    before, notes = _read(store, commit)
    try:
        file = read_registry(store)
    except BrokenRegistry as error:
        if checked is None:
            raise
        nothing = compare_registries(EMPTY, EMPTY)
        return RegistryDiff(registry_path(store), commit, nothing, (), checked, error, notes)
    now = file.registry if file is not None else EMPTY
    if asked.model is not None:
        if asked.model not in now.models and asked.model not in before.models:
            why = f"{registry_path(store)} has no model {asked.model!r}"
            raise VersionNotFound(asked.model, why, hint="exp registry ls")
        before, now = _choose(before, asked.model), _choose(now, asked.model)
    difference = _select(compare_registries(before, now), asked.arrived)
    # Which way a metric is better is not for a pull request to say of itself.
    has_past = base is not None and base.named != _HEAD and bool(before.models)
    judging = use_settings(store, base.tip) if base is not None and has_past else store
    reporter = _Reporter(judging, base, now, checked)
    versions = tuple(reporter.report(one) for one in difference.versions)
    return RegistryDiff(registry_path(store), commit, difference, versions, checked, None, notes)


def _find_base(store: RunStore, given: str | None, environment: Mapping[str, str]) -> Base | None:
    if given is not None:
        return find_base(store, given, {}) if given.strip("0") else None
    found = find_base(store, None, environment)
    if found is not None or resolve(store.repository, _HEAD) is None:  # nothing is committed yet: all of it is new
        return found
    return find_base(store, _HEAD, {})


def _select(difference: RegistryDifference, arrived: str | None) -> RegistryDifference:
    if arrived is None:
        return difference
    versions = tuple(one for one in difference.versions if arrived in one.arrived)
    return RegistryDifference(versions, (), tuple(one for one in difference.vacated if one.stage == arrived))


def _read(store: RunStore, commit: str | None) -> tuple[Registry, tuple[str, ...]]:
    """The registry as it was. What was broken then can only be mended: it counts as nothing, and that is said."""
    if commit is None:
        return EMPTY, ()
    try:
        file = read_registry(store, commit)
    except BrokenRegistry as error:
        return EMPTY, (f"of the base nothing is known, since it cannot be read: {error.message}",)
    return (file.registry if file is not None else EMPTY), ()


def _choose(registry: Registry, model: str) -> Registry:
    return registry._replace(models={name: one for name, one in registry.models.items() if name == model})


class _Reporter:
    def __init__(self, store: RunStore, base: Base | None, registry: Registry, check: RegistryCheck | None) -> None:
        self._store = store
        self._registry = registry
        self._check = check
        self._signers = read_signers(store, base.tip if base is not None else None)
        self._heads: Heads | None = None

    def report(self, difference: VersionDifference) -> ReportedVersion:
        """Reads what is to be known of a version."""
        if self._heads is None:
            self._heads = self._store.heads()
        model, version = difference.model, difference.now
        change = compare_versions(self._store, model, difference.against, version, self._heads)
        head, run = self._open(version)
        policy = self._registry.policies.get(difference.aim, NO_POLICY)
        approvals = check_approvals(
            self._store, model, version, difference.approvals, self._signers, self._registry.policies
        )
        return ReportedVersion(difference, change, head, run, approvals, policy, self._find_transition(difference))

    def _open(self, version: Version) -> tuple[RunHead | None, Run | None]:
        parsed = parse_run_ref(version.run)
        assert self._heads is not None
        assert parsed is not None, "the reader of the registry lets nothing else through"
        now = next((one for one in self._heads.runs if one.id == parsed.id), None)
        try:
            head, run = load_version_run(self._store, version)
        except BrokenRecord:  # the change, which read it too, has it among its notes
            return now, None
        return now or head, run

    def _find_transition(self, difference: VersionDifference) -> Transition | None:
        found = [
            one
            for one in (self._check.transitions if self._check is not None else ())
            if (one.model, one.version, one.stage) == (difference.model, difference.now.number, difference.aim)
        ]
        return found[-1] if found else None
