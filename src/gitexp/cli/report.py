"""``exp report``: runs on one page that opens without a network."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.choose_runs import RunChoice
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import (
    GROUP_BY_OPTION,
    JSON_OPTION,
    LISTED_EXPERIMENT_OPTION,
    WHERE_OPTION,
    count_option,
    run_argument,
)
from gitexp.cli.specs import STDIN, read_named
from gitexp.cli.terminal import say, warn
from gitexp.errors import UsageError

if TYPE_CHECKING:
    from gitexp.actions.report import ReportRead

DEFAULT_LENGTH = 1000
DEFAULT_FILE = "report.html"
_FORMATS = ("html", "md")
_TOLD = 6

EXAMPLES = """
exp report                              the present experiment
exp report --where 'params.lr < 0.01' -o sweep.html --open
exp report k3v9 p7qw max:val_auc        runs by any of their names
exp report --group-by auto --baseline k3v9
exp report -o - > page.html             to standard output
exp report --format md | gh pr comment -F -
"""


def _complete_format(incomplete: str) -> list[str]:
    return [word for word in _FORMATS if word.startswith(incomplete)]


def report(
    runs: Annotated[
        list[str] | None, run_argument("The runs to show; - reads them from standard input.", "[RUN]...")
    ] = None,
    where: WHERE_OPTION = None,
    experiment: LISTED_EXPERIMENT_OPTION = None,
    length: Annotated[
        int | None, count_option("-n", help_text="At most N runs; 0 for all. [default: 1000 where none is named]")
    ] = None,
    group_by: GROUP_BY_OPTION = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="RUN|GROUP", help="With --group-by: what groups are held against."),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="What stands above it.")] = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write; - for standard output. [report.html]"),
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORM", help="html, or md for a pull request.", autocompletion=_complete_format
        ),
    ] = "html",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is no report, too.")] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    as_json: JSON_OPTION = False,
) -> None:
    """Write runs onto one page: table, curves, parallel coordinates, trade-offs, differences, code, pictures.

    The page is one file that needs no network and sends nothing anywhere. On it runs can be sorted, filtered and
    brushed. It is written to report.html in this folder, over an earlier page of gitexp, and over nothing else. The
    same runs give the same bytes.
    """
    if form not in _FORMATS:
        raise UsageError(f"--format {form}: html or md", hint="exp report --format md")
    if baseline is not None and group_by is None:
        raise UsageError("--baseline needs groups", hint="exp report --group-by auto --baseline RUN")
    if open_it and (output == STDIN or form == "md"):
        raise UsageError("--open: there is no page to open", hint="exp report --open")
    specs = read_named(runs, "exp report -")
    limit = length if length is not None else 0 if specs else DEFAULT_LENGTH
    choice = RunChoice(specs=specs, where=where, experiment=experiment, limit=limit)
    keys = tuple(key.strip() for key in group_by.split(",") if key.strip()) if group_by else ()
    if form == "md":
        from gitexp.cli.report_markdown import write_markdown

        write_markdown(choice, title, keys, baseline, output, force=force, as_json=as_json)
        return
    _write_page(choice, title, keys, baseline, output or DEFAULT_FILE, force=force, open_it=open_it, as_json=as_json)


def _write_page(
    choice: RunChoice,
    title: str | None,
    group_by: tuple[str, ...],
    baseline: str | None,
    path: str,
    *,
    force: bool,
    open_it: bool,
    as_json: bool,
) -> None:
    from gitexp.actions.page_file import check_page_file, write_page_file
    from gitexp.actions.report import ReportRequest, read_report
    from gitexp.render.report_page import format_report_page

    to_stdout = path == STDIN
    if to_stdout and as_json:
        raise UsageError("--json and -o -: standard output cannot have both", hint="exp report -o FILE --json")
    if not to_stdout:
        check_page_file(path, force=force)
    read = read_report(open_recovered(), ReportRequest(choice, title or "", group_by, baseline))
    if not read.report.candidates:
        say(_say_empty(read, choice))
    page = format_report_page(read.report)
    if to_stdout:
        sys.stdout.buffer.write(page.encode())
        size = len(page.encode())
    else:
        size = write_page_file(path, page)
    if as_json:
        from gitexp.cli.output import write_envelope

        ids = [str(head.id) for head in read.report.heads]
        fields = {"path": path, "runs": ids, "total": read.chosen.total, "bytes": size}
        write_envelope({**fields, "left_out": list(read.report.left_out)}, read.broken)
    else:
        _tell(read, path, size, is_cut=not choice.specs)
    if open_it:
        _open_page(path)


def _say_empty(read: ReportRead, choice: RunChoice) -> str:
    if choice.where is not None:
        return f"no run passes --where {choice.where!r}: the page is empty"
    return f"no runs in experiment {read.chosen.experiment!r}: the page is empty; exp ls --all lists those of others"


def _tell(read: ReportRead, path: str, size: int, *, is_cut: bool) -> None:
    from gitexp.render.numbers import format_bytes

    for error in read.broken:
        warn(error.message)
    count = len(read.report.candidates)
    if path != STDIN:
        sys.stdout.write(f"{path}\n")
        sys.stdout.flush()
    for spec in read.chosen.repeated:
        say(f"{spec} is a run that was named before: it is shown once")
    if is_cut and count < read.chosen.total:
        say(f"{count} of {read.chosen.total} runs; exp report -n 0 shows all")
    say(f"{count} {'run' if count == 1 else 'runs'}, {format_bytes(size)}")
    for text in read.report.left_out[:_TOLD]:
        say(f"left out: {text}")
    if len(read.report.left_out) > _TOLD:
        say(f"left out: {len(read.report.left_out) - _TOLD} things more, named on the page")


def _open_page(path: str) -> None:
    import pathlib
    import webbrowser

    if not webbrowser.open(pathlib.Path(path).resolve().as_uri()):
        warn(f"no browser could be started; open {path} yourself")
