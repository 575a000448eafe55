"""A lineage as a figure: each thing in its place, for a page's script to draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.lineage import walk_tree
from gitexp.render.lineage_tree import list_lines
from gitexp.render.text import neutralise, shorten

if TYPE_CHECKING:
    from gitexp.model.lineage import Lineage, LineageNode, TreeRow
    from gitexp.render.embedded import Embedded

_WIDEST_TITLE = 20
_WIDEST_TOLD = 26
_WIDEST_LABEL = 14
_WIDEST_FACT = 300
_TOLD = {
    "version": ("stage", "in"),
    "artifact": ("md5",),
    "run": ("status",),
    "code": ("uncommitted", "subject"),
    "data": ("md5",),
    "environment": ("platform",),
    "approval": ("standing",),
}
"""The fact that stands in the box."""
_NOTHING = "nothing"
"""Uncommitted, which needs no word."""
_SHORT_HASH = 16


def embed_lineage(lineage: Lineage, name: str) -> dict[str, Embedded]:
    """Boxes by column and row, edges between them by number, and the tree as text. The root is in the first column.

    What something came from stands to its right, the first of it in its own row.
    """
    rows = [row for row in walk_tree(lineage) if not row.is_again]
    places = _place(rows)
    numbers = {row.node.id: number for number, row in enumerate(rows)}
    boxes: list[Embedded] = [_embed_box(row.node, *place) for row, place in zip(rows, places, strict=True)]
    edges: list[Embedded] = [
        [numbers[edge.source], numbers[edge.target], shorten(neutralise(edge.label), _WIDEST_LABEL)]
        for edge in lineage.edges
        if edge.source in numbers and edge.target in numbers
    ]
    return {"name": neutralise(name), "boxes": boxes, "edges": edges, "tree": "\n".join(list_lines(lineage))}


def _place(rows: list[TreeRow]) -> list[tuple[int, int]]:
    """Column and row of each: the first of what something came from goes on in its row."""
    places: list[tuple[int, int]] = []
    for row in rows:
        column = len(row.lasts)
        if places and column == places[-1][0] + 1:
            places.append((column, places[-1][1]))
            continue
        places.append((column, max((place[1] for place in places), default=-1) + 1))
    return places


def _embed_box(node: LineageNode, column: int, row: int) -> Embedded:
    facts = dict(node.facts)
    told = next((facts[key] for key in _TOLD[node.kind] if facts.get(key, _NOTHING) != _NOTHING), "")
    if "md5" in _TOLD[node.kind]:
        told = f"md5 {told[:_SHORT_HASH]}" if told else ""
    elif told and told == facts.get("uncommitted"):
        told = f"uncommitted: {told}"
    lines: list[Embedded] = [
        f"{name}: {shorten(neutralise(text), _WIDEST_FACT)}" if name else shorten(neutralise(text), _WIDEST_FACT)
        for name, text in node.facts
    ]
    return {
        "kind": node.kind,
        "title": shorten(neutralise(node.title), _WIDEST_TITLE),
        "whole": shorten(neutralise(node.title), _WIDEST_FACT),
        "told": shorten(neutralise(told), _WIDEST_TOLD),
        "facts": lines,
        "doubt": None if node.doubt is None else shorten(neutralise(node.doubt), _WIDEST_FACT),
        "column": column,
        "row": row,
    }
