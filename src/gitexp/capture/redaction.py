"""Takes secrets out of what a run records, before anything of it is written.

What is hidden, and what not, stands in ``docs/explanation/secrets.md``. Three things decide, in this order: the name
of a value, the form of a token, and whether the value was found to be secret before, by either of these.
"""

from __future__ import annotations

import fnmatch
import functools
import re
from typing import TYPE_CHECKING

from gitexp.capture.secret_detector import find_tokens
from gitexp.capture.secret_names import HEADS, Secrecy, classify_name, is_plural_name, is_switch_name
from gitexp.capture.secret_spans import find_known, find_pattern, replace_spans
from gitexp.model.whole_numbers import tame

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from gitexp.model.settings import RedactionRules
    from gitexp.model.values import Value

REDACTED = "[redacted]"
_REDACTED = REDACTED.encode()
_NAME_SIGNS = str.maketrans("", "", "._-/@")
_ENCODING = ("utf-8", "surrogateescape")
_URL_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


def make_redactor(rules: RedactionRules) -> Redactor:
    """A redactor by a project's rules. It remembers the secrets that it meets: one run, one redactor."""
    return Redactor(rules)


class Redactor:
    """Hides secrets. Secrets met in commands and values are hidden in all that is given to it afterwards.

    So variables and params come first, then the command, then notes and output.
    """

    __slots__ = ("_allow", "_heads", "_known", "_names", "_patterns", "_traces", "classify")

    def __init__(self, rules: RedactionRules) -> None:
        self._names = tuple(_fold_name(glob) for glob in rules.names)
        self._allow = tuple(_fold_name(glob) for glob in rules.allow)
        self._patterns = rules.patterns
        self._heads = HEADS + tuple(filter(None, map(_longest_word, self._names)))
        self._known: set[bytes] = set()
        self._traces: tuple[str, ...] = ()
        self.classify = (
            functools.lru_cache(maxsize=4096)(self._classify) if rules.names or rules.allow else classify_name
        )

    def leave_traces(self, salt: bytes) -> tuple[str, ...]:
        """What lets another redactor hide the secrets met so far without being told them; ``salt`` is 16 bytes."""
        if not self._known:
            return ()
        from gitexp.capture.secret_traces import make_traces

        return make_traces(self._known, salt)

    def follow_traces(self, traces: tuple[str, ...]) -> None:
        """Hides from now on what another redactor met."""
        self._traces += traces

    def is_secret_name(self, name: str) -> bool:
        """Whether a variable of this name may hold a secret, by the project's rules."""
        return self.classify(name) is not Secrecy.NO

    def remember_variables(self, environ: Mapping[str, str]) -> None:
        """Learns the secrets of the environment by name, so that output that holds them is redacted."""
        for name, value in environ.items():
            self._learn(self.classify(name), value)

    def redact_command(self, command: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The command with its secrets hidden, and the places that changed (``command.3``)."""
        allowed: set[int] = set()
        shown = list(command)
        for index, start, secrecy in self._find_arguments(command, allowed):
            if shown[index] != REDACTED and self._learn(secrecy, command[index][start:]):
                shown[index] = command[index][:start] + REDACTED
        if "login" in command:  # `wandb login KEY`: the form is one of several words
            data = " ".join(command).encode(*_ENCODING)
            for start, end, _ in find_tokens(data, data.lower()):
                self._learn(Secrecy.PASSWORD, data[start:end].decode(*_ENCODING))
        for index, argument in enumerate(shown):
            if index not in allowed and not argument.endswith(REDACTED):
                shown[index] = self._redact(argument, prose=False, learn=True)[0]
        for index, argument in enumerate(shown):
            if index not in allowed and self._known:
                shown[index] = self._redact(argument, prose=False)[0]
        places = (f"command.{index}" for index, argument in enumerate(shown) if argument != command[index])
        return tuple(shown), tuple(places)

    def redact_values(self, values: Mapping[str, Value], prefix: str) -> tuple[dict[str, Value], tuple[str, ...]]:
        """Params, tags or variables with their secrets hidden, and the places that changed (``params.api_key``).

        In the same order, for a name may hold one as well.
        """
        for key, value in values.items():
            self._learn_value(key, value)
        places: list[str] = []
        return self._hide_values(values, "", prefix, places), tuple(dict.fromkeys(places))

    def redact_names(self, names: Collection[str]) -> dict[str, str]:
        """The names that hold a secret, and what stands for each: unlike all others."""
        # At once: there may be ten thousand.
        spans = list(self.find_spans("\n".join(names).encode(*_ENCODING))) if names else []
        if not spans:
            return {}
        from gitexp.capture.redacted_names import find_touched, make_unlike

        return make_unlike(names, {name: self.redact_text(name)[0] for name in find_touched(names, spans)})

    def redact_text(self, text: str) -> tuple[str, int]:
        """A note or any other text with its secrets hidden, and how many there were."""
        return self._redact(text, prose=True)

    def redact_output(self, data: bytes) -> tuple[bytes, int]:
        """What a run printed with its secrets hidden, and how many there were. All else stays, byte for byte."""
        return replace_spans(data, self._find_spans(data, prose=True), _REDACTED)

    def find_spans(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Start and end of each secret in what a run printed; they may overlap."""
        return self._find_spans(data, prose=True)

    def _redact(self, text: str, *, prose: bool, learn: bool = False) -> tuple[str, int]:
        data = text.encode(*_ENCODING)
        spans = list(self._find_spans(data, prose=prose))
        if learn:
            for start, end in spans:
                self._learn(Secrecy.PASSWORD, data[start:end].decode(*_ENCODING))
        shown, count = replace_spans(data, spans, _REDACTED)
        return (shown.decode(*_ENCODING), count) if count else (text, 0)

    def _find_spans(self, data: bytes, *, prose: bool) -> Iterator[tuple[int, int]]:
        # Each finder is loaded when its mark is there: their patterns take 5 ms to compile, more than a plain run has.
        lower = data.lower()
        if b"PRIVATE KEY" in data:
            from gitexp.capture.private_keys import find_private_keys

            yield from find_private_keys(data)
        for start, end, _ in find_tokens(data, lower):
            yield start, end
        if any(head.encode() in lower for head in self._heads):
            from gitexp.capture.secret_assignments import find_assigned

            yield from find_assigned(data, lower, prose=prose, classify=self.classify, heads=self._heads)
        yield from find_known(data, self._known)
        if self._traces:
            from gitexp.capture.secret_traces import find_traced

            yield from find_traced(data, self._traces)
        for pattern in self._patterns:
            yield from find_pattern(pattern, data)

    def _find_arguments(self, command: Sequence[str], allowed: set[int]) -> Iterator[tuple[int, int, Secrecy]]:
        """Each argument that has a name: its place, where its value begins, and how secret the name is.

        ``--token abc=`` is both, the value of a flag and a name with a value: both are said.
        """
        flag, many = "", False
        for index, argument in enumerate(command):
            name, sign, _ = argument.partition("=")
            if len(argument) > 1 and argument[0] == "-" and not argument[1:].replace(".", "").isdigit():
                flag = "" if sign or is_switch_name(name) else name
                many = is_plural_name(name)
            elif flag:
                yield from self._judge_argument(index, flag, 0, allowed)
                flag = flag if many else ""
            if sign and name.strip("-+~/").translate(_NAME_SIGNS).isalnum():
                yield from self._judge_argument(index, name, len(name) + 1, allowed)

    def _judge_argument(
        self, index: int, name: str, start: int, allowed: set[int]
    ) -> Iterator[tuple[int, int, Secrecy]]:
        bare = name.lstrip("-+~/")
        if self._is_listed(_fold_name(bare), self._allow):
            allowed.add(index)
        elif (secrecy := self.classify(bare)) is not Secrecy.NO:
            yield index, start, secrecy

    def _learn_value(self, key: str, value: Value) -> None:
        if isinstance(value, dict):
            for name, part in value.items():
                self._learn_value(f"{key}.{name}", part)
        elif isinstance(value, list):
            for part in value:
                self._learn_value(key, part)
        elif value is not None and not isinstance(value, bool):
            self._learn(self.classify(key), str(tame(value)))

    def _hide_values(self, values: Mapping[str, Value], above: str, place: str, places: list[str]) -> dict[str, Value]:
        names = self.redact_names(values)
        places += [f"{place}.{name}" for name in names.values()]
        shown: dict[str, Value] = {}
        for key, value in values.items():
            name = names.get(key, key)
            shown[name] = self._hide_value(f"{above}{key}", value, f"{place}.{name}", places)
        return shown

    def _hide_value(self, key: str, value: Value, place: str, places: list[str]) -> Value:
        if isinstance(value, dict):
            return dict(self._hide_values(value, f"{key}.", place, places))
        if isinstance(value, list):
            return [self._hide_value(key, part, f"{place}.{index}", places) for index, part in enumerate(value)]
        if value is None or isinstance(value, bool) or self._is_listed(_fold_name(key), self._allow):
            return value
        shown: Value = REDACTED
        if not self._learn(self.classify(key), str(tame(value))):
            shown = self._redact(value, prose=False, learn=True)[0] if isinstance(value, str) else value
        if shown is not value and shown != value:
            places.append(place)
        return shown

    def _learn(self, secrecy: Secrecy, value: str) -> bool:
        """Whether a value under such a name is secret; if so it is remembered, as it is and as URLs write it."""
        if secrecy is Secrecy.NO:
            return False
        from gitexp.capture.secret_values import is_secret_value, is_worth_remembering

        if not is_secret_value(secrecy, value):
            return False
        if is_worth_remembering(value):
            data = value.encode(*_ENCODING)
            self._known.add(data)
            self._known.add("".join(chr(byte) if byte in _URL_SAFE else f"%{byte:02X}" for byte in data).encode())
        return True

    def _classify(self, name: str) -> Secrecy:
        folded = _fold_name(name)
        if self._is_listed(folded, self._allow):
            return Secrecy.NO
        return Secrecy.PASSWORD if self._is_listed(folded, self._names) else classify_name(name)

    @staticmethod
    def _is_listed(folded: str, globs: tuple[str, ...]) -> bool:
        last = folded.rpartition(".")[2]
        return any(fnmatch.fnmatchcase(folded, glob) or fnmatch.fnmatchcase(last, glob) for glob in globs)


def _fold_name(name: str) -> str:
    return name.lstrip("-").replace("-", "_").lower()


def _longest_word(glob: str) -> str:
    return max(re.findall("[a-z0-9]{2,}", re.sub(r"\[.*?\]", "*", glob)), key=len, default="")
