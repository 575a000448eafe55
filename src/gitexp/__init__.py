"""gitexp: the experiment tracker that is your Git repository.

In a script that ``exp run`` started, ``gitexp.log({"loss": 0.1}, step=3)`` and its companions say what the run is to
keep; anywhere else they do nothing. ``gitexp.runs()`` and ``gitexp.run("last")`` read what was recorded. Nothing is
imported here beyond the interpreter's own: a training script that says ``import gitexp`` must not notice it.
"""

from _thread import get_ident as _get_ident
from os import environ as _environ

__version__ = "0.1.0"

_HOMES = {
    "log": "metrics",
    "log_params": "statements",
    "tag": "statements",
    "note": "statements",
    "summary": "summary",
    "log_artifact": "artifacts",
    "log_figure": "media",
    "log_image": "media",
    "log_table": "media",
    "log_text": "media",
    "current": "present",
    "resumed": "continued",
    "resumed_step": "continued",
    "start": "starting",
}
_READING = {
    "runs": "integrations.asked_runs",
    "run": "integrations.asked_runs",
    "RunSet": "integrations.run_set",
    "RunView": "integrations.run_view",
    "errors": "errors",
    "ExpError": "errors",
    "GitexpWarning": "errors",
}
"""What reads runs: no part of the tracker, and far more than a training script wants to load."""
__all__ = [*_HOMES, *_READING]

# Read at once: a script may clear its environment later.
_NAMES = (
    "GITEXP_RUN",
    "GITEXP_RANKS",
    "GITEXP_ALL_RANKS",
    "GITEXP_RESUMES",
    "GITEXP_FORKED_FROM",
    "GITEXP_RESUME_STEP",
)
_given = {name: _environ[name] for name in _NAMES if name in _environ}

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gitexp import errors as errors
    from gitexp.errors import ExpError as ExpError
    from gitexp.errors import GitexpWarning as GitexpWarning
    from gitexp.integrations.asked_runs import run as run
    from gitexp.integrations.asked_runs import runs as runs
    from gitexp.integrations.run_set import RunSet as RunSet
    from gitexp.integrations.run_view import RunView as RunView
    from gitexp.tracker.artifacts import log_artifact as log_artifact
    from gitexp.tracker.continued import resumed as resumed
    from gitexp.tracker.continued import resumed_step as resumed_step
    from gitexp.tracker.media import log_figure as log_figure
    from gitexp.tracker.media import log_image as log_image
    from gitexp.tracker.media import log_table as log_table
    from gitexp.tracker.media import log_text as log_text
    from gitexp.tracker.metrics import log as log
    from gitexp.tracker.present import current as current
    from gitexp.tracker.starting import start as start
    from gitexp.tracker.statements import log_params as log_params
    from gitexp.tracker.statements import note as note
    from gitexp.tracker.statements import tag as tag
    from gitexp.tracker.summary import summary as summary


_importing: set[int] = set()
"""The threads that are about to import something of ours."""
_waiting: list[tuple[str, str, tuple[object, ...], dict[str, object]]] = []


def _find(name: str) -> object:
    """What is asked for the first time is imported then."""
    home = _READING.get(name)
    if home is not None:
        module = __import__(f"gitexp.{home}", fromlist=(name,))
        globals()[name] = found = module if name == home else getattr(module, name)
        return found
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'gitexp' has no attribute {name!r}")
    thread = _get_ident()
    if thread in _importing:  # a signal came in between, and its handler calls us too
        return _Later(name)
    _importing.add(thread)
    try:
        value: object = getattr(__import__(f"gitexp.tracker.{home}", fromlist=(name,)), name)
        globals()[name] = value
    finally:
        _importing.discard(thread)
    _call_waiting()
    return value


class _Later:
    """Stands for a name that is being imported: what is said to it is said when that is done."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *values: object, **named: object) -> None:
        self._say("__call__", values, named)

    def __setitem__(self, *values: object) -> None:
        self._say("__setitem__", values, {})

    def _say(self, method: str, values: tuple[object, ...], named: dict[str, object]) -> None:
        # As they are now: who says it goes on with a dict of its own.
        _waiting.append((self._name, method, tuple(dict(one) if type(one) is dict else one for one in values), named))
        if _get_ident() not in _importing:
            _call_waiting()


def _call_waiting() -> None:
    while _waiting:
        try:
            name, method, values, named = _waiting.pop(0)
        except IndexError:  # another thread took it
            return
        getattr(globals().get(name) or _find(name), method)(*values, **named)


if not TYPE_CHECKING:  # else a checker takes every name for one of ours
    __getattr__ = _find


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_READING})
