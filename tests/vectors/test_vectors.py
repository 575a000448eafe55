"""Format 1, frozen: what was written once is read for ever, and equal inputs give equal commits."""

from __future__ import annotations

import json
import pathlib
import subprocess
from dataclasses import replace

import pytest

from gitexp.format.series import parse_series
from gitexp.model.ids import RunId
from gitexp.model.run import Lineage, Run, Status
from gitexp.store.runs import RunStore, open_store
from vectors.build import build, runs

HERE = pathlib.Path(__file__).parent
BUNDLES = ("format-1", "format-1-lineage")
"""Frozen one after the other: since the second the message names the runs that a run comes from."""


def read_frozen(bundle: str) -> dict[str, str]:
    refs: dict[str, str] = json.loads((HERE / f"{bundle}.json").read_text())
    return {ref: commit for ref, commit in refs.items() if ref != "refs/heads/main"}


@pytest.fixture(params=BUNDLES)
def bundle(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def store(tmp_path: pathlib.Path, bundle: str) -> RunStore:
    """A repository that has the vectors from a bundle alone."""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    command = ["git", "fetch", "--quiet", "--no-prune", "--no-tags", str(HERE / f"{bundle}.bundle"), "refs/*:refs/*"]
    subprocess.run([*command, "--update-head-ok"], check=True, cwd=tmp_path)
    subprocess.run(["git", "fsck", "--strict", "--no-dangling"], check=True, cwd=tmp_path)
    return open_store(str(tmp_path))


def test_every_frozen_run_is_listed_and_none_is_broken(store: RunStore, bundle: str) -> None:
    heads = store.heads()
    assert heads.broken == ()
    assert {head.ref: head.commit for head in heads.runs} == read_frozen(bundle)


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
    assert build(tmp_path / "anew") == read_frozen(BUNDLES[-1])


def test_a_listing_knows_where_a_run_comes_from_where_its_message_says_so(store: RunStore, bundle: str) -> None:
    heads = {head.id: head.lineage for head in store.heads().runs}
    said = Lineage(resumes=RunId("g000000000"), forked_from=RunId("h111111111"))
    assert heads["m4f6nq0123"] == (said if bundle == "format-1-lineage" else Lineage())
    assert heads["k3v9x2mabc"] == Lineage()


def test_the_bundle_covers_ended_and_going_runs() -> None:
    assert {run.status for run, _ in runs()} >= {Status.FINISHED, Status.KILLED, Status.RUNNING}
