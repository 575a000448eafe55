"""Curves of many runs, read at once: those of each run read by itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.actions.choose_runs import RunChoice, choose_runs
from gitexp.actions.curves_of_runs import read_curves
from gitexp.model.ids import RunId
from gitexp.model.run import Lineage
from gitexp.store.runs import open_store
from gitexp.store.series_reading import read_series
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder


def test_many_runs_at_once(folder: GitFolder) -> None:
    for number in range(40):
        files = {"metrics.csv": f"step,time,loss,auc\n0,0.5,{number}.5,\n1,1.5,,{number}.25\n2,2.5,NaN,1\n".encode()}
        if number == 7:
            files = {"metrics.long.csv": b"step,time,metric,value\n4,,loss,1.5\n5,,auc,2\n5,,other,3\n"}
        if number == 8:
            files = {}
        if number == 9:
            files = {"metrics.csv": b"step,time,other\n1,2,3\n"}
        if number == 10:
            files = {"metrics.csv": b"no series\n"}
        run = plan_run(folder, f"k{number:09d}", minutes=number, metrics={"loss": 1.0, "auc": 1.0})
        store_run(folder, run, files)
    lost = folder.git("rev-parse", "refs/runs/default/k000000011:.exp/metrics.csv")
    os.remove(folder.path / ".git" / "objects" / lost[:2] / lost[2:])
    damaged = folder.git("rev-parse", "refs/runs/default/k000000012:.exp/metrics.csv")
    path = folder.path / ".git" / "objects" / damaged[:2] / damaged[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-9])
    store = open_store(os.fspath(folder.path))
    heads = choose_runs(store, RunChoice()).heads

    read, broken = read_curves(store, heads, ["auc", "loss"])

    assert sorted(str(error.fields["run"]) for error in broken) == ["k000000010", "k000000011", "k000000012"]
    assert [(head.id, metric) for head, metric in read.missing] == [
        (run_id, metric) for run_id in ("k000000009", "k000000008") for metric in ("auc", "loss")
    ]
    assert len(read.curves) == 2 * (40 - 5)
    for curve in read.curves:
        alone = [point for point in read_series(store, curve.head) if point.metric == curve.metric]
        assert [repr(pair) for pair in curve.points] == [repr((float(p.step or 0), float(p.value))) for p in alone]
        assert curve.logged == len(alone)
    timed, _ = read_curves(store, heads[-1:], ["loss"], x="time")
    assert [place for place, _ in timed.curves[0].points] == [0.5, 2.5]
    untimed, _ = read_curves(store, [head for head in heads if head.id == "k000000007"], ["loss"], x="time")
    assert (untimed.curves, [metric for _, metric in untimed.missing]) == ((), ["loss"])


def test_a_chain_is_one_curve_over_steps_and_over_the_time_it_took(folder: GitFolder) -> None:
    first = plan_run(folder, "k3v9x2mabc", seconds=10.0, metrics={"loss": 0.5})
    store_run(folder, first, {"metrics.csv": b"step,time,loss\n1,1.0,0.9\n2,2.0,0.8\n3,3.0,0.7\n"})
    again = plan_run(
        folder, "p7qw4n8hde", minutes=9, metrics={"loss": 0.5}, lineage=Lineage(resumes=RunId("k3v9x2mabc"))
    )
    store_run(folder, again, {"metrics.csv": b"step,time,loss\n3,1.0,0.75\n4,2.0,0.5\n"})
    store = open_store(os.fspath(folder.path))
    (head,) = choose_runs(store, RunChoice()).heads

    ((curve,), _), _ = read_curves(store, [head], ["loss"])
    assert curve.points == ((1, 0.9), (2, 0.8), (3, 0.75), (4, 0.5))
    ((timed,), _), _ = read_curves(store, [head], ["loss"], x="time")
    assert timed.points == ((1, 0.9), (2, 0.8), (11, 0.75), (12, 0.5))
