"""The use of the machine on a run's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.numbers import format_bytes, format_number
from gitexp.render.page import Grid, GridColumn, Line, Span, line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gitexp.model.metrics import Number
    from gitexp.model.run import Environment
    from gitexp.model.usage import Usage
    from gitexp.render.page import Block, Look

INDENT = 2
WIDEST_NAME = 40


def usage_blocks(usage: Mapping[str, Usage], environment: Environment, look: Look) -> list[Block]:
    """A table of mean and peak of the command's processor and memory and of each GPU, beside what there is of each.

    Nothing for a run that was over before a second look at it: its use is not known.
    """
    if "cpu_percent" not in usage:
        return []
    cores, memory, gpus = environment.cores, environment.memory_bytes, environment.gpus
    rows = [
        _row("cpu", usage.get("cpu_percent"), _percent, f"{cores} core{'s' if cores > 1 else ''}" if cores else ""),
        _row("memory", usage.get("memory_bytes"), _bytes(look), _bytes(look)(memory) if memory else ""),
    ]
    for name in sorted((name for name in usage if name.startswith("gpu")), key=_natural):
        gpu, _, what = name.partition(".")
        known = gpus[place] if (place := _number_of(gpu)) is not None and place < len(gpus) else None
        if what == "utilization_percent":
            rows.append(_row(gpu, usage[name], _percent, known.name if known is not None else ""))
        elif what == "memory_bytes":
            there = known.memory_bytes if known is not None else None
            rows.append(_row(f"{gpu} memory", usage[name], _bytes(look), _bytes(look)(there) if there else ""))
    columns = (
        GridColumn("", "left", WIDEST_NAME),
        GridColumn("mean", "right"),
        GridColumn("peak", "right"),
        GridColumn("of", "left", WIDEST_NAME),
    )
    return [Grid(columns, tuple(row for row in rows if row), INDENT)]


def _row(name: str, usage: Usage | None, show: Callable[[Number], str], of: str) -> tuple[Line, ...]:
    if usage is None:
        return ()
    return line(name), line(show(usage.mean)), line(show(usage.max)), line(Span(of, "muted"))


def _percent(value: Number) -> str:
    return f"{format_number(round(value, 1))} %".replace(".0 %", " %")


def _bytes(look: Look) -> Callable[[Number], str]:
    return lambda value: format_bytes(round(value)) if look.is_screen else f"{round(value)} bytes"


def _number_of(gpu: str) -> int | None:
    number = gpu.removeprefix("gpu")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 4 else None


def _natural(name: str) -> tuple[int, str]:
    gpu, _, what = name.partition(".")
    number = _number_of(gpu)
    return (-1 if number is None else number), {"utilization_percent": "", "memory_bytes": "1"}.get(what, what)
