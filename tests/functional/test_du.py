"""``exp du``: who takes how much room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kit.exp import envelope, manifest, run_exp
from kit.kept import find_hashes, give_training, make_old, object_path, record
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder


@pytest.fixture
def training(folder: GitFolder) -> GitFolder:
    give_training(folder)
    return folder


def du(folder: GitFolder, *arguments: str) -> dict[str, Any]:
    ran = run_exp(folder, "du", "--json", *arguments)
    assert ran.status == 0, ran.err
    data: dict[str, Any] = envelope(ran.out)["data"]
    return data


def test_own_bytes_and_those_that_others_need_too(training: GitFolder) -> None:
    first, second = record(training, "1"), record(training, "2")

    data = du(training)

    assert {row["run"] for row in data["rows"]} == {first, second}
    for row in data["rows"]:
        assert 2_300_000 < row["own"] < 2_301_000  # the listing of the folder is its own too
        assert row["shared"] == 300_000
        assert row["here"] == row["own"] + 300_000
        assert row["elsewhere"] == 0
        assert row["git"] > 1_000
    assert data["totals"]["objects"] == 7
    assert data["totals"]["cache"] == sum(row["own"] for row in data["rows"]) + 300_000
    assert data["totals"]["unneeded"] == 0
    page = run_exp(training, "du").out.splitlines()
    assert page[0].split() == ["run", "own", "shared", "in", "Git"]
    assert page[1].split()[1:5] == ["2.3", "MB", "300", "kB"]
    assert page[4].split()[:6] == ["cache", "of", "artifacts", "4.9", "MB", "7"]


def test_by_artifact_and_by_experiment(training: GitFolder) -> None:
    record(training, "1")
    record(training, "2", "-e", "other")

    by_artifact = {row["artifact"]: row for row in du(training, "--by", "artifact")["rows"]}
    by_experiment = {row["experiment"]: row for row in du(training, "--by", "experiment")["rows"]}

    assert list(by_artifact) == ["model.pt", "points", "data"]
    assert (by_artifact["model.pt"]["own"], by_artifact["model.pt"]["runs"]) == (4_000_000, 2)
    assert by_artifact["points"]["shared"] == 0
    assert by_artifact["data"]["here"] == 0
    assert set(by_experiment) == {"default", "other"}
    assert by_experiment["other"]["shared"] == 300_000
    assert run_exp(training, "du", "--by", "size").status == 2


def test_some_runs_and_the_largest(training: GitFolder) -> None:
    first, second = record(training, "1"), record(training, "2")
    store_run(training, plan_run(training, "k3v9x2mabc"))

    assert [row["run"] for row in du(training, first)["rows"]] == [first]
    assert du(training, first)["rows"][0]["shared"] == 300_000
    assert [row["run"] for row in du(training, "-n", "0")["rows"]][2] == "k3v9x2mabc"
    cut = run_exp(training, "du", "-n", "1")
    assert len(cut.out.split("\n\n")[0].splitlines()) == 2
    assert second in {row["run"] for row in du(training)["rows"]}


def test_what_is_not_here_and_what_nobody_needs(training: GitFolder) -> None:
    first, second = record(training, "1"), record(training, "2")
    name = manifest(training, f"refs/runs/default/{second}")["name"]
    object_path(training, find_hashes(training, second)["model.pt"]).unlink()
    assert run_exp(training, "purge", first, "--yes").status == 0
    make_old(training)

    data = du(training)

    (row,) = data["rows"]
    assert (row["name"], row["elsewhere"]) == (name, 2_000_000)
    assert 2_300_000 < data["totals"]["unneeded"] < 2_301_000
    ran = run_exp(training, "du")
    assert "not here" in ran.out.splitlines()[0]
    assert "that no run needs" in ran.out
    assert "what no run needs goes by: exp gc" in ran.err


def test_a_run_that_cannot_be_read_is_told_and_the_rest_shown(broken: GitFolder) -> None:
    ran = run_exp(broken, "du", "--json")
    assert ran.status == 0
    assert len(envelope(ran.out)["errors"]) == 2
    assert envelope(ran.out)["data"]["totals"]["unneeded"] is None
    assert len(envelope(ran.out)["data"]["rows"]) == 5
    assert "2 runs cannot be read; exp du went on" in run_exp(broken, "du").err


def test_nothing_was_recorded(folder: GitFolder) -> None:
    ran = run_exp(folder, "du")
    assert ran.status == 0
    assert ran.out.startswith("cache of artifacts  0 bytes  0 objects\n")
