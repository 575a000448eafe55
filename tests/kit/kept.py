"""Runs with artifacts too large for Git, really recorded, and where the bytes of these lie."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from kit.exp import manifest, refs, run_exp

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

TRAIN = """import os, random, sys
made = random.Random(sys.argv[1])
same = random.Random("same")
with open("model.pt", "wb") as file:
    file.write(made.randbytes(2_000_000))
os.makedirs("points", exist_ok=True)
for name, source in (("a.bin", made), ("b.bin", same)):
    with open(f"points/{name}", "wb") as file:
        file.write(source.randbytes(300_000))
with open("note.txt", "w") as file:
    file.write(sys.argv[1])
print("loss=0.5")
"""
OPTIONS = ("-q", "--artifact", "model.pt", "--artifact", "points", "--artifact", "note.txt", "--data", "data")


def give_training(folder: GitFolder) -> None:
    """A script that writes a model of 2 MB, a folder of two files of which one is always the same, and a note."""
    folder.gen({"train.py": TRAIN, ".gitignore": "model.pt\npoints/\nnote.txt\n", "data/x.csv": "a,b\n1,2\n"})
    folder.commit("Train")


def record(folder: GitFolder, word: str, *options: str) -> str:
    """Records a run whose artifacts hang on the word; returns its id."""
    before = set(refs(folder))
    ran = run_exp(folder, "run", *OPTIONS, *options, "--", sys.executable, "train.py", word)
    assert ran.status == 0, ran.err
    (ref,) = set(refs(folder)) - before
    return ref.rpartition("/")[2]


def find_hashes(folder: GitFolder, run_id: str) -> dict[str, str]:
    """The hash of each artifact of a run, by its path."""
    run = manifest(folder, f"refs/runs/default/{run_id}")
    return {one["path"]: one["md5"] for one in run["artifacts"]}


def object_path(folder: GitFolder, md5: str) -> pathlib.Path:
    """Where the bytes of a hash lie in the cache of artifacts."""
    return folder.path / ".git" / "exp" / "cache" / "files" / "md5" / md5[:2] / md5[2:]


def list_cache(folder: GitFolder) -> set[str]:
    """The hashes of all objects in the cache of artifacts."""
    top = folder.path / ".git" / "exp" / "cache" / "files" / "md5"
    return {path.parent.name + path.name for path in top.glob("*/*")}


def make_old(folder: GitFolder) -> None:
    """Everything in the cache is a day old."""
    top = folder.path / ".git" / "exp" / "cache"
    for path in top.rglob("*"):
        found = path.stat()
        os.utime(path, (found.st_atime - 86_400, found.st_mtime - 86_400))


def damage(path: pathlib.Path) -> None:
    """Turns a byte of a file over; its size and times are as before."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    found = path.stat()
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(0o444)
    os.utime(path, (found.st_atime, found.st_mtime))
