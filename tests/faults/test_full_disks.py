"""A disk that is full at each step of storing a run: once there is room the next command stores it with everything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from kit.exp import manifest, part, refs, run_exp
from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib

    from kit.faults import FaultyGit

PYTHON = sys.executable
SCRIPT = """
import os, sys
open("model.bin", "w").write("weights")
print("loss=0.5", flush=True)
spool = os.environ["GITEXP_RUN"] + "/output/output.head"
while not (os.path.exists(spool) and os.path.getsize(spool)):
    pass
with open("fill", "wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(4096))
    except OSError:
        file.truncate(max(0, file.tell() - 4096 * int(sys.argv[1])))
raise SystemExit(3)
"""
MOST_PAGES = 24
"""With so much room the run is stored at once."""
PARTS = 4


def make_project(place: pathlib.Path) -> GitFolder:
    folder = GitFolder.create(place, "--template=")
    folder.gen({"fill.py": SCRIPT, "train.csv": "a,b\n", ".gitignore": "fill\nmodel.bin\n"})
    folder.commit()
    return folder


@pytest.mark.parametrize("section", range(PARTS))
def test_a_disk_that_fills_up_while_the_run_is_stored_loses_nothing(
    small_disk: pathlib.Path, tmp_path: pathlib.Path, section: int
) -> None:
    folder = make_project(small_disk / "repo")
    spare = tmp_path / "spare"
    spare.mkdir()
    env = {"TMPDIR": str(spare)}
    at_once = 0
    for pages in range(section, MOST_PAGES + 1, PARTS):
        name = f"pages-{pages}"
        options = ("-e", name, "-p", "lr=0.1", "--data", "train.csv", "-a", "model.bin")
        ran = run_exp(folder, "run", *options, "--", PYTHON, "-S", "fill.py", str(pages), env=env)
        assert (ran.status, ran.out) == (3, "loss=0.5\n"), ran.err
        assert "Traceback" not in ran.err
        assert "a fault of gitexp" not in ran.err
        stored = refs(folder, f"refs/runs/{name}")
        assert ("NOT STORED: the record is in" in ran.err) is (not stored), ran.err
        at_once += len(stored)
        (folder.path / "fill").unlink()
        listed = run_exp(folder, "ls", "-e", name, "--ids", env=env)
        assert len(listed.out.split()) == 1
        assert ("could not be stored when it ended; now it is" in listed.err) is (not stored), (pages, listed.err)
        (ref,) = refs(folder, f"refs/runs/{name}")
        run = manifest(folder, ref)
        assert (run["status"], run["exit_code"], run["params"]["lr"]) == ("failed", 3, 0.1)
        assert run["data"][0]["md5"]
        assert run["environment"]["packages"]
        assert run["metrics"]["loss"]["last"] == 0.5
        assert part(folder, ref, "output.log") == "loss=0.5"
        assert part(folder, ref, "artifacts/model.bin") == "weights"
        assert part(folder, ref, "environment/packages.txt")
        assert refs(folder, "refs/exp") == []
        assert list((folder.path / ".git" / "exp" / "live").iterdir()) == []
        assert [one for one in spare.iterdir() if one.name.startswith("gitexp-")] == []
        folder.git("fsck", "--strict", "--no-dangling")
        assert run_exp(folder, "ls", "-e", name, env=env).err == ""
    assert at_once < MOST_PAGES / PARTS


def test_a_lock_of_the_run_that_a_crash_left_is_named_and_once_it_is_gone_all_is_stored(
    folder: GitFolder, faulty: FaultyGit
) -> None:
    left = (
        'for ref in $refs; do case $ref in refs/runs/*) l=.git/$ref.lock;; esac; done; mkdir -p "${l%/*}"; touch "$l"'
    )
    ran = faulty.exp(
        folder, "run", "-q", "--", PYTHON, "-c", "print('loss=0.5')",
        at="* update-ref *", nth=2, before=f"{left}; kill -9 $PPID; exit 1",
    )  # fmt: skip
    assert ran.status == -9
    (lock,) = (folder.path / ".git" / "refs").rglob("*.lock")
    for _ in range(2):
        told = run_exp(folder, "recover")
        assert told.status == 1
        assert str(lock.relative_to(folder.path)) in told.out
    lock.unlink()
    assert run_exp(folder, "recover").status == 0
    assert part(folder, *refs(folder), "output.log") == "loss=0.5"
    folder.git("fsck", "--strict", "--no-dangling")


def test_a_cache_that_is_full_costs_the_artifact_and_nothing_else(
    folder: GitFolder, small_disk: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    cache = small_disk / "cache"
    cache.mkdir()
    (folder.path / ".git" / "exp").mkdir()
    (folder.path / ".git" / "exp" / "cache").symlink_to(cache)
    folder.gen({"data.csv": "1"})
    large = 1 << 26
    code = (
        f"open('model.pt', 'wb').truncate({large}); import os; os.mkdir('out'); open('out/b', 'wb').truncate({large})"
    )
    options = ("--data", "data.csv", "-a", "model.pt", "-a", "out")
    ran = run_exp(folder, "run", *options, "--", PYTHON, "-c", code, env={"TMPDIR": str(tmp_path)})
    assert ran.status == 0
    assert "artifact not kept: model.pt (" in ran.err
    assert "No space left on device" in ran.err
    run = manifest(folder, *refs(folder))
    assert [(one["path"], one["kept"], "md5" in one) for one in run["artifacts"]] == [
        ("model.pt", "no", False), ("out", "no", False),
    ]  # fmt: skip
    assert run["data"][0]["md5"]
    assert run["status"] == "finished"
    assert list((cache / "tmp").iterdir()) == []
    assert not (cache / "files").exists()
