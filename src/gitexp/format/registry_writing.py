"""``registry.yaml``, changed: what was said more is written into the text, and every other line stays as it is."""

from __future__ import annotations

import difflib
import io
import itertools
import re
from typing import TYPE_CHECKING, Any

from gitexp.format.registry_reading import parse_registry
from gitexp.format.registry_values import format_registry
from gitexp.format.yaml_writing import FlowDict, FlowList, dump_scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.registry import Registry

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")

HEADER = """\
# Which version of which model is where. `exp promote` writes here, people may too; `exp registry check` holds it
# against the runs. Review changes of this file like code.
"""


class RewriteFailed(Exception):
    """The text that was made does not say what it should: a bug of our own, found before anything is written."""


def rewrite_registry(text: str | None, before: Registry, after: Registry) -> str:
    """The text of a registry once it says ``after``; ``before`` is what it says, ``text`` None where there is no file.

    Comments, order, indentation and quotes stay. Raises RewriteFailed.
    """
    if text is None or not text.strip():
        made = (text or HEADER) + _dump(_to_nodes(format_registry(after)), _Style())
    else:
        style = _find_style(text)
        untouched = _dump(_load(text, style), style)
        document = _load(text, style)
        _apply(document, format_registry(before), format_registry(after))
        changed = _dump(document, style)
        made = merge_lines(text, untouched, changed)
        if not _says(made, after):  # a line that was written in a form of its own, and changed
            made = changed
    if not _says(made, after):
        raise RewriteFailed(made)
    return made


def merge_lines(text: str, untouched: str, changed: str) -> str:
    """``text`` with what differs between ``untouched`` and ``changed``, both written in a form that is not its own."""
    own, base, new = (one.splitlines(keepends=True) for one in (text, untouched, changed))
    where = _match_lines(base, own)
    lines: list[str] = []
    at = 0
    for kind, start, end, new_start, new_end in difflib.SequenceMatcher(None, base, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if kind == "insert":
            start = end = _find_end_of_block(base, start, new[new_start])
        lines += own[at : where[start]]
        lines += new[new_start:new_end]
        at = where[end]
    lines += own[at:]
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def _find_end_of_block(base: Sequence[str], place: int, line: str) -> int:
    """Where a line belongs: before comments and empty lines that stand further out, and so are of what comes next."""
    indent = len(line) - len(line.lstrip())
    while place and (not (inner := base[place - 1].lstrip()) or inner.startswith("#")):
        if inner and len(base[place - 1]) - len(inner) >= indent:
            break
        place -= 1
    return place


def _match_lines(base: Sequence[str], own: Sequence[str]) -> list[int]:
    """For each place between lines of ``base``, the place in ``own``."""
    where = [0] * (len(base) + 1)
    for _, start, end, own_start, own_end in difflib.SequenceMatcher(None, base, own, autojunk=False).get_opcodes():
        for place in range(start, end):
            where[place] = min(own_start + place - start, own_end)
        where[end] = own_end
    return where


def _says(text: str, registry: Registry) -> bool:
    from gitexp.errors import BrokenRegistry

    try:
        found = parse_registry(text.encode(), "").registry
    except BrokenRegistry:
        return False
    return repr(found) == repr(registry)  # NaN is not equal to itself


class _Style:
    """How far the lines of a file are indented."""

    __slots__ = ("mapping", "offset", "sequence")

    def __init__(self, mapping: int = 2, sequence: int = 4, offset: int = 2) -> None:
        self.mapping = mapping
        self.sequence = sequence
        self.offset = offset


def _find_style(text: str) -> _Style:
    """The indentation that a file has: of its models, and of the dashes below ``versions:``."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    mapping = next((len(line) - len(line.lstrip()) for line in lines if line.startswith(" ")), 2)
    for above, line in itertools.pairwise(lines):
        inner = line.lstrip()
        if above.rstrip().endswith("versions:") and inner.startswith("- "):
            offset = len(line) - len(inner) - (len(above) - len(above.lstrip()))
            dash = len(inner) - len(inner[1:].lstrip())
            return _Style(mapping, offset + dash, offset) if 0 <= offset <= 8 else _Style(mapping)
    return _Style(mapping)


def _yaml(style: _Style) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.resolver import VersionedResolver

    class Resolver(VersionedResolver):
        """Times stay texts: read as times they lose their zeros, and their zone changes its spelling."""

        @property
        def versioned_resolver(self) -> Any:
            found = super().versioned_resolver
            return {
                first: [one for one in those if not one[0].endswith(":timestamp")] for first, those in found.items()
            }

    yaml = YAML()
    yaml.Resolver = Resolver
    yaml.preserve_quotes = True
    yaml.width = 10**9
    yaml.allow_unicode = True
    yaml.indent(mapping=style.mapping, sequence=style.sequence, offset=style.offset)
    return yaml


def _load(text: str, style: _Style) -> Any:
    return _yaml(style).load(text)


def _dump(document: Any, style: _Style) -> str:
    out = io.StringIO()
    _yaml(style).dump(document, out)
    return out.getvalue()


def _apply(node: Any, before: Any, after: Any) -> None:
    """Changes a mapping or list of the document, which says ``before``, so that it says ``after``."""
    if isinstance(after, dict):
        for key in before:
            if key not in after:
                node.pop(key, None)
        for place, (key, value) in enumerate(after.items()):
            old = before.get(key)
            if key in node and node[key] is None:
                node[key] = _to_nodes(value)
            elif key not in before or (key not in node and not _is_equal(old, value)):  # what is implied is not there
                node.insert(min(place, len(node)), key, _to_nodes(value))
            elif not _is_equal(old, value):
                _apply_to(node, key, old, value)
        return
    for place, value in enumerate(after):
        if place >= len(before):
            node.append(_to_nodes(value))
        elif not _is_equal(before[place], value):
            _apply_to(node, place, before[place], value)
    del node[len(after) :]


def _apply_to(node: Any, key: Any, old: Any, value: Any) -> None:
    both_inner = isinstance(value, (dict, list)) and type(old) is type(value) and bool(node[key])
    if both_inner:
        _apply(node[key], old, value)
    else:
        node[key] = _to_nodes(value)


def _is_equal(old: Any, value: Any) -> bool:
    return repr(old) == repr(value)


def _to_nodes(value: Any) -> Any:
    """A value for the document; a text in the quotes that readers of YAML 1.1 and 1.2 need, and no others."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

    if isinstance(value, str):
        written = dump_scalar(value)
        if written[0] == '"':
            return DoubleQuotedScalarString(value)
        return SingleQuotedScalarString(value) if written[0] == "'" and not _TIME.fullmatch(value) else value
    if isinstance(value, dict):
        mapping = CommentedMap((key, _to_nodes(one)) for key, one in value.items())
        if isinstance(value, FlowDict):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq(map(_to_nodes, value))
        if isinstance(value, FlowList):
            sequence.fa.set_flow_style()
        return sequence
    return value
