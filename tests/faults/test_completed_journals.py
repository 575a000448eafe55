"""A journal whose recorder died becomes the run that it would have been: nothing that is known is lost."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.format.frames import HEADER, METRICS, VERSION, format_frame
from gitexp.store.journal import Journal, read_start
from gitexp.store.journal_notes import EndNote, write_end
from kit.dying import kill_recording
from kit.exp import manifest, part, refs, run_exp
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

PYTHON = sys.executable
SCRIPT = """
import json, os, sys
os.makedirs("outputs/2026-01-02/03-04-05/.hydra", exist_ok=True)
open("outputs/2026-01-02/03-04-05/.hydra/config.yaml", "w").write("depth: 4\\nlr: 0.1\\n")
json.dump({"auc": 0.75}, open("metrics.json", "w"))
open("model.bin", "wb").write(b"weights")
print("loss=0.5", flush=True)
sys.stdin.read()
raise SystemExit(3)
"""
OPTIONS = ("-e", "done", "-p", "lr=0.1", "--data", "train.csv", "--artifact", "model.bin")
COMMAND = (PYTHON, "script.py")
FLEETING = {"id", "name", "ref", "started_at", "ended_at", "cost", "warnings"}
"""What differs between two runs of one command."""


@pytest.fixture
def project(folder: GitFolder) -> GitFolder:
    """A script that reads data and writes params, metrics and an artifact; it ends with its standard input."""
    folder.gen({"script.py": SCRIPT, "train.csv": "a,b\n1,2\n", ".gitignore": "outputs\nmetrics.json\nmodel.bin\n"})
    folder.gen({".exp.yaml": "cost:\n  rates:\n    default: 2.5\n"})
    folder.commit("project")
    return folder


def only_journal(folder: GitFolder) -> pathlib.Path:
    (journal,) = (folder.path / ".git" / "exp" / "live").iterdir()
    return journal


def die(folder: GitFolder, *options: str, known: str = "md5:") -> pathlib.Path:
    """A run whose exp is killed once the script has done all its work and something is known; returns the journal."""
    process = subprocess.Popen(
        [PYTHON, "-m", "gitexp", "run", "-q", *options, "--", *COMMAND],
        cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip

    def is_all_known() -> bool:
        live = folder.path / ".git" / "exp" / "live"
        manifests = [one / "known" / "run.yaml" for one in (live.iterdir() if live.exists() else ())]
        spools = [one / "output" / "output.head" for one in (live.iterdir() if live.exists() else ())]
        return any(one.exists() and known in one.read_text() for one in manifests) and any(
            one.exists() and one.read_bytes() == b"loss=0.5\n" for one in spools
        )

    wait_until(is_all_known)
    kill_recording(process)
    return only_journal(folder)


def lasting(run: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in run.items() if key not in FLEETING}


def test_a_known_end_gives_the_run_that_it_would_have_been(project: GitFolder) -> None:
    assert run_exp(project, "run", *OPTIONS, "--", *COMMAND).status == 3
    (recorded,) = refs(project)
    for name in ("metrics.json", "model.bin"):
        (project.path / name).unlink()
    journal = die(project, *OPTIONS)
    write_end(Journal(str(journal), -1), EndNote(3, 3, None, None, (), 90.0, time.time()))

    listed = run_exp(project, "ls", "-e", "done")
    assert "ended while nobody recorded it: it is completed from its journal" in listed.err
    (completed,) = (ref for ref in refs(project) if ref != recorded)
    expected, found = manifest(project, recorded), manifest(project, completed)
    assert expected["fingerprint"].startswith("sha256:")
    assert {"environment", "data", "artifacts", "metrics", "exit_code"} <= expected.keys()
    assert lasting(found) == lasting(expected)
    assert found["warnings"] == ["exp was killed while it recorded; completed from its journal"]
    assert found["cost"] == {"seconds": 90.0, "rate_per_hour": 2.5, "amount": 0.0625}
    for name in ("environment/packages.txt", "data/train.csv.dvc", "artifacts/model.bin", "metrics.csv", "output.log"):
        assert part(project, completed, name) == part(project, recorded, name)
    assert not journal.exists()
    project.git("fsck", "--strict", "--no-dangling")


def test_the_energy_is_that_of_the_samples(project: GitFolder) -> None:
    journal = Journal(str(die(project, *OPTIONS)), -1)
    start = read_start(journal.folder)
    assert start is not None
    header = (HEADER, VERSION, start.host, start.boot, 1, None, start.wall, start.monotonic)
    samples = [
        (1.0, {"cpu_percent": 100.0, "energy.cpu_joules": 0.0, "energy.gpu_joules": 0.0}),
        (89.0, {"energy.cpu_joules": 1_800_000.0, "energy.gpu_joules": math.nan}),
    ]
    with open(journal.system, "wb") as file:
        file.write(format_frame(header))
        for number, (seconds, values) in enumerate(samples):
            file.write(format_frame((METRICS, start.monotonic + seconds, number, values)))
    write_end(journal, EndNote(3, 3, None, None, (), 90.0, time.time()))

    assert "energy  0.5 kWh  processors, whoever used them" in run_exp(project, "show", "-e", "done").out
    (ref,) = refs(project)
    cost = manifest(project, ref)["cost"]
    assert cost == {"seconds": 90.0, "rate_per_hour": 2.5, "amount": 0.0625, "energy_kwh": 0.5, "energy_of": ["cpu"]}
    assert "energy" not in part(project, ref, "system.csv")


def test_of_an_end_that_nobody_saw_only_the_end_is_not_known(project: GitFolder) -> None:
    die(project, *OPTIONS)
    assert "was lost" in run_exp(project, "ls", "-e", "done").err
    run = manifest(project, *refs(project))
    assert run["status"] == "lost"
    assert {"exit_code", "signal", "cost"}.isdisjoint(run)
    assert run["params"] == {"lr": 0.1, "depth": 4}
    assert run["metrics"]["auc"]["last"] == 0.75
    assert run["artifacts"][0]["kept"] == "git"
    assert run["environment"]["packages"]
    assert run["fingerprint"].startswith("sha256:")
    assert run["warnings"] == ["the recording ended without warning: what came after its last write is not known"]


@pytest.mark.parametrize(
    ("note", "status", "facts"),
    [
        (EndNote(0, 0, None, None, (), 1.5, 0.0), "finished", {"exit_code": 0}),
        (EndNote(143, None, "SIGTERM", None, ("SIGTERM",), 1.5, 0.0), "killed", {"signal": "SIGTERM"}),
        (EndNote(0, 0, None, None, ("SIGINT",), 1.5, 0.0), "interrupted", {"exit_code": 0}),
        (EndNote(127, None, None, "not found", (), 0.0, 0.0), "failed", {"exit_code": 127}),
    ],
)
def test_the_end_is_judged_as_ever(project: GitFolder, note: EndNote, status: str, facts: dict[str, Any]) -> None:
    write_end(Journal(str(die(project, *OPTIONS)), -1), note._replace(ended=time.time()))
    run_exp(project, "ls", "-e", "done")
    run = manifest(project, *refs(project))
    assert (run["status"], {key: run[key] for key in ("exit_code", "signal") if key in run}) == (status, facts)


def test_what_was_not_found_out_is_said(project: GitFolder) -> None:
    journal = die(project, *OPTIONS)
    for file in (journal / "known").glob("*.yaml"):
        file.unlink()
    (journal / "request").write_text('{"here":')
    run_exp(project, "ls", "-e", "done")
    run = manifest(project, *refs(project))
    assert {"environment", "data", "artifacts", "fingerprint"}.isdisjoint(run)
    assert "the environment is not known: the recording ended before it was found out" in run["warnings"]
    assert any(one.startswith("what was asked for was not noted") for one in run["warnings"])


def test_data_that_was_not_hashed_yet_gives_no_fingerprint(project: GitFolder) -> None:
    journal = die(project, *OPTIONS)
    known = journal / "known" / "run.yaml"
    text = known.read_text()
    begin = text.index("data:")
    known.write_text(text[:begin] + text[text.index("environment:") :])
    run_exp(project, "ls", "-e", "done")
    run = manifest(project, *refs(project))
    assert run["environment"]["packages"]
    assert "fingerprint" not in run
    assert "the data is not known: the recording ended before it was hashed" in run["warnings"]


def test_files_of_the_next_run_are_not_taken_for_those_of_the_dead_one(project: GitFolder) -> None:
    die(project, *OPTIONS)
    (project.path / "metrics.json").unlink()
    ran = run_exp(project, "run", *OPTIONS, "--", *COMMAND)
    assert "was lost" in ran.err
    runs = {run["status"]: run for run in (manifest(project, ref) for ref in refs(project))}
    assert runs["failed"]["metrics"]["auc"]["last"] == 0.75
    assert runs["failed"]["artifacts"][0]["kept"] == "git"
    assert "auc" not in runs["lost"]["metrics"]
    assert runs["lost"]["artifacts"][0]["why"] == "it was written again after the run"


def test_secrets_are_in_no_file_of_the_journal_but_the_output(project: GitFolder) -> None:
    project.gen({".exp.yaml": "environment:\n  variables: ['MY_*']\n"})
    project.commit("variables")
    os.environ["MY_API_TOKEN"] = "hunter2zz99"
    try:
        journal = die(project, *OPTIONS, "-p", "password=hunter3zz99")
    finally:
        del os.environ["MY_API_TOKEN"]
    files = [one for one in journal.rglob("*") if one.is_file() and one.parent.name != "output"]
    assert journal / "known" / "run.yaml" in files
    assert [str(one) for one in files if b"hunter" in one.read_bytes()] == []
    run_exp(project, "ls", "-e", "done")
    assert manifest(project, *refs(project))["params"]["password"] == "[redacted]"


def test_the_environment_is_known_before_anything_was_hashed(project: GitFolder) -> None:
    die(project, "-e", "done", known="packages:")
    run_exp(project, "ls", "-e", "done")
    run = manifest(project, *refs(project))
    assert run["environment"]["packages"]
    assert run["environment"]["cores"]
    assert part(project, run["ref"], "environment/packages.txt")
    assert run["fingerprint"].startswith("sha256:")
