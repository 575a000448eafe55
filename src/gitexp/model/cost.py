"""What runs cost: by the rates of the configuration, together in a chain, and summed over many."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.run import Cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitexp.model.values import Value

DEFAULT_RATE = "default"
AMOUNT, CURRENCY, RATE, ENERGY = "cost.amount", "cost.currency", "cost.rate_per_hour", "cost.energy_kwh"
"""The keys of the details of a run that say what it cost."""
_DIGITS = 6


def cost_of(
    seconds: float, rates: Mapping[str, float], currency: str | None, host: str, gpus: Iterable[str] | None
) -> Cost:
    """The cost of wall time in seconds, ``gpus`` being the names of those that the run could use.

    The rate of the first glob that names the host counts once. That of the first one that names a GPU, and not the
    host, counts for each such GPU. ``default`` is for a run to which neither applies. Where it is not known which GPUs
    there are (None), there is an amount only if no glob could have named one.
    """
    globs = {pattern: rate for pattern, rate in rates.items() if pattern != DEFAULT_RATE}
    of_host = {pattern: rate for pattern, rate in globs.items() if fnmatchcase(host, pattern)}
    of_gpus = {pattern: rate for pattern, rate in globs.items() if pattern not in of_host}
    if gpus is None and of_gpus:
        return Cost(seconds)
    found = list(of_host.values())[:1]
    for name in gpus or ():
        found += [rate for pattern, rate in of_gpus.items() if fnmatchcase(name, pattern)][:1]
    if not found and DEFAULT_RATE in rates:
        found = [rates[DEFAULT_RATE]]
    if not found:
        return Cost(seconds)
    rate = round(sum(found), _DIGITS) if len(found) > 1 else found[0]
    return Cost(seconds, rate, currency, round(seconds / 3600 * rate, _DIGITS))


def join_costs(costs: Sequence[Cost | None]) -> Cost | None:
    """What the parts of a chain cost together.

    There is an amount where each part has one, all in one currency, and energy where that of the same parts of the
    machine was measured each time; the rate is left out where it changed. None where a part has no cost at all.
    """
    known = [cost for cost in costs if cost is not None]
    if not known or len(known) < len(costs):
        return None
    if len(known) == 1:
        return known[0]
    amounts = [cost.amount for cost in known if cost.amount is not None]
    energies = [cost.energy_kwh for cost in known if cost.energy_kwh is not None]
    is_one_currency = len({cost.currency for cost in known}) == 1
    is_priced = len(amounts) == len(known) and is_one_currency
    is_measured = len(energies) == len(known) and len({cost.energy_of for cost in known}) == 1
    rates = {cost.rate_per_hour for cost in known}
    return Cost(
        seconds=round(sum(cost.seconds for cost in known), _DIGITS),
        rate_per_hour=rates.pop() if is_priced and len(rates) == 1 else None,
        currency=known[0].currency if is_one_currency else None,
        amount=round(sum(amounts), _DIGITS) if is_priced else None,
        energy_kwh=float(f"{sum(energies):.6g}") if is_measured else None,
        energy_of=known[0].energy_of if is_measured else (),
    )


class CostSum(NamedTuple):
    """What runs cost together: an amount for each currency, '' for none, in alphabetical order.

    Amounts of different currencies are never added. ``unpriced`` and ``unmeasured`` count the runs that have no amount,
    and of which no energy was measured: the sums are of the others.
    """

    runs: int
    amounts: tuple[tuple[str, float], ...]
    energy_kwh: float | None
    unpriced: int
    unmeasured: int


def sum_costs(details: Iterable[Mapping[str, Value]]) -> CostSum:
    """The sum over runs, each by its details; a value that is no number counts as none."""
    amounts: dict[str, float] = {}
    energy: list[float] = []
    runs = unpriced = 0
    for one in details:
        runs += 1
        amount, kwh = _number(one.get(AMOUNT)), _number(one.get(ENERGY))
        if amount is None:
            unpriced += 1
        else:
            currency = str(one.get(CURRENCY) or "")
            amounts[currency] = amounts.get(currency, 0.0) + amount
        if kwh is not None:
            energy.append(kwh)
    return CostSum(
        runs=runs,
        amounts=tuple(sorted((currency, round(amount, _DIGITS)) for currency, amount in amounts.items())),
        energy_kwh=float(f"{sum(energy):.6g}") if energy else None,
        unpriced=unpriced,
        unmeasured=runs - len(energy),
    )


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        return None
    return float(value)
