"""The request that a run was recorded by, as far as its manifest says, made again."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.request import RecordRequest, ShareRequest
from gitexp.capture.flags import named_files
from gitexp.capture.found_files import find_params_files
from gitexp.capture.program import is_python
from gitexp.capture.redaction import REDACTED
from gitexp.errors import Refused
from gitexp.model.params import format_assignment
from gitexp.model.paths import unquote_path
from gitexp.model.run import Lineage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.actions.params_found import Places
    from gitexp.model.paths import TreePath
    from gitexp.model.run import Run
    from gitexp.model.settings import Settings

_ASSIGNED = "--param"
_FOUND = ("flag", "api")
_UNMIRRORED = ShareRequest(live=False)
SET_AGAIN = (
    *("CUBLAS_WORKSPACE_CONFIG", "NVIDIA_TF32_OVERRIDE", "PYTHONHASHSEED", "TF_CUDNN_DETERMINISTIC"),
    *("TF_DETERMINISTIC_OPS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
    *("BLIS_NUM_THREADS", "GOTO_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "RAYON_NUM_THREADS"),
)
"""Recorded variables that move numbers and do nothing else: they are set as they were."""


class AdaptedCommand(NamedTuple):
    """A run's command as it can be run here, and in sentences what was changed."""

    words: tuple[str, ...]
    notes: tuple[str, ...]


def read_command(run: Run, given: Sequence[str]) -> tuple[str, ...]:
    """The command to run: the one given, else the recorded one. Raises Refused where something of that was hidden."""
    if given:
        return tuple(given)
    hidden = any(place.split(".")[0] == "command" for place in run.redacted)
    if hidden or any(REDACTED in word for word in run.command):
        raise Refused(
            f"the command of {run.name} has parts that were hidden: {shlex.join(run.command)}",
            hint=f"exp reproduce {run.id} -- COMMAND  (with what was hidden)",
        )
    if not run.command:
        raise Refused(f"{run.name} has no command", hint=f"exp reproduce {run.id} -- COMMAND")
    return run.command


def adapt_command(
    command: Sequence[str], here: str, there: str | None, new_bin: str | None, recorded: str | None
) -> AdaptedCommand:
    """The command with the interpreters that are not here replaced.

    ``here`` is the folder in which it is to run, ``there`` the same folder of the user's own working tree. ``new_bin``
    is where the programs of an environment made for it lie, in place of those of the ``recorded`` interpreter.
    """
    old_bin = os.path.dirname(recorded) if recorded is not None and os.path.isabs(recorded) else None
    words: list[str] = []
    notes: list[str] = []
    for word in command:
        new = _replace(word, here, there, new_bin, old_bin)
        if new != word:
            notes.append(f"{word} is {new} here")
        words.append(new)
    return AdaptedCommand(tuple(words), tuple(dict.fromkeys(notes)) if new_bin is None else ())


def _replace(word: str, here: str, there: str | None, new_bin: str | None, old_bin: str | None) -> str:
    folder, name = os.path.split(word)
    if not folder or "=" in word:
        return word
    is_beside = old_bin is not None and os.path.normpath(folder) == os.path.normpath(old_bin)
    if not is_python(word) and not is_beside:
        return word
    if new_bin is not None:
        new = os.path.join(new_bin, name)
        return new if os.path.exists(new) else os.path.join(new_bin, "python") if is_python(word) else word
    if os.path.exists(os.path.join(here, word)):
        return word
    if not os.path.isabs(word) and there is not None and os.path.exists(os.path.join(there, word)):
        return os.path.normpath(os.path.join(there, word))
    return "python" if is_python(word) else name


def rebuild_request(
    run: Run, command: tuple[str, ...], settings: Settings, places: Places, outside: Mapping[str, str]
) -> RecordRequest:
    """What has to be asked for so that the same is recorded again, mirrors aside.

    ``places`` are those of the worktree; ``outside`` has the paths of data beside the repository.
    """

    def name(path: TreePath) -> str:
        return os.path.relpath(os.path.join(places.top, os.fsdecode(unquote_path(path))), places.here)

    whole = run.series.whole if run.series is not None else None
    artifacts = [
        one for one in run.artifacts if one.path != whole and not (one.why or "").startswith("it lies outside")
    ]
    return RecordRequest(
        command=command,
        experiment=run.experiment,
        params=_find_assigned(run),
        params_files=_find_named(run, command, settings, places),
        seed=run.seed,
        data=tuple(outside.get(item.path) or name(item.path) for item in run.data),
        artifacts=tuple(name(one.path) for one in artifacts),
        share=_UNMIRRORED,
        lineage=Lineage(reproduces=run.id),
    )


def _find_assigned(run: Run) -> tuple[str, ...]:
    """The ``--param`` of a run; not those whose values were hidden, which only the record lacks."""
    assigned = (key for key, source in run.param_sources.items() if source == _ASSIGNED and key in run.params)
    return tuple(
        format_assignment(key, run.params[key])
        for key in assigned
        if "=" not in key and REDACTED not in key and run.params[key] != REDACTED
    )


def _find_named(run: Run, command: Sequence[str], settings: Settings, places: Places) -> tuple[str, ...]:
    """The files that were given by ``--params-file``: those in the worktree that would not be found otherwise."""

    def exists(path: str) -> bool:
        return os.path.isfile(os.path.join(places.here, path))

    found = [os.path.join(places.here, path) for path in named_files(command, exists)]
    found += find_params_files(places.here, places.project, settings.params_files)
    known = {os.path.realpath(path) for path in found}
    sources = dict.fromkeys(source for source in run.param_sources.values() if source not in (_ASSIGNED, *_FOUND))
    paths = [os.path.join(places.top, source) for source in sources]
    top = os.path.join(os.path.realpath(places.top), "")
    return tuple(
        path
        for path in paths
        if os.path.isfile(path) and os.path.realpath(path).startswith(top) and os.path.realpath(path) not in known
    )


def select_variables_again(run: Run, present: Mapping[str, str]) -> dict[str, str]:
    """The variables to set as they were, where they are not so already."""
    recorded = run.environment.variables
    return {
        name: recorded[name]
        for name in SET_AGAIN
        if name in recorded and recorded[name] != present.get(name) and REDACTED not in recorded[name]
    }


def describe_variables(variables: Mapping[str, str]) -> list[str]:
    """What was set, in sentences."""
    return [f"{name}={value}, as it was" for name, value in variables.items()]
