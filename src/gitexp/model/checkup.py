"""What was looked at in a repository and around it, how it stands, and what mends it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

State = Literal["ok", "advice", "problem"]
Check = Literal[
    "git", "python", "exp", "repository", "settings", "identity", "signing", "files", "configuration", "runs",
    "journals", "refs", "objects", "remote",
]  # fmt: skip

OLDEST_GIT = (2, 34)
MOST_LOOSE_REFS = 500
"""A few are read in no time; ten thousand take a tenth of a second warm, and seconds from a cold disk."""
MOST_RUN_REFS = 5_000
"""More of them make every push slower: the other side first tells all that it has."""
LOOSE_OBJECTS = 6_700
"""So many of them Git itself takes for a reason to collect garbage, where nobody says otherwise."""

_FEATURES = (
    ((2, 36), "syncs refs to the disk"),
    ((2, 45), "opens reftable repositories"),
)


class Finding(NamedTuple):
    """What one check found. ``mend`` is a command that mends it, or for what no command mends, what to do."""

    check: Check
    state: State
    found: str
    mend: str | None = None


def has_problem(findings: Iterable[Finding]) -> bool:
    """Whether any of the findings is a problem; advice alone is none."""
    return any(finding.state == "problem" for finding in findings)


def judge_git(version: Sequence[int]) -> Finding:
    """Whether Git is new enough, and what a newer one could do."""
    shown = ".".join(map(str, version))
    if tuple(version[:2]) < OLDEST_GIT:
        oldest = ".".join(map(str, OLDEST_GIT))
        return Finding("git", "problem", f"{shown} is too old", f"install Git {oldest} or newer")
    later = [f"{what} from {'.'.join(map(str, since))} on" for since, what in _FEATURES if tuple(version[:2]) < since]
    return Finding("git", "ok", f"{shown}; Git {', '.join(later)}" if later else shown)


def judge_exp(found: str | None, ours: str, *, is_ours: bool) -> Finding:
    """Whether ``exp`` in a shell is the program that speaks; ``found`` is the one on PATH, ``ours`` our folder."""
    if found is not None and is_ours:
        return Finding("exp", "ok", found)
    mend = f"export PATH={shlex.quote(ours)}:$PATH"
    if found is None:
        return Finding("exp", "advice", "exp is not on PATH", mend)
    return Finding("exp", "advice", f"{found} is what a shell starts, and not this one", mend)


def judge_refs(runs: int, loose: int) -> Finding:
    """Whether so many refs of runs want packing or folding."""
    many = f"{runs} run{'' if runs == 1 else 's'}"
    if runs > MOST_RUN_REFS:
        return Finding("refs", "advice", f"{many} with a ref each make every push slow", "exp fold")
    if loose > MOST_LOOSE_REFS:
        return Finding("refs", "advice", f"{loose} of {many} have a ref in a file of its own", "git pack-refs --all")
    return Finding("refs", "ok", f"{many}, {loose} with a ref in a file of its own")


def judge_objects(loose: int, limit: int | None) -> Finding:
    """Whether Git should pack; ``limit`` is the user's ``gc.auto``, None where it is not set."""
    most = limit if limit is not None and limit > 0 else LOOSE_OBJECTS
    found = f"{loose} loose object{'' if loose == 1 else 's'}"
    return (
        Finding("objects", "advice", found, "git maintenance run") if loose > most else Finding("objects", "ok", found)
    )


def judge_identity(name: str, email: str, *, guessed: bool) -> Finding:
    """Whether Git knows who the user is."""
    if not guessed:
        return Finding("identity", "ok", f"{name} <{email}>")
    mend = 'git config --global user.name "Your Name" && git config --global user.email you@example.org'
    return Finding("identity", "advice", f"Git was not told, and makes up {name} <{email}>", mend)
