"""``exp run``: what a run leaves behind, and what it never touches."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from kit.exp import envelope, manifest, only_run, part, refs, run_exp
from kit.git import GitFolder
from kit.screen import run_on_terminal

if TYPE_CHECKING:
    import pathlib

PYTHON = sys.executable
GIT = shutil.which("git")


def test_a_run_is_one_commit_beside_the_branch(folder: GitFolder) -> None:
    before = folder.state()
    ran = run_exp(folder, "run", "--", PYTHON, "train.py", "--lr", "0.1")
    assert (ran.status, ran.out) == (0, "loss=0.5\n")
    run = only_run(folder)
    assert (run["status"], run["exit_code"], run["experiment"]) == ("finished", 0, "default")
    assert run["command"] == [PYTHON, "train.py", "--lr", "0.1"]
    assert run["params"] == {"lr": 0.1}
    assert run["metrics"]["loss"] == {
        "last": 0.5, "min": 0.5, "max": 0.5, "first": 0.5, "count": 1, "source": "output",
    }  # fmt: skip
    assert run["code"]["commit"] == run["code"]["snapshot"] == folder.git("rev-parse", "HEAD")
    assert run["code"]["dirty"] is False
    assert run["user"] == {"name": "Ada Lovelace", "email": "ada@example.org"}
    assert part(folder, run["ref"], "output.log") == "loss=0.5"
    assert part(folder, run["ref"], "metrics.csv") == "step,time,loss\n,,0.5"
    assert folder.git("rev-parse", f"{run['ref']}^") == folder.git("rev-parse", "HEAD")
    assert "gitexp" not in folder.git("log", "--format=%s", "main")
    assert refs(folder, "refs/exp") == []
    assert folder.state() == before
    assert not list((folder.path / ".git" / "exp" / "live").iterdir())
    folder.git("fsck", "--strict", "--no-dangling")


def test_the_summary_says_what_came_out_and_what_to_type(folder: GitFolder) -> None:
    run_exp(folder, "run", "-n", "first", "--", PYTHON, "-c", "print('loss=0.5')")
    ran = run_exp(folder, "run", "-n", "second", "--", PYTHON, "-c", "print('loss=0.25')")
    lines = ran.err.splitlines()
    assert lines[0].startswith("exp: finished  second in ")
    assert lines[1:] == ["  loss  0.25  -0.25  against first", "  exp show second"]
    assert run_exp(folder, "run", "-q", "--", "true").err == ""


def test_a_run_is_held_against_the_last_that_finished(folder: GitFolder) -> None:
    def run(name: str, code: str) -> str:
        return run_exp(folder, "run", "-n", name, "--", PYTHON, "-c", code).err

    run("good", "print('loss=0.5')")
    assert "against good" in run("bad", "print('loss=9.0'); raise SystemExit(1)")
    assert "against good" in run("better", "print('loss=0.25')")
    kept = folder.path / ".git/exp/cache/previous/default"
    kept.write_text("refs/heads/main\n")
    assert "against better" in run("best", "print('loss=0.125')")
    folder.git("update-ref", "-d", kept.read_text().strip())
    assert "against better" in run("again", "print('loss=0.1')")


def test_the_working_tree_that_ran_is_in_the_commit_uncommitted_and_untracked(folder: GitFolder) -> None:
    folder.gen({"train.py": "import model\n", "model.py": "print('loss=0.125')\n", "notes.txt": "idea\n"})
    before = folder.state()
    assert run_exp(folder, "run", "--", PYTHON, "-B", "train.py").out == "loss=0.125\n"
    run = only_run(folder)
    assert run["code"]["dirty"] is True
    snapshot = run["code"]["snapshot"]
    assert folder.git("show", f"{run['ref']}:train.py") == "import model"
    assert folder.git("ls-tree", "--name-only", snapshot).split() == ["README.md", "model.py", "notes.txt", "train.py"]
    assert folder.git("diff", "--name-only", run["code"]["commit"], f"{run['ref']}^").split() == [
        "model.py", "notes.txt", "train.py",
    ]  # fmt: skip
    assert folder.git("show", "--format=", "--name-only", run["ref"]).split()[0].startswith(".exp/")
    assert folder.state() == before


def test_equal_code_is_stored_once_and_gives_equal_fingerprints(folder: GitFolder) -> None:
    folder.gen({"train.py": "import json; json.dump({'loss': 0.5}, open('metrics.json', 'w'))\n"})
    for _ in range(2):
        run_exp(folder, "run", "-a", "metrics.json", "--", PYTHON, "train.py")
    one, other = (manifest(folder, ref) for ref in refs(folder))
    assert one["code"]["snapshot"] == other["code"]["snapshot"]
    assert one["fingerprint"] == other["fingerprint"]
    newer = max((one, other), key=lambda run: run["started_at"])
    assert [(left["path"], left["why"]) for left in newer["code"]["left_out"]] == [("metrics.json", "written by runs")]


def test_a_failed_run_is_a_run(folder: GitFolder) -> None:
    ran = run_exp(folder, "run", "--", PYTHON, "-c", "print('loss=3.0'); raise SystemExit(3)")
    assert ran.status == 3
    assert "failed (exit 3)" in ran.err
    run = only_run(folder)
    assert (run["status"], run["exit_code"]) == ("failed", 3)
    assert run["metrics"]["loss"]["last"] == 3.0


@pytest.mark.parametrize(
    ("code", "status", "word", "signal"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137, "killed", "SIGKILL"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", 143, "killed", "SIGTERM"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", 139, "failed", "SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGINT)", -2, "interrupted", "SIGINT"),
    ],
)
def test_a_signal_has_its_word_and_its_status(
    folder: GitFolder, code: str, status: int, word: str, signal: str
) -> None:
    ran = run_exp(folder, "run", "--", PYTHON, "-c", code)
    run = only_run(folder)
    assert (ran.status, run["status"], run["signal"]) == (status, word, signal)
    assert "exit_code" not in run


@pytest.mark.parametrize(("mode", "status"), [(None, 127), (0o644, 126)])
def test_a_command_that_cannot_start_is_told_and_recorded(folder: GitFolder, mode: int | None, status: int) -> None:
    if mode is not None:
        folder.gen({"tool": "#!/bin/sh\n"})
        (folder.path / "tool").chmod(mode)
    ran = run_exp(folder, "run", "--", "./tool", "--lr", "1")
    assert ran.status == status
    assert "exp: ./tool could not be started" in ran.err
    run = only_run(folder)
    assert (run["status"], run["exit_code"], run["params"]) == ("failed", status, {"lr": 1})


def test_what_is_said_on_the_command_line_is_recorded(folder: GitFolder) -> None:
    folder.gen({"conf.toml": "[model]\ndepth = 4\n", "notes.md": "x"})
    ran = run_exp(
        folder, "run", "-e", "trees", "-n", "deep", "-p", "model.width=8", "-p", "opt=adam", "--params-file",
        "conf.toml", "-t", "baseline", "-t", "team=fraud", "-m", "a note", "--hypothesis", "deeper helps", "--seed",
        "7", "--", "true",
    )  # fmt: skip
    assert ran.status == 0
    run = only_run(folder)
    assert (run["experiment"], run["name"], run["seed"]) == ("trees", "deep", 7)
    assert run["ref"].startswith("refs/runs/trees/")
    assert run["params"] == {"model.depth": 4, "model.width": 8, "opt": "adam"}
    assert run["param_sources"] == {"model.depth": "conf.toml", "model.width": "--param", "opt": "--param"}
    assert run["tags"] == {"baseline": True, "team": "fraud"}
    assert (run["note"], run["hypothesis"]) == ("a note", "deeper helps")


def test_params_from_everywhere_lose_nothing(folder: GitFolder) -> None:
    folder.gen({"params.yaml": "lr: 0.3\nmodel: {depth: 4}\nlr_min: 1e-5\n", "conf.json": '{"lr": 0.2, "seed": 3}'})
    run_exp(folder, "run", "-p", "batch=16", "--", "echo", "--config", "conf.json", "--lr=0.1", "--no-amp", "-v")
    run = only_run(folder)
    assert run["params"] == {
        "batch": 16, "config": "conf.json", "lr": 0.1, "amp": False, "v": True, "seed": 3, "model.depth": 4,
        "lr_min": 1e-05, "conf.json:lr": 0.2, "params.yaml:lr": 0.3,
    }  # fmt: skip
    assert run["seed"] == 3


def test_metrics_from_files_and_output_have_their_source(folder: GitFolder) -> None:
    folder.gen({"old.json": "{}", "metrics.csv": "step,stale\n1,1\n"})
    code = (
        "import json\n"
        "for epoch in range(1, 4): print(f'Epoch {epoch}/3 loss: {1 / epoch:.2f} val_acc: {epoch / 4}')\n"
        "json.dump({'val_acc': 0.7512345, 'test': {'auc': 0.9}}, open('metrics.json', 'w'))\n"
    )
    run_exp(folder, "run", "--", PYTHON, "-c", code)
    run = only_run(folder)
    assert run["metrics"]["test.auc"]["source"] == "metrics.json"
    assert (run["metrics"]["loss"]["first"], run["metrics"]["loss"]["step"]) == (1.0, 3)
    joined = run["metrics"]["val_acc"]
    assert (joined["last"], joined["first"], joined["count"]) == (0.7512345, 0.25, 4)
    assert joined["source"] == "output, metrics.json"
    assert "stale" not in run["metrics"]
    header, *rows = part(folder, run["ref"], "metrics.csv").split("\n")
    assert sorted(header.split(",")) == ["loss", "step", "test.auc", "time", "val_acc"]
    assert rows[-1].split(",")[0] == "3"
    run_exp(folder, "run", "-e", "off", "--no-extract", "--", PYTHON, "-c", "print('loss=1.0')", "--lr", "1")
    (ref,) = refs(folder, "refs/runs/off")
    off = manifest(folder, ref)
    assert ("metrics" in off, "params" in off) == (False, False)


def test_a_secret_is_in_no_object(folder: GitFolder) -> None:
    secret = "hunter2" + "hunter2" * 3
    folder.gen({".env": f"API_KEY={secret}\n", "params.yaml": f"db:\n  password: {secret}\n"})
    code = f"print('using key {secret}')"
    ran = run_exp(folder, "run", "-m", f"key {secret}", "--", PYTHON, "-c", code, "--api-key", secret)
    assert ran.out == f"using key {secret}\n"
    assert "hidden: " in ran.err
    run = only_run(folder)
    assert run["params"] == {"api_key": "[redacted]", "db.password": "[redacted]"}
    assert run["command"][-1] == "[redacted]"
    assert {"params.api_key", "params.db.password", "note"} <= set(run["redacted"])
    assert [(left["path"], "md5" in left) for left in run["code"]["left_out"]] == [(".env", False)]
    for line in folder.git("rev-list", "--objects", run["ref"]).split("\n"):
        object_id, _, path = line.partition(" ")
        if path != "params.yaml":  # a file that the run needs is kept, and warned of where it holds a known token
            assert secret not in folder.git("cat-file", "-p", object_id), path


def test_a_token_in_code_that_the_run_needs_is_kept_and_warned_of(folder: GitFolder) -> None:
    token = "hf_" + "".join(chr(ord("a") + number % 26) for number in range(7, 41))
    folder.gen({"train.py": f"import os\nKEY = '{token}'\n"})
    ran = run_exp(folder, "run", "--", PYTHON, "train.py")
    assert "train.py, line 2, looks like it holds a secret (" in ran.err
    assert token not in ran.err
    assert token in folder.git("show", f"{only_run(folder)['ref']}:train.py")


def test_artifacts_and_data_are_kept_or_pointed_to(folder: GitFolder) -> None:
    folder.gen({"data/train.csv": "a,b\n1,2\n", "data/more.csv": "c\n", ".gitignore": "data/\n*.bin\n"})
    code = "open('small.txt', 'w').write('hi'); open('big.bin', 'wb').write(bytes(2_000_000))"
    ran = run_exp(
        folder, "run", "--data", "data", "-a", "small.txt", "-a", "big.bin", "-a", "none.pt", "--", PYTHON, "-c", code
    )
    assert ran.status == 0, ran.err
    run = only_run(folder)
    kept = {one["path"]: one["kept"] for one in run["artifacts"]}
    assert kept == {"small.txt": "git", "big.bin": "dvc", "none.pt": "no"}
    assert part(folder, run["ref"], "artifacts/small.txt") == "hi"
    assert "size: 2000000" in part(folder, run["ref"], "artifacts/big.bin.dvc")
    (data,) = run["data"]
    assert (data["path"], data["files"], data["md5"][-4:]) == ("data", 2, ".dir")
    assert "nfiles: 2" in part(folder, run["ref"], "data/data.dvc")
    assert "none.pt" in ran.err
    md5 = next(one["md5"] for one in run["artifacts"] if one["path"] == "big.bin")
    assert (folder.path / ".git/exp/cache/files/md5" / md5[:2] / md5[2:]).stat().st_size == 2_000_000


def test_a_run_in_a_subfolder_and_in_a_project_of_a_monorepo(folder: GitFolder) -> None:
    folder.gen({"services/fraud/.exp.yaml": "experiment: fraud\n", "services/fraud/deep/t.py": "print('auc=0.75')\n"})
    run_exp(folder, "run", "--", PYTHON, "t.py", where="services/fraud/deep")
    run = only_run(folder)
    assert (run["experiment"], run["project"], run["directory"]) == ("fraud", "services/fraud", "services/fraud/deep")
    assert run["metrics"]["auc"]["last"] == 0.75


def test_a_run_before_the_first_commit_and_on_a_detached_head(tmp_path: pathlib.Path) -> None:
    unborn = GitFolder.create(tmp_path / "new")
    unborn.gen({"t.py": "print('x=1')\n"})
    assert run_exp(unborn, "run", "--", PYTHON, "t.py").status == 0
    run = only_run(unborn)
    assert ("commit" in run["code"], run["code"]["branch"]) == (False, "main")
    assert unborn.git("rev-list", "--count", run["ref"]) == "2"
    unborn.commit()
    unborn.git("checkout", "--quiet", "--detach")
    run_exp(unborn, "run", "-e", "detached", "--", PYTHON, "t.py")
    (ref,) = refs(unborn, "refs/runs/detached")
    assert "branch" not in manifest(unborn, ref)["code"]


def test_dry_run_says_what_would_be_recorded_and_runs_nothing(folder: GitFolder) -> None:
    folder.gen({"params.yaml": "lr: 0.1\n", "weights.bin": b"\0" * 10})
    ran = run_exp(folder, "run", "--dry-run", "--", "touch", "made")
    assert ran.status == 0
    assert "param lr" in ran.out
    assert "weights.bin" in ran.out
    assert not (folder.path / "made").exists()
    assert refs(folder, "refs/runs") + refs(folder, "refs/exp") == []
    data = envelope(run_exp(folder, "run", "--dry-run", "--json", "--", "true").out)["data"]
    assert data["run"]["params"] == {"lr": 0.1}


def test_json_leaves_standard_output_to_the_command(folder: GitFolder) -> None:
    ran = run_exp(folder, "run", "--json", "--", "printf", "loss: 0.5\\n")
    assert ran.out == "loss: 0.5\n"
    data = envelope(ran.err)["data"]
    (ref,) = refs(folder)
    assert (data["ref"], data["commit"], data["exit_status"]) == (ref, folder.git("rev-parse", ref), 0)
    assert data["run"]["metrics"]["loss"]["last"] == 0.5


def test_a_run_is_signed_where_git_signs_commits(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    key = tmp_path / "key"
    assert folder.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)).returncode == 0
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", str(key)), ("commit.gpgSign", "true")):
        folder.git("config", name, value)
    assert run_exp(folder, "run", "--", "true").status == 0
    (ref,) = refs(folder)
    assert "-----BEGIN SSH SIGNATURE-----" in folder.git("cat-file", "-p", ref)
    key.unlink()
    ran = run_exp(folder, "run", "-e", "unsigned", "--", "true")
    assert ran.status == 0
    assert "stored unsigned" in ran.err
    assert len(refs(folder, "refs/runs/unsigned")) == 1


def test_packages_of_the_interpreter_that_runs_are_recorded(folder: GitFolder) -> None:
    run_exp(folder, "run", "--", PYTHON, "-c", "pass")
    run = only_run(folder)
    assert run["environment"]["python"] == sys.version.split()[0]
    assert "dulwich==" in part(folder, run["ref"], "environment/packages.txt")
    run_exp(folder, "run", "-e", "shell", "--", "sh", "-c", "exit 0")
    (ref,) = refs(folder, "refs/runs/shell")
    environment = manifest(folder, ref)["environment"]
    assert "python" not in environment
    assert "Python" in environment["unknown"]


def test_edits_in_a_submodule_are_told_and_make_no_two_runs_equal(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    inner = GitFolder.create(tmp_path / "inner")
    inner.gen({"lib.py": "1\n"})
    inner.commit()
    folder.git("submodule", "--quiet", "add", str(inner.path), "lib")
    folder.commit("submodule")
    run_exp(folder, "run", "-e", "clean", "--", "true")
    folder.gen({"lib/lib.py": "2\n"})
    ran = run_exp(folder, "run", "-e", "edited", "--", "true")
    assert "submodule lib has changes that no run can hold" in ran.err
    clean, edited = (manifest(folder, ref) for ref in refs(folder))
    assert "fingerprint" in clean
    assert "fingerprint" not in edited
    assert edited["code"]["dirty"] is True


def test_a_configuration_file_with_a_secret_is_warned_of(folder: GitFolder) -> None:
    secret = "s3cr3t" + "Passw0rd99"
    folder.gen({"params.yaml": f"db:\n  password: {secret}\n", "train.py": "token = len('abc')\n"})
    ran = run_exp(folder, "run", "--", PYTHON, "train.py")
    assert "params.yaml looks like it holds a secret; the run keeps the file" in ran.err
    assert "train.py looks" not in ran.err


def test_what_earlier_runs_wrote_is_no_code(folder: GitFolder) -> None:
    folder.gen(
        {"outputs/2026-11-23/09-14-03/.hydra/config.yaml": "lr: 1\n", "pkg/__pycache__/x.cpython-311.pyc": b"\0"}
    )
    with (folder.path / "out.txt").open("wb") as out:
        subprocess.run(
            [PYTHON, "-m", "gitexp", "run", "-q", "--", "echo", "hi"], cwd=folder.path, stdout=out, check=True
        )
    assert (folder.path / "out.txt").read_text() == "hi\n"
    run = only_run(folder)
    assert run["code"]["dirty"] is False
    assert {left["why"] for left in run["code"]["left_out"]} == {"written by runs"}
    assert len(run["code"]["left_out"]) == 3


def test_thousands_of_files_that_are_left_out_are_one_line(folder: GitFolder) -> None:
    folder.gen({f"imgs/{number}.png": b"\0\1" for number in range(300)})
    run_exp(folder, "run", "--", "true")
    (left,) = only_run(folder)["code"]["left_out"]
    assert left == {"path": "imgs/", "why": "300 files: untracked and binary", "bytes": 600}


def test_a_loop_of_a_shell_stops_at_ctrl_c(folder: GitFolder) -> None:
    # The group gets the signal, as from a terminal; bash then stops only if what it ran died of it.
    script = "for i in 1 2; do echo start $i; exp run -q -- python -c 'import os; os.kill(0, 2); os.read(0, 1)'; done"
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder.path, stdin=subprocess.DEVNULL, capture_output=True, check=False,
        start_new_session=True, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == (b"start 1\n", -2)
    assert only_run(folder)["status"] == "interrupted"


def test_a_closed_stream_stays_closed_and_changes_no_status(folder: GitFolder) -> None:
    done = folder.run("sh", "-c", "exp run -- sh -c 'exit 0' 2>&-")
    assert (done.returncode, done.stderr) == (0, b"")
    assert folder.run("sh", "-c", "exp run -q -- touch made >&-").returncode == 0
    assert (folder.path / "made").exists()
    assert folder.run("sh", "-c", "exp ls >&-").returncode == 0


def test_a_folder_that_is_gone_is_told(folder: GitFolder) -> None:
    done = folder.run("sh", "-c", "mkdir gone && cd gone && rmdir ../gone && exp run -- true")
    assert done.returncode == 125
    assert b"the current folder is not there any more" in done.stderr


def test_data_that_is_not_there_is_told(folder: GitFolder) -> None:
    assert "data nope.csv is not known: " in run_exp(folder, "run", "--data", "nope.csv", "--", "true").err


def test_a_script_without_its_interpreter_gets_a_hint(folder: GitFolder) -> None:
    ran = run_exp(folder, "run", "--", "train.py")
    assert ran.status == 127
    assert "hint: exp run -- python train.py" in ran.err


def test_progress_that_was_redrawn_is_recorded_as_it_stood(folder: GitFolder) -> None:
    code = "import sys; [sys.stdout.write(f'\\r{n}% loss={1 / n:.2f}') for n in range(1, 5)]; print()"
    ran = run_exp(folder, "run", "--", PYTHON, "-c", code)
    assert ran.out.count("\r") == 4
    run = only_run(folder)
    assert part(folder, run["ref"], "output.log").endswith("4% loss=0.25")
    assert "1% loss" not in part(folder, run["ref"], "output.log")


def test_on_a_terminal_no_pager_waits_for_keys_and_the_summary_has_a_line_of_its_own(folder: GitFolder) -> None:
    code = "import os; print(os.environ['PAGER'], os.environ['GIT_PAGER'], end='')"
    status, text = run_on_terminal(folder, "exp", "--color", "never", "run", "-n", "paged", "--", PYTHON, "-c", code)
    assert status == 0
    assert "cat cat\nexp: ✓ finished  paged in " in text


def test_a_secret_of_hydra_alone_is_hidden_in_the_output_too(folder: GitFolder) -> None:
    secret = "Hydra" + "Secret4242"
    folder.gen({".gitignore": "outputs/\n"})
    folder.commit("ignore")
    code = (
        "import os; os.makedirs('outputs/1/.hydra')\n"
        f"open('outputs/1/.hydra/config.yaml', 'w').write('db: {{password: {secret}}}')\n"
        f"print('connecting with {secret[:5]}' + '{secret[5:]}')\n"
    )
    run_exp(folder, "run", "--", PYTHON, "-c", code)
    run = only_run(folder)
    assert run["params"]["db.password"] == "[redacted]"
    assert part(folder, run["ref"], "output.log") == "connecting with [redacted]"


def test_a_warning_that_quotes_a_secret_is_redacted(folder: GitFolder) -> None:
    token = "hf_" + "".join(chr(ord("a") + number % 26) for number in range(3, 37))
    folder.gen({"params.yaml": f"key: !{token} x\n", ".gitignore": "params.yaml\n"})
    folder.commit("ignore")
    ran = run_exp(folder, "run", "--", "true")
    run = only_run(folder)
    assert "params.yaml" in "".join(run["warnings"])
    assert token not in ran.err + "".join(run["warnings"])


def test_texts_that_are_no_unicode_are_recorded_so_that_any_reader_reads_them(folder: GitFolder) -> None:
    done = folder.run(
        PYTHON, "-m", "gitexp", "run", "-p", 'x="\\ud800"', "-p", "y=nan", "--", "echo", "--name", b"\xff"
    )
    assert done.returncode == 0
    run = only_run(folder)
    assert run["command"] == ["echo", "--name", "\\xff"]
    assert run["params"]["x"] == "\\ud800"
    assert "redacted" not in run
    text = folder.git("show", f"{run['ref']}:.exp/run.yaml")
    assert yaml.load(text, Loader=yaml.CSafeLoader)["id"] == run["id"]


def test_an_artifact_that_holds_a_known_secret_is_warned_of(folder: GitFolder) -> None:
    secret = "hunter2" * 4
    code = "import sys; open('out.txt', 'w').write(sys.argv[2])"
    ran = run_exp(folder, "run", "-a", "out.txt", "--", PYTHON, "-c", code, "--api-key", secret)
    assert "artifact out.txt looks like it holds a secret; the run keeps it" in ran.err


def test_where_the_working_tree_cannot_be_recorded_no_fingerprint_says_that_it_was(folder: GitFolder) -> None:
    folder.gen({"train.py": "print('loss=0.25')\n"})
    wrapper = folder.path.parent / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\ncase "$*" in *update-index*) echo broken >&2; exit 1;; esac\nexec {GIT} "$@"\n')
    wrapper.chmod(0o755)
    ran = run_exp(folder, "run", "--", PYTHON, "train.py", env={"PATH": f"{wrapper.parent}:{os.environ['PATH']}"})
    assert "the working tree was not recorded, only the commit that is checked out" in ran.err
    run = only_run(folder)
    assert (run["code"]["dirty"], "fingerprint" in run) == (True, False)
    assert "the working tree could NOT be recorded" in run_exp(folder, "show").out
