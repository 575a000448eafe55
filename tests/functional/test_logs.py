"""`exp logs`, as it is typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kit.screen import run_on_terminal
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder


def test_in_a_pipe_output_is_byte_for_byte(runs: GitFolder) -> None:
    assert runs.run("exp", "logs", "t2zc").stdout == b"\x1b[32mgreen\x1b[0m\x1b[2J\r\nlast"
    assert runs.run("exp", "logs", "k3v9", "--tail", "2").stdout == b"two\nthree\n"
    assert runs.run("exp", "logs", "k3v9", "--tail", "99").stdout == b"one\ntwo\nthree\n"
    assert runs.run("exp", "logs", "k3v9", "-n", "0").stdout == b""
    assert json.loads(runs.run("exp", "logs", "k3v9", "--json").stdout)["data"] == {"output": "one\ntwo\nthree\n"}


def test_on_a_terminal_colours_stay_and_nothing_else(runs: GitFolder) -> None:
    status, text = run_on_terminal(runs, "exp", "logs", "t2zc")
    assert status == 0
    assert "\x1b[32mgreen\x1b[0m\\e[2J\nlast" in text
    assert "\x1b[2J" not in text


def test_output_that_is_not_there(runs: GitFolder) -> None:
    going = runs.run("exp", "logs", "last")
    assert (going.returncode, going.stdout) == (1, b"")
    assert "it is recorded when the run ends" in going.stderr.decode()
    failed = runs.run("exp", "logs", "p7qw")
    assert (
        failed.stderr.decode()
        == "exp: run amber-fox-p7qw has no output\nhint: exp show p7qw4n8hde  (says why, where that is known)\n"
    )


def test_on_a_terminal_redrawn_progress_is_what_it_showed_at_the_end(runs: GitFolder) -> None:
    drawn = b"start\r\n" + b"".join(b"\r%3d%%|#####" % done for done in range(101)) + b"\nloss=1\nloss=2\nend\n"
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60), {"output.log": drawn})
    assert run_on_terminal(runs, "exp", "logs")[1] == "start\n100%|#####\nloss=1\nloss=2\nend\n"
    assert run_on_terminal(runs, "exp", "logs", "-n", "4")[1] == "100%|#####\nloss=1\nloss=2\nend\n"
    assert run_on_terminal(runs, "exp", "logs", "-n", "5")[1].startswith("start\n100%")
    assert runs.run("exp", "logs").stdout == drawn
