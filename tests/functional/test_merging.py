"""Tips of one run that two clones said different things of, merged on real commits."""

from __future__ import annotations

import itertools
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from gitexp.errors import RunDiverged
from gitexp.git.objects import ObjectWriter
from gitexp.git.reading import read_commits_of
from gitexp.git.refs import update_refs
from gitexp.git.repository import open_repository
from gitexp.model.annotations import Statement
from gitexp.model.run import User
from gitexp.store.annotating import annotate
from gitexp.store.head_reading import read_heads
from gitexp.store.merging import merge_tips
from gitexp.store.runs import open_store
from kit.exp import refs, run_exp
from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib

    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> GitFolder:
    folder = GitFolder.create(tmp_path / "here")
    folder.gen({"train.py": "print('loss=0.5')\n"})
    folder.commit("base")
    assert run_exp(folder, "run", "--", sys.executable, "train.py").status == 0
    return folder


def head_at(store: RunStore, ref: str, commit: str) -> RunHead:
    (head,) = read_heads(read_commits_of(store.repository, [(ref, commit)])).runs
    return head


def say(store: RunStore, head: RunHead, *statements: Statement, by: str = "Ada") -> RunHead:
    with ObjectWriter(store.repository) as writer:
        run = store.load(head)
        said = annotate(writer, head, run, statements, by=User(by, "x@example.org"), now=NOON, sign=False)
    return head_at(store, head.ref, said.commit)


def merge(store: RunStore, ours: RunHead, theirs: RunHead, base: str | None) -> RunHead:
    with ObjectWriter(store.repository) as writer:
        return head_at(store, ours.ref, merge_tips(store.repository, writer, ours, theirs, base))


def test_what_was_said_is_in_the_listing_and_in_the_run(folder: GitFolder) -> None:
    store = open_store(str(folder.path))
    (head,) = store.heads().runs

    tip = say(store, head, Statement("tag", {"team": "fraud"}), Statement("note", "good"), Statement("hide"))

    assert (tip.tags, tip.hidden, tip.snapshot, tip.id) == ({"team": "fraud"}, True, head.snapshot, head.id)
    assert (tip.started_at, tip.ended_at, tip.user) == (head.started_at, head.ended_at, head.user)
    run = store.load(tip)
    assert [one.kind for one in run.annotations] == ["tag", "note", "hide"]
    assert folder.git("rev-parse", f"{tip.commit}^1", f"{tip.commit}^2").split() == [head.snapshot, head.commit]
    assert folder.git("diff", "--name-only", head.commit, tip.commit).count(".exp/annotations/") == 3
    folder.git("fsck", "--strict", "--no-dangling")


def test_three_clones_that_merge_pairwise_in_any_order_end_in_one_tree_and_state(folder: GitFolder) -> None:
    store = open_store(str(folder.path))
    (head,) = store.heads().runs
    tips = [say(store, head, Statement("tag", {"who": who, who: True}), by=who) for who in ("ada", "bob", "cem")]

    assert merge(store, tips[0], tips[1], head.commit) == merge(store, tips[1], tips[0], head.commit)
    ends = set()
    for one, other, third in itertools.permutations(tips):
        met = merge(store, merge(store, one, other, head.commit), third, head.commit)
        ends.add((folder.git("rev-parse", f"{met.commit}^{{tree}}"), str(met.tags)))
        assert len(store.load(met).annotations) == 3
    assert len(ends) == 1


def test_another_end_of_the_same_run_is_refused_and_named(folder: GitFolder) -> None:
    store = open_store(str(folder.path))
    (head,) = store.heads().runs
    text = folder.git("cat-file", "commit", head.commit)
    forged = folder.git(
        "hash-object",
        "-t",
        "commit",
        "-w",
        "--stdin",
        stdin=text.replace("Metric: loss=0.5", "Metric: loss=0.1").encode() + b"\n",
    )
    other = head_at(store, head.ref, forged)

    with pytest.raises(RunDiverged, match="no commit in common"):
        merge(store, head, other, head.snapshot)
    with pytest.raises(RunDiverged, match="no commit in common"):
        merge(store, head, other, None)


def test_a_change_of_one_side_outside_is_taken_and_of_both_refused(folder: GitFolder) -> None:
    store = open_store(str(folder.path))
    (head,) = store.heads().runs

    def change(content: str) -> RunHead:
        with ObjectWriter(store.repository) as writer:
            tip = writer.read_commit(head.commit)
            blob = writer.write_blob(content.encode())
            tree = writer.compose_tree(tip.tree, {b".exp/output.log": (0o100644, blob)})
            parents = (head.snapshot or "", head.commit)
            return head_at(store, head.ref, writer.write_commit(tip._replace(tree=tree, parents=parents)))

    one, other = change("one\n"), change("other\n")
    said = say(store, head, Statement("note", "good"))

    met = merge(store, one, said, head.commit)
    assert folder.git("show", f"{met.commit}:.exp/output.log") == "one"
    assert len(store.load(met).annotations) == 1
    with pytest.raises(RunDiverged, match=r"both sides changed \.exp/output\.log"):
        merge(store, one, other, head.commit)


def test_a_ref_moves_from_what_it_held(folder: GitFolder) -> None:
    store = open_store(str(folder.path))
    (head,) = store.heads().runs
    with ObjectWriter(store.repository) as writer:
        said = annotate(
            writer, head, store.load(head), [Statement("note", "x")], by=User("a", "b"), now=NOON, sign=False
        )
        update_refs(open_repository(str(folder.path)), [said.change])

    assert refs(folder, "refs/runs") == [head.ref]
    assert store.heads().runs[0].commit == said.commit
