"""The command line itself: help, errors, completion, where it stands."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gitexp import __version__
from gitexp.cli.commands import COMMANDS
from kit.screen import run_on_terminal

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder


def test_version(folder: GitFolder) -> None:
    assert folder.run("exp", "--version").stdout.decode() == f"exp {__version__}\n"
    assert folder.run("python", "-m", "gitexp", "--version").stdout.decode() == f"exp {__version__}\n"
    assert folder.run("git", "exp", "--version").stdout.decode() == f"exp {__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_lists_every_command_in_its_group(folder: GitFolder, arguments: tuple[str, ...]) -> None:
    result = folder.run("exp", *arguments)
    text = result.stdout.decode()
    assert (result.returncode, result.stderr) == (0, b"")
    for command in COMMANDS:
        assert f"  {command.name:<{max(len(one.name) for one in COMMANDS)}}  {command.summary}\n" in text
        assert f"\n{command.group}\n" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_each_command_has_help_with_examples(folder: GitFolder, name: str) -> None:
    result = folder.run("exp", name, "--help")
    text = result.stdout.decode()
    assert (result.returncode, result.stderr) == (0, b"")
    assert text.startswith(f"Usage: exp {name} ")
    assert "\nExamples" in text
    assert f"\n  exp {name}" in text
    assert "--json" in text


def test_help_on_a_narrow_screen_is_wrapped_at_words(folder: GitFolder) -> None:
    def read(*arguments: str) -> str:
        return run_on_terminal(folder, "exp", *arguments, "--help", columns=60, env={"NO_COLOR": "1"})[1]

    text = read("run")
    assert (
        "\n  exp run --dry-run -- python train.py\n      what would be recorded\n"
        "\nExit status: that of the command; 126 or 127 where it\ncould not be started, 128 + n where signal n"
    ) in text
    # A command stays whole, to be copied.
    assert "\n  exp run -e trees --name deep --tag baseline -- python train.py --depth 12\n" in text
    assert "\nThe experiment tracker that is your Git repository: one\nrun, one commit.\n" in read()
    for name in ("ls", "show", "diff", "logs", "checkout", "init"):
        assert max(map(len, read(name).splitlines())) <= 60


def test_help_in_colour_on_a_terminal_alone(folder: GitFolder) -> None:
    assert "\x1b[1mRead\x1b[0m" in run_on_terminal(folder, "exp", "--help")[1]
    assert "\x1b" not in run_on_terminal(folder, "exp", "--help", env={"NO_COLOR": "1"})[1]


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("lss",), "no such command 'lss'", "did you mean ls?"),
        (("frobnicate",), "no such command 'frobnicate'", "exp --help"),
        (("ls", "--jsn"), "no such option: --jsn", "--json"),
        (("ls", "surplus"), "got unexpected extra argument", "exp ls --help"),
        (("checkout",), "missing argument", "exp checkout --help"),
        (("ls", "-n", "x"), "invalid value for '-n'", "exp ls --help"),
        (("--color", "pink", "ls"), "auto, always or never", "exp --help"),
        (("-C", "no-such-folder", "ls"), "-C no-such-folder: No such file or directory", ""),
    ],
)
def test_wrong_usage_is_one_message_and_a_hint(
    folder: GitFolder, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    result = folder.run("exp", *arguments)
    assert (result.returncode, result.stdout) == (2, b"")
    text = result.stderr.decode()
    assert text.startswith("exp: ")
    assert message in text
    assert hint in text
    assert len(text.splitlines()) == (2 if hint else 1)


def test_wrong_usage_in_json(folder: GitFolder) -> None:
    result = folder.run("exp", "ls", "--json", "--nonsense")
    assert (result.returncode, result.stderr) == (2, b"")
    envelope = json.loads(result.stdout)
    assert (envelope["format"], envelope["data"]) == (1, None)
    assert [error["code"] for error in envelope["errors"]] == ["usage"]


@pytest.mark.parametrize("command", ["ls", "show", "logs", "diff", "checkout", "tag", "note", "rm"])
def test_outside_a_repository(folder: GitFolder, tmp_path: pathlib.Path, command: str) -> None:
    result = folder.run("exp", "-C", str(tmp_path), *((command, "last") if command != "ls" else ("ls",)))
    assert (result.returncode, result.stdout) == (1, b"")
    assert result.stderr.decode() == (
        f"exp: {tmp_path}: not inside a Git repository\nhint: git init  (a run is one commit of a Git repository)\n"
    )


def test_settings_that_cannot_be_read_are_named(runs: GitFolder) -> None:
    runs.gen({".exp.yaml": "metrics:\n  auc: upwards\n"})
    result = runs.run("exp", "ls")
    assert result.returncode == 1
    assert result.stderr.decode().startswith("exp: .exp.yaml:2: ")


def complete(folder: GitFolder, line: str) -> list[str]:
    """What bash would offer at the end of a line."""
    words = line.split(" ")
    result = folder.run(
        "exp",
        env={"_EXP_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.decode().split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("exp l", ["ls", "logs", "link"]),
        ("exp show las", ["last"]),
        ("exp show t2", ["t2zc9x1k0f"]),
        ("exp show amber-fox-k", ["amber-fox-k3v9"]),
        ("exp diff last k3", ["k3v9x2mabc"]),
        ("exp ls --experiment o", ["other"]),
        ("exp ls --color n", ["never"]),
        ("exp ls --sort sec", ["seconds"]),
        ("exp ls --sort metrics.a", ["metrics.auc"]),
        ("exp ls --columns name,l", ["name,lr", "name,loss"]),
        ("exp ls --js", ["--json"]),
        ("exp show zzz", []),
    ],
)
def test_completion(runs: GitFolder, line: str, offered: list[str]) -> None:
    assert complete(runs, line) == offered


def test_completion_outside_a_repository_is_silent(runs: GitFolder, tmp_path: pathlib.Path) -> None:
    assert complete(runs, f"exp -C {tmp_path} show t2") == []
    assert complete(runs, f"exp -C {runs.path} show t2") == ["t2zc9x1k0f"]


def test_completion_is_installed_where_bash_looks(folder: GitFolder, sealed: pathlib.Path) -> None:
    result = folder.run("bash", "-c", "exp --install-completion; true", env={"SHELL": "/bin/bash"})
    assert result.returncode == 0, result.stderr
    script = sealed / ".bash_completions" / "exp.sh"
    assert "_EXP_COMPLETE=complete_bash" in script.read_text()
    assert str(script) in (sealed / ".bashrc").read_text()
