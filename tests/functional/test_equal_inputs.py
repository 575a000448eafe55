"""Runs with equal inputs: said at the end of a run, listed, and a reason to run nothing."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from kit.exp import Ran, refs, run_exp

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

PYTHON = sys.executable
SCRIPT = """\
import os, sys
print(f"loss={os.environ.get('LOSS', '0.25')}")
sys.exit(int(os.environ.get('EXIT', '0')))
"""


@pytest.fixture
def project(folder: GitFolder) -> GitFolder:
    folder.gen({"train.py": SCRIPT, ".gitignore": "*.csv\n", "a.csv": "1"})
    folder.commit("train")
    return folder


def train(project: GitFolder, *options: str, env: dict[str, str] | None = None, where: str = ".") -> Ran:
    return run_exp(project, "run", *options, "--", PYTHON, "train.py", env=env, where=where)


def needed(project: GitFolder, *options: str, command: tuple[str, ...] = (PYTHON, "train.py")) -> bool:
    """Whether ``exp run --needed`` ran the command; its status is 0 either way."""
    before = len(refs(project))
    ran = run_exp(project, "run", "--needed", *options, "--", *command)
    assert ran.status == 0, ran.err
    did_run = len(refs(project)) > before
    assert ("not needed: " in ran.err) is not did_run
    assert ("loss" in ran.out) is did_run
    return did_run


def test_a_run_with_the_inputs_of_another_says_so_and_whether_it_gave_the_same(project: GitFolder) -> None:
    assert "same inputs" not in train(project, "-n", "first").err
    assert "  same inputs as first, which gave loss 0.25 too\n" in train(project, "-n", "second").err
    assert "  same inputs as second, but that gave loss 0.25\n" in train(project, "-n", "odd", env={"LOSS": "0.5"}).err
    assert "  same inputs as odd\n" in train(project, "--no-extract", "-n", "silent").err
    assert "same inputs" not in train(project, "--seed", "1").err


def test_only_a_finished_run_that_nobody_hid_is_named(project: GitFolder) -> None:
    train(project, "-n", "failed", env={"EXIT": "3"})
    assert "same inputs" not in train(project, "-n", "first").err
    assert "same inputs as first" in train(project, "-n", "second", env={"EXIT": "3"}).err
    assert run_exp(project, "rm", "first").status == 0
    assert "same inputs" not in train(project, "-n", "third").err


def test_the_envelope_has_the_equal_run(project: GitFolder) -> None:
    assert envelope(train(project, "-n", "first", "--json"))["same_inputs_as"] is None
    found = envelope(train(project, "--json"))["same_inputs_as"]
    assert (found["name"], found["agrees"]) == ("first", True)
    assert envelope(train(project, "--json", env={"LOSS": "nan"}))["same_inputs_as"]["agrees"] is False


def envelope(ran: Ran) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(ran.err[ran.err.index("{") :])["data"]
    return data


def test_runs_with_the_same_inputs_are_listed_with_the_one_that_was_named(project: GitFolder) -> None:
    for options in (("-n", "one"), ("-n", "two", "-e", "other"), ("-n", "other", "--seed", "1")):
        train(project, *options)
    listed = run_exp(project, "ls", "--same-as", "one", "--columns", "name")
    assert [line.split()[0] for line in listed.out.splitlines()[1:]] == ["two", "one"]
    assert "with the inputs of one (" in listed.err
    data = json.loads(run_exp(project, "ls", "--same-as", "one", "--json").out)["data"]
    assert len(data["runs"]) == 2
    assert data["same_as"] in {run["id"] for run in data["runs"]}
    assert len(run_exp(project, "ls", "--same-as", "one", "--ids", "-e", "other").out.split()) == 1
    alone = run_exp(project, "ls", "--same-as", "other")
    assert "no other run has the inputs of other (" in alone.err


def test_a_run_without_a_fingerprint_has_no_equals(project: GitFolder) -> None:
    train(project, "--data", "nothing.csv", "-n", "unknown")
    refused = run_exp(project, "ls", "--same-as", "unknown")
    assert refused.status == 1
    assert "unknown has no fingerprint: not all of its inputs are known" in refused.err
    assert "hint: exp show" in refused.err


def test_what_has_run_needs_not_run_again(project: GitFolder) -> None:
    assert needed(project, "-n", "first")
    told = train(project, "--needed")
    assert (told.status, told.out) == (0, "")
    assert "exp: not needed: first (" in told.err
    assert "with the same inputs" in told.err
    assert "loss 0.25" in told.err
    data = envelope(train(project, "--needed", "--json"))
    assert (data["needed"], data["run"]["name"], data["exit_status"]) == (False, "first", 0)
    assert len(refs(project)) == 1


@pytest.mark.parametrize("change", ["code", "untracked", "seed", "param", "data", "command", "directory", "packages"])
def test_a_run_with_any_other_input_is_needed(
    project: GitFolder, change: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.path / "sub").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"))
    (tmp_path / "packages").mkdir()
    assert needed(project, "--data", "a.csv")
    assert not needed(project, "--data", "a.csv")
    options: tuple[str, ...] = ("--data", "a.csv")
    command: tuple[str, ...] = (PYTHON, "train.py")
    if change == "code":
        project.gen({"train.py": SCRIPT + "\n"})
    elif change == "untracked":
        project.gen({"more.py": ""})
    elif change == "seed":
        options = (*options, "--seed", "1")
    elif change == "param":
        options = (*options, "-p", "lr=1")
    elif change == "data":
        project.gen({"a.csv": "2"})
    elif change == "command":
        command = (*command, "--lr", "1")
    elif change == "packages":
        metadata = tmp_path / "packages" / "extra-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Name: extra\nVersion: 1.0\n")
    if change == "directory":
        ran = run_exp(project, "run", "--needed", *options, "--", PYTHON, "../train.py", where="sub")
        assert ran.out == "loss=0.25\n"
        return
    assert needed(project, *options, command=command)
    assert not needed(project, *options, command=command)


def test_a_run_that_did_not_finish_stands_for_no_other(project: GitFolder) -> None:
    train(project, env={"EXIT": "3"})
    assert needed(project)
    assert not needed(project)


def test_what_a_script_says_of_its_params_follows_from_its_inputs(project: GitFolder) -> None:
    code = "import gitexp\ngitexp.log_params({'lr': 0.5, 'epochs': 3.0, 'seed': 7})\nprint('loss=1')\n"
    project.gen({"said.py": code})
    command = (PYTHON, "said.py", "--epochs", "3")
    assert needed(project, command=command)
    assert not needed(project, command=command)
    assert not needed(project, "-p", "lr=0.5", command=command)  # it would be recorded as the same
    assert needed(project, "-p", "lr=0.7", command=command)


def test_where_the_packages_cannot_be_told_before_that_is_said_and_the_command_runs(project: GitFolder) -> None:
    project.gen({"go.sh": f"#!/bin/sh\n{PYTHON} train.py\n"})
    (project.path / "go.sh").chmod(0o755)
    for _ in range(2):
        ran = run_exp(project, "run", "--needed", "--", "./go.sh")
        assert ran.out == "loss=0.25\n"
        assert "needed: the packages cannot be told before it runs: " in ran.err


def test_data_that_cannot_be_read_makes_a_run_needed(project: GitFolder) -> None:
    for _ in range(2):
        ran = train(project, "--needed", "--data", "none.csv")
        assert ran.out == "loss=0.25\n"
        assert "needed: data none.csv is not known: it is not there" in ran.err


def test_outside_of_a_repository_it_is_refused_as_ever(tmp_path_factory: pytest.TempPathFactory) -> None:
    from kit.git import GitFolder

    refused = run_exp(GitFolder(tmp_path_factory.mktemp("plain")), "run", "--needed", "--", "true")
    assert refused.status == 125
    assert "not inside a Git repository" in refused.err


def test_a_run_whose_commit_is_missing_holds_up_no_look_for_equals(folder: GitFolder) -> None:
    folder.gen({"train.py": "print('loss=0.5')\n"})
    folder.commit("Train")
    assert run_exp(folder, "run", "-q", "-n", "first", "--", sys.executable, "train.py").status == 0
    lost = folder.path / ".git" / "refs" / "runs" / "default" / "z000000000"
    lost.write_text("1" * 40 + "\n")

    ran = run_exp(folder, "run", "-n", "second", "--", sys.executable, "train.py")

    assert "same inputs as first" in ran.err
    assert "were not found" not in ran.err
