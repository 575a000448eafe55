from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitexp.model.seed import find_seed

if TYPE_CHECKING:
    from gitexp.model.values import Params


@pytest.mark.parametrize(
    ("params", "seed"),
    [
        ({"lr": 0.1, "seed": 42}, 42),
        ({"random-state": 7}, 7),
        ({"model.seed": 1, "seed": 2}, 2),
        ({"random_state": 1, "seed": 2}, 2),
        ({"data.seed": 3, "model.seed": 3}, 3),
        ({"data.seed": 3, "model.seed": 4}, None),
        ({"train.deep.seed": 5, "train.random_seed": 6}, 6),
        ({"Seed": 0}, 0),
        ({"seed": True}, None),
        ({"seed": "42"}, None),
        ({"seed": [1, 2]}, None),
        ({"seeds": 5, "seed_everything.x": 1}, None),
        ({}, None),
    ],
)
def test_the_seed_among_the_params(params: Params, seed: int | None) -> None:
    assert find_seed(params) == seed
