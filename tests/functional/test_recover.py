"""``exp recover``: what died is completed, what goes is left alone, and of each is said how it stands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from kit.dying import kill_recording
from kit.exp import PATIENCE, envelope, manifest, refs, run_exp
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Mapping

    from kit.git import GitFolder

PYTHON = sys.executable
SCRIPT = "import sys; print('loss=0.5', flush=True); sys.stdin.read()"


def list_journals(folder: GitFolder) -> list[pathlib.Path]:
    live = folder.path / ".git" / "exp" / "live"
    return sorted(live.iterdir()) if live.exists() else []


def begin(folder: GitFolder, name: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """A run that has printed a line."""
    return subprocess.Popen(
        [PYTHON, "-m", "gitexp", "run", "-q", "--name", name, "--", PYTHON, "-c", SCRIPT],
        cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )  # fmt: skip


@pytest.fixture
def live(folder: GitFolder) -> pathlib.Path:
    """Where journals lie."""
    return folder.path / ".git" / "exp" / "live"


def test_nothing_to_do_is_said(folder: GitFolder) -> None:
    ran = run_exp(folder, "recover")
    assert (ran.status, ran.out, ran.err) == (0, "", "nothing to recover: no journal is left here\n")
    assert envelope(run_exp(folder, "recover", "--json").out)["data"] == {"runs": []}


def test_what_died_is_completed_and_what_goes_is_not_touched(folder: GitFolder, live: pathlib.Path) -> None:
    dead = begin(folder, "dead")
    wait_until(lambda: len(list(live.glob("*/output/output.head"))) == 1)
    going = begin(folder, "going")
    wait_until(lambda: len(list(live.glob("*/output/output.head"))) == 2)
    kill_recording(dead)
    ran = run_exp(folder, "recover")
    assert ran.status == 0
    assert sorted(ran.out.splitlines()) == [
        "run dead was lost: its recording ended without warning; what was written is kept",
        "run going is going",
    ]
    assert [manifest(folder, ref)["name"] for ref in refs(folder)] == ["dead"]
    (run,) = envelope(run_exp(folder, "recover", "--json").out)["data"]["runs"]
    assert (run["name"], run["state"], run["ref"]) == ("going", "going", None)
    _, err = going.communicate(b"", timeout=PATIENCE)
    assert (going.returncode, err) == (0, b"")
    assert run_exp(folder, "recover", "dead").out == "run dead is stored\n"
    assert run_exp(folder, "recover", "last").out == "run going is stored\n"
    assert run_exp(folder, "recover", "nothing").status == 1


@pytest.mark.parametrize("by", ["id", "name", "last"])
def test_only_the_run_that_is_named_is_completed(folder: GitFolder, live: pathlib.Path, by: str) -> None:
    first = begin(folder, "first")
    wait_until(lambda: len(list(live.glob("*/output/output.head"))) == 1)
    second = begin(folder, "second")
    wait_until(lambda: len(list(live.glob("*/output/output.head"))) == 2)
    kill_recording(first)
    kill_recording(second)
    names = {json.loads((one / "start").read_text())["name"]: one.name for one in list_journals(folder)}
    ran = run_exp(folder, "recover", {"id": names["second"][:6], "name": "second", "last": "last"}[by], "--json")
    (run,) = envelope(ran.out)["data"]["runs"]
    assert (run["id"], run["state"]) == (names["second"], "completed")
    assert run["ref"] == f"refs/runs/default/{names['second']}"
    assert [one.name for one in list_journals(folder)] == [names["first"]]


def test_a_run_of_another_host_says_since_when_nothing_was_heard(folder: GitFolder, live: pathlib.Path) -> None:
    folder.gen({".exp.yaml": "system: off\n"})  # a sample is something heard
    process = begin(folder, "far")
    wait_until(lambda: len([*live.glob("*/output/output.head"), *live.glob("*/known/run.yaml")]) == 2)
    (journal,) = list_journals(folder)
    here = (journal / "start").read_text()
    (journal / "start").write_text(json.dumps({**json.loads(here), "host": "gpu-7", "boot": "another"}))
    for path in journal.rglob("*"):
        os.utime(path, (time.time() - 200, time.time() - 200))
    ran = run_exp(folder, "recover")
    assert ran.out.startswith("run far belongs to gpu-7, last heard of 20")
    assert ran.status == 0
    (run,) = envelope(run_exp(folder, "recover", "--json").out)["data"]["runs"]
    assert (run["state"], run["host"], run["seconds_since_heard"] >= 200) == ("silent", "gpu-7", True)
    process.communicate(b"", timeout=PATIENCE)


def test_what_cannot_be_completed_says_why_and_is_completed_later(folder: GitFolder, live: pathlib.Path) -> None:
    process = begin(folder, "stuck")
    wait_until(lambda: len(list(live.glob("*/output/output.head"))) == 1)
    kill_recording(process)
    lock = folder.path / ".git" / "packed-refs.lock"
    lock.touch()
    ran = run_exp(folder, "recover")
    assert ran.status == 1
    assert str(lock) in ran.out
    lock.unlink()
    assert run_exp(folder, "recover").status == 0
    assert manifest(folder, *refs(folder))["name"] == "stuck"


def test_a_live_run_without_its_journal_is_elsewhere(folder: GitFolder, live: pathlib.Path) -> None:
    process = begin(folder, "gone")
    wait_until(lambda: len(list(live.glob("*/output/output.head"))) == 1)
    kill_recording(process)
    (journal,) = list_journals(folder)
    journal.rename(folder.path.parent / "elsewhere")
    ran = run_exp(folder, "recover", "gone")
    assert "its journal is not here" in ran.out
    assert run_exp(folder, "recover").err == "nothing to recover: no journal is left here\n"


def test_a_journal_among_the_temporary_files_is_found(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    spare = tmp_path / "spare"
    spare.mkdir()
    env = {"TMPDIR": str(spare)}
    exp = folder.path / ".git" / "exp"
    exp.write_text("in the way")
    process = begin(folder, "outside", env)
    wait_until(lambda: len(list(spare.glob("*/output/output.head"))) == 1)
    kill_recording(process)
    exp.unlink()
    (journal,) = (one for one in spare.iterdir() if (one / "start").exists())
    other = folder.path.parent / "other"
    folder.run("git", "init", "--quiet", str(other))
    folder.run("git", "-C", str(other), "commit", "--quiet", "--allow-empty", "-m", "x")
    assert folder.run(PYTHON, "-m", "gitexp", "-C", str(other), "recover", env=env).stdout == b""
    assert journal.exists()
    assert "run outside was lost" in run_exp(folder, "ls", env=env).err
    assert manifest(folder, *refs(folder))["name"] == "outside"
    assert not journal.exists()
