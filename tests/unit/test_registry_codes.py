"""Every code of ``exp registry check`` stands on its page, and no other does."""

from __future__ import annotations

import pathlib
import re

TOP = pathlib.Path(__file__).parents[2]
SOURCES = (
    "model/registry_faults.py",
    "model/registry_growth.py",
    "actions/check_registry.py",
    "actions/check_registry_gates.py",
    "actions/check_registry_place.py",
    "actions/check_registry_runs.py",
    "actions/check_registry_remote.py",
)
CODE = re.compile(r'"((?:[a-z]+)-(?:[a-z]+)(?:-[a-z]+)*)"')


def test_the_page_has_every_code_and_no_other() -> None:
    page = (TOP / "docs" / "reference" / "registry-check.md").read_text()
    rows = [line.partition(" | ")[0] for line in page.splitlines() if line.startswith("| `")]
    told = [code for row in rows for code in re.findall(r"`([a-z-]+)`", row)]
    found = {code for source in SOURCES for code in CODE.findall((TOP / "src" / "gitexp" / source).read_text())}
    gates = (TOP / "src" / "gitexp" / "actions" / "check_registry_gates.py").read_text()
    listed = re.search(r"_WORTHLESS = \(([^)]*)\)", gates)
    assert listed is not None
    found |= {f"approval-{word}" for word in re.findall(r'"([a-z]+)"', listed[1])}
    assert len(found) > 40
    assert sorted(told) == sorted(found)
