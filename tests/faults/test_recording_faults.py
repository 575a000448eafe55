"""``exp run`` on a bad day: the command runs as if alone, and its record is stored or kept where the message says."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.spool import read_spool
from kit.exp import PATIENCE, Ran, manifest, part, refs, run_exp
from kit.faults import FaultyGit
from kit.git import GitFolder
from kit.terminal import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PYTHON = sys.executable
UPDATE = "* update-ref *"
NOBODY = 65534
SCRIPT = "print('loss=0.5'); raise SystemExit(3)"
COMMAND = ("run", "-p", "lr=0.1", "--", PYTHON, "-c", SCRIPT)


@pytest.fixture
def faulty(tmp_path: pathlib.Path) -> FaultyGit:
    return FaultyGit.create(tmp_path / "faulty")


@pytest.fixture
def edited(folder: GitFolder) -> GitFolder:
    """A repository with something that only a snapshot has."""
    folder.gen({"train.py": "print('loss=0.25')\n", "lib/new.py": "new = 1\n"})
    return folder


def kept_in(ran: Ran) -> pathlib.Path:
    """The folder that the message names."""
    found = re.search(r"NOT STORED: the record is in (\S+)", ran.err)
    assert found, ran.err
    return pathlib.Path(found[1])


def check_command(ran: Ran) -> None:
    """The command ran, and nothing that happened to its recording is to be seen in what it gave."""
    assert (ran.status, ran.out) == (3, "loss=0.5\n"), ran.err
    assert "Traceback" not in ran.err
    assert "a fault of gitexp" not in ran.err


def check_stored(folder: GitFolder, *, status: str = "failed", where: str = "refs/runs") -> str:
    """The run is there with its output and its code; returns its ref."""
    (ref,) = refs(folder, where)
    run = manifest(folder, ref)
    assert (run["status"], run["params"]) == (status, {"lr": 0.1})
    assert part(folder, ref, "output.log").startswith("loss=0.5")
    for name in ("train.py", "lib/new.py"):
        if (folder.path / name).exists():
            assert folder.git("show", f"{ref}:{name}") == (folder.path / name).read_text().rstrip()
    assert refs(folder, "refs/exp") == []
    folder.git("fsck", "--strict", "--no-dangling")
    return ref


def check_kept(folder: GitFolder, ran: Ran) -> None:
    """The record lies where the message says, and the next command stores it."""
    place = kept_in(ran)
    assert (place / "output.log").read_text() == "loss=0.5\n"
    assert "status: failed" in (place / "run.yaml").read_text()
    listed = run_exp(folder, "ls", "--ids")
    assert "could not be stored when it ended; now it is" in listed.err
    assert len(listed.err.splitlines()) == 1
    check_stored(folder)
    assert not place.exists()
    assert run_exp(folder, "ls").err == ""


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
    script = "import os, signal; print('loss=0.5', flush=True); input(); os.kill(os.getppid(), signal.SIGKILL)"
    process = subprocess.Popen(
        [PYTHON, "-m", "gitexp", "run", "-p", "lr=0.1", "--", PYTHON, "-c", script],
        cwd=edited.path, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"loss=0.5\n"
    live = edited.path / ".git" / "exp" / "live"
    wait_until(lambda: any(read_spool(str(one / "output")).data for one in live.iterdir()))
    process.communicate(b"\n", timeout=PATIENCE)
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
    if nth == 2 and not hook:  # Git refuses a ref to a commit that is gone
        check_kept(edited, ran)
    else:
        check_stored(edited)
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


@pytest.fixture
def open_folder() -> Iterator[pathlib.Path]:
    """A folder that another user may write into."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gitexp-faults-"))
    folder.chmod(0o777)
    yield folder
    subprocess.run(["chmod", "-R", "u+rwX", str(folder)], check=False)
    shutil.rmtree(folder)


def as_plain_user(folder: GitFolder, *arguments: str, env: Mapping[str, str]) -> Ran:
    """``exp`` as a user whom permissions hold back, which root is not."""
    plain = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.getuid() == 0 else []
    done = subprocess.run(
        [*plain, PYTHON, "-m", "gitexp", *arguments],
        cwd=folder.path, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PATIENCE,
        env={**os.environ, **env},
    )  # fmt: skip
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize("half_way", [False, True])
def test_a_repository_that_may_not_be_written_keeps_the_record_elsewhere(
    open_folder: pathlib.Path, half_way: bool
) -> None:
    folder = GitFolder.create(open_folder / "repo")
    folder.gen({"train.py": "print('loss=0.5')\n"})
    folder.commit()
    if os.getuid() == 0:
        subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(open_folder)], check=True)
    spare = open_folder / "tmp"
    spare.mkdir()
    spare.chmod(0o777)
    configuration = open_folder / "gitconfig"
    configuration.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n[safe]\n\tdirectory = *\n")
    env = {"HOME": str(open_folder), "TMPDIR": str(spare), "GIT_CONFIG_GLOBAL": str(configuration)}
    lock_up = f"chmod -R a-w '{folder.path / '.git'}'"
    script = "echo loss=0.5; exit 3"  # not Python, which may lie where another user must not look
    if half_way:
        spool = folder.path / ".git/exp/live/*/output/output.head"
        script = f"echo loss=0.5; until grep -qs loss {spool}; do :; done; {lock_up}; exit 3"
    else:
        subprocess.run(["sh", "-c", lock_up], check=True)
    ran = as_plain_user(folder, "run", "-p", "lr=0.1", "--", "sh", "-c", script, env=env)
    check_command(ran)
    place = kept_in(ran)
    assert place.is_relative_to(spare)
    assert "ermission denied" in ran.err
    assert (place / "output.log").read_text() == "loss=0.5\n"
    assert "status: failed" in (place / "run.yaml").read_text()
    listed = as_plain_user(folder, "ls", "--ids", env=env)
    assert listed.status == 0
    subprocess.run(["chmod", "-R", "u+w", str(folder.path / ".git")], check=True)
    if half_way:
        stored = as_plain_user(folder, "ls", "--ids", env=env)
        assert "could not be stored when it ended; now it is" in stored.err
        assert len(stored.out.split()) == 1


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A disk of 2 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here; the limit of file sizes stands for it")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.parametrize("half_way", [False, True])
def test_a_full_disk_keeps_the_record_elsewhere(
    small_disk: pathlib.Path, tmp_path: pathlib.Path, half_way: bool
) -> None:
    folder = GitFolder.create(small_disk / "repo")
    folder.gen({"train.py": "print('loss=0.5')\n", ".gitignore": "fill\n"})
    folder.commit()
    before = folder.state()
    spare = tmp_path / "spare"
    spare.mkdir()
    fill = "f = open('fill', 'wb', buffering=0)\ntry:\n    while True: f.write(bytes(4096))\nexcept OSError: pass\n"
    if not half_way:
        subprocess.run([PYTHON, "-c", fill], cwd=folder.path, check=True)
        fill = ""
    script = f"{fill}print('loss=0.5'); raise SystemExit(3)"
    ran = run_exp(folder, "run", "-p", "lr=0.1", "--", PYTHON, "-c", script, env={"TMPDIR": str(spare)})
    check_command(ran)
    assert "No space left on device" in ran.err
    place = kept_in(ran)
    assert place.is_relative_to(spare)
    assert "status: failed" in (place / "run.yaml").read_text()
    assert run_exp(folder, "ls").status == 0
    (folder.path / "fill").unlink()
    assert folder.state() == before
    if half_way:
        run_exp(folder, "ls", env={"TMPDIR": str(spare)})
        (ref,) = refs(folder)
        assert manifest(folder, ref)["status"] == "failed"
        assert not place.exists()
        folder.git("fsck", "--strict", "--no-dangling")


def test_a_file_that_may_not_grow_is_told_and_the_command_goes_on(folder: GitFolder) -> None:
    before = folder.state()
    limited = f'ulimit -f 8; exec {PYTHON} -m gitexp run -p lr=0.1 -- {PYTHON} -c "$SCRIPT"'
    script = "import random; print('loss=0.5'); print(random.Random(1).randbytes(20000).hex()); raise SystemExit(3)"
    done = folder.run("sh", "-c", limited, env={"SCRIPT": script})
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith(b"loss=0.5\n")
    assert len(done.stdout) > 40000
    assert b"output was recorded only in part: File too large" in done.stderr
    check_stored(folder)
    assert folder.state() == before


@pytest.mark.parametrize("place", ["/nonexistent", "/dev/full"])
def test_a_temporary_folder_that_cannot_be_used_is_no_matter(edited: GitFolder, place: str) -> None:
    before = edited.state()
    ran = run_exp(edited, *COMMAND, env={"TMPDIR": place})
    check_command(ran)
    check_stored(edited)
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


@pytest.mark.parametrize("options", [(), ("--quiet",), ("--json",)])
def test_a_message_that_cannot_be_written_is_no_matter(edited: GitFolder, options: tuple[str, ...]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [PYTHON, "-m", "gitexp", "run", *options, *COMMAND[1:]],
            cwd=edited.path, stdout=subprocess.PIPE, stderr=full, check=False, timeout=PATIENCE,
        )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, b"loss=0.5\n")
    check_stored(edited)


@pytest.mark.parametrize("pipe", [1, 2])
def test_a_reader_that_went_away_does_not_change_the_status(edited: GitFolder, pipe: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, ["", "stdout", "stderr"][pipe]: writer}
    done = subprocess.run(
        [PYTHON, "-m", "gitexp", "run", "-p", "lr=0.1", "--", "sh", "-c", "trap '' PIPE; echo loss=0.5; exit 3"],
        cwd=edited.path, check=False, timeout=PATIENCE, **streams,
    )  # fmt: skip
    os.close(writer)
    assert done.returncode == 3
    assert len(refs(edited)) == 1


def test_without_git_the_command_runs(edited: GitFolder) -> None:
    before = edited.state()
    ran = run_exp(edited, *COMMAND, env={"PATH": "/nonexistent"})
    check_command(ran)
    assert ran.err.startswith("exp: NOT RECORDED: ")
    assert len(ran.err.splitlines()) == 1
    assert run_exp(edited, "run", "--dry-run", "--", "true", env={"PATH": "/nonexistent"}).status == 125
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


def test_where_nothing_can_be_written_at_all_the_command_runs(small_disk: pathlib.Path) -> None:
    folder = GitFolder.create(small_disk / "repo")
    folder.gen({"train.py": "print('loss=0.5')\n", ".gitignore": "fill\n"})
    folder.commit()
    fill = "f = open('fill', 'wb', buffering=0)\ntry:\n    while True: f.write(bytes(4096))\nexcept OSError: pass\n"
    script = f"{fill}print('loss=0.5'); raise SystemExit(3)"
    # Every folder for temporary files is on the same disk, and so is the repository.
    inside = f'mount --bind {small_disk} /var/tmp && mount --bind {small_disk} /tmp && cd /tmp/repo && exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", inside, "sh", PYTHON, "-m", "gitexp", "run", "-p", "lr=0.1", "--", PYTHON,
         "-c", script],
        cwd=folder.path, capture_output=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, b"loss=0.5\n"), done.stderr
    assert b"NOT STORED" in done.stderr
    assert b"Traceback" not in done.stderr
    (folder.path / "fill").unlink()
    assert "was lost" in run_exp(folder, "ls").err
    (ref,) = refs(folder)
    assert manifest(folder, ref)["status"] == "lost"
