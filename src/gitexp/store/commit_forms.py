"""Whose a commit is, told by its form: a run's, something else that gitexp made, or the user's own."""

from __future__ import annotations

import re
from typing import NamedTuple

_HEADER_END = b"\n\n"
_RUN = re.compile(rb"(?:^|\n)Run-Id: ([0-9a-z]{10})\nRun-Format: [0-9]")
_OURS = b"\ncommitter gitexp <gitexp@localhost> "
_PARENT = re.compile(rb"^parent ([0-9a-f]+)$", re.MULTILINE)


class CommitForm(NamedTuple):
    """``run`` is the id of the run that the commit records; ``is_own`` is that of no run, snapshot or fold."""

    parents: tuple[str, ...]
    run: str | None
    is_own: bool
    subject: str


def read_commit_form(data: bytes) -> CommitForm:
    """Reads a commit's bytes; one that no reader of runs would take is the user's own."""
    header, _, message = data.partition(_HEADER_END)
    parents = tuple(parent.decode("ascii") for parent in _PARENT.findall(header))
    subject, _, rest = message.lstrip(b"\n").partition(b"\n")
    found = _RUN.search(rest)
    # A fold repeats the messages of its runs, and is none of them.
    run = found[1].decode("ascii") if found is not None and subject.startswith(b"run ") else None
    is_own = found is None and _OURS not in header
    return CommitForm(parents, run, is_own, subject.decode("utf-8", "replace") if is_own else "")
