"""torchrun starts a process for each GPU and mixes what they print: it can be told to say who printed what."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.capture.program import is_wrapper, program_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

RANKS = "ranks"
"""The folder in the journal for the files that torchrun writes on the way."""
_LAUNCHERS = frozenset(("torchrun", "torch.distributed.run", "torch.distributed.launch"))
_PROGRESS_SECONDS = "10"
_SWITCH_NAMES = "--help --module --no-python --run-path --standalone --use-env --virtual-local-rank -h -m"
_SWITCHES = frozenset(_SWITCH_NAMES.split())
"""torchrun's options that take no value."""
_OWN = ("--tee", "--redirects", "--log-dir", "--logs-specs")
_OWN_VARIABLES = ("PET_TEE", "PET_REDIRECTS", "PET_LOG_DIR", "PET_LOGS_SPECS")
_ONE_NODE = ("1", "1:1")


def tell_ranks_apart(command: Sequence[str], variables: Mapping[str, str], folder: str) -> dict[str, str]:
    """The variables under which torchrun puts the rank before each line of its processes; ``folder`` is the journal.

    torchrun reads defaults of its options from variables named ``PET_``. None are set for another command, for a
    single process, and where the user has a word in it: by an option or by a variable.
    """
    arguments = _find_arguments(command)
    if arguments is None or any(variables.get(name) for name in _OWN_VARIABLES):
        return {}
    options = dict(_read_options(arguments))
    if any(_is_short_for(name, own) for name in options for own in _OWN) or {"-t", "-r"} & options.keys():
        return {}
    processes = _find_option(options, "--nproc-per-node") or variables.get("PET_NPROC_PER_NODE", "1")
    nodes = _find_option(options, "--nnodes") or variables.get("PET_NNODES", "1")
    if processes == "1" and nodes in _ONE_NODE:
        return {}
    wanted = {
        "PET_TEE": "3",  # standard output and standard error
        "PET_LOG_DIR": os.path.join(folder, RANKS),
        "TORCHELASTIC_LOG_LINE_PREFIX_TEMPLATE": "[rank${rank}]: ",
        # torchrun prints their lines itself now, and into a pipe that would be 8 kB at a time.
        "PYTHONUNBUFFERED": "1",
        # And a bar that is redrawn ten times a second would come out as ten lines.
        "TQDM_MININTERVAL": _PROGRESS_SECONDS,
    }
    return {name: value for name, value in wanted.items() if name not in variables}


def _find_arguments(command: Sequence[str]) -> list[str] | None:
    """What stands behind torchrun; None where something else is run."""
    for at in range(len(command)):
        if program_name(command[at:]) in _LAUNCHERS:
            rest = list(command[at:])
            while rest and os.path.basename(rest[0]).lower().removesuffix(".exe").removeprefix("-m") not in _LAUNCHERS:
                del rest[0]
            return rest[1:]
        if at == 0 and not is_wrapper(command):
            return None
    return None


def _read_options(arguments: list[str]) -> Iterator[tuple[str, str]]:
    """The options before the script, under their names with hyphens."""
    words = iter(arguments)
    for word in words:
        if not word.startswith("-"):
            return
        name, equals, value = word.partition("=")
        if not name.startswith("--") and len(name) > 2:  # -t3
            name, value, equals = name[:2], name[2:], "="
        name = name.replace("_", "-")
        if not equals and name not in _SWITCHES:
            value = next(words, "")
        yield name, value


def _find_option(options: Mapping[str, str], long: str) -> str | None:
    return next((value for name, value in options.items() if _is_short_for(name, long)), None)


def _is_short_for(name: str, long: str) -> bool:
    """Whether argparse takes an option for a longer one, of which it is the beginning."""
    return name == long or (len(name) > len("--nn") and long.startswith(name))
