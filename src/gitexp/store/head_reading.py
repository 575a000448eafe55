"""Runs' heads, read from their commits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenObject, BrokenRecord, NewerFormat
from gitexp.format.message_reading import MessageError, parse_message
from gitexp.git.commits import parse_commit
from gitexp.model.head import RunHead
from gitexp.model.refs import RUNS, parse_run_ref
from gitexp.model.run import Status, User

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.git.reading import RefCommit


class Heads(NamedTuple):
    """Every run of a listing, newest first, and those that could not be read."""

    runs: tuple[RunHead, ...]
    broken: tuple[BrokenRecord, ...]
    removed: tuple[RunHead, ...] = ()
    """Runs that somebody erased for good and that are still here: no listing shows them."""


def read_heads(commits: Iterable[RefCommit]) -> Heads:
    """Turns refs with their commits into heads; a commit that is missing or no commit is a broken run."""
    ended: dict[str, RunHead] = {}
    live: dict[str, RunHead] = {}
    broken: list[BrokenRecord] = []
    for commit in commits:
        try:
            head = read_head(commit)
        except BrokenRecord as error:
            broken.append(error)
        else:
            (ended if head.ref.startswith(RUNS) else live)[head.id] = head
    runs = [*ended.values(), *(head for head in live.values() if head.id not in ended)]
    runs.sort(key=lambda head: (head.started_at, head.id), reverse=True)
    return Heads(tuple(runs), tuple(broken))


def read_head(found: RefCommit) -> RunHead:
    """The head of the run that a ref leads to. Raises BrokenRecord."""
    parsed = parse_run_ref(found.ref)
    if parsed is None:
        raise BrokenRecord(found.ref, "the ref is not that of a run")
    if found.is_damaged:
        raise BrokenRecord(found.ref, "its commit is damaged", hint="git fsck")
    head = _read_head(found.ref, found.id, found.data)
    if head.id != parsed.id or head.home != parsed.experiment:
        raise BrokenRecord(found.ref, f"its commit is that of run {head.id} of experiment {head.home!r}")
    return head


def _read_head(ref: str, commit_id: str, data: bytes | None) -> RunHead:
    if data is None:
        raise BrokenRecord(ref, "its commit is missing or damaged", hint="git fsck")
    try:
        commit = parse_commit(data)
        message = parse_message(commit.message)
    except BrokenObject as error:
        raise BrokenRecord(ref, error.message, hint="git fsck") from error
    except MessageError as error:
        if error.newer is not None:
            raise NewerFormat(ref, error.newer) from error
        raise BrokenRecord(ref, str(error)) from error
    try:
        ended_at = datetime.fromtimestamp(commit.committer.seconds, UTC)
        if message.seconds is not None:  # a later tip has the date of its annotation
            ended_at = message.started_at + timedelta(seconds=message.seconds)
    except (OverflowError, ValueError, OSError) as error:
        raise BrokenRecord(ref, f"its date cannot be: {error}") from error
    return RunHead(
        ref=ref,
        commit=commit_id,
        snapshot=commit.parents[0] if commit.parents and not message.has_no_snapshot else None,
        id=message.id,
        name=message.name,
        experiment=message.moved or message.experiment,
        status=message.status,
        command=message.command,
        started_at=message.started_at,
        ended_at=ended_at,
        seconds=message.seconds,
        fingerprint=message.fingerprint,
        user=User(commit.author.name, commit.author.email),
        said=message.said,
        born=message.experiment if message.moved is not None else None,
        hidden=message.hidden,
        annotated=message.has_no_snapshot or (len(commit.parents) > 1 and message.status is not Status.RUNNING),
        heard_at=ended_at if len(commit.parents) > 1 and message.status is Status.RUNNING else None,
        lineage=message.lineage,
    )
