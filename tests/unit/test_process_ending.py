"""The words for an end, and the search for what a command names."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.child import find_executable
from gitexp.capture.ending import Ending, end_after, end_unstarted, signal_name

if TYPE_CHECKING:
    import pathlib

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and PATH of POSIX")


def test_an_exit_is_its_own_status() -> None:
    assert end_after(3, seconds=1.5, received=("SIGUSR1",), warnings=()) == Ending(
        status=3, exit_code=3, seconds=1.5, received=("SIGUSR1",)
    )


def test_a_signal_is_128_and_its_number() -> None:
    assert end_after(-9, seconds=0.0, received=(), warnings=("w",)) == Ending(
        status=137, signal="SIGKILL", warnings=("w",)
    )


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (FileNotFoundError(2, "No such file"), 127, "not found"),
        (PermissionError(13, "Permission denied"), 126, "not executable"),
        (NotADirectoryError(20, "Not a directory"), 126, "not executable"),
        (OSError(8, "Exec format error"), 126, "not executable"),
        (OSError(7, "Argument list too long"), 126, "not executable"),
    ],
)
def test_what_did_not_start(error: OSError, status: int, words: str) -> None:
    ending = end_unstarted(error)

    assert (ending.status, ending.not_started, ending.reason) == (status, words, error.strerror)
    assert (ending.exit_code, ending.signal) == (None, None)


def test_signals_have_names() -> None:
    assert signal_name(15) == "SIGTERM"


@pytest.mark.skipif(not hasattr(signal, "SIGRTMIN"), reason="no real-time signals here")
def test_real_time_signals_are_counted_from_the_first() -> None:
    assert signal_name(signal.SIGRTMIN + 3) == "SIGRTMIN+3"


def make_program(file: pathlib.Path, mode: int = 0o755) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"#!/bin/sh\n")
    file.chmod(mode)


def test_the_first_of_path_that_can_be_run(tmp_path: pathlib.Path) -> None:
    make_program(tmp_path / "one" / "prog", 0o644)
    make_program(tmp_path / "two" / "prog")
    make_program(tmp_path / "three" / "prog")
    (tmp_path / "zero" / "prog").mkdir(parents=True)
    path = ":".join(str(tmp_path / name) for name in ("nowhere", "zero", "one", "two", "three"))

    assert find_executable("prog", directory="/", variables={"PATH": path}) == str(tmp_path / "two" / "prog")


def test_parts_of_path_are_relative_to_the_folder(tmp_path: pathlib.Path) -> None:
    make_program(tmp_path / "bin" / "prog")
    make_program(tmp_path / "here")

    assert find_executable("prog", directory=str(tmp_path), variables={"PATH": "bin"}) == "bin/prog"
    assert find_executable("here", directory=str(tmp_path), variables={"PATH": "bin:"}) == "./here"


def test_found_and_refused_is_told_from_not_found(tmp_path: pathlib.Path) -> None:
    make_program(tmp_path / "prog", 0o644)

    with pytest.raises(PermissionError):
        find_executable("prog", directory="/", variables={"PATH": str(tmp_path)})
    with pytest.raises(FileNotFoundError):
        find_executable("other", directory="/", variables={"PATH": str(tmp_path)})


def test_a_word_with_a_slash_is_not_looked_for() -> None:
    assert find_executable("a/b", directory="/", variables={}) == "a/b"


def test_without_path_there_is_a_default() -> None:
    assert find_executable("sh", directory="/", variables={}) in ("/bin/sh", "/usr/bin/sh")
