"""A lineage as a tree of lines, and as the values of JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gitexp.model.lineage import walk_tree
from gitexp.render.numbers import format_bytes
from gitexp.render.page import Gap, Look, Span, Text, line, text_of
from gitexp.render.text import shorten

if TYPE_CHECKING:
    from gitexp.model.lineage import Lineage, LineageNode, TreeRow
    from gitexp.render.page import Line, Page

_NO_CLOCK = datetime(1970, 1, 1, tzinfo=UTC)
_STYLES = {"version": "name", "run": "id", "approval": "good"}
_HIDDEN_ON_A_SCREEN = ("snapshot", "shown by", "id", "host")
_WIDEST_HASH = 12
_HASHES = ("md5", "commit", "snapshot", "packages")
_BEHIND = ("md5", "size", "status", "branch", "stage", "aliases", "in", "for", "at", "packages", "platform")
"""What stands behind a title; anything else has a line of its own."""
_NARROWEST = 20


def build_lineage(lineage: Lineage, look: Look) -> Page:
    """The tree: each thing on a line, what is known of it behind it, what it came from beneath."""
    page: Page = [Text(tuple(one for row in walk_tree(lineage) for one in _show_row(row, look)))]
    if lineage.notes:
        sign = "! " if look.glyphs else ""
        page += [Gap(), Text(tuple(line(Span(f"{sign}{note}", "warning")) for note in lineage.notes))]
    return page


def list_lines(lineage: Lineage) -> list[str]:
    """The tree as texts, every digit in it, the same for the same lineage whenever it is asked."""
    page = build_lineage(lineage, Look(None, colour=False, glyphs=True, now=_NO_CLOCK))
    return [text_of(one) for block in page if isinstance(block, Text) for one in block.lines]


def lineage_fields(lineage: Lineage) -> dict[str, Any]:
    """The graph as nodes and edges."""
    return {
        "root": lineage.root,
        "nodes": [
            {
                "id": one.id,
                "kind": one.kind,
                "title": one.title,
                "facts": [list(fact) for fact in one.facts],
                "doubt": one.doubt,
            }
            for one in lineage.nodes
        ],
        "edges": [one._asdict() for one in lineage.edges],
        "notes": list(lineage.notes),
    }


def _show_row(row: TreeRow, look: Look) -> list[Line]:
    stem, rest = _draw_stem(row, look)
    node = row.node
    label = f"{row.label} " if row.label else ""
    title = Span(node.title, _STYLES.get(node.kind, ""))
    if row.is_again:
        return [line(Span(stem, "muted"), Span(label, "label"), title, Span("  (told elsewhere)", "muted"))]
    short, own = _sort_facts(node, look)
    room = None if look.width is None else max(look.width - len(rest) - 4, _NARROWEST)
    known = "  ".join(short)
    kind = "" if node.kind in ("run", "version", "approval") else f"{node.kind} "
    first = line(Span(stem, "muted"), Span(label + kind, "label"), title)
    lines = [first]
    if known:
        lines[0] = (*first, Span(f"  {known}" if room is None else f"  {shorten(known, _left(first, look))}", "muted"))
    inner = [f"{name}: {text}" if name else f"  {text}" for name, text in own]
    lines += [line(Span(rest, "muted"), Span(text if room is None else shorten(text, room), "muted")) for text in inner]
    if node.doubt is not None:
        sign = "! " if look.glyphs else ""
        lines.append(line(Span(rest, "muted"), Span(f"{sign}{node.doubt}", "warning")))
    return lines


def _left(first: Line, look: Look) -> int:
    taken = sum(len(span.text) for span in first) + 2
    return max((look.width or 0) - taken, _NARROWEST)


def _sort_facts(node: LineageNode, look: Look) -> tuple[list[str], list[tuple[str, str]]]:
    """What stands behind the title, and what on lines of its own."""
    facts = [(name, text) for name, text in node.facts if not look.is_screen or name not in _HIDDEN_ON_A_SCREEN]
    short: list[str] = []
    own: list[tuple[str, str]] = []
    for name, text in facts:
        if text == node.title or (name == "commit" and text.startswith(node.title)):
            if name == "commit" and not look.is_screen:
                short.append(text)
            continue
        if look.is_screen:
            text = _shorten_fact(name, text)
        if name in _BEHIND:
            short.append(f"{name} {text}" if name in ("md5", "packages", "in", "for") else text)
        else:
            own.append((name, text))
    return short, own


def _shorten_fact(name: str, text: str) -> str:
    if name in _HASHES:
        return text.removeprefix("sha256 ")[:_WIDEST_HASH]
    count = text.partition(" ")[0]
    return format_bytes(int(count)) if name == "size" and count.isdecimal() else text


def _draw_stem(row: TreeRow, look: Look) -> tuple[str, str]:
    """The lines that lead to a node, and those beside what is known of it."""
    if not row.lasts:
        return "", "  "
    bar, fork, end = ("│  ", "├─ ", "└─ ") if look.glyphs else ("|  ", "|- ", "`- ")
    before = "".join("   " if is_last else bar for is_last in row.lasts[:-1])
    return before + (end if row.lasts[-1] else fork), before + ("   " if row.lasts[-1] else bar) + "  "
