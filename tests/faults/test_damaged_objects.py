"""A flipped byte: one run among good ones cannot be read, and says so; the others are as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, run_exp

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

BAD = "k3v9x2mabc"
REF = f"refs/runs/default/{BAD}"
GOOD = ("h8yb3d6m2g", "p7qw4n8hde", "q9ne1w3t6k", "t2zc9x1k0f")
HEADER, CONTENT = 1, -2
"""Where the byte is flipped: Git says of the one that the object is missing, and dies at the other."""


def object_path(folder: GitFolder, name: str) -> pathlib.Path:
    object_id = folder.git("rev-parse", name)
    return folder.path / ".git" / "objects" / object_id[:2] / object_id[2:]


def forget_index(folder: GitFolder) -> None:
    (folder.path / ".git" / "exp" / "index.sqlite").unlink()


def flip(path: pathlib.Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 0x10
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.fixture
def runs(stored_runs: GitFolder) -> GitFolder:
    assert BAD in run_exp(stored_runs, "ls", "--all", "--ids").out.split()
    return stored_runs


@pytest.mark.parametrize("place", [HEADER, CONTENT])
def test_the_other_runs_are_listed_when_a_commit_is_damaged(runs: GitFolder, place: int) -> None:
    flip(object_path(runs, REF), place)
    forget_index(runs)
    ran = run_exp(runs, "ls", "--all", "--ids")
    assert ran.status == 0
    assert sorted(ran.out.split()) == sorted(GOOD)
    (line,) = ran.err.splitlines()
    assert line.startswith(f"exp: run {REF} cannot be read: its commit is ")
    assert "damaged" in line


@pytest.mark.parametrize("place", [HEADER, CONTENT])
def test_a_run_whose_commit_was_damaged_after_it_was_indexed_is_listed_and_told(runs: GitFolder, place: int) -> None:
    flip(object_path(runs, REF), place)
    ran = run_exp(runs, "ls", "--all", "--ids")
    assert sorted(ran.out.split()) == sorted((BAD, *GOOD))
    (line,) = ran.err.splitlines()
    assert BAD in line
    assert "damaged" in line
    for command in (("verify",), ("verify", "--quick")):
        ran = run_exp(runs, *command)
        assert ran.status == 1
        assert REF in ran.out + ran.err


@pytest.mark.parametrize("place", [HEADER, CONTENT])
def test_several_damaged_commits_are_one_line(runs: GitFolder, place: int) -> None:
    for run_id in (BAD, "t2zc9x1k0f", "p7qw4n8hde"):
        flip(object_path(runs, f"refs/runs/default/{run_id}"), place)
    forget_index(runs)
    ran = run_exp(runs, "ls", "--all", "--json")
    assert [row["id"] for row in envelope(ran.out)["data"]["runs"]] == ["q9ne1w3t6k", "h8yb3d6m2g"]
    assert [error["code"] for error in envelope(ran.out)["errors"]] == ["broken-record"] * 3
    assert run_exp(runs, "ls", "--all").err.startswith("exp: 3 runs cannot be read; ")


@pytest.mark.parametrize("place", [HEADER, CONTENT])
@pytest.mark.parametrize("command", [("show", BAD), ("logs", BAD), ("diff", BAD, "t2zc"), ("checkout", BAD, "../out")])
def test_the_damaged_run_says_so_wherever_it_is_named(runs: GitFolder, command: tuple[str, ...], place: int) -> None:
    flip(object_path(runs, REF), place)
    ran = run_exp(runs, *command)
    assert ran.status == 1
    assert "damaged" in ran.err
    assert ran.err.endswith("hint: git fsck\n")
    assert run_exp(runs, "show", "t2zc").status == 0


@pytest.mark.parametrize("place", [HEADER, CONTENT])
@pytest.mark.parametrize("part", ["/.exp", "/.exp/run.yaml"])
def test_a_damaged_record_is_listed_and_says_so_when_it_is_opened(runs: GitFolder, part: str, place: int) -> None:
    flip(object_path(runs, f"{REF}:{part[1:]}"), place)
    assert BAD in run_exp(runs, "ls", "--ids").out.split()
    ran = run_exp(runs, "show", BAD)
    assert ran.status == 1
    assert "damaged" in ran.err
    assert ran.err.endswith("hint: git fsck\n")


@pytest.mark.parametrize("place", [HEADER, CONTENT])
def test_damaged_output_is_told_from_none(runs: GitFolder, place: int) -> None:
    flip(object_path(runs, f"{REF}:.exp/output.log"), place)
    assert "k3v9" in run_exp(runs, "show", BAD).out
    ran = run_exp(runs, "logs", BAD)
    assert ran.status == 1
    assert "damaged" in ran.err
    assert "no output" in run_exp(runs, "logs", "p7qw").err


def test_a_damaged_pack_loses_one_run(runs: GitFolder) -> None:
    damaged = runs.git("rev-parse", REF)
    runs.git("repack", "-adq", "--depth=0", "--window=0")
    (index,) = (runs.path / ".git" / "objects" / "pack").glob("*.idx")
    listing = runs.git("show-index", stdin=index.read_bytes())
    offset = next(int(line.split()[0]) for line in listing.splitlines() if line.split()[1] == damaged)
    flip(index.with_suffix(".pack"), offset + 40)
    forget_index(runs)
    ran = run_exp(runs, "ls", "--all", "--ids")
    assert ran.status == 0
    assert sorted(ran.out.split()) == sorted(GOOD)
    assert "damaged" in ran.err
    assert len(ran.err.splitlines()) == 1
