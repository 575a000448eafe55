"""``exp import``: runs of what another tracker has recorded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.cli.completion import complete_experiment
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import JSON_OPTION, QUIET_OPTION
from gitexp.cli.progress import Progress
from gitexp.cli.terminal import say, warn
from gitexp.errors import UsageError
from gitexp.integrations.importing import ImportRequest
from gitexp.model.refs import parse_experiment

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.integrations.importing import Imported, ImportReport
    from gitexp.store.runs import RunStore

EXAMPLES = """
exp import dvc                         every experiment of DVC's that is here
exp import dvc --dry-run               which would those be?
exp import dvc -e tuning               as runs of the experiment tuning
exp import dvc HEAD                    those that began at this commit
exp import dvc sandy-jump vivid-rune   these two, by their names
"""
_SOURCES = ("dvc",)
_WARNED = 10


def _complete_source(incomplete: str) -> list[str]:
    return [word for word in _SOURCES if word.startswith(incomplete)]


def import_(
    source: Annotated[
        str,
        typer.Argument(
            metavar="dvc", help="The other tracker: dvc, for DVC experiments.", autocompletion=_complete_source
        ),
    ],
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[REV]...",
            help="Experiments by name, or the commits that they began at. [default: all]",
            show_default=False,
        ),
    ] = None,
    experiment: Annotated[
        str | None,
        typer.Option(
            "-e",
            "--experiment",
            metavar="NAME",
            help="The experiment that the runs are to be of. [default: the present one]",
            autocompletion=complete_experiment,
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say what would be imported.")] = False,
    quiet: QUIET_OPTION = False,
    as_json: JSON_OPTION = False,
) -> int:
    """Make runs of what another tracker has recorded: code, params, metrics, data and outputs.

    Nothing there is changed, and what was imported before is not imported again. Outputs that DVC's cache has are
    kept; of the others the run has the pointer. The runs have the tag imported. The exit status is 1 where something
    could not be imported.
    """
    importer = _find_importer(source)
    request = ImportRequest(
        tuple(names or ()), parse_experiment(experiment) if experiment is not None else None, dry_run
    )
    store = open_recovered()
    with Progress("import", quiet=quiet or as_json) as progress:
        tell = progress.talk().progress

        def count(done: int, total: int) -> None:
            progress.count(done, total)
            if tell is not None:
                tell("experiments", 100 * done // total)

        report = importer(store, request, count)
    if as_json:
        _write_json(source, report)
    else:
        _tell(source, report, quiet=quiet)
    return int(any(one.outcome == "failed" for one in report.runs))


def _find_importer(source: str) -> Callable[[RunStore, ImportRequest, Callable[[int, int], None]], ImportReport]:
    if source == "dvc":
        from gitexp.integrations.dvc import import_dvc

        return import_dvc
    raise UsageError(f"nothing is imported from {source!r}: only from {', '.join(_SOURCES)}", hint="exp import dvc")


def _write_json(source: str, report: ImportReport) -> None:
    from gitexp.cli.output import write_envelope

    errors = [one.why for one in report.runs if one.why is not None]
    runs = [
        {
            "id": one.candidate.id,
            "name": one.candidate.name,
            "source": one.candidate.source,
            "commit": one.candidate.commit,
            "outcome": one.outcome,
            "ref": one.ref,
            "warnings": list(one.warnings),
        }
        for one in report.runs
    ]
    write_envelope(
        {"source": source, "experiment": report.experiment, "dry_run": report.is_trial, "runs": runs}, errors
    )


def _tell(source: str, report: ImportReport, *, quiet: bool) -> None:
    counts: dict[str, int] = {}
    for one in report.runs:
        counts[one.outcome] = counts.get(one.outcome, 0) + 1
        if one.why is not None:
            warn(f"{one.candidate.source}: {one.why.message}")
    _warn(report.runs)
    made = [one for one in report.runs if one.outcome == "imported"]
    sys.stdout.writelines(f"{one.candidate.id}  {one.candidate.name}\n" for one in made)
    sys.stdout.flush()
    if quiet:
        return
    if not report.runs:
        say("nothing to import: DVC has no experiments here; dvc exp pull REMOTE brings some")
        return
    verb = "would be imported" if report.is_trial else "imported"
    said = f"{len(made)} {source} {'experiment' if len(made) == 1 else 'experiments'} {verb}"
    if "there" in counts:
        said += f", {counts['there']} here already"
    if "erased" in counts:
        said += f", {counts['erased']} erased for good"
    if "failed" in counts:
        said += f", {counts['failed']} not"
    say(said)
    if made and not report.is_trial:
        say(f"exp ls -e {report.experiment}")


def _warn(runs: tuple[Imported, ...]) -> None:
    said = [f"{one.candidate.name}: {sentence}" for one in runs for sentence in one.warnings]
    for sentence in said[:_WARNED]:
        warn(sentence)
    if len(said) > _WARNED:
        warn(f"and {len(said) - _WARNED} more; each run has its own: exp show RUN")
