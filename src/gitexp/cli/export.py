"""``exp export``: runs for other programs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, cast

import typer

from gitexp.actions.choose_runs import RunChoice, choose_runs
from gitexp.actions.export_runs import FORMS, ExportRequest, export_runs
from gitexp.cli.completion import complete_columns
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import (
    JSON_OPTION,
    LISTED_EXPERIMENT_OPTION,
    QUIET_OPTION,
    WHERE_OPTION,
    count_option,
    run_argument,
)
from gitexp.cli.progress import Progress
from gitexp.cli.specs import read_named
from gitexp.cli.terminal import say, warn, warn_of_broken
from gitexp.cli.written_file import STDOUT, check_target, open_whole
from gitexp.errors import UsageError
from gitexp.render.numbers import format_bytes

if TYPE_CHECKING:
    from gitexp.actions.choose_runs import ChosenRuns
    from gitexp.actions.export_runs import Exported, Form
    from gitexp.errors import ExpError

EXAMPLES = """
exp export -o runs.csv                  a row for each run
exp export -w 'params.lr < 0.01' -o runs.parquet
exp export --all -o runs.jsonl          of every experiment
exp export --series -o points.parquet   a row for each point
exp export last --series --metrics loss,'val_*' -o loss.csv
exp export --columns id,lr,'metrics.*' -o -
"""
_ENDINGS = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}


def _complete_form(incomplete: str) -> list[str]:
    return [form for form in FORMS if form.startswith(incomplete)]


def export(
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Where to; its ending says the form. - is standard output."
        ),
    ],
    runs: Annotated[
        list[str] | None,
        run_argument("The runs; - reads them from standard input. [default: the present experiment's]", "[RUN]..."),
    ] = None,
    where: WHERE_OPTION = None,
    experiment: LISTED_EXPERIMENT_OPTION = None,
    everything: Annotated[bool, typer.Option("--all", "-a", help="The runs of every experiment.")] = False,
    hidden: Annotated[bool, typer.Option("--hidden", help="Those too that are hidden (exp rm).")] = False,
    parts: Annotated[bool, typer.Option("--parts", help="Each run of a chain that was resumed.")] = False,
    length: Annotated[int | None, count_option("-n", help_text="At most N runs, the newest. [default: all]")] = None,
    series: Annotated[
        bool, typer.Option("--series", "--long", help="A row for each point: run, metric, step, time, value.")
    ] = False,
    wide: Annotated[bool, typer.Option("--wide", help="A row for each run. [default]")] = False,
    metrics: Annotated[
        str | None, typer.Option("--metrics", metavar="NAMES", help="With --series, only these: loss,val_*")
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="KEYS",
            help="Columns by key or glob, with commas. [default: all there are]",
            autocompletion=complete_columns,
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORM", help="csv, json, jsonl or parquet.", autocompletion=_complete_form),
    ] = None,
    quiet: QUIET_OPTION = False,
    as_json: JSON_OPTION = False,
) -> None:
    """Write runs into a file for other programs: a row for each run, or with --series one for each point.

    A row of a run has its fields, params, tags, the last, smallest and largest value of each metric with its step, and
    what the manifest says: seed, host, code, data, environment, cost. Series come whole, those of a chain joined. The
    file is there when all of it is written, or not at all; one of that name is replaced. Parquet has typed columns,
    and needs the extra parquet. --json says what was written; the form JSON is --format json.
    """
    if series and wide:
        raise UsageError("--series and --wide: one of them", hint="exp export --series -o points.csv")
    if metrics is not None and not series:
        raise UsageError("--metrics is for --series", hint=f"exp export --columns 'metrics.*' -o {output}")
    if columns is not None and series:
        raise UsageError("--columns is for a row for each run", hint=f"exp export --series --metrics loss -o {output}")
    if everything and experiment is not None:
        raise UsageError("--all and --experiment: one of them", hint=f"exp export --all -o {output}")
    if output == STDOUT and as_json:
        raise UsageError("-o - and --json: one of them", hint="exp export --format json -o -")
    check_target(output)
    request = ExportRequest(_find_form(output, form), series, _split(metrics if series else columns))
    specs = read_named(runs, f"exp export - -o {output}")
    store = open_recovered()
    chosen = choose_runs(store, RunChoice(specs, where, experiment, everything, hidden, parts, None, length or 0))
    with open_whole(output) as file, Progress("export", quiet=quiet or as_json) as progress:
        tell = progress.talk().progress

        def count(done: int, total: int) -> None:
            progress.count(done, total)
            if tell is not None and total:
                tell("runs", 100 * done // total)

        exported = export_runs(store, chosen.heads, request, file, count)
        size = file.tell()
    broken = list({error.message: error for error in (*chosen.broken, *exported.broken)}.values())
    if as_json:
        _write_json(output, request, chosen, exported, size, broken)
    else:
        _tell(output, request, chosen, exported, size, broken, quiet=quiet)


def _find_form(output: str, form: str | None) -> Form:
    found: str | None = form
    if form is not None and form not in FORMS:
        raise UsageError(f"--format {form}: one of {', '.join(FORMS)}", hint="--format csv")
    if form is None:
        found = "csv" if output == STDOUT else _ENDINGS.get(os.path.splitext(output)[1].lower())
        if found is None:
            raise UsageError(
                f"-o {output}: its ending is none of {', '.join(_ENDINGS)}", hint=f"exp export -o {output} --format csv"
            )
    if found == "parquet" and output == STDOUT and sys.stdout.isatty():
        raise UsageError("Parquet is nothing for a terminal", hint="exp export -o runs.parquet")
    return cast("Form", found)


def _split(keys: str | None) -> tuple[str, ...]:
    return tuple(key.strip() for key in keys.split(",") if key.strip()) if keys else ()


def _tell(
    output: str,
    request: ExportRequest,
    chosen: ChosenRuns,
    exported: Exported,
    size: int,
    broken: list[ExpError],
    *,
    quiet: bool,
) -> None:
    if output != STDOUT:
        sys.stdout.write(f"{output}\n")
        sys.stdout.flush()
    for spec in chosen.repeated:
        warn(f"{spec} is a run that was named before: it is written once")
    warn_of_broken(broken, "exp export went on")
    for note in exported.notes:
        warn(note)
    if quiet:
        return
    if not exported.runs:
        where = f" in experiment {chosen.experiment!r}; exp export --all has those of all" if chosen.experiment else ""
        say(f"no runs{where}")
        return
    rows = f", {exported.rows} points" if request.series else f", {exported.columns} columns"
    cut = f" of {chosen.total}" if chosen.total > exported.runs else ""
    said = f"{exported.runs}{cut} run{'' if exported.runs == 1 and not cut else 's'}{rows}, {format_bytes(size)}"
    say(said)


def _write_json(
    output: str, request: ExportRequest, chosen: ChosenRuns, exported: Exported, size: int, broken: list[ExpError]
) -> None:
    from gitexp.cli.output import write_envelope

    fields = {
        "file": os.path.abspath(output),
        "form": request.form,
        "series": request.series,
        "experiment": chosen.experiment,
        "total": chosen.total,
        "runs": exported.runs,
        "rows": exported.rows,
        "columns": exported.columns,
        "bytes": size,
        "notes": list(exported.notes),
    }
    write_envelope(fields, broken)
