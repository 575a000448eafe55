"""Files of a run, for Python: read, or brought into a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions import get
from gitexp.actions.placing_files import Manners
from gitexp.integrations.run_source import tell

if TYPE_CHECKING:
    from gitexp.store.runs import RunStore


def read_file(store: RunStore, run_id: str, path: str, *, data: bool) -> bytes:
    """The bytes of one file, checked. Raises PartNotFound, ObjectMissing, ObjectDamaged, UsageError for a folder."""
    return b"".join(get.stream_file(store, get.GetRequest(run_id, (path,), data), Manners()))


def get_files(
    store: RunStore, run_id: str, paths: tuple[str, ...], folder: str, *, data: bool, force: bool
) -> list[str]:
    """Brings files below a folder and says where each lies; raises the first error once all others are brought."""
    got = get.get_files(store, get.GetRequest(run_id, paths, data), folder, Manners(force))
    for sentence in (
        *(one.note for one in got.outcomes),
        *(f"{one.path} was not kept: {one.why}" for one in got.unkept),
    ):
        if sentence is not None:
            tell(sentence)
    if got.errors:
        raise got.errors[0]
    return get.list_targets(got.outcomes, folder)
