"""Small files, read whole."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

from gitexp.data.regular_files import has_changed, open_regular


@dataclass(frozen=True, slots=True)
class SmallFile:
    """A file's bytes and their hash; ``why`` says what is doubtful about them."""

    content: bytes
    md5: str
    why: str | None = None


def read_small_file(path: str, limit: int) -> SmallFile | None:
    """Reads a file of at most ``limit`` bytes; None for a larger one, a folder, and one that cannot be read."""
    try:
        descriptor, status = open_regular(path)
    except OSError:
        return None
    try:
        if status.st_size > limit:
            return None
        parts: list[bytes] = []
        left = limit + 1
        while left > 0 and (part := os.read(descriptor, left)):
            parts.append(part)
            left -= len(part)
        changed = has_changed(status, os.fstat(descriptor))
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if left <= 0:
        return None
    content = b"".join(parts)
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return SmallFile(content, md5, "it changed while it was read" if changed else None)
