"""What a command and its user are told of the run that is gone on from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.values import equal_values, format_value
from gitexp.tracker.continued import FORKED_VARIABLE, RESUMES_VARIABLE, STEP_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.actions.request import Continued
    from gitexp.model.run import Run
    from gitexp.model.values import Params

_MOST = 6


def describe_variables(continued: Continued) -> Mapping[str, str]:
    """What the environment of the command says of it."""
    variables = {FORKED_VARIABLE if continued.is_fork else RESUMES_VARIABLE: str(continued.id)}
    if continued.step is not None:
        variables[STEP_VARIABLE] = format_value(continued.step)
    return variables


def tell_params(continued: Continued, run: Run) -> tuple[str, ...]:
    """A sentence about the params that are not those of before, where there are any; only what the start knows."""
    before, now = continued.params, run.params
    changed = [
        f"{key} {_show(before, key)} -> {_show(now, key)}"
        for key in dict.fromkeys((*before, *now))
        # What the script said itself while it ran is not known yet.
        if key in now and not (key in before and equal_values(before[key], now[key]))
    ]
    if not changed:
        return ()
    more = f" and {len(changed) - _MOST} more" if len(changed) > _MOST else ""
    return (f"params differ from those of {continued.name}: {', '.join(changed[:_MOST])}{more}",)


def _show(params: Params, key: str) -> str:
    return format_value(params[key]) if key in params else "none"
