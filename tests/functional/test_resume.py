"""Runs that go on from another one, with a script that keeps checkpoints."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from kit.dying import kill_recording, read_state
from kit.exp import PATIENCE, envelope, manifest, refs, run_exp
from kit.observing import stream
from kit.sharing import Team, share
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    from kit.exp import Ran
    from kit.git import GitFolder

PYTHON = sys.executable
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and Slurm")

SCRIPT = """\
import gitexp, json, os, signal, sys

last = int(sys.argv[sys.argv.index("--to") + 1]) if "--to" in sys.argv else 10
begin, told = 0, gitexp.resumed()
if told is not None and os.path.exists("state.json"):
    with open("state.json") as file:
        begin = json.load(file)["step"]
print(f"told {told and told.id} {gitexp.resumed_step(-1)}, begins after {begin}", flush=True)
for step in range(begin + 1, last + 1):
    gitexp.log({"loss": round(1 / step, 3)}, step=step)
    if step % 4 == 0:
        with open("state.json", "w") as file:
            json.dump({"step": step}, file)
    if step == int(os.environ.get("DIE_AT", 0)):
        os.kill(os.getpid(), signal.SIGKILL)
    if step == int(os.environ.get("WAIT_AT", 0)):
        print("waits", os.getpid(), flush=True)
        sys.exit(sys.stdin.read() or "nobody is there any more")
"""
SETTINGS = "artifacts: [state.json]\nsystem: off\n"
PREEMPTED = "echo JobId=$3 JobState=COMPLETING PreemptTime=2999-01-01T00:00:00 SuspendTime=None"
TRAIN = (PYTHON, "train.py")


@pytest.fixture
def project(folder: GitFolder) -> GitFolder:
    """A repository with the script."""
    folder.gen({"train.py": SCRIPT, ".exp.yaml": SETTINGS, ".gitignore": "state.json\n"})
    folder.commit("Train")
    return folder


def run(folder: GitFolder, *options: str, command: tuple[str, ...] = TRAIN, **env: str) -> Ran:
    return run_exp(folder, "run", *options, *(["--", *command] if command else []), env=env)


def newest(folder: GitFolder) -> dict[str, Any]:
    """The manifest of the run that began last."""
    runs = [manifest(folder, ref) for ref in refs(folder)]
    return max(runs, key=lambda run: run["started_at"])


def test_a_script_that_was_killed_goes_on(project: GitFolder) -> None:
    killed = run(project, "--name", "deep", "--tag", "team=fraud", "--hypothesis", "deeper", "-e", "trees", DIE_AT="6")
    first = newest(project)
    assert (killed.status, first["status"]) == (137, "killed")

    went_on = run(project, "--resume", "deep", "--tag", "try=2")

    assert went_on.status == 0
    assert went_on.out == f"told {first['id']} 6, begins after 4\n"
    assert f"exp: resumes deep ({first['id']}), killed after step 6\n" in went_on.err
    second = newest(project)
    assert second["lineage"] == {"resumes": first["id"]}
    assert (second["name"], second["experiment"], second["hypothesis"]) == ("deep", "trees", "deeper")
    assert second["tags"] == {"team": "fraud", "try": 2}
    assert f"Run-Resumes: {first['id']}" in project.git("log", "-1", "--format=%B", second["ref"])
    assert envelope(run_exp(project, "show", "deep", "--json").out)["data"]["id"] == second["id"]


def test_a_checkpoint_that_is_gone_is_put_back_and_one_that_differs_is_not(project: GitFolder) -> None:
    run(project, "--name", "deep", DIE_AT="6")
    state = project.path / "state.json"
    kept = state.read_bytes()
    state.unlink()
    put_back = run(project, "--resume", "last", DIE_AT="7")
    assert "exp: put in place, as deep kept it: state.json\n" in put_back.err
    assert put_back.out.endswith("begins after 4\n")
    assert newest(project)["code"]["dirty"] is False

    state.write_bytes(b'{"step": 2}')
    left = run(project, "--resume", "last", DIE_AT="8")
    assert "exp: left as it is, though not what deep kept: state.json\n" in left.err
    assert left.out.endswith("begins after 2\n")

    assert state.read_bytes() != kept
    state.unlink()
    without = run(project, "--resume", "last", "--no-restore")
    assert "state.json" not in without.err
    assert without.out.endswith("begins after 0\n")


@pytest.mark.parametrize("options", [(), ("--no-restore",)])
def test_data_and_artifacts_of_the_run_before_are_those_of_the_new_one(
    folder: GitFolder, options: tuple[str, ...]
) -> None:
    folder.gen({"train.py": SCRIPT, "rows.csv": "1\n", ".gitignore": "state.json\n", ".exp.yaml": "system: off\n"})
    folder.commit("Train")
    run(folder, "--name", "deep", "--data", "rows.csv", "--artifact", "state.json", DIE_AT="6")
    ran = run(folder, "--resume", "auto", *options)
    assert "exp: artifacts, as of deep: state.json  (--artifact names others)\n" in ran.err
    second = newest(folder)
    assert [one["path"] for one in second["data"]] == ["rows.csv"]
    assert [(one["path"], one["kept"]) for one in second["artifacts"]] == [("state.json", "git")]


def test_bytes_that_cannot_be_had_are_told_and_the_script_decides(project: GitFolder) -> None:
    run(project, "--artifact", "big.bin", command=("sh", "-c", "head -c 2000000 /dev/zero > big.bin; kill -9 $$"))
    (project.path / "big.bin").unlink()
    shutil.rmtree(project.path / ".git" / "exp" / "cache" / "files")
    ran = run(project, "--resume", "last", "-q")
    assert ran.status == 0
    assert ran.err == "exp: NOT in place: big.bin: its bytes are not here, and no data remote is chosen\n"
    assert "begins after 0" in ran.out


def test_bytes_that_are_damaged_stop_it_before_the_start(project: GitFolder) -> None:
    run(project, "--artifact", "big.bin", command=("sh", "-c", "head -c 2000000 /dev/zero > big.bin; kill -9 $$"))
    (project.path / "big.bin").unlink()
    (stored,) = (path for path in (project.path / ".git/exp/cache/files").rglob("*") if path.is_file())
    stored.chmod(0o644)
    stored.write_bytes(b"\1" + stored.read_bytes()[1:])
    ran = run(project, "--resume", "last")
    assert (ran.status, ran.out) == (125, "")
    assert "exp run --no-restore" in ran.err
    assert len(refs(project)) == 1


def test_the_recorded_command_is_run_again(project: GitFolder) -> None:
    run(project, "-p", "data.version=3", "-p", 'name="007"', command=(*TRAIN, "--to", "5"), DIE_AT="5")
    again = run(project, "--resume", "last", "-p", "data.version=4", command=())
    assert again.out.endswith("begins after 4\n")
    assert "params differ" in again.err
    assert "data.version 3 -> 4" in again.err
    second = newest(project)
    assert second["command"] == [*TRAIN, "--to", "5"]
    assert second["params"] == {"to": 5, "data": {"version": 4}, "name": "007"} or second["params"] == {
        "to": 5, "data.version": 4, "name": "007",
    }  # fmt: skip


def test_a_command_with_a_secret_cannot_be_run_again(project: GitFolder) -> None:
    run(project, command=(*TRAIN, "--api-key", "swordfish-and-chips-9"), DIE_AT="2")
    ran = run(project, "--resume", "last", command=())
    assert (ran.status, len(refs(project))) == (125, 1)
    assert "a secret in it was not recorded" in ran.err
    assert f"hint: exp run --resume {newest(project)['id']} -- COMMAND" in ran.err
    assert run(project, "--resume", "last", command=(*TRAIN, "--api-key", "swordfish-and-chips-9")).status == 0


def test_another_folder_is_named(project: GitFolder) -> None:
    project.gen({"deep/train.py": SCRIPT})
    run_exp(project, "run", "--", *TRAIN, where="deep")
    ran = run(project, "--resume", "last", command=())
    assert ran.status == 125
    assert f"ran in deep, not here\nhint: exp -C deep run --resume {newest(project)['id']}\n" in ran.err


def test_what_cannot_be_asked(project: GitFolder) -> None:
    run(project)
    for options, command, words in (
        (("--resume", "last", "--fork", "last"), TRAIN, "one of them"),
        (("--no-restore",), TRAIN, "is for --resume and --fork"),
        (("--resume", "auto"), (), "looks for runs of a command"),
        (("--fork", "last@11"), TRAIN, "came to step 10, not to 11"),
        (("--resume", "zzzz"), TRAIN, "no run 'zzzz'"),
        ((), (), "missing argument"),
    ):
        ran = run(project, *options, command=command)
        assert (ran.status, ran.out) == (125, "")
        assert words in ran.err
    assert len(refs(project)) == 1


def test_a_run_that_is_going_is_not_resumed_and_can_be_forked(project: GitFolder) -> None:
    process, _ = begin(project, WAIT_AT="3")
    ran = run(project, "--resume", "last")
    assert ran.status == 125
    assert "is still going\nhint: exp stop " in ran.err
    forked = run(project, "--fork", "last")
    assert "at step 3" in forked.err
    assert "is still going: what it has written is in no record yet" in forked.err
    auto = run(project, "--resume", "auto")
    assert "nothing to resume: a fresh start; " in auto.err
    assert " is still going" in auto.err
    process.communicate(timeout=PATIENCE)


def test_a_finished_run_trains_longer_and_a_second_resumption_is_told(project: GitFolder) -> None:
    run(project, "--name", "deep", command=(*TRAIN, "--to", "8"))
    first = newest(project)["id"]
    longer = run(project, "--resume", first)
    assert f"resumes deep ({first}), finished after step 8" in longer.err
    assert longer.out == f"told {first} 8, begins after 8\n"
    second = newest(project)["id"]
    again = run(project, "--resume", first)
    assert f"it was resumed before, by {second}: the chain forks here" in again.err
    assert newest(project)["lineage"] == {"resumes": first}


def test_auto_goes_on_as_long_as_it_is_interrupted(project: GitFolder) -> None:
    fresh = run(project, "--resume", "auto", DIE_AT="2")
    assert "exp: nothing to resume: a fresh start\n" in fresh.err
    for die_at, begins in (("5", 0), ("9", 4), ("0", 8)):
        last = newest(project)["id"]
        ran = run(project, "--resume", "auto", DIE_AT=die_at)
        assert ran.out.startswith(f"told {last} ")
        assert ran.out.endswith(f"begins after {begins}\n")
    assert run(project, "--resume", "auto").err.startswith("exp: nothing to resume: a fresh start\n")


def test_auto_takes_only_what_is_the_same(project: GitFolder) -> None:
    project.gen({"deep/train.py": SCRIPT})
    run(project, command=(*TRAIN, "--to", "9"), DIE_AT="2")
    run(project, "-e", "other", DIE_AT="2")
    run_exp(project, "run", "--", *TRAIN, where="deep", env={"DIE_AT": "2"})
    run(project, DIE_AT="2", GIT_AUTHOR_EMAIL="bob@example.org")
    run(project, DIE_AT="2")
    share(project, "rm", newest(project)["id"])
    assert "nothing to resume: a fresh start" in run(project, "--resume", "auto").err
    secret = (*TRAIN, "--api-key", "swordfish-and-chips-9")
    run(project, command=secret, DIE_AT="3")
    assert "resumes" in run(project, "--resume", "auto", command=secret).err


def test_auto_completes_a_run_whose_recorder_died(project: GitFolder) -> None:
    process, script = begin(project, WAIT_AT="5")
    kill_recording(process)
    wait_until(lambda: read_state(script) in "ZX")
    ran = run(project, "--resume", "auto")
    first, second = sorted((manifest(project, ref) for ref in refs(project)), key=lambda run: run["started_at"])
    assert first["status"] == "lost"
    assert second["lineage"] == {"resumes": first["id"]}
    assert ran.out == f"told {first['id']} 5, begins after 4\n"


def test_a_job_that_had_to_give_way_goes_on_when_it_is_queued_again(project: GitFolder, tmp_path: pathlib.Path) -> None:
    program = tmp_path / "slurm" / "scontrol"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{PREEMPTED}\n")
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    process, _ = begin(project, "--resume", "auto", WAIT_AT="6", PATH=path, SLURM_JOB_ID="7")
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE)
    process.communicate(timeout=PATIENCE)
    preempted = newest(project)
    assert preempted["status"] == "preempted"
    run(project, DIE_AT="1", SLURM_JOB_ID="8")  # newer, and of another job

    ran = run(project, "--resume", "auto", PATH=path, SLURM_JOB_ID="7", SLURM_RESTART_COUNT="1")

    assert ran.out == f"told {preempted['id']} 6, begins after 4\n"
    assert "preempted after step 6" in ran.err


def test_parts_of_an_array_of_jobs_are_told_apart(project: GitFolder) -> None:
    run(project, DIE_AT="5", SLURM_JOB_ID="20", SLURM_ARRAY_TASK_ID="1")
    other = run(project, "--resume", "auto", SLURM_JOB_ID="21", SLURM_ARRAY_TASK_ID="2", DIE_AT="1")
    assert "nothing to resume" in other.err
    same = run(project, "--resume", "auto", SLURM_JOB_ID="20", SLURM_ARRAY_TASK_ID="1")
    assert "killed after step 5" in same.err


def test_another_clone_goes_on(tmp_path: pathlib.Path) -> None:
    team = Team.create(tmp_path)
    here = team.clone("ada")
    here.gen({"train.py": SCRIPT, ".exp.yaml": "artifacts: [state.json, big.bin]\nsystem: off\n",
              ".gitignore": "state.json\nbig.bin\n"})  # fmt: skip
    here.commit("Train")
    here.git("push", "--quiet", "origin", "HEAD")
    wrapped = ("sh", "-c", f"head -c 2000000 /dev/zero > big.bin; exec {PYTHON} train.py")
    run(here, command=wrapped, DIE_AT="6")
    first = newest(here)
    share(here, "push", "--no-data")
    there = team.clone("cluster")
    there.git("config", "user.email", "ada@example.org")
    share(there, "pull")
    shutil.copytree(here.path / ".git/exp/cache/files", there.path / ".git/exp/cache/files")

    ran = run(there, "--resume", "auto", command=wrapped)

    assert ran.out == f"told {first['id']} 6, begins after 4\n", ran.err
    assert "put in place" in ran.err
    share(there, "push", "--no-data")
    share(here, "pull")
    (row,) = envelope(run_exp(here, "ls", "--json").out)["data"]["runs"]
    assert [part["status"] for part in row["parts"]] == ["killed", "finished"]


def test_a_fork_begins_from_a_step(project: GitFolder) -> None:
    run(project, "--name", "deep", "--tag", "team=fraud", "-e", "trees")
    first = newest(project)["id"]
    (project.path / "state.json").unlink()
    forked = run(project, "--fork", "deep@4", "-p", "lr=0.5")
    assert f"exp: forked from deep ({first}) at step 4\n" in forked.err
    assert "put in place, as deep kept it: state.json" in forked.err
    assert forked.out == f"told {first} 4, begins after 8\n"
    found = newest(project)
    assert found["lineage"] == {"forked_from": first, "forked_at_step": 4}
    assert (found["experiment"], found.get("tags", {})) == ("trees", {})
    assert found["name"] != "deep"
    assert f"forked from  {first} at step 4\n" in run_exp(project, "show", found["id"]).out
    assert len(envelope(run_exp(project, "ls", "--all", "--json").out)["data"]["runs"]) == 2


def test_the_envelope_has_what_was_said(project: GitFolder) -> None:
    run(project, "--name", "deep", DIE_AT="5")
    ran = run(project, "--resume", "last", "--json")
    data = envelope(ran.err)["data"]
    assert data["warnings"][0] == f"resumes deep ({data['run']['lineage']['resumes']}), killed after step 5"


def test_a_dry_run_puts_nothing_in_place(project: GitFolder) -> None:
    run(project, "--name", "deep", DIE_AT="5")
    (project.path / "state.json").unlink()
    ran = run(project, "--resume", "last", "--dry-run", "--json")
    assert json.loads(ran.out)["data"]["run"]["lineage"]["resumes"] == newest(project)["id"]
    assert not (project.path / "state.json").exists()
    assert len(refs(project)) == 1


def begin(folder: GitFolder, *options: str, **env: str) -> tuple[subprocess.Popen[bytes], int]:
    """A run of the script that has come to where it waits, and the script's own process."""
    environment: Mapping[str, str] = {**os.environ, **env}
    process = subprocess.Popen(
        [PYTHON, "-m", "gitexp", "run", *options, "--", *TRAIN], cwd=folder.path, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    lines = stream(process.stdout)
    lines.readline()
    word, script = lines.readline().split()
    assert word == b"waits"
    return process, int(script)
