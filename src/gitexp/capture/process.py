"""The user's command, run and observed without being disturbed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitexp.capture.ending import Ending
    from gitexp.capture.keeping import Keeping
    from gitexp.capture.spool import Spool


def run_command(
    command: Sequence[str],
    *,
    directory: str,
    variables: Mapping[str, str],
    spool: Spool | None = None,
    capture: bool = True,
    on_start: Callable[[int], None] | None = None,
    keeping: Keeping | None = None,
) -> Ending:
    """Runs a command to its end as if it had been called alone, and records what it writes.

    To be called in the main thread, before other threads are started; ``on_start`` gets the command's process id and
    is the place to start them. It is not to take long: signals wait for it. What it raises is raised after the end.
    A keeper is left where there can be one: whoever calls dismisses it when the run is stored. Should this process die
    before that, it completes the run.
    """
    if keeping is None:
        from gitexp.capture.keeping import Keeping

        keeping = Keeping()
    if sys.platform == "win32":
        from gitexp.capture.windows import run_on_windows as observe_command
    else:
        from gitexp.capture.observer import observe_command
    return observe_command(
        command,
        directory=directory,
        variables=variables,
        spool=spool,
        capture=capture,
        on_start=on_start,
        keeping=keeping,
    )
