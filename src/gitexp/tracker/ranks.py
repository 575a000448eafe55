"""Which process of a distributed training this is: only the main one speaks for the run, unless all are asked to."""

from __future__ import annotations

import os
import sys

from gitexp.tracker.handlers import comes_from_handler
from gitexp.tracker.numbers import describe_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

RANKS_VARIABLE = "GITEXP_RANKS"
"""What of the variables below was set when ``exp run`` itself began: ``SLURM_PROCID=3;LOCAL_RANK=1``."""
ALL_RANKS_VARIABLE = "GITEXP_ALL_RANKS"
"""Set, and not to ``0``: every process speaks; metrics of all but the main one begin with ``rank<n>.``."""
_VARIABLES = ("RANK", "SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "LOCAL_RANK")


def describe_ranks(variables: Mapping[str, str]) -> str:
    """The ranks that a process has, as RANKS_VARIABLE hands them on; '' where it has none."""
    return ";".join(f"{name}={variables[name]}" for name in _VARIABLES if variables.get(name, "").isdecimal())


def find_rank(before: str, tell: Callable[[str], None]) -> int | None:
    """This process's rank within its run; None where there is but one process, or nothing says so.

    ``tell`` gets a sentence where torch.distributed, which is not ours, fails to say it.

    ``before`` are the ranks that the run as a whole has, by ``describe_ranks``: of four runs that ``srun -n4 exp run``
    starts, each is whole.
    """
    outer = dict(part.split("=", 1) for part in before.split(";") if "=" in part)
    for name in _VARIABLES:
        value = os.environ.get(name, "")
        if value.isdecimal() and value != outer.get(name):
            return int(value)
    torch = sys.modules.get("torch.distributed")
    try:
        if torch is not None and torch.is_available() and torch.is_initialized():
            return int(torch.get_rank())
    except Exception as error:
        if comes_from_handler(error):
            raise
        tell(f"the rank of this process is unknown, it counts as the main one: {describe_fault(error)}")
    return None
