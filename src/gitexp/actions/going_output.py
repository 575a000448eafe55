"""The output of a run that is not stored yet, with its secrets hidden as the end of the run would hide them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.redaction import make_redactor
from gitexp.capture.spool import read_spool
from gitexp.git.reading import read_path
from gitexp.model.settings import SETTINGS_FILE, Settings
from gitexp.store.journal import Journal

if TYPE_CHECKING:
    from gitexp.capture.redaction import Redactor
    from gitexp.git.repository import Repository
    from gitexp.model.run import Run
    from gitexp.store.journal import JournalStart


class GoingOutput(NamedTuple):
    """What was written so far, and by which settings its secrets were hidden."""

    data: bytes
    settings: Settings
    redactor: Redactor


def read_going_output(repository: Repository, run: Run, spool: str, start: JournalStart) -> GoingOutput:
    """Reads a journal's output. Raises OSError, and ConfigError where the project's settings cannot be read."""
    settings, redactor = find_redactor(repository, run, start, Journal(os.path.dirname(spool), -1))
    data, _ = redactor.redact_output(read_spool(spool).data)
    return GoingOutput(data, settings, redactor)


def find_redactor(repository: Repository, run: Run, start: JournalStart, journal: Journal) -> tuple[Settings, Redactor]:
    """The settings of a run that is going, and what hides its secrets. Raises ConfigError, OSError."""
    settings = find_settings(repository, run)
    redactor = make_journal_redactor(settings, start)
    teach_said(redactor, journal, start)
    return settings, redactor


def teach_said(redactor: Redactor, journal: Journal, start: JournalStart) -> None:
    """Lets a redactor know the secrets among the params and tags that the script said. Raises OSError."""
    from gitexp.format.frames import PARAMS, TAGS
    from gitexp.model.whole_numbers import tame
    from gitexp.store.journal_records import list_logs, read_log

    for path in list_logs(journal):
        for record in read_log(path, start):
            if record[0] in (PARAMS, TAGS) and isinstance(record[2], dict):
                redactor.redact_values(tame(record[2]), "params" if record[0] == PARAMS else "tags")


def make_journal_redactor(settings: Settings, start: JournalStart) -> Redactor:
    """What hides the secrets of a run that another process began: by rules, by variables, by the traces it left."""
    redactor = make_redactor(settings.redaction)
    redactor.remember_variables(os.environ)
    redactor.follow_traces(start.traces)
    return redactor


def find_settings(repository: Repository, run: Run) -> Settings:
    """The project's settings as they were when the run began; those of today where the snapshot has none."""
    folder = "" if run.project == "." else f"{run.project}/"
    data = read_path(repository, run.code.snapshot, folder + SETTINGS_FILE) if run.code.snapshot else None
    if data is not None:
        from gitexp.format.settings import parse_settings

        return parse_settings(data, folder + SETTINGS_FILE)
    file = os.path.join(repository.top or repository.git_dir, folder, SETTINGS_FILE)
    if not os.path.lexists(file):
        return Settings()
    from gitexp.store.project import load_settings

    return load_settings(file)
