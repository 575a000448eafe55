"""A filter as a tree, and the tree as text.

Every part knows its ``place``, where it begins in the text it was read from: an error points there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from gitexp.model.values import format_float

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal["params", "metrics", "tags", "attributes"]
Operator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
Word: TypeAlias = Literal["null", "nan"]

PREFIXES: dict[str, Kind] = {
    **dict.fromkeys(("params", "param", "parameters", "parameter"), "params"),
    **dict.fromkeys(("metrics", "metric"), "metrics"),
    **dict.fromkeys(("tags", "tag"), "tags"),
    **dict.fromkeys(("attributes", "attribute", "attr", "run"), "attributes"),
}
SUFFIXES = ("last", "min", "max", "first", "step", "count")
"""What can be asked of a metric; ``last`` where nothing is."""
KEYWORDS = frozenset(
    ("and", "or", "not", "in", "is", "like", "ilike", "null", "none", "true", "false", "nan", "inf", "infinity")
)
MARKS = "/:#@-"
"""What may stand in a name beside letters, digits, ``_`` and points."""

_PLAIN = re.compile(rf"[\w{MARKS}]+(\.[\w{MARKS}]+)*")
_FIRST = re.compile(r"[^\W\d]")


class Name(NamedTuple):
    """The name of something that a run has. ``kind`` is None where it was not written.

    ``suffix`` is the last part of a metric's name, or of one without a kind, where it is one of SUFFIXES; which of the
    two it is, only the runs can tell: a metric may itself be called ``loss.min``.
    """

    kind: Kind | None
    key: str
    suffix: str = ""
    place: int = 0

    @property
    def written(self) -> str:
        """The key with its suffix."""
        return f"{self.key}.{self.suffix}" if self.suffix else self.key


class Constant(NamedTuple):
    """A value that was written down."""

    value: bool | int | float | str
    place: int = 0


Operand: TypeAlias = Name | Constant


class Comparison(NamedTuple):
    """Operands with an operator between each two: ``0.1 < params.lr < 1``. Places are those of the operators."""

    operands: tuple[Operand, ...]
    operators: tuple[Operator, ...]
    places: tuple[int, ...] = ()


class Among(NamedTuple):
    """Whether an operand is one of several, or within the list or text that a name has."""

    operand: Operand
    choices: tuple[Constant, ...] | Name
    negated: bool = False
    place: int = 0


class Like(NamedTuple):
    """Whether a text is of a pattern: ``%`` is any text, ``_`` one letter, after a backslash they are themselves."""

    operand: Operand
    pattern: str
    fold_case: bool = False
    negated: bool = False
    place: int = 0


class Is(NamedTuple):
    """Whether something is missing or null, or not a number."""

    operand: Name
    word: Word
    negated: bool = False


class Truth(NamedTuple):
    """An operand alone."""

    operand: Operand


class Not(NamedTuple):
    """The opposite; of what is not known, not known."""

    test: Test


class And(NamedTuple):
    """All of two tests or more."""

    tests: tuple[Test, ...]


class Or(NamedTuple):
    """Any of two tests or more."""

    tests: tuple[Test, ...]


Test: TypeAlias = Comparison | Among | Like | Is | Truth | Not | And | Or


def find_names(test: Test) -> Iterator[Name]:
    """Every name in a filter, in order."""
    match test:
        case And(tests) | Or(tests):
            for one in tests:
                yield from find_names(one)
        case Not(inner):
            yield from find_names(inner)
        case Comparison(operands):
            yield from (one for one in operands if isinstance(one, Name))
        case Among(operand, choices):
            yield from (one for one in (operand, choices) if isinstance(one, Name))
        case Like(operand) | Is(operand) | Truth(operand):
            if isinstance(operand, Name):
                yield operand


def format_filter(test: Test) -> str:
    """A filter as it is typed, in one form: reading it gives the same tree."""
    match test:
        case Or(tests):
            return " or ".join(_group(one, Or) for one in tests)
        case And(tests):
            return " and ".join(_group(one, Or, And) for one in tests)
        case Not(inner):
            return "not " + _group(inner, Or, And)
        case Comparison(operands, operators):
            words = [format_operand(operands[0])]
            for operator, operand in zip(operators, operands[1:], strict=True):
                words += [operator, format_operand(operand)]
            return " ".join(words)
        case Among(operand, choices, negated):
            within = (
                format_name(choices)
                if isinstance(choices, Name)
                else "(" + ", ".join(map(format_operand, choices)) + ")"
            )
            return f"{format_operand(operand)} {'not ' * negated}in {within}"
        case Like(operand, pattern, fold_case, negated):
            word = "ilike" if fold_case else "like"
            return f"{format_operand(operand)} {'not ' * negated}{word} {format_constant(pattern)}"
        case Is(operand, word, negated):
            return f"{format_operand(operand)} is {'not ' * negated}{word}"
        case Truth(operand):
            return format_operand(operand)


def format_operand(operand: Operand) -> str:
    """A name or a value as it is typed."""
    return format_name(operand) if isinstance(operand, Name) else format_constant(operand.value)


def format_name(name: Name) -> str:
    """A name as it is typed, between backticks where it would be read as something else."""
    key = name.key if _is_plain(name) else "`" + name.key.replace("`", "``") + "`"
    return (f"{name.kind}." if name.kind else "") + key + (f".{name.suffix}" if name.suffix else "")


def format_constant(value: bool | float | str) -> str:
    """A value as it is typed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return format_float(value) if isinstance(value, float) else str(value)


def _is_plain(name: Name) -> bool:
    if not _PLAIN.fullmatch(name.key):
        return False
    first, *rest = name.key.split(".")
    if name.kind is None:
        is_prefix = first.lower() in PREFIXES and (rest or name.suffix)
        if is_prefix or not _FIRST.match(first) or (not rest and not name.suffix and first.lower() in KEYWORDS):
            return False
    may_have_suffix = name.kind in (None, "metrics")
    return not (may_have_suffix and not name.suffix and rest and rest[-1] in SUFFIXES)


def _group(test: Test, *weaker: type) -> str:
    text = format_filter(test)
    return f"({text})" if isinstance(test, weaker) else text
