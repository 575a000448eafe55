"""Params from the command: the flags, ``key=value`` words and config files that the script was given."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gitexp.capture.script_arguments import find_script_arguments
from gitexp.model.params import flatten, parse_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitexp.model.values import Params, Value

FLAG_SOURCE = "flag"
CONFIG_SUFFIXES = (".yaml", ".yml", ".toml", ".json")

_LONG = re.compile(r"--([A-Za-z_][\w.:/-]*)(?:=(.*))?", re.DOTALL)
_SHORT = re.compile(r"-([A-Za-z][\w.-]*)(?:=(.*))?", re.DOTALL)
_SHORT_NUMBER = re.compile(r"-([A-Za-z])([0-9]+(?:\.[0-9]+)?)")
_REPEATED = re.compile(r"-([A-Za-z])\1+")
_NEGATION = re.compile(r"no[-_]([A-Za-z].*)")
_ASSIGNMENT = re.compile(r"(?:\+{1,2}|~)?([A-Za-z_][\w./@-]*)=(.*)", re.DOTALL)
_REMOVAL = re.compile(r"~([A-Za-z_][\w.]*)")
_NEGATIVE = re.compile(r"-(?:[0-9.]|inf\b|nan\b)")
# Flags that name what a script reads as data or writes; a JSON file there is not its configuration.
_NO_CONFIG = re.compile(
    r"(?:^|[-_.])(?:out|output|outputs|save|log|logs|result|results|metric|metrics|report|export|dest|predictions?|data"
    r"|dataset|train|val|valid|validation|test|input|inputs|annotations?|ann|labels?|vocab|tokenizer|cache)(?:$|[-_.])"
)


def parse_command_params(argv: Sequence[str]) -> Params:
    """The params that a command's own words give its script, flat and typed; positional words are left out.

    ``--batch-size`` is ``batch_size``, as argparse names it and params files spell it. A flag alone is true,
    ``--no-x`` makes ``x`` false, several values or a repeated flag make a list. A word ``key=value`` is a param of its
    own, with Hydra's ``+``, ``++`` and ``~`` (``~key`` is null). After a number only numbers count as further values
    of a flag, so that ``--lr 0.1 data/`` is ``lr: 0.1``.
    """
    found: dict[str, list[Value]] = {}
    switches: dict[str, int] = {}
    for key, value in _read_words(find_script_arguments(argv)):
        if value is True:
            switches[key] = switches.get(key, 0) + 1
        found.setdefault(key, []).append(value)
    params: dict[str, Value] = {}
    for key, values in found.items():
        if len(values) == 1:
            params[key] = values[0]
        else:
            params[key] = len(values) if switches.get(key) == len(values) else values
    return flatten(params)


def named_files(argv: Sequence[str], exists: Callable[[str], bool]) -> list[str]:
    """The config files that a command names and that are there, in their order, as they are written.

    Not those given to a flag for data or output, such as ``--train-file`` or ``--save-metrics``.
    """
    files: dict[str, None] = {}
    flag = ""
    for word in find_script_arguments(argv):
        matched = _LONG.fullmatch(word) or _SHORT.fullmatch(word)
        assigned = _ASSIGNMENT.fullmatch(word)
        if matched:
            flag, path = matched[1], matched[2] or ""
        elif assigned:
            flag, path = assigned[1], assigned[2]
        else:
            path = word
        if path.lower().endswith(CONFIG_SUFFIXES) and not _NO_CONFIG.search(flag.lower()) and exists(path):
            files.setdefault(path)
        if assigned and not matched:
            flag = ""
    return list(files)


def _read_words(words: list[str]) -> list[tuple[str, Value]]:
    found: list[tuple[str, Value]] = []
    at = 0
    while at < len(words) and words[at] != "--":
        word = words[at]
        at += 1
        if _is_flag(word):
            name, values = _split_flag(word)
            if not values:
                values, at = _read_values(words, at, name)
            found.extend(_name_values(word, name, values))
        elif _is_assignment(word):
            assigned = _ASSIGNMENT.fullmatch(word)
            found.append((assigned[1], parse_value(assigned[2])) if assigned else (word[1:], None))
    return found


def _is_flag(word: str) -> bool:
    if _NEGATIVE.match(word):
        return False
    return bool(_LONG.fullmatch(word) or _SHORT.fullmatch(word))


def _is_assignment(word: str) -> bool:
    if _REMOVAL.fullmatch(word):
        return True
    found = _ASSIGNMENT.fullmatch(word)
    if not found:
        return False
    # data/year=2020/part.csv is a path, model/backbone=resnet one of Hydra's groups
    return not ("/" in found[1] and "/" in found[2])


def _split_flag(word: str) -> tuple[str, list[Value]]:
    """A flag's name and the value in the same word, if there is one."""
    short = _SHORT_NUMBER.fullmatch(word)
    if short:
        return short[1], [parse_value(short[2])]
    matched = _LONG.fullmatch(word) or _SHORT.fullmatch(word)
    assert matched is not None
    return matched[1], [] if matched[2] is None else [parse_value(matched[2])]


def _read_values(words: list[str], at: int, name: str) -> tuple[list[Value], int]:
    values: list[Value] = []
    while at < len(words) and words[at] != "--" and not _is_flag(words[at]) and not _is_assignment(words[at]):
        value = parse_value(words[at])
        if values and _is_number(values[0]) and not _is_number(value):
            break
        if _NEGATION.fullmatch(name) and not _is_number(value):
            break
        values.append(value)
        at += 1
    return values, at


def _name_values(word: str, name: str, values: list[Value]) -> list[tuple[str, Value]]:
    repeated = _REPEATED.fullmatch(word)
    if repeated and not values:
        return [(repeated[1], True)] * (len(word) - 1)
    key = name.replace("-", "_")
    negation = _NEGATION.fullmatch(name)
    if negation and not values and word.startswith("--"):
        return [(negation[1].replace("-", "_"), False)]
    if not values:
        return [(key, True)]
    return [(key, values[0] if len(values) == 1 else values)]


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
