"""Runs are folded, and erased, in every kind of repository."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from kit.exp import run_exp

if TYPE_CHECKING:
    from contract.kinds import Place


def test_runs_are_folded_read_and_erased(place: Place) -> None:
    folder = place.folder
    for number in range(2):
        assert run_exp(folder, "run", "--quiet", "--", sys.executable, "-c", f"print('run', {number})").status == 0
    second, first = run_exp(folder, "ls", "--ids").out.split()
    before = folder.state()

    assert run_exp(folder, "fold", "--all").status == 0
    assert folder.git("for-each-ref", "refs/runs") == ""
    assert run_exp(folder, "ls", "--ids").out.split() == [second, first]
    assert run_exp(folder, "logs", first).out == "run 0\n"
    tip = folder.git("for-each-ref", "--format=%(objectname)", "refs/exp/fold")
    assert folder.git("cat-file", "-t", tip) == "commit"
    done = run_exp(folder, "purge", first, "--yes")

    assert done.status == 0, done.err
    assert run_exp(folder, "ls", "--ids").out.split() == [second]
    assert run_exp(folder, "logs", second).out == "run 1\n"
    if "this is a partial clone" not in done.err:
        assert folder.git("cat-file", "-t", tip, check=False) == ""
    else:
        folder.git("gc", "--quiet", "--prune=now")
        assert "cannot be read" not in run_exp(folder, "show", second).err
    assert folder.state() == before
    folder.git("fsck", "--strict", "--no-dangling", "--connectivity-only")
