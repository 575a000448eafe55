"""The event that started the job. Whatever it holds was typed by somebody: each field is looked at before use."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from workflow import StepFailed

_MOST_BYTES = 32_000_000
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
NOTHING = "0" * 40
"""What stands for the commit before where there was none: the branch is new."""
_PULL_REQUESTS = ("pull_request", "pull_request_target")


class Event(NamedTuple):
    """``base``: the commit that was there before, None where the event knows none; ``head``: the pull request's own.

    ``pull_request`` is its number, ``is_fork`` whether it comes from a repository that is not this one, ``is_delivery``
    whether the default branch was pushed to.
    """

    name: str
    base: str | None = None
    head: str | None = None
    pull_request: int | None = None
    is_fork: bool = False
    is_delivery: bool = False


def read_event(name: str, path: str) -> Event:
    """The event of a file, ``GITHUB_EVENT_PATH``. Raises StepFailed where it is not what GitHub writes."""
    try:
        with open(path, "rb") as stream:
            fields = json.loads(stream.read(_MOST_BYTES))
        return _read(name, fields)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StepFailed(f"the event {name} of {path} cannot be read: {type(error).__name__}: {error}") from error


def _read(name: str, fields: dict[str, Any]) -> Event:
    if name in _PULL_REQUESTS:
        pull = fields["pull_request"]
        number = pull["number"]
        if not isinstance(number, int) or isinstance(number, bool):
            raise ValueError("the number of the pull request is none")
        there = pull["head"].get("repo")  # None where the fork was deleted
        is_fork = there is None or there["full_name"] != pull["base"]["repo"]["full_name"]
        return Event(name, _commit(pull["base"]["sha"]), _commit(pull["head"]["sha"]), number, is_fork)
    if name == "merge_group":
        return Event(name, _commit(fields["merge_group"]["base_sha"]))
    if name == "push":
        before = _commit(fields["before"])
        is_delivery = fields["ref"] == f"refs/heads/{fields['repository']['default_branch']}"
        return Event(name, before if before.strip("0") else NOTHING, is_delivery=is_delivery)
    return Event(name)


def _commit(value: object) -> str:
    if not isinstance(value, str) or not _COMMIT.fullmatch(value):
        raise ValueError(f"{value!r:.80} is no id of a commit")
    return value
