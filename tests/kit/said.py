"""What a script says of its run, written into the journal as the API writes it, with times of the test's choosing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kit.exp import run_exp

if TYPE_CHECKING:
    from kit.exp import Ran
    from kit.git import GitFolder

PRELUDE = """
import os
from gitexp.format.frames import format_frame
JOURNAL = os.environ["GITEXP_RUN"]
def say(*records, log="1.log"):
    with open(os.path.join(JOURNAL, "log", log), "ab") as file:
        for record in records:
            file.write(record if isinstance(record, bytes) else format_frame(record))
def keep(name, data):
    path = os.path.join(JOURNAL, "artifacts", name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
"""
"""``say`` writes records whose times are in seconds since the start of the run; ``keep`` keeps an artifact."""


def run_script(folder: GitFolder, script: str, *options: str, arguments: tuple[str, ...] = ()) -> Ran:
    """Records a script that has ``say`` and ``keep``."""
    (folder.path / "said.py").write_text(PRELUDE + script)
    return run_exp(folder, "run", *options, "--", sys.executable, "said.py", *arguments)
