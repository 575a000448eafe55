"""Names in a filter that no run has, and what was meant by them."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from gitexp.errors import InvalidFilter
from gitexp.model.filter_tree import format_name

if TYPE_CHECKING:
    from gitexp.model.filter_names import KnownNames
    from gitexp.model.filter_tree import Name

_NEAR = 3
_NAMED = 8


def name_unknown(name: Name, known: KnownNames, text: str, *, is_value: bool) -> InvalidFilter:
    """The error for a name that no run has, or that is more than one thing; with those that are nearest to it."""
    shown = format_name(name._replace(kind=None if name.kind == "attributes" else name.kind))
    same = [one for one in known.keys(None) if one.key in (name.written, name.key) and one.kind is not None]
    if same and name.kind is None:
        choice = " or ".join(map(format_name, same))
        return InvalidFilter(text, name.place, f"{shown} is more than one thing", hint=f"{choice}?")
    if same:
        near = same
    else:
        names: dict[str, Name] = {}
        for one in known.keys(name.kind):
            names.setdefault(one.key, one)
        words = {key.lower(): key for key in names}
        found = difflib.get_close_matches(name.key.lower(), words, n=_NEAR, cutoff=0.6)
        found = found or difflib.get_close_matches(name.written.lower(), words, n=_NEAR, cutoff=0.6)
        near = [names[words[word]] for word in found]
    if is_value and name.kind is None:
        hint = f'"{name.written}" in quotes is a text'
        return InvalidFilter(text, name.place, f"no run has {shown}", hint=hint)
    if near:
        suffix = name.suffix if near[0].kind == "metrics" else ""
        words_ = ", ".join(format_name(one._replace(suffix=suffix)) for one in near)
        return InvalidFilter(text, name.place, f"no run has {shown}", hint=f"did you mean {words_}?")
    keys = [format_name(one) for one in known.keys(name.kind)]
    hint = "one of " + ", ".join(keys[:_NAMED]) if keys else "exp ls shows what runs have"
    return InvalidFilter(text, name.place, f"no run has {shown}", hint=hint + (", …" if len(keys) > _NAMED else ""))
