"""A run reopened from the journal of a recording that died: what it began with, and what was found out meanwhile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.attempts import Attempts
from gitexp.actions.begun import Begun
from gitexp.actions.data_recorded import names_data
from gitexp.actions.going_output import find_settings, make_journal_redactor
from gitexp.actions.observation import Observed
from gitexp.actions.params_found import Places
from gitexp.actions.request import RecordRequest
from gitexp.actions.written_files import FilesBefore, WrittenFiles
from gitexp.data.recording import DATA, RecordedData
from gitexp.model.params import ParamSource, Rank
from gitexp.model.run import Environment
from gitexp.store.journal_request import read_request
from gitexp.store.layout import ENVIRONMENT

if TYPE_CHECKING:
    from gitexp.actions.known import Known
    from gitexp.git.repository import Repository
    from gitexp.model.run import Run
    from gitexp.store.journal import Journal, JournalStart
    from gitexp.store.journal_request import JournalRequest

_NOTHING_ASKED = "what was asked for was not noted: declared artifacts and metrics files are not in this record"
_NO_ENVIRONMENT = "the environment is not known: the recording ended before it was found out"
_NO_DATA = "the data is not known: the recording ended before it was hashed"


class Reopened(NamedTuple):
    """All that is known of a run but its end."""

    begun: Begun
    written: WrittenFiles
    observed: Observed


def reopen(
    repository: Repository, journal: Journal, start: JournalStart, known: Known, until: float | None
) -> Reopened:
    """A run that is to be completed; files changed after ``until``, in seconds since 1970, are not its own.

    Raises ConfigError where the project's settings cannot be read, and OSError.
    """
    run = known.run
    settings = find_settings(repository, run)
    redactor = make_journal_redactor(settings, start)
    attempts = Attempts()
    attempts.clean = lambda sentence: redactor.redact_text(sentence)[0]
    attempts.extend(run.warnings)
    asked = read_request(journal)
    top = repository.folder
    places = Places(top, os.path.join(top, run.project), top)
    if asked is not None:
        places = Places(asked.here, asked.project, asked.top)
    request = RecordRequest(
        command=run.command,
        folder=places.here,
        data=asked.data if asked is not None else (),
        artifacts=asked.artifacts if asked is not None else (),
        extract=start.extract,
    )
    begun = Begun(
        request=request,
        repository=repository,
        settings=settings,
        places=places,
        redactor=redactor,
        sources=_find_sources(run, asked),
        tree=asked.tree if asked is not None else None,
        run=run,
        attempts=attempts,
        until=until,
    )
    return Reopened(begun, _find_written(begun, asked), _list_observed(begun, known))


def _find_sources(run: Run, asked: JournalRequest | None) -> tuple[ParamSource, ...]:
    """The params by where they were found: what the script wrote is yet to be merged into them."""
    values: dict[str, dict[str, object]] = {}
    for key, value in run.params.items():
        values.setdefault(run.param_sources.get(key, ""), {})[key] = value
    ranks = asked.ranks if asked is not None else {}
    return tuple(
        ParamSource(name, found, _read_rank(ranks.get(name, Rank.NAMED_FILE))) for name, found in values.items()
    )


def _read_rank(number: int) -> Rank:
    try:
        return Rank(number)
    except ValueError:  # that of a later version
        return Rank.NAMED_FILE


def _find_written(begun: Begun, asked: JournalRequest | None) -> WrittenFiles:
    nothing = WrittenFiles((), ())
    if asked is None:
        begun.attempts.warn(_NOTHING_ASKED)
        return nothing

    def find() -> WrittenFiles:
        before = FilesBefore(begun.request, begun.settings, begun.places, began_ns=asked.began_ns, states=asked.before)
        return before.find_written(None if begun.until is None else int(begun.until * 1e9))

    return begun.attempts.make("the files it wrote were not found", find, nothing)


def _list_observed(begun: Begun, known: Known) -> Observed:
    """What was found out, in the form in which it is at the end of a run that is recorded to its end."""
    run, files = known
    if run.environment == Environment():
        begun.attempts.warn(_NO_ENVIRONMENT)
    data: RecordedData | None = RecordedData(run.data, {})
    if not run.data and begun.attempts.make("what DVC tracks is not known", lambda: names_data(begun), True):
        begun.attempts.warn(_NO_DATA)
        data = None
    kept = {path: content for path, content in files.items() if path.startswith((ENVIRONMENT, DATA))}
    return Observed(run.environment, kept, run.code.left_out, data, None)
