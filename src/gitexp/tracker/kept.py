"""What is said in the journal of files that it keeps: which are texts made for the script, and which are its own."""

from __future__ import annotations

import os

from gitexp.format.frames import FILE, TEXT
from gitexp.tracker.keeping import check_name, keep_bytes
from gitexp.tracker.notices import Refusal, quote
from gitexp.tracker.writer import WRITER


def keep_text(name: str, data: bytes) -> None:
    """Keeps a text in which the end of the run is to hide secrets. Raises Refusal and OSError."""
    name = check_name(name)
    WRITER.write(TEXT, name)
    if WRITER.journal is None:
        return
    if WRITER.descriptor < 0:  # the record was lost: nobody would know that it is a text
        raise Refusal(f"{quote(name)} is left out: nothing can be recorded")
    keep_bytes(WRITER.journal, name, data)


def keep_made(name: str, data: bytes) -> None:
    """Keeps bytes that stay as they are, such as an image. Raises Refusal and OSError."""
    if WRITER.journal is not None:
        keep_bytes(WRITER.journal, name, data)
        note_file(name, None)


def note_file(name: str, source: str | None) -> None:
    """Says that a file or folder in its place is the script's own. Raises Refusal."""
    WRITER.write(FILE, check_name(name), None if source is None else os.path.abspath(source))
