"""A signal reaches the command once, whichever way it comes; the observer sees it and lives."""

from __future__ import annotations

import os
import pathlib
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.processes import list_children
from kit.observing import Observation, stream
from kit.terminal import PATIENCE, TELL_SIZES, Terminal, limit_time, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSED_ON = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"]

COUNTER = """
import os, select, signal, sys
notes, notes_in = os.pipe()
os.set_blocking(notes_in, False)
signal.set_wakeup_fd(notes_in)
for name in sys.argv[1:]:
    signal.signal(getattr(signal, name), lambda *_: None)
counts = {}
print("ready", flush=True)
while True:
    readable, _, _ = select.select([0, notes], [], [])
    if notes in readable:
        for number in os.read(notes, 100):
            name = signal.Signals(number).name
            counts[name] = counts.get(name, 0) + 1
            print("got", name, flush=True)
    elif os.read(0, 100):
        print("counts", sorted(counts.items()), flush=True)
    else:
        break
"""
"""Counts what it gets, and says so at each line of input. (A handler in Python alone may wait for the next read.)"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals of this kind")


@pytest.fixture
def observation(tmp_path: pathlib.Path) -> Iterator[Observation]:
    with limit_time():
        yield Observation(tmp_path)


def start_counter(observation: Observation, *prefix: str) -> subprocess.Popen[bytes]:
    """A counter of signals, under the observer, ready."""
    process = subprocess.Popen(
        [*prefix, *observation.python(COUNTER, *PASSED_ON)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert stream(process.stdout).readline() == b"ready\n"
    assert observation.processes[0] == process.pid
    return process


def count(process: subprocess.Popen[bytes]) -> bytes:
    """Lets a counter say its counts and end."""
    return process.communicate(b"count\n", timeout=PATIENCE)[0]


@pytest.mark.parametrize("name", PASSED_ON)
def test_what_only_the_observer_got_is_passed_on_once(observation: Observation, name: str) -> None:
    # The marker comes behind the signal on the same way: a second one would have come before it.
    marker = "SIGUSR2" if name != "SIGUSR2" else "SIGTERM"
    with start_counter(observation) as process:
        process.send_signal(getattr(signal, name))
        assert stream(process.stdout).readline() == b"got %s\n" % name.encode()
        process.send_signal(getattr(signal, marker))
        assert stream(process.stdout).readline() == b"got %s\n" % marker.encode()

        assert count(process) == b"counts %s\n" % str(sorted([(name, 1), (marker, 1)])).encode()
    assert sorted(observation.ending["received"]) == sorted([name, marker])
    assert process.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only there can what went to the group be told")
@pytest.mark.parametrize("name", PASSED_ON)
@pytest.mark.parametrize("way", ["group", "each", "each, exp last"])
def test_what_went_to_all_comes_once(observation: Observation, name: str, way: str) -> None:
    """The second signal goes to the observer alone: it comes behind whatever the first one brought."""
    marker = "SIGUSR2" if name != "SIGUSR2" else "SIGTERM"
    with start_counter(observation, "setsid") as process:
        observer, command = observation.processes
        (keeper,) = list_children(observer)
        wait_until(lambda: b"keeper" in pathlib.Path(f"/proc/{keeper}/cmdline").read_bytes())
        if way == "group":
            os.killpg(observer, getattr(signal, name))
        else:
            for pid in (observer, keeper, command) if way == "each" else (command, keeper, observer):
                os.kill(pid, getattr(signal, name))
        assert stream(process.stdout).readline() == b"got %s\n" % name.encode()
        os.kill(observer, getattr(signal, marker))
        assert stream(process.stdout).readline() == b"got %s\n" % marker.encode()

        assert count(process) == b"counts %s\n" % str(sorted([(name, 1), (marker, 1)])).encode()
    assert sorted(observation.ending["received"]) == sorted([name, marker])


def test_a_signal_that_ends_the_command_ends_the_observer_in_order(observation: Observation) -> None:
    with subprocess.Popen(
        observation.command("sh", "-c", "echo ready; read word"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert stream(process.stdout).readline() == b"ready\n"
        process.terminate()

        assert process.wait(PATIENCE) == 128 + signal.SIGTERM
    assert (observation.ending["signal"], observation.ending["received"]) == ("SIGTERM", ["SIGTERM"])


def test_what_the_command_alone_got_is_not_ours(observation: Observation) -> None:
    with start_counter(observation) as process:
        os.kill(observation.processes[1], signal.SIGTERM)
        assert stream(process.stdout).readline() == b"got SIGTERM\n"

        assert count(process) == b"counts [('SIGTERM', 1)]\n"
    assert observation.ending["received"] == []


@pytest.mark.parametrize(("key", "name"), [(b"\x03", "SIGINT"), (b"\x1c", "SIGQUIT")])
def test_a_key_of_the_terminal_reaches_the_command_once(observation: Observation, key: bytes, name: str) -> None:
    with Terminal(observation.python(COUNTER, *PASSED_ON)) as terminal:
        terminal.expect(b"ready")
        observer, _ = observation.processes
        terminal.send(key)
        terminal.expect(b"got %s" % name.encode())
        os.kill(observer, signal.SIGUSR2)
        terminal.expect(b"got SIGUSR2")
        terminal.send(b"count\n")
        terminal.expect(rb"counts \[\('%s', 1\), \('SIGUSR2', 1\)\]" % name.encode())
        terminal.send(b"\x04")

        assert terminal.wait() == 0
    assert observation.ending["received"] == [name, "SIGUSR2"]


@pytest.mark.parametrize(("key", "name"), [(b"\x03", "SIGINT"), (b"\x1c", "SIGQUIT")])
def test_a_key_of_the_terminal_is_not_passed_on(observation: Observation, key: bytes, name: str) -> None:
    """A command that left the group shows it: two signals close together are one to a command that gets both."""
    code = f"import os; os.setpgid(0, 0)\n{COUNTER}"
    with Terminal(observation.python(code, *PASSED_ON)) as terminal:
        terminal.expect(b"ready")
        observer, command = observation.processes
        terminal.send(key)
        terminal.expect(rb"\^")  # the terminal shows the key when it has sent the signal
        os.kill(observer, signal.SIGUSR2)
        terminal.expect(b"got SIGUSR2")
        os.kill(observer, signal.SIGUSR1)  # of two that are pending the kernel runs the later one's handler first
        terminal.expect(b"got SIGUSR1")
        os.kill(command, signal.SIGKILL)

        assert terminal.wait() == 128 + signal.SIGKILL
    assert observation.ending["received"] == [name, "SIGUSR2", "SIGUSR1"]
    assert b"got %s" % name.encode() not in terminal.screen


def test_a_command_that_an_interrupt_ends_ends_both(observation: Observation) -> None:
    with Terminal(observation.command("sh", "-c", "echo ready; read word; echo end of $word")) as terminal:
        terminal.expect(b"ready")
        terminal.send(b"\x03")

        assert terminal.wait() == 128 + signal.SIGINT
    assert observation.ending["signal"] == "SIGINT"


def test_ignored_before_is_ignored_by_both(observation: Observation) -> None:
    """As nohup has it."""
    script = "trap '' HUP; exec \"$@\""
    with subprocess.Popen(
        ["sh", "-c", script, "sh", *observation.command("sh", "-c", "echo ready; read word; echo $word")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert stream(process.stdout).readline() == b"ready\n"
        for pid in observation.processes:
            os.kill(pid, signal.SIGHUP)

        assert process.communicate(b"alive\n", timeout=PATIENCE)[0] == b"alive\n"
    assert process.returncode == 0
    assert observation.ending["received"] == []


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="only Linux shows the masks")
@pytest.mark.parametrize("setup", ["", "trap '' HUP INT; "], ids=["plain", "some ignored"])
def test_masks_and_dispositions_are_those_of_a_plain_start(observation: Observation, setup: str) -> None:
    command = ["grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"]

    def run(words: list[str]) -> bytes:
        line = f"{setup}{shlex.join(words)}"
        return subprocess.run(["sh", "-c", line], capture_output=True, check=True, timeout=PATIENCE).stdout

    plain = run(command)

    assert plain.count(b"\n") == 3
    assert run(observation.command(*command)) == plain


def test_stop_and_continue_under_a_shell(observation: Observation) -> None:
    environment = {**os.environ, "PS1": "prompt> ", "TERM": "dumb", "HISTFILE": ""}
    command = shlex.join(observation.command("sh", "-c", 'echo read"y"; read word; echo "got $word"; exit 6'))
    with Terminal(
        ["bash", "--norc", "--noprofile", "--noediting", "-i"], cwd=observation.folder, env=environment
    ) as terminal:
        terminal.expect(b"prompt> ")
        terminal.send(command.encode() + b"\n")
        terminal.expect(rb"ready\r\n")
        processes = observation.processes
        terminal.send(b"\x1a")
        terminal.expect(b"Stopped")
        terminal.expect(b"prompt> ")
        if os.path.exists("/proc/self/stat"):
            for pid in processes:
                wait_until(lambda pid=pid: pathlib.Path(f"/proc/{pid}/stat").read_text().split()[2] == "T")
        terminal.send(b"fg\n")
        terminal.expect(b"observed.py")
        terminal.send(b"through\n")
        terminal.expect(b"got through")
        terminal.expect(b"prompt> ")
        terminal.send(b"echo status=$?\n")
        terminal.expect(b"status=6")
        terminal.send(b"exit\n")

        assert terminal.wait() == 0
    assert observation.spooled.data == b"ready\ngot through\n"


def test_a_size_that_changed_while_stopped_is_the_size_afterwards(observation: Observation) -> None:
    environment = {**os.environ, "PS1": "prompt> ", "TERM": "dumb", "HISTFILE": ""}
    (observation.folder / "script.py").write_text(TELL_SIZES)
    command = shlex.join(observation.command(sys.executable, "script.py", "100", "50"))
    with Terminal(
        ["bash", "--norc", "--noprofile", "--noediting", "-i"], cwd=observation.folder, env=environment
    ) as terminal:
        terminal.expect(b"prompt> ")
        terminal.send(command.encode() + b"\n")
        terminal.expect(rb"ready\r\n")
        terminal.send(b"\x1a")
        terminal.expect(b"prompt> ")
        terminal.resize(50, 100)
        terminal.send(b"fg\n")
        terminal.expect(b"size 100 x 50")
        terminal.expect(b"prompt> ")
        terminal.send(b"exit\n")

        assert terminal.wait() == 0


def test_what_the_start_raises_comes_after_the_end(observation: Observation) -> None:
    """A fault of ours at the start leaves the command its streams and its time."""
    command = observation.command("sh", "-c", "echo one; exit 3", options=("--started", "/nowhere/at/all"))

    result = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)

    assert result.stdout == b"one\n"
    assert b"FileNotFoundError" in result.stderr
    assert observation.spooled.data == b"one\n"
