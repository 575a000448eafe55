"""A run, run again from its record, and whether the same came out."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.named_run import find_run
from gitexp.actions.params_found import Places
from gitexp.actions.reproduction_folder import open_place
from gitexp.actions.reproduction_inputs import DIFFERS, place_inputs
from gitexp.actions.reproduction_request import (
    adapt_command,
    describe_variables,
    read_command,
    rebuild_request,
    select_variables_again,
)
from gitexp.actions.reproduction_state import fetch_beginning, restore_beginning
from gitexp.errors import Refused
from gitexp.git.command import ANOTHER_REPOSITORY
from gitexp.model.difference import compare_runs
from gitexp.model.run import Status
from gitexp.model.verdict import VerdictRules
from gitexp.store.journal import JOURNAL_VARIABLE
from gitexp.store.runs import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from gitexp.actions.record import RecordResult
    from gitexp.actions.reproduction_folder import Place
    from gitexp.actions.reproduction_inputs import PlacedInputs
    from gitexp.actions.request import RecordRequest
    from gitexp.data.progress import TransferProgress
    from gitexp.model.difference import RunDifference
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.model.tolerance import MetricTolerance
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore

_NAMED = 5


class Wishes(NamedTuple):
    """What is asked of a reproduction beside the run: see the options of ``exp reproduce``."""

    command: tuple[str, ...] = ()
    name: str | None = None
    tolerances: tuple[MetricTolerance, ...] = ()
    ignore: tuple[str, ...] = ()
    environment: bool = False
    """Whether the run's environment is made anew."""
    keep: str | None = None
    with_filters: bool = False
    force: bool = False
    remote: str | None = None
    """The data remote."""
    is_talkative: bool = False


class Chosen(NamedTuple):
    """The run that is to be run again, and the command as it is recorded or was given."""

    head: RunHead
    run: Run
    heads: Heads
    command: tuple[str, ...]
    is_foreign: bool
    """Whether somebody else is its author."""


class Beginning(NamedTuple):
    """What is known just before the command starts. ``difference``: the environment then (a) and now (b)."""

    folder: str
    command: tuple[str, ...]
    notes: tuple[str, ...]
    difference: RunDifference


class Repeated(NamedTuple):
    """What a reproduction gave. ``rules`` are those by which it is to be judged, ``unplaced`` what was not there."""

    chosen: Chosen
    result: RecordResult
    rules: VerdictRules
    unplaced: tuple[str, ...]
    folder: str | None
    """The worktree, where it was kept."""
    was_rebuilt: bool
    """Whether the run's environment was made anew."""
    warnings: tuple[str, ...]


def choose_run(store: RunStore, text: str, experiment: str | None, command: Sequence[str]) -> Chosen:
    """The run that a spec names, ended, with its command. Raises what ``find_run`` raises, and Refused."""
    from gitexp.git.config import author_identity

    heads = store.heads()
    head = find_run(store, text, experiment, heads)
    if head.status is Status.RUNNING:
        raise Refused(f"{head.name} is still going", hint=f"exp watch {head.id}")
    run = store.load(head)
    words = read_command(run, command)
    own = author_identity(store.repository)
    return Chosen(head, run, heads, words, head.user.email.casefold() != own.email.casefold())


def repeat_run(
    store: RunStore,
    chosen: Chosen,
    wishes: Wishes,
    run_it: Callable[[RecordRequest], RecordResult],
    *,
    tell: Callable[[str], None],
    begin: Callable[[Beginning], None],
    progress: TransferProgress | None = None,
) -> Repeated:
    """Runs a run again in a worktree of its own; ``run_it`` is called with the request, where all is in place.

    ``tell`` hears what takes long, ``begin`` what is known just before the command starts. Raises Refused where
    something that the run needs is missing and ``force`` is not said, and whatever keeps a recording from starting.
    """
    from gitexp.actions.seed_spread import find_spreads

    head, run = chosen.head, chosen.run
    warnings: list[str] = []
    settings = store.settings.reproduce
    rules = VerdictRules(
        (*wishes.tolerances, *settings.tolerances),
        (*wishes.ignore, *settings.ignore),
        find_spreads(store, chosen.heads, head, run),
    )
    place: Place
    with open_place(store, head, run, keep=wishes.keep, with_filters=wishes.with_filters, warnings=warnings) as place:
        inputs = place_inputs(store, head, run, place.top, remote=wishes.remote, progress=progress)
        checkpoints = fetch_beginning(store, run, remote=wishes.remote, progress=progress)
        inputs = inputs._replace(missing=(*inputs.missing, *checkpoints))
        lacking = _list_lacking(place, inputs)
        if lacking and not wishes.force:
            raise _refuse(chosen, place, inputs, wishes)
        here = place.enter(run.directory)
        notes: list[str] = []
        variables: dict[str, str | None] = dict(select_variables_again(run, os.environ))
        notes += describe_variables({name: value for name, value in variables.items() if value is not None})
        programs = None
        if wishes.environment:
            from gitexp.actions.reproduction_environment import make_environment

            built = make_environment(store, head, run, tell=tell, is_talkative=wishes.is_talkative)
            notes += built.notes
            programs = built.programs
            path = os.pathsep.join((programs, os.environ.get("PATH", os.defpath)))
            variables |= {"PATH": path, "VIRTUAL_ENV": built.folder, "PYTHONHOME": None}
        top = store.repository.top
        there = os.path.join(top, run.directory) if top is not None else None
        adapted = adapt_command(chosen.command, here, there, programs, run.environment.executable)
        notes += adapted.notes
        with _inside(here, variables):
            again = open_store()
            places = Places(here, again.project.path(again.repository), place.top)
            request = rebuild_request(run, adapted.words, again.settings, places, inputs.outside)
            begun = restore_beginning(again, request, run, progress=progress)
            request = begun.request
            notes += begun.notes
            begin(Beginning(place.top, adapted.words, tuple(notes), _foresee(store, chosen, adapted.words, places)))
            result = run_it(request._replace(name=wishes.name, folder=here))
    unplaced = (*lacking, *(one.path for one in inputs.unknown if one.path not in {item.path for item in run.data}))
    kept = place.top if wishes.keep is not None else None
    return Repeated(chosen, result, rules, unplaced, kept, wishes.environment, tuple(warnings))


def _list_lacking(place: Place, inputs: PlacedInputs) -> tuple[str, ...]:
    return (*place.without, *(one.path for one in inputs.missing))


def _refuse(chosen: Chosen, place: Place, inputs: PlacedInputs, wishes: Wishes) -> Refused:
    said = [f"submodule {path} (its commit is not here)" for path in place.without]
    said += [f"{one.path} ({one.why})" for one in inputs.missing]
    more = f" and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
    again = f"exp reproduce {chosen.head.id}"
    hints = list(dict.fromkeys(one.hint for one in inputs.missing if one.hint is not None))
    if place.without:
        hints.append(f"git submodule update --init {' '.join(place.without[:_NAMED])}")
    elif any(one.why == DIFFERS for one in inputs.missing) and not wishes.with_filters:
        hints.append(f"{again} --with-filters  (Git LFS)")
    hints.append(f"{again} --force  (without)")
    return Refused(
        f"{chosen.head.name} needs what is not here: {', '.join(said[:_NAMED])}{more}",
        hint=", or ".join(hints),
        missing=said,
    )


def _foresee(store: RunStore, chosen: Chosen, command: Sequence[str], places: Places) -> RunDifference:
    """The run against what it would meet here, by what the command line says."""
    from gitexp.actions.package_sources import find_source
    from gitexp.capture.environment import PACKAGES_FILE, describe_environment
    from gitexp.capture.interpreter import InterpreterWatch
    from gitexp.store.journal import local_folder
    from gitexp.store.layout import PACKAGES

    cache = local_folder(store.repository, "cache")
    answer = InterpreterWatch(command, os.environ, places.here, cache).answer()
    found = describe_environment(
        answer,
        os.environ,
        project=places.project,
        top=places.top,
        extra_variables=store.settings.variables,
        cache=cache,
        find_source=find_source,
    )
    listed = store.read_part(chosen.head, PACKAGES)
    present = found.files.get(PACKAGES_FILE)
    return compare_runs(
        chosen.run,
        replace(chosen.run, environment=found.environment),
        packages_a=None if listed is None else listed.decode("utf-8", "replace"),
        packages_b=None if present is None else present.decode("utf-8", "replace"),
    )


@contextmanager
def _inside(folder: str, variables: Mapping[str, str | None]) -> Iterator[None]:
    """Goes to a folder of another working tree, with other variables; None: without one. All is put back afterwards."""
    before = dict(os.environ)
    back = os.getcwd()
    try:
        for name, value in {**ANOTHER_REPOSITORY, JOURNAL_VARIABLE: None, "PWD": folder, **variables}.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        os.chdir(folder)
        yield
    finally:
        os.chdir(back)
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)
