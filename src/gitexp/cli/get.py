"""``exp get``: artifacts and data of a run."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.get import GetRequest, get_files, list_targets, stream_file
from gitexp.actions.placing_files import Manners
from gitexp.cli.completion import complete_file
from gitexp.cli.failure import format_error
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import DATA_REMOTE_OPTION, EXPERIMENT_OPTION, JSON_OPTION, QUIET_OPTION, run_argument
from gitexp.cli.terminal import say, warn
from gitexp.cli.transfer import TransferLine
from gitexp.errors import UsageError
from gitexp.render.numbers import format_bytes
from gitexp.render.text import neutralise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.get import GotFiles
    from gitexp.errors import ExpError
    from gitexp.store.runs import RunStore

EXAMPLES = """
exp get last                           its artifacts, into the current folder
exp get max:val_auc model.pt -o /srv   one of them, into /srv
exp get last data/train/a.csv          one file of a folder that was data
exp get last 'plots/*.png' -o report   those that a glob means
exp get last --data -o copy            the data that it read
exp get fraud@production -o /srv       what the registry deploys
exp get k3v9 model.pt -o - | sha256sum
"""
_NAMED = 10
_STREAM = "-"


def get(
    ctx: typer.Context,
    run: Annotated[str, run_argument("The run.")],
    path: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...",
            help="Files, folders or globs, as exp show names them. [default: all artifacts]",
            autocompletion=complete_file,
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="DIR", help="Where to; - writes one file to standard output."),
    ] = None,
    data: Annotated[bool, typer.Option("--data", help="Of the data that the run read, not its artifacts.")] = False,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace files that differ.")] = False,
    link: Annotated[
        bool, typer.Option("--link", help="Read-only links to the cache instead of copies, where they can be.")
    ] = False,
    data_remote: DATA_REMOTE_OPTION = None,
    quiet: QUIET_OPTION = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
) -> int:
    """Bring artifacts or data of a run, each checked against its hash.

    The path of each goes to standard output: of what was written, and of what was there already and is right. A file
    that differs is left alone unless --force. Works in a bare repository, in a shallow clone and without DVC's folder.
    What cannot be had is named, the rest is brought, and the exit status is 1.

    Of a model's version its artifact alone comes, unless paths are named. Its hash must be that of registry.yaml, too:
    where the run says another one nothing is brought.
    """
    request = GetRequest(run, tuple(path or ()), data, experiment)
    if output == _STREAM and as_json:
        raise UsageError("-o - and --json: one of them", hint=f"exp get {run} --json")
    folder = output if output is not None else "."
    if output != _STREAM and os.path.lexists(folder) and not os.path.isdir(folder):
        raise UsageError(f"-o {folder}: it is a file, and DIR is a folder", hint=f"-o {os.path.dirname(folder) or '.'}")
    store = open_recovered()
    manners = Manners(force, link, data_remote, TransferLine("get", quiet=quiet or as_json))
    if output == _STREAM:
        _stream(store, request, manners)
        return 0
    got = get_files(store, request, folder, manners)
    if as_json:
        _write_json(got, folder)
    else:
        typed = ctx.find_root().params.get("folder") or ""  # of -C: a path means what it means where exp was called
        _write(list_targets(got.outcomes, os.path.join(typed, output or "")))
        _tell(got, quiet=quiet)
    return int(bool(got.errors))


def _stream(store: RunStore, request: GetRequest, manners: Manners) -> None:
    chunks = stream_file(store, request, manners)
    sys.stdout.flush()
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _write(targets: Sequence[str]) -> None:
    is_screen = sys.stdout.isatty()
    sys.stdout.flush()
    for target in targets:
        # A name is what it is; only a terminal must not act upon it.
        sys.stdout.buffer.write((neutralise(target).encode() if is_screen else os.fsencode(target)) + b"\n")
    sys.stdout.buffer.flush()


def _tell(got: GotFiles, *, quiet: bool) -> None:
    tell_errors(got.errors)
    for outcome in got.outcomes:
        if outcome.note is not None:
            warn(outcome.note)
    for one in got.unkept:
        warn(f"{one.path} was not kept: {one.why}")
    if quiet:
        return
    placed = [one.wanted for one in got.outcomes if one.state in ("placed", "replaced")]
    there = sum(one.state == "there" for one in got.outcomes)
    size = sum(one.bytes or 0 for one in placed)
    said = [f"{len(placed)} brought" + (f", {format_bytes(size)}" if size else "")] if placed else []
    said += [f"{there} there already"] if there else []
    if said:
        name = got.head.name if got.version is None else f"{got.version} ({got.head.name})"
        say(f"{name}: {'; '.join(said)}")


def tell_errors(errors: Sequence[ExpError]) -> None:
    """Each with its hint, the same hint once."""
    for number, error in enumerate(errors[:_NAMED]):
        is_last = number + 1 == min(len(errors), _NAMED) or errors[number + 1].hint != error.hint
        text = format_error(error)
        sys.stderr.write(text if is_last else text.partition("\nhint: ")[0].rstrip("\n") + "\n")
    if len(errors) > _NAMED:
        warn(f"and {len(errors) - _NAMED} more could not be had")


def _write_json(got: GotFiles, folder: str) -> None:
    from gitexp.cli.output import write_envelope

    files = [
        {
            "path": one.wanted.path,
            "kind": one.wanted.kind,
            "state": one.state,
            "target": os.path.abspath(os.path.join(folder, os.fsdecode(one.wanted.place))),
            "md5": one.wanted.md5,
            "bytes": one.wanted.bytes,
            "note": one.note,
        }
        for one in got.outcomes
    ]
    unkept = [{"path": one.path, "kind": one.kind, "why": one.why} for one in got.unkept]
    write_envelope(
        {"id": got.head.id, "name": got.head.name, "version": got.version, "files": files, "not_kept": unkept},
        got.errors,
    )
