"""``exp fold``: old runs under few refs, and nothing lost by it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from gitexp.model.annotations import Statement
from kit.exp import envelope, refs, run_exp
from kit.folds import IDS, head_of, note, say_of, store_of, store_old_runs
from kit.git import GitFolder
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

FIRST, SECOND, THIRD, OTHER, DECEMBER = IDS


@pytest.fixture
def old(folder: GitFolder) -> GitFolder:
    store_old_runs(folder)
    return folder


def listing(folder: GitFolder) -> list[dict[str, object]]:
    """What a listing says of all runs, but for where they lie."""
    rows = envelope(run_exp(folder, "ls", "--all", "-n", "0", "--json").out)["data"]["runs"]
    return [{key: value for key, value in row.items() if key != "fold"} for row in rows]


def folds(folder: GitFolder) -> list[str]:
    return refs(folder, "refs/exp/fold")


def test_old_runs_lie_under_a_ref_for_each_month_and_are_as_before(old: GitFolder) -> None:
    before = listing(old)
    state = old.state()
    pages = {run_id: run_exp(old, "show", run_id).out for run_id in IDS}
    assert len(before) == 5

    folded = run_exp(old, "fold")

    assert (folded.status, folded.out) == (0, "2025-11  4 runs\n2025-12  1 run\n")
    assert folded.err == "5 runs folded; of the ended runs none has a ref of its own\n"
    assert refs(old) == []
    assert [ref.rpartition("/")[2] for ref in folds(old)] == ["202511", "202512"]
    assert listing(old) == before
    for run_id, page in pages.items():
        lines = run_exp(old, "show", run_id).out.splitlines()
        assert [line for line in lines if not line.startswith("  fold ")] == page.splitlines()
    assert run_exp(old, "logs", FIRST).out == "run 0\n"
    assert run_exp(old, "diff", FIRST, SECOND, "--json").status in (0, 1)
    assert run_exp(old, "checkout", THIRD, "../code").status == 0
    assert old.state() == state
    old.git("fsck", "--strict")


def test_a_fold_is_a_commit_that_git_shows(old: GitFolder) -> None:
    tips = [old.git("rev-parse", f"refs/runs/{'other' if one == OTHER else 'default'}/{one}") for one in IDS[:4]]
    raw = old.git("cat-file", "commit", tips[0])
    newest = max(int(old.git("show", "-s", "--format=%ct", tip)) for tip in tips)
    assert run_exp(old, "fold", "--json").status == 0
    ref = folds(old)[0]

    message = old.git("show", "-s", "--format=%B", ref)

    assert message.startswith(
        f"fold of 4 runs that began in 2025-11\n\nFold-Format: 1\ncommit {tips[0]} refs/runs/default/{FIRST}\n"
    )
    assert "\n".join(f" {line}" for line in raw.split("\n")) in message
    assert old.git("show", "-s", "--format=%P", ref).split() == tips
    assert old.git("show", "-s", "--format=%an <%ae> %ct %cn", ref) == f"gitexp <gitexp@localhost> {newest} gitexp"
    assert old.git("ls-tree", "-d", "-r", "--name-only", ref).split() == [
        "03", f"03/{FIRST}", f"03/{SECOND}", "04", f"04/{THIRD}", "30", f"30/{OTHER}"
    ]  # fmt: skip
    assert old.git("rev-parse", f"{ref}:03/{FIRST}") == old.git("rev-parse", f"{tips[0]}:.exp")


def test_two_who_fold_the_same_make_the_same(old: GitFolder, tmp_path: pathlib.Path) -> None:
    other = clone_with_runs(old, tmp_path / "other")

    assert run_exp(old, "fold").status == run_exp(other, "fold").status == 0

    assert [old.git("rev-parse", ref) for ref in folds(old)] == [other.git("rev-parse", ref) for ref in folds(other)]
    assert folds(old) != folds(other)


def test_later_runs_are_put_on_top(old: GitFolder) -> None:
    before = listing(old)
    assert run_exp(old, "fold", FIRST, THIRD).status == 0
    assert run_exp(old, "fold", SECOND).status == 0

    ref = folds(old)[0]
    assert old.git("log", "--first-parent", "-2", "--format=%s", ref) == (
        "fold of 1 run that began in 2025-11\nfold of 2 runs that began in 2025-11"
    )
    assert old.git("ls-tree", "--name-only", f"{ref}:03").split() == [FIRST, SECOND]
    assert listing(old) == before


def test_which_runs_are_chosen(old: GitFolder) -> None:
    store_run(old, plan_run(old, "v6sx0c7r1n", minutes=3 * 365 * 24 * 60))

    def chosen(*arguments: str) -> list[str]:
        done = envelope(run_exp(old, "fold", "--dry-run", "--json", *arguments).out)["data"]
        return sorted(run["id"] for run in done["folded"])

    assert chosen() == sorted(IDS)
    assert chosen("--all") == sorted([*IDS, "v6sx0c7r1n"])
    assert chosen("-e", "other") == [OTHER]
    assert chosen("--keep", "2") == sorted([FIRST, SECOND, THIRD])  # v6sx… and DECEMBER are the newest two
    assert chosen("--older-than", "90y") == []
    assert chosen(FIRST[:4], "last") == sorted([FIRST, "v6sx0c7r1n"])
    assert folds(old) == []
    assert len(refs(old)) == 6


def test_a_run_that_is_going_is_never_folded(old: GitFolder) -> None:
    from gitexp.model.run import Status

    store_run(old, plan_run(old, "v6sx0c7r1n", minutes=-500 * 24 * 60, status=Status.RUNNING))
    # One that was called lost while its live ref is still there may come to an end of its own.
    old.git("update-ref", f"refs/exp/live/default/{FIRST}", f"refs/runs/default/{FIRST}")

    done = run_exp(old, "fold", "--all")

    assert done.status == 1
    assert "keeps its ref: it is going" in done.err
    assert refs(old) == [f"refs/runs/default/{FIRST}"]
    refused = run_exp(old, "fold", "v6sx")
    assert (refused.status, "is going: only what has ended can be folded" in refused.err) == (1, True)


def test_what_is_said_of_a_folded_run_gives_it_a_ref_until_the_next_fold(old: GitFolder) -> None:
    assert run_exp(old, "fold").status == 0

    tip = say_of(old, FIRST, Statement("tag", {"team": "fraud"}))

    assert refs(old) == [f"refs/runs/default/{FIRST}"]
    assert head_of(old, FIRST).tags == {"team": "fraud"}
    assert head_of(old, FIRST).fold is None
    assert run_exp(old, "fold").out == "2025-11  1 run\n"
    head = head_of(old, FIRST)
    assert (head.commit, head.tags, head.annotated) == (tip, {"team": "fraud"}, True)
    assert head.fold == old.git("rev-parse", folds(old)[0])
    assert [one.kind for one in store_of(old).load(head).annotations] == ["tag"]
    assert refs(old) == []


def test_a_run_gets_its_ref_back(old: GitFolder) -> None:
    tip = old.git("rev-parse", f"refs/runs/default/{SECOND}")
    assert run_exp(old, "fold").status == 0

    back = run_exp(old, "fold", "--undo", SECOND[:4])

    assert back.out == f"refs/runs/default/{SECOND}\n"
    assert old.git("rev-parse", f"refs/runs/default/{SECOND}") == tip
    assert head_of(old, SECOND).fold is None
    assert "nothing to undo" in run_exp(old, "fold", "--undo", SECOND).err
    before = old.git("rev-parse", folds(old)[0])
    assert run_exp(old, "fold").out == "2025-11  1 run\n"
    assert old.git("rev-parse", folds(old)[0]) == before  # the fold had it all the time
    assert refs(old) == []


def test_a_ref_that_came_back_goes_again(old: GitFolder) -> None:
    first = old.git("rev-parse", f"refs/runs/default/{FIRST}")
    say_of(old, FIRST, note("good"))
    assert run_exp(old, "fold").status == 0
    old.git("update-ref", f"refs/runs/default/{FIRST}", first)  # as another clone's wildcard push has it

    assert run_exp(old, "fold").status == 0

    assert refs(old) == []
    assert head_of(old, FIRST).annotated


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--undo",), "of which runs"),
        (("--all", "--older-than", "1d"), "one of them"),
        (("k3v9", "--all"), "one of them"),
        (("--older-than", "soon"), "a number and one of h, d, w, m, y"),
        (("--keep", "-1"), "not a number"),
    ],
)
def test_what_cannot_be_meant_is_refused(old: GitFolder, arguments: tuple[str, ...], words: str) -> None:
    done = run_exp(old, "fold", *arguments)

    assert (done.status, words in done.err) == (2, True), done.err


def test_nothing_to_fold(folder: GitFolder) -> None:
    assert "nothing to fold" in run_exp(folder, "fold").err


def test_many_refs_are_packed(folder: GitFolder) -> None:
    head = folder.git("rev-parse", "HEAD")
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    lines = "".join(f"create refs/runs/junk/g{a}{b}0000000 {head}\n" for a in letters for b in letters[:4])
    folder.git("update-ref", "--stdin", stdin=lines.encode())
    store_old_runs(folder)

    assert run_exp(folder, "fold", FIRST).status == 0

    assert len(refs(folder)) == 132
    loose = [name for _, _, names in os.walk(folder.path / ".git" / "refs" / "runs") for name in names]
    assert loose == []


def test_a_shallow_clone_reads_folds(old: GitFolder, tmp_path: pathlib.Path) -> None:
    say_of(old, FIRST, note("good"))
    assert run_exp(old, "fold").status == 0
    shallow = GitFolder(tmp_path / "shallow")
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{old.path}", shallow.path], check=True)
    shallow.git("fetch", "-q", "--no-prune", "--no-tags", "--depth=1", "origin", "refs/exp/fold/*:refs/exp/fold/*")
    assert shallow.git("cat-file", "-t", head_of(shallow, FIRST).commit, check=False) == ""

    assert {row["id"] for row in listing(shallow)} == set(IDS)
    assert run_exp(shallow, "logs", SECOND).out == "run 1\n"
    store = store_of(shallow)
    run = store.load(head_of(shallow, FIRST))
    assert [one.value for one in run.annotations] == ["good"]
    assert b".exp/run.yaml" in [entry.path for entry in store.parts(head_of(shallow, FIRST))]


def test_a_shallow_clone_keeps_refs_that_its_folds_do_not_hold(old: GitFolder, tmp_path: pathlib.Path) -> None:
    tips = old.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/runs").splitlines()
    assert run_exp(old, "fold").status == 0
    shallow = GitFolder(tmp_path / "shallow")
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{old.path}", shallow.path], check=True)
    for line in tips:
        tip, ref = line.split()
        shallow.git("fetch", "-q", "--no-prune", "--no-tags", "--depth=1", "origin", tip)
        shallow.git("update-ref", ref, tip)
    shallow.git("fetch", "-q", "--no-prune", "--no-tags", "--depth=1", "origin", "refs/exp/fold/*:refs/exp/fold/*")

    done = run_exp(shallow, "fold")

    assert done.status == 1
    assert "its fold is cut off here" in done.err
    assert len(refs(shallow)) == 5


def clone_with_runs(folder: GitFolder, path: pathlib.Path) -> GitFolder:
    subprocess.run(["git", "clone", "-q", folder.path, path], check=True)
    made = GitFolder(path)
    made.git("fetch", "-q", "--no-prune", "--no-tags", "origin", "refs/runs/*:refs/runs/*")
    return made


def test_runs_come_through_a_pipe_and_none_through_it_are_not_all(folder: GitFolder) -> None:
    for minutes, run_id in enumerate(("k3v9x2mabc", "p7qw4n8hde")):
        store_run(folder, plan_run(folder, run_id, minutes=minutes))

    nothing = run_exp(folder, "fold", "-")
    assert (nothing.status, nothing.err) == (
        1,
        "exp: no run came on standard input\nhint: exp ls --ids | exp fold -\n",
    )
    piped = run_exp(folder, "fold", "-", stdin=b"p7qw4n8hde\n")
    assert (piped.status, piped.err) == (0, "1 run folded; of the ended runs 1 has a ref of its own\n")
