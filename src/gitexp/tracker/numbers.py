"""What counts as a number in a call of ``log``, and nested metrics made flat."""

from __future__ import annotations

from _collections_abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

Number = int | float
_DEEPEST = 32


def to_number(value: object) -> Number | None:
    """A plain int or float; None for what is none. Never raises.

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
        return _convert(value)
    except Exception:  # noqa: BLE001  an array of several elements, a number out of range, somebody's own class
        return None


def _convert(value: object) -> Number | None:
    item = getattr(value, "item", None)
    if getattr(getattr(value, "dtype", None), "kind", None) in ("m", "M"):  # a date, in nanoseconds since 1970
        return None
    if callable(item) and not isinstance(value, type):
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


def describe_kind(value: object) -> str:
    """What a value is, in words: ``a list``, ``an ndarray of shape (2, 3)``, ``None``."""
    if value is None:
        return "None"
    name = type(value).__name__
    words = f"{'an' if name.lower().startswith(('a', 'e', 'i', 'o', 'u', 'nd')) else 'a'} {name}"
    try:
        shape = getattr(value, "shape", None)
        return words if shape is None or isinstance(value, type) else f"{words} of shape {tuple(shape)}"
    except Exception:  # noqa: BLE001  somebody's own class
        return words


def collect_numbers(
    metrics: Mapping[object, object], prefix: str, leave_out: Callable[[str, str], None]
) -> dict[str, Number]:
    """A call's metrics as flat names and plain numbers; ``leave_out`` is told the name of all else, and why."""
    found: dict[str, Number] = {}
    _collect(found, metrics, prefix, leave_out, _DEEPEST)
    return found


def _collect(
    found: dict[str, Number],
    metrics: Mapping[object, object],
    prefix: str,
    leave_out: Callable[[str, str], None],
    deepest: int,
) -> None:
    for key, value in metrics.items():
        name = prefix + clean_name(key)
        number = to_number(value)
        if number is not None and name:
            found[name] = number
        elif isinstance(value, Mapping) and deepest:
            _collect(found, value, name + ".", leave_out, deepest - 1)
        else:
            leave_out(name, f"{describe_kind(value)} is no number" if name else "a metric needs a name")


def clean_name(key: object) -> str:
    """A key as text that can be written in UTF-8."""
    text = str(key) if type(key) is not str else key
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text
