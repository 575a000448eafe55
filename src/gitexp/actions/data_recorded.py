"""The data of a run: what it names and what DVC tracks, hashed while it goes and looked at again at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitexp.data.changes import find_changes
from gitexp.data.recording import RecordedData, record_data

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.actions.begun import Begun
    from gitexp.data.known_hashes import KnownHashes

LATE_BYTES = 500_000_000
"""Of data that nobody named so much is still read after the command has ended: a second or so is waited for it."""


@dataclass(slots=True)
class Patience:
    """Whether data that nobody named is read on; once the command has ended only a part of it is."""

    has_ended: Callable[[], bool]
    left: int = LATE_BYTES

    def may_read(self, count: int) -> bool:
        if not self.has_ended():
            return True
        self.left -= count
        return self.left >= 0


def names_data(begun: Begun) -> bool:
    """Whether there is data to record of a run: named, or tracked by DVC. Raises GitFailed."""
    if begun.settings.data or begun.request.data:
        return True
    if not begun.settings.data_tracked:
        return False
    from gitexp.actions.tracked_data import list_dvc_files

    return bool(list_dvc_files(begun))


def record_run_data(
    begun: Begun, open_known: Callable[[], KnownHashes], has_ended: Callable[[], bool] = lambda: False
) -> RecordedData:
    """Hashes what a run reads: what was named to the end, what DVC tracks as far as nobody has to wait for it long.

    ``open_known`` gives the hashes that are known already, where there is something to hash. Raises GitFailed.
    """
    if not names_data(begun):
        return RecordedData((), {})
    from gitexp.actions.tracked_data import find_tracked_data

    tracked = find_tracked_data(begun)
    places = begun.places
    data = record_data(
        (*begun.settings.data, *begun.request.data),
        places.here,
        places.project,
        places.top,
        tracked=tracked.by_path,
        unasked=tracked.unasked if begun.settings.data_tracked else (),
        known=open_known(),
        may_read=Patience(has_ended).may_read,
    )
    return data._replace(warnings=(*tracked.warnings, *data.warnings))


def tell_changes(data: RecordedData, top: str, began_ns: int) -> RecordedData:
    """The data with the word of what changed while the command ran; the hash stays that of what it was then."""
    changes = find_changes(data.looks, top, began_ns)
    if not changes:
        return data
    items = []
    for one in data.items:
        what = changes.get(one.path)
        if what is not None:
            why = f"it {what} during the run" if one.why is None else f"{one.why}; it {what} during the run"
            one = one._replace(why=why)
        items.append(one)
    warnings = [
        f"data {path} {what} during the run: the hash is of what was there meanwhile; what a run writes is --artifact"
        for path, what in changes.items()
    ]
    return data._replace(items=tuple(items), warnings=(*data.warnings, *warnings))
