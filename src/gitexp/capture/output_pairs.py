"""Named numbers in a line of text: ``loss=0.5``, ``val acc: 91.2%``, and ``| loss 0.5 |`` where a counter stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.capture.metric_names import QUALIFIERS, SPLITS, Kind, classify_name, make_vocabulary
from gitexp.model.steps import parse_number, step_fineness

if TYPE_CHECKING:
    from gitexp.model.metrics import Number

_VALUE = r"(?:(?:tensor|(?:np|numpy)\.float\d+)\()?([-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?i:nan|inf))"
_END = r"(?=\s|$|[;|\])}'\"%(]|,(?!\d)|:(?=\s|$)|\.(?=\s|$))"
_MARKED = re.compile(rf"(?<![:=<>!~+*/-])[:=]\s{{0,8}}{_VALUE}{_END}")
_BARE = re.compile(rf"(?<=[A-Za-z0-9_@]) {{1,8}}{_VALUE}{_END}")
_AFTER = re.compile(r"['\")]*%?\s*(?:(/)\s*\d|([A-Za-zµ][\w/]*)(\s*[:=])?)?")
_UNITS = make_vocabulary(
    "s sec secs second seconds ms us µs ns min mins minute minutes h hr hrs hour hours day days b kb mb gb tb kib "
    "mib gib byte bytes it its it/s s/it iter/s step/s steps/s batch/s samples/s img/s images/s tokens/s hz khz "
    "mhz ghz w kw kwh px ms/step s/step ms/it rows samples tokens steps epochs files items images params "
    "parameters times"
)
_SEPARATOR = re.compile(r"[,;|(\[{}\])\t]|\s[-–—•·→]+\s|\s{3,}")
_WORD = re.compile(r"[A-Za-z_][\w./@^%+-]*(?:'s)?")
_BRACKETED = re.compile(r"([A-Za-z][\w@^-]*) ?[(\[]([A-Za-z]\w*)[)\]]$")
_LABEL = re.compile(
    r"(?:^|[\s\[(|>*#-])(train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|eval(?:uation)?|dev)"
    r"(?: set| phase| results?| metrics?)?\s*(?:[:\])>|]|-+>?\s|=>)(?!\s*[-+.\d])",
    re.IGNORECASE,
)
_MOST_WORDS = 5


class Pair(NamedTuple):
    """A name and its number in a line."""

    name: str
    kind: Kind
    value: Number
    is_float: bool
    """Whether the number is written with a point or an exponent, or is NaN or infinite."""
    in_prose: bool
    """Whether a word follows that belongs to no other pair."""
    bare: bool
    """Whether only a space stands between name and number."""
    at: int
    """Where the number stands in the line."""


def read_pairs(text: str, *, bare: bool) -> list[Pair]:
    """The pairs of a line in order; with ``bare`` also those that only a space joins (``loss 0.5``).

    Numbers with a unit of time, size or speed are none, nor are fractions, times of day, dates, versions and addresses.
    """
    pairs: list[Pair] = []
    labels = [(found.end(), found[1].lower()) for found in _LABEL.finditer(text)]
    previous = 0
    matches = list(_MARKED.finditer(text))
    if bare:
        taken = {match.end(1) for match in matches}
        matches = sorted((*matches, *(one for one in _BARE.finditer(text) if one.end(1) not in taken)), key=_start)
    for match in matches:
        joined = match[0][0] == " "
        pair = _read_pair(text, previous, match, joined)
        if pair is not None:
            label = next((label for end, label in reversed(labels) if end <= match.start()), None)
            if label is not None and pair.kind >= Kind.WEAK and not pair.name.lower().startswith(label[:3]):
                pair = pair._replace(name=f"{label}_{pair.name}")
            pairs.append(pair)
        previous = match.end()
    return pairs


def _start(match: re.Match[str]) -> int:
    return match.start(1)


def _read_pair(text: str, previous: int, match: re.Match[str], bare: bool) -> Pair | None:
    name, kind = _read_name(text[max(previous, match.start() - 100) : match.start()])
    if kind == Kind.NEVER:
        return None
    value = parse_number(match[1])
    after = _AFTER.match(text, match.end())
    if value is None or after is None or after[1]:
        return None
    word = after[2] or ""
    if word.lower() in _UNITS:
        return None
    is_float = isinstance(value, float)
    if bare and not _stands_alone(text, match, name, kind):
        return None
    in_prose = bool(word) and not after[3] and word.lower() not in QUALIFIERS and classify_name(word) < Kind.WEAK
    return Pair(name, kind, value, is_float, in_prose and step_fineness(word) is None, bare, match.start(1))


def _stands_alone(text: str, match: re.Match[str], name: str, kind: Kind) -> bool:
    """Whether a name and a number with a space between are a pair: a metric's name, or a cell of its own."""
    if kind >= Kind.WEAK:
        return True
    before = text[: match.start()].rstrip().removesuffix(name).rstrip(" ")
    rest = text[match.end() :].lstrip("% ")
    return before[-1:] in "|,;\t:" and rest[:1] in ("", "|", ",", ";", "\t")


def _read_name(left: str) -> tuple[str, Kind]:
    """The name that ends a text, with the words before it that belong to it (``Average val loss``)."""
    left = left.rstrip(" '\"`*")
    bracketed = _BRACKETED.search(left)
    if bracketed and bracketed[2].lower() in QUALIFIERS:
        return f"{bracketed[1]}_{bracketed[2]}", classify_name(bracketed[1])
    words = _SEPARATOR.split(left)[-1].split()[-_MOST_WORDS:]
    if not words:
        return "", Kind.NEVER
    last = words[-1].rpartition(":")[2].lstrip("'\"`*<>#")
    if not _WORD.fullmatch(last) or step_fineness(last) is not None:
        return "", Kind.NEVER
    kind = classify_name(last)
    name = [last]
    for word in reversed(words[:-1]):
        own = word.lower().strip("'\"`*#")
        qualifies = own.endswith("'s") or all(part in QUALIFIERS for part in own.split("-"))
        if not qualifies and not (own.isalnum() and classify_name(own) >= Kind.WEAK):
            break
        name.insert(0, word.strip("'\"`*#"))
        if not qualifies and kind is not Kind.NEVER:
            kind = max(kind, classify_name(own))
    if kind < Kind.WEAK and last.lower() in QUALIFIERS:
        kind = Kind.UNKNOWN if len(name) == 1 and last.lower() in SPLITS else Kind.NEVER
    while len(name) > 1 and name[0].lower() in ("on", "of", "the", "set", "data"):
        del name[0]
    return "_".join(name).replace("'s", ""), kind
