"""``gitexp.log_params``, ``gitexp.tag`` and ``gitexp.note``: what is said once of a run."""

from __future__ import annotations

from _collections_abc import Mapping

from gitexp.format.frames import NOTE, PARAMS, TAGS
from gitexp.tracker.notices import Refusal
from gitexp.tracker.numbers import clean_name, describe_kind
from gitexp.tracker.scalars import Plain, flatten, open_mapping, to_plain
from gitexp.tracker.writer import WRITER


def log_params(params: object = None, /, **values: object) -> None:
    """Records params: ``log_params(lr=0.1)``, ``log_params({"model": {"depth": 4}})``, ``log_params(arguments)``.

    Takes a dict, what argparse returns, or a dataclass. Nested ones give dotted names; a list is one value. Values
    keep their types; of what has none that a record knows, the text is kept. A name that is given again has the later
    value.

    Never raises for what it is given. Does nothing outside a run, nor on any but the main process of a distributed
    training.
    """
    if not WRITER.silent:
        WRITER.attempt("log_params", lambda: _log_params(params, values))


def _log_params(params: object, values: Mapping[str, object]) -> None:
    if not WRITER.leads():
        return
    given = open_mapping({} if params is None else params)
    if given is None:
        raise Refusal(f"{describe_kind(params)} is left out: params are a dict of names and values")
    flat = flatten({**given, **values})
    if flat:
        WRITER.write(PARAMS, flat)


def tag(*tags: str | Mapping[str, object], **values: object) -> None:
    """Tags the run: ``tag("baseline")``, ``tag(team="fraud")``, ``tag({"team": "fraud"})``.

    A tag without a value is true. Values are scalars; anything else is kept as text.

    Never raises for what it is given. Does nothing outside a run, nor on any but the main process of a distributed
    training.
    """
    if not WRITER.silent:
        WRITER.attempt("tag", lambda: _tag(tags, values))


def _tag(tags: tuple[object, ...], values: Mapping[str, object]) -> None:
    if not WRITER.leads():
        return
    found: dict[str, Plain] = {}
    for given in (*tags, values):
        if isinstance(given, Mapping):
            found.update((clean_name(key), _to_scalar(value)) for key, value in given.items())
        elif isinstance(given, str) and given:
            found[clean_name(given)] = True
        else:
            raise Refusal(f"{describe_kind(given)} is left out: a tag is text, or a dict of names and values")
    if found:
        WRITER.write(TAGS, found)


def _to_scalar(value: object) -> Plain:
    plain = to_plain(value)
    return str(plain) if isinstance(plain, (list, dict)) else plain


def note(text: str) -> None:
    """Adds a note to the run; several are kept in order.

    Never raises for what it is given. Does nothing outside a run, nor on any but the main process of a distributed
    training.
    """
    if not WRITER.silent:
        WRITER.attempt("note", lambda: _note(text))


def _note(text: object) -> None:
    if WRITER.leads():
        WRITER.write(NOTE, clean_name(text))
