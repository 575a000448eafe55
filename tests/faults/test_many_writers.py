"""Many recordings in one repository at once, while Git collects garbage and packs refs: all are there, none warns."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from gitexp.store.layout import OUTPUT
from gitexp.store.runs import open_store
from kit.exp import PATIENCE, refs

if TYPE_CHECKING:
    from kit.git import GitFolder

WRITERS = 64
AT_ONCE = 8
TIDYING = (("gc", "--quiet", "--prune=now"), ("pack-refs", "--all"))


def write(folder: GitFolder, number: int) -> tuple[int, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "gitexp", "run", "-q", "-p", f"n={number}", "--", "echo", f"writer {number}"],
        cwd=folder.path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
        timeout=PATIENCE,
    )  # fmt: skip
    return done.returncode, done.stderr


def test_of_many_writers_none_loses_a_run(folder: GitFolder) -> None:
    folder.gen({"train.py": "print(2)\n"})  # so that every run has a snapshot that no branch holds
    is_over = threading.Event()
    rounds = [0] * len(TIDYING)
    troubles: list[str] = []

    def tidy(index: int) -> None:
        while not is_over.is_set():
            done = folder.run("git", *TIDYING[index])
            rounds[index] += 1
            if done.returncode:
                troubles.append(done.stderr.decode())

    tidying = [threading.Thread(target=tidy, args=(index,)) for index in range(len(TIDYING))]
    for thread in tidying:
        thread.start()
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ended = list(pool.map(lambda number: write(folder, number), range(WRITERS)))
    finally:
        is_over.set()
        for thread in tidying:
            thread.join()
    assert ended == [(0, b"")] * WRITERS
    assert min(rounds) > 2, troubles
    store = open_store(os.fspath(folder.path))
    heads, broken, _ = store.heads()
    assert broken == ()
    assert sorted(int(str(head.params["n"])) for head in heads) == list(range(WRITERS))
    for head in heads:
        run = store.load(head)
        assert (run.status, run.warnings) == ("finished", ())
        assert store.read_part(head, OUTPUT) == f"writer {run.params['n']}\n".encode()
    assert refs(folder, "refs/exp") == []
    assert list((folder.path / ".git" / "exp" / "live").iterdir()) == []
    assert folder.git("fsck", "--strict", "--no-dangling", "--no-progress") == ""
