"""`exp logs`, as it is typed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from kit.exp import run_exp
from kit.going import Going
from kit.observing import stream
from kit.screen import run_on_terminal
from kit.stored import plan_run, store_run
from kit.terminal import PATIENCE, Terminal, limit_time

if TYPE_CHECKING:
    from collections.abc import Iterator

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


EXP = [sys.executable, "-m", "gitexp"]
KEY = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA04up8hoqzS1\n" * 8 + "-----END RSA PRIVATE KEY-----\n"


@contextlib.contextmanager
def following(folder: GitFolder, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """``exp logs -f`` with its streams captured."""
    command = [*EXP, "logs", "-f", *arguments]
    with subprocess.Popen(
        command, cwd=folder.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read(process: subprocess.Popen[bytes], count: int) -> bytes:
    """So many bytes of what comes."""
    with limit_time():
        return stream(process.stdout).read(count)


def end(process: subprocess.Popen[bytes]) -> tuple[int, bytes, str]:
    """The exit status and the rest of both streams."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err.decode()


def test_following_to_the_end_byte_for_byte(folder: GitFolder) -> None:
    with Going(folder) as run:
        run.print("one\n\x1b[32mtwo\x1b[0m\n\r10%\r20%")
        with following(folder) as process:
            assert read(process, 21) == b"one\n\x1b[32mtwo\x1b[0m\n\r10%"
            run.print("\r30%\r\nthree\n")
            assert read(process, 16) == b"\r20%\r30%\r\nthree\n"
            run.print("no end")
            run.end()
            status, out, err = end(process)
    assert (status, out) == (0, b"no end")
    assert re.fullmatch(r"exp: finished \S+ in [0-9.]+ s\n", err)


def test_following_from_the_last_lines_on(folder: GitFolder) -> None:
    with Going(folder, "-n", "named") as run:
        run.print("one\ntwo\nthree\n")
        with following(folder, "named", "-n", "1") as process:
            assert read(process, 6) == b"three\n"
            run.print("four\n")
            run.end()
            status, out, err = end(process)
    assert (status, out) == (0, b"four\n")
    assert "finished named" in err


def test_following_what_has_ended(runs: GitFolder) -> None:
    ran = run_exp(runs, "logs", "-f", "k3v9", "-n", "2")
    assert (ran.status, ran.out, ran.err) == (0, "two\nthree\n", "")
    elsewhere = run_exp(runs, "logs", "-f")
    assert elsewhere.status == 1
    assert "another machine or user records it" in elsewhere.err


def test_following_hides_what_is_secret(folder: GitFolder) -> None:
    with Going(folder, env={"MY_API_TOKEN": "hunter2-correct-horse"}) as run:
        run.print("token hunter2-")
        with following(folder) as process:
            run.print("correct-horse\n")
            assert read(process, 17) == b"token [redacted]\n"
            run.print(KEY[:60])
            run.print(KEY[60:] + "after\n")
            assert read(process, 17) == b"[redacted]\nafter\n"
            run.end()
            assert end(process)[:2] == (0, b"")


def test_following_over_more_than_is_kept(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "output:\n  limit: 2kB\n"})
    folder.commit("settings")
    with Going(folder) as run:
        lines = [f"line {number:04}\n" for number in range(800)]
        run.tell(f"sys.stdout.write({''.join(lines[:50])!r})")
        with following(folder) as process:
            assert read(process, 500) == "".join(lines[:50]).encode()
            run.tell(f"sys.stdout.write({''.join(lines[50:])!r})")
            run.end()
            status, out, _ = end(process)
    assert status == 0
    shown = out.decode().splitlines()
    assert shown[-1] == "line 0799"
    gaps = [line for line in shown if line.startswith("[gitexp: ")]
    assert gaps
    told = sum(int(re.sub(r"\D", "", gap)) for gap in gaps)
    kept = [line for line in shown if line not in gaps]
    assert [line for line in kept if f"{line}\n" not in lines] == []
    assert len(kept) == len(set(kept))
    assert 7500 - 10 * len(kept) - 10 * len(gaps) <= told <= 7500 - 10 * len(kept)


def test_interrupting_ends_the_following_alone(folder: GitFolder) -> None:
    with Going(folder) as run:
        run.print("one\n")
        with following(folder) as process:
            assert read(process, 4) == b"one\n"
            process.send_signal(signal.SIGINT)
            status, out, err = end(process)
        assert (status, out) == (130, b"")
        assert err.strip() == ""
        run.print("two\n")
        assert run.end() == 0


def test_a_reader_that_has_seen_enough_ends_the_following(folder: GitFolder) -> None:
    with Going(folder) as run:
        run.print("one\n")
        with following(folder) as process:
            assert read(process, 4) == b"one\n"
            stream(process.stdout).close()
            run.print("two\n")
            with limit_time():
                assert process.wait() == 141
            assert stream(process.stderr).read() == b""


def test_following_on_a_terminal(folder: GitFolder) -> None:
    with Going(folder) as run:
        run.print("one\x1b[2J\n\r10%\r20%")
        surroundings = {**os.environ, "TERM": "xterm-256color"}
        with Terminal([*EXP, "logs", "-f"], cwd=folder.path, env=surroundings) as screen:
            screen.expect(rb"one\\e\[2J\r\n10%")
            run.print("\r30%")
            screen.expect(rb"\r\x1b\[K20%")
            run.print("\r100%\ntwo\n")
            screen.expect(rb"\r\x1b\[K100%\r\ntwo\r\n")
            run.end()
            assert screen.wait() == 0
            assert "exp: ✓ finished" in screen.screen.decode()


def test_wrong_usage_of_following(runs: GitFolder) -> None:
    ran = run_exp(runs, "logs", "-f", "--json")
    assert ran.status == 2
    assert "exp watch --json" in ran.out
