"""``exp recover``: what is not stored yet is completed where it can be, and of each such run is said how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.actions.named_run import find_run
from gitexp.actions.recovery import recover
from gitexp.model.ids import is_id_prefix
from gitexp.model.run import Status
from gitexp.store.journal import Journal, read_start
from gitexp.store.journals import has_script, is_recorded, list_journals
from gitexp.store.silence import measure_silence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.store.runs import RunStore


class ReportedRun(NamedTuple):
    """A run that was looked at. ``name`` and ``host`` are '' where nothing says them.

    ``completed`` now; ``failed`` to be; ``going`` here; ``silent`` and another host's, with the seconds since something
    was heard of it; ``elsewhere`` where its journal is not here; ``stored``, so that there was nothing to be done.
    """

    id: str
    name: str
    state: Literal["completed", "failed", "going", "silent", "elsewhere", "stored"]
    sentences: tuple[str, ...]
    host: str = ""
    ref: str | None = None
    silence: float | None = None


def recover_project(store: RunStore, specs: Sequence[str] = ()) -> tuple[ReportedRun, ...]:
    """Completes the runs that are named, else all that are not stored. Raises what ``find_run`` does."""
    folders = list_journals(store.repository)
    if not specs:
        return tuple(_recover(store, folder) for folder in folders)
    chosen: dict[str, ReportedRun] = {}
    for spec in specs:
        named: list[str | ReportedRun] = [*_find_journals(spec, folders)]
        for found in named or [_find_stored(store, spec, folders)]:
            if isinstance(found, str):
                folders.remove(found)
                found = _recover(store, found)
            chosen.setdefault(found.id, found)
    return tuple(chosen.values())


def _find_journals(spec: str, folders: Sequence[str]) -> list[str]:
    """By id or name: a run whose start could not be recorded has no ref by which to find it."""
    if is_id_prefix(spec) and (found := [one for one in folders if Journal(one, -1).run_id.startswith(spec)]):
        return found
    return [one for one in folders if (start := read_start(one)) is not None and start.name == spec]


def _find_stored(store: RunStore, spec: str, folders: Sequence[str]) -> str | ReportedRun:
    """The journal of a run that has a ref, else how that run stands."""
    head = find_run(store, spec)
    for folder in folders:
        if Journal(folder, -1).run_id == head.id:
            return folder
    if head.status is Status.RUNNING:
        sentence = f"run {head.name} is going elsewhere: its journal is not here, and only its own host can complete it"
        return ReportedRun(head.id, head.name, "elsewhere", (sentence,), ref=head.ref)
    return ReportedRun(head.id, head.name, "stored", (f"run {head.name} is stored",), ref=head.ref)


def _recover(store: RunStore, folder: str) -> ReportedRun:
    journal = Journal(folder, -1)
    start = read_start(folder)
    name, host = (start.name, start.host) if start is not None else ("", "")
    shown = name or journal.run_id
    done = recover(store.repository, folder)
    sentences = done.sentences
    silence = None
    if done.state == "going":
        alone = "; its recorder was killed, so any command of exp completes it once its script has ended"
        sentences = (f"run {shown} is going{alone if has_script(folder) and not is_recorded(folder) else ''}",)
    elif done.state == "silent":
        silence = measure_silence(journal)
        heard = "nobody can say when it was heard of" if silence is None else f"last heard of {silence:,.0f} s ago"
        sentences = sentences or (f"run {shown} belongs to {host}, {heard}",)
    elif done.state == "completed":
        sentences = sentences or (f"run {shown} was stored already; its journal is gone now",)
    elif not sentences:
        sentences = (f"run {shown} is not complete: another process is at it, or nothing says what ran; see {folder}",)
    ref = done.stored.ref if done.stored is not None else None
    return ReportedRun(journal.run_id, name, done.state, sentences, host, ref, silence)
