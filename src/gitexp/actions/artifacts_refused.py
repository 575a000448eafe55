"""Artifacts that no run keeps, whoever asks for them: credentials."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.capture.credential_files import HEAD_BYTES, is_credential_file
from gitexp.data.regular_files import open_regular

if TYPE_CHECKING:
    from gitexp.actions.begun import Begun


def explain_refusal(path: str, name: bytes, prepared: Begun, source: str | None) -> str | None:
    """Why a file is left out, None where it may be kept; ``source`` is where it was before, under another name."""
    try:
        descriptor, _ = open_regular(path)
        with open(descriptor, "rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:  # whoever keeps it will say so
        head = b""
    globs = prepared.settings.redaction.files
    why = is_credential_file(name, head, globs)
    if why is None and source is not None:
        why = is_credential_file(os.fsencode(source).replace(os.fsencode(os.sep), b"/").lstrip(b"/"), head, globs)
    return f"it looks like credentials ({why})" if why is not None else None
