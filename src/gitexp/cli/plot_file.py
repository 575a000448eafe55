"""A file that ``exp plot`` writes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.errors import StorageFailed, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.plots import Plot

FORMS = ("png", "svg", "html")


def find_form(path: str) -> str:
    """What is to be written, by the ending of the file's name. Raises UsageError."""
    form = os.path.splitext(path)[1].lower().removeprefix(".")
    if form not in FORMS:
        raise UsageError(f"-o {path}: a name that ends in .png, .svg or .html", hint="exp plot loss -o loss.png")
    return form


def write_file(path: str, form: str, plots: Sequence[Plot], width: int | None, height: int | None) -> None:
    """Writes the plots; a file that is there is replaced when the new one is whole.

    Raises MissingPackage, StorageFailed.
    """
    if form == "html":
        from gitexp.render.plotly_page import format_plot_page

        content = format_plot_page(plots, os.path.splitext(os.path.basename(path))[0]).encode("utf-8", "replace")
    else:
        from gitexp.render.matplotlib_picture import format_picture

        content = format_picture(plots, form, width, height)
    partial = f"{path}.{os.getpid()}.part"
    try:
        with open(partial, "wb") as file:
            file.write(content)
        os.replace(partial, path)
    except OSError as error:
        if os.path.exists(partial):
            os.unlink(partial)
        raise StorageFailed(path, error.strerror or str(error), hint="exp plot -o ANOTHER-FILE") from error
