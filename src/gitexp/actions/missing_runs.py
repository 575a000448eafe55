"""What to type where a run is not here: perhaps a remote has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import RunNotFound
from gitexp.git.config import read_config
from gitexp.model.ids import is_id_prefix

if TYPE_CHECKING:
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore


def has_remote(store: RunStore) -> bool:
    """Whether Git knows another repository here, from which runs can come."""
    return bool(read_config(store.repository).remotes())


def point_elsewhere(store: RunStore, error: RunNotFound, text: str, known: Heads) -> RunNotFound:
    """The error with a hint to pull, where nothing here is near and a remote may have what was meant."""
    if not known.runs and not known.broken and has_remote(store):
        return RunNotFound(text, "this repository has no runs yet", hint="exp pull  (brings those of the remote)")
    is_open = error.hint == RunNotFound(text).hint  # nothing here is near it
    if is_open and is_id_prefix(text.lower()) and has_remote(store):
        return RunNotFound(text, hint=f"exp pull {text}, if somebody pushed it; exp ls --all has what is here")
    return error
