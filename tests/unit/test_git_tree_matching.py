"""Trees that are the same but for some files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gitexp.git.repository import open_repository
from gitexp.git.tree_matching import match_trees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.git import GitFolder


def write(folder: GitFolder, files: Mapping[str, str]) -> str:
    """The tree of the folder with some files changed."""
    folder.gen(files)
    folder.git("add", "--all")
    return folder.git("write-tree")


@pytest.mark.parametrize("path", ["registry.yaml", "services/fraud/registry.yaml"])
def test_trees_that_differ_by_the_files_alone_are_one(folder: GitFolder, path: str) -> None:
    trees = [write(folder, files) for files in ({}, {path: "a"}, {path: "b"}, {"train.py": "other"}, {path: "a"})]
    found = match_trees(open_repository(os.fspath(folder.path)), trees, [path.encode(), b"elsewhere/x"])
    assert len(set(trees)) == 5
    first, other = trees[0], trees[3]
    assert found == {first: first, trees[1]: first, trees[2]: first, other: other, trees[4]: other}


def test_what_lies_beside_them_tells_trees_apart(folder: GitFolder) -> None:
    trees = [write(folder, files) for files in ({"a/x": "1"}, {"a/y": "1"}, {"a/z/x": "1"}, {"a/x": "2"})]
    found = match_trees(open_repository(os.fspath(folder.path)), trees, [b"a/x", b"a/z"])
    assert found == {trees[0]: trees[0], trees[1]: trees[1], trees[2]: trees[1], trees[3]: trees[1]}


def test_a_tree_that_is_not_here_is_like_no_other(folder: GitFolder) -> None:
    tree, absent, lacking = write(folder, {}), "1" * 40, "2" * 40
    found = match_trees(open_repository(os.fspath(folder.path)), [absent, lacking, tree], [b"registry.yaml"])
    assert found == {absent: absent, lacking: lacking, tree: tree}
