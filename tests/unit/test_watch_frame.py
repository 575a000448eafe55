"""The picture of runs that are watched, at several sizes, as text."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitexp.model.going import RunView
from gitexp.model.metrics import Summary
from gitexp.model.progress import Progress
from gitexp.model.run import Status
from gitexp.render.page import Look, line_width, text_of
from gitexp.render.watch_frame import build_frame
from kit.runs import STARTED, make_run

if TYPE_CHECKING:
    from collections.abc import Sequence

PIPE = Look(None, colour=False, glyphs=True, now=STARTED + timedelta(seconds=90), zone=UTC)
EVIL = "\x1b]0;x\x07\u202e\x9b2J\nrow"
LOSS = tuple((float(step), 1 / (1 + step)) for step in range(41))
AUC = tuple((float(step), 1 - 0.5**step) for step in range(0, 41, 10))


def make_view(name: str = "amber-fox-k3v9", **changes: Any) -> RunView:
    """A run that is going, at step 40 of 100."""
    metrics = {
        "loss": Summary(LOSS[-1][1], LOSS[-1][1], 1.0, 1.0, 40, 41, "api"),
        "val_auc": Summary(1.0, 0.0, 1.0, 0.0, 40, 5, "api"),
    }
    run = make_run(name=name, status=Status.RUNNING, exit_code=None, ended_at=None, metrics=metrics, fingerprint=None)
    known: dict[str, Any] = {
        "curves": {"loss": LOSS, "val_auc": AUC},
        "lines": ("begin", "step 39 loss=0.025", "step 40 loss=0.0244"),
        "system": {
            "cpu_percent": (50.0, 180.0),
            "memory_bytes": (1e9, 2e9),
            "gpu0.utilization_percent": (97.0, 97.0),
            "gpu0.memory_bytes": (1e10, 1e10),
        },
        "progress": Progress(40, 100, "step"),
    }
    return RunView(run, **{**known, **changes})


def shown(views: Sequence[RunView], columns: int | None, rows: int | None = None, **more: Any) -> list[str]:
    """The picture in this size, as text without the spaces at the ends of lines."""
    lines = build_frame(views, PIPE._replace(width=columns), rows, **more)
    return [text_of(spans).rstrip() for spans in lines]


def test_one_run_on_80_columns() -> None:
    assert shown([make_view()], 80, 24, footer="q ends the watch") == [
        "amber-fox-k3v9  ● running  for 1m 30s  default",
        "$ python train.py --lr 0.1",
        "━━━━━━━━━━━━━━━━━━━─────────────────────────────  40%  step 40/100  2m 15s left",
        "cpu 180%      ▃█        memory 2 GB      ▅█        gpu0 97% 10 GB ██",
        "",
        "loss  0.02439  step 40                   val_auc  1.0  step 40",
        "    1.0 ┤⡇                               1.0 ┤       ⢠⠋⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉",
        "        │⡇                                   │      ⢀⠇",
        "        │⢇                                   │     ⢀⠎",
        "        │⢸                                   │     ⡜",
        "        │⢸                                   │    ⡸",
        "        │⠘⡄                                  │   ⢰⠁",
        "        │ ⢣                                  │  ⢠⠃",
        "        │ ⠈⢆                                 │ ⢀⠎",
        "        │   ⠑⠢⡀                              │ ⡎",
        "0.02439 ┤     ⠈⠉⠉⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀   0.0 ┤⡜",
        "         0                          40        0                              40",
        "",
        "output",
        "begin",
        "step 39 loss=0.025",
        "step 40 loss=0.0244",
        "",
        "q ends the watch",
    ]


def test_one_run_on_60_columns() -> None:
    assert shown([make_view()], 60, 20) == [
        "amber-fox-k3v9  ● running  for 1m 30s  default",
        "$ python train.py --lr 0.1",
        "━━━━━━━━━━━──────────────────  40%  step 40/100  2m 15s left",
        "cpu 180%      ▃█        memory 2 GB      ▅█",
        "",
        "loss  0.02439  step 40",
        "    1.0 ┤⢇",
        "        │⠸⡀",
        "        │ ⡇",
        "        │ ⢸",
        "        │  ⠱⡀",
        "        │   ⠈⠒⠤⣀⡀",
        "0.02439 ┤       ⠈⠉⠉⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀",
        "         0                                                40",
        "also: val_auc 1.0",
        "",
        "output",
        "begin",
        "step 39 loss=0.025",
        "step 40 loss=0.0244",
    ]


def test_two_runs_on_60_columns() -> None:
    ended = make_view("a-name-that-is-rather-long")
    ended = RunView(make_run(name="a-name-that-is-rather-long", metrics=ended.run.metrics), ended.curves)
    assert shown([make_view(), ended], 60, 16) == [
        "━━ amber-fox-k3v9   ● running      1m 30s  40%  2m 15s left",
        "━━ a-name-that-is…  ✓ finished     1m 37s",
        "━━ cpu 180%      ▃█        memory 2 GB      ▅█",
        "",
        "loss  0.02439  0.02439",
        "    1.0 ┤⢣",
        "        │ ⢇",
        "        │ ⠈⠢⣀",
        "0.02439 ┤    ⠉⠉⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀",
        "         0                                                40",
        "also: val_auc 1.0  1.0",
        "",
        "output of amber-fox-k3v9",
        "begin",
        "step 39 loss=0.025",
        "step 40 loss=0.0244",
    ]


def test_before_the_first_metric_the_output_has_the_screen() -> None:
    view = make_view(curves={}, system={}, progress=None, lines=tuple(f"line {number}" for number in range(50)))
    assert shown([view], 60, 12) == [
        "amber-fox-k3v9  ● running  for 1m 30s  default",
        "$ python train.py --lr 0.1",
        "",
        "output",
        *(f"line {number}" for number in range(42, 50)),
    ]


def test_some_metrics_alone() -> None:
    text = shown([make_view()], 80, 24, wanted=["val_*"])
    assert [line for line in text if line.startswith("val_auc")]
    assert not [line for line in text if line.startswith("loss")]
    assert "no metric here fits auc or x*" in shown([make_view()], 80, 24, wanted=["auc", "x*"])


def test_nothing_of_a_record_reaches_the_terminal() -> None:
    view = make_view(EVIL, curves={EVIL: LOSS}, lines=(EVIL,), system={EVIL: (1.0,)}, missing=EVIL)
    text = "\n".join(shown([view], 80, 30))
    assert "\\e]0;x" in text
    assert not any(letter in text for letter in "\x1b\x07\u202e\x9b")


def test_signs_that_every_terminal_has() -> None:
    lines = build_frame([make_view(), make_view("other")], PIPE._replace(width=80, glyphs=False), 24)
    assert "".join(map(text_of, lines)).replace("·", "").isascii()


@pytest.mark.parametrize("count", [1, 2, 5])
@settings(deadline=None)
@given(st.integers(40, 200), st.integers(8, 60), st.integers(0, 12), st.booleans())
def test_it_fits(count: int, columns: int, rows: int, metrics: int, is_ended: bool) -> None:
    names = [f"group/metric_{number}" * (number % 3 + 1) for number in range(metrics)]
    summary = Summary(0.5, 0.5, 0.5, 0.5, 3, 3, "api")
    views = [
        RunView(
            make_run(
                name="n" * 10 * (number + 1),
                metrics=dict.fromkeys(names, summary),
                **({} if is_ended else {"status": Status.RUNNING, "ended_at": None}),
            ),
            curves=dict.fromkeys(names, LOSS),
            lines=("x" * 300,) * 5,
            system=make_view().system,
            progress=Progress(1, 3, "epoch"),
        )
        for number in range(count)
    ]
    lines = build_frame(views, PIPE._replace(width=columns), rows, footer="q")
    assert len(lines) == rows
    assert max(map(line_width, lines)) <= columns
