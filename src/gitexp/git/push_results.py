"""What Git says of a push, ref by ref."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from gitexp.model.urls import strip_credentials_in

State = Literal["new", "moved", "same", "gone", "refused"]

_STATES: dict[str, State] = {"*": "new", " ": "moved", "+": "moved", "=": "same", "-": "gone"}
_LONGEST_WORDS = 300


class PushResult(NamedTuple):
    """What became of one ref. ``why`` are the words of Git or of the other side where it was refused."""

    ref: str
    state: State
    why: str | None = None


def parse_push_results(out: bytes, words: str) -> list[PushResult]:
    """Reads the lines of ``git push --porcelain``. ``words`` are what else was said, by a hook over there it may be."""
    words = _remote_words(words)
    results = []
    for line in out.decode("utf-8", "replace").splitlines():
        flag, tab, rest = line[:1], line[1:2], line[2:]
        if tab != "\t" or (flag not in _STATES and flag != "!"):
            continue
        names, _, summary = rest.partition("\t")
        ref = names.rpartition(":")[2]
        if flag == "!":
            why = re.search(r"\((.*)\)\s*$", summary)
            told = strip_credentials_in(why[1] if why else summary)
            results.append(PushResult(ref, "refused", f"{told}: {words}" if words and "declined" in told else told))
        else:
            results.append(PushResult(ref, _STATES[flag]))
    return results


def _remote_words(words: str) -> str:
    """What a hook over there said, on one line."""
    said = [line.removeprefix("remote: ").strip() for line in words.split("\n") if line.startswith("remote: ")]
    own = (line for line in said if line and not line.startswith("error: hook declined"))
    return strip_credentials_in(" ".join(own))[:_LONGEST_WORDS]
