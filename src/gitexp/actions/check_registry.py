"""The registry held against its own past, against the runs, and against its policies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.check_registry_gates import Gates, check_signatures, judge_steps
from gitexp.actions.check_registry_past import find_base, find_moved_registries, use_settings
from gitexp.actions.check_registry_place import find_disguise, find_moved_project, list_others
from gitexp.actions.check_registry_runs import check_runs
from gitexp.actions.policy_filters import find_unknown_names
from gitexp.actions.signers import read_signers
from gitexp.errors import BrokenRegistry, InvalidFilter, NotFound
from gitexp.format.registry_nodes import Place
from gitexp.git.remote import Talk
from gitexp.model.policy import NO_POLICY
from gitexp.model.registry import ARCHIVE, EMPTY, NO_STAGE
from gitexp.model.registry_check import Problem, RegistryCheck
from gitexp.model.registry_faults import Fault, find_faults
from gitexp.model.registry_growth import Growth, compare_growth, find_stage_aliases
from gitexp.store.registry_file import read_registry, registry_path

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from gitexp.actions.check_registry_past import Base
    from gitexp.data.progress import TransferProgress
    from gitexp.format.registry_reading import RegistryFile
    from gitexp.model.policy import Policy
    from gitexp.model.registry import Registry
    from gitexp.model.registry_check import Transition
    from gitexp.store.runs import RunStore

_CLOCKS = timedelta(minutes=10)
"""By how much the clock of who wrote an entry may be ahead of ours."""
_QUIET = Talk()


class _Bases(NamedTuple):
    """The registry where the branch began (None: there was no file) and in the base's present tip."""

    base: Base
    parted: Registry | None
    tip: Registry | None


def check_registry(
    store: RunStore,
    base: str | None,
    *,
    remote: bool,
    remote_name: str | None = None,
    environment: Mapping[str, str] | None = None,
    talk: Talk = _QUIET,
    progress: TransferProgress | None = None,
) -> RegistryCheck:
    """Checks the registry of the working tree against a base, given or that of the pull request we are in.

    Raises NotFound where there is nothing to check, what ``find_base`` raises, and with ``remote`` what
    ``check_remotes`` raises.
    """
    path = registry_path(store)
    found = find_base(store, base, environment or {})
    commit = found.commit if found is not None else None
    try:
        file = read_registry(store)
    except BrokenRegistry as error:
        return RegistryCheck(path, (_tell_broken(error, "broken-registry"),), base=commit)
    try:
        bases = _read_bases(store, found)
    except BrokenRegistry as error:
        hint = f"exp registry check --base COMMIT, one at which it could be read: git log -- {path}"
        why = f"the file of the base cannot be read: {error.message}"
        return RegistryCheck(path, (Problem(None, "", "broken-base", why, hint),), base=commit)
    moved = find_moved_project(store, found.commit) if found is not None else None
    is_told = file is not None and bases is not None and bases.parted is None
    if moved is not None and not (is_told and found is not None and find_moved_registries(store, found.commit)):
        return RegistryCheck(path, (Problem(None, "", moved.code, moved.why, moved.hint),), base=commit)
    if file is None:
        return _tell_absent(path, bases)
    faults = find_faults(file.registry, datetime.now(UTC) + _CLOCKS)
    base_registry = (bases.parted if bases else None) or EMPTY
    growth = compare_growth(base_registry, file.registry)
    faults += growth.faults
    faults += _find_moved(bases, growth)
    if bases is not None:
        disguise = find_disguise(store)
        faults += [disguise] if disguise is not None else []
        faults += find_stage_aliases(growth, _known_stages(bases))
    if bases is not None and bases.parted is None:
        faults += [
            Fault(
                (),
                "registry-deleted",
                f"{gone} was deleted, and this file is not held against it",
                f"git mv {path} {gone}",
            )
            for gone in find_moved_registries(store, bases.base.commit)
        ]
    runs = check_runs(store, file.registry)
    faults += runs.faults
    gates = _choose_gates(store, file.registry, bases)._replace(remote=remote)
    faults += check_signatures(store, file.registry, gates.signers, base_registry)
    transitions: tuple[Transition, ...] = ()
    if bases is not None:
        judging = use_settings(store, bases.base.tip) if bases.parted is not None else store
        try:
            judgement = judge_steps(judging, file.registry, growth.steps, runs.versions, gates, base_registry)
        except InvalidFilter as error:
            faults.append(Fault(("policies",), "policy-broken", error.message, error.hint))
        else:
            faults += judgement.faults
            transitions = tuple(one._replace(line=_find_line(file, at)) for at, one in judgement.transitions)
    asked = None
    if remote:
        from gitexp.actions.check_registry_remote import check_remotes

        read = _choose_read(file.registry, growth if bases is not None else None)
        there = check_remotes(store, list(runs.versions.values()), read, remote_name, talk=talk, progress=progress)
        faults += there.faults
        asked = there.remote
    problems = sorted(
        (_place(file, fault) for fault in dict.fromkeys(faults)), key=lambda one: (one.line or 0, one.code, one.message)
    )
    notes = (*_list_notes(store, file.registry, bases), *_note_dates(growth, base_registry))
    notes += tuple(_tell_unknown(error) for error in find_unknown_names(store, file.registry))
    count = sum(1 for _ in file.registry.versions())
    return RegistryCheck(path, tuple(problems), transitions, commit, notes, count, asked)


def _read_bases(store: RunStore, base: Base | None) -> _Bases | None:
    if base is None:
        return None
    parted = read_registry(store, base.commit)
    tip = read_registry(store, base.tip) if base.tip != base.commit else parted
    return _Bases(base, parted.registry if parted else None, tip.registry if tip else None)


def _tell_absent(path: str, bases: _Bases | None) -> RegistryCheck:
    if bases is None:
        raise NotFound(f"there is no {path} here", hint="exp promote last --model NAME --stage staging")
    commit = bases.base.commit
    if bases.parted is None:
        return RegistryCheck(path, (), base=commit, notes=(f"there is no {path}, and there was none",))
    hint = f"git checkout {commit[:12]} -- {path}"
    return RegistryCheck(path, (Problem(None, "", "registry-deleted", f"{path} was deleted", hint),), base=commit)


def _choose_gates(store: RunStore, registry: Registry, bases: _Bases | None) -> Gates:
    """Policies and signers of the base's tip. Where it has no registry the first one brings its own policies."""
    if bases is None:
        return Gates(registry.policies, read_signers(store))
    signers = read_signers(store, bases.base.tip)
    known = bases.tip if bases.tip is not None else bases.parted
    if known is None:
        return Gates(registry.policies, signers)
    return Gates(known.policies, signers, _find_changed((bases.parted or known).policies, registry.policies))


def _known_stages(bases: _Bases) -> frozenset[str]:
    """The stages that the base has, whether or not the change still has them."""
    return frozenset(stage for one in (bases.parted, bases.tip) if one is not None for stage in one.stages)


def _find_changed(before: Mapping[str, Policy], now: Mapping[str, Policy]) -> frozenset[str]:
    """The stages whose policy is another one."""
    return frozenset(one for one in {*before, *now} if before.get(one, NO_POLICY) != now.get(one, NO_POLICY))


def _find_moved(bases: _Bases | None, growth: Growth) -> list[Fault]:
    """Models that were promoted here and have changed in the base meanwhile: what is compared is no longer so."""
    if bases is None or bases.tip is None or bases.tip == bases.parted:
        return []
    parted = bases.parted or EMPTY
    faults = []
    for name in dict.fromkeys(step.model for step in growth.steps):
        if repr(bases.tip.models.get(name)) != repr(parted.models.get(name)):
            why = f"{name} has changed in {bases.base.named} since this branch began"
            faults.append(Fault(("models", name), "base-moved", why, f"git merge {bases.base.named}"))
    return faults


def _choose_read(registry: Registry, growth: Growth | None) -> Collection[tuple[str, int]]:
    """The versions of which every byte is read: those that the change speaks of, else those that somebody may use."""
    if growth is not None:
        return {(step.model, step.version.number) for step in growth.steps}
    idle = (NO_STAGE, ARCHIVE)
    return {(model.name, one.number) for model, one in registry.versions() if one.stage not in idle or one.aliases}


def _list_notes(store: RunStore, registry: Registry, bases: _Bases | None) -> tuple[str, ...]:
    if bases is None:
        return ("no base: what was taken out of the file, and whether policies held, is not known",)
    notes = []
    if bases.parted is None:
        notes.append("the base has no registry: the policies are those that came with it")
    else:
        before = bases.parted.policies
        notes += [f"the policy of {stage} changes" for stage in sorted(_find_changed(before, registry.policies))]
        notes += [f"the stage {stage} is gone" for stage in bases.parted.stages if stage not in registry.stages]
    if read_signers(store) != read_signers(store, bases.base.tip):
        notes.append("who may sign changes: approvals were held against the signers of the base")
    notes += [f"{one} differs from the base and is not checked here" for one in list_others(store, bases.base.commit)]
    return tuple(notes)


def _note_dates(growth: Growth, base: Registry) -> list[str]:
    """Models whose new entries are older than what landed before: two worked at once, or somebody chose a date."""
    notes = []
    for name in dict.fromkeys(step.model for step in growth.steps):
        old = base.models.get(name)
        newest = max((entry.at for one in old.versions for entry in one.history), default=None) if old else None
        if newest is not None and any(step.model == name and step.entry.at < newest for step in growth.steps):
            notes.append(f"an entry of {name} is older than others that landed before it")
    return notes


def _tell_unknown(error: InvalidFilter) -> str:
    return f"{error.message.splitlines()[0]}" + (f" ({error.hint})" if error.hint else "")


def _find_line(file: RegistryFile, path: tuple[str | int, ...]) -> int | None:
    return Place(file.file, file.lines).line(path)


def _place(file: RegistryFile, fault: Fault) -> Problem:
    key = ".".join(map(str, fault.path))
    return Problem(_find_line(file, fault.path), key, fault.code, fault.why, fault.hint)


def _tell_broken(error: BrokenRegistry, code: str) -> Problem:
    line, key = error.fields.get("line"), error.fields.get("key")
    why = f"{key}: {error.fields.get('why')}" if key else str(error.fields.get("why"))
    return Problem(line if isinstance(line, int) else None, str(key or ""), code, why, error.hint)
