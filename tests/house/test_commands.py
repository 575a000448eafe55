"""Every command has help with an example that is true, and stands in the documentation."""

from __future__ import annotations

import pathlib
import re
import shlex

import pytest

from gitexp.cli.app import load_command
from gitexp.cli.commands import COMMANDS

ROOT = pathlib.Path(__file__).parents[2]
CLI_PAGE = ROOT / "docs" / "reference" / "cli.md"
NAMES = [entry.name for entry in COMMANDS]


def examples(name: str) -> list[list[str]]:
    """The lines of the command's examples as words, remarks aside."""
    lines = [line.strip() for line in (load_command(name).epilog or "").splitlines()]
    return [shlex.split(re.split(r" {2,}|\s#\s", line)[0]) for line in lines if line.startswith(("exp ", "git exp "))]


def test_there_are_commands() -> None:
    assert {"run", "ls", "show"} <= set(NAMES)
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_does(name: str) -> None:
    command = load_command(name)

    assert (command.help or "").strip()
    bare = [one.opts or one.name for one in command.params if one.param_type_name == "option" and not one.help]
    assert bare == []


@pytest.mark.parametrize("name", NAMES)
def test_its_examples_are_true(name: str) -> None:
    known = {option for one in load_command(name).params for option in [*one.opts, *one.secondary_opts]}
    own = [words for words in examples(name) if words[1] == name]
    assert own

    for words in own:
        typed = words[2 : words.index("--")] if "--" in words else words[2:]
        flags = {word.partition("=")[0] for word in typed if re.match(r"--?[a-z]", word)}
        values = {"-val_auc"}  # what follows --sort
        assert flags - values <= known | {"-h", "--help"}, words


@pytest.mark.parametrize("name", NAMES)
def test_it_stands_in_the_documentation(name: str) -> None:
    assert f"\n## exp {name}\n" in CLI_PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_it_has_a_file_of_tests(name: str) -> None:
    assert (ROOT / "tests" / "functional" / f"test_{name}.py").is_file()


def test_the_documentation_types_every_command() -> None:
    typed = "\n".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").rglob("*.md") if page != CLI_PAGE)

    assert [name for name in NAMES if not re.search(rf"\bexp {name}\b", typed)] == []
