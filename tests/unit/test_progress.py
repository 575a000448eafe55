"""How far a run is: by its last lines, else by its last step."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitexp.model.progress import Progress, find_progress


@pytest.mark.parametrize(
    ("lines", "params", "progress"),
    [
        ([" 45%|████▌     | 45/100 [00:10<00:12,  4.1it/s]"], {}, (45, 100, "")),
        (["loss=1:  45%|####5     | 45/100 [00:10<00:12,  4.1it/s, acc=0.5]"], {}, (45, 100, "")),
        ([" 45%|████▌     | 4.5M/10M [00:10<00:12]"], {}, (45, 100, "%")),
        (["Epoch 3/10 loss=0.5"], {}, (3, 10, "epoch")),
        (["Epoch [3/10], loss: 0.5"], {}, (3, 10, "epoch")),
        (["epoch: 3 of 10 done"], {}, (3, 10, "epoch")),
        (["Epoch 3/10"], {}, (2, 10, "epoch")),
        (["===== Epoch 3/10 ====="], {}, (2, 10, "epoch")),
        (["Epoch 3/10", " 40/100 ━━━━━━━━━━ 2s 40ms/step - loss: 0.5"], {}, (2.4, 10, "epoch")),
        (["Epoch 3/10:  40%|####      | 40/100 [00:10<00:12]"], {}, (2.4, 10, "epoch")),
        (["Epoch 3/10 loss=0.5", " 40%|####      | 40/100 [00:10<00:12]"], {}, (3.4, 10, "epoch")),
        (["Epoch 3/10 loss=0.5", "100%|##########| 100/100 [00:10<00:00]"], {}, (4, 10, "epoch")),
        (["100%|##########| 100/100 [00:10<00:00]", "Epoch 3/10 loss=0.5"], {}, (3, 10, "epoch")),
        (["Epoch [3/10], Step [40/100], loss: 0.5"], {}, (2.4, 10, "epoch")),
        (["Train Epoch: 3 [12800/60000 (21%)]\tLoss: 0.9"], {"epochs": 10}, (2.213333, 10, "epoch")),
        (["Train Epoch: 3 [12800/60000 (21%)]\tLoss: 0.9"], {}, None),
        (["step 120/1000 loss 0.3"], {}, (120, 1000, "step")),
        (["[ 40/100] loss=0.3"], {}, (40, 100, "")),
        (["Epoch 3 loss=0.5"], {"train.max_epochs": 10}, (3, 10, "epoch")),
        (["Epoch 30 loss=0.5"], {"epochs": 10}, None),
        (["Downloading:  45%|####5     | 45/100 [00:10<00:12]"], {}, None),
        (["100%|##########| 100/100 [00:10<00:00]", "training begins"], {}, None),
        (["2026/11/23 date", "1/2 of it", "accuracy 3/4", "step 5/3"], {}, None),
        ([], {}, None),
    ],
)
def test_by_what_was_printed(
    lines: list[str], params: dict[str, Any], progress: tuple[float, float, str] | None
) -> None:
    found = find_progress(lines, params, {}, None)
    assert (None if found is None else (round(found.done, 6), found.total, found.unit)) == progress


@pytest.mark.parametrize(
    ("params", "metrics", "step", "progress"),
    [
        ({"max_steps": 1000}, {}, 120, (120, 1000, "step")),
        ({"optim.num-iterations": 1000}, {}, 120, (120, 1000, "step")),
        ({"epochs": 10, "max_steps": 1000}, {}, 5, (5, 1000, "step")),
        ({"epochs": 10}, {}, 3, (3, 10, "epoch")),
        ({"epochs": 10}, {"epoch": 2}, 700, (2, 10, "epoch")),
        ({"epochs": 10}, {}, 700, None),
        ({"epochs": 10, "pretrain.epochs": 20}, {}, 3, None),
        ({"epochs": True}, {}, 1, None),
        ({"epochs": "ten"}, {}, 1, None),
        ({"epochs": 0}, {}, 0, None),
        ({"lr": 10}, {}, 3, None),
        ({"epochs": 10}, {}, None, None),
    ],
)
def test_by_the_last_step(
    params: dict[str, Any], metrics: dict[str, float], step: float | None, progress: tuple[float, float, str] | None
) -> None:
    assert find_progress(["nothing of note"], params, metrics, step) == progress


def test_the_time_left() -> None:
    assert Progress(1, 4).seconds_left(10) == 30
    assert Progress(4, 4).seconds_left(10) == 0
    assert Progress(0, 4).seconds_left(10) is None


LINES = st.lists(
    st.one_of(
        st.text(max_size=60),
        st.builds(
            "{}{} {}{}{} {}".format,
            st.sampled_from(["", "Epoch ", "step ", "[", "  "]),
            st.integers(0, 10**6),
            st.sampled_from(["/", " of ", "%| | "]),
            st.integers(0, 10**6),
            st.sampled_from(["", "]", "/5 [", " ━━"]),
            st.text(max_size=9),
        ),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(
    LINES, st.dictionaries(st.sampled_from(["epochs", "a.max_steps", "x"]), st.floats() | st.integers()), st.floats()
)
def test_whatever_is_printed_a_fraction_is_one(lines: list[str], params: dict[str, Any], step: float) -> None:
    found = find_progress(lines, params, {"epoch": step}, step)
    assert found is None or (0 <= found.fraction <= 1 and (found.seconds_left(60) or 0) >= 0)
