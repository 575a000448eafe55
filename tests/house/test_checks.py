"""The same checks everywhere, and nothing in them that can change under us."""

from __future__ import annotations

import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).parents[2]
STATIC = ("format", "lint", "types", "floors", "docs", "spelling")


def test_actions_are_pinned_by_commit() -> None:
    used = [
        line
        for workflow in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
        for line in workflow.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*-?\s*uses:", line)
    ]
    assert used

    assert [line.strip() for line in used if not re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line)] == []


def test_make_hooks_and_ci_check_the_same() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^static: {' '.join(STATIC)} ", makefile, re.MULTILINE)
    assert re.search(r"^check: static test ", makefile, re.MULTILINE)

    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    assert [hook["entry"].split()[-1] for hook in hooks] == [*STATIC, "test"]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().splitlines()
    assert [line.split()[-1] for line in script[-2:]] == ["static", "test"]


def test_nothing_in_the_hooks_is_downloaded() -> None:
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert repositories

    assert {one["repo"] for one in repositories} == {"local"}
    assert {hook["language"] for one in repositories for hook in one["hooks"]} == {"system"}


def test_oldest_and_newest_are_checked_on_every_system() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8"))
    rows = workflow["jobs"]["test"]["strategy"]["matrix"]["include"]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pythons = re.findall(r"Python :: (3\.\d+)", project)
    assert len(pythons) > 1

    systems = {re.split(r"-", row["os"])[0] for row in rows}
    assert systems == {"ubuntu", "macos", "windows"}
    for system in systems:
        tried = {row["python"] for row in rows if row["os"].startswith(system)}
        assert {pythons[0], pythons[-1]} <= tried
    assert {row["git"] for row in rows if row["os"].startswith("ubuntu")} == {"oldest", "newest"}
