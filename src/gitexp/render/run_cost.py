"""What a run cost, on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.numbers import format_number
from gitexp.render.page import Span, line
from gitexp.render.text import neutralise

if TYPE_CHECKING:
    from gitexp.model.chain_view import ChainView
    from gitexp.model.run import Cost, Run
    from gitexp.render.page import Line

_PARTS = {"cpu": "processors", "memory": "memory", "gpu": "GPUs"}


def cost_fields(run: Run, chain: ChainView | None) -> list[tuple[str, tuple[Line, ...]]]:
    """The amount and the energy of a run, and beside them those of its chain; nothing where neither is known."""
    of_chain = chain.cost if chain is not None and len(chain.joined) > 1 else None
    rows: list[tuple[str, tuple[Line, ...]]] = []
    if run.cost is not None:
        rows += _fields(run.cost)
    if of_chain is not None:
        rows += [(f"{name} of the chain", lines) for name, lines in _fields(of_chain)]
    return rows


def format_amount(amount: float, currency: str | None) -> str:
    """An amount of money as people read it: to the cent, below one in four digits."""
    text = f"{amount:.2f}" if amount >= 1 else format_number(amount)
    return f"{text} {neutralise(currency or '')}".strip()


def _fields(cost: Cost) -> list[tuple[str, tuple[Line, ...]]]:
    rows: list[tuple[str, tuple[Line, ...]]] = []
    if cost.amount is not None:
        rate = f"  at {format_number(cost.rate_per_hour)} an hour" if cost.rate_per_hour is not None else ""
        rows.append(("amount", (line(format_amount(cost.amount, cost.currency), Span(rate, "muted")),)))
    if cost.energy_kwh is not None:
        of = ", ".join(_PARTS.get(part, neutralise(part)) for part in cost.energy_of)
        whose = f"  {of}, whoever used them" if of else ""
        rows.append(("energy", (line(f"{format_number(cost.energy_kwh)} kWh", Span(whose, "muted")),)))
    return rows
