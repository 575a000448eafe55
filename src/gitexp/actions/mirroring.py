"""The mirrors of one run: made every so often, pushed, and whatever goes wrong with that is no matter of the run's."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitexp.actions.mirror_look import MirrorLook
from gitexp.actions.mirror_push import MirrorPush, Stopped, describe_failure
from gitexp.errors import ExpError, HistoryUnasked, RefMoved, Refused
from gitexp.git.objects import ObjectWriter
from gitexp.store.mirrors import find_present, write_mirror
from gitexp.store.writing import StoredRun

if TYPE_CHECKING:
    import threading

    from gitexp.actions.going_journal import GoingJournal
    from gitexp.model.head import RunHead
    from gitexp.store.mirrors import MirrorContent
    from gitexp.store.runs import RunStore

HEARTBEAT_SECONDS = 300.0
"""After that long a mirror is made though nothing has changed: it says that the run goes on."""
LONGEST_PAUSE = 600.0
_MOST_BYTES = 4_000_000
"""Of a manifest in a mirror."""


class Mirroring:
    """Mirrors a run to a remote. ``trouble`` is why that does not work at the moment, None where it does."""

    def __init__(
        self,
        store: RunStore,
        head: RunHead,
        found: GoingJournal,
        push: MirrorPush,
        interval: float,
        stop: threading.Event,
    ) -> None:
        """Raises ConfigError, BrokenRecord, OSError."""
        self._store = store
        self._name = head.name
        self._look = MirrorLook(store.repository, store.load(head), found)
        self._push = push
        self._interval = interval
        self._stop = stop
        self._live = StoredRun(head.ref, head.commit)
        self._content: MirrorContent | None = None
        """What the newest mirror holds."""
        self._pushed: str | None = None
        """The newest mirror that the remote has."""
        self._beat = 0.0
        self._pushed_at: datetime | None = None
        self._failures = 0
        self._due = time.monotonic()
        self.is_refused = False
        """Whether what was to be pushed may not leave."""
        self.is_over = False
        """Whether there will be no more mirrors."""
        self.trouble: str | None = None

    @property
    def live(self) -> StoredRun:
        """The live ref and what it holds, as far as is known."""
        return self._live

    @property
    def pause(self) -> float:
        """Seconds until the next mirror."""
        return max(self._due - time.monotonic(), 0.0)

    def describe(self) -> list[str]:
        """What the run's record is to say of its mirrors; nothing where all went well."""
        if self.trouble is None:
            return []
        since = "" if self._pushed_at is None else f" since {self._pushed_at:%Y-%m-%dT%H:%M:%SZ}"
        return [f"not mirrored to {self._push.remote}{since}: {self.trouble}"]

    def attempt(self) -> None:
        """Makes and pushes a mirror where there is news; a failure is noted, and tried again later and later."""
        try:
            self._mirror()
        except Stopped:
            return
        except (Refused, ExpError, OSError) as error:
            if self._stop.is_set():
                return
            self._failures += 1
            self.trouble = describe_failure(error)
            self.is_refused = isinstance(error, Refused)
            # What holds a secret holds it for good; commits may be pushed by their author at any time.
            self.is_over = self.is_refused and not isinstance(error, HistoryUnasked)
        else:
            self._failures, self.trouble, self.is_refused = 0, None, False
        pause = min(self._interval * 2**self._failures, max(LONGEST_PAUSE, self._interval))
        self._due = time.monotonic() + pause

    def close(self) -> None:
        """Closes what is open."""
        self._look.close()

    def _mirror(self) -> None:
        if self._pushed is None:
            self._push.check(self._live.commit)
        content = self._look.take()
        if content is None:
            self.is_over = True
            return
        if len(content.manifest) > _MOST_BYTES:
            raise Refused("its params, tags and notes are too large")
        is_old = time.monotonic() - self._beat >= HEARTBEAT_SECONDS
        if is_old or not content.is_same(self._content):
            self._write(content)
        if self._live.commit == self._pushed or self.is_over:
            return
        self._push.push(self._live)
        self._pushed, self._pushed_at = self._live.commit, datetime.now(UTC)

    def _write(self, content: MirrorContent) -> None:
        try:
            with ObjectWriter(self._store.repository) as writer:
                self._live = write_mirror(self._store.repository, writer, content, self._live, int(time.time()))
        except RefMoved:
            present = find_present(self._store.repository, self._live)
            if present is None:  # the run has ended, and was stored
                self.is_over = True
                return
            self._live = present
            raise
        self._content, self._beat = content, time.monotonic()
