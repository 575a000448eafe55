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

    ``is_again``: it stands further up already, and what it came from is shown there.
    """

    node: LineageNode
    label: str
    lasts: tuple[bool, ...]
    is_again: bool = False


def walk_tree(lineage: Lineage) -> Iterator[TreeRow]:
    """The nodes from the root down, what they came from beneath each."""
    nodes = {one.id: one for one in lineage.nodes}
    below: dict[str, list[LineageEdge]] = {}
    for edge in lineage.edges:
        below.setdefault(edge.source, []).append(edge)
    seen: set[str] = set()
    waiting: list[tuple[str, str, tuple[bool, ...]]] = [(lineage.root, "", ())]
    while waiting:
        name, label, lasts = waiting.pop()
        is_again = name in seen
        yield TreeRow(nodes[name], label, lasts, is_again)
        if is_again:
            continue
        seen.add(name)
        edges = below.get(name, [])
        waiting += [
            (edge.target, edge.label, (*lasts, place == len(edges) - 1)) for place, edge in reversed([*enumerate(edges)])
        ]
