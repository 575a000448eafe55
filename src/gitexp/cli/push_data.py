"""The data part of ``exp push``: what is asked of it, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.push_data import DataReport, DataRequest, push_data
from gitexp.cli.terminal import say, warn
from gitexp.cli.transfer import TransferLine
from gitexp.errors import ObjectMissing
from gitexp.render.sent_data import describe_lost, describe_place, describe_sent, lost_fields, place_fields

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gitexp.errors import ExpError
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

_MOST_LINES = 10
_HINT = "exp push where the run was made, or --no-data"


def send_data(store: RunStore, heads: Sequence[RunHead], request: DataRequest, *, quiet: bool) -> DataReport:
    """Sends what the data remote lacks, with a line that shows how far it is."""
    progress = TransferLine("push", quiet=quiet)
    try:
        return push_data(store, heads, request, progress=progress)
    finally:
        progress.end()


def list_data_errors(report: DataReport, fresh: Collection[str] | None) -> list[ExpError]:
    """What makes the push fail. ``fresh``: the refs that went just now; None: whatever is lost does.

    What is lost of other runs is a warning: whoever can mend that was told when they went.
    """
    lost = [
        ObjectMissing(describe_lost(one), one.pointed.md5, one.why, hint=_HINT)
        for one in report.lost
        if fresh is None or any(head.ref in fresh for head in one.runs)
    ]
    return [*report.broken, *([report.failed] if report.failed is not None else []), *lost]


def tell_data(report: DataReport, errors: Sequence[ExpError], *, dry_run: bool, quiet: bool, alone: bool) -> None:
    """Says what was sent, what could not go and why. ``alone``: nothing else was asked for."""
    for sentence in report.warnings:
        warn(sentence)
    for error in errors[:_MOST_LINES]:
        warn(error.message)
    for hint in dict.fromkeys(error.hint for error in errors if error.hint is not None):
        say(f"hint: {hint}")
    told = {str(error.fields.get("path")) for error in errors}
    others = [one for one in report.lost if describe_lost(one) not in told]
    for one in others[:_MOST_LINES]:
        warn(f"{describe_lost(one)}: {one.why}")
    hidden = max(len(errors) - _MOST_LINES, 0) + max(len(others) - _MOST_LINES, 0)
    if hidden:
        warn(f"and {hidden} more; --json names them all")
    if quiet:
        return
    if report.place is not None and report.objects:
        say(describe_sent(report.objects, report.bytes, report.place, dry_run=dry_run))
    elif alone and report.stays is not None:
        say(f"nothing was sent: {report.stays} is none")
    elif alone and not errors and not report.lost:
        where = f": {describe_place(report.place)} has it all" if report.place is not None else ""
        say(f"nothing to send{where}")


def data_fields(report: DataReport) -> dict[str, object]:
    """What became of the bytes as plain values."""
    return {
        "remote": place_fields(report.place),
        "objects": report.objects,
        "bytes": report.bytes,
        "stays": report.stays,
        "lost": lost_fields(report.lost),
    }
