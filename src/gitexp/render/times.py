"""Times, ages and durations."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_DAYS_AS_AGE = 45
FRESH_SECONDS = 120.0
"""News of a run that goes elsewhere is of now for so long: a few of its mirrors."""


def format_iso(time: datetime) -> str:
    """A time in UTC as a manifest has it: ``2026-11-23T09:14:03.123456Z``; no fraction where there is none."""
    text = time.astimezone(UTC).replace(tzinfo=None)
    return text.isoformat(timespec="microseconds" if text.microsecond else "seconds") + "Z"


def format_local(time: datetime, zone: tzinfo | None = None) -> str:
    """A time for people, in their own zone: ``2026-11-23 09:14:03``."""
    return time.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


def format_age(time: datetime, now: datetime, zone: tzinfo | None = None) -> str:
    """How long ago: ``3 min ago``; the date when that is longer than six weeks. A later time is ``in 3 min``."""
    seconds = (now - time).total_seconds()
    size = abs(seconds)
    if size < 1:
        return "just now"
    if size >= _DAYS_AS_AGE * _DAY:
        return time.astimezone(zone).strftime("%Y-%m-%d")
    if size < _MINUTE:
        text = f"{int(size)} s"
    elif size < _HOUR:
        text = f"{int(size // _MINUTE)} min"
    elif size < _DAY:
        text = f"{int(size // _HOUR)} h"
    else:
        days = int(size // _DAY)
        text = f"{days} day" + ("s" if days > 1 else "")
    return f"{text} ago" if seconds > 0 else f"in {text}"


def format_heard(time: datetime, host: str, now: datetime, zone: tzinfo | None = None) -> str:
    """When a run that goes elsewhere was heard of."""
    return f"heard {format_age(time, now, zone)} from {host or 'another machine'}"


def format_seconds(seconds: float) -> str:
    """A duration with every digit, for pipes and files."""
    return f"{float(seconds)!r} s"


def format_duration(seconds: float) -> str:
    """A duration in its two greatest units: ``0.42 s``, ``12.3 s``, ``1m 37s``, ``2h 03m``, ``3d 04h``."""
    if seconds < 0:
        return f"-{format_duration(-seconds)}"
    if seconds < 9.995:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE}m {whole % _MINUTE:02d}s"
    if whole < _DAY:
        return f"{whole // _HOUR}h {whole % _HOUR // _MINUTE:02d}m"
    return f"{whole // _DAY}d {whole % _DAY // _HOUR:02d}h"
