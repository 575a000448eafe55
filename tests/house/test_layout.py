"""Where things stand: files are nouns of a readable size, and what is public is promised in words."""

from __future__ import annotations

import ast
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "gitexp"
LONGEST = 250
ON_ONE_PAGE = "gitexp/errors.py"
"""Every error a user can meet stands in one tree, however many there are."""
NO_NOUN = re.compile(r"(utils?|helpers?|common|base|managers?|misc|stuff)$")
SOURCES = sorted(PACKAGE.rglob("*.py"))


def public_definitions(file: pathlib.Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Functions and classes that a reader of the module may use, methods of public classes included."""
    found: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef] = []
    waiting: list[ast.Module | ast.ClassDef] = [ast.parse(file.read_text(encoding="utf-8"))]
    while waiting:
        for node in waiting.pop().body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name[0] != "_":
                found.append(node)
                if isinstance(node, ast.ClassDef):
                    waiting.append(node)
    return found


def test_there_is_something_to_watch() -> None:
    assert PACKAGE / "errors.py" in SOURCES
    assert any(node.name == "ExpError" for node in public_definitions(PACKAGE / "errors.py"))


def test_no_file_is_long() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in SOURCES}

    assert {file: length for file, length in lengths.items() if length > LONGEST and ON_ONE_PAGE not in file} == {}


def test_files_are_nouns_of_the_domain() -> None:
    assert [str(file) for file in SOURCES if NO_NOUN.search(file.stem) or NO_NOUN.search(file.parent.name)] == []


@pytest.mark.parametrize("name", ["utils", "path_helpers", "common", "base", "run_manager"])
def test_a_name_that_says_nothing_is_noticed(name: str) -> None:
    assert NO_NOUN.search(name)


def test_every_module_says_what_it_is() -> None:
    assert [str(file) for file in SOURCES if not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize("room", ["model", "format"])
def test_everything_public_is_promised_in_words(room: str) -> None:
    bare = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in sorted((PACKAGE / room).rglob("*.py"))
        for node in public_definitions(file)
        if not ast.get_docstring(node)
    ]

    assert bare == []


def test_no_fault_is_swallowed() -> None:
    """A handler that catches everything and says nothing hides our own bugs."""
    silent = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and all(isinstance(line, ast.Pass | ast.Continue) for line in node.body)
    ]

    assert silent == []
