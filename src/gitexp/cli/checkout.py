"""``exp checkout``: the code of a run in a new worktree, or here, and its data and artifacts."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.checkout import checkout_run
from gitexp.actions.checkout_files import bring_files
from gitexp.actions.placing_files import Manners
from gitexp.cli.checkout_words import tell_backup, tell_brought, tell_code, tell_here, write_folder, write_json
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import DATA_REMOTE_OPTION, EXPERIMENT_OPTION, JSON_OPTION, run_argument
from gitexp.cli.transfer import TransferLine
from gitexp.errors import StorageFailed, UsageError

if TYPE_CHECKING:
    from gitexp.actions.checkout_files import BroughtFiles
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

EXAMPLES = """
exp checkout last                      beside the repository, named after both
exp checkout max:val_auc ../best       the best run, data and artifacts, in ../best
exp checkout k3v9 --no-data            its code alone
cd "$(exp checkout k3v9)"              and go there
git worktree remove ../best            when you are done
exp checkout --here k3v9               its code in the present working tree
exp checkout --here HEAD               and back
"""


def checkout(
    run: Annotated[str, run_argument("The run.")],
    folder: Annotated[
        str | None,
        typer.Argument(metavar="[DIR]", help="A new folder. [default: ../<repository>-<name>]", show_default=False),
    ] = None,
    here: Annotated[
        bool, typer.Option("--here", help="Into the present working tree; HEAD, branch and index stay.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="With --here: over edits that are not committed; keeps them first.")
    ] = False,
    no_data: Annotated[bool, typer.Option("--no-data", help="The code alone, without data and artifacts.")] = False,
    link: Annotated[
        bool, typer.Option("--link", help="Read-only links to the cache instead of copies, where they can be.")
    ] = False,
    data_remote: DATA_REMOTE_OPTION = None,
    with_filters: Annotated[
        bool,
        typer.Option(
            "--with-filters",
            help="Run the filters that are configured (Git LFS); a run can bring its own programs.",
        ),
    ] = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
) -> None:
    """Put the code of a run into a new worktree, as it was when it ran, with its data and artifacts in their places.

    Uncommitted changes and new files are included. Nothing is executed: hooks and filters are off. Your own folder,
    branch and index stay as they are. The folder's path goes to standard output; what could not be placed is named.
    With --here the present working tree gets the code: only where nothing uncommitted would be lost, or with --force,
    which keeps that first and says how to get it back.
    """
    if here and folder is not None:
        raise UsageError("--here and DIR: one of them", hint=f"exp checkout --here {run}")
    if force and not here:
        raise UsageError("--force is for --here: a new folder is never written over", hint=f"exp checkout {run} DIR")
    store = open_recovered()
    manners = Manners(link=link, remote=data_remote, progress=TransferLine("checkout", quiet=as_json))
    if here:
        _check_out_here(
            store, run, experiment, manners,
            force=force, with_filters=with_filters, with_data=not no_data, as_json=as_json,
        )  # fmt: skip
        return
    made = checkout_run(store, run, folder, experiment, with_filters=with_filters)
    if not as_json:
        write_folder(made.folder)
        tell_code(made.run, made.commit, made.folder)
    brought = _bring(store, made.head, made.run, made.folder, manners, with_data=not no_data)
    if as_json:
        write_json(made.folder, made.commit, made.run, brought)
    else:
        tell_brought(brought, made.run, made.folder)


def _check_out_here(
    store: RunStore,
    text: str,
    experiment: str | None,
    manners: Manners,
    *,
    force: bool,
    with_filters: bool,
    with_data: bool,
    as_json: bool,
) -> None:
    from gitexp.actions.checkout_here import checkout_here

    done = checkout_here(
        store, text, experiment,
        force=force, with_filters=with_filters, tell_backup=tell_backup if not as_json else lambda commit: None,
    )  # fmt: skip
    if not as_json:
        write_folder(done.folder)
        tell_here(done, text)
    brought = None
    if done.head is not None and done.run is not None:
        brought = _bring(store, done.head, done.run, done.folder, manners, with_data=with_data)
    if as_json:
        write_json(done.folder, done.commit, done.run, brought, done)
    elif brought is not None and done.run is not None:
        tell_brought(brought, done.run, done.folder)


def _bring(store: RunStore, head: RunHead, run: Run, folder: str, manners: Manners, *, with_data: bool) -> BroughtFiles:
    try:
        return bring_files(store, head, run, folder, manners, with_data=with_data)
    except StorageFailed as error:
        hint = f"the code is there; then: exp -C {shlex.quote(folder)} get {run.id} --data"
        raise StorageFailed(str(error.fields["path"]), str(error.fields["why"]), hint=hint) from error
