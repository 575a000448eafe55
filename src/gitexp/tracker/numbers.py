"""What counts as a number in a call of ``log``, and nested metrics made flat."""

from __future__ import annotations

from _collections_abc import Mapping

from gitexp.tracker.handlers import comes_from_handler
from gitexp.tracker.notices import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Number = int | float
_DEEPEST = 32


def to_number(value: object) -> Number:
    """A plain int or float. Raises Refusal for what is none, with the reason where its own code gives one.

    Numbers are: bool, int, float and what derives from them; NumPy, PyTorch and JAX values of one element, by their
    ``item``; whatever else has ``__index__`` or ``__float__``, as Decimal and Fraction have.
    """
    kind = type(value)
    if kind is float or kind is int:
        return value  # type: ignore[return-value]
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, int):
        return int.__int__(value)
    try:
        number = _convert(value)
    except Exception as error:
        if comes_from_handler(error):
            raise
        raise Refusal(f"{describe_kind(value)} is no number ({describe_fault(error)})") from error
    if number is None:
        raise Refusal(f"{describe_kind(value)} is no number")
    return number


def _convert(value: object) -> Number | None:
    if isinstance(value, type):
        return None
    item = getattr(value, "item", None)
    if getattr(getattr(value, "dtype", None), "kind", None) in ("m", "M"):  # a date, in nanoseconds since 1970
        return None
    if any(length != 1 for length in getattr(value, "shape", ())):  # it would say so itself, each library in its words
        return None
    if callable(item):
        found = item()
        if isinstance(found, float):
            return float.__float__(found)
        if isinstance(found, int):
            return int.__int__(found)
        if found is value or not hasattr(found, "__float__"):
            return float(found) if found is value else None  # type: ignore[arg-type]
        return float(found)
    if hasattr(value, "__index__"):
        return int(value.__index__())
    if hasattr(value, "__float__"):
        return float(value.__float__())
    return None


def read_step(step: object, what: str, tell: Callable[[str, str], None]) -> Number | None:
    """A step as a number, None where there is none; of one that is no number the user is told."""
    if step is None:
        return None
    try:
        return to_number(step)
    except Refusal as refusal:
        sentence = f"{what} is left out: {refusal}"
        tell(sentence, sentence)
        return None


def describe_kind(value: object) -> str:
    """What a value is, in words: ``a list``, ``an ndarray of shape (2, 3)``, ``None``."""
    if value is None:
        return "None"
    name = type(value).__name__
    words = f"{'an' if name.lower().startswith(('a', 'e', 'i', 'o', 'u', 'nd')) else 'a'} {name}"
    try:
        shape = getattr(value, "shape", None)
        return words if shape is None or isinstance(value, type) else f"{words} of shape {tuple(shape)}"
    except Exception as error:
        if comes_from_handler(error):
            raise
        return words  # the shape is an ornament, and what it raises is no matter of ours


def describe_fault(error: Exception) -> str:
    """An exception in words: what it is called, and what it says."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception as another:
        if comes_from_handler(another):
            raise
        return f"{type(error).__name__}, of which not even the words can be had ({type(another).__name__})"


def collect_numbers(
    metrics: Mapping[Any, object], prefix: str, leave_out: Callable[[str, str], None]
) -> dict[str, Number]:
    """A call's metrics as flat names and plain numbers; ``leave_out`` is told the name of all else, and why."""
    found: dict[str, Number] = {}
    _collect(found, metrics, prefix, leave_out, _DEEPEST)
    return found


def _collect(
    found: dict[str, Number],
    metrics: Mapping[Any, object],
    prefix: str,
    leave_out: Callable[[str, str], None],
    deepest: int,
) -> None:
    for key, value in metrics.items():
        name = prefix + clean_name(key)
        if isinstance(value, Mapping) and deepest:
            _collect(found, value, name + ".", leave_out, deepest - 1)
            continue
        try:
            number = to_number(value)
        except Refusal as refusal:
            leave_out(name, str(refusal) if name else "a metric needs a name")
            continue
        if name:
            found[name] = number
        else:
            leave_out(name, "a metric needs a name")


def clean_name(key: object) -> str:
    """A key as text that can be written in UTF-8."""
    text = str(key) if type(key) is not str else key
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
