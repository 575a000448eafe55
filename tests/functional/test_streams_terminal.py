"""A command on a terminal finds that terminal, and its output is recorded as it wrote it."""

from __future__ import annotations

import json
import os
import shlex
import sys
from typing import TYPE_CHECKING

import pytest

from kit.observing import Observation
from kit.terminal import TELL_SIZES, Terminal, limit_time, open_gate

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

PROBE = """
import json, os, sys
found = {
    "isatty": [os.isatty(descriptor) for descriptor in (0, 1, 2)],
    "group is in front": os.tcgetpgrp(0) == os.getpgrp(),
    "sizes": [tuple(os.get_terminal_size(d)) for d in (1, 2) if os.isatty(d)],
    "controlling": os.ttyname(0),
    "session": os.getsid(0),
}
print("probed")
print("and err", file=sys.stderr)
json.dump(found, open("found", "w"))
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no terminals of this kind")


@pytest.fixture
def observation(tmp_path: pathlib.Path) -> Iterator[Observation]:
    with limit_time():
        yield Observation(tmp_path)


@pytest.mark.parametrize(
    ("redirection", "out", "err"),
    [
        ("", True, True),
        ("2> err", True, False),
        ("> out", False, True),
        ("> out 2> err", False, False),
        ("> out 2>&1", False, False),
        ("| cat", False, True),
        ("2>&1 | cat", False, False),
        ("2> /dev/tty", True, True),
    ],
)
def test_each_stream_is_a_terminal_where_the_real_one_is(
    observation: Observation, redirection: str, out: bool, err: bool
) -> None:
    line = f"{shlex.join(observation.python(PROBE))} {redirection}"

    with Terminal(["sh", "-c", line], cwd=observation.folder, rows=33, columns=111) as terminal:
        assert terminal.wait() == 0
        assert (observation.folder / "found").exists(), terminal.screen
        found = (observation.folder / "found").read_text()

    values = json.loads(found)
    assert values["isatty"] == [True, out, err]
    assert values["sizes"] == [[111, 33]] * (out + err)
    assert values["controlling"] == terminal.name
    assert values["session"] == terminal.process.pid
    assert values["group is in front"] is True
    assert sorted(observation.spooled.data.splitlines()) == [b"and err", b"probed"]


def test_both_streams_of_a_terminal_keep_one_order(observation: Observation) -> None:
    words = "".join(f"echo {number}; echo {number}e >&2; " for number in range(50))

    with Terminal(observation.command("sh", "-c", words)) as terminal:
        assert terminal.wait() == 0

    assert observation.spooled.data == "".join(f"{number}\n{number}e\n" for number in range(50)).encode()


def test_bytes_are_recorded_as_written_and_shown_as_a_terminal_does(observation: Observation) -> None:
    with Terminal(observation.python("import os; os.write(1, b'a\\tb\\n\\x1b[31mred\\x1b[m\\r\\n')")) as terminal:
        terminal.wait()

    assert terminal.screen == b"a\tb\r\n\x1b[31mred\x1b[m\r\r\n"
    assert observation.spooled.data == b"a\tb\n\x1b[31mred\x1b[m\r\n"


def test_programs_that_ask_for_a_terminal_show_colours(observation: Observation) -> None:
    (observation.folder / "file").write_text("a needle\n")
    environment = {**os.environ, "TERM": "xterm", "GREP_COLORS": "mt=01;31"}

    with Terminal(
        observation.command("grep", "--color=auto", "needle", "file"), cwd=observation.folder, env=environment
    ) as terminal:
        assert terminal.wait() == 0

    assert b"\x1b[01;31m" in terminal.screen
    assert b"\x1b[01;31m" in observation.spooled.data


def test_a_new_size_is_there_when_the_command_asks(observation: Observation) -> None:
    """The command is told of the new size at the same moment as we are; it must not find the old one for good."""
    with Terminal(observation.python(TELL_SIZES, "60", "20")) as terminal:
        terminal.expect(b"ready")
        terminal.resize(40, 132)
        terminal.expect(b"size 132 x 40")
        terminal.resize(20, 60)
        terminal.expect(b"size 60 x 20")

        assert terminal.wait() == 0


def test_input_and_passwords_are_read_from_the_real_terminal(observation: Observation) -> None:
    code = """
import getpass
name = input("Name: ")
secret = getpass.getpass("Password: ")
print(f"{name} has {len(secret)} characters")
"""
    with Terminal(observation.python(code)) as terminal:
        terminal.expect(b"Name: ")
        terminal.send(b"ada\n")
        terminal.expect(b"Password: ")
        terminal.send(b"hunter2\n")
        terminal.expect(b"ada has 7 characters")

        assert terminal.wait() == 0
    assert b"hunter2" not in terminal.screen
    assert b"Name: " in observation.spooled.data
    assert b"hunter2" not in observation.spooled.data


def test_a_burst_at_the_end_is_whole(observation: Observation) -> None:
    code = "import os; os.write(1, b'x' * 999_999 + b'\\n')"

    with Terminal(observation.python(code)) as terminal:
        assert terminal.wait() == 0

    assert terminal.screen == b"x" * 999_999 + b"\r\n"
    assert observation.spooled.data == b"x" * 999_999 + b"\n"


def test_output_may_be_closed_and_opened_again(observation: Observation) -> None:
    code = """
import json
import os
name = os.ttyname(1)
os.write(1, b"before\\n")
os.closerange(1, 3)
os.open(name, os.O_WRONLY | os.O_NOCTTY)
os.write(1, b"after\\n")
"""
    with Terminal(observation.python(code)) as terminal:
        assert terminal.wait() == 0

    assert terminal.screen == b"before\r\nafter\r\n"


def test_without_capture_the_terminal_itself_is_there(observation: Observation) -> None:
    code = "import os; print([os.ttyname(descriptor) for descriptor in (0, 1, 2)])"

    with Terminal(observation.python(code, options=("--no-capture",))) as terminal:
        assert terminal.wait() == 0

    assert terminal.screen.decode().strip() == str([terminal.name] * 3)
    assert observation.spooled.total_bytes == 0


def test_background_processes_write_on_to_the_terminal(observation: Observation) -> None:
    """An interrupt at the terminal, where the observer no longer is, does not part them from it."""
    os.mkfifo(observation.folder / "go")
    os.mkfifo(observation.folder / "done")
    script = "(read word < go; echo late; echo alive > done) & echo first"  # a shell lets them ignore interrupts
    command = shlex.join(observation.command("sh", "-c", script))
    line = f"trap 'echo trapped' INT; {command}; echo ended; read word; read word"

    with Terminal(["sh", "-c", line], cwd=observation.folder) as terminal:
        terminal.expect(b"first")
        terminal.expect(b"ended")
        terminal.send(b"\x03")
        terminal.expect(b"trapped")
        (observation.folder / "go").write_text("go\n")
        assert (observation.folder / "done").read_text() == "alive\n"
        terminal.expect(b"late\r\n")
        terminal.send(b"\n\n")  # the first `read` may have begun after the interrupt

        assert terminal.wait() == 0


def test_a_terminal_that_goes_away_is_an_error_and_no_death(observation: Observation) -> None:
    code = """
import errno, os, signal, sys
signal.signal(signal.SIGHUP, lambda *_: None)
print("ready", flush=True)
os.open("go", os.O_RDONLY)
try:
    while True:
        os.write(1, b"x" * 1000)
except OSError as error:
    with open("found", "w") as file:
        file.write(errno.errorcode[error.errno])
os._exit(4)
"""
    os.mkfifo(observation.folder / "go")
    with Terminal(observation.python(code), cwd=observation.folder) as terminal:
        terminal.expect(b"ready")
        terminal.hang_up()
        open_gate(observation.folder / "go")

        assert terminal.process.wait() == 4
    assert (observation.folder / "found").read_text() == "EIO"
    assert observation.ending["received"] == ["SIGHUP"]
    assert observation.ending["warnings"] == []
