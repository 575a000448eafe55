"""Runs that go on from one another, in `exp ls`, `exp show` and `exp compare`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.model.ids import RunId
from gitexp.model.run import Lineage, Status
from kit.exp import envelope, run_exp
from kit.going import Going
from kit.screen import run_on_terminal
from kit.stored import make_summary, plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

A, B, C, OTHER = "k3v9x2mabc", "p7qw4n8hde", "t2zc9x1k0f", "h8yb3d6m2g"


def add(folder: GitFolder, run_id: str, points: str, resumes: str | None = None, **fields: Any) -> None:
    """A run with a series of loss: ``3:0.5 4:0.25`` is step and value."""
    pairs = [(int(step), float(value)) for step, value in (word.split(":") for word in points.split())]
    values = [value for _, value in pairs]
    summary = make_summary(
        values[-1], min=min(values), max=max(values), first=values[0], step=pairs[-1][0], count=len(pairs)
    )
    rows = "".join(f"{step},{float(step)},{value}\n" for step, value in pairs)
    lineage = Lineage(resumes=RunId(resumes) if resumes is not None else None)
    fields = {"name": "deep", "metrics": {"loss": summary}, "lineage": lineage, **fields}
    run = plan_run(folder, run_id, **fields)
    store_run(folder, run, {"metrics.csv": f"step,time,loss\n{rows}".encode()})


@pytest.fixture
def chain(folder: GitFolder) -> GitFolder:
    """A run of three parts, the second one killed after steps that the third did again, and a run of its own."""
    killed: dict[str, Any] = {"status": Status.KILLED, "exit_code": None, "signal": "SIGKILL"}
    folder.gen({"train.py": "print('loss=0.5')\n"})
    folder.commit("Train")
    add(folder, A, "1:0.9 2:0.8 3:0.7", seconds=10.0, **killed)
    add(folder, OTHER, "1:0.5", name="wide", minutes=5, seconds=1.0)
    add(folder, B, "3:0.75 4:0.6 5:0.1", A, minutes=10, seconds=20.5, **killed)
    add(folder, C, "5:0.5 6:0.4", B, minutes=20, seconds=3.0)
    return folder


ROWS = """\
id          name  parts  status    started               seconds  loss
t2zc9x1k0f  deep      3  finished  2026-11-23T09:34:03Z     33.5   0.4
h8yb3d6m2g  wide      -  finished  2026-11-23T09:19:03Z      1.0   0.5
"""
PARTS = """\
id          name  status    started               seconds  loss
t2zc9x1k0f  deep  finished  2026-11-23T09:34:03Z      3.0   0.4
p7qw4n8hde  deep  killed    2026-11-23T09:24:03Z     20.5   0.1
h8yb3d6m2g  wide  finished  2026-11-23T09:19:03Z      1.0   0.5
k3v9x2mabc  deep  killed    2026-11-23T09:14:03Z     10.0   0.7
"""


def test_a_chain_is_one_row(chain: GitFolder) -> None:
    assert run_exp(chain, "ls").out == ROWS
    assert run_exp(chain, "ls", "--parts").out == PARTS
    assert run_exp(chain, "ls", "--ids").out == f"{C}\n{OTHER}\n"
    assert "t2zc  deep     ×3  ✓ finished  " in run_on_terminal(chain, "exp", "ls", env={"NO_COLOR": "1"})[1]
    assert run_exp(chain, "ls", "--columns", "name,metrics.loss.min,metrics.loss.max").out == (
        "name  loss.min  loss.max\ndeep       0.1       0.9\nwide       0.5       0.5\n"
    )
    assert "1 of 2 runs" not in run_exp(chain, "ls", "-n", "1").err
    data = envelope(run_exp(chain, "ls", "--json").out)["data"]
    assert (data["total"], data["shown"]) == (2, 2)
    row, alone = data["runs"]
    assert [(part["id"], part["status"], part["seconds"]) for part in row["parts"]] == [
        (A, "killed", 10.0), (B, "killed", 20.5), (C, "finished", 3.0),
    ]  # fmt: skip
    assert (row["id"], row["seconds"], row["metrics"]["loss"]["max"]) == (C, 33.5, 0.9)
    assert "parts" not in alone


SHOWN = """\
Chain
     id          status    to step  started                 time
     k3v9x2mabc  killed          3  2026-11-23T09:14:03Z  10.0 s
     p7qw4n8hde  killed          5  2026-11-23T09:24:03Z  20.5 s
  →  t2zc9x1k0f  finished        6  2026-11-23T09:34:03Z   3.0 s

Metrics of the chain
        last  min  max  first  step  points  from
  loss   0.4  0.4  0.9    0.9     6       6  output

Curves of the chain
  loss
"""


def test_its_parts_and_the_joined_series(chain: GitFolder) -> None:
    shown = run_exp(chain, "show", "deep", env={"PYTHONIOENCODING": "utf-8"}).out
    assert SHOWN in shown
    data = envelope(run_exp(chain, "show", "deep", "--json").out)["data"]
    assert data["id"] == C
    assert data["metrics"]["loss"]["count"] == 2
    assert [(part["id"], part["resumes"]) for part in data["chain"]["parts"]] == [(A, None), (B, A), (C, B)]
    joined = data["chain"]["joined"]
    assert joined["parts"] == [A, B, C]
    assert joined["series"] == {"loss": [[1, 0.9], [2, 0.8], [3, 0.75], [4, 0.6], [5, 0.5], [6, 0.4]]}
    assert joined["metrics"]["loss"] == {
        "last": 0.4, "min": 0.4, "max": 0.9, "first": 0.9, "step": 6, "count": 6, "source": "output",
    }  # fmt: skip


def test_a_part_shows_what_is_joined_up_to_it(chain: GitFolder) -> None:
    joined = envelope(run_exp(chain, "show", B, "--json").out)["data"]["chain"]["joined"]
    assert joined["series"] == {"loss": [[1, 0.9], [2, 0.8], [3, 0.75], [4, 0.6], [5, 0.1]]}
    first = run_exp(chain, "show", A).out
    assert re.search(rf"→  {A}  killed .*\n     {B} ", first)
    assert "\nMetrics\n" in first
    assert "chain" not in envelope(run_exp(chain, "show", OTHER, "--json").out)["data"]


def test_a_chain_that_forks(chain: GitFolder) -> None:
    add(chain, "z5jw2b8p4m", "6:0.3", B, minutes=30)
    assert run_exp(chain, "ls", "--ids").out.split() == ["z5jw2b8p4m", C, OTHER]
    shown = run_exp(chain, "show", B).out
    assert re.search(rf"{C}  finished .* resumes {B[:4]}\n     z5jw2b8p4m  finished .* resumes {B[:4]}\n", shown)
    ran = run_exp(chain, "show", "deep")
    assert (ran.status, C in ran.err, B in ran.err) == (1, True, False)


def test_hidden_parts_are_passed_over(chain: GitFolder) -> None:
    run_exp(chain, "rm", B)
    assert f"{C[:10]}  deep      2  finished  2026-11-23T09:34:03Z     13.0 " in run_exp(chain, "ls").out
    assert f"{C[:10]}  deep      3  finished  2026-11-23T09:34:03Z     33.5 " in run_exp(chain, "ls", "--hidden").out
    joined = envelope(run_exp(chain, "show", C, "--json").out)["data"]["chain"]["joined"]
    assert joined["series"] == {"loss": [[1, 0.9], [2, 0.8], [3, 0.7], [5, 0.5], [6, 0.4]]}
    assert re.search(rf"{B}  killed .* hidden\n", run_exp(chain, "show", C).out)
    run_exp(chain, "rm", C)
    assert run_exp(chain, "ls", "--ids").out.split() == [OTHER, A]


def test_what_a_remote_made_up(chain: GitFolder) -> None:
    add(chain, "z5jw2b8p4m", "1:1", "w1xyz00000", minutes=30, name="orphan")
    add(chain, "x8q4k2m7np", "1:1", "y3r6t9v2wz", minutes=31, name="round")
    add(chain, "y3r6t9v2wz", "1:1", "x8q4k2m7np", minutes=32, name="round")
    assert set(run_exp(chain, "ls", "--ids").out.split()) == {
        C, OTHER, "z5jw2b8p4m", "x8q4k2m7np", "y3r6t9v2wz",
    }  # fmt: skip
    for run_id in ("z5jw2b8p4m", "x8q4k2m7np"):
        ran = run_exp(chain, "show", run_id)
        assert (ran.status, "\nLineage\n  resumes" in ran.out, "\nChain\n" in ran.out) == (0, True, False)


@pytest.mark.parametrize("series", ["step,time\n", "step,time,loss\n1,2\n", "no\n", "step,time,loss\n1,1,x\n"])
def test_a_series_that_cannot_be_read_is_told(folder: GitFolder, series: str) -> None:
    folder.gen({"train.py": ""})
    folder.commit("Train")
    name = "metrics.long.csv" if series == "step,time\n" else "metrics.csv"
    run = plan_run(folder, A, metrics={"loss": 0.5})
    store_run(folder, run, {name: series.encode() + (b"1,2\n" if series == "step,time\n" else b"")})
    add(folder, C, "5:0.5 6:0.4", A, minutes=20)
    ran = run_exp(folder, "show", C)
    assert ran.status == 0
    assert f"run {A} cannot be read: its series cannot be read: " in ran.out


def test_compare_takes_a_chain_for_one_run(chain: GitFolder) -> None:
    rows = {row["key"]: row for row in envelope(run_exp(chain, "compare", "--json").out)["data"]["rows"]}
    assert rows["seconds"]["values"] == {C: 33.5, OTHER: 1.0}
    assert rows["parts"]["values"] == {C: 3}
    named = envelope(run_exp(chain, "compare", B, A, "--json").out)["data"]["rows"]
    assert next(row["values"] for row in named if row["key"] == "seconds") == {B: 30.5, A: 10.0}


def test_a_part_that_is_going(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "system: off\n", "train.py": ""})
    folder.commit("Train")
    killed: dict[str, Any] = {"status": Status.KILLED, "exit_code": None, "signal": "SIGKILL"}
    add(folder, A, "1:0.9 2:0.8 3:0.7", seconds=10.0, **killed)
    with Going(folder, "--resume", A) as run:
        run.tell("log(3, loss=0.75)", "log(4, loss=0.25)")
        data = envelope(run_exp(folder, "show", run.id, "--json").out)["data"]
        assert data["chain"]["joined"]["series"] == {"loss": [[1, 0.9], [2, 0.8], [3, 0.75], [4, 0.25]]}
        (row,) = envelope(run_exp(folder, "ls", "--json").out)["data"]["runs"]
        assert (row["id"], row["seconds"], row["metrics"]["loss"]["max"]) == (run.id, None, 0.9)
