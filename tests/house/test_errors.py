"""The tree of errors is as it is drawn, and each error is on the page."""

from __future__ import annotations

import inspect
import pathlib
import re

from gitexp import errors
from gitexp.errors import ExpError

ROOT = pathlib.Path(__file__).parents[2]
CLASSES = [found for found in vars(errors).values() if inspect.isclass(found) and issubclass(found, ExpError)]
DRAWN = re.compile(r"^ {4}((?:[│ ] {3})*)(?:[├└]── )?([A-Z]\w+) +(?:(\d+) +([a-z-]+)|exit  code)$", re.MULTILINE)


def test_the_tree_is_as_it_is_drawn() -> None:
    drawn: dict[str, tuple[str, int, str]] = {}
    line: list[str] = []
    for indent, name, status, code in DRAWN.findall(errors.__doc__ or ""):
        if name == "ExpError":
            line = [name]
            continue
        del line[1 + len(indent) // 4 :]
        drawn[name] = (line[-1], int(status), code)
        line.append(name)

    assert drawn == {
        one.__name__: (one.__base__.__name__, one.exit_status, one.code)
        for one in CLASSES
        if one is not ExpError and one.__base__ is not None
    }


def test_each_code_is_one_error_alone() -> None:
    codes = [one.code for one in CLASSES]

    assert "usage" in codes
    assert sorted(codes) == sorted(set(codes))


def test_each_error_is_on_the_page() -> None:
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")

    assert [one.code for one in CLASSES if f"### `{one.code}`" not in page] == []
