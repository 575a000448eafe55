"""What a mirror makes public goes through the same gate as a push, and into the same record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitexp.actions.push_gate import check_inspection, inspect_outgoing
from gitexp.actions.remote_runs import find_pushed
from gitexp.git.config import author_identity
from gitexp.store.push_record import PushedFind, PushEntry, append_push

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.git.remotes import Remote
    from gitexp.model.inspection import Inspection
    from gitexp.store.runs import RunStore


def inspect_mirror(
    store: RunStore, remote: Remote, commit: str, known: Iterable[str], *, with_history: bool | None
) -> Inspection:
    """Lets a commit out, or raises Refused: SecretsFound, HistoryUnasked. ``known`` are ids that the remote has."""
    inspection = inspect_outgoing(store, [commit], known)
    if inspection.unpushed or inspection.finds:
        # A branch that has moved on there says nothing of the commits below it: the remote is asked for those.
        common = find_pushed(store, remote, [commit])
        if common:
            inspection = inspect_outgoing(store, [commit], [*known, *common])
    check_inspection(inspection, with_history=with_history, remote=remote.name)
    return inspection


def note_push(store: RunStore, remote: Remote, inspection: Inspection) -> None:
    """Writes down that a run left. Raises StorageFailed."""
    identity = author_identity(store.repository)
    who = f"{identity.name} <{identity.email}>"
    finds = (
        PushedFind(one.find.fingerprint, one.find.path, one.find.line, one.find.kind, one.why)
        for one in inspection.excused
    )
    entry = PushEntry(datetime.now(UTC), who, remote.url, 1, inspection.commits, inspection.objects, tuple(finds))
    append_push(store.repository, entry)
