"""Folds and purges on a bad day: killed at every step, raced, and fed with what a hostile remote sent."""

from __future__ import annotations

import pathlib
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.format.fold_message import FoldedCommit, format_fold_message, parse_fold_message
from gitexp.git.objects import ObjectWriter
from gitexp.git.repository import open_repository
from gitexp.git.trees import FILE, FOLDER
from gitexp.store.folds import read_folds
from kit.exp import PATIENCE, refs, run_exp
from kit.faults import FaultyGit
from kit.folds import IDS, head_of, note, say_of, store_of, store_old_runs
from kit.git import GitFolder

if TYPE_CHECKING:
    from gitexp.git.commits import RawCommit

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there is no fork and there are no signals of this kind"
)
KILLING = pathlib.Path(__file__).parents[1] / "kit" / "killing.py"
FIRST, SECOND, THIRD, OTHER, DECEMBER = IDS


def make_project(place: pathlib.Path) -> GitFolder:
    folder = GitFolder.create(place, "--template=")
    folder.gen({"train.py": "print(1)\n"})
    folder.commit("project")
    store_old_runs(folder)
    return folder


def run_killed(folder: GitFolder, counted: pathlib.Path, number: int, when: str, arguments: tuple[str, ...]) -> int:
    command = [sys.executable, str(KILLING), str(counted), str(number), when, *arguments]
    done = subprocess.run(
        command, cwd=folder.path, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PATIENCE
    )
    return done.returncode


def list_steps(folder: GitFolder, counted: pathlib.Path, arguments: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Kill points: before each change of a ref, a file of ours or an object's folder, and after each Git began."""
    assert run_killed(folder, counted, 0, "before", arguments) == 0
    lines = [line.partition(" ")[2] for line in counted.read_text().splitlines()]
    starts = [number for number, what in enumerate(lines, 1) if what.startswith("start ")]
    telling = [
        number for number, what in enumerate(lines, 1) if what.startswith(("start ", "os.remove")) or "/exp/" in what
    ]
    return [(number, "before", lines[number - 1]) for number in telling] + [
        (number, "after", lines[number - 1]) for number in starts
    ]


@pytest.mark.parametrize("arguments", [("fold",), ("purge", THIRD, "--yes")], ids=["fold", "purge"])
def test_nothing_is_lost_wherever_it_is_killed(tmp_path: pathlib.Path, arguments: tuple[str, ...]) -> None:
    template = make_project(tmp_path / "template")
    assert run_exp(template, "fold", FIRST, THIRD).status == 0
    whole = tmp_path / "whole"
    shutil.copytree(template.path, whole, symlinks=True)
    steps = list_steps(GitFolder(whole), tmp_path / "counted", arguments)
    assert len(steps) > 20
    expected = sorted(IDS) if arguments == ("fold",) else sorted(set(IDS) - {THIRD})
    for number, when, what in steps:
        place = tmp_path / f"{number}-{when}"
        shutil.copytree(template.path, place, symlinks=True)
        folder = GitFolder(place)
        assert run_killed(folder, tmp_path / "counted", number, when, arguments) in (-signal.SIGKILL, 0)
        for lock in (place / ".git").rglob("*.lock"):  # of Git, which was killed too
            lock.unlink()
        heads, broken, _ = store_of(folder).heads()
        assert broken == (), (number, when, what)
        assert {head.id for head in heads} >= set(expected), (number, when, what)
        # The same command goes on from there.
        again = run_exp(folder, *arguments)
        is_done = number > 1 and "no run" in again.err
        assert again.status == 0 or is_done, (number, when, what, again.err)
        heads, broken, _ = store_of(folder).heads()
        assert (sorted(head.id for head in heads), broken) == (expected, ()), (number, when, what)
        assert folder.git("fsck", "--strict", "--no-dangling", "--no-progress") == "", (number, when, what)
        if arguments == ("fold",):
            assert refs(folder) == []
        else:
            assert folder.git("cat-file", "-t", head_of(template, THIRD).commit, check=False) == "", (number, what)
        shutil.rmtree(place)
    print(f"{len(steps)} kill points")


def test_a_run_that_is_annotated_while_it_is_folded_keeps_its_ref(tmp_path: pathlib.Path) -> None:
    folder = make_project(tmp_path / "repo")
    faulty = FaultyGit.create(tmp_path / "faulty")
    ref = f"refs/runs/default/{FIRST}"
    # The second transaction of the month deletes refs: between the two somebody says something.
    tip = say_of(folder, FIRST, note("meanwhile"))
    before = folder.git("rev-parse", f"{tip}^2")
    folder.git("update-ref", ref, before)

    done = faulty.exp(
        folder, "fold", at="* update-ref *", nth=2,
        before=f'"$git" update-ref {ref} {tip}',
    )  # fmt: skip

    assert done.status == 1
    assert "keeps its ref: it was moved meanwhile" in done.err
    assert refs(folder) == [ref]
    assert folder.git("rev-parse", ref) == tip
    assert {head.id for head in store_of(folder).heads().runs} == set(IDS)
    assert head_of(folder, FIRST).commit == tip
    assert run_exp(folder, "fold").status == 0
    assert head_of(folder, FIRST).commit == tip
    assert refs(folder) == []


def test_a_gc_that_prunes_at_once_takes_nothing_of_a_fold(tmp_path: pathlib.Path) -> None:
    folder = make_project(tmp_path / "repo")
    faulty = FaultyGit.create(tmp_path / "faulty")

    done = faulty.exp(folder, "fold", at="* update-ref *", after='"$git" gc --quiet --prune=now')

    assert done.status == 0, done.err
    assert {head.id for head in store_of(folder).heads().runs} == set(IDS)
    folder.git("gc", "--quiet", "--prune=now")
    assert folder.git("fsck", "--strict", "--no-dangling") == ""


@pytest.fixture
def folded(folder: GitFolder) -> GitFolder:
    store_old_runs(folder)
    assert run_exp(folder, "fold").status == 0
    return folder


def forge(folder: GitFolder, change: dict[str, object], entries: list[FoldedCommit] | None = None) -> None:
    """Puts a commit that is like a fold's but for some fields into the ref of another writer."""
    repository = open_repository(str(folder.path))
    ref = refs(folder, "refs/exp/fold")[0]
    with ObjectWriter(repository) as writer:
        raw: RawCommit = writer.read_commit(folder.git("rev-parse", ref))
        if entries is not None:
            raw = raw._replace(message=format_fold_message("202511", entries))
        forged = writer.write_commit(raw._replace(**change))  # type: ignore[arg-type]
    folder.git("update-ref", "refs/exp/fold/mallory-0000/202511", forged)


def entries_of(folder: GitFolder) -> list[FoldedCommit]:
    ref = refs(folder, "refs/exp/fold")[0]
    raw = folder.run("git", "cat-file", "commit", ref).stdout
    return parse_fold_message(raw.partition(b"\n\n")[2])


HOSTILE = {
    "bytes that are not that commit": lambda e: [e[0]._replace(data=e[0].data.replace(b"lr=0", b"lr=9")), *e[1:]],
    "a commit that is no parent": lambda e: e[:-1],
    "the ref of something else": lambda e: [e[0]._replace(ref="refs/heads/main"), *e[1:]],
    "another run under its ref": lambda e: [e[0]._replace(ref=e[1].ref), e[1]._replace(ref=e[0].ref), *e[2:]],
    "the ref of another run": lambda e: [e[0]._replace(ref=f"refs/runs/default/{'z' * 10}"), *e[1:]],
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_fold_that_says_what_is_not_so_is_told_and_the_rest_stands(folded: GitFolder, what: str) -> None:
    forge(folded, {}, HOSTILE[what](entries_of(folded)))

    listed = run_exp(folded, "ls", "--all", "-n", "0", "--ids")

    assert sorted(listed.out.split()) == sorted(IDS)
    assert listed.status == 0
    assert "exp ls went on" in listed.err
    assert len(listed.err.splitlines()) == 1


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"fold of 1 run that began in 2025-11\n",
        b"fold of 1 run that began in 2025-11\n\nFold-Format: 2\ncommit x y\n",
        b"fold of 1 run that began in 2025-11\n\nFold-Format: 1\ncommit ../.. refs/runs/x\n \n",
        b"x" * 10_000_000,
        b"fold of 1 run that began in 2025-11\n\nFold-Format: 1\n" + b"commit " * 1_000_000 + b"\n",
        b"fold of 1 run that began in 2025-11\n\nFold-Format: 1\n" + b"commit a b\n \n" * 20_000,
        b"x" * 17_000_000,
    ],
    ids=["nothing", "no format", "newer", "no id", "10 MB", "one long line", "many", "17 MB"],
)
def test_a_message_of_nonsense_is_told(folded: GitFolder, message: bytes) -> None:
    forge(folded, {"message": message})

    folds = read_folds(open_repository(str(folded.path)))

    assert set(folds.tips) == set(IDS)
    assert len(folds.broken) == 1
    assert len(folds.broken[0].message) < 400


def test_a_tree_of_a_hostile_fold_is_never_walked_out_of(folded: GitFolder) -> None:
    repository = open_repository(str(folded.path))
    with ObjectWriter(repository) as writer:
        blob = writer.write_blob(b"id: [")
        inner = writer.write_tree([(FILE, b"..", blob), (FILE, b"run.yaml", blob)])
        tree = writer.write_tree([(FOLDER, b"..", inner), (FOLDER, b"03", inner)])
    forge(folded, {"tree": tree})

    assert sorted(run_exp(folded, "ls", "--all", "-n", "0", "--ids").out.split()) == sorted(IDS)
    assert run_exp(folded, "logs", FIRST).out == "run 0\n"
    # To erase a run means to write its folds anew; the hostile one goes along, and nothing is written elsewhere.
    assert run_exp(folded, "purge", FIRST, SECOND, THIRD, OTHER, "--yes").status in (0, 1)
    assert sorted(run_exp(folded, "ls", "--all", "-n", "0", "--ids").out.split()) == [DECEMBER]


def test_a_loop_of_folds_ends(folded: GitFolder) -> None:
    ref = refs(folded, "refs/exp/fold")[0]
    folded.git("update-ref", "refs/exp/fold/mallory-0000/202511", f"{ref}^1")  # a run's own commit

    folds = read_folds(open_repository(str(folded.path)))

    assert set(folds.tips) == set(IDS)
    assert "its message is not that of a fold" in folds.broken[0].message
