"""Whether a value under a telling name is a secret, or a number, a path, a placeholder, a reference to one."""

from __future__ import annotations

import re

from gitexp.capture.secret_names import Secrecy, classify_name

REDACTED = "[redacted]"
REMEMBERED_FROM = 8
"""Shorter values are hidden where they stand and not looked for elsewhere: 'abc' is part of too many words."""

_SWITCHES = "true false yes no y n on off auto none null nil default str string -"
_SCHEMES = "bearer basic token digest"
"""Of an authorization header; the token stands behind them."""
_SWITCH = frozenset(f"{_SWITCHES} {_SCHEMES}".split())
_NUMBER = re.compile(r"[-+]?(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?", re.IGNORECASE)
_REFERENCE = re.compile(
    r"\$[A-Z_][A-Z0-9_]*|\$\{[^{}]*\}|\$\([^()]*\)|\{\{?[^{}]*\}?\}|<[^<>]*>|%\(?\w*\)?[sr]|%[A-Z_]+%"
    r"|\[redacted\]?|[*._-]+|[xX]{3,}|(?:op|vault|env|file|secretref|ssm|keyring)://?\S*|arn:\S*|@[\w./~-]+"
)
_CODE = re.compile(r"[A-Za-z_][\w.]*(?:\([^()]*\)?|\[[^\[\]]*\]?)\)*|(?:self|args|cfg|config|os|opts?)\.[\w.]+")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_PATH = re.compile(
    r"(?:~|\.{1,2})?(?:/[\w.@+ -]+)+/?|[A-Za-z]:\\.*|[\w./~-]+\.(?:py|sh|json|ya?ml|toml|txt|pem|key|crt|cfg|ini|env"
    r"|ipynb|csv|pt|pth|ckpt|safetensors|bin|h5|parquet|model|pub)"
)
_SHAPED = re.compile(r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[\w.+/=~:%!@#$^&*-]{16,}")
_MIXED = re.compile(r"(?=[^0-9]*[0-9])(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[\w+/=-]{20,}")
_LOGIN = re.compile(r"[^:\s/]+:(?!/)\S+")
_SHORTEST = {
    Secrecy.NO: 1 << 62,
    Secrecy.PASSWORD: 1,
    Secrecy.SECRET: 1,
    Secrecy.LOGIN: 3,
    Secrecy.PERHAPS: 16,
    Secrecy.HARDLY: 20,
}


def is_secret_value(secrecy: Secrecy, value: str) -> bool:
    """Whether a value under a name of this secrecy is to be hidden."""
    text = value.strip()
    if len(text) < _SHORTEST[secrecy] or text.lower() in _SWITCH or is_placeholder(text):
        return False
    if secrecy is Secrecy.PASSWORD:
        return not (text.startswith("/") and _PATH.fullmatch(text) and text.count("/") > 1)
    if _NUMBER.fullmatch(text) or _is_path(text):
        return False
    if secrecy is Secrecy.SECRET:
        return True
    if secrecy is Secrecy.HARDLY:
        return _MIXED.fullmatch(text) is not None
    return _SHAPED.fullmatch(text) is not None or (secrecy is Secrecy.LOGIN and _LOGIN.fullmatch(text) is not None)


def is_placeholder(value: str) -> bool:
    """Whether a value only says where the secret is, or that there is one: ``$TOKEN``, ``{{ key }}``, ``****``."""
    return (
        not value
        or _REFERENCE.fullmatch(value) is not None
        or (_VARIABLE.fullmatch(value) is not None and classify_name(value) is not Secrecy.NO)
    )


def is_code(value: str) -> bool:
    """Whether an unquoted value is an expression of source code: ``getpass()``, ``os.environ[``, ``cfg.token``."""
    return _CODE.fullmatch(value) is not None or (
        "." in value and value.replace(".", "a").isidentifier() and classify_name(value) is not Secrecy.NO
    )


def looks_assigned(value: str) -> bool:
    """Whether a word after ``password: `` in running text is a password and not the next word of the sentence."""
    return len(value) >= 6 and any(not (char.isalpha() or char in "._-'") for char in value)


def is_worth_remembering(value: str) -> bool:
    """Whether a secret is long and odd enough to be hidden wherever it occurs again."""
    return len(value) >= REMEMBERED_FROM and not (value.isalpha() and len(value) < 12)


def _is_path(text: str) -> bool:
    # AWS secret keys are 40 characters of base64 and may begin with a slash.
    return _PATH.fullmatch(text) is not None and not (len(text) == 40 and _MIXED.fullmatch(text))
