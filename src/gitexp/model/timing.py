"""Which metrics say how long something took: no two runs have them equal."""

from __future__ import annotations

import re

# A time of the program, not of what it models: `travel_time` is a result, `epoch_time` is not.
_OF_WHAT = """
    all avg average backward batch cpu data elapsed epoch eval evaluation fit forward gpu inference iter iteration load
    loading mean per predict prediction run score step test total train training update val valid validation wall
"""
_TIME = r"(?:time|times|seconds|secs?|ms|duration|runtime|latency|elapsed|walltime)(?:[_ -](?:s|secs?|seconds|ms))?"
_TIMES = re.compile(rf"(?:(?:{'|'.join(_OF_WHAT.split())})[_ -]?)*{_TIME}(?:[_ -](?:per|each)[_ -]\w+)?")
_RATES = re.compile(
    r".*(?:[_ -]per[_ -](?:second|sec|s|minute|hour)|throughput|(?:^|[_ -])fps|ips)|it/s|.*/(?:s|sec|second)"
)
_MOMENTS = re.compile(r"eta|_?timestamp|_runtime")


def is_timing(metric: str) -> bool:
    """Whether a metric is a time or a rate of the program, by its name after the last ``/`` or ``.``.

    Careful: a name that may be a result (``travel_time``, ``time_to_event``) is none.
    """
    name = metric.lower()
    if _RATES.fullmatch(name):
        return True
    last = re.split(r"[/.]", name)[-1]
    return any(pattern.fullmatch(last) for pattern in (_TIMES, _RATES, _MOMENTS))
