"""Arrays, tensors and nested lists as pixels of 8 bits a channel."""

from __future__ import annotations

import sys

from gitexp.tracker.notices import Refusal
from gitexp.tracker.numbers import describe_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

CHANNELS = (1, 3, 4)
Pixels = tuple[int, int, int, bytes]
"""Width, height, channels, and the bytes of all rows from the top."""


def read_pixels(image: Any) -> Pixels:
    """The pixels of an array of shape (height, width), (height, width, channels) or (channels, height, width).

    Channels are 1, 3 or 4; they are taken to come first only where they cannot come last. Floats and booleans are
    scaled from 0..1, integers are 0..255; what lies outside is cut off, NaN is 0. Raises Refusal.
    """
    what = describe_kind(image)
    array = _to_array(image)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(array, numpy.ndarray):
        return _read_array(numpy, array, what)
    return _read_lists(array, what)


def _to_array(image: Any) -> Any:
    """What NumPy can take at once, else nested lists; tensors are fetched from wherever they are."""
    if callable(getattr(image, "detach", None)) and callable(getattr(image, "cpu", None)):
        image = image.detach().cpu()
        if "numpy" not in sys.modules or "bfloat16" in str(image.dtype):
            return image.tolist()
    numpy = sys.modules.get("numpy")
    if numpy is not None and (hasattr(image, "__array__") or isinstance(image, (list, tuple))):
        return numpy.asarray(image)
    return image.tolist() if callable(getattr(image, "tolist", None)) else image


def _order(shape: tuple[int, ...], what: str) -> tuple[int, int, int, bool]:
    """Height, width, channels, and whether the channels come first."""
    if 0 in shape:
        raise Refusal(f"{what} is left out: it is empty")
    if len(shape) == 2:
        return shape[0], shape[1], 1, False
    if len(shape) == 3 and shape[2] in CHANNELS:
        return shape[0], shape[1], shape[2], False
    if len(shape) == 3 and shape[0] in CHANNELS:
        return shape[1], shape[2], shape[0], True
    raise Refusal(f"{what} is left out: an image is (height, width), (height, width, 1, 3 or 4) or channels first")


def _read_array(numpy: Any, array: Any, what: str) -> Pixels:
    height, width, channels, first = _order(array.shape, what)
    if first:
        array = array.transpose(1, 2, 0)
    kind = array.dtype.kind
    if kind == "f":
        array = numpy.nan_to_num(array.astype("float64"), nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1) * 255
        array = array.round().astype("uint8")
    elif kind == "b":
        array = array.astype("uint8") * 255
    elif kind in "iu":
        array = array.clip(0, 255).astype("uint8")
    else:
        raise Refusal(f"{what} is left out: its values are no numbers")
    return width, height, channels, array.tobytes()


def _read_lists(rows: Any, what: str) -> Pixels:
    shape = tuple(_measure(rows))
    height, width, channels, first = _order(shape, what)
    if first:
        rows = [[[plane[y][x] for plane in rows] for x in range(width)] for y in range(height)]
    flat = [value for row in rows for pixel in row for value in (pixel if len(shape) == 3 else (pixel,))]
    if len(flat) != height * width * channels or not all(isinstance(value, (int, float)) for value in flat):
        raise Refusal(f"{what} is left out: its rows differ in length, or its values are no numbers")
    scale = 255 if any(isinstance(value, (bool, float)) for value in flat) else 1
    return width, height, channels, bytes(_to_byte(value, scale) for value in flat)


def _measure(rows: Any) -> Iterator[int]:
    while isinstance(rows, (list, tuple)):
        yield len(rows)
        rows = rows[0] if rows else None


def _to_byte(value: float, scale: int) -> int:
    if value != value:
        return 0
    return round(min(max(value * scale, 0), 255))
