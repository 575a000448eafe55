"""Times, days and durations as a filter spells them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import tzinfo

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_AGES = {
    "s": 1, "sec": 1, "second": 1, "min": _MINUTE, "minute": _MINUTE, "h": _HOUR, "hour": _HOUR, "d": _DAY,
    "day": _DAY, "w": 7 * _DAY, "week": 7 * _DAY, "month": 30 * _DAY, "y": 365 * _DAY, "year": 365 * _DAY,
}  # fmt: skip
_DURATIONS = {**_AGES, "m": _MINUTE}
"""``m`` is a minute here, as a listing shows it; of an age it may be a month, and is neither."""
_AGO = re.compile(r"(\d{1,6}|an?)\s*([a-z]+)\s+ago")
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*([a-z]+)\s*")
_CALENDAR = re.compile(r"(\d{4})(?:-(\d{2}))?")
_LEAST_MILLISECONDS = 10**11  # 1973; as seconds the year 5138


class Clock(NamedTuple):
    """What time it is, and the zone of days that are named without one; None for that of the machine."""

    now: datetime
    zone: tzinfo | None = None


class Period(NamedTuple):
    """A day, month or year that is named as a whole: from ``start``, and before ``end``."""

    start: datetime
    end: datetime


def parse_time(text: str, clock: Clock) -> datetime | Period | None:
    """Reads ``now``, ``7 days ago``, ``yesterday``, ``2026-11-01``, ``2026-11`` or ISO 8601; None for anything else.

    Days are those of the clock's zone, and so is a time that names no zone.
    """
    words = " ".join(text.lower().split())
    try:
        if words == "now":
            return clock.now
        if words in ("today", "yesterday"):
            return _make_day(clock.now.astimezone(clock.zone).date() - timedelta(days=words == "yesterday"), clock)
        if match := _AGO.fullmatch(words):
            seconds = _AGES.get(match[2]) or _AGES.get(match[2].removesuffix("s"))
            count = int(match[1]) if match[1].isdecimal() else 1
            return None if seconds is None else clock.now - timedelta(seconds=count * seconds)
        return _parse_calendar(text.strip(), clock)
    except (ValueError, OverflowError):  # no such day, or beyond the years that Python knows
        return None


def time_of_number(value: float) -> datetime | None:
    """The time of milliseconds since 1970, as MLflow counts; None for a number too small to be meant so."""
    from datetime import UTC

    if isinstance(value, bool) or not _LEAST_MILLISECONDS <= value <= 1e14:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=value)


def parse_duration(text: str) -> float | None:
    """Reads ``2h``, ``1h 30m``, ``90 min`` as seconds; None where it is none."""
    words = text.strip().lower()
    if not words:
        return None
    total, end = 0.0, 0
    while end < len(words):
        match = _PART.match(words, end)
        unit = match and (_DURATIONS.get(match[2]) or _DURATIONS.get(match[2].removesuffix("s")))
        if not match or not unit:
            return None
        total += float(match[1]) * unit
        end = match.end()
    return total


def _parse_calendar(text: str, clock: Clock) -> datetime | Period:
    if match := _CALENDAR.fullmatch(text):
        year, month = int(match[1]), int(match[2] or 1)
        end = date(year + month // 12, month % 12 + 1, 1) if match[2] else date(year + 1, 1, 1)
        return Period(_local(date(year, month, 1), clock), _local(end, clock))
    if len(text) <= 10 and "T" not in text and ":" not in text:
        return _make_day(date.fromisoformat(text), clock)
    time = datetime.fromisoformat(text)
    return time if time.tzinfo is not None else _in_zone(time, clock)


def _make_day(day: date, clock: Clock) -> Period:
    return Period(_local(day, clock), _local(day + timedelta(days=1), clock))


def _local(day: date, clock: Clock) -> datetime:
    return _in_zone(datetime(day.year, day.month, day.day), clock)  # noqa: DTZ001 - the zone comes next


def _in_zone(time: datetime, clock: Clock) -> datetime:
    # astimezone without a zone asks for the rule of that day: summer time is not the offset of now.
    return time.astimezone() if clock.zone is None else time.replace(tzinfo=clock.zone)
