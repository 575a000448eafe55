"""Many refs cut into pushes: each is sent once, nothing else is, and the patterns are Git's own."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.git.push_batches import cut_batches
from gitexp.git.push_guard import MOVED, guard_push
from gitexp.git.remote import PushUpdate, list_remote_refs, push_batch
from gitexp.git.repository import open_repository
from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib

names = st.text("gh01", min_size=6, max_size=6).map(lambda text: f"refs/runs/default/{text}")


@given(st.sets(names, min_size=300, max_size=400), st.data())
def test_every_ref_goes_once_and_no_other(refs: set[str], data: st.DataObject) -> None:
    ours = dict.fromkeys(sorted(refs), "a") | {"refs/heads/main": "b"}
    same = set(data.draw(st.lists(st.sampled_from(sorted(refs)), max_size=5)))
    other = set(data.draw(st.lists(st.sampled_from(sorted(refs - same)), max_size=5)))
    updates = [PushUpdate(ref, "a") for ref in sorted(refs - same - other)]

    batches = cut_batches(updates, ours, dict.fromkeys(same, "a"), most=100, most_named=50)

    assert sorted(update.ref for batch in batches for update in batch.updates) == [update.ref for update in updates]
    assert any(batch.patterns for batch in batches)
    for batch in batches:
        assert len(batch.updates) <= 100
        reached = {
            ref
            for ref in ours
            for pattern in batch.patterns
            if (ref.startswith(pattern[:-1]) if pattern.endswith("*") else ref == pattern) and ref not in batch.left_out
        }
        assert not batch.patterns or reached - same == {update.ref for update in batch.updates}


def test_a_few_are_named_one_by_one() -> None:
    ours = {f"refs/runs/default/g{number}": "a" for number in range(1000)}
    updates = [PushUpdate("refs/runs/default/g1", "a"), PushUpdate("refs/runs/default/g2", "older")]

    (batch,) = cut_batches(updates, ours, {}, most=100, most_named=50)

    assert batch.refspecs == ["a:refs/runs/default/g1", "older:refs/runs/default/g2"]


@pytest.fixture
def many(tmp_path: pathlib.Path) -> GitFolder:
    folder = GitFolder.create(tmp_path / "many")
    tip = folder.commit("a run")
    lines = "".join(f"create refs/runs/default/{first}{number:03d} {tip}\n" for first in "gh" for number in range(150))
    folder.git("update-ref", "--stdin", stdin=lines.encode())
    folder.git("init", "--quiet", "--bare", str(tmp_path / "there.git"))
    folder.git("remote", "add", "origin", str(tmp_path / "there.git"))
    return folder


def test_a_pattern_sends_what_was_meant_and_runs_the_hook_of_the_user(many: GitFolder) -> None:
    repository = open_repository(str(many.path))
    ours = dict(line.split()[::-1] for line in many.git("show-ref").splitlines())
    hook = many.path / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\necho "$1" > "$PWD/hooked"\nwc -l >> "$PWD/hooked"\n')
    hook.chmod(0o755)
    updates = [PushUpdate(ref, tip) for ref, tip in ours.items() if "/default/" in ref and not ref.endswith("7")]

    batches = cut_batches(updates, ours, {}, most=150, most_named=50)
    for batch in batches:
        push_batch(repository, "origin", batch)

    assert [name for name, _ in list_remote_refs(repository, "origin")] == [update.ref for update in updates]
    assert {bool(batch.patterns) for batch in batches} == {True}
    assert (many.path / "hooked").read_text().split() == ["origin", str(len(batches[-1].updates))]


def test_what_came_under_the_pattern_meanwhile_does_not_leave(many: GitFolder) -> None:
    repository = open_repository(str(many.path))
    tip = many.git("rev-parse", "HEAD")
    expected = [PushUpdate(f"refs/runs/default/g{number:03d}", tip) for number in range(149)]

    with guard_push(repository, expected) as settings:
        assert settings is not None
        options = [part for key, value in settings for part in ("-c", f"{key}={value}")]
        done = subprocess.run(
            ["git", *options, "push", "origin", "refs/runs/default/g*:refs/runs/default/g*"],
            cwd=many.path,
            capture_output=True,
            check=False,
        )

    assert (done.returncode, MOVED in done.stderr.decode()) == (1, True)
    assert list_remote_refs(repository, "origin") == []
    assert list((many.path / ".git" / "exp").iterdir()) == []
