"""``exp run`` on full disks and in closed folders: the command runs as if alone, its record is kept where we say."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from kit.exp import PATIENCE, Ran, manifest, refs, run_exp
from kit.git import GitFolder
from kit.recorded import COMMAND, check_command, check_stored, kept_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PYTHON = sys.executable
NOBODY = 65534
ROOT = pathlib.Path(__file__).parents[2]


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
    assert "the record was not kept" not in ran.err
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


def test_where_nothing_can_be_written_at_all_the_command_runs(small_disk: pathlib.Path) -> None:
    folder = GitFolder.create(small_disk / "repo")
    folder.gen({"train.py": "print('loss=0.5')\n", ".gitignore": "fill\n"})
    folder.commit()
    fill = "f = open('fill', 'wb', buffering=0)\ntry:\n    while True: f.write(bytes(4096))\nexcept OSError: pass\n"
    script = f"{fill}print('loss=0.5'); raise SystemExit(3)"
    # Every folder for temporary files is on the same disk, and so is the repository.
    steps = [f"mount --rbind {small_disk} {place}" for place in ("/var/tmp", "/tmp")]
    for place in ("/tmp", "/var/tmp"):
        if str(ROOT).startswith(f"{place}/"):  # what the tests run from must not be hidden
            kept = small_disk / ROOT.relative_to(place)
            steps.insert(0, f"mkdir -p {kept} && mount --rbind {ROOT} {kept}")
    inside = " && ".join([*steps, 'cd /tmp/repo && exec "$@"'])
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


@pytest.mark.parametrize("place", ["/nonexistent", "/dev/full"])
def test_a_temporary_folder_that_cannot_be_used_is_no_matter(edited: GitFolder, place: str) -> None:
    before = edited.state()
    ran = run_exp(edited, *COMMAND, env={"TMPDIR": place})
    check_command(ran)
    check_stored(edited)
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
