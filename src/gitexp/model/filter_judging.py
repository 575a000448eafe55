"""A filter held against runs. What is not known stays so: ``not`` of it is not known either, as in SQL."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from gitexp.errors import InvalidFilter
from gitexp.model.filter_names import Evidence, Reading, Unread, read_value, resolve_name
from gitexp.model.filter_times import parse_duration, parse_time, time_of_number
from gitexp.model.filter_tree import Among, And, Comparison, Constant, Is, Like, Name, Not, Or, Truth, format_name
from gitexp.model.filter_values import (
    Prefix,
    are_equal,
    compare_values,
    compile_pattern,
    is_nan,
    is_within,
)
from gitexp.model.ids import is_id_prefix
from gitexp.model.run import Status
from gitexp.model.spec import SHORTEST_COMMIT, is_commit_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitexp.model.filter_names import KnownNames, ValueType
    from gitexp.model.filter_times import Clock
    from gitexp.model.filter_tree import Operand, Operator, Test
    from gitexp.model.filter_values import Comparable

Judge: TypeAlias = "Callable[[Evidence], bool | None]"
"""Whether the filter is true of a run; None where that is not known."""
_Reader: TypeAlias = "Callable[[Evidence], Comparable | Unread]"

_FLIPPED: dict[Operator, Operator] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TIMES = '"7 days ago", "yesterday", "2026-11-01", "2026-11-01 09:30"'


class Filter(NamedTuple):
    """A filter that is ready to judge runs. ``readings`` are what it asks of them."""

    judge: Judge
    readings: tuple[Reading, ...]


def compile_filter(test: Test, text: str, known: KnownNames, clock: Clock) -> Filter:
    """Makes a filter ready. Raises InvalidFilter for a name that no run has, and for a value that can be none."""
    compiler = _Compiler(text, known, clock)
    judge = compiler.compile(test)
    return Filter(judge, tuple(dict.fromkeys(compiler.readings)))


class _Compiler:
    def __init__(self, text: str, known: KnownNames, clock: Clock) -> None:
        self._text = text
        self._known = known
        self._clock = clock
        self.readings: list[Reading] = []

    def compile(self, test: Test) -> Judge:
        match test:
            case And(tests):
                return _all([self.compile(one) for one in tests])
            case Or(tests):
                return _any([self.compile(one) for one in tests])
            case Not(inner):
                return _negate(self.compile(inner))
            case Comparison(operands, operators):
                resolved = [self._resolve(one, is_value=place > 0) for place, one in enumerate(operands)]
                pairs = zip(operators, resolved, resolved[1:], strict=False)
                return _all([self._compile_pair(one, sign, other) for sign, one, other in pairs])
            case Among():
                return self._compile_among(test)
            case Like(operand, pattern, fold_case, negated):
                is_like = compile_pattern(pattern, fold_case=fold_case)
                return _test(self._reader(self._resolve(operand)), is_like, negated=negated)
            case Is(operand, word, negated):
                return self._compile_is(operand, word == "null", negated=negated)
            case Truth(operand):
                return self._compile_truth(operand)

    def _resolve(self, operand: Operand, *, is_value: bool = False) -> Reading | Constant:
        if isinstance(operand, Constant):
            return operand
        reading = resolve_name(operand, self._known, self._text, is_value=is_value)
        self.readings.append(reading)
        return reading

    def _reader(self, operand: Reading | Constant) -> _Reader:
        if isinstance(operand, Constant):
            value = operand.value
            return lambda _: value
        return lambda evidence: read_value(operand, evidence)

    def _compile_pair(self, one: Reading | Constant, sign: Operator, other: Reading | Constant) -> Judge:
        if isinstance(one, Constant) and isinstance(other, Reading):
            one, sign, other = other, _FLIPPED[sign], one
        left = self._reader(one)
        if isinstance(one, Reading) and isinstance(other, Constant):
            value = self._fit(other, one, sign)
            return _test(left, lambda found: compare_values(found, sign, value))
        right = self._reader(other)

        def judge(evidence: Evidence) -> bool | None:
            a, b = left(evidence), right(evidence)
            if a is None or b is None or isinstance(a, Unread) or isinstance(b, Unread):
                return None
            return compare_values(a, sign, b)

        return judge

    def _compile_among(self, test: Among) -> Judge:
        operand = self._resolve(test.operand)
        if isinstance(test.choices, Name):
            item, container = self._reader(operand), self._reader(self._resolve(test.choices, is_value=True))

            def judge(evidence: Evidence) -> bool | None:
                a, b = item(evidence), container(evidence)
                if a is None or b is None or isinstance(a, Unread) or isinstance(b, Unread):
                    return None
                return is_within(a, b) is not test.negated

            return judge
        choices = [self._fit(one, operand, "==") if isinstance(operand, Reading) else one.value for one in test.choices]
        has_nan = any(map(is_nan, choices))

        def is_among(found: Comparable) -> bool:
            return any(are_equal(found, choice) for choice in choices) or (has_nan and is_nan(found))

        return _test(self._reader(operand), is_among, negated=test.negated)

    def _compile_is(self, name: Name, is_null: bool, *, negated: bool) -> Judge:
        reader = self._reader(self._resolve(name))
        if not is_null:
            return _test(reader, is_nan, negated=negated)

        def judge(evidence: Evidence) -> bool | None:
            found = reader(evidence)
            return None if isinstance(found, Unread) else (found is None) is not negated

        return judge

    def _compile_truth(self, operand: Operand) -> Judge:
        resolved = self._resolve(operand)
        if isinstance(resolved, Constant):
            constant = resolved.value is True
            return lambda _: constant
        reader = self._reader(resolved)
        if resolved.type == "tag":
            # A tag that is not there is an answer: 'not tags.baseline' means the runs without it.
            return lambda evidence: (found := reader(evidence)) is not None and found is not False
        if resolved.type not in ("any", "bool") and isinstance(operand, Name):
            shown = format_name(operand._replace(place=0))
            why = f"{shown} alone says nothing: it is neither true nor false"
            raise InvalidFilter(self._text, operand.place, why, hint=f"{shown} is not null, or a comparison")
        return _test(reader, lambda found: are_equal(found, other=True))

    def _fit(self, constant: Constant, reading: Reading, sign: Operator) -> Comparable:
        """A value that was written down as one of the kind that it is compared with. Raises InvalidFilter."""
        value, kind = constant.value, reading.type
        if kind == "time":
            time = parse_time(value, self._clock) if isinstance(value, str) else time_of_number(value)
            if time is None:
                raise self._invalid(constant, "no time", f"{reading.key} {sign} " + _TIMES)
            return time
        if kind == "duration" and isinstance(value, str):
            seconds = parse_duration(value)
            if seconds is None:
                raise self._invalid(constant, "no duration", f'{reading.key} {sign} 3600, or "1h 30m"')
            return seconds
        if sign not in ("==", "!="):
            return value
        if kind in ("hash", "id"):
            return self._fit_hash(constant, kind)
        if kind == "status" and isinstance(value, str):
            return self._fit_status(constant, value.lower())
        return value

    def _fit_hash(self, constant: Constant, kind: ValueType) -> Comparable:
        value = constant.value
        if isinstance(value, (int, float)):
            raise self._invalid(constant, "a number", f'"{value}": a hash stands in quotes')
        word = value.lower().removeprefix("sha256:")
        is_prefix = is_id_prefix if kind == "id" else is_commit_prefix
        if is_prefix(word):
            return Prefix(word)
        if word and is_prefix(word + word[-1] * (SHORTEST_COMMIT - len(word))):
            raise self._invalid(constant, "too short", f"at least {SHORTEST_COMMIT} of its digits")
        return value

    def _fit_status(self, constant: Constant, word: str) -> str:
        known = [status.value for status in Status]
        if word not in known:
            near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
            raise self._invalid(constant, "no status", f"did you mean {near[0]}?" if near else ", ".join(known))
        return word

    def _invalid(self, constant: Constant, why: str, hint: str) -> InvalidFilter:
        value = constant.value
        shown = f'"{value}"' if isinstance(value, str) else str(value).lower()
        return InvalidFilter(self._text, constant.place, f"{shown[:80]} is {why}", hint=hint)


def _test(reader: _Reader, is_true: Callable[[Comparable], bool], *, negated: bool = False) -> Judge:
    def judge(evidence: Evidence) -> bool | None:
        found = reader(evidence)
        if found is None or isinstance(found, Unread):
            return None
        return is_true(found) is not negated

    return judge


def _all(judges: Sequence[Judge]) -> Judge:
    if len(judges) == 1:
        return judges[0]

    def judge(evidence: Evidence) -> bool | None:
        known: bool | None = True
        for one in judges:
            found = one(evidence)
            if found is False:
                return False
            known = known and found
        return known

    return judge


def _any(judges: Sequence[Judge]) -> Judge:
    def judge(evidence: Evidence) -> bool | None:
        known: bool | None = False
        for one in judges:
            found = one(evidence)
            if found:
                return True
            known = None if found is None else known
        return known

    return judge


def _negate(inner: Judge) -> Judge:
    def judge(evidence: Evidence) -> bool | None:
        found = inner(evidence)
        return None if found is None else not found

    return judge
