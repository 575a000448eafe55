"""How long ago, as people type it."""

from __future__ import annotations

import re
from datetime import timedelta

from gitexp.errors import InvalidValue

_AGE = re.compile(r"(\d{1,6})\s*([hdwmy])")
_HOURS = {"h": 1, "d": 24, "w": 24 * 7, "m": 24 * 30, "y": 24 * 365}
_WORDS = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year"}


def parse_age(text: str) -> timedelta:
    """Reads ``12h``, ``30d``, ``2w``, ``6m`` or ``1y``; a month has 30 days, a year 365. Raises InvalidValue."""
    found = _AGE.fullmatch(text.strip().lower())
    if found is None:
        raise InvalidValue("age", text, "a number and one of h, d, w, m, y", hint="30d")
    return timedelta(hours=int(found[1]) * _HOURS[found[2]])


def format_age(age: timedelta) -> str:
    """An age in words, in the largest unit that gives a whole number: ``30 days``."""
    hours = int(age.total_seconds()) // 3600
    unit = next((unit for unit in ("w", "d") if hours and hours % _HOURS[unit] == 0 and hours > _HOURS[unit]), "h")
    if unit == "w" and hours < _HOURS["w"] * 3:
        unit = "d"
    count = hours // _HOURS[unit]
    return f"{count} {_WORDS[unit]}" + "s" * (count != 1)
