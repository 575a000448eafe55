"""What a step says to the runner that runs it: annotations, outputs, the summary of the job."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_SUMMARY = 1_000_000
"""GitHub shows no summary of a step beyond 1 MiB."""


class StepFailed(Exception):
    """Something that ends the step: what happened, and what to do about it."""


def annotate(level: str, message: str, *, title: str = "gitexp") -> None:
    """An annotation: ``error``, ``warning`` or ``notice``. The message may hold anything."""
    sys.stdout.write(f"::{level} title={_escape(title, of_property=True)}::{_escape(message)}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def unread(title: str) -> Iterator[None]:
    """What is printed meanwhile stands in a group of the log, and nothing in it is a command to the runner."""
    mark = secrets.token_hex(16)
    sys.stdout.write(f"::group::{_escape(title)}\n::stop-commands::{mark}\n")
    sys.stdout.flush()
    try:
        yield
    finally:
        sys.stdout.write(f"\n::{mark}::\n::endgroup::\n")
        sys.stdout.flush()


def set_output(name: str, value: str) -> None:
    """An output of the step, for those that come after it."""
    mark = secrets.token_hex(16)
    _append("GITHUB_OUTPUT", f"{name}<<{mark}\n{value}\n{mark}\n")


def add_summary(markdown: str) -> None:
    """Markdown on the page of the job."""
    if len(markdown.encode()) <= _MOST_SUMMARY:
        _append("GITHUB_STEP_SUMMARY", markdown + "\n")


def _append(variable: str, text: str) -> None:
    file = os.environ.get(variable)
    if file:
        with open(file, "a", encoding="utf-8") as stream:
            stream.write(text)


def _escape(text: str, *, of_property: bool = False) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.replace(":", "%3A").replace(",", "%2C") if of_property else escaped
