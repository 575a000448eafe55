"""Credentials inside URLs, taken out of what is recorded of the environment."""

from __future__ import annotations

import re

_USER_INFORMATION = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^\s/@:\"'<>]*)(?P<rest>:[^\s/@\"'<>]*)?@"
)
_PLACEHOLDER = re.compile(r"(\$\{[A-Z0-9_]+\})?(:(\$\{[A-Z0-9_]+\})?)?")


def strip_credentials(text: str) -> str:
    """The text with the user information of each URL in it taken out.

    What holds no secret stays: ``${NAME}``, which pip fills in from the environment, and the user of ``ssh``.
    """
    return _USER_INFORMATION.sub(_strip_match, text)


def _strip_match(match: re.Match[str]) -> str:
    user, rest = match["user"], match["rest"]
    if _PLACEHOLDER.fullmatch(user + (rest or "")):
        return match[0]
    if match["scheme"].lower().endswith("ssh"):
        return f"{match['scheme']}://{user}@"
    return f"{match['scheme']}://"
