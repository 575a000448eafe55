"""``exp registry diff``: what changed in the registry, for a reviewer, a comment, or a deployment."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from gitexp.cli.opening import open_recovered
from gitexp.cli.terminal import find_look, say
from gitexp.errors import UsageError

if TYPE_CHECKING:
    from gitexp.model.registry_report import RegistryDiff

FORMS = ("text", "md")


class DiffRequest(NamedTuple):
    """What was asked for. ``arrived``: only versions that came to this stage, or got this alias, by their names."""

    base: str | None
    model: str | None
    check: bool
    remote: bool
    form: str | None
    arrived: str | None


def write_diff(request: DiffRequest, *, as_json: bool, colour: str) -> int:
    """Prints what changed, and gives the exit status: 1 where a check finds a problem.

    The base is the one that is given, else that of the pull request, else HEAD. JSON has the Markdown, too, where that
    is asked for.
    """
    from gitexp.actions.registry_diff import Asked, diff_registry

    form = request.form or "text"
    if form not in FORMS:
        raise UsageError(f"--format {form}: there is {' and '.join(FORMS)}", hint="exp registry diff --format md")
    if request.remote and not request.check:
        raise UsageError("--remote is of the check", hint="exp registry diff --check --remote")
    asked = Asked(request.base, request.model, request.arrived, check=request.check, remote=request.remote)
    diff = diff_registry(open_recovered(), asked, os.environ)
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.registry_difference import registry_diff_fields

        fields = registry_diff_fields(diff)
        if form == "md":
            from gitexp.render.registry_markdown import format_registry_markdown

            fields["markdown"] = format_registry_markdown(diff)
        write_envelope(fields, [diff.broken] if diff.broken is not None else [])
    elif request.arrived is not None:
        sys.stdout.write("".join(f"{one.difference.name}\n" for one in diff.versions))
    elif form == "md":
        from gitexp.render.registry_markdown import format_registry_markdown

        sys.stdout.write(format_registry_markdown(diff))
    else:
        _write_page(diff, colour)
    return int(diff.check is not None and bool(diff.check.problems))


def _write_page(diff: RegistryDiff, colour: str) -> None:
    from gitexp.render.registry_difference import build_registry_diff
    from gitexp.render.screen import write_page

    write_page(build_registry_diff(diff, look := find_look(colour)), look, sys.stdout)
    if not diff.versions and not diff.difference.gone and diff.broken is None:
        since = f" since {diff.base[:7]}" if diff.base is not None else ""
        say(f"no version of {diff.path} changed{since}")
