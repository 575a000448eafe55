"""How a run ended that its own script began."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EXIT, EXCEPTION, INTERRUPT = "exit", "exception", "interrupt"


class End:
    """What an END record says."""

    __slots__ = ("exit_code", "word")

    def __init__(self, exit_code: int | None, word: str) -> None:
        self.exit_code = exit_code
        self.word = word


def describe_end(error: BaseException | None) -> End:
    """The end of a block that an exception has left, or none."""
    if error is None or isinstance(error, GeneratorExit):
        return End(0, EXIT)
    if isinstance(error, KeyboardInterrupt):
        return End(None, INTERRUPT)
    if isinstance(error, SystemExit):
        return End(_read_code(error.code), EXIT)
    return End(1, EXCEPTION)


def describe_exit(before: object) -> End:
    """The end of the interpreter: by the exception that nobody caught, if there is one other than ``before``."""
    error = find_uncaught()
    return describe_end(error if error is not before else None)


def find_uncaught() -> BaseException | None:
    """The last exception that nobody caught; a notebook goes on after it."""
    error: Any = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    return error if isinstance(error, BaseException) else None


def _read_code(code: object) -> int:
    """The exit status that an exit of the interpreter gives: a text is printed, and is 1."""
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1


def format_traceback(error: BaseException) -> str:
    """The exception as Python prints it."""
    import traceback

    return "".join(traceback.format_exception(error))
