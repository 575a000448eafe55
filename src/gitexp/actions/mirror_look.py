"""What a mirror of a run holds: the record so far, as ``exp show`` and ``exp logs`` of the run would give it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.actions.going_look import GoingLook
from gitexp.actions.known import find_known
from gitexp.actions.mirror_output import OutputSoFar
from gitexp.actions.mirror_series import SeriesSoFar
from gitexp.actions.preparation import redact_run
from gitexp.model.run import Status
from gitexp.store.layout import ENVIRONMENT, OUTPUT
from gitexp.store.mirrors import MirrorContent

if TYPE_CHECKING:
    from gitexp.actions.going_journal import GoingJournal
    from gitexp.git.repository import Repository
    from gitexp.model.metrics import Point
    from gitexp.model.run import Run
    from gitexp.store.journal_records import Record


class MirrorLook:
    """Looks into the journal of a run again and again; each look costs what came since the one before."""

    def __init__(self, repository: Repository, run: Run, found: GoingJournal) -> None:
        """``run`` is as it began. Raises ConfigError, OSError."""
        self._journal = found.journal
        self._run = run
        self._series = SeriesSoFar()
        self._output = OutputSoFar()
        self._look = GoingLook(repository, run, found, hearer=self)

    def take(self) -> MirrorContent | None:
        """The record so far; None where the run has ended. Raises OSError."""
        view = self._look.take()
        if view.run.status is not Status.RUNNING:
            return None
        run, files = view.run, {}
        known = find_known(self._journal, run.id)
        if known is not None:
            run = replace(
                run,
                environment=known.run.environment,
                data=known.run.data,
                code=known.run.code,
                warnings=tuple(dict.fromkeys((*known.run.warnings, *run.warnings))),
            )
            files = {path: data for path, data in known.files.items() if path.startswith(ENVIRONMENT)}
        series = self._series.format(self._look.redactor)
        files |= series.files
        if output := self._output.content():
            files[OUTPUT] = output
        return MirrorContent(replace(redact_run(run, self._look.redactor), series=series.note), files)

    def close(self) -> None:
        """Closes what is open."""
        self._look.close()

    def hear_record(self, record: Record) -> None:
        """Takes values of the API."""
        self._series.take_record(record)

    def hear_point(self, point: Point) -> None:
        """Takes a printed value."""
        self._series.take_point(point)

    def forget_points(self) -> None:
        """Drops the printed values: the script says better ones."""
        self._series.forget()

    def hear_output(self, text: bytes) -> None:
        """Takes output."""
        self._output.take(text)

    def hear_dropped(self, count: int) -> None:
        """Takes that output is missing."""
        self._output.take_dropped(count)
