"""Many runs held against each other."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import UsageError
from gitexp.model.comparison import Candidate, RunMatrix, compare_many
from gitexp.model.details import DETAILS, find_details, is_hash, may_be_details
from gitexp.model.run import Code, Cost, DataItem, Environment, Gpu
from gitexp.model.values import equal_values
from kit.heads import make_head, make_summary
from kit.runs import make_full_run, make_run

if TYPE_CHECKING:
    from gitexp.model.comparison import Row

VALUES = st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.sampled_from([0.0, 1.0, math.nan]))
PARAMS = st.dictionaries(st.sampled_from(["lr", "seed", "a.b"]), VALUES)
METRICS = st.dictionaries(st.sampled_from(["auc", "loss"]), st.sampled_from([0, 0.5, 1.0, math.nan, math.inf, -1]))


def compare(*runs: dict[str, Any], keys: tuple[str, ...] = (), **directions: Any) -> RunMatrix:
    candidates = []
    for place, fields in enumerate(runs):
        details = fields.pop("details", {})
        candidates.append(
            Candidate(make_head(f"g{place:09}", **{"minutes": place, "name": f"run-{place}", **fields}), details)
        )
    return compare_many(candidates, directions, keys=keys)


def row_of(matrix: RunMatrix, key: str) -> Row:
    (row,) = [row for row in matrix.rows if row.column.key == key]
    return row


def test_rows_in_their_order() -> None:
    matrix = compare(
        {"params": {"p10": 1, "p2": 1}, "metrics": {"loss": 1}, "tags": {"team": "a"}},
        {"details": {"host": "h", "data.d10": "m", "data.d2": "m", "code.commit": "c", "environment.cpu": "x"}},
    )
    assert [row.column.key for row in matrix.rows] == [
        "status", "started", "seconds", "experiment", "user", "command", "host", "params.p2", "params.p10",
        "metrics.loss", "tags.team", "code.commit", "data.d2", "data.d10", "environment.cpu",
    ]  # fmt: skip
    assert [row.column.key for row in matrix.rows_of("data")] == ["data.d2", "data.d10"]


def test_what_is_the_same_in_all_and_what_only_looks_so() -> None:
    matrix = compare(
        {"params": {"lr": 0.1, "one": 1, "none": None, "gone": 1, "nan": math.nan}},
        {"params": {"lr": 0.1, "one": True, "none": None, "nan": math.nan}},
    )
    same = {row.column.name: row.is_same for row in matrix.rows_of("params")}
    assert same == {"gone": False, "lr": True, "nan": True, "none": True, "one": False}
    none, gone = row_of(matrix, "params.none"), row_of(matrix, "params.gone")
    assert [(cell.value, cell.present) for cell in none.cells] == [(None, True), (None, True)]
    assert [(cell.value, cell.present) for cell in gone.cells] == [(1, True), (None, False)]


@pytest.mark.parametrize(
    ("values", "direction", "best"),
    [
        ((0.5, 0.75, 0.25), "maximize", {1}),
        ((0.5, 0.75, 0.25), "minimize", {2}),
        ((2, 2.0, 1), "maximize", {0, 1}),
        ((math.nan, 1, 2), "maximize", {2}),
        ((math.nan, 1, 2), "minimize", {1}),
        ((math.nan, 1), "minimize", set()),  # one value alone is not the best of anything
        ((1, 1), "maximize", set()),
        ((1, 1.0), "maximize", set()),
        ((math.inf, 10**400, 1), "minimize", {2}),
        ((0.5,), "maximize", set()),
    ],
)
def test_the_best_of_a_row(values: tuple[float, ...], direction: str, best: set[int]) -> None:
    matrix = compare(*({"metrics": {"auc": value}} for value in values), auc=direction)
    assert row_of(matrix, "metrics.auc").best == best
    assert matrix.undirected == ()


def test_metrics_without_a_direction_are_named_where_there_is_a_choice() -> None:
    matrix = compare(
        {"metrics": {"loss": 1, "same": 1, "alone": 1, "auc": 1}},
        {"metrics": {"loss": 2, "same": 1, "auc": 2}},
        auc="maximize",
    )
    assert matrix.undirected == ("loss",)
    assert compare({"metrics": {"loss": 1}}).undirected == ()


def test_rows_that_are_asked_for_come_in_that_order() -> None:
    runs = (
        {
            "params": {"lr": 1},
            "metrics": {"auc": make_summary(1, min=0.5)},
            "details": {"code.commit": "c", "data.x": "m"},
        },
        {},
    )
    keys = ("metrics.auc.min", "lr", "code.*", "data.x", "id")
    assert [row.column.key for row in compare(*map(dict, runs), keys=keys).rows] == [
        "metrics.auc.min", "params.lr", "code.commit", "data.x", "id",
    ]  # fmt: skip
    with pytest.raises(UsageError, match=r"--rows code\.commits") as caught:
        compare(*map(dict, runs), keys=("code.commits",))
    assert caught.value.hint == "did you mean code.commit, commit?"


def test_a_seed_among_the_params_is_told_once() -> None:
    told = compare({"params": {"t.seed": 1}, "details": {"seed": 1}}, {"params": {"t.seed": 2}, "details": {"seed": 2}})
    assert [row.column.key for row in told.rows if "seed" in row.column.key] == ["params.t.seed"]
    other = compare({"params": {"seed": 1}, "details": {"seed": 3}}, {"params": {"seed": 2}, "details": {"seed": 2}})
    assert [row.column.key for row in other.rows if "seed" in row.column.key] == ["seed", "params.seed"]


def test_names_are_a_row_where_two_runs_share_one() -> None:
    assert "name" not in [row.column.key for row in compare({}, {}).rows]
    assert compare({"name": "same"}, {"name": "same"}).rows[0].column.key == "name"


@given(st.lists(st.tuples(PARAMS, METRICS), min_size=1, max_size=4), st.sampled_from(["maximize", "minimize"]))
def test_nothing_is_lost_and_nothing_made_up(runs: list[tuple[dict[str, Any], dict[str, Any]]], direction: str) -> None:
    matrix = compare(*({"params": params, "metrics": metrics} for params, metrics in runs), auc=direction)
    for part, sources in (("params", [params for params, _ in runs]), ("metrics", [metrics for _, metrics in runs])):
        rows = matrix.rows_of(part)  # type: ignore[arg-type]
        assert {row.column.name for row in rows} == {key for source in sources for key in source}
        for row in rows:
            for cell, source in zip(row.cells, sources, strict=True):
                assert cell.present == (row.column.name in source)
                assert not cell.present or equal_values(cell.value, source[row.column.name])
            assert all(row.cells[place].present for place in row.best)
            assert not (row.is_same and row.best)


def test_details_of_a_run() -> None:
    details = find_details(replace(make_full_run(), cost=Cost(97.0, 2.5, "EUR", 0.067361, 0.01, ("cpu",))))
    assert set(details) == {*DETAILS, "data.data/train.csv"}
    assert details["environment.gpus"] == "Example GPU"
    clean = make_run(
        code=Code("2" * 40, "main", dirty=False, snapshot="2" * 40),
        environment=Environment(gpus=(Gpu("A"), Gpu("A"), Gpu("B"))),
        data=(DataItem("d", None, None, why="too large"),),  # type: ignore[arg-type]
    )
    assert find_details(clean) == {
        "host": "rechner", "code.commit": "2" * 40, "code.branch": "main", "code.dirty": False,
        "data.d": "not hashed: too large", "environment.gpus": "2 x A, B",
    }  # fmt: skip


def test_which_keys_need_the_manifest() -> None:
    assert not may_be_details(("id", "params.lr", "metrics.*", "tags.team"))
    assert all(may_be_details((key,)) for key in ("lr", "code.commit", "*", "seed", "data.*"))
    assert [key for key in (*DETAILS, "data.x", "params.commit") if is_hash(key)] == [
        "code.commit", "code.snapshot", "environment.packages", "data.x",
    ]  # fmt: skip
