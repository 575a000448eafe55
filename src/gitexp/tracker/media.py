"""``gitexp.log_text``, ``log_table``, ``log_image`` and ``log_figure``: artifacts made from what a script has."""

from __future__ import annotations

import io
import os

from gitexp.tracker.keeping import keep_path
from gitexp.tracker.kept import keep_made, keep_text, note_file
from gitexp.tracker.notices import Refusal, quote
from gitexp.tracker.numbers import clean_name, describe_kind, read_step
from gitexp.tracker.writer import WRITER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_FIGURE_SUFFIXES = (".png", ".svg", ".pdf", ".jpg", ".jpeg")
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}


def log_text(name: str, text: str, step: object = None) -> None:
    """Keeps a text as the artifact ``<name>.txt``, or as ``name`` where that has an extension.

    With a step it is ``<name>/<step>.txt``, the step in eight digits. In this as in its companions: never raises for
    what it is given, the user is told once; does nothing outside a run, and in distributed training on the main
    process alone.
    """
    if not WRITER.silent:
        WRITER.attempt("log_text", lambda: _keep_text(name, step, "", ".txt", lambda: clean_name(text).encode()))


def log_table(name: str, table: Any, step: object = None, *, columns: Sequence[str] | None = None) -> None:
    """Keeps a table as the artifact ``<name>.csv``, with a step as ``<name>/<step>.csv``.

    A table is a list of dicts, a dict of columns, a DataFrame of pandas or polars, or with ``columns`` a list of rows.
    Missing values are empty.
    """

    def format_csv() -> bytes:
        from gitexp.tracker.tables import format_table

        return format_table(table, columns)

    if not WRITER.silent:
        WRITER.attempt("log_table", lambda: _keep_text(name, step, ".csv", ".csv", format_csv))


def log_image(name: str, image: Any, step: object = None) -> None:
    """Keeps an image as the artifact ``<name>.png``, with a step as ``<name>/<step>.png``.

    An image is a PIL image; an array or tensor of NumPy, PyTorch or JAX of shape (height, width), (height, width,
    channels) or (channels, height, width) with 1, 3 or 4 channels; the path of a file; or the bytes of a PNG or JPEG
    file. Floats and booleans are scaled from 0..1, integers are 0..255; what lies outside is cut off and NaN is 0.
    """
    if not WRITER.silent:
        WRITER.attempt("log_image", lambda: _log_image(name, image, step))


def log_figure(name: str, figure: Any, step: object = None) -> None:
    """Keeps a figure as the artifact ``<name>.png``, with a step as ``<name>/<step>.png``.

    A figure is Matplotlib's (a figure, its axes, or ``pyplot`` itself; a name that ends in ``.svg`` or ``.pdf`` gives
    such a file), a PIL image, or Plotly's, which is kept as ``<name>.plotly.json``.
    """
    if not WRITER.silent:
        WRITER.attempt("log_figure", lambda: _log_figure(name, figure, step))


def _log_figure(name: str, figure: Any, step: object) -> None:
    if callable(getattr(figure, "to_plotly_json", None)):
        _keep(name, step, ".plotly.json", ".plotly.json", lambda: clean_name(figure.to_json()).encode())
        return
    if callable(getattr(figure, "gcf", None)):
        figure = figure.gcf()
    elif not callable(getattr(figure, "savefig", None)) and not _is_picture(figure):
        figure = getattr(figure, "figure", None) or figure
    if _is_picture(figure):
        _log_image(name, figure, step)
        return
    if not callable(getattr(figure, "savefig", None)):
        raise Refusal(f"{describe_kind(figure)} is left out: a figure is one of Matplotlib, Plotly or PIL")
    extension = os.path.splitext(name)[1].lower()
    extension = extension if extension in _FIGURE_SUFFIXES else ".png"

    def draw() -> bytes:
        file = io.BytesIO()
        figure.savefig(file, format=extension[1:], bbox_inches="tight")
        return file.getvalue()

    _keep(name, step, extension, extension, draw)


def _log_image(name: str, image: Any, step: object) -> None:
    if isinstance(image, (str, os.PathLike)):
        _keep_image_file(name, os.fspath(image), step)
    elif isinstance(image, (bytes, bytearray, memoryview)):
        data = bytes(image)
        suffix = next((suffix for start, suffix in _SIGNATURES.items() if data.startswith(start)), None)
        if suffix is None:
            raise Refusal("bytes are left out: they are no PNG or JPEG file")
        _keep(name, step, suffix, suffix, lambda: data)
    else:
        _keep(name, step, ".png", ".png", lambda: _format_image(image))


def _is_picture(image: Any) -> bool:
    return callable(getattr(image, "save", None)) and hasattr(image, "mode") and hasattr(image, "size")


def _format_image(image: Any) -> bytes:
    if _is_picture(image):
        file = io.BytesIO()
        try:
            image.save(file, format="PNG")
        except (OSError, ValueError):  # a mode that PNG has not, such as CMYK
            image.convert("RGB").save(file, format="PNG")
        return file.getvalue()
    from gitexp.tracker.pixels import read_pixels
    from gitexp.tracker.png import format_png

    return format_png(*read_pixels(image))


def _keep_image_file(name: str, path: str, step: object) -> None:
    if WRITER.leads() and WRITER.journal is not None:
        if os.path.isdir(path):
            raise Refusal(f"{quote(path)} is left out: a folder is no image")
        suffix = os.path.splitext(path)[1]
        target = place(name, _read_step(step), suffix, suffix)
        keep_path(WRITER.journal, path, target, lambda _: None)
        note_file(target, path)


def _keep(name: str, step: object, suffix: str, otherwise: str, make: Any) -> None:
    if WRITER.leads() and WRITER.journal is not None:
        keep_made(place(name, _read_step(step), suffix, otherwise), make())


def _keep_text(name: str, step: object, suffix: str, otherwise: str, make: Any) -> None:
    if WRITER.leads() and WRITER.journal is not None:
        keep_text(place(name, _read_step(step), suffix, otherwise), make())


def _read_step(step: object) -> float | None:
    return read_step(step, "the step of an artifact", WRITER.tell)


def place(name: str, step: float | None, suffix: str, otherwise: str) -> str:
    """The path of an artifact: ``name`` with its suffix, and in a folder of that name where there is a step.

    A name that ends in ``suffix`` has it already; where that is '' any extension will do, else ``otherwise`` is added.
    """
    name = clean_name(name)
    if not name:
        raise Refusal("'' is left out: it is no name")
    stem, extension = name, ""
    if suffix and name.lower().endswith(suffix.lower()):
        stem, extension = name[: -len(suffix)], name[-len(suffix) :]
    elif not suffix:
        stem, extension = os.path.splitext(name)
    extension = extension or otherwise
    if step is None:
        return stem + extension
    return f"{stem}/{_format_step(step)}{extension}"


def _format_step(step: float) -> str:
    return f"{step:08d}" if isinstance(step, int) else f"{int(step):08d}" if step.is_integer() else repr(step)
