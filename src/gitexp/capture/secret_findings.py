"""Tokens in a file that a run takes along, for a warning: the run may need the file, and Git never forgets."""

from __future__ import annotations

from dataclasses import dataclass

from gitexp.capture.private_keys import find_private_keys
from gitexp.capture.secret_detector import find_tokens
from gitexp.capture.secret_mentions import is_mention


@dataclass(frozen=True, slots=True)
class Finding:
    """A token of known form in a file: its line, from 1, and what it is. Never its text."""

    line: int
    kind: str


def find_secrets(data: bytes) -> list[Finding]:
    """The tokens and private keys in a file, by form alone; for a warning, since the run may need the file."""
    found = [
        (start, kind) for start, end, kind in find_tokens(data, data.lower()) if not is_mention(data, start, end, kind)
    ]
    found += [(start, "private key") for start, _ in find_private_keys(data)]
    findings: dict[Finding, None] = {}
    line, counted = 1, 0
    for start, kind in sorted(found):
        line += data.count(b"\n", counted, start)
        counted = start
        findings[Finding(line, kind)] = None
    return list(findings)
