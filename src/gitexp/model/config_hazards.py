"""Settings of Git under which runs are lost, or cannot be shared."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.checkup import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Entries = tuple[tuple[str, str | None], ...]
"""Keys with their values, in order of rising strength; a value of None: the key without '='."""

SAMPLES = ("refs/runs/default/k3v9x2mabc", "refs/exp/live/default/k3v9x2mabc")
_SOON = re.compile(r"now|all|0|(\d+)[. ](second|minute)s?([. ]ago)?", re.IGNORECASE)
_TRUE = ("true", "yes", "on", "1", None)


class _Refspec(NamedTuple):
    forced: bool
    source: str
    target: str


def find_hazards(entries: Entries, *, is_bare: bool) -> list[Finding]:
    """The settings of a repository that endanger its runs, each with the command that mends it."""
    found = [*_judge_remotes(entries), *_judge_collection(entries)]
    if is_bare:
        found += judge_hidden(entries, "git config", ("transfer.hiderefs", "receive.hiderefs"))
    return found


def judge_hidden(entries: Entries, command: str, keys: Sequence[str]) -> list[Finding]:
    """Whether a repository that runs are pushed to hides their refs. ``command`` is how its settings are changed."""
    found: list[Finding] = []
    for key in keys:
        values = _all(entries, key)
        hiding = [value for value in values if value and _hides(value, SAMPLES)]
        if hiding and _is_hidden(values):
            what = f"{_spell(key)} = {hiding[0]}: runs are refused there, or not shown"
            # Of several values that hide runs each has to go.
            mends = [f"{command} --fixed-value --unset-all {_spell(key)} {shlex.quote(one)}" for one in hiding]
            found.append(Finding("configuration", "problem", what, " && ".join(mends)))
    return found


def _judge_remotes(entries: Entries) -> Iterator[Finding]:
    names = [key[len("remote.") :].rpartition(".")[0] for key, _ in entries if key.startswith("remote.")]
    for name in dict.fromkeys(name for name in names if name):
        shown = shlex.quote(name)
        if _is_true(entries, f"remote.{name}.mirror"):
            what = f"remote.{name}.mirror: git push {shown} deletes every run there that is not here"
            yield Finding("configuration", "problem", what, f"git config {_key(name, 'mirror')} false")
        over = [spec for spec in _refspecs(entries, name, "fetch", _covers_target) if spec[1].target]
        if over and _prunes(entries, name):
            what = f"git fetch {shown} deletes runs that are only here: it prunes, and brings {over[0][0]}"
            yield Finding("configuration", "problem", what, f"git config {_key(name, 'prune')} false")
        elif any(spec.forced for _, spec in over):
            text = next(text for text, spec in over if spec.forced)
            what = f"git fetch {shown} takes runs back to what they are there: it brings {text}"
            yield Finding("configuration", "advice", what, _unset(name, "fetch", text))
        for text, spec in _refspecs(entries, name, "push", _covers_source):
            if spec.forced:
                what = f"git push {shown} takes runs there back to what they are here: it sends {text}"
                yield Finding("configuration", "problem", what, _unset(name, "push", text))


def _judge_collection(entries: Entries) -> Iterator[Finding]:
    expire = _last(entries, "gc.pruneexpire")
    if expire is not None and _SOON.fullmatch(expire.strip()):
        what = f"gc.pruneExpire = {expire}: git gc deletes what a run that is being recorded has just written"
        yield Finding("configuration", "problem", what, "git config gc.pruneExpire 2.weeks.ago")
    auto = _last(entries, "gc.auto")
    if auto is not None and auto.strip() == "0" and _last(entries, "maintenance.strategy") is None:
        what = "gc.auto = 0: Git packs nothing by itself, and every run leaves loose objects"
        yield Finding("configuration", "advice", what, "git config gc.auto 6700")


def _prunes(entries: Entries, name: str) -> bool:
    own = _values(entries, f"remote.{name}.prune")
    return _is_word_true(own[-1]) if own else _is_true(entries, "fetch.prune")


def _refspecs(entries: Entries, name: str, key: str, covers: Callable[[_Refspec], bool]) -> list[tuple[str, _Refspec]]:
    texts = [text for text in _all(entries, f"remote.{name}.{key}") if text]
    if any(text.startswith("^") and all(_matches(text[1:], ref) for ref in SAMPLES) for text in texts):
        return []
    found = [(text, _parse(text)) for text in texts if not text.startswith("^")]
    return [(text, spec) for text, spec in found if covers(spec)]


def _parse(text: str) -> _Refspec:
    forced, rest = text.startswith("+"), text.removeprefix("+")
    source, colon, target = rest.partition(":")
    return _Refspec(forced, source, target if colon else "")


def _covers_target(spec: _Refspec) -> bool:
    return _matches(spec.target, SAMPLES[0]) or _matches(spec.target, SAMPLES[1])


def _covers_source(spec: _Refspec) -> bool:
    return _matches(spec.source, SAMPLES[0]) or _matches(spec.source, SAMPLES[1])


def _matches(pattern: str, ref: str) -> bool:
    before, star, after = pattern.partition("*")
    if star:
        return len(ref) >= len(before) + len(after) and ref.startswith(before) and ref.endswith(after)
    return pattern.startswith(("refs/runs/", "refs/exp/"))


def _hides(value: str, refs: Sequence[str]) -> bool:
    return any(_is_below(ref, value.lstrip("^")) for ref in refs)


def _is_hidden(values: Sequence[str]) -> bool:
    """Whether a ref of a run or of ours is hidden: the last value that fits one counts, '!' shows it again."""
    for ref in SAMPLES:
        for value in reversed(values):
            shows, prefix = value.startswith("!"), value.removeprefix("!").removeprefix("^")
            if _is_below(ref, prefix):
                if shows:
                    break
                return True
    return False


def _is_below(ref: str, prefix: str) -> bool:
    prefix = prefix.rstrip("/")
    return bool(prefix) and (ref == prefix or ref.startswith(f"{prefix}/"))


def _unset(name: str, variable: str, value: str) -> str:
    return f"git config --fixed-value --unset-all {_key(name, variable)} {shlex.quote(value)}"


def _key(name: str, variable: str) -> str:
    return shlex.quote(f"remote.{name}.{variable}")


def _spell(key: str) -> str:
    return key.replace("hiderefs", "hideRefs")


def _values(entries: Entries, key: str) -> list[str | None]:
    return [value for name, value in entries if name == key]


def _all(entries: Entries, key: str) -> list[str]:
    return [value for value in _values(entries, key) if value is not None]


def _last(entries: Entries, key: str) -> str | None:
    values = _values(entries, key)
    return values[-1] if values else None


def _is_true(entries: Entries, key: str) -> bool:
    values = _values(entries, key)
    return bool(values) and _is_word_true(values[-1])


def _is_word_true(value: str | None) -> bool:
    return (value.lower() if value is not None else None) in _TRUE
