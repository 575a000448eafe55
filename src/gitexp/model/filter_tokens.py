"""The words of a filter: names, values and signs, each with its place."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

from gitexp.errors import InvalidFilter
from gitexp.model.filter_tree import KEYWORDS, MARKS

LONGEST = 10_000
"""Characters of a filter: it may come from a file that somebody else wrote."""
_DIGITS = 4_300  # Python refuses to read an int of more: quadratic time

TokenKind: TypeAlias = Literal["keyword", "name", "number", "text", "sign", "end"]

_NUMBER = re.compile(r"[-+]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_INFINITE = re.compile(r"[-+]inf(?:inity)?(?![\w.])", re.IGNORECASE)
_TEXT = re.compile(r"""'((?:[^'\\]|''|\\.)*)'|"((?:[^"\\]|""|\\.)*)\"""", re.DOTALL)
_SEGMENT = re.compile(rf"[\w{MARKS}]+")
_QUOTED = re.compile(r'`((?:[^`]|``)+)`|"((?:[^"\\]|""|\\.)+)"', re.DOTALL)
_NAME = re.compile(r"[^\W\d]|`")
_SIGN = re.compile(r"==|!=|<>|<=|>=|=|<|>|\(|\)|,")
_MISTAKEN = (
    ("===", "=="),
    ("=<", "<="),
    ("=>", ">="),
    ("=~", "like"),
    ("&&", "and"),
    ("||", "or"),
    ("&", "and"),
    ("|", "or"),
    ("!", "not"),
    ("~", "not"),
    ("[", "in ( … )"),
    ("{", "in ( … )"),
    (";", "and"),
)


class Segment(NamedTuple):
    """One part of a name, between its points."""

    text: str
    quoted: bool = False


class Token(NamedTuple):
    """A word of a filter. ``value`` is a keyword's lower case, a sign, a number, a text, or a name's segments."""

    kind: TokenKind
    value: str | int | float | tuple[Segment, ...]
    place: int
    end: int


def split_tokens(text: str) -> list[Token]:
    """The words of a filter, an ``end`` behind them. Raises InvalidFilter."""
    if len(text) > LONGEST:
        raise InvalidFilter(text, LONGEST, f"longer than {LONGEST:,} characters")
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _read_token(text, place)
        tokens.append(token)
        place = token.end
    return [*tokens, Token("end", "", place, place)]


def _read_token(text: str, place: int) -> Token:
    letter = text[place]
    if match := _NUMBER.match(text, place):
        return _read_number(text, match)
    if match := _INFINITE.match(text, place):
        return Token("number", float(match[0]), place, match.end())
    if letter in "'\"":
        return _read_text(text, place)
    if _NAME.match(text, place):
        return _read_name(text, place)
    for wrong, right in _MISTAKEN:
        if text.startswith(wrong, place) and not text.startswith("!=", place):
            raise InvalidFilter(text, place, f"{wrong} is no sign of a filter", hint=f"did you mean {right}?")
    if match := _SIGN.match(text, place):
        sign = {"=": "==", "<>": "!="}.get(match[0], match[0])
        return Token("sign", sign, place, match.end())
    if letter in "-+*%":
        raise InvalidFilter(text, place, "a filter does not calculate", hint="name < 0.1, with a number that is known")
    quoted = "`" + letter + "…`"
    raise InvalidFilter(text, place, "no word begins so", hint=f"a name with other letters stands in {quoted}")


def _read_number(text: str, match: re.Match[str]) -> Token:
    place, end = match.span()
    behind = _SEGMENT.match(text, end)
    if behind or text.startswith(".", end):
        rest = re.compile(r"[\w.:+-]*").match(text, end)
        word = text[place : rest.end() if rest else end]
        why = f"{word} is neither a number nor a name"
        raise InvalidFilter(text, place, why, hint=f'a text stands in quotes: "{word}"')
    digits = match[0]
    if any(letter in digits for letter in ".eE"):
        return Token("number", float(digits), place, end)
    if len(digits) > _DIGITS:
        raise InvalidFilter(text, place, f"a number of more than {_DIGITS:,} digits")
    return Token("number", int(digits), place, end)


def _read_text(text: str, place: int) -> Token:
    match = _TEXT.match(text, place)
    if match is None:
        raise InvalidFilter(text, place, f"the text that begins with {text[place]} has no end")
    return Token("text", _unescape(match[0]), place, match.end())


def _read_name(text: str, place: int) -> Token:
    segments: list[Segment] = []
    end = place
    while True:
        if text.startswith("`", end) or (segments and text.startswith('"', end)):
            match = _QUOTED.match(text, end)
            if match is None:
                why = f"the name that begins with {text[end]} " + (
                    "is empty" if text.startswith(text[end] * 2, end) else "has no end"
                )
                raise InvalidFilter(text, end, why)
            inner = match[1].replace("``", "`") if match[1] is not None else _unescape(match[0])
            segments.append(Segment(inner, quoted=True))
        else:
            match = _SEGMENT.match(text, end)
            if match is None:
                raise InvalidFilter(text, end, "the name has no end", hint="params.lr, metrics.`val auc`")
            segments.append(Segment(match[0]))
        end = match.end()
        if not text.startswith(".", end):
            break
        end += 1
    word = segments[0].text.lower()
    if len(segments) == 1 and not segments[0].quoted and word in KEYWORDS:
        if word in ("inf", "infinity"):
            return Token("number", float("inf"), place, end)
        return Token("keyword", word, place, end)
    return Token("name", tuple(segments), place, end)


def _unescape(text: str) -> str:
    """What stands between quotes: a quote is doubled or behind a backslash, and so is a backslash before another."""
    quote = text[0]
    pattern = re.compile(rf"{quote}{quote}|\\([\\{quote}])")
    return pattern.sub(lambda match: match[1] or quote, text[1:-1])
