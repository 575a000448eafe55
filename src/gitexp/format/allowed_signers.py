"""OpenSSH's files of allowed signers: whose line is which, and the file with fewer or milder lines."""

from __future__ import annotations

import fnmatch
import re
from typing import NamedTuple

_TOKEN = re.compile(r'(?:"[^"]*"|[^ \t\r"])+')
_OPTION = re.compile(r'(?:"[^"]*"|[^,"])+')
_KEY = re.compile(r"(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+")
_PLAIN = re.compile(r'[^\s"*?!,]+')


class AllowedLine(NamedTuple):
    """One line: ``ada@example.org,*@lab.example.org valid-before="20270101" ssh-ed25519 AAAA…``."""

    number: int
    principals: str
    options: tuple[str, ...]
    key: str

    def allows(self, email: str) -> bool:
        """Whether an address is one of its principals, as OpenSSH matches them."""
        return _matches(self.principals, email)


class AllowedSigners(NamedTuple):
    """The lines of a file, and the numbers of those that are none."""

    lines: tuple[AllowedLine, ...]
    broken: tuple[int, ...]


def parse_allowed(data: bytes) -> AllowedSigners:
    """Reads a file of allowed signers."""
    lines: list[AllowedLine] = []
    broken: list[int] = []
    # Lines end at LF alone, as ssh-keygen reads them: behind any other end a comment could hide a signer.
    for number, text in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        words = _TOKEN.findall(text)
        if not words or words[0].startswith("#"):
            continue
        place = next((place for place, word in enumerate(words[1:3], 1) if _KEY.fullmatch(word)), None)
        if place is None or len(words) < place + 2:
            broken.append(number)
            continue
        options = tuple(_OPTION.findall(words[1])) if place == 2 else ()
        lines.append(AllowedLine(number, words[0].strip('"'), options, " ".join(words[place : place + 2])))
    return AllowedSigners(tuple(lines), tuple(broken))


def format_allowed(signers: AllowedSigners, *, only: str | None = None, ever: bool = False) -> bytes:
    """The file again, for ssh-keygen: with the lines of one address ``only``, and as if keys held for ``ever``.

    With one address its lines name that address alone, so that what a key proves is that it may speak for this one.
    """
    texts = []
    for line in signers.lines:
        if only is not None and not line.allows(only):
            continue
        options = [
            one for one in line.options if not (ever and one.lower().startswith(("valid-after=", "valid-before=")))
        ]
        principals = only or line.principals
        quoted = f'"{principals}"' if " " in principals else principals
        texts.append(" ".join([quoted, *([",".join(options)] if options else []), line.key]))
    return "".join(f"{text}\n" for text in texts).encode()


def is_plain_address(email: str) -> bool:
    """Whether an address can stand in such a file and mean itself alone."""
    return _PLAIN.fullmatch(email) is not None


def _matches(principals: str, email: str) -> bool:
    found = False
    for pattern in principals.split(","):
        is_negated = pattern.startswith("!")
        bare = pattern.removeprefix("!")
        if fnmatch.fnmatchcase(email, bare.replace("[", "[[]")):
            if is_negated:
                return False
            found = True
    return found
