"""What runs: the command that started this interpreter, or the notebook whose cells it executes."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

CELLS = "notebook_cells.py"


def find_command() -> list[str]:
    """The command as it was typed, or the notebook's file, or ``notebook`` where that is not known."""
    if is_notebook():
        names = _find_shell().user_ns
        file = names.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or "notebook"
        return [os.path.basename(str(file))]
    return ["python", *sys.orig_argv[1:]]


def is_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    shell = _find_shell()
    return shell is not None and hasattr(shell, "kernel")


def read_cells() -> str | None:
    """The cells that were executed so far, in order; None where there is no notebook."""
    if not is_notebook():
        return None
    cells = [str(cell) for cell in _find_shell().user_ns.get("In", ()) if cell]
    return "\n".join(f"# %% [{number}]\n{cell.rstrip()}\n" for number, cell in enumerate(cells, 1))


def watch_cells(notice: Callable[..., None]) -> Callable[[], None]:
    """Calls ``notice`` before each cell that is executed from here on; returns what puts an end to that."""
    if not is_notebook():
        return lambda: None
    events = _find_shell().events
    events.register("pre_run_cell", notice)
    return lambda: events.unregister("pre_run_cell", notice)


def _find_shell() -> Any:
    ipython = sys.modules.get("IPython")
    find = getattr(ipython, "get_ipython", None)
    return find() if callable(find) else None
