"""In every kind of repository the snapshot is the working tree, and nothing of the user's is touched."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from gitexp.git.snapshot import Snapshot, take_snapshot
from gitexp.git.working_copy import open_working_copy
from gitexp.model.paths import unquote_path
from gitexp.model.settings import SnapshotRules
from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib

    from contract.kinds import Place


def edit(place: Place) -> None:
    """Everything that a working tree can have: edits, deletions, new files, modes, links, odd names."""
    top = GitFolder(place.top)
    top.gen(
        {
            "train.py": "print('loss=0.4')\n",
            "new.py": "print('new')\n",
            "src/new/deep.py": "x = 1\n",
            "a name with spaces\n": "and a line end\n",
            "pile.bin": b"\0" * 100,
            "big.txt": "x" * 1_000_001,
            "seen.log": "ignored\n",
            ".exp/run.yaml": "not the record\n",
            "secret.env": "TOKEN=1\n",
        }
    )
    (place.top / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"not UTF-8\n")
    (place.top / "gone.txt").unlink(missing_ok=True)
    (place.top / "link").symlink_to("src")
    (place.top / "dangling").symlink_to("nowhere")
    script = place.top / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    os.mkfifo(place.top / "pipe")


LEFT_OUT = {b"pile.bin", b"big.txt", b".exp", b"secret.env"}


def refuse(path: bytes, head: bytes) -> str | None:
    return f"secret of {len(head)} bytes" if path.endswith(b".env") else None


def snapshot_of(place: Place, tmp_path: pathlib.Path) -> Snapshot:
    temporary = tmp_path / "temporary"
    temporary.mkdir(exist_ok=True)
    return take_snapshot(open_working_copy(str(place.folder.path)), SnapshotRules(), refuse, str(temporary))


def tree_by_add_all(place: Place, tmp_path: pathlib.Path) -> str:
    """What ``git add`` makes of the same working tree, less what is to be left out."""
    index = tmp_path / "index-by-add"
    if place.index.exists():
        shutil.copy2(place.index, index)
    env = {"GIT_INDEX_FILE": str(index)}
    config = ("-c", "core.safecrlf=false", "-c", "core.splitIndex=false", "-c", "core.hooksPath=/dev/null")
    top = GitFolder(place.top) if "GIT_DIR" not in os.environ else place.folder
    left_out = [f":(top,exclude){os.fsdecode(path)}" for path in sorted(LEFT_OUT)]
    for command in (
        ("git", *config, "add", "--all", "--sparse", ":/", *left_out),
        ("git", *config, "update-index", "--force-remove", "pipe"),
        ("git", *config, "write-tree"),
    ):
        result = top.run(*command, env=env)
        assert result.returncode == 0, result.stderr
    return result.stdout.decode().strip()


def user_state(place: Place) -> dict[str, object]:
    state: dict[str, object] = dict(place.folder.state())
    if place.index.exists():
        found = place.index.stat()
        state["index"] = (found.st_mtime_ns, found.st_ino, place.index.read_bytes())
    return state


def test_the_tree_is_the_working_tree(place: Place, tmp_path: pathlib.Path) -> None:
    edit(place)
    before = user_state(place)

    snapshot = snapshot_of(place, tmp_path)

    assert user_state(place) == before
    assert snapshot.dirty
    assert {unquote_path(left.path) for left in snapshot.left_out} == LEFT_OUT
    assert snapshot.tree == tree_by_add_all(place, tmp_path)
    names = place.folder.git("ls-tree", "-r", "--full-tree", "--name-only", "-z", snapshot.commit).split("\0")
    assert {"train.py", "src/new/deep.py", "a name with spaces\n", os.fsdecode(b"caf\xe9.txt"), "link"} <= set(names)
    assert "gone.txt" not in names
    assert place.folder.git("cat-file", "blob", f"{snapshot.commit}:train.py") == "print('loss=0.4')"
    assert place.folder.git("rev-parse", f"{snapshot.commit}^{{tree}}") == snapshot.tree
    place.folder.git("fsck", "--strict", "--no-dangling")


def test_equal_code_is_one_commit(place: Place, tmp_path: pathlib.Path) -> None:
    edit(place)
    first = snapshot_of(place, tmp_path)

    os.utime(place.top / "train.py")
    (place.top / "pile.bin").write_bytes(b"\0other")

    assert snapshot_of(place, tmp_path).commit == first.commit
    (place.top / "train.py").write_text("print('loss=0.3')\n")
    assert snapshot_of(place, tmp_path).commit != first.commit


def test_the_snapshot_hangs_off_head(place: Place, tmp_path: pathlib.Path) -> None:
    edit(place)
    head = place.folder.git("rev-parse", "--verify", "--quiet", "HEAD", check=False) or None
    branch = place.folder.git("symbolic-ref", "--quiet", "--short", "HEAD", check=False) or None

    snapshot = snapshot_of(place, tmp_path)

    assert (snapshot.head, snapshot.branch) == (head, branch)
    parents = place.folder.git("log", "-1", "--no-show-signature", "--format=%P", snapshot.commit)
    assert parents == (head or "")
    people = place.folder.git("log", "-1", "--format=%an <%ae>|%cn <%ce>|%at|%ct|%G?", snapshot.commit)
    date = place.folder.git("log", "-1", "--format=%ct", head) if head else "0"
    assert people == f"gitexp <gitexp@localhost>|gitexp <gitexp@localhost>|{date}|{date}|N"
