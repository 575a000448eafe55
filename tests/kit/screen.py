"""Commands on a terminal of a given size."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import termios
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.git import GitFolder


def run_on_terminal(
    folder: GitFolder, *command: str, columns: int = 100, rows: int = 40, env: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Runs a command whose three streams are one terminal; returns its status and all that it wrote there."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    surroundings = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        command,
        cwd=folder.path,
        stdin=side,
        stdout=side,
        stderr=side,
        env={**surroundings, "TERM": "xterm-256color", "PAGER": "cat", **(env or {})},
        start_new_session=True,
    )
    os.close(side)
    chunks: list[bytes] = []
    with contextlib.suppress(OSError):  # how a terminal says that nobody writes any more
        while chunk := os.read(main, 65536):
            chunks.append(chunk)
    os.close(main)
    return process.wait(timeout=60), b"".join(chunks).decode("utf-8", "replace").replace("\r\n", "\n")
