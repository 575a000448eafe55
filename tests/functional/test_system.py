"""The use of the machine, from the first moment of a run to its page."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, manifest, only_run, part, refs, run_exp

if TYPE_CHECKING:
    from kit.git import GitFolder

PYTHON = sys.executable
BURN = "import time\nuntil = time.monotonic() + 1.2\nwhile time.monotonic() < until: pass"
SAMPLED = "import os\nwhile not os.path.exists(os.environ['GITEXP_RUN'] + '/system'): pass"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}])"


def rows(folder: GitFolder, ref: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(part(folder, ref, "system.csv"))))


def test_a_run_keeps_what_its_processes_used(folder: GitFolder) -> None:
    run_exp(folder, "run", "--", PYTHON, "-c", PARENT)
    run = only_run(folder)
    samples = rows(folder, run["ref"])
    assert len(samples) >= 3
    assert list(samples[0])[:2] == ["step", "time"]
    assert [int(row["step"]) for row in samples] == list(range(len(samples)))
    times = [float(row["time"]) for row in samples]
    assert times == sorted(times)
    assert max(float(row["cpu_percent"] or 0) for row in samples) > 5
    assert max(int(row["processes"] or 0) for row in samples) == 2
    assert max(int(row["memory_bytes"] or 0) for row in samples) > 5_000_000
    assert int(samples[0]["system.memory_bytes"]) > 10_000_000
    assert "warnings" not in run


def test_the_page_sums_it_up(folder: GitFolder) -> None:
    run_exp(folder, "run", "--", PYTHON, "-c", BURN)
    lines = run_exp(folder, "show").out.splitlines()
    table = lines[lines.index("System") + 1 :][:3]
    assert [line.split()[0] for line in table] == ["mean", "cpu", "memory"]
    assert "core" in table[1]
    system = envelope(run_exp(folder, "show", "--json").out)["data"]["system"]
    assert list(system["cpu_percent"]) == ["mean", "max", "last"]
    assert 0 < system["cpu_percent"]["mean"] <= system["cpu_percent"]["max"]


def test_it_can_be_left_out(folder: GitFolder) -> None:
    run_exp(folder, "run", "-n", "with", "--", PYTHON, "-c", SAMPLED)
    run_exp(folder, "run", "-n", "short", "--", "true")
    folder.gen({".exp.yaml": "system: off\n"})
    run_exp(folder, "run", "-n", "without", "--", PYTHON, "-c", "print()")
    parts = {manifest(folder, ref)["name"]: folder.git("ls-tree", "--name-only", ref, ".exp/") for ref in refs(folder)}
    assert ".exp/system.csv" in parts["with"]
    assert ".exp/system.csv" not in parts["without"]
    assert ".exp/system.csv" not in parts["short"]
    shown = run_exp(folder, "show", "without")
    assert shown.status == 0
    assert "System" not in shown.out
    assert envelope(run_exp(folder, "show", "without", "--json").out)["data"]["system"] == {}


def test_the_interval_can_be_set(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "system: {interval: 60}\n"})
    run_exp(folder, "run", "--", PYTHON, "-c", BURN)
    assert [row["step"] for row in rows(folder, only_run(folder)["ref"])] == ["0", "1"]


@pytest.mark.parametrize("text", [b"step,time,a\n1,2\n", b"nothing of ours\n", b"\xff\x00"])
def test_a_file_that_cannot_be_read_is_a_warning_on_the_page(folder: GitFolder, text: bytes) -> None:
    run_exp(folder, "run", "--", PYTHON, "-c", SAMPLED)
    ref = only_run(folder)["ref"]
    replace_part(folder, ref, "system.csv", text)
    shown = run_exp(folder, "show")
    assert shown.status == 0
    assert "what it used of the machine cannot be read" in shown.out


def replace_part(folder: GitFolder, ref: str, name: str, data: bytes) -> None:
    """Puts other bytes into a record, as a hostile remote could."""

    def ask(*arguments: str) -> str:
        done = folder.run("git", *arguments, env={"GIT_INDEX_FILE": str(folder.path / ".git" / "other-index")})
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    (folder.path / ".git" / "bytes").write_bytes(data)
    blob = ask("hash-object", "-w", "--no-filters", ".git/bytes")
    ask("read-tree", ref)
    ask("update-index", "--cacheinfo", f"100644,{blob},.exp/{name}")
    message = ask("log", "-1", "--format=%B", ref)
    ask("update-ref", ref, ask("commit-tree", ask("write-tree"), "-p", f"{ref}^", "-m", message))
