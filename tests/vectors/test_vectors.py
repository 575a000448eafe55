"""Format 1, frozen: what was written once is read for ever, and equal inputs give equal commits."""

from __future__ import annotations

import json
import pathlib
import subprocess
from dataclasses import replace

import pytest

from gitexp.format.series import parse_series
from gitexp.model.run import Run, Status
from gitexp.store.runs import RunStore, open_store
from vectors.build import build, runs

HERE = pathlib.Path(__file__).parent
FROZEN: dict[str, str] = json.loads((HERE / "format-1.json").read_text())


@pytest.fixture
def store(tmp_path: pathlib.Path) -> RunStore:
    """A repository that has the vectors from the bundle alone."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    command = ["git", "fetch", "--quiet", "--no-prune", "--no-tags", str(HERE / "format-1.bundle"), "refs/*:refs/*"]
    subprocess.run([*command, "--update-head-ok"], check=True, cwd=tmp_path)
    subprocess.run(["git", "fsck", "--strict", "--no-dangling"], check=True, cwd=tmp_path)
    return open_store(str(tmp_path))


def test_every_frozen_run_is_listed_and_none_is_broken(store: RunStore) -> None:
    heads = store.heads()
    assert heads.broken == ()
    assert {head.ref: head.commit for head in heads.runs} == {
        ref: commit for ref, commit in FROZEN.items() if ref != "refs/heads/main"
    }


@pytest.mark.parametrize("run", [run for run, _ in runs()], ids=lambda run: run.name)
def test_a_frozen_run_says_what_was_put_in(store: RunStore, run: Run) -> None:
    head = next(head for head in store.heads().runs if head.id == run.id)
    read = store.load(head)
    assert repr(replace(read, code=read.code._replace(commit=run.code.commit, snapshot=run.code.snapshot))) == repr(run)
    assert head.snapshot == read.code.snapshot
    assert (head.started_at, head.seconds, head.status) == (run.started_at, run.seconds, run.status)


def test_series_of_the_frozen_runs_are_read(store: RunStore) -> None:
    points = 0
    for head in store.heads().runs:
        for entry in store.parts(head):
            name = entry.path.decode().removeprefix(".exp/")
            if name.startswith("metrics"):
                data = store.read_part(head, entry.path)
                assert data is not None
                points += len(list(parse_series(name, data.decode().splitlines(keepends=True))))
    assert points == 3 + 6 + 5


def test_equal_inputs_give_equal_commits(tmp_path: pathlib.Path) -> None:
    assert build(tmp_path / "anew") == {ref: commit for ref, commit in FROZEN.items() if ref != "refs/heads/main"}


def test_the_bundle_covers_ended_and_going_runs() -> None:
    assert {run.status for run, _ in runs()} >= {Status.FINISHED, Status.KILLED, Status.RUNNING}
