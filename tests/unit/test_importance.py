"""Importance of params: what a forest learned is told, and so is what it did not."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from gitexp.errors import NothingToPlot, UsageError
from gitexp.model.comparison import Candidate
from gitexp.model.importance import make_importance
from kit.heads import make_head


def runs(*given: tuple[dict[str, Any], float]) -> list[Candidate]:
    """Runs with params and an auc."""
    return [
        Candidate(make_head(f"k{place:09d}", params=params, metrics={"auc": auc}, name=f"run-{place}"), {})
        for place, (params, auc) in enumerate(given)
    ]


def drawn(count: int, *, noise: float) -> list[Candidate]:
    """Runs whose auc hangs on lr most, on opt a little, on depth not at all."""
    chance = random.Random(7)
    given = []
    for number in range(count):
        lr, opt, depth = chance.choice([1e-4, 1e-3, 1e-2]), chance.choice(["adam", "sgd"]), chance.randint(1, 9)
        params = {"lr": lr, "opt": opt, "depth": depth, "seed": number, "same": "x", "out": f"runs/{number}"}
        given.append((params, -math.log10(lr) + 0.5 * (opt == "adam") + chance.gauss(0, noise)))
    return runs(*given)


def test_what_matters_comes_first_and_what_does_not_is_near_zero() -> None:
    plot = make_importance(drawn(60, noise=0.05), "auc")
    assert [row.param for row in plot.rows] == ["lr", "opt", "depth"]
    assert plot.rows[0].importance > 3 * plot.rows[1].importance > 0
    assert abs(plot.rows[2].importance) < 0.05
    assert plot.r2 is not None
    assert plot.r2 > 0.9
    assert plot.warning is None
    assert plot.left_out == (
        "seed (the random seed)",
        "same (the same in all)",
        "out (with more than 24 different texts)",
    )


def test_the_same_runs_give_the_same_numbers() -> None:
    assert make_importance(drawn(30, noise=0.1), "auc") == make_importance(drawn(30, noise=0.1), "auc")


def test_too_few_runs_are_warned_of() -> None:
    plot = make_importance(drawn(12, noise=0.05), "auc")
    assert plot.warning is not None
    assert "12 runs for 4 params are few: 40 would do" in plot.warning


def test_noise_explains_nothing() -> None:
    chance = random.Random(3)
    plot = make_importance(runs(*(({"lr": chance.random()}, chance.random()) for _ in range(30))), "auc")
    assert plot.warning is not None
    assert plot.warning.startswith("the forest explains nothing of runs that it has not seen (R² ")


def test_a_missing_param_tells_something_too() -> None:
    plot = make_importance(
        runs(*(({"lr": 0.1} if number % 2 else {}, float(number % 2)) for number in range(40))), "auc"
    )
    assert plot.rows[0].param == "lr"
    assert plot.rows[0].importance > 0.5


def test_runs_without_a_finite_value_are_named() -> None:
    given = [({"lr": float(number)}, float(number)) for number in range(10)]
    plot = make_importance(runs(*given, ({"lr": 1.0}, math.nan), ({"lr": 2.0}, math.inf)), "auc")
    assert plot.runs == 10
    assert plot.left_out == ("auc of run-10 and run-11 is not finite",)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([({"lr": 0.1}, 1.0)], "1 run has a finite auc: importance needs 5"),
        ([({"lr": 0.1}, float(number)) for number in range(9)], "no param differs"),
        ([({"lr": float(number)}, 1.0) for number in range(9)], "auc is 1 in all 9 runs"),
    ],
)
def test_nothing_to_learn_from(given: list[tuple[dict[str, Any], float]], words: str) -> None:
    with pytest.raises(NothingToPlot, match=words):
        make_importance(runs(*given), "auc")


def test_a_metric_that_is_none() -> None:
    with pytest.raises(UsageError, match="it is no number"):
        make_importance(drawn(9, noise=0.1), "opt")
