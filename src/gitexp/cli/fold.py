"""``exp fold``: puts old runs under a few refs."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.fold import FoldRequest, fold_project, undo_folds
from gitexp.cli.completion import complete_experiment, complete_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import JSON_OPTION, count_option
from gitexp.cli.run_words import read_run_words
from gitexp.cli.terminal import say, warn, warn_of_broken
from gitexp.errors import UsageError
from gitexp.model.ages import format_age, parse_age

if TYPE_CHECKING:
    from gitexp.actions.fold import Folding
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

DEFAULT_AGE = "30d"

EXAMPLES = """
exp fold                               all that began more than 30 days ago
exp fold --older-than 1w --dry-run     which would those be?
exp fold --all --keep 100              all but the newest 100 of each experiment
exp fold k3v9 p7qw                     these two
exp ls --ids -n 0 | exp fold -         those that another command names
exp fold --undo k3v9                   gives it a ref of its own again
"""


def fold(
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="The runs; - reads them from standard input. [default: the old ones]",
            autocompletion=complete_run,
            show_default=False,
        ),
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="AGE", help="Runs that began longer ago: 12h, 30d, 6m. [default: 30d]"),
    ] = None,
    keep: Annotated[
        int | None, count_option("--keep", help_text="Leave the newest N runs of each experiment as they are.")
    ] = None,
    experiment: Annotated[
        str | None,
        typer.Option(
            "-e",
            "--experiment",
            metavar="NAME",
            help="Only runs of this experiment. [default: of all]",
            autocompletion=complete_experiment,
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", "-a", help="Runs of any age.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Only say which runs would be folded.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Give the runs refs of their own again.")] = False,
    as_json: JSON_OPTION = False,
) -> int:
    """Put many ended runs under one ref for each month, so that a repository stays fast.

    Nothing is lost by it: they are listed, shown, compared and checked out as before, under the same ids. A run that
    is going is never folded, and one of which something is said later gets a ref of its own until the next fold. exp
    push and exp pull make the folds those of every clone. The exit status is 1 where a run could not be folded.
    """
    runs = read_run_words(run or (), "exp fold -").all
    _check(runs, older_than=older_than, keep=keep or 0, everything=everything, dry_run=dry_run, undo=undo)
    store = open_recovered()
    if undo:
        _undo(store, runs, experiment, as_json=as_json)
        return 0
    age = None if everything else parse_age(DEFAULT_AGE if older_than is None else older_than)
    request = FoldRequest(runs, None if runs else age, keep or 0, experiment)
    folding = fold_project(store, request, datetime.now(UTC), is_trial=dry_run)
    if as_json:
        from gitexp.cli.output import write_envelope

        write_envelope(
            {
                "folded": [_fields(head) for head in folding.folded],
                "kept": [{**_fields(kept.head), "why": kept.why} for kept in folding.kept],
                "refs": list(folding.refs),
                "unfolded": folding.unfolded,
                "dry_run": dry_run,
            },
            folding.broken,
        )
    else:
        warn_of_broken(folding.broken, "exp fold went on")
        _tell(folding, "" if runs or age is None else f" that began more than {format_age(age)} ago")
    return int(bool(folding.kept))


def _check(
    runs: tuple[str, ...], *, older_than: str | None, keep: int, everything: bool, dry_run: bool, undo: bool
) -> None:
    if undo and not runs:
        raise UsageError("--undo: of which runs?", hint="exp fold --undo RUN")
    if undo and dry_run:
        raise UsageError("--undo and --dry-run: one of them")
    if runs and (older_than is not None or keep or everything):
        raise UsageError("RUN, or a choice by --all, --older-than and --keep: one of them", hint="exp fold --help")
    if everything and older_than is not None:
        raise UsageError("--all and --older-than: one of them", hint="exp fold --all")


def _undo(store: RunStore, runs: tuple[str, ...], experiment: str | None, *, as_json: bool) -> None:
    heads = undo_folds(store, runs, experiment)
    if as_json:
        from gitexp.cli.output import write_envelope

        write_envelope({"unfolded": [_fields(head) for head in heads]})
        return
    sys.stdout.writelines(f"{head.ref}\n" for head in heads)
    sys.stdout.flush()
    if not heads:
        say("nothing to undo: no such run lies in a fold alone")


def _tell(folding: Folding, which: str) -> None:
    months: dict[str, int] = {}
    for head in folding.folded:
        month = f"{head.started_at:%Y-%m}"
        months[month] = months.get(month, 0) + 1
    sys.stdout.writelines(f"{month}  {_count(count)}\n" for month, count in sorted(months.items()))
    sys.stdout.flush()
    for kept in folding.kept:
        warn(f"run {kept.head.name} keeps its ref: {kept.why}")
    own = _own(folding.unfolded)
    if folding.folded and folding.is_trial:
        say(f"{_count(len(folding.folded))} would be folded; after that {own}")
    elif folding.folded:
        say(f"{_count(len(folding.folded))} folded; of the ended runs {own}")
    elif not folding.kept:
        say(f"nothing to fold: of the ended runs {own}{which and ', none'}{which}")


def _own(number: int) -> str:
    if number < 2:
        return f"{'none' if not number else '1'} has a ref of its own"
    return f"{number} have refs of their own"


def _count(number: int) -> str:
    return f"{number} run{'s' * (number != 1)}"


def _fields(head: RunHead) -> dict[str, object]:
    return {"id": head.id, "name": head.name, "ref": head.ref, "commit": head.commit}
