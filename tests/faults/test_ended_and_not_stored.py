"""A run that has ended and could not be stored is not going: every command says how it ended, and what to do."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from gitexp.store.journal import Journal
from gitexp.store.journal_notes import EndNote, write_end
from kit.dying import kill_recording
from kit.exp import manifest, refs, run_exp
from kit.git import GitFolder
from kit.observing import stream
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib

TOKEN = "ghp_" + "1234567890abcdefABCDEF1234567890abcd"[:36]
WAIT = f"import gitexp, sys; gitexp.log({{'{TOKEN}': 1, 'loss': 2}}); print('ready', flush=True); sys.stdin.read()"


def test_on_a_disk_that_became_read_only(small_disk: pathlib.Path) -> None:
    folder = GitFolder.create(small_disk / "repo")
    folder.gen({"train.py": "print('loss=0.5')\n"})
    folder.commit()
    process = subprocess.Popen(
        [sys.executable, "-m", "gitexp", "run", "-q", "-n", "one", "--", sys.executable, "-c", WAIT],
        cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert stream(process.stdout).readline() == b"ready\n"
    assert json.loads(run_exp(folder, "ls", "--json").out)["data"]["runs"][0]["status"] == "running"
    (live,) = (folder.path / ".git" / "exp" / "live").iterdir()
    kill_recording(process)
    write_end(Journal(str(live), -1), EndNote(3, 3, None, None, (), 75.0, time.time()))
    # Busy as long as the script has its own log open: its end of input is its end.
    wait_until(
        lambda: subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], capture_output=True).returncode == 0
    )

    recovered = run_exp(folder, "recover")
    assert recovered.status == 1
    assert "is not stored yet" in recovered.out
    assert "is going" not in recovered.out
    listed = run_exp(folder, "ls", "--json")
    assert "is not stored yet" in listed.err
    (row,) = json.loads(listed.out)["data"]["runs"]
    assert (row["status"], row["seconds"]) == ("failed", 75.0)
    shown = run_exp(folder, "show", "one").out
    assert shown.startswith("one  failed  in 75")
    assert f"not stored yet: exp recover {live.name}" in shown
    watched = run_exp(folder, "watch", "one")
    assert "not stored yet" in watched.out
    assert "loss" in watched.out
    for form in ([], ["--json"]):
        assert TOKEN not in run_exp(folder, "watch", "one", "--once", *form).out
    for words in (["one"], []):
        stopped = run_exp(folder, "stop", *words)
        assert stopped.status == 1
        assert f"exp: run one has ended and is not stored yet\nhint: exp recover {live.name}" in stopped.err

    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert run_exp(folder, "recover").status == 0
    assert manifest(folder, *refs(folder))["status"] == "failed"
