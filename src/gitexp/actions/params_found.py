"""The params of a run, from everywhere they can be read before it starts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import ParamsFileError
from gitexp.model.params import ParamSource, Rank, parse_assignment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.attempts import Attempts
    from gitexp.actions.request import RecordRequest
    from gitexp.model.settings import Settings

_LARGEST_FILE = 4_000_000
_LARGEST_FOUND = 500_000
"""Of a file that nobody named: the start waits for it, a second for each half megabyte."""


class Places(NamedTuple):
    """The folders of a recording, absolute: where the command was typed, the project, the repository's top."""

    here: str
    project: str
    top: str

    def shown(self, path: str) -> str:
        """A path as a record names it: relative to the repository with '/', or as it is outside of it."""
        relative = os.path.relpath(os.path.join(self.here, path), self.top)
        return path if relative.startswith("..") else relative.replace(os.sep, "/")


def find_params(
    request: RecordRequest, settings: Settings, places: Places, attempts: Attempts
) -> tuple[ParamSource, ...]:
    """Every source of params but what the run itself writes (Hydra).

    Raises InvalidValue and ParamsFileError for what the user typed; a params file that was only found is warned of.
    """
    from gitexp.capture.flags import named_files, parse_command_params
    from gitexp.capture.found_files import find_params_files

    sources = [ParamSource("--param", dict(map(parse_assignment, request.params)), Rank.ASSIGNMENT)]
    # A flag of the command is what the script was told; a file, even a named one, may only be what it falls back on.
    sources += [_read(path, Rank.NAMED_FILE, places) for path in _typed_files(request.params_files, places)]
    if request.extract and settings.params_from_command:
        sources.append(ParamSource("flag", parse_command_params(request.command), Rank.FLAG))
        for path in named_files(request.command, lambda path: os.path.isfile(os.path.join(places.here, path))):
            sources += _read_found(os.path.join(places.here, path), Rank.NAMED_FILE, places, attempts)
    for path in find_params_files(places.here, places.project, settings.params_files):
        sources += _read_found(path, Rank.FILE, places, attempts)
    return tuple(source for source in sources if source.values)


def read_hydra(paths: Sequence[str], places: Places, attempts: Attempts) -> list[ParamSource]:
    """The config files that Hydra wrote during the run."""
    return [source for path in paths for source in _read_found(path, Rank.HYDRA, places, attempts)]


def read_declared(path: str, places: Places, attempts: Attempts) -> ParamSource | None:
    """The params of a file that a pipeline names; None where there are none to read, as in a module of Python."""
    if not path.endswith((".yaml", ".yml", ".json", ".toml")) or not os.path.isfile(path):
        return None
    return next(iter(_read_found(path, Rank.FILE, places, attempts)), None)


def _typed_files(names: Sequence[str], places: Places) -> list[str]:
    return [os.path.join(places.here, name) for name in names]


def _read_found(path: str, rank: Rank, places: Places, attempts: Attempts) -> list[ParamSource]:
    try:
        return [_read(path, rank, places, _LARGEST_FOUND)]
    except ParamsFileError as error:
        attempts.warn(f"params of {error.message}")
        return []


def _read(path: str, rank: Rank, places: Places, largest: int = _LARGEST_FILE) -> ParamSource:
    from gitexp.format.params_file import parse_params_file

    shown = places.shown(path)
    try:
        with open(path, "rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise ParamsFileError(shown, None, error.strerror or str(error), hint="ls *.yaml *.toml *.json") from error
    if len(data) > largest:
        raise ParamsFileError(shown, None, f"larger than {largest:,} bytes")
    return ParamSource(shown, parse_params_file(shown, data, declared=rank is not Rank.NAMED_FILE), rank)
