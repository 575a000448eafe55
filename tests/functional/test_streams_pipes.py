"""A command whose output goes to pipes and files behaves as it does without the observer."""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.observing import Observation, stream
from kit.terminal import PATIENCE, limit_time

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

WHICH_ARE_OPEN = """
import os, sys
found = []
for descriptor in 0, 1, 2:
    try:
        os.fstat(descriptor)
        found.append(descriptor)
    except OSError:
        pass
with open(sys.argv[1], "w") as file:
    print(found, file=file)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="streams of this kind are POSIX")


@pytest.fixture
def observation(tmp_path: pathlib.Path) -> Iterator[Observation]:
    with limit_time():
        yield Observation(tmp_path)


def in_bash(line: str, cwd: pathlib.Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["bash", "-c", line], cwd=cwd, capture_output=True, check=False, timeout=PATIENCE)


def test_both_streams_pass_and_are_recorded(observation: Observation) -> None:
    result = observation.run("sh", "-c", "echo out; echo err >&2")

    assert (result.stdout, result.stderr, result.returncode) == (b"out\n", b"err\n", 0)
    assert sorted(observation.spooled.data.split()) == [b"err", b"out"]
    assert observation.ending["exit_code"] == 0
    assert observation.ending["warnings"] == []
    assert observation.ending["seconds"] > 0


def test_stdin_is_the_real_one(observation: Observation) -> None:
    result = observation.run("sh", "-c", "head -c 3; echo; cat", stdin=b"abcdef\n")

    assert result.stdout.replace(b"\n", b"") == b"abcdef"


def test_no_byte_of_stdin_is_taken(observation: Observation) -> None:
    line = f"{{ {shlex.join(observation.command('true'))}; cat; }} < letters"
    (observation.folder / "letters").write_bytes(b"all of it\n")

    assert in_bash(line, observation.folder).stdout == b"all of it\n"


@pytest.mark.parametrize("redirection", ["> both 2>&1", "&> both", "2> both >&2", ">> both 2>> both"])
def test_one_target_keeps_one_order(observation: Observation, redirection: str) -> None:
    words = "".join(f"echo {number}; echo {number}e >&2; " for number in range(50))

    in_bash(f"{shlex.join(observation.command('sh', '-c', words))} {redirection}", observation.folder)

    expected = "".join(f"{number}\n{number}e\n" for number in range(50)).encode()
    assert (observation.folder / "both").read_bytes() == expected
    assert observation.spooled.data == expected


def test_two_targets_stay_apart(observation: Observation) -> None:
    in_bash(f"{shlex.join(observation.command('sh', '-c', 'echo o; echo e >&2'))} > out 2> err", observation.folder)

    assert (observation.folder / "out").read_bytes() == b"o\n"
    assert (observation.folder / "err").read_bytes() == b"e\n"


@pytest.mark.parametrize(
    ("redirection", "expected"),
    [("", "[0, 1, 2]"), (">&-", "[0, 2]"), ("2>&-", "[0, 1]"), (">&- 2>&-", "[0]"), ("<&- >&- 2>&-", "[]")],
)
def test_what_is_closed_stays_closed(observation: Observation, redirection: str, expected: str) -> None:
    in_bash(f"{shlex.join(observation.python(WHICH_ARE_OPEN, 'found'))} {redirection}", observation.folder)

    assert (observation.folder / "found").read_text().strip() == expected
    assert observation.ending["exit_code"] == 0


def test_further_descriptors_are_inherited(observation: Observation) -> None:
    command = shlex.join(observation.command("sh", "-c", 'cat <&9; cat "$0"'))
    (observation.folder / "nine").write_bytes(b"the ninth\n")
    line = f"{command} <(echo substituted) 9< nine"

    assert in_bash(line, observation.folder).stdout == b"the ninth\nsubstituted\n"


@pytest.mark.parametrize(
    "command",
    [
        "yes | head -1",
        "sh -c 'echo first; exec tail -f /dev/null' | head -1",
        "seq 1000000 | tail -1",
        "sh -c 'exit 7' | cat",
        "sh -c 'kill -KILL $$' | cat",
    ],
    ids=["endless writer", "reader gone while silent", "all is read", "own status", "killed"],
)
def test_a_pipeline_ends_as_without_us(observation: Observation, command: str) -> None:
    first, _, rest = command.partition(" | ")
    plain = in_bash(f"{command}; echo ${{PIPESTATUS[0]}}", observation.folder)

    watched = in_bash(
        f"{shlex.join(observation.command())} {first} | {rest}; echo ${{PIPESTATUS[0]}}", observation.folder
    )

    assert plain.stdout
    assert watched.stdout == plain.stdout


def test_the_end_of_a_reader_is_sigpipe(observation: Observation) -> None:
    result = in_bash(f"{shlex.join(observation.command('yes'))} | head -1; echo ${{PIPESTATUS[0]}}", observation.folder)

    assert result.stdout == b"y\n141\n"
    assert observation.ending["signal"] == "SIGPIPE"
    assert observation.ending["warnings"] == []


def test_a_fifo_may_change_its_reader(observation: Observation) -> None:
    fifo = observation.folder / "fifo"
    os.mkfifo(fifo)
    first = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(fifo, os.O_WRONLY)
    command = observation.command("sh", "-c", "echo ready >&2; read word; echo late")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=writer, stderr=subprocess.PIPE) as process:
        os.close(writer)
        assert stream(process.stderr).readline() == b"ready\n"
        os.close(first)
        with open(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb") as second:
            os.set_blocking(second.fileno(), True)
            stream(process.stdin).close()

            assert second.read() == b"late\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
def test_a_target_that_is_full_is_said(observation: Observation) -> None:
    in_bash(f"{shlex.join(observation.command('yes'))} > /dev/full", observation.folder)

    assert observation.ending["signal"] == "SIGPIPE"
    assert observation.ending["warnings"] == ["standard output could not be written: No space left on device"]


def test_a_burst_at_the_end_is_whole(observation: Observation) -> None:
    code = "import os; os.write(1, b'x' * 10_000_000 + b'end')"

    result = subprocess.run(
        observation.python(code, options=("--limit", "40000000")), capture_output=True, check=True, timeout=PATIENCE
    )

    expected = b"x" * 10_000_000 + b"end"
    assert hashlib.sha256(result.stdout).digest() == hashlib.sha256(expected).digest()
    assert hashlib.sha256(observation.spooled.data).digest() == hashlib.sha256(expected).digest()


def test_a_blocked_stream_holds_up_itself_alone(observation: Observation) -> None:
    code = """
import os
if os.fork() == 0:
    os.write(2, os.read(os.open("go", os.O_RDONLY), 100))
    os._exit(0)
os.write(1, b"x" * 1_000_000)
os.wait()
"""
    os.mkfifo(observation.folder / "go")
    process = subprocess.Popen(
        observation.python(code), stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=observation.folder
    )
    with process:
        (observation.folder / "go").write_bytes(b"while the other is blocked\n")

        assert stream(process.stderr).readline() == b"while the other is blocked\n"
        assert stream(process.stdout).read() == b"x" * 1_000_000
        assert process.wait(PATIENCE) == 0


def test_a_target_made_non_blocking_is_waited_for(observation: Observation) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    code = "import os; [os.write(1, b'y' * 50_000) for _ in range(40)]"
    with (
        open(reader, "rb") as source,
        subprocess.Popen(observation.python(code), stdout=writer) as process,
    ):
        os.close(writer)

        assert len(source.read()) == 2_000_000
        assert process.wait(PATIENCE) == 0


def test_a_command_that_closes_its_output_goes_on(observation: Observation) -> None:
    result = observation.run("sh", "-c", "echo before; exec >&- 2>&-; read word; exit 5", stdin=b"word\n")

    assert (result.stdout, result.returncode) == (b"before\n", 5)


def test_without_capture_the_streams_are_the_real_ones(observation: Observation) -> None:
    code = "import os; print(os.fstat(1).st_ino, os.fstat(2).st_ino)"
    line = shlex.join(observation.python(code, options=("--no-capture",)))
    in_bash(f"{line} > out 2> err", observation.folder)

    inodes = [str((observation.folder / name).stat().st_ino) for name in ("out", "err")]
    assert (observation.folder / "out").read_text().split() == inodes
    assert observation.spooled.total_bytes == 0


def test_a_spool_that_cannot_grow_stops_nothing(observation: Observation) -> None:
    """A limit on the size of files is a full disk that anyone can have, the superuser too."""
    line = f"ulimit -f 20; {shlex.join(observation.command('seq', '100000'))} | cat"

    result = in_bash(line, observation.folder)

    assert result.stdout == b"".join(b"%d\n" % number for number in range(1, 100_001))
    assert [words.partition(":")[0] for words in observation.ending["warnings"]] == ["output was recorded only in part"]
    assert result.stdout.startswith(observation.spooled.data)
    assert observation.spooled.total_bytes == 20 * 1024


def test_a_spool_without_a_folder_stops_nothing(observation: Observation) -> None:
    command = observation.command("echo", "seen", options=("--spool", str(observation.folder / "nowhere")))

    result = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)

    assert result.stdout == b"seen\n"
    assert "No such file or directory" in observation.ending["warnings"][0]
