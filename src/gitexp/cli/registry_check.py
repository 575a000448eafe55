"""``exp registry check``: the registry held against its own past, and against the runs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from gitexp.actions.check_registry import check_registry
from gitexp.cli.opening import open_recovered
from gitexp.cli.progress import Progress
from gitexp.cli.reading_progress import ReadingProgress
from gitexp.cli.terminal import find_look, say, warn
from gitexp.errors import StorageFailed, UsageError

if TYPE_CHECKING:
    from gitexp.model.registry_check import RegistryCheck

FORMATS = ("text", "github")


def write_check(
    base: str | None,
    *,
    remote: bool,
    as_json: bool,
    colour: str,
    remote_name: str | None = None,
    form: str | None = None,
) -> int:
    """Prints what is wrong, and gives the exit status. ``form``: text or github; None: as it runs there or not."""
    if form is not None and form not in FORMATS:
        raise UsageError(f"--format {form}: there is {' and '.join(FORMATS)}", hint="--format github")
    store = open_recovered()
    with Progress("check", quiet=as_json) as talk, ReadingProgress("check", quiet=as_json) as progress:
        found = check_registry(
            store,
            base,
            remote=remote,
            remote_name=remote_name,
            environment=os.environ,
            talk=talk.talk(),
            progress=progress,
        )
    in_github = form == "github" or (form is None and os.environ.get("GITHUB_ACTIONS") == "true")
    if in_github:
        _append_summary(found)
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import to_plain

        write_envelope({"holds": found.holds, **to_plain(found)})
    elif in_github:
        _print_for_github(found)
    else:
        _print(found, colour)
    return int(not found.holds)


def _print_for_github(found: RegistryCheck) -> None:
    from gitexp.render.registry_annotations import format_annotations, format_log_line
    from gitexp.render.registry_check import summarise_check

    sys.stdout.write(format_annotations(found))
    sys.stdout.flush()
    for text in (*(f"note: {note}" for note in found.notes), summarise_check(found)):
        say(format_log_line(text))


def _print(found: RegistryCheck, colour: str) -> None:
    from gitexp.render.plain import format_plain
    from gitexp.render.registry_check import build_registry_check, summarise_check

    look = find_look(colour)
    # Lines are not wrapped by us: a command that was could not be copied.
    sys.stdout.write(format_plain(build_registry_check(found, look), colour=look.colour))
    sys.stdout.flush()
    for note in found.notes:
        say(f"note: {note}")
    say(summarise_check(found))


def _append_summary(found: RegistryCheck) -> None:
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    from gitexp.render.registry_annotations import format_summary

    try:
        with open(file, "a", encoding="utf-8") as stream:
            stream.write(format_summary(found))
    except OSError as error:
        warn(StorageFailed(file, error.strerror or str(error)).message)
