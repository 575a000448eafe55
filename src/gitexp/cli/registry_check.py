"""``exp registry check``: the registry held against its own past, and against the runs."""

from __future__ import annotations


def write_check(base: str | None, *, remote: bool, as_json: bool, colour: str) -> int:
    """Prints what is wrong, and gives the exit status."""
    raise NotImplementedError((base, remote, as_json, colour))
