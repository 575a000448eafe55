"""The funnel: every error ends here as a message, a hint and an exit status."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

import typer

from gitexp.errors import ExpError, InvalidFilter, PolicyFailed, StorageFailed, UsageError
from gitexp.render.text import neutralise

if TYPE_CHECKING:
    from gitexp.cli.app import Invocation
    from gitexp.cli.commands import CommandEntry

INTERRUPTED = 130
PIPE_CLOSED = 141
OUR_BUG = 70
# What typer's parser raises has no public name; it is the class above the one that has.
PARSER_ERRORS: tuple[type[Exception], ...] = (typer.BadParameter.__mro__[2],)
_NOT_OURS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG, errno.EMFILE)


class PipeClosedError(Exception):
    """Whoever read our output has gone."""


def report_failure(error: BaseException, invocation: Invocation, entry: CommandEntry | None) -> int:
    """Says what went wrong, in the envelope with ``--json``, and returns the exit status."""
    if isinstance(error, (PipeClosedError, BrokenPipeError)):
        _silence_output()
        return PIPE_CLOSED
    if isinstance(error, KeyboardInterrupt):
        sys.stderr.write("\n")
        return INTERRUPTED
    known = _known_error(error, invocation)
    if known is None:
        assert isinstance(error, Exception)
        from gitexp.cli.bug_report import make_bug_report

        known = make_bug_report(error, invocation.argv)
        status = OUR_BUG
    else:
        status = known.exit_status
        if entry is not None and entry.refusal_status is not None:
            status = entry.refusal_status
    _tell(known, as_json=_wants_json(invocation, entry), foreign=entry is not None and entry.output_is_foreign)
    return status


def format_error(error: ExpError) -> str:
    """An error as it stands on standard error: what happened, then what to type."""
    lines = error.message.split("\n") if isinstance(error, (InvalidFilter, PolicyFailed)) else [error.message]
    text = "exp: " + "".join(f"{neutralise(line)}\n" for line in lines)
    return text + (f"hint: {neutralise(error.hint)}\n" if error.hint else "")


def _tell(error: ExpError, *, as_json: bool, foreign: bool) -> None:
    try:
        if as_json:
            from gitexp.cli.output import write_envelope

            write_envelope(None, [error], to_stderr=foreign)
            sys.stdout.flush()
        else:
            sys.stdout.flush()
            sys.stderr.write(format_error(error))
    except OSError:  # standard output is what failed: a full disk, a closed pipe
        _silence_output()
        sys.stderr.write(format_error(error))


def _known_error(error: BaseException, invocation: Invocation) -> ExpError | None:
    if isinstance(error, ExpError):
        return error
    if isinstance(error, PARSER_ERRORS):
        return _usage_error(error, invocation)
    if isinstance(error, OSError) and error.errno in _NOT_OURS:
        where = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else "standard output"
        return StorageFailed(where, error.strerror or str(error))
    return None


def _usage_error(error: BaseException, invocation: Invocation) -> UsageError:
    message: str = getattr(error, "format_message", error.__str__)().rstrip(".")
    message, found, near = message.partition(". Did you mean ")
    if not found:
        message, found, near = message.partition(" (Possible options: ")
    message = message[:1].lower() + message[1:]
    help_page = f"exp {invocation.command} --help" if invocation.command else "exp --help"
    if not found:
        return UsageError(message, hint=help_page)
    return UsageError(message, hint=f"did you mean {near.rstrip(')?').replace(chr(39), '')}?  ({help_page})")


def _wants_json(invocation: Invocation, entry: CommandEntry | None) -> bool:
    if invocation.json or entry is None or entry.output_is_foreign:
        return invocation.json
    return "--json" in invocation.argv  # the parser may have failed before it came to the option


def _silence_output() -> None:
    """Sends what is still buffered nowhere: Python would complain of it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
