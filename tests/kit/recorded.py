"""What has to hold of a run that was recorded on a bad day."""

from __future__ import annotations

import pathlib
import re
import sys
from typing import TYPE_CHECKING

from kit.exp import Ran, manifest, part, refs, run_exp

if TYPE_CHECKING:
    from kit.git import GitFolder

SCRIPT = "print('loss=0.5'); raise SystemExit(3)"
COMMAND = ("run", "-p", "lr=0.1", "--", sys.executable, "-c", SCRIPT)


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
