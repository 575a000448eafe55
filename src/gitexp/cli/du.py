"""``exp du``: how much room runs take, and which of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, cast

import typer

from gitexp.actions.disk_use import measure_use
from gitexp.cli.completion import complete_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, EXPERIMENT_OPTION, JSON_OPTION, count_option
from gitexp.cli.run_words import read_run_words
from gitexp.cli.terminal import find_look, say, warn_of_broken
from gitexp.errors import InvalidValue

if TYPE_CHECKING:
    from gitexp.actions.disk_use import By, DiskUse, Totals

DEFAULT_LENGTH = 20
_WAYS = ("run", "artifact", "experiment")

EXAMPLES = """
exp du                          the 20 runs that take most, and all in sum
exp du --by artifact            which file takes it, over all runs
exp du --by experiment -n 0     every experiment
exp du k3v9 p7qw                these two
exp du --json | jq .data.totals
"""


def _complete_way(incomplete: str) -> list[str]:
    return [way for way in _WAYS if way.startswith(incomplete)]


def _check_way(value: str) -> str:
    if value not in _WAYS:
        raise InvalidValue("--by", value, "run, artifact or experiment", hint="exp du --by artifact")
    return value


def du(
    ctx: typer.Context,
    run: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="The runs; - reads them from standard input. [default: all]",
            autocompletion=complete_run,
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="WHAT",
            help="A row for each run, artifact (by its path) or experiment.",
            autocompletion=_complete_way,
        ),
    ] = "run",
    length: Annotated[int | None, count_option("-n", help_text="At most N rows; 0 for all. [default: 20]")] = None,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Show how much room runs take on this machine, the largest first.

    own: bytes in the cache of artifacts that nothing else in the table needs. shared: bytes that others need too.
    in Git: the record itself, unpacked; small artifacts are part of it. not here: artifacts whose bytes are on
    another machine or on a remote. What runs only read takes no room here.
    """
    runs = read_run_words(run or (), "exp du -").all
    use = measure_use(open_recovered(), runs, by=cast("By", _check_way(by)), experiment=experiment)
    limit = DEFAULT_LENGTH if length is None else length
    shown = use.shares[:limit] if limit else use.shares
    if as_json:
        from gitexp.cli.output import write_envelope

        rows = [
            {by: one.key, "name": use.names.get(one.key), **one._asdict(), "here": one.here, "runs": len(one.runs)}
            for one in shown
        ]
        for row in rows:
            del row["key"]
        totals = {**use.totals._asdict(), "others": dict(use.totals.others)}
        write_envelope({"by": by, "total": len(use.shares), "rows": rows, "totals": totals}, use.broken)
        return
    warn_of_broken(use.broken, "exp du went on")
    _write(use, by, limit, colour=ctx.obj.colour)
    if limit and len(use.shares) > limit and length is None:
        say(f"{len(shown)} of {len(use.shares)}; exp du -n 0 lists all")
    if use.totals.unneeded:
        say("what no run needs goes by: exp gc")


def _write(use: DiskUse, by: str, limit: int, *, colour: str) -> None:
    from gitexp.render.disk_use import build_shares, build_totals
    from gitexp.render.screen import write_page

    look = find_look(colour)
    shown = use.shares[:limit] if limit else use.shares
    page = build_shares(shown, by, use.names)
    totals = build_totals(_list_totals(use.totals))
    write_page([*page, *(totals if page else totals[1:])], look, sys.stdout)
    sys.stdout.flush()


def _list_totals(totals: Totals) -> list[tuple[str, int, str]]:
    rows = [("cache of artifacts", totals.cache, f"{totals.objects} object{'s' * (totals.objects != 1)}")]
    if totals.unneeded:
        rows.append(("  that no run needs", totals.unneeded, ""))
    if totals.staged:
        rows.append(("  begun and not whole", totals.staged, ""))
    rows += [(name, size, "") for name, size in totals.others.items()]
    rows.append(("records in Git", totals.records, "unpacked, equal files once"))
    rows.append(("all that Git has", totals.git, "packed, the project's own history with it"))
    return rows
