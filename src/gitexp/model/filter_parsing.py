"""The filter language, read: a text becomes a tree.

or   = and { "or" and }
and  = not { "and" not }
not  = "not" not | test
test = "(" or ")" | value { sign value } | value ["not"] "in" ( "(" value { "," value } ")" | name )
     | value ["not"] ("like" | "ilike") text | value "is" ["not"] ("null" | "nan" | "true" | "false")
"""

from __future__ import annotations

import difflib
import math
from typing import TYPE_CHECKING, cast

from gitexp.errors import InvalidFilter
from gitexp.model.filter_tokens import split_tokens
from gitexp.model.filter_tree import (
    PREFIXES,
    SUFFIXES,
    Among,
    And,
    Comparison,
    Constant,
    Is,
    Like,
    Name,
    Not,
    Or,
    Truth,
)

if TYPE_CHECKING:
    from gitexp.model.filter_tokens import Segment, Token
    from gitexp.model.filter_tree import Operand, Operator, Test, Word

DEEPEST = 50
"""Brackets and ``not`` within one another: each takes room of Python's own stack."""

_OPERATORS = ("==", "!=", "<", "<=", ">", ">=")
_WORDS = {
    "equals": "==", "eq": "==", "is": "==", "ne": "!=", "less": "<", "lt": "<", "le": "<=", "greater": ">",
    "more": ">", "gt": ">", "ge": ">=", "contains": "like", "matches": "like", "startswith": "like",
    "between": "<", "isnull": "is null", "xor": "!=",
}  # fmt: skip
"""Words of other languages in the place of a sign."""


def parse_filter(text: str) -> Test:
    """Reads a filter. Raises InvalidFilter, with the place where it goes wrong."""
    return _Parser(text).read()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = split_tokens(text)
        self._at = 0
        self._depth = 0

    def read(self) -> Test:
        if self._is_at_end():
            raise InvalidFilter(self._text, 0, "an empty filter", hint="'params.lr < 0.01'")
        test = self._read_or()
        if not self._is_at_end():
            raise self._unexpected(test)
        return test

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _is_at_end(self) -> bool:
        return self._next.kind == "end"

    def _is(self, *words: str) -> bool:
        return self._next.kind in ("keyword", "sign") and self._next.value in words

    def _take(self, *words: str) -> Token | None:
        if not self._is(*words):
            return None
        self._at += 1
        return self._tokens[self._at - 1]

    def _read_or(self) -> Test:
        tests = [self._read_and()]
        while self._take("or"):
            tests.append(self._read_and())
        return tests[0] if len(tests) == 1 else Or(tuple(tests))

    def _read_and(self) -> Test:
        tests = [self._read_not()]
        while self._take("and"):
            tests.append(self._read_not())
        return tests[0] if len(tests) == 1 else And(tuple(tests))

    def _read_not(self) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise InvalidFilter(self._text, self._next.place, f"more than {DEEPEST} brackets within one another")
        if self._take("not"):
            test: Test = Not(self._read_not())
        elif opened := self._take("("):
            test = self._read_or()
            if not self._take(")"):
                if self._is_at_end():
                    raise InvalidFilter(self._text, opened.place, "this bracket is not closed")
                raise self._unexpected(test)
            if self._is(*_OPERATORS, "in", "is", "like", "ilike"):
                raise InvalidFilter(self._text, self._next.place, "what stands in brackets is not compared")
        else:
            test = self._read_test()
        self._depth -= 1
        return test

    def _read_test(self) -> Test:
        operand = self._read_operand()
        if self._is(*_OPERATORS):
            return self._read_comparison(operand)
        if self._is("is"):
            return self._read_is(operand)
        negated = self._take("not")
        word = self._take("in", "like", "ilike")
        if word is None:
            if negated:
                raise InvalidFilter(self._text, negated.place, "after 'not' comes in, like or ilike here")
            return self._check_alone(operand)
        if word.value == "in":
            return Among(operand, self._read_choices(), bool(negated), word.place)
        pattern = self._next
        if pattern.kind != "text":
            raise InvalidFilter(
                self._text, pattern.place, f"after '{word.value}' comes a text", hint=f'name {word.value} "base%"'
            )
        self._at += 1
        return Like(operand, cast("str", pattern.value), word.value == "ilike", bool(negated), word.place)

    def _check_alone(self, operand: Operand) -> Test:
        if isinstance(operand, Constant) and not isinstance(operand.value, bool):
            if self._is_at_end() or self._is("and", "or", ")"):
                raise InvalidFilter(
                    self._text, operand.place, "a value alone says nothing", hint="'params.lr < 0.01' compares one"
                )
            raise self._unexpected(Truth(operand))
        return Truth(operand)

    def _read_comparison(self, first: Operand) -> Test:
        operands, operators, places = [first], [], []
        while sign := self._take(*_OPERATORS):
            operators.append(cast("Operator", sign.value))
            places.append(sign.place)
            if word := self._take("null", "none"):
                return self._compare_with("null", operands, operators, word)
            if word := self._take("nan"):
                return self._compare_with("nan", operands, operators, word)
            operands.append(self._read_operand())
        return Comparison(tuple(operands), tuple(operators), tuple(places))

    def _compare_with(self, word: Word, operands: list[Operand], operators: list[Operator], token: Token) -> Test:
        operand = operands[0]
        if len(operators) > 1 or operators[0] not in ("==", "!=") or not isinstance(operand, Name):
            raise InvalidFilter(self._text, token.place, f"nothing is less or more than {word}", hint=f"lr is {word}")
        return Is(operand, word, operators[0] == "!=")

    def _read_is(self, operand: Operand) -> Test:
        place = self._next.place
        self._at += 1
        negated = bool(self._take("not"))
        word = self._take("null", "none", "nan", "true", "false")
        if word is None:
            near = self._text[self._next.place : self._next.end]
            sign = "!=" if negated else "=="
            raise InvalidFilter(
                self._text,
                self._next.place,
                f"after 'is{' not' * negated}' comes null, nan, true or false",
                hint=f'{sign} "{near}" compares' if self._next.kind in ("name", "text") else None,
            )
        if word.value in ("true", "false"):
            return Comparison(
                (operand, Constant(word.value == "true", word.place)), ("!=" if negated else "==",), (place,)
            )
        if not isinstance(operand, Name):
            raise InvalidFilter(self._text, operand.place, "before 'is' comes a name")
        return Is(operand, "nan" if word.value == "nan" else "null", negated)

    def _read_choices(self) -> tuple[Constant, ...] | Name:
        if not self._take("("):
            operand = self._read_operand()
            if isinstance(operand, Name):
                return operand
            raise InvalidFilter(
                self._text, operand.place, "after 'in' come brackets", hint='status in ("failed", "lost")'
            )
        choices: list[Constant] = []
        while not choices or self._take(","):
            choice = self._read_operand()
            if isinstance(choice, Name):
                word = self._text[choice.place : self._tokens[self._at - 1].end]
                raise InvalidFilter(
                    self._text, choice.place, "values alone stand in a list", hint=f'"{word}", in quotes?'
                )
            choices.append(choice)
        if not self._take(")"):
            raise InvalidFilter(self._text, self._next.place, "a list goes on with a comma or ends with )")
        return tuple(choices)

    def _read_operand(self) -> Operand:
        token = self._next
        self._at += 1
        if token.kind in ("number", "text"):
            return Constant(cast("int | float | str", token.value), token.place)
        if token.kind == "keyword" and token.value in ("true", "false"):
            return Constant(token.value == "true", token.place)
        if token.kind == "keyword" and token.value == "nan":
            return Constant(math.nan, token.place)
        if token.kind == "name":
            return self._make_name(cast("tuple[Segment, ...]", token.value), token.place)
        self._at -= 1
        if token.kind == "end":
            raise InvalidFilter(self._text, len(self._text.rstrip()), "here it ends, and a name or a value is missing")
        hint = "name is null" if token.value in ("null", "none") else None
        raise InvalidFilter(self._text, token.place, f"{token.value!r} where a name or a value is expected", hint=hint)

    def _make_name(self, segments: tuple[Segment, ...], place: int) -> Name:
        first, *rest = segments
        kind = PREFIXES.get(first.text.lower()) if rest and not first.quoted else None
        parts = rest if kind else list(segments)
        suffix = ""
        if kind in (None, "metrics") and len(parts) > 1 and not parts[-1].quoted and parts[-1].text in SUFFIXES:
            suffix = parts.pop().text
        return Name(kind, ".".join(part.text for part in parts), suffix, place)

    def _unexpected(self, before: Test) -> InvalidFilter:
        token = self._next
        word = self._text[token.place : token.end]
        if token.kind == "sign" and token.value == ")":
            return InvalidFilter(self._text, token.place, "this bracket was not opened")
        hint = None
        if isinstance(before, Truth) or (isinstance(before, (And, Or)) and isinstance(before.tests[-1], Truth)):
            sign = _WORDS.get(word.lower())
            near = difflib.get_close_matches(word.lower(), ("and", "or", "not", "in", "is", "like", "ilike"), n=1)
            hint = f"did you mean {sign or near[0]}?" if sign or near else "== or another comparison is missing"
        elif token.kind == "name":
            near = difflib.get_close_matches(word.lower(), ("and", "or"), n=1, cutoff=0.4)
            hint = f"did you mean {near[0]}?" if near else None
        why = f"{word} where 'and', 'or' or the end is expected"
        return InvalidFilter(self._text, token.place, why, hint=hint)
