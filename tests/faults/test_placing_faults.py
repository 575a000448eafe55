"""Files of a run brought to a full disk, and code put here by a process that dies: nothing half-made, nothing lost."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kit.exp import refs, run_exp
from kit.faults import KILL_CALLER
from kit.large import FOLDER, store_large
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

    from kit.faults import FaultyGit
    from kit.git import GitFolder


def test_a_full_disk_gets_no_half_file(folder: GitFolder, small_disk: pathlib.Path) -> None:
    store_large(folder)
    (small_disk / "filling").write_bytes(bytes(1_500_000))

    got = run_exp(folder, "get", "last", "-o", str(small_disk / "srv"))

    assert got.status == 1
    assert got.err == f"exp: {small_disk}/srv/out/model.pt: No space left on device\n"
    assert os.listdir(small_disk / "srv" / "out") == []
    assert run_exp(folder, "get", "last", "ckpt", "-o", str(small_disk / "srv")).status == 0
    assert (small_disk / "srv" / "ckpt" / "0.pt").read_bytes() == FOLDER["0.pt"]


def test_whoever_dies_while_code_is_put_here_has_kept_what_was_there(folder: GitFolder, faulty: FaultyGit) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc"))
    folder.git("rm", "--quiet", "README.md")
    folder.gen({"train.py": "print('later')\n"})
    folder.commit("later")
    folder.gen({"train.py": "mine\n"})
    state = folder.state()

    faulty.exp(folder, "checkout", "--here", "k3v9", "--force", at="*checkout-index*", before=KILL_CALLER)

    (backup,) = refs(folder, "refs/exp/backup")
    assert folder.git("show", f"{backup}:train.py") == "mine"
    again = run_exp(folder, "checkout", "--here", "k3v9", "--force")
    assert again.status == 0, again.err
    assert (folder.path / "train.py").read_text() == "print('loss=0.5')\n"
    back = run_exp(folder, "checkout", "--here", folder.git("rev-parse", backup))
    assert back.status == 0, back.err
    assert folder.state() == state


def test_an_edit_of_this_very_moment_is_not_written_over(folder: GitFolder, faulty: FaultyGit) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc"))
    folder.gen({"train.py": "print('later')\n"})
    folder.commit("later")

    done = faulty.exp(
        folder, "checkout", "--here", "k3v9", "--force", at="*diff-tree*", nth=2, before="echo mine > train.py"
    )

    assert done.status == 1
    assert "train.py would be lost, for amber-fox-k3v9 has it otherwise: it was changed at this moment\n" in done.err
    assert (folder.path / "train.py").read_text() == "mine\n"
