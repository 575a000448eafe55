"""Run ids and the names made from them.

An id is 10 characters of lower-case Crockford base32. The first is one of g–z, so that an id is never read as a
hexadecimal commit id, and never as a number by YAML or a spreadsheet.
"""

from __future__ import annotations

import re
from typing import NewType

from gitexp.errors import InvalidValue
from gitexp.model.words import ADJECTIVES, NOUNS

RunId = NewType("RunId", str)

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
FIRST = "ghjkmnpqrstvwxyz"
RANDOM_BYTES = 9  # one for the first letter, one for the adjective, one for the noun, six for the rest
SHORTEST_PREFIX = 4

_ID = re.compile(f"[{FIRST}][{ALPHABET}]{{9}}")
_PREFIX = re.compile(f"[{FIRST}][{ALPHABET}]{{{SHORTEST_PREFIX - 1},9}}")


def id_from_random(random: bytes) -> RunId:
    """Makes an id from 9 random bytes; equal bytes give equal ids."""
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"an id is made of {RANDOM_BYTES} random bytes")
    rest = int.from_bytes(random[3:9], "big")
    return RunId(FIRST[random[0] & 15] + "".join(ALPHABET[rest >> 5 * place & 31] for place in range(9)))


def name_from_random(run_id: RunId, random: bytes) -> str:
    """Makes a name such as ``amber-fox-k3v9`` from the same 9 random bytes as the id."""
    return f"{ADJECTIVES[random[1] & 63]}-{NOUNS[random[2] & 63]}-{run_id[:4]}"


def parse_id(text: str) -> RunId:
    """Reads a whole id. Raises InvalidValue."""
    if not _ID.fullmatch(text):
        raise InvalidValue("run id", text, "10 characters of 0-9 and a-z without i, l, o, u, the first one g-z")
    return RunId(text)


def is_id(text: str) -> bool:
    """Whether the text is a whole id."""
    return _ID.fullmatch(text) is not None


def is_id_prefix(text: str) -> bool:
    """Whether the text could be the beginning of an id: 4 to 10 of its characters."""
    return _PREFIX.fullmatch(text) is not None
