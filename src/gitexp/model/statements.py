"""Statements about runs: those that can be made, and which of them change anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gitexp.errors import InvalidValue, Refused, UsageError
from gitexp.model.annotations import Link, Statement, fold_annotations
from gitexp.model.run_names import parse_tags
from gitexp.model.texts import replace_surrogates
from gitexp.model.urls import strip_credentials
from gitexp.model.values import equal_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from gitexp.model.refs import Experiment
    from gitexp.model.run import Run
    from gitexp.model.values import Scalar

    Plan: TypeAlias = "Callable[[Run], Sequence[Statement]]"
    """What is to be said of a run as it is now; nothing where all of it was said."""

_LONGEST_KEY = 100
_LONGEST_URL = 2000
_BARE_PAGE = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?::\d+)?(?:[/?#].*)?")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def read_tags(words: Iterable[str]) -> dict[str, Scalar]:
    """Reads ``key`` (which is true) and ``key=value``. Raises InvalidValue, for a key that nobody could type too."""
    tags: dict[str, Scalar] = {}
    for key, value in parse_tags(words).items():
        if not key.isprintable():
            raise InvalidValue("tag", key, "has a control character in its name")
        if len(key) > _LONGEST_KEY:
            raise InvalidValue("tag", f"{key[:20]}…", f"has a name of more than {_LONGEST_KEY} characters")
        if key.startswith("-"):
            raise InvalidValue("tag", key, "begins with '-', as an option does")
        tags[key] = replace_surrogates(value) if isinstance(value, str) else value
    return tags


def read_text(text: str) -> str:
    """Reads a note: without empty lines at its ends. Raises UsageError where there is nothing in it."""
    lines = [line.rstrip() for line in replace_surrogates(text).replace("\r\n", "\n").split("\n")]
    note = "\n".join(lines).strip("\n")
    if not note.strip():
        raise UsageError("an empty note", hint='exp note last "what there is to say"')
    return note


def read_link(url: str, title: str | None = None) -> Link:
    """Reads a link: http, https, mailto, or the address of a page without any, which is https.

    Raises InvalidValue, and Refused for one that holds a password: it would be there for good.
    """
    if not url.isprintable() or " " in url or len(url) > _LONGEST_URL:
        why = f"longer than {_LONGEST_URL} characters" if len(url) > _LONGEST_URL else "a space or control character"
        raise InvalidValue("link", url[:60], why)
    scheme = _SCHEME.match(url)
    if _BARE_PAGE.fullmatch(url):
        url = f"https://{url}"
    elif scheme is None or scheme[1].lower() not in ("http", "https", "mailto"):
        raise InvalidValue("link", url, "not the address of a page: http, https or mailto", hint="https://…")
    plain = strip_credentials(url)
    if plain != url:
        raise Refused("the link holds a user or password, and Git never forgets", hint=plain)
    if not url.lower().startswith("mailto:") and not _has_host(url):
        raise InvalidValue("link", url, "names no host", hint="https://example.org/page")
    title = " ".join(replace_surrogates(title).split()) if title is not None else None
    return Link(url, title or None)


def plan_tags(tags: Mapping[str, Scalar]) -> Plan:
    """Sets tags that do not have these values yet."""

    def plan(run: Run) -> list[Statement]:
        new = {key: one for key, one in tags.items() if key not in run.tags or not equal_values(run.tags[key], one)}
        return [Statement("tag", new)] if new else []

    return plan


def plan_untag(names: Iterable[str]) -> Plan:
    """Takes away those tags that are there."""
    wanted = tuple(dict.fromkeys(names))

    def plan(run: Run) -> list[Statement]:
        there = tuple(name for name in wanted if name in run.tags)
        return [Statement("untag", there)] if there else []

    return plan


def plan_note(text: str) -> Plan:
    """Adds a note, unless the same one was made before."""

    def plan(run: Run) -> list[Statement]:
        is_said = any(one.kind == "note" and one.value == text for one in run.annotations)
        return [] if is_said else [Statement("note", text)]

    return plan


def plan_link(link: Link) -> Plan:
    """Adds a link, unless the same one is there."""

    def plan(run: Run) -> list[Statement]:
        is_said = any(one.kind == "link" and one.value == link for one in run.annotations)
        return [] if is_said else [Statement("link", link)]

    return plan


def plan_online(result: Mapping[str, object]) -> Plan:
    """Adds an online result, unless the same one is there."""

    def plan(run: Run) -> list[Statement]:
        is_said = any(one.kind == "online" and one.value == result for one in run.annotations)
        return [] if is_said else [Statement("online", dict(result))]

    return plan


def plan_move(experiment: Experiment) -> Plan:
    """Moves a run to an experiment, unless it is there."""
    return lambda run: [] if run.experiment == experiment else [Statement("move", experiment)]


def plan_hiding(why: str | None = None) -> Plan:
    """Hides a run that is not hidden, with a note of why."""

    def plan(run: Run) -> list[Statement]:
        hidden = [] if is_hidden(run) else [Statement("hide")]
        return [*hidden, *(plan_note(why)(run) if why is not None else ())]

    return plan


def plan_unhiding() -> Plan:
    """Takes the hiding of a run back."""
    return lambda run: [Statement("unhide")] if is_hidden(run) else []


def is_hidden(run: Run) -> bool:
    """Whether listings leave the run out."""
    return fold_annotations(run.experiment, run.tags, run.annotations).hidden


def _has_host(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:  # brackets that are not closed
        return False
