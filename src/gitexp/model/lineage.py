"""What something came from, as a graph: walked from one node it is a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

NodeKind = Literal["version", "artifact", "run", "code", "data", "environment", "approval"]


class LineageNode(NamedTuple):
    """A thing: what it is, and what is known of it. ``doubt`` says why it should not be relied on."""

    id: str
    kind: NodeKind
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    doubt: str | None = None


class LineageEdge(NamedTuple):
    """From a thing to what it came from; ``label`` says how."""

    source: str
    target: str
    label: str


class Lineage(NamedTuple):
    """The graph: ``root`` is the node that was asked for. ``notes`` say what could not be found out."""

    root: str
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]
    notes: tuple[str, ...] = ()


class TreeRow(NamedTuple):
    """A node in its place in the tree. ``lasts`` tells of each level whether it is the last of its siblings.

    ``is_again``: it stands elsewhere too, nearer to the root, and what it came from is shown there.
    """

    node: LineageNode
    label: str
    lasts: tuple[bool, ...]
    is_again: bool = False


def walk_tree(lineage: Lineage) -> Iterator[TreeRow]:
    """The nodes from the root down, what they came from beneath each, once: where it is nearest to the root."""
    nodes = {one.id: one for one in lineage.nodes}
    below: dict[str, list[LineageEdge]] = {}
    for one in lineage.edges:
        below.setdefault(one.source, []).append(one)
    own = _find_nearest(lineage.root, below)
    waiting: list[tuple[LineageEdge | None, str, tuple[bool, ...]]] = [(None, lineage.root, ())]
    while waiting:
        edge, name, lasts = waiting.pop()
        is_again = edge is not None and own.get(name) is not edge
        yield TreeRow(nodes[name], edge.label if edge is not None else "", lasts, is_again)
        if is_again:
            continue
        edges = below.get(name, [])
        placed = [(one, one.target, (*lasts, place == len(edges) - 1)) for place, one in enumerate(edges)]
        waiting += reversed(placed)


def _find_nearest(root: str, below: dict[str, list[LineageEdge]]) -> dict[str, LineageEdge]:
    """The edge by which each node is first reached, level by level."""
    found: dict[str, LineageEdge] = {}
    level = [root]
    while level:
        after: list[str] = []
        for edge in (edge for name in level for edge in below.get(name, ())):
            if edge.target not in found and edge.target != root:
                found[edge.target] = edge
                after.append(edge.target)
        level = after
    return found
