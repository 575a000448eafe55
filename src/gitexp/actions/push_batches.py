"""Refs on their way to another repository: some hundreds at a time, again in smaller parts where that fails."""

from __future__ import annotations

import re
import sys
from collections import deque
from typing import TYPE_CHECKING

from gitexp.errors import RemoteFailed
from gitexp.git.push_batches import PushBatch, cut_batches
from gitexp.git.push_guard import MOVED
from gitexp.git.remote import push_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gitexp.git.remote import PushResult, PushUpdate, Talk
    from gitexp.git.remotes import Remote
    from gitexp.git.repository import Repository

BATCH = 1000
"""Hosts fail at thousands of refs in one push; a connection has its cost, which grows with the refs that are there."""
FOLDER_BATCH = 10_000
"""To a folder: there is no host."""
NAMED_BATCH = 500 if sys.platform != "win32" else 150
"""The most that are named one by one: Windows ends at a command line of 32 KB."""
_TRIES = 4
"""Failures in a row, nothing having gone meanwhile, until the other side is given up."""
_FIRST_PAUSE = 1.0
_BROKEN = re.compile(r"fatal: |RPC failed|hung up|disconnect|HTTP 5\d\d|returned error: 5\d\d")
_FINAL = re.compile(
    r"Authentication failed|Permission denied|could not read (Username|Password)|returned error: 4\d\d|not found"
    r"|does not appear to be a git repository|does not exist|not allowed|access rights|read-only|No such file"
    r"|host key verification|pre-push|pushing submodule|need to be pushed|push options|shallow update",
    re.IGNORECASE,
)
_THEIR_FAULT = re.compile(r"internal (server )?error|unpacker error|timed? ?out", re.IGNORECASE)


def push_batches(
    repository: Repository,
    remote: Remote,
    batches: Sequence[PushBatch],
    *,
    talk: Talk,
    pause: Callable[[float], None],
    told: Callable[[int], None] | None = None,
) -> tuple[dict[str, PushResult], dict[str, RemoteFailed]]:
    """Pushes refs and says what became of each, and of which nothing can be said since the connection broke.

    What was sent is sent. ``pause`` waits so many seconds before the next try; ``told`` hears how many are done.
    """
    results: dict[str, PushResult] = {}
    failed: dict[str, RemoteFailed] = {}
    waiting = deque(batches)
    failures = 0
    while waiting:
        batch = waiting.popleft()
        try:
            answers = push_batch(repository, remote.name, batch, talk=talk)
        except RemoteFailed as error:
            if batch.patterns and MOVED in str(error.fields["stderr"]):
                waiting.appendleft(PushBatch(batch.updates))
                continue
            failures += 1
            if failures >= _TRIES or not may_pass(error):
                for rest in (batch, *waiting):
                    failed.update((update.ref, error) for update in rest.updates)
                break
            pause(_FIRST_PAUSE * 2 ** (failures - 1))
            waiting.extendleft(_halve(batch))
            continue
        if failures < _TRIES - 1 and len(batch.updates) > 1 and _is_their_fault(answers):
            failures += 1
            pause(_FIRST_PAUSE * 2 ** (failures - 1))
            waiting.extendleft(_halve(batch))
            continue
        failures = 0
        for answer in answers:
            # A remote may have several places to push to: what one of them refuses is refused.
            if answer.ref not in results or answer.state == "refused":
                results[answer.ref] = answer
        if told is not None:
            told(len(results))
    return results, failed


def cut_updates(
    remote: Remote, updates: Sequence[PushUpdate], ours: Mapping[str, str], theirs: Mapping[str, str]
) -> list[PushBatch]:
    """The updates as they go to a remote, all refs on both sides considered."""
    is_folder = "://" not in remote.url.removeprefix("file://") and re.match(r"[^/]+:", remote.url) is None
    most = FOLDER_BATCH if is_folder else BATCH
    return cut_batches(updates, ours, theirs, most=most, most_named=NAMED_BATCH)


def may_pass(error: RemoteFailed) -> bool:
    """Whether another try may help: the way there broke, and nobody said no."""
    words = str(error.fields["stderr"])
    return (not words or _BROKEN.search(words) is not None) and _FINAL.search(words) is None


def _is_their_fault(answers: Sequence[PushResult]) -> bool:
    return all(answer.state == "refused" and _THEIR_FAULT.search(answer.why or "") for answer in answers)


def _halve(batch: PushBatch) -> list[PushBatch]:
    """Two halves, the second one first: they are put before what waits, one by one."""
    half = len(batch.updates) // 2
    return [PushBatch(batch.updates[half:]), PushBatch(batch.updates[:half])] if half else [batch]
