"""exp, its keeper and the script killed, alone and together, at several moments: what can be known is in the run."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from gitexp.capture.spool import read_spool
from kit.dying import read_state
from kit.exp import PATIENCE, manifest, part, refs, run_exp
from kit.observing import stream
from kit.terminal import Terminal, limit_time, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kit.faults import FaultyGit
    from kit.git import GitFolder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a child to a further parent")

SCRIPT = """
import sys
sys.stdin.readline()
for number in range(300):
    print("line", number, flush=True)
print("half", flush=True)
sys.stdin.readline()
print("loss=0.5", flush=True)
raise SystemExit(3)
"""
HALF = "".join(f"line {number}\n" for number in range(300)) + "half\n"
WHOLE = HALF + "loss=0.5\n"
COMMAND = [sys.executable, "-m", "gitexp", "run", "-q", "-e", "killed", "--", sys.executable, "-S", "-E", "-c"]


class Processes(NamedTuple):
    """The processes of one run, by id."""

    exp: int
    keeper: int
    script: int


class Case(NamedTuple):
    """Who is killed, and when."""

    victims: tuple[str, ...]
    moment: str

    @property
    def name(self) -> str:
        return f"{' and '.join(self.victims)} {self.moment}"

    @property
    def end(self) -> tuple[str, object, object]:
        """Status, exit code and signal that the run is to have."""
        if {"exp", "keeper"} <= set(self.victims) and self.moment != "while it is stored":
            return "lost", None, None
        return ("killed", None, "SIGKILL") if "script" in self.victims else ("failed", 3, None)


GROUPS = [group for size in (1, 2, 3) for group in itertools.combinations(Processes._fields, size)]
CASES = [
    *(Case(group, moment) for moment in ("at the start", "between its lines") for group in GROUPS),
    *(Case(group, "while it is stored") for group in GROUPS if "script" not in group),
]


@pytest.fixture(autouse=True)
def limit() -> Iterator[None]:
    with limit_time():
        yield


def journals(folder: GitFolder) -> list[pathlib.Path]:
    live = folder.path / ".git" / "exp" / "live"
    return sorted(live.iterdir()) if live.exists() else []


def find_processes(folder: GitFolder) -> Processes:
    def is_noted() -> bool:
        return any((one / "child").exists() and (one / "child").read_bytes().endswith(b"}") for one in journals(folder))

    wait_until(is_noted)
    (journal,) = journals(folder)
    note = json.loads((journal / "child").read_bytes())
    return Processes(note["recorder"], note["keeper"], note["command"])


def kill(processes: Processes, *victims: str) -> None:
    """Ends them at one moment: none of them sees another one's end."""
    pids = [getattr(processes, victim) for victim in victims]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        wait_until(lambda: all(read_state(pid) in "TZX" for pid in pids))


def is_empty(session: int) -> bool:
    """Whether no process of a session is left that does anything."""
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
            if fields[0] not in b"ZX" and int(fields[3]) == session:
                return False
    return True


def tell(process: subprocess.Popen[bytes], line: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):
        stream(process.stdin).write(line)
        stream(process.stdin).flush()


def check_seam(out: str, before: str, after: str) -> None:
    """All came, in order. What exp had just written when it was killed may come twice: it could not say so any more."""
    assert out.startswith(before)
    assert out.endswith(after)
    assert before.endswith(out[len(before) : len(out) - len(after)])


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_killed(folder: GitFolder, faulty: FaultyGit, case: Case) -> None:
    before = folder.state()
    event = faulty.folder / "event"
    os.mkfifo(event)
    storing = case.moment == "while it is stored"
    ends_git = "; exit 1" if "exp" in case.victims else ""
    env = faulty.environment("* update-ref *", nth=2, before=f": > {event}; cat {event}{ends_git}") if storing else {}
    process = subprocess.Popen(
        [*COMMAND, SCRIPT], cwd=folder.path, env={**os.environ, **env}, start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    processes = find_processes(folder)
    assert processes.exp == process.pid
    out = b""
    if case.moment != "at the start":
        tell(process, b"\n")
        while not out.endswith(b"half\n"):
            out += stream(process.stdout).readline()
    if storing:
        tell(process, b"\n")
        event.read_bytes()
    kill(processes, *case.victims)
    if storing:
        event.write_bytes(b"")
    tell(process, b"\n\n")
    rest, err = process.communicate(timeout=PATIENCE)
    out += rest

    lost = {"exp", "keeper"} <= set(case.victims)
    is_whole = "script" not in case.victims and (not lost or storing)
    wanted = WHOLE if is_whole else "" if case.moment == "at the start" else HALF
    check_seam(out.decode(), wanted[: len(HALF)], wanted[len(HALF) :])
    status = 128 + signal.SIGKILL if "script" in case.victims else 3
    assert process.returncode == (-signal.SIGKILL if "exp" in case.victims else status)
    assert err == b""
    wait_until(lambda: is_empty(process.pid))
    listed = run_exp(folder, "ls", "-e", "killed", "--ids")
    assert (listed.status, len(listed.out.split())) == (0, 1)
    (ref,) = refs(folder, "refs/runs/killed")
    run = manifest(folder, ref)
    assert (run["status"], run.get("exit_code"), run.get("signal")) == case.end
    assert part(folder, ref, "output.log") == wanted.rstrip() if wanted else "output.log" not in folder.git("show", ref)
    assert ("loss" in run.get("metrics", {})) is is_whole
    assert journals(folder) == []
    assert refs(folder, "refs/exp") == []
    assert folder.state() == before
    folder.git("fsck", "--strict", "--no-dangling")
    print(f"{len(CASES)} cases of killed processes")


def test_what_exp_had_read_and_not_written_is_written(folder: GitFolder) -> None:
    """A slow reader: exp is killed with a chunk half written."""
    script = "import os; left = memoryview(bytes(range(32, 127)) * 5000)\nwhile left: left = left[os.write(1, left):]"
    process = subprocess.Popen(
        [*COMMAND, script], cwd=folder.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
    )
    processes = find_processes(folder)
    (journal,) = journals(folder)
    wait_until(lambda: len(read_spool(str(journal / "output")).data) > 100_000)
    kill(processes, "exp")
    out, _ = process.communicate(timeout=PATIENCE)
    wanted = bytes(range(32, 127)) * 5000
    # Of the chunk that exp was writing nobody knows how much the reader's pipe had taken: that much comes twice.
    twice = len(out) - len(wanted)
    assert 0 <= twice <= 65536
    at = next((place for place, pair in enumerate(zip(out, wanted, strict=False)) if pair[0] != pair[1]), len(wanted))
    assert out[at:] == wanted[at - twice :]
    wait_until(lambda: is_empty(process.pid))
    (ref,) = refs(folder)
    size = folder.git("cat-file", "-s", f"{ref}:.exp/output.log")
    assert len(wanted) <= int(size) <= len(wanted) + 65536  # as above, between the record and the note of it


def test_the_terminal_gets_the_rest(folder: GitFolder) -> None:
    script = "print('one'); input(); print('two'); input(); print('three')"
    command = f'{sys.executable} -m gitexp run -q -- {sys.executable} -u -c "{script}"; echo status=$?; sleep 100'
    with Terminal(["sh", "-c", command], cwd=folder.path) as terminal:
        terminal.expect(b"one\r\n")
        processes = find_processes(folder)
        kill(processes, "exp")
        terminal.expect(b"status=137")
        terminal.send(b"\n")
        terminal.expect(b"two\r\n")
        terminal.send(b"\n")
        terminal.expect(b"three\r\n")
        wait_until(lambda: journals(folder) == [])
    (ref,) = refs(folder)
    assert part(folder, ref, "output.log") == "one\ntwo\nthree"


def test_a_reader_that_goes_away_ends_the_script_when_exp_is_gone(folder: GitFolder) -> None:
    script = "import sys; print('one', flush=True); sys.stdin.read()\nwhile True: print('more', flush=True)"
    process = subprocess.Popen(
        [*COMMAND, script], cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    processes = find_processes(folder)
    assert stream(process.stdout).readline() == b"one\n"
    kill(processes, "exp")
    stream(process.stdout).close()
    stream(process.stdin).close()
    process.wait(PATIENCE)
    wait_until(lambda: is_empty(process.pid))
    assert len(run_exp(folder, "ls", "-e", "killed", "--ids").out.split()) == 1


@pytest.mark.parametrize("name", ["SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1"])
def test_a_signal_to_the_keeper_reaches_the_script_once_when_exp_is_gone(folder: GitFolder, name: str) -> None:
    script = f"""
import os, signal
for one in ("{name}", "SIGUSR2"):  # not by print: while another print is at it that raises
    signal.signal(getattr(signal, one), lambda number, _: os.write(1, (signal.Signals(number).name + "\\n").encode()))
print("ready", flush=True)
input()
print("end")
"""
    process = subprocess.Popen(
        [*COMMAND, script], cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    processes = find_processes(folder)
    lines = [stream(process.stdout).readline().decode()]
    assert lines == ["ready\n"]
    kill(processes, "exp")
    for one in (name, "SIGUSR2"):
        os.kill(processes.keeper, getattr(signal, one))
        while lines[-1] != f"{one}\n":
            lines.append(stream(process.stdout).readline().decode())
            assert lines[-1]  # else the script has ended
    tell(process, b"\n")
    lines.append(process.communicate(timeout=PATIENCE)[0].decode())
    check_seam("".join(lines), "ready\n", f"{name}\nSIGUSR2\nend\n")
    wait_until(lambda: is_empty(process.pid))


@pytest.mark.parametrize("setup", ["", "trap '' HUP; "], ids=["plain", "nohup"])
def test_a_terminal_that_goes_away(folder: GitFolder, setup: str) -> None:
    """The run is recorded as hung up, or goes on where the script ignores that."""
    fifo = folder.path.parent / "go"
    os.mkfifo(fifo)
    line = f"{setup}exec {sys.executable} -m gitexp run -q -- sh -c 'echo ready; read word < {fifo}; exit 4'"
    with Terminal(["sh", "-c", line], cwd=folder.path) as terminal:
        terminal.expect(b"ready\r\n")
        find_processes(folder)
        terminal.hang_up()
        if setup:
            fifo.write_text("go\n")
        terminal.process.wait(PATIENCE)
    (ref,) = refs(folder)
    run = manifest(folder, ref)
    assert (run["status"], run.get("signal"), run.get("exit_code")) == (
        ("failed", None, 4) if setup else ("killed", "SIGHUP", None)
    )
