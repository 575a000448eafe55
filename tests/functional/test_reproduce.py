"""`exp reproduce`: real scripts, run and run again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from kit.exp import Ran, envelope, manifest, refs, run_exp
from kit.git import GitFolder
from kit.sharing import Team
from kit.stored import plan_run, store_run
from kit.terminal import Terminal, open_gate, wait_until

if TYPE_CHECKING:
    import pathlib

TRAIN = """
import random, sys
import gitexp
random.seed(int(sys.argv[sys.argv.index("--seed") + 1]))
rows = open("data.csv").read().split()
loss = 1.0
for step in range(5):
    loss *= 0.9 + random.random() / 100
    gitexp.log({"loss": loss, "rows": len(rows)}, step=step)
open("model.txt", "w").write(f"{loss}\\n")
"""
CHANCE = TRAIN.replace('random.seed(int(sys.argv[sys.argv.index("--seed") + 1]))', "")
DRIFT = """
import os, time
import gitexp
where = os.environ["DRIFT"]
for step in range(4):
    gitexp.log({"loss": 0.5 + (float(where) if step > 1 else 0), "step_time": time.time()}, step=step)
open("weights.txt", "w").write(where)
"""


@pytest.fixture
def project(folder: GitFolder) -> GitFolder:
    """A repository with a script that reads data which Git does not have, and an edit that is not committed."""
    folder.gen({"train.py": TRAIN, ".gitignore": "data.csv\nmodel.txt\nweights.txt\n", "data.csv": "1\n2\n3\n"})
    folder.commit("train")
    folder.gen({"train.py": f"{TRAIN}# edited\n"})
    return folder


def train(folder: GitFolder, *options: str, seed: int = 3) -> dict[str, Any]:
    """Records a run and gives its manifest."""
    before = set(refs(folder))
    command = ("python", "train.py", "--seed", str(seed))
    done = run_exp(folder, "run", "-q", "--data", "data.csv", "-a", "model.txt", *options, "--", *command)
    assert done.status == 0, done.err
    (ref,) = set(refs(folder)) - before
    return manifest(folder, ref)


def newest(folder: GitFolder) -> dict[str, Any]:
    """The manifest of the run that was recorded last."""
    listed = run_exp(folder, "ls", "--all", "--ids", "-n", "1").out.strip()
    return manifest(folder, next(ref for ref in refs(folder) if ref.endswith(listed)))


def leftovers(folder: GitFolder) -> tuple[int, list[str]]:
    """How many worktrees there are, and what lies where they are made."""
    worktrees = folder.git("worktree", "list", "--porcelain").count("worktree ")
    place = folder.path / ".git" / "exp" / "reproducing"
    return worktrees, sorted(one.name for one in place.iterdir()) if place.exists() else []


def test_the_same_comes_out(project: GitFolder) -> None:
    run = train(project, "--param", "text='1'", "--param", "depth=4")
    project.gen({"train.py": "raise SystemExit('another one')\n"})
    before = project.state()

    done = run_exp(project, "reproduce", run["id"])

    assert done.status == 0, done.err
    assert done.out.startswith("✓ identical  ")
    assert f"reproduces {run['name']}" in done.out
    assert f"again: {run['name']}  python train.py --seed 3\n" in done.err
    again = newest(project)
    assert again["lineage"] == {"reproduces": run["id"]}
    same = ("command", "params", "param_sources", "seed", "data", "artifacts", "directory", "experiment", "fingerprint")
    assert {key: again.get(key) for key in same} == {key: run.get(key) for key in same}
    assert again["params"] | {"text": "1", "depth": 4} == again["params"]
    assert again["code"]["snapshot"] == run["code"]["snapshot"]
    assert again["name"] != run["name"]
    assert project.state() == before
    assert leftovers(project) == (1, [])


def test_a_run_shows_what_reproduces_it(project: GitFolder) -> None:
    run = train(project)
    assert run_exp(project, "reproduce", "last", "--name", "once-more").status == 0

    page = run_exp(project, "show", run["id"]).out
    shown = envelope(run_exp(project, "show", run["id"], "--json").out)["data"]

    again = newest(project)
    assert f"reproduced by  {again['id']} once-more finished" in page
    assert shown["reproduced_by"] == [again["id"]]


def test_chance_comes_out_otherwise(project: GitFolder) -> None:
    project.gen({"train.py": CHANCE})
    run = train(project)

    done = run_exp(project, "reproduce", "last", "--json")

    assert done.status == 1
    data = envelope(done.out)["data"]
    assert (data["outcome"], data["run"], data["reproduction"]) == ("different", run["id"], newest(project)["id"])
    loss = next(one for one in data["metrics"] if one["key"] == "loss")
    assert loss["held"] == "different"
    assert (loss["parting"]["step"], loss["parting"]["points_was"]) == (0, 5)
    assert abs(loss["difference"]) > loss["allowed"]
    assert {one["key"]: one["held"] for one in data["metrics"]}["rows"] == "identical"
    assert {one["part"] for one in data["suspects"]} == {"script"}
    page = run_exp(project, "reproduce", run["id"])
    assert page.status == 1
    assert page.out.startswith("✗ different  ")
    assert "Why it may differ" in page.out


def test_a_metric_may_drift_as_far_as_is_allowed(project: GitFolder) -> None:
    project.gen({"train.py": DRIFT})
    done = run_exp(project, "run", "-q", "-a", "weights.txt", "--", "python", "train.py", env={"DRIFT": "0"})
    assert done.status == 0, done.err
    run = newest(project)["id"]

    def again(amount: str, *options: str) -> Ran:
        return run_exp(project, "reproduce", run, *options, env={"DRIFT": amount})

    assert again("1e-9").status == 0
    assert again("0.01").status == 1
    near = again("0.01", "--tolerance", "loss=0.02")
    assert (near.status, near.out.partition("  ")[0]) == (0, "✓ within tolerance")
    assert "parts at step 2, by at most 0.01" in near.out
    assert "weights.txt  different" in near.out
    assert "not compared: step_time" in near.out
    assert again("0.01", "--tolerance", "loss=1%").status == 1
    assert again("0.01", "--tolerance", "3%").status == 0
    assert again("0.01", "--tolerance", "loss=0.02", "--exact").status == 1
    assert again("0.01", "--ignore", "loss", "--ignore", "weights.*").out.startswith("✓ identical")
    project.gen({".exp.yaml": "reproduce:\n  tolerance: {loss: 3%}\n  ignore: ['*.txt']\n"})
    assert again("0.01").out.startswith("✓ within tolerance")


def test_what_seeds_move_is_allowed(project: GitFolder) -> None:
    project.gen({"train.py": TRAIN.replace("loss *=", "import os; loss *= float(os.environ.get('DRIFT', 1)) *")})
    for seed in (1, 2, 3, 4):
        train(project, seed=seed)

    done = run_exp(project, "reproduce", "last", "--json", env={"DRIFT": "1.0001"})

    loss = next(one for one in envelope(done.out)["data"]["metrics"] if one["key"] == "loss")
    assert (done.status, loss["held"], loss["source"]) == (0, "within tolerance", "seeds")
    far = run_exp(project, "reproduce", "last~1", env={"DRIFT": "1.1"})
    assert far.status == 1


def test_a_run_that_failed_is_reproduced_by_failing(folder: GitFolder) -> None:
    folder.gen({"train.py": "import os, sys\nprint('loss=0.5')\nsys.exit(int(os.environ.get('STATUS', 4)))\n"})
    assert run_exp(folder, "run", "-q", "--", "python", "train.py").status == 4

    same = run_exp(folder, "reproduce", "last")
    other = run_exp(folder, "reproduce", "last~1", env={"STATUS": "0"})

    assert same.status == 0, same.out
    assert same.out.count("loss=0.5") == 1
    assert "it ended the same way: failed with exit status 4" in same.out
    assert other.status == 3
    assert "failed with exit status 4 then, finished now" in other.out
    assert f"exp logs {newest(folder)['id']}" in other.out
    assert "does it come out otherwise each time?" not in other.out


def test_what_is_missing_is_named_before_anything_runs(project: GitFolder) -> None:
    project.gen({"big.bin": os.urandom(1_200_000)})
    run = train(project)
    (project.path / "data.csv").write_text("4\n")
    (project.path / "big.bin").unlink()
    count = len(refs(project))

    refused = run_exp(project, "reproduce", run["id"])

    assert (refused.status, refused.out) == (125, "")
    assert "data.csv (its bytes are not here" in refused.err
    assert "hint: exp remote set --data URL, or for everybody" in refused.err
    assert "big.bin (its bytes are not here" in refused.err
    assert f", or exp reproduce {run['id']} --force  (without)" in refused.err
    assert len(refs(project)) == count
    assert leftovers(project) == (1, [])
    forced = run_exp(project, "reproduce", run["id"], "--force")
    assert forced.status == 3
    assert "not there: data.csv, big.bin" in forced.out


def test_files_that_the_snapshot_left_out_come_from_the_working_tree(project: GitFolder) -> None:
    content = os.urandom(1_200_000)
    project.gen({"big.bin": content, "train.py": "print('size=%d' % len(open('big.bin', 'rb').read()))\n"})
    run = train(project)
    assert [one["path"] for one in run["code"]["left_out"]] == ["big.bin"]

    kept = project.path.parent / "kept"
    done = run_exp(project, "reproduce", "last", "--keep", str(kept))

    assert done.status == 0, done.err
    assert (kept / "big.bin").read_bytes() == content
    assert f"its worktree is kept: {kept}" in done.err
    assert leftovers(project) == (2, [])


def test_a_data_folder_of_which_git_has_a_part_is_completed(project: GitFolder) -> None:
    project.gen({"set/README": "x\n", "set/a.csv": "1\n", ".gitignore": "*.csv\nmodel.txt\n"})
    project.git("add", "set/README", ".gitignore")
    project.git("commit", "--quiet", "-m", "part")
    train(project, "--data", "set")

    done = run_exp(project, "reproduce", "last")

    assert done.status == 0, done.err
    (item,) = [one for one in newest(project)["data"] if one["path"] == "set"]
    assert item["files"] == 2


def test_somebody_elses_command_is_asked_for(project: GitFolder) -> None:
    run = train(project)
    project.git("config", "user.email", "bob@example.org")

    refused = run_exp(project, "reproduce", "last")

    assert refused.status == 125
    assert f"{run['name']} is by Ada Lovelace <ada@example.org>" in refused.err
    assert f"hint: exp reproduce {run['id']} --yes" in refused.err
    for answer, status in ((b"n", 125), (b"y", 0)):
        environment = {**os.environ, "COLUMNS": "80"}
        with Terminal(["exp", "reproduce", run["id"]], cwd=project.path, env=environment) as terminal:
            terminal.expect(rb"python train.py --seed 3\r\nRun their code here\? \[y/N\] ")
            terminal.send(answer + b"\r")
            assert terminal.wait() == status
    assert run_exp(project, "reproduce", run["id"], "--yes").status == 0


def test_hidden_parts_of_a_command_have_to_be_given(folder: GitFolder) -> None:
    secret = "sk-proj-" + "a1B2c3D4" * 5
    folder.gen({"train.py": "import sys\nprint(f'loss={len(sys.argv[2])}')\n"})
    assert run_exp(folder, "run", "-q", "--", "python", "train.py", "--api-key", secret).status == 0
    run = newest(folder)
    assert "[redacted]" in run["command"]

    refused = run_exp(folder, "reproduce", "last")
    given = run_exp(folder, "reproduce", "last", "--", "python", "train.py", "--api-key", secret)

    assert (refused.status, "exp reproduce" in refused.err) == (125, True)
    assert "-- COMMAND" in refused.err
    assert given.status == 0, given.err
    assert newest(folder)["command"] == run["command"]


def test_hooks_and_filters_are_not_executed(project: GitFolder, tmp_path: pathlib.Path) -> None:
    project.gen({".gitattributes": "*.py filter=evil\n"})
    project.commit("attributes")
    train(project)
    hook = project.path / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran-hook\n")
    hook.chmod(0o755)
    project.git("config", "filter.evil.smudge", f"touch {tmp_path}/ran-filter; cat")

    assert run_exp(project, "reproduce", "last").status == 0
    assert list(tmp_path.glob("ran*")) == []
    assert run_exp(project, "reproduce", "last", "--with-filters").status == 0
    assert list(tmp_path.glob("ran*")) == [tmp_path / "ran-filter"]


def test_in_a_subfolder_and_with_a_detached_head(project: GitFolder) -> None:
    project.gen({"service/.exp.yaml": "experiment: fraud\nartifacts: [model.txt]\n", "service/train.py": TRAIN})
    project.gen({"service/data.csv": "1\n"})
    project.commit("service")
    done = run_exp(
        project, "run", "-q", "--data", "data.csv", "--", "python", "train.py", "--seed", "1", where="service"
    )
    assert done.status == 0, done.err
    run = newest(project)
    project.git("checkout", "--quiet", "--detach")

    again = run_exp(project, "reproduce", run["id"])

    assert again.status == 0, again.err
    assert (newest(project)["directory"], newest(project)["experiment"]) == ("service", "fraud")
    assert [one["path"] for one in newest(project)["artifacts"]] == ["service/model.txt"]
    assert "service/model.txt  identical" in again.out


def test_in_another_clone_that_is_shallow_and_in_a_bare_repository(tmp_path: pathlib.Path) -> None:
    team = Team.create(tmp_path)
    ada = team.clone("ada")
    ada.gen({"train.py": "print('loss=0.25')\n"})
    assert run_exp(ada, "run", "-q", "--", "python", "train.py").status == 0
    assert run_exp(ada, "push", "-q").status == 0
    bob = team.clone("bob")
    assert run_exp(bob, "pull").status == 0
    shallow = team.clone("eve", "--depth", "1")
    assert run_exp(shallow, "pull").status == 0
    bare = GitFolder(tmp_path / "bare.git")
    subprocess.run(["git", "clone", "--quiet", "--mirror", team.there.path, bare.path], check=True, timeout=60)

    for folder in (bob, shallow, bare):
        done = run_exp(folder, "reproduce", "last", "--yes")
        assert done.status == 0, done.err
        assert "✓ identical" in done.out
        assert len(refs(folder)) == 2


def test_a_snapshot_that_is_not_here_is_said(folder: GitFolder) -> None:
    assert run_exp(folder, "run", "-q", "--", "python", "train.py").status == 0
    snapshot = newest(folder)["code"]["snapshot"]
    (folder.path / ".git" / "objects" / snapshot[:2] / snapshot[2:]).unlink()

    done = run_exp(folder, "reproduce", "last")

    assert done.status == 125
    assert f"its snapshot {snapshot[:12]} is missing" in done.err


def test_a_run_in_a_fold(folder: GitFolder) -> None:
    assert run_exp(folder, "run", "-q", "--", "python", "train.py").status == 0
    run = newest(folder)["id"]
    folded = run_exp(folder, "fold", "--all")
    assert folded.status == 0, folded.err
    assert refs(folder) == []

    done = run_exp(folder, "reproduce", run)

    assert done.status == 0, done.err
    assert newest(folder)["lineage"] == {"reproduces": run}


def test_submodules_come_from_where_they_are_checked_out(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    library = GitFolder.create(tmp_path / "library")
    library.gen({"values.py": "LOSS = 0.125\n"})
    library.commit("library")
    folder.git("submodule", "--quiet", "add", str(library.path), "lib")
    folder.gen({"train.py": "import sys\nsys.path.insert(0, 'lib')\nfrom values import LOSS\nprint(f'loss={LOSS}')\n"})
    folder.commit("with a library")
    assert run_exp(folder, "run", "-q", "--", "python", "train.py").status == 0

    done = run_exp(folder, "reproduce", "last")
    assert done.status == 0, done.err
    assert newest(folder)["code"]["submodules"] == [
        {"path": "lib", "commit": library.git("rev-parse", "HEAD"), "dirty": False}
    ]
    assert leftovers(folder) == (1, [])
    folder.git("submodule", "--quiet", "deinit", "--force", "lib")
    refused = run_exp(folder, "reproduce", "last")
    assert refused.status == 125
    assert "submodule lib" in refused.err
    assert "hint: git submodule update --init lib" in refused.err
    assert leftovers(folder) == (1, [])


def test_interrupted_it_leaves_nothing_and_gives_no_verdict(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    folder.gen({"train.py": f"print('rea' + 'dy', flush=True)\nopen({str(gate)!r}).read()\n"})
    recording = subprocess.Popen(["exp", "run", "-q", "--", "python", "train.py"], cwd=folder.path)
    open_gate(gate)
    assert recording.wait(60) == 0

    with Terminal(["exp", "reproduce", "last"], cwd=folder.path, env={**os.environ, "COLUMNS": "80"}) as terminal:
        terminal.expect(rb"ready")
        terminal.send(b"\x03")
        terminal.expect(rb"interrupted: there is no verdict")
        assert terminal.wait() == -signal.SIGINT

    assert newest(folder)["status"] == "interrupted"
    assert leftovers(folder) == (1, [])


def test_terminated_before_the_start_it_leaves_nothing(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    """While a filter blocks the checkout, as a slow disk would."""
    gate, there = tmp_path / "gate", tmp_path / "there"
    os.mkfifo(gate)
    folder.gen({".gitattributes": "*.py filter=slow\n"})
    folder.commit("attributes")
    assert run_exp(folder, "run", "-q", "--", "python", "train.py").status == 0
    folder.git("config", "filter.slow.smudge", f"touch {there}; cat {gate}; cat")
    process = subprocess.Popen(
        ["exp", "reproduce", "last", "--with-filters"], cwd=folder.path, stderr=subprocess.PIPE, start_new_session=True
    )
    wait_until(there.exists)

    os.killpg(process.pid, signal.SIGTERM)

    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert leftovers(folder) == (1, [])


def test_what_a_script_leaves_goes_with_the_worktree(folder: GitFolder) -> None:
    folder.gen({"train.py": "import os\nos.makedirs('deep/er')\nopen('deep/er/file', 'w')\nprint('loss=1')\n"})
    assert run_exp(folder, "run", "-q", "--", "python", "train.py").status == 0
    shutil.rmtree(folder.path / "deep")

    done = run_exp(folder, "reproduce", "last")

    assert done.status == 0, done.err
    assert leftovers(folder) == (1, [])


def test_an_interpreter_that_is_gone(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    gone = tmp_path / "venv" / "bin" / "python"
    gone.parent.mkdir(parents=True)
    gone.symlink_to(sys.executable)
    assert run_exp(folder, "run", "-q", "--", str(gone), "train.py").status == 0
    shutil.rmtree(tmp_path / "venv")

    done = run_exp(folder, "reproduce", "last")

    assert done.status == 0, done.err
    assert f"{gone} is python here" in done.err


def make_wheel(where: pathlib.Path, version: str) -> None:
    """A package of one module."""
    where.mkdir(exist_ok=True)
    about = f"tinylib-{version}.dist-info"
    with zipfile.ZipFile(where / f"tinylib-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tinylib.py", f"LOSS = {version}\n")
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: tinylib\nVersion: {version}\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


def test_the_environment_is_made_again(
    folder: GitFolder, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("1.5", "2.5"):
        make_wheel(tmp_path / "wheels", version)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True, timeout=120)
    python = environment / "bin" / "python"

    def install(what: str) -> None:
        subprocess.run([python, "-m", "pip", "install", "--quiet", what], check=True, timeout=120)

    install("tinylib==1.5")
    folder.gen({"train.py": "import tinylib\nprint(f'loss={tinylib.LOSS}')\n"})
    assert run_exp(folder, "run", "-q", "--", str(python), "train.py").status == 0
    run = newest(folder)["id"]
    install("tinylib==2.5")

    present = run_exp(folder, "reproduce", run)
    rebuilt = run_exp(folder, "reproduce", run, "--env")
    cached = run_exp(folder, "reproduce", run, "--env", env={"PIP_FIND_LINKS": str(tmp_path)})

    assert present.status == 1
    assert "not as it was: packages: 1 changed (tinylib 1.5 -> 2.5)\n" in present.err
    assert "1 changed (tinylib 1.5 -> 2.5)" in present.out
    assert f"exp reproduce {run} --env" in present.out
    assert rebuilt.status == 0, rebuilt.err
    assert "making the environment from packages.txt, once" in rebuilt.err
    assert cached.status == 0, cached.err
    assert "making the environment" not in cached.err
    made = newest(folder)
    assert "/.git/exp/environments/" in made["environment"]["executable"]
    assert "tinylib==1.5" in folder.git("show", f"{made['ref']}:.exp/environment/packages.txt")


def test_an_environment_that_cannot_be_made_is_refused(
    folder: GitFolder, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    run = train_with_packages(folder, "tinylib==9.9\n-e /home/ada/tool\n--index-url http://evil.example\n")

    done = run_exp(folder, "reproduce", run, "--env")

    assert done.status == 125
    assert "could not be made: ERROR: " in done.err
    assert "tinylib==9.9" in done.err
    assert "evil" not in done.err
    assert leftovers(folder) == (1, [])
    assert [one for one in (folder.path / ".git/exp/environments").iterdir() if one.is_dir()] == []


def train_with_packages(folder: GitFolder, text: str) -> str:
    """A run whose list of packages is another one; its id."""
    store_run(folder, plan_run(folder, "k3v9x2mabc"), {"environment/packages.txt": text.encode()})
    return "k3v9x2mabc"


def test_a_folder_outside_is_refused(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc", directory="../../evil"))

    done = run_exp(folder, "reproduce", "k3v9x2mabc", "--json")

    assert done.status == 125
    (error,) = envelope(done.out)["errors"]
    assert "no folder of its repository" in error["message"]
    assert not (folder.path.parent.parent / "evil").exists()
    assert leftovers(folder) == (1, [])


def test_with_json_the_output_goes_to_standard_error(project: GitFolder) -> None:
    project.gen({"train.py": "print('loss=0.5')\n"})
    train(project)

    done = run_exp(project, "reproduce", "last", "--json")

    assert json.loads(done.out)["data"]["outcome"] == "identical"
    assert "loss=0.5" in done.err


def test_what_moves_numbers_is_set_as_it_was(folder: GitFolder) -> None:
    folder.gen({"train.py": "import os\nprint('loss=' + os.environ.get('OMP_NUM_THREADS', '9'))\n"})
    assert run_exp(folder, "run", "-q", "--", "python", "train.py", env={"OMP_NUM_THREADS": "2"}).status == 0

    done = run_exp(folder, "reproduce", "last")

    assert done.status == 0, done.out
    assert "OMP_NUM_THREADS=2, as it was" in done.err


RESUMABLE = """
import os
import gitexp
done = int(open("state.txt").read()) if os.path.exists("state.txt") else 0
for step in range(done, done + 3):
    gitexp.log({"loss": 1 / (step + 1)}, step=step)
open("state.txt", "w").write(str(done + 3))
"""


def test_a_resumed_run_begins_again_from_where_it_had(folder: GitFolder) -> None:
    folder.gen({"train.py": RESUMABLE, ".gitignore": "state.txt\n"})
    folder.commit("resumable")
    assert run_exp(folder, "run", "-q", "-a", "state.txt", "--", "python", "train.py").status == 0
    assert run_exp(folder, "run", "-q", "--resume", "last").status == 0
    resumed = newest(folder)
    assert resumed["metrics"]["loss"]["step"] == 5

    done = run_exp(folder, "reproduce", resumed["id"])

    assert done.status == 0, (done.out, done.err)
    assert "put in place" in done.err
    again = newest(folder)
    assert again["lineage"] == {"reproduces": resumed["id"]}
    assert (again["metrics"]["loss"]["first"], again["metrics"]["loss"]["step"]) == (0.25, 5)
    assert run_exp(folder, "ls", "--json").out.count(f'"resumes": "{resumed["id"]}"') == 0


def test_checkpoints_come_from_the_data_remote_or_nothing_starts(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    large = RESUMABLE.replace("str(done + 3)", "str(done + 3).ljust(2_000_000)")
    folder.gen({"train.py": large, ".gitignore": "state.txt\n"})
    folder.commit("resumable")
    folder.git("init", "--quiet", "--bare", str(tmp_path / "team.git"))
    folder.git("remote", "add", "origin", str(tmp_path / "team.git"))
    folder.git("push", "--quiet", "origin", "HEAD")
    assert run_exp(folder, "run", "-q", "-a", "state.txt", "--", "python", "train.py").status == 0
    assert run_exp(folder, "run", "-q", "--resume", "last").status == 0
    resumed = newest(folder)
    storage = str(tmp_path / "storage")
    assert run_exp(folder, "push", "--data-remote", storage).status == 0
    shutil.rmtree(folder.path / ".git" / "exp" / "cache")
    (folder.path / "state.txt").unlink()

    refused = run_exp(folder, "reproduce", resumed["id"])
    assert refused.status == 125
    assert "state.txt" in refused.err
    assert newest(folder)["id"] == resumed["id"]

    done = run_exp(folder, "reproduce", resumed["id"], "--data-remote", storage)
    assert done.status == 0, (done.out, done.err)
    assert "the chain forks here" not in done.err
    assert newest(folder)["metrics"]["loss"]["first"] == 0.25
