"""Tips of runs that come from another repository: fetched, checked, and only then believed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord, RemoteFailed
from gitexp.format.manifest_reading import MANIFEST_BYTES, parse_manifest
from gitexp.git.command import run_git
from gitexp.git.reading import read_commits_of, read_objects
from gitexp.git.refs import resolve
from gitexp.git.remote import fetch_objects
from gitexp.store.head_reading import read_heads
from gitexp.store.layout import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.errors import ExpError
    from gitexp.git.remote import Talk
    from gitexp.git.remotes import Remote
    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead

Tip = tuple[str, str]
"""A ref's name over there and the id that it holds there."""

_DEPTH = 3
"""The run, its snapshot, and the commit below that."""
_FIRST_LINES = 12
_PLAIN = re.compile(rb"(?:id|experiment): ([a-z0-9._-]+)")
_OF_OBJECTS = re.compile(
    r"fsck|bad (object|tree|sha)|not our ref|unadvertised|unable to read|unable to parse|missing (blob|tree|commit)"
    r"|did not send all|Could not read|corrupt|inflate|cannot be read|object file .* is empty"
)
_MOST_FAILURES = 100
"""A remote with a bad run in each would have us ask it ten thousand times."""


class Come(NamedTuple):
    """The tips that are here now and are those of runs, by ref, and the others with the reason."""

    heads: dict[str, RunHead]
    refused: dict[str, ExpError]


def find_depth(repository: Repository) -> int | None:
    """How deep to fetch new runs where the clone is shallow; None where it is not: their code is here or wanted.

    Git cuts the user's branches at that depth too, where they are deeper: so it is never less than all they have.
    """
    if not repository.is_shallow:
        return None
    own = ["--branches", "--tags", "--remotes", *filter(None, [resolve(repository, "HEAD")])]
    return int(run_git(repository, "rev-list", "--count", *own)) + _DEPTH


def fetch_tips(
    repository: Repository, remote: Remote, tips: Sequence[Tip], *, depth: int | None, talk: Talk
) -> dict[str, ExpError]:
    """Fetches the tips with all that they need. One that cannot come does not hold up the others: it is told.

    Raises RemoteFailed where the way there is what failed.
    """
    refused: dict[str, ExpError] = {}
    waiting = [list(tips)] if tips else []
    failures = 0
    while waiting:
        some = waiting.pop()
        try:
            fetch_objects(repository, remote.listed, [tip for _, tip in some], depth=depth, talk=talk)
        except RemoteFailed as error:
            if not _is_about_objects(error):
                raise
            failures += 1
            if len(some) == 1 or failures >= _MOST_FAILURES:
                why = _tell_words(error)
                refused |= {ref: BrokenRecord(ref, f"it cannot be fetched: {why}") for ref, _ in some}
            else:
                waiting += [some[len(some) // 2 :], some[: len(some) // 2]]
    return refused


def check_tips(repository: Repository, tips: Sequence[Tip]) -> Come:
    """Holds what has come against what it is said to be: the runs of their refs, each with its own manifest."""
    heads: dict[str, RunHead] = {}
    read = read_heads_apart(repository, tips)
    refused: dict[str, ExpError] = dict(read.refused)
    asked = list(read.heads.items())
    names = [f"{head.commit}:{MANIFEST.decode()}" for _, head in asked]
    for (ref, head), found in zip(asked, read_objects(repository, names, MANIFEST_BYTES), strict=True):
        if found.type == "blob" and found.data is None:
            refused[ref] = BrokenRecord(ref, f"its manifest is larger than {MANIFEST_BYTES} bytes")
            continue
        why = _why_not_its_manifest(head, found.data if found.type == "blob" else None)
        if why is None:
            heads[ref] = head
        else:
            refused[ref] = why
    return Come(heads, refused)


def read_heads_apart(repository: Repository, tips: Sequence[Tip]) -> Come:
    """What the messages say, by ref: two refs of one run are not taken for one."""
    heads: dict[str, RunHead] = {}
    refused: dict[str, ExpError] = {}
    for commit in read_commits_of(repository, tips):
        read = read_heads([commit])
        for head in read.runs:
            heads[commit.ref] = head
        for error in read.broken:
            refused[commit.ref] = error
    return Come(heads, refused)


def _why_not_its_manifest(head: RunHead, data: bytes | None) -> ExpError | None:
    if data is None:
        return BrokenRecord(head.ref, "it has no .exp/run.yaml")
    found = _read_first_lines(data)
    if found is None:
        try:
            run = parse_manifest(data, head.id)
        except BrokenRecord as error:
            return error
        found = run.id, run.experiment
    run_id, experiment = found
    if (run_id, experiment) != (head.id, head.home):
        return BrokenRecord(head.ref, f"its manifest is that of run {run_id} of experiment {experiment!r}")
    return None


def _read_first_lines(data: bytes) -> tuple[str, str] | None:
    """Id and experiment where they stand as we write them, and once.

    To parse ten thousand manifests takes as long as to fetch them.
    """
    values: dict[bytes, list[str]] = {b"id": [], b"experiment": []}
    if data.count(b"\nid:") != 1 or data.count(b"\nexperiment:") != 1:
        return None
    for line in data.split(b"\n", _FIRST_LINES)[:_FIRST_LINES]:
        plain = _PLAIN.fullmatch(line)
        if plain is not None:
            values[line.partition(b":")[0]].append(plain[1].decode("ascii"))
    ids, experiments = values.values()
    return (ids[0], experiments[0]) if len(ids) == len(experiments) == 1 else None


def _is_about_objects(error: RemoteFailed) -> bool:
    """Whether some of what was asked for is the reason, and not the way there."""
    return _OF_OBJECTS.search(str(error.fields["stderr"])) is not None


def _tell_words(error: RemoteFailed) -> str:
    lines = [line.strip() for line in str(error.fields["stderr"]).splitlines() if line.strip()]
    telling = [line for line in lines if _OF_OBJECTS.search(line)]
    return re.sub(r"^(error|fatal|remote): ", "", (telling or lines)[0])[:300]
