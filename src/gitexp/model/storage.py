"""Where bytes that are too large for Git are kept for others: which data remote, and what made it that one."""

from __future__ import annotations

import re
from typing import NamedTuple

from gitexp.model.urls import strip_credentials, strip_credentials_in

NOWHERE = "none"
"""What is said in place of a remote by whoever wants bytes to stay here."""
CHOSEN_DATA = "gitexp.dataRemote"
"""The key in Git's configuration that names the data remote."""

_QUERY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^\s?'\"<>]*)\?[^\s'\"<>]*")
_SECRET_NAMES = re.compile(
    r"password|passphrase|secret|token|access_key_id|account_key|connection_string|custom_auth|key$"
)
_SHORTEST_SECRET = 4


class AskedRemote(NamedTuple):
    """A data remote as it was named: by name or URL; None for that of DVC's configuration. ``why``: what named it.

    ``base`` is the folder that a relative path starts from.
    """

    word: str | None
    why: str
    base: str

    @property
    def is_declined(self) -> bool:
        """Whether it was said that bytes are to stay here."""
        return self.word == NOWHERE


class DataPlace(NamedTuple):
    """A data remote as it is shown: its name, or None where it has none, and its URL without credentials."""

    name: str | None
    url: str
    why: str


def is_place(word: str) -> bool:
    """Whether a word is a URL or a folder, and not the name of a remote."""
    return "://" in word or "/" in word or "\\" in word or word.startswith((".", "~"))


def show_url(url: str) -> str:
    """A URL without what opens it: user and password, and the signature that a query can be."""
    return _QUERY.sub(r"\1", strip_credentials(url))


def hide_secrets(text: str, settings: dict[str, object]) -> str:
    """A text of a remote's program without credentials: those in URLs, and those that its settings have."""
    for key, value in settings.items():
        if _SECRET_NAMES.search(key) and isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
            text = text.replace(value, "***")
    return _QUERY.sub(r"\1", strip_credentials_in(text))
