"""Refs on their way to another repository: some hundreds at a time, again in smaller parts where that fails."""

from __future__ import annotations

import re
import sys
from collections import deque
from typing import TYPE_CHECKING

from gitexp.errors import RemoteFailed
from gitexp.git.remote import push_refs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitexp.git.remote import PushResult, PushUpdate, Talk
    from gitexp.git.remotes import Remote
    from gitexp.git.repository import Repository

BATCH = 500 if sys.platform != "win32" else 150
"""Hosts fail at thousands of refs in one push, and Windows at a command line of 32 KB; a connection has its cost."""
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
    updates: Sequence[PushUpdate],
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
    waiting = deque(list(updates[start : start + BATCH]) for start in range(0, len(updates), BATCH))
    failures = 0
    while waiting:
        batch = waiting.popleft()
        try:
            answers = push_refs(repository, remote.name, batch, talk=talk)
        except RemoteFailed as error:
            failures += 1
            if failures >= _TRIES or not may_pass(error):
                for rest in (batch, *waiting):
                    failed.update((update.ref, error) for update in rest)
                break
            pause(_FIRST_PAUSE * 2 ** (failures - 1))
            waiting.extendleft(_halve(batch))
            continue
        if failures < _TRIES - 1 and len(batch) > 1 and _is_their_fault(answers):
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


def may_pass(error: RemoteFailed) -> bool:
    """Whether another try may help: the way there broke, and nobody said no."""
    words = str(error.fields["stderr"])
    return (not words or _BROKEN.search(words) is not None) and _FINAL.search(words) is None


def _is_their_fault(answers: Sequence[PushResult]) -> bool:
    return all(answer.state == "refused" and _THEIR_FAULT.search(answer.why or "") for answer in answers)


def _halve(batch: list[PushUpdate]) -> list[list[PushUpdate]]:
    """Two halves, the second one first: they are put before what waits, one by one."""
    half = len(batch) // 2
    return [batch[half:], batch[:half]] if half else [batch]
