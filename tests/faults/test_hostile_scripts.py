"""Scripts that do odd things with what a run is made of: nothing of theirs changes, nothing that they said is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.processes import list_children
from kit.dying import read_state
from kit.exp import PATIENCE, envelope, only_run, part, refs, run_exp
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="links, leases and processes of Linux")


def run_script(folder: GitFolder, code: str, *options: str) -> str:
    """Records a script and returns what exp said."""
    (folder.path / "script.py").write_text(code)
    ran = run_exp(folder, "run", *options, "--", sys.executable, "script.py")
    assert ran.status == 0, ran.err
    return ran.err


def test_what_a_link_among_the_artifacts_leads_to_stays_as_it_is(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    data = tmp_path / "mydata"
    data.mkdir()
    (data / "big.bin").write_bytes(b"x" * 3_000_000)
    before = os.stat(data / "big.bin")

    run_script(folder, f"import gitexp, os\nos.symlink({str(data)!r}, os.path.join(gitexp.current().folder, 'tb'))\n")

    assert [one["path"] for one in only_run(folder)["artifacts"]] == ["tb"]
    after = os.stat(data / "big.bin")
    assert (after.st_mode, after.st_nlink, after.st_ino) == (before.st_mode, 1, before.st_ino)


def test_a_file_that_is_still_written_to_is_recorded_as_it_was(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    writer = (
        "import os, sys\nfile = open(sys.argv[1], 'ab', buffering=0)\nfile.write(b'A' * 3_000_000)\n"
        "open(sys.argv[2] + '/ready', 'w').close()\n"
        "os.read(os.open(sys.argv[2] + '/go', os.O_RDONLY), 1)\n"
        "file.write(b'B' * 1000)\nopen(sys.argv[2] + '/written', 'w').close()\n"
    )
    (folder.path / "writer.py").write_text(writer)
    os.mkfifo(tmp_path / "go")
    run_script(
        folder,
        "import gitexp, os, subprocess, sys, time\n"
        f"place = {str(tmp_path)!r}\n"
        "null = subprocess.DEVNULL\n"
        "path = os.path.join(gitexp.current().folder, 'big.bin')\n"
        "subprocess.Popen([sys.executable, 'writer.py', path, place], stdin=null, stdout=null, stderr=null)\n"
        "while not os.path.exists(place + '/ready'): time.sleep(0.01)\n",
    )
    (tmp_path / "go").write_text("x")
    wait_until((tmp_path / "written").exists)

    shown = folder.run("exp", "show", "--part", "big.bin")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout == b"A" * 3_000_000


def test_a_folder_that_holds_the_journal_is_kept_without_it(folder: GitFolder) -> None:
    os.rename(folder.path / ".git", folder.path / "store.git")
    (folder.path / ".git").write_text(f"gitdir: {folder.path / 'store.git'}\n")
    folder.git("config", "core.worktree", str(folder.path))
    (folder.path / ".gitignore").write_text("store.git\n")

    run_script(folder, "import gitexp\ngitexp.log_artifact('README.md', 'readme')\ngitexp.log_artifact('.', 'all')\n")

    paths = [one["path"] for one in only_run(folder)["artifacts"]]
    assert "readme" in paths
    assert any(path == "all" or path.startswith("all/") for path in paths)


def test_a_script_that_outlives_exp_and_keeper_is_heard_to_its_end(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    half, done = tmp_path / "half", tmp_path / "done"
    (folder.path / "script.py").write_text(
        "import gitexp\nfor step in range(5): gitexp.log(loss=0.5, step=step)\n"
        f"open({str(half)!r}, 'w').close()\ninput()\n"
        "for step in range(5, 1000): gitexp.log(loss=0.5, step=step)\ngitexp.log_text('result', 'x')\n"
        f"open({str(done)!r}, 'w').close()\ninput()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "gitexp", "run", "--no-capture", "--", sys.executable, "script.py"],
        cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdin is not None
    wait_until(half.exists)
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: read_state(process.pid) in "TZX")
    for keeper in list_children(process.pid):
        os.kill(keeper, signal.SIGKILL)
    process.kill()
    process.wait(PATIENCE)

    assert run_exp(folder, "ls").status == 0
    assert refs(folder) == []
    assert "is going; its recorder was killed" in run_exp(folder, "recover").out
    process.stdin.write(b"\n")
    process.stdin.flush()
    wait_until(done.exists)
    process.stdin.close()
    wait_until(lambda: "was lost" in run_exp(folder, "ls").err)
    run = only_run(folder)
    assert run["metrics"]["loss"]["count"] == 1000
    assert part(folder, run["ref"], "artifacts/result.txt") == "x"


def test_a_handler_that_prints_while_the_output_is_recorded(folder: GitFolder) -> None:
    code = (
        "import faulthandler, gitexp, signal, sys\n"
        f"faulthandler.dump_traceback_later({PATIENCE}, exit=True)\n"
        "handled = 0\n"
        "class Out:\n"  # a stream that may be written to while it is being written to, as a notebook's
        "    def write(self, text): return len(text)\n"
        "    def flush(self): pass\n"
        "sys.stdout = Out()\n"
        "with gitexp.start():\n"
        "    def handle(number, frame):\n"
        "        global handled\n        handled += 1\n        print('handled')\n"
        "        if handled < 300: signal.setitimer(signal.ITIMER_REAL, 0.0005)\n"
        "    signal.signal(signal.SIGALRM, handle)\n    signal.setitimer(signal.ITIMER_REAL, 0.0005)\n"
        "    while handled < 300: print('epoch')\n"
    )
    (folder.path / "script.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=folder.path, capture_output=True, check=False, timeout=2 * PATIENCE
    )
    assert done.returncode == 0, done.stderr.decode()
    output = part(folder, only_run(folder)["ref"], "output.log")
    assert output.count("handled") == 300


@pytest.mark.parametrize(
    ("given", "recorded"),
    [
        ("seed=numpy.int64(3)", {"seed": 3}),
        ("data=None", {}),
        ("tags=5", {"status": "finished"}),
        ("artifacts='model.pt'", {"artifacts": ["model.pt"]}),
    ],
)
def test_start_takes_what_people_hand_to_it(folder: GitFolder, given: str, recorded: dict[str, object]) -> None:
    (folder.path / "model.pt").write_text("weights")
    code = f"import gitexp, numpy\nwith gitexp.start({given}) as run: print(run.id)\n"
    done = folder.run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    run = only_run(folder)
    run["artifacts"] = [one["path"] for one in run.get("artifacts", [])]
    assert {key: run[key] for key in recorded} == recorded


def test_what_is_a_secret_among_the_params_is_hidden_in_what_is_seen_meanwhile(folder: GitFolder) -> None:
    secret = "correct7horse-9Q"
    (folder.path / "script.py").write_text(
        f"import gitexp\ngitexp.log_params(db_password={secret!r})\n"
        f"print('connecting with {secret}', flush=True)\ninput()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "gitexp", "run", "-q", "--", sys.executable, "script.py"],
        cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: "connecting" in run_exp(folder, "logs").out)

    for line in (["logs"], ["watch", "--once"], ["watch", "--once", "--json"], ["show"], ["ls"]):
        shown = run_exp(folder, *line)
        assert shown.status == 0, shown.err
        assert secret not in shown.out + shown.err
    assert "connecting with [redacted]" in run_exp(folder, "logs").out
    assert json.dumps(envelope(run_exp(folder, "show", "--json").out)).count("[redacted]") > 1
    process.communicate(b"\n", timeout=PATIENCE)
    assert part(folder, only_run(folder)["ref"], "output.log") == "connecting with [redacted]"
