"""Refs: moved all together, from where they are, or not at all."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from typing import TYPE_CHECKING

import pytest

from gitexp.errors import GitFailed, RefMoved
from gitexp.git.refs import RefChange, list_refs, resolve, update_refs
from gitexp.git.repository import open_repository

if TYPE_CHECKING:
    from kit.git import GitFolder


@pytest.fixture
def commits(folder: GitFolder) -> list[str]:
    return [folder.git("rev-parse", "HEAD"), folder.commit("two"), folder.commit("three")]


def test_all_or_nothing(folder: GitFolder, commits: list[str]) -> None:
    repository = open_repository()
    update_refs(
        repository, [RefChange("refs/runs/d/a", commits[0], None), RefChange("refs/runs/d/b", commits[1], None)]
    )
    with pytest.raises(RefMoved, match="refs/runs/d/b"):
        update_refs(
            repository,
            [RefChange("refs/runs/d/a", commits[2], commits[0]), RefChange("refs/runs/d/b", None, commits[0])],
        )
    assert list_refs(repository, "refs/runs/") == [("refs/runs/d/a", commits[0]), ("refs/runs/d/b", commits[1])]


def test_nothing_to_change_is_fine(folder: GitFolder) -> None:
    update_refs(open_repository(), [])


def test_from_nothing_to_nothing_is_no_change(folder: GitFolder) -> None:
    with pytest.raises(ValueError, match="neither"):
        update_refs(open_repository(), [RefChange("refs/runs/d/a", None, None)])


def test_only_one_of_many_wins(folder: GitFolder, commits: list[str]) -> None:
    program = textwrap.dedent("""
        import sys
        from gitexp.errors import RefMoved
        from gitexp.git.refs import RefChange, update_refs
        from gitexp.git.repository import open_repository
        repository = open_repository()
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            update_refs(repository, [RefChange("refs/runs/d/a", sys.argv[1], None)])
        except RefMoved:
            print("moved")
        else:
            print("won")
    """)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", program, commit], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for commit in (*commits, *commits)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    said = sorted(racer.communicate()[0].strip() for racer in racers)
    assert said == ["moved"] * 5 + ["won"]


def test_a_held_lock_is_tried_for_seconds_and_then_named(folder: GitFolder, commits: list[str]) -> None:
    lock = folder.path / ".git" / "refs" / "runs" / "d" / "a.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("")
    repository = open_repository()
    before = time.monotonic()
    with pytest.raises(GitFailed, match="File exists") as caught:
        update_refs(repository, [RefChange("refs/runs/d/a", commits[0], None)])
    assert time.monotonic() - before > 2  # Git's own patience is 0.1 s
    assert str(lock) in str(caught.value.hint)
    lock.unlink()
    update_refs(repository, [RefChange("refs/runs/d/a", commits[0], None)])


def test_a_ref_that_is_a_folder_of_another(folder: GitFolder, commits: list[str]) -> None:
    repository = open_repository()
    update_refs(repository, [RefChange("refs/runs/d/a", commits[0], None)])
    folder.git("pack-refs", "--all")
    with pytest.raises(GitFailed, match="exists; cannot create"):
        update_refs(repository, [RefChange("refs/runs/d/a/b", commits[0], None)])


def test_an_object_that_is_not_there(folder: GitFolder) -> None:
    with pytest.raises(GitFailed, match="nonexistent object"):
        update_refs(open_repository(), [RefChange("refs/runs/d/a", "1" * 40, None)])


def test_a_symbolic_ref_is_not_followed(folder: GitFolder, commits: list[str]) -> None:
    folder.git("symbolic-ref", "refs/runs/d/a", "refs/heads/main")
    update_refs(open_repository(), [RefChange("refs/runs/d/a", commits[0], commits[2])])
    assert folder.git("rev-parse", "refs/heads/main") == commits[2]
    assert folder.git("rev-parse", "refs/runs/d/a") == commits[0]


def test_what_a_revision_names(folder: GitFolder, commits: list[str]) -> None:
    repository = open_repository()
    assert resolve(repository, "HEAD~1") == commits[1]
    assert resolve(repository, "HEAD", peel="tree") == folder.git("rev-parse", "HEAD^{tree}")
    for nothing in ("", "nothing", "--all", "HEAD:nothing", "a\nb", "HEAD~99", "main..HEAD"):
        assert resolve(repository, nothing) is None


def test_a_ref_whose_object_is_gone_does_not_hide_the_others(folder: GitFolder, commits: list[str]) -> None:
    broken = folder.path / ".git" / "refs" / "runs" / "d"
    broken.mkdir(parents=True)
    (broken / "gone").write_text("1" * 40 + "\n")
    (broken / "torn").write_text("")
    update_refs(open_repository(), [RefChange("refs/runs/d/a", commits[0], None)])
    assert ("refs/runs/d/a", commits[0]) in list_refs(open_repository(), "refs/runs")
