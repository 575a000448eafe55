"""A lineage walked as a tree."""

from __future__ import annotations

from gitexp.model.lineage import Lineage, LineageEdge, LineageNode, walk_tree


def make_lineage(*edges: str) -> Lineage:
    """A graph of edges such as ``ab``, its root the first letter."""
    names = dict.fromkeys(letter for edge in edges for letter in edge)
    nodes = tuple(LineageNode(name, "run", name) for name in names)
    return Lineage(edges[0][0], nodes, tuple(LineageEdge(edge[0], edge[1], "of") for edge in edges))


def walk(*edges: str) -> list[str]:
    """The names from the top, set in by their depth; a star where what they came from is told elsewhere."""
    return [" " * len(row.lasts) + row.node.title + "*" * row.is_again for row in walk_tree(make_lineage(*edges))]


def test_each_thing_stands_beneath_what_came_from_it() -> None:
    assert walk("ab", "bc", "ad") == ["a", " b", "  c", " d"]


def test_what_came_of_two_is_told_where_it_is_nearest() -> None:
    assert walk("ab", "bc", "cd", "ad", "de") == ["a", " b", "  c", "   d*", " d", "  e"]


def test_a_circle_ends() -> None:
    assert walk("ab", "bc", "ca") == ["a", " b", "  c", "   a*"]
    assert walk("aa") == ["a", " a*"]


def test_the_last_of_its_siblings_is_known() -> None:
    assert [row.lasts for row in walk_tree(make_lineage("ab", "ac", "bd"))] == [(), (False,), (False, True), (True,)]
