"""What a script said and kept is in its run, also where the recording died at any step of its end."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from kit.dying import kill_recording
from kit.exp import PATIENCE, only_run, part, run_exp
from kit.said import PRELUDE
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

SECRET = "Zq7-hunter2-Zq7xY"
SCRIPT = """
import sys
secret = "Zq7-" + "hunter2-Zq7xY"
say(("p", 0.0, {"lr": 0.2, "db_password": secret}), ("n", 0.0, "logged in with " + secret),
    ("m", 1.0, 0, {"loss": 1.0}), ("m", 2.0, 1, {"loss": 0.5}))
keep("small.txt", b"small")
keep("model.pt", bytes(3_000_000))
print("with", secret, flush=True)
say(("t", 3.0, {"done": True}))
sys.stdin.read()
"""


def begin(folder: GitFolder) -> tuple[subprocess.Popen[bytes], pathlib.Path]:
    """A run whose script has said all it has to say, and waits; returns the journal too."""
    (folder.path / "said.py").write_text(PRELUDE + SCRIPT)
    process = subprocess.Popen(
        [sys.executable, "-m", "gitexp", "run", "-q", "--", sys.executable, "said.py", "--lr", "0.1"],
        cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    live = folder.path / ".git/exp/live"

    def has_said_all() -> bool:
        journals = list(live.iterdir()) if live.exists() else []
        logs, spools = ([one / name for one in journals] for name in ("log/1.log", "output/output.head"))
        # Not only that the spool is there: it is made before the first byte is written into it.
        has_printed = any(spool.exists() and spool.read_bytes().endswith(b"\n") for spool in spools)
        return has_printed and any(log.exists() and b"done" in log.read_bytes() for log in logs)

    wait_until(has_said_all)
    (journal,) = live.iterdir()
    return process, journal


def check(folder: GitFolder) -> dict[str, Any]:
    run = only_run(folder)
    assert run["params"] == {"lr": 0.2, "flag:lr": 0.1, "db_password": "[redacted]"}
    assert run["metrics"]["loss"]["count"] == 2
    assert (run["tags"], run["note"]) == ({"done": True}, "logged in with [redacted]")
    assert part(folder, run["ref"], "metrics.csv") == "step,time,loss\n0,1.0,1.0\n1,2.0,0.5"
    assert part(folder, run["ref"], "artifacts/small.txt") == "small"
    assert part(folder, run["ref"], "output.log") == "with [redacted]"
    kept = {one["path"]: one for one in run["artifacts"]}
    md5 = kept["model.pt"]["md5"]
    assert (folder.path / ".git/exp/cache/files/md5" / md5[:2] / md5[2:]).stat().st_size == 3_000_000
    assert SECRET not in folder.git("show", run["ref"])
    return run


def test_a_recording_that_was_killed_loses_nothing_that_was_said(folder: GitFolder) -> None:
    process, _ = begin(folder)
    kill_recording(process)
    wait_until(lambda: run_exp(folder, "ls").status == 0 and bool(folder.git("for-each-ref", "refs/runs")))
    assert check(folder)["status"] == "lost"


def test_a_large_artifact_stays_in_the_journal_until_the_run_is_stored(folder: GitFolder) -> None:
    process, journal = begin(folder)
    lock = folder.path / ".git/refs/runs"
    lock.write_text("in the way")  # no ref of a run can be made
    process.communicate(timeout=PATIENCE)
    model = journal / "artifacts/model.pt"
    assert model.stat().st_nlink == 2  # here and in the cache, and no byte twice
    assert (journal / "record/run.yaml").exists()
    os.unlink(lock)
    run_exp(folder, "ls")
    assert check(folder)["status"] == "finished"
    assert not journal.exists()
