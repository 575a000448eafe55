"""Numbers as people read them on a screen. Files and pipes get every digit (``format_value``)."""

from __future__ import annotations

import math

from gitexp.model.values import Value, format_value

DIGITS = 5
_UNITS = ("kB", "MB", "GB", "TB", "PB")


def format_number(value: float) -> str:
    """A number in 5 significant digits, 4 below one; whole ones in full, very small and very large as ``1e-05``."""
    digits = DIGITS if abs(value) >= 1 else DIGITS - 1
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else f"{_as_float(value):.{digits - 1}e}"
    if not math.isfinite(value):
        return format_value(value)
    size = abs(value)
    if size and not 1e-4 <= size < 1e7:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent):+03d}"
    places = digits - 1 - (math.floor(math.log10(size)) if size else 0)
    text = f"{value:.{min(max(places, 0), 12)}f}"
    if "." not in text:
        return text
    text = text.rstrip("0")
    return text + "0" if text.endswith(".") else text


def format_cell(value: Value, *, full: bool) -> str:
    """A value in a table: with all its digits where ``full``, else as a screen shows it."""
    if full or isinstance(value, (bool, str)) or not isinstance(value, (int, float)):
        return format_value(value)
    return format_number(value)


def format_delta(value: float, *, full: bool) -> str:
    """A difference with its sign, always."""
    text = format_value(abs(value)) if full else format_number(abs(value))
    return ("+" if value > 0 else "-" if value < 0 else "±") + text


def align_points(texts: list[str]) -> list[str]:
    """Fills numbers with spaces on their right so that, set to the right, their points stand under each other.

    Numbers without a point, and with an exponent, line up by their last whole digit.
    """
    tails = [len(text) - _point(text) for text in texts]
    longest = max((tail for tail, text in zip(tails, texts, strict=True) if _is_plain(text)), default=0)
    return [
        text + " " * (longest - tail) if _is_plain(text) and tail <= longest else text
        for tail, text in zip(tails, texts, strict=True)
    ]


def format_bytes(count: int) -> str:
    """A size in decimal units: ``5 GB``, ``1.2 MB``, ``812 bytes``."""
    if abs(count) < 1000:
        return "1 byte" if count == 1 else f"{count} bytes"
    size, units = count / 1000, iter(_UNITS)
    unit = next(units)
    while size >= 999.5 and (larger := next(units, None)) is not None:
        size, unit = size / 1000, larger
    text = f"{size:.0f}" if size >= 99.95 else f"{size:.1f}".removesuffix(".0")
    return f"{text} {unit}"


def _point(text: str) -> int:
    place = text.find(".")
    return place if place >= 0 else len(text)


def _is_plain(text: str) -> bool:
    return bool(text) and all(letter in "0123456789.-+±" for letter in text)


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
