"""What a signal's handler of the script raised while a call of ours went on: that is for the script."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType


def comes_from_handler(error: BaseException) -> bool:
    """Whether a handler that is installed now raised it: a time limit that ran out while a tensor was waited for."""
    signals = sys.modules.get("signal")  # without it no handler of Python's can have been installed
    trace = error.__traceback__
    if signals is None or trace is None:
        return False
    codes = {_find_code(signals.getsignal(number)) for number in signals.valid_signals()} - {None}
    while trace is not None:
        if trace.tb_frame.f_code in codes:
            return True
        trace = trace.tb_next
    return False


def _find_code(handler: object) -> CodeType | None:
    """The code of a function, a method, a partial of one, or an object that can be called."""
    handler = getattr(handler, "func", handler)
    handler = getattr(handler, "__func__", handler)
    if not hasattr(handler, "__code__") and callable(handler):
        handler = type(handler).__call__
    code: CodeType | None = getattr(handler, "__code__", None)
    return code
