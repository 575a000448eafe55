"""A page that is one file: styles, scripts and values inside, and nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import html
import os
from typing import TYPE_CHECKING

from gitexp.render.embedded import format_embedded
from gitexp.render.text import neutralise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.render.embedded import Embedded

GENERATOR = '<meta name="generator" content="gitexp">'
"""By which a page of ours is known again."""

_FOLDER = os.path.join(os.path.dirname(__file__), "web")


def format_html_page(
    title: str,
    body: str,
    values: Mapping[str, Embedded],
    *,
    styles: Sequence[str],
    scripts: Sequence[str],
    plotly: bool = True,
) -> str:
    """The page. ``values`` are by the id of their script element; ``styles`` and ``scripts`` name files of the package.

    ``body`` is markup of our own, without a value in it. The page's policy lets run the scripts that are here and no
    other one, and forbids every request.
    """
    codes = [_read_plotly()] if plotly else []
    codes.append("\n".join(read_page_file(name) for name in scripts))
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'" for code in codes)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    data = "".join(
        f'<script type="application/json" id="{key}">{format_embedded(value)}</script>\n'
        for key, value in values.items()
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n{GENERATOR}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{html.escape(neutralise(title))}</title>\n"
        f"<style>\n{''.join(read_page_file(name) for name in styles)}</style>\n</head>\n<body>\n{body}\n{data}"
        + "".join(f"<script>{code}</script>\n" for code in codes)
        + "</body>\n</html>\n"
    )


def is_own_page(beginning: bytes) -> bool:
    """Whether a file that begins so is a page of ours."""
    return GENERATOR.encode() in beginning


def read_page_file(name: str) -> str:
    """A file of the package that goes into a page."""
    with open(os.path.join(_FOLDER, name), encoding="utf-8") as opened:
        return opened.read()


def _read_plotly() -> str:
    """Plotly's script, from its package. A carriage return would be another letter once the page is read."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).replace("\r\n", "\n").replace("\r", "\n")
