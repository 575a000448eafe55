"""The way out for errors: messages, statuses, and the report of a bug of our own."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import pytest

from gitexp.cli.app import ENTRIES, Invocation
from gitexp.cli.bug_report import format_bug_report, hide_values
from gitexp.cli.failure import report_failure
from gitexp.cli.output import format_envelope
from gitexp.errors import RunNotFound, UsageError

if TYPE_CHECKING:
    import pathlib


def raised(message: str) -> Exception:
    """An exception with a traceback."""
    known: dict[str, str] = {}
    try:
        known[message]
    except KeyError as error:
        return error
    raise AssertionError(known)


def test_a_bug_leaves_a_report_without_a_value_that_was_typed(
    capsys: pytest.CaptureFixture[str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    argv = ("run", "--param", "key=hunter22", "--api-key=s3cr3t99", "-phidden99", "--", "train.py", "topsecret")
    assert report_failure(raised("no hunter22 for topsecret, hidden99 and s3cr3t99"), Invocation(argv), None) == 70
    out, err = capsys.readouterr()
    (report,) = tmp_path.iterdir()
    assert out == ""
    assert err == (
        f"exp: a bug in gitexp: KeyError\nhint: please report it with {report}  (it holds no value you typed)\n"
    )
    text = report.read_text()
    assert "Traceback" in text
    assert "command line: exp run --param … --api-key=… … -- … …" in text
    for secret in ("hunter22", "topsecret", "hidden99", "s3cr3t99", "train.py"):
        assert secret not in text


def test_a_report_names_versions_and_the_place() -> None:
    text = format_bug_report(raised("x"), ["ls"])
    assert "gitexp 0" in text
    assert "Python 3" in text
    assert "in raised" in text


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (["ls", "-n", "5"], ["ls", "-n", "…"]),
        (["show", "k3v9", "--json"], ["show", "…", "--json"]),
        (["-C", "there", "ls"], ["-C", "…", "…"]),
        (["--color=never", "ls"], ["--color=…", "…"]),
        (["-1x", "--", "-psecret"], ["…", "--", "…"]),
        ([], []),
    ],
)
def test_the_shape_of_a_command_line(argv: list[str], shown: list[str]) -> None:
    assert hide_values(argv) == shown


@pytest.mark.parametrize(
    ("error", "command", "status", "words"),
    [
        (RunNotFound("k3v9"), "show", 1, "exp: no run 'k3v9'\nhint: exp ls --all\n"),
        (UsageError("no"), "ls", 2, "exp: no\n"),
        (RunNotFound("k3v9"), "run", 125, "exp: no run 'k3v9'\nhint: exp ls --all\n"),
        (RunNotFound("\x1b[2J\u202e"), "show", 1, "exp: no run '\\x1b[2J\\u202e'\nhint: exp ls --all\n"),
        (OSError(errno.ENOSPC, "No space left", "/there"), "ls", 1, "exp: /there: No space left\n"),
        (KeyboardInterrupt(), "ls", 130, "\n"),
    ],
)
def test_each_error_has_its_status(
    capsys: pytest.CaptureFixture[str], error: BaseException, command: str, status: int, words: str
) -> None:
    assert report_failure(error, Invocation((command,), command=command), ENTRIES[command]) == status
    assert capsys.readouterr() == ("", words)


def test_the_envelope_of_run_leaves_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    invocation = Invocation(("run", "--json"), command="run", json=True)
    assert report_failure(UsageError("no"), invocation, ENTRIES["run"]) == 125
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["errors"][0]["code"] == "usage"
    theirs = Invocation(("run", "python", "x.py", "--json"), command="run")
    report_failure(UsageError("no"), theirs, ENTRIES["run"])
    assert capsys.readouterr().err == "exp: no\n"


def test_an_envelope_is_safe_on_a_terminal_and_the_same_to_a_program() -> None:
    data = {"name": "\x1b[2J\u202e\x9b", "word": "模型", "nothing": None}
    text = format_envelope(data)
    assert json.loads(text) == {"format": 1, "data": data, "errors": []}
    assert "模型" in text
    assert not set(text) & set("\x1b\u202e\x9b")
