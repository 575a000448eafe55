"""What is not needed is not imported: start-up is what every command costs."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.cli.commands import COMMANDS

if TYPE_CHECKING:
    from kit.git import GitFolder

SOURCE = pathlib.Path(__file__).parents[2] / "src"
HEAVY = (
    "dulwich",
    "dvc",
    "dvc_data",
    "dvc_objects",
    "rich.table",
    "rich.live",
    "tabulate",
    "yaml",
    "detect_secrets",
    "psutil",
    "importlib.metadata",
)
AT_THE_FIRST_LOG = ("__future__", "_struct", "atexit", "errno", "fcntl", "struct", "zlib")
IN_A_SCRIPT = ("json", "threading", "typing", "pathlib", "subprocess", "dataclasses")


def modules_after(code: str, *options: str) -> set[str]:
    """The modules that a fresh interpreter has loaded once it has run the code, however that ends."""
    program = (
        "import os, sys\nend = os._exit\n"
        "def tell(status):\n    os.write(2, '\\n'.join(['', 'loaded:', *sys.modules]).encode())\n    end(status)\n"
        f"os._exit = tell\n{code}\nos._exit(0)\n"
    )
    result = subprocess.run(
        [sys.executable, *options, "-c", program],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    return set(result.stderr.partition("\nloaded:\n")[2].split("\n"))


def modules_of_command(line: str) -> set[str]:
    """The modules that a command line has loaded when it ends."""
    return modules_after(f"sys.argv[1:] = {line.split()!r}\nfrom gitexp.__main__ import main\nmain()")


def test_a_training_script_does_not_notice_the_import() -> None:
    before, after = modules_after("pass", "-S"), modules_after("import gitexp", "-S")
    assert "gitexp" in after

    assert sorted(after - before) == ["gitexp"]
    assert sorted(after.intersection(IN_A_SCRIPT)) == []


def test_the_first_log_loads_what_costs_nothing(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log").mkdir()
    monkeypatch.setenv("GITEXP_RUN", str(tmp_path))
    before = modules_after("import gitexp", "-S")
    after = modules_after("import gitexp\ngitexp.log({'loss': 0.5}, step=1)\ngitexp.log(bad='text')", "-S")
    assert "gitexp.tracker.metrics" in after
    assert len(list((tmp_path / "log").iterdir())) == 1

    ours = {name for name in after if name.startswith("gitexp.")}
    assert sorted(after - before - ours) == sorted(AT_THE_FIRST_LOG)
    assert ours - {name for name in ours if name.startswith("gitexp.tracker.")} == {
        "gitexp.format",
        "gitexp.format.frames",
        "gitexp.tracker",
    }
    assert sorted(after.intersection(IN_A_SCRIPT)) == []


@pytest.mark.parametrize("line", ["--version", "--help", "ls --help", "run --help"])
def test_a_command_imports_only_what_it_uses(line: str) -> None:
    loaded = modules_of_command(line)
    assert "gitexp.cli.app" in loaded

    assert sorted(loaded.intersection(HEAVY)) == []


def test_a_command_imports_no_other_command() -> None:
    loaded = modules_of_command("ls --help")
    assert "gitexp.cli.ls" in loaded

    others = {entry.module for entry in COMMANDS} - {"gitexp.cli.ls"}
    assert sorted(loaded & others) == []


def test_a_run_that_begins_anew_imports_nothing_of_going_on(folder: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.gen({"train.py": ""})
    folder.commit("Train")
    monkeypatch.chdir(folder.path)
    going_on = {"gitexp.cli.run_resume", "gitexp.model.chains"}
    assert going_on <= modules_of_command("run --resume auto -- true")
    loaded = modules_of_command("run -- true")
    assert "gitexp.actions.record" in loaded

    assert sorted(name for name in loaded if name in going_on or "resume" in name) == []
