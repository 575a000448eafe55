"""`exp export`, as it is typed."""

from __future__ import annotations

import json
import os
import stat
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.format.series import format_series
from gitexp.model.ids import RunId
from gitexp.model.metrics import Point
from gitexp.model.refs import Experiment
from gitexp.model.run import Lineage
from kit.exp import envelope, run_exp
from kit.screen import run_on_terminal
from kit.stored import make_summary, plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

POINTS = """\
run,metric,step,time,value
p7qw4t2zcd,loss,0,0.0,0.75
p7qw4t2zcd,"val, acc",0,0.0,NaN
k3v9x2mabc,loss,0,0.0,1.0
k3v9x2mabc,loss,1,1.5,0.5
"""


def series(*points: Point) -> dict[str, bytes]:
    """A record's file with these points."""
    name, chunks = format_series(lambda: list(points))
    return {name: b"".join(chunks)}


@pytest.fixture
def stored(folder: GitFolder) -> GitFolder:
    """Two runs with series and one without, and one of another experiment."""
    loss = make_summary(0.5, min=0.5, max=1.0, first=1.0, step=1, count=2)
    store_run(
        folder,
        plan_run(folder, "k3v9x2mabc", params={"lr": 0.1, "depth": 4}, metrics={"loss": loss}, seed=7),
        series(Point("loss", 1.0, 0, 0.0), Point("loss", 0.5, 1, 1.5)),
    )
    store_run(
        folder,
        plan_run(folder, "p7qw4t2zcd", minutes=10, params={"lr": "auto", "depth": None}, metrics={"loss": 0.75}),
        series(Point("loss", 0.75, 0, 0.0), Point("val, acc", float("nan"), 0, 0.5)),
    )
    store_run(folder, plan_run(folder, "t2zc5d8hkm", minutes=20, tags={"empty": ""}))
    store_run(folder, plan_run(folder, "v5hk8m1npq", minutes=30, experiment=Experiment("trees")))
    return folder


def read(folder: GitFolder, name: str) -> str:
    return (folder.path / name).read_text(encoding="utf-8")


def test_a_row_for_each_run(stored: GitFolder) -> None:
    ran = run_exp(stored, "export", "-o", "runs.csv")

    assert (ran.status, ran.out) == (0, "runs.csv\n"), ran.err
    assert ran.err.startswith("3 runs, ")
    header, *rows = [line.split(",") for line in read(stored, "runs.csv").splitlines()]
    assert header[:10] == [
        "id", "name", "experiment", "status", "started", "ended", "seconds", "user", "command", "commit",
    ]  # fmt: skip
    assert [row[0] for row in rows] == ["t2zc5d8hkm", "p7qw4t2zcd", "k3v9x2mabc"]
    found = dict(zip(header, rows[2], strict=True))
    assert found["started"] == "2026-11-23T09:14:03.000000Z"
    assert (found["params.lr"], found["params.depth"], found["seed"], found["host"]) == ("0.1", "4", "7", "gpu-7")
    names = ("metrics.loss", "metrics.loss.min", "metrics.loss.max", "metrics.loss.step")
    assert [found[name] for name in names] == ["0.5", "0.5", "1.0", "1"]
    assert found["code.commit"] == stored.git("rev-parse", "HEAD")
    second = dict(zip(header, rows[1], strict=True))
    assert (second["params.lr"], second["params.depth"]) == ("auto", "")
    first = dict(zip(header, rows[0], strict=True))
    assert (first["params.lr"], first["tags.empty"]) == ("", '""')


def test_a_row_for_each_point(stored: GitFolder) -> None:
    ran = run_exp(stored, "export", "--series", "-o", "points.csv")

    assert (ran.status, read(stored, "points.csv")) == (0, POINTS), ran.err
    assert "1 run with no points: t2zc5d8hkm" in ran.err
    assert "3 runs, 4 points" in ran.err
    ran = run_exp(stored, "export", "k3v9", "--long", "--metrics", "lo*", "-o", "-")
    assert ran.out == "run,metric,step,time,value\nk3v9x2mabc,loss,0,0.0,1.0\nk3v9x2mabc,loss,1,1.5,0.5\n"


def test_steps_are_of_one_type_throughout(stored: GitFolder) -> None:
    store_run(
        stored,
        plan_run(stored, "w9xy2z3abc", minutes=-10, metrics={"loss": 1.0}),
        series(Point("loss", 2**70, 0.5, 0.0), Point("loss", 2**53 + 1, None, None)),
    )

    assert run_exp(stored, "export", "--series", "-o", "points.csv").status == 0

    lines = read(stored, "points.csv").splitlines()
    assert lines[1:4] == [
        "p7qw4t2zcd,loss,0.0,0.0,0.75", 'p7qw4t2zcd,"val, acc",0.0,0.0,NaN', "k3v9x2mabc,loss,0.0,0.0,1.0",
    ]  # fmt: skip
    assert lines[-2:] == ["w9xy2z3abc,loss,0.5,0.0,1.1805916207174113e+21", "w9xy2z3abc,loss,,,9007199254740993"]


def test_json_tells_null_from_nothing(stored: GitFolder) -> None:
    assert run_exp(stored, "export", "-o", "runs.json").status == 0
    rows: list[dict[str, Any]] = json.loads(read(stored, "runs.json"))
    assert rows[1]["params.depth"] is None
    assert "params.depth" not in rows[0]
    ran = run_exp(stored, "export", "--format", "jsonl", "--series", "-o", "-")
    points = [json.loads(line) for line in ran.out.splitlines()]
    assert points[1] == {"run": "p7qw4t2zcd", "metric": "val, acc", "step": 0, "time": 0.0, "value": "NaN"}


def test_which_runs(stored: GitFolder) -> None:
    def ids(*options: str, stdin: bytes = b"") -> list[str]:
        ran = run_exp(stored, "export", "--columns", "id", "-o", "-", *options, stdin=stdin)
        return ran.out.split("\n")[1:-1]

    assert ids() == ["t2zc5d8hkm", "p7qw4t2zcd", "k3v9x2mabc"]
    assert ids("-n", "1") == ["t2zc5d8hkm"]
    assert len(ids("--all")) == 4
    assert ids("--where", "metrics.loss < 0.6") == ["k3v9x2mabc"]
    assert ids("-e", "trees") == ["v5hk8m1npq"]
    assert ids("last", "k3v9") == ["t2zc5d8hkm", "k3v9x2mabc"]
    assert ids("-", stdin=b"k3v9\n") == ["k3v9x2mabc"]
    ran = run_exp(stored, "export", "-e", "nothing", "-o", "none.csv")
    assert (ran.status, len(read(stored, "none.csv").splitlines())) == (0, 1)
    assert "no runs in experiment 'nothing'" in ran.err


def test_a_chain_is_one_run(stored: GitFolder) -> None:
    resumed = plan_run(stored, "w9xy2z3abc", minutes=40, metrics={"loss": 0.2}, lineage=Lineage(RunId("k3v9x2mabc")))
    store_run(stored, resumed, series(Point("loss", 0.4, 1, 0.0), Point("loss", 0.2, 2, 1.0)))

    whole = run_exp(stored, "export", "w9xy", "--series", "-o", "-").out.splitlines()
    parts = run_exp(stored, "export", "--parts", "--series", "-o", "-").out.splitlines()

    assert [line.rpartition(",")[2] for line in whole] == ["value", "1.0", "0.4", "0.2"]
    assert {line.split(",")[0] for line in whole[1:]} == {"w9xy2z3abc"}
    assert sum(line.startswith("k3v9") for line in parts) == 2


def test_the_outcome_as_json(stored: GitFolder) -> None:
    stored.git("update-ref", "refs/runs/default/zzzzzzzzzz", "HEAD")

    ran = run_exp(stored, "export", "--series", "-o", "points.csv", "--json")

    said = envelope(ran.out)
    assert ran.status == 0
    assert said["data"] == {
        "file": str(stored.path / "points.csv"), "form": "csv", "series": True, "experiment": "default", "total": 3,
        "runs": 3, "rows": 4, "columns": 5, "bytes": len(POINTS), "notes": ["1 run with no points: t2zc5d8hkm"],
    }  # fmt: skip
    assert [error["code"] for error in said["errors"]] == ["broken-record"]


def test_nothing_is_half_written(stored: GitFolder) -> None:
    (stored.path / "runs.csv").write_text("before")
    os.chmod(stored.path / "runs.csv", 0o640)

    refused = run_exp(stored, "export", "--columns", "params.lrr", "-o", "runs.csv")

    assert refused.status == 2
    assert "hint: did you mean params.lr, " in refused.err
    assert read(stored, "runs.csv") == "before"
    assert sorted(os.listdir(stored.path)) == [".git", "README.md", "runs.csv", "train.py"]
    assert run_exp(stored, "export", "-o", "runs.csv").status == 0
    assert read(stored, "runs.csv").startswith("id,")
    assert stat.S_IMODE(os.stat(stored.path / "runs.csv").st_mode) == 0o640


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "runs.txt"), "its ending is none of .csv, .json, .jsonl, .ndjson, .parquet"),
        (("-o", "runs.txt", "--format", "xml"), "--format xml: one of csv, json, jsonl, parquet"),
        (("-o", "."), "it is a folder"),
        (("-o", "no/runs.csv"), "there is no folder"),
        (("-o", "-", "--json"), "-o - and --json: one of them"),
        (("-o", "x.csv", "--series", "--wide"), "--series and --wide: one of them"),
        (("-o", "x.csv", "--metrics", "loss"), "--metrics is for --series"),
        (("-o", "x.csv", "--series", "--columns", "id"), "--columns is for a row for each run"),
        (("-o", "x.csv", "--series", "--metrics", "los"), "--metrics los: no run here has it"),
        (("-o", "x.csv", "--all", "-e", "trees"), "--all and --experiment: one of them"),
    ],
)
def test_what_cannot_be_meant(stored: GitFolder, options: tuple[str, ...], said: str) -> None:
    ran = run_exp(stored, "export", *options)

    assert ran.status == 2
    assert said in ran.err + ran.out
    assert not (stored.path / "x.csv").exists()


def test_a_missing_package_is_named(stored: GitFolder) -> None:
    (stored.path / "pyarrow.py").write_text("raise ImportError('not installed')\n")

    ran = run_exp(stored, "export", "-o", "runs.parquet", env={"PYTHONPATH": str(stored.path)})

    assert ran.status == 1
    assert "Parquet needs pyarrow, which is not installed\nhint: pip install 'gitexp[parquet]'" in ran.err
    assert not (stored.path / "runs.parquet").exists()


def test_a_terminal_is_not_acted_upon(stored: GitFolder) -> None:
    store_run(stored, plan_run(stored, "w9xy2z3abc", minutes=50, params={"p": "\x1b[31mred\u202e"}))

    status, shown = run_on_terminal(stored, "exp", "export", "last", "--columns", "id,params.p", "-o", "-")

    assert status == 0
    assert "\nw9xy2z3abc,red\\u202e\n" in shown
    assert "\u202e" not in shown
    assert "\x1b[31m" not in shown
    piped = run_exp(stored, "export", "last", "--columns", "params.p", "-o", "-")
    assert piped.out == "params.p\n\x1b[31mred\u202e\n"


@pytest.mark.parametrize("where", ["bare", "detached", "subfolder"])
def test_anywhere(stored: GitFolder, where: str) -> None:
    folder = "."
    if where == "bare":
        stored.git("config", "core.bare", "true")
        folder = ".git"
    elif where == "detached":
        stored.git("checkout", "-q", "--detach")
    else:
        (stored.path / "sub").mkdir()
        folder = "sub"

    ran = run_exp(stored, "export", "-o", "-", "--columns", "id", where=folder)

    assert ran.out.split() == ["id", "t2zc5d8hkm", "p7qw4t2zcd", "k3v9x2mabc"], ran.err
