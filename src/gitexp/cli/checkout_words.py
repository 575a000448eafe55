"""What ``exp checkout`` says of what it did."""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

from gitexp.actions.checkout_files import list_faults
from gitexp.actions.get import name_host
from gitexp.cli.get import tell_errors
from gitexp.cli.terminal import say, warn
from gitexp.render.checkout import count_files, describe_left_out, describe_submodule, list_some

if TYPE_CHECKING:
    from gitexp.actions.checkout_files import BroughtFiles
    from gitexp.actions.checkout_here import CheckedOutHere
    from gitexp.model.run import Run


def write_folder(folder: str) -> None:
    """The folder, on standard output."""
    sys.stdout.write(f"{folder}\n")
    sys.stdout.flush()


def tell_code(run: Run, commit: str, folder: str) -> None:
    """Which code it is, and what ran it where."""
    say(f"the code of {run.name}, at {commit[:12]}; it ran: {shlex.join(run.command)}")
    if run.directory not in ("", "."):
        say(f"in {os.path.join(folder, run.directory)}")


def tell_backup(commit: str) -> None:
    """What brings back what was there: said before it goes, for whoever is stopped half-way."""
    say(f"what was there is kept: exp checkout --here {commit[:12]}")


def tell_here(done: CheckedOutHere, text: str) -> None:
    """What was done to the working tree, and how to undo it."""
    if done.run is not None:
        tell_code(done.run, done.commit, done.folder)
    else:
        say(f"the files of {text}, at {done.commit[:12]}")
    removed = f", {len(done.removed)} removed" if done.removed else ""
    say(f"{count_files(len(done.written), 'written')}{removed}; HEAD, branch and index are as they were")
    if done.staying:
        say(f"untracked and left alone: {list_some(done.staying)}")
    if done.backup is None and done.head is not None:
        say("back to the commit that is checked out: exp checkout --here HEAD")


def tell_brought(brought: BroughtFiles, run: Run, folder: str) -> None:
    """What lies beside the code, what does not, and what to type for it."""
    placed, left_out = brought.placed, brought.left_out
    if placed is not None:
        if placed.placed:
            say(f"data and artifacts placed: {list_some(placed.placed)}")
        if placed.differing:
            warn(f"already there and not what the run had, left alone: {list_some(placed.differing)}")
        for note in placed.notes:
            warn(note)
        for lost in placed.missing:
            warn(f"not placed: {lost.pointed.path}: {lost.why}")
        if placed.missing:
            say(f"hint: {placed.missing[0].hint or name_host(run)}")
        for away in (*placed.outside, *placed.unkept):
            say(f"not placed: {away.kind} {away.path}: {away.why}")
        tell_errors(placed.errors)
    if left_out.placed:
        say(f"left out of the snapshot, placed from the working tree: {list_some(left_out.placed)}")
    if left_out.differing:
        warn(f"left out of the snapshot, and no longer what the run had: {list_some(left_out.differing)}")
    for sentence in describe_left_out(left_out.absent, run.id):
        say(sentence)
    for one in brought.submodules:
        warn(describe_submodule(one.submodule, one.present, folder, is_configured=one.is_configured))


def write_json(
    folder: str, commit: str, run: Run | None, brought: BroughtFiles | None, here: CheckedOutHere | None = None
) -> None:
    """All of it in the envelope."""
    from gitexp.cli.output import write_envelope
    from gitexp.render.json_form import to_plain

    fields: dict[str, Any] = {"folder": folder, "commit": commit}
    if run is not None:
        fields |= {"id": run.id, "name": run.name, "left_out": to_plain(run.code.left_out)}
    if here is not None:
        fields |= {"written": here.written, "removed": here.removed, "backup": here.backup, "staying": here.staying}
    if brought is not None:
        placed = brought.placed
        fields |= {
            "files": None if placed is None else {**to_plain(placed._replace(errors=()))},
            "left_out_files": to_plain(brought.left_out),
            "submodules": to_plain(brought.submodules),
        }
    write_envelope(fields, list_faults(brought) if brought is not None else [])
