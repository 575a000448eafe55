"""What is known of a run while it goes, in its journal: noted by who records it, found by who has to go on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRecord
from gitexp.store.record_folder import read_known, write_known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.actions.observation import Observed
    from gitexp.actions.preparation import Preparation
    from gitexp.model.run import Run
    from gitexp.store.journal import Journal
    from gitexp.store.writing import Files


class Known(NamedTuple):
    """A run as its manifest was at some moment while it went, and the files of the record found by then."""

    run: Run
    files: Files


def keep_known(journal: Journal, prepared: Preparation, observed: Observed, doubts: Iterable[str]) -> None:
    """Notes what was observed so far, secrets hidden; ``doubts`` are warnings about it. Raises OSError."""
    from gitexp.actions.preparation import redact_run
    from gitexp.format.manifest import format_manifest
    from gitexp.format.pointer import format_pointer

    run, files = prepared.run, dict(observed.files)
    if observed.data is not None:
        files.update({path: format_pointer(pointer) for path, pointer in observed.data.pointers.items()})
        run = replace(run, data=observed.data.items)
        doubts = (*doubts, *observed.data.warnings)
    attempts = prepared.attempts
    run = replace(
        run,
        environment=observed.environment,
        code=run.code._replace(left_out=observed.left_out),
        warnings=tuple(dict.fromkeys((*attempts.warnings, *map(attempts.clean, doubts)))),
    )
    write_known(journal.folder, format_manifest(redact_run(run, prepared.redactor)), files)


def find_known(journal: Journal, run_id: str) -> Known | None:
    """What was noted; None where nothing readable was. Raises OSError."""
    from gitexp.format.manifest_reading import parse_manifest

    found = read_known(journal.folder)
    if found is None:
        return None
    try:
        return Known(parse_manifest(found[0], run_id), found[1])
    except BrokenRecord:  # torn by a power cut: the run's beginning says less and is whole
        return None
