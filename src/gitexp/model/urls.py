"""Credentials inside URLs: one rule for remotes, package lists and lock files."""

from __future__ import annotations

import re

_SCHEME = r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
# To the last '@' before the path: a password may hold one that nobody encoded.
_URL = re.compile(_SCHEME + r"(?P<user>[^/]*)@(?P<rest>.*)", re.DOTALL)
_IN_TEXT = re.compile(_SCHEME + r"(?P<user>[^\s/\"'<>]*)@")
_PLACEHOLDER = re.compile(r"(\$\{[A-Z0-9_]+\})?(:(\$\{[A-Z0-9_]+\})?)?")
_SSH = frozenset({"ssh", "git+ssh", "ssh+git"})


def strip_credentials(url: str) -> str:
    """One URL without user and password. The user of an ssh URL stays: it says where, and opens nothing."""
    found = _URL.fullmatch(url)
    return f"{_strip(found)}{found['rest']}" if found is not None else url


def strip_credentials_in(text: str) -> str:
    """The same for each URL in a text. ``${NAME}``, which pip fills in from the environment, is no secret and stays."""
    return _IN_TEXT.sub(lambda found: found[0] if _PLACEHOLDER.fullmatch(found["user"]) else _strip(found), text)


def _strip(found: re.Match[str]) -> str:
    user = found["user"].partition(":")[0]
    keeps_user = found["scheme"].lower() in _SSH and user
    return f"{found['scheme']}://{user}@" if keeps_user else f"{found['scheme']}://"
