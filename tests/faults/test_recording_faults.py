"""``exp run`` when Git is in the way: the command runs as if alone, its record is stored or kept where we say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.spool import read_spool
from kit.dying import kill_recording
from kit.exp import manifest, refs, run_exp
from kit.recorded import COMMAND, check_command, check_kept, check_stored, kept_in
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib

    from kit.faults import FaultyGit
    from kit.git import GitFolder

PYTHON = sys.executable
UPDATE = "* update-ref *"


def test_a_ref_lock_that_is_held_keeps_the_record(edited: GitFolder) -> None:
    before = edited.state()
    lock = edited.path / ".git" / "packed-refs.lock"
    lock.touch()
    ran = run_exp(edited, *COMMAND)
    check_command(ran)
    assert str(lock) in ran.err
    lock.unlink()
    check_kept(edited, ran)
    assert edited.state() == before


def test_a_start_that_cannot_be_recorded_does_not_keep_the_end_from_being(edited: GitFolder, faulty: FaultyGit) -> None:
    before = edited.state()
    # The lock is there for this one call.
    lock = 'l=.git/$refs.lock; mkdir -p "$(dirname "$l")"; touch "$l"; "$git" "$@" < $folder/stdin; rm "$l"; exit 1'
    ran = faulty.exp(edited, *COMMAND, at=UPDATE, before=lock)
    check_command(ran)
    assert ran.err.count("the start was not recorded") == 1
    check_stored(edited)
    assert edited.state() == before


def test_a_run_killed_after_a_start_that_was_not_recorded_is_there(edited: GitFolder, faulty: FaultyGit) -> None:
    env = {**os.environ, **faulty.environment(UPDATE, before="exit 1")}
    script = "print('loss=0.5', flush=True); input()"
    process = subprocess.Popen(
        [PYTHON, "-m", "gitexp", "run", "-p", "lr=0.1", "--", PYTHON, "-c", script],
        cwd=edited.path, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"loss=0.5\n"
    live = edited.path / ".git" / "exp" / "live"
    wait_until(lambda: any(read_spool(str(one / "output")).data.endswith(b"\n") for one in live.iterdir()))
    kill_recording(process)
    assert faulty.reached
    assert "was lost" in run_exp(edited, "ls").err
    check_stored(edited, status="lost")


@pytest.mark.parametrize("hook", [False, True])
@pytest.mark.parametrize("nth", [1, 2])
def test_what_a_gc_takes_before_the_ref_is_there_again(
    edited: GitFolder, faulty: FaultyGit, nth: int, hook: bool
) -> None:
    before = edited.state()
    prune = "git prune --expire=now"
    if hook:  # the last moment: Git has seen that the commit is there
        once = f"[ -e {faulty.folder}/reached ] && mkdir {faulty.folder}/pruned"
        script = f'[ "$1" = prepared ] && {once} && {prune}; exit 0'
        edited.gen({".git/hooks/reference-transaction": f"#!/bin/sh\n{script}\n"})
        (edited.path / ".git/hooks/reference-transaction").chmod(0o755)
    ran = faulty.exp(edited, *COMMAND, at=UPDATE, nth=nth, before=":" if hook else '"$git" gc --quiet --prune=now')
    check_command(ran)
    if hook:
        assert (faulty.folder / "pruned").exists()
    check_stored(edited)  # where Git refuses a ref to a commit that is gone, it is written and set again
    assert "NOT STORED" not in ran.err
    assert "could not be put back" not in ran.err
    assert edited.state() == before


def test_a_ref_that_someone_else_made_is_not_overwritten(edited: GitFolder, faulty: FaultyGit) -> None:
    taken = 'set -- "$@"; "$git" update-ref "refs/runs/default/${refs##*/}" HEAD'
    ran = faulty.exp(edited, *COMMAND, at=UPDATE, nth=2, before=taken)
    check_command(ran)
    place = kept_in(ran)
    assert "was moved by another process" in ran.err
    (ref,) = refs(edited)
    head = edited.git("rev-parse", "HEAD")
    assert edited.git("rev-parse", ref) == head
    assert str(place.parent) in run_exp(edited, "ls").err
    assert edited.git("rev-parse", ref) == head
    assert (place / "output.log").read_text() == "loss=0.5\n"
    edited.git("update-ref", "-d", ref)
    check_kept(edited, ran)


def test_a_live_ref_that_someone_else_moved_keeps_the_record(edited: GitFolder, faulty: FaultyGit) -> None:
    moved = '"$git" for-each-ref --format="update %(refname) HEAD" refs/exp/live | "$git" update-ref --stdin'
    ran = faulty.exp(edited, *COMMAND, at=UPDATE, nth=2, before=moved)
    check_command(ran)
    assert "was moved by another process" in ran.err
    check_kept(edited, ran)


def test_git_that_goes_away_half_way_keeps_the_record(edited: GitFolder, faulty: FaultyGit) -> None:
    before = edited.state()
    tools = faulty.folder / "bin"
    for tool in ("sh", "sed", "tr", "wc", "cat", "touch"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    env = {**faulty.environment(UPDATE, after=f"{shutil.which('rm')} {tools}/git"), "PATH": str(tools)}
    ran = run_exp(edited, *COMMAND, env=env)
    assert faulty.reached
    check_command(ran)
    assert "git was not found on PATH" in ran.err
    check_kept(edited, ran)
    assert edited.state() == before


def test_without_git_the_command_runs(edited: GitFolder) -> None:
    before = edited.state()
    ran = run_exp(edited, *COMMAND, env={"PATH": "/nonexistent"})
    check_command(ran)
    assert ran.err.startswith("exp: NOT RECORDED: ")
    assert len(ran.err.splitlines()) == 1
    assert run_exp(edited, "run", "--dry-run", "--", "true", env={"PATH": "/nonexistent"}).status == 125
    assert edited.state() == before


@pytest.mark.parametrize("reflogs", [False, True])
@pytest.mark.parametrize("home", [False, True])
def test_nobody_has_to_be_anybody(
    edited: GitFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path, home: bool, reflogs: bool
) -> None:
    if not home:
        monkeypatch.delenv("HOME")
        monkeypatch.delenv("XDG_CONFIG_HOME")
        monkeypatch.delenv("XDG_CACHE_HOME")
    (tmp_path / "empty").touch()
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "empty"))
    edited.git("config", "user.useConfigOnly", "true")
    if reflogs:
        edited.git("config", "core.logAllRefUpdates", "always")
    before = edited.state()
    ran = run_exp(edited, *COMMAND)
    check_command(ran)
    assert manifest(edited, check_stored(edited))["user"]["name"]
    assert edited.state() == before


@pytest.mark.parametrize("damage", ["index", "head tree", "head commit"])
def test_a_damaged_repository_does_not_keep_the_command_from_running(edited: GitFolder, damage: str) -> None:
    if damage == "index":
        path = edited.path / ".git" / "index"
    else:
        object_id = edited.git("rev-parse", "HEAD^{tree}" if damage == "head tree" else "HEAD")
        path = edited.path / ".git" / "objects" / object_id[:2] / object_id[2:]
    assert path.exists()
    path.unlink()
    path.write_bytes(b"garbage")
    ran = run_exp(edited, *COMMAND)
    check_command(ran)
    assert "NOT RECORDED" in ran.err or "NOT STORED: the record is in " in ran.err
