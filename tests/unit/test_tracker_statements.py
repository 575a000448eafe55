"""``log_params``, ``tag``, ``note``, ``summary`` and ``current``: what is given, and what stands in the journal."""

from __future__ import annotations

import argparse
import pathlib
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import gitexp
from gitexp.format.frames import NOTE, PARAMS, SUMMARY, TAGS
from gitexp.tracker.writer import WRITER
from kit.scripts import ID, NAME

if TYPE_CHECKING:
    from kit.scripts import ScriptJournal


class Optimiser(Enum):
    ADAM = "adam"


@dataclass
class Model:
    depth: int = 4
    layers: list[int] = field(default_factory=lambda: [64, 32])


@pytest.mark.parametrize(
    ("given", "params"),
    [
        ({"lr": 0.1, "layers": (64, 32), "on": True, "none": None}, {"lr": 0.1, "layers": [64, 32], "on": True,
                                                                       "none": None}),
        ({"model": {"depth": 4, "empty": {}}}, {"model.depth": 4, "model.empty": {}}),
        (argparse.Namespace(lr=0.1, model=Model()), {"lr": 0.1, "model.depth": 4, "model.layers": [64, 32]}),
        (Model(3), {"depth": 3, "layers": [64, 32]}),
        ({"x": np.float64(0.1), "y": np.int64(3), "z": np.array([1.5, 2.0])}, {"x": 0.1, "y": 3, "z": [1.5, 2.0]}),
        ({"x": np.zeros((30, 30))}, {"x": "an ndarray of shape (30, 30)"}),
        ({"path": pathlib.PurePosixPath("a/b"), "opt": Optimiser.ADAM}, {"path": "a/b", "opt": "adam"}),
        ({"kind": Model, "f": np.mean, "set": {3, 1}}, {"kind": f"{__name__}.Model", "f": "numpy.mean", "set": [1, 3]}),
        ({"blocks": [{"n": 1}, {"n": Model()}]}, {"blocks": [{"n": 1}, {"n": {"depth": 4, "layers": [64, 32]}}]}),
        ({1: 2, "a\ud800": "b\ud800", "bytes": b"\xff"}, {"1": 2, "a\\ud800": "b\\ud800", "bytes": "\\xff"}),
        ({"z": 1j}, {"z": "1j"}),
    ],
)  # fmt: skip
def test_params(journal: ScriptJournal, given: Any, params: dict[str, object]) -> None:
    gitexp.log_params(given)

    assert journal.records(PARAMS) == [(params,)]
    assert repr(journal.records(PARAMS)) == repr([(params,)])


def test_params_by_name_add_to_those_given(journal: ScriptJournal) -> None:
    gitexp.log_params({"lr": 0.1}, seed=3)
    gitexp.log_params(lr=0.2)
    gitexp.log_params()
    gitexp.log_params("lr=3")

    assert journal.records(PARAMS) == [({"lr": 0.1, "seed": 3},), ({"lr": 0.2},)]
    assert journal.warnings == ["log_params: a str is left out: params are a dict of names and values"]


def test_a_param_in_itself_ends(journal: ScriptJournal) -> None:
    endless: list[object] = [1]
    endless.append(endless)
    around: dict[str, object] = {"a": endless}
    around["b"] = around

    gitexp.log_params(around)

    ((params,),) = journal.records(PARAMS)
    assert params["b.b.a"][0] == 1


def test_tags(journal: ScriptJournal) -> None:
    gitexp.tag("baseline")
    gitexp.tag({"team": "fraud", "list": [1, 2]}, priority=np.int64(3))
    gitexp.tag(3)  # type: ignore[arg-type]

    assert journal.records(TAGS) == [({"baseline": True},), ({"team": "fraud", "list": "[1, 2]", "priority": 3},)]
    assert journal.warnings == ["tag: an int is left out: a tag is text, or a dict of names and values"]


def test_notes(journal: ScriptJournal) -> None:
    gitexp.note("first")
    gitexp.note("second\nline \ud800")

    assert journal.records(NOTE) == [("first",), ("second\nline \\ud800",)]


def test_summary(journal: ScriptJournal) -> None:
    gitexp.summary["best"] = max(gitexp.summary.get("best", 0), 0.9)
    gitexp.summary.update({"worst": np.float32(0.5)}, name="text")

    assert journal.records(SUMMARY) == [({"best": 0.9},), ({"worst": 0.5},)]
    assert gitexp.summary["best"] == 0.9
    assert {"best", "worst"} <= set(gitexp.summary)
    assert journal.warnings == ["summary: 'name' is left out: a str is no number"]


def test_the_current_run(journal: ScriptJournal) -> None:
    run = gitexp.current()

    assert run is not None
    assert (run.id, run.name, pathlib.Path(run.folder)) == (ID, NAME, journal.folder / "artifacts")


def test_outside_a_run_nothing_happens(capfd: pytest.CaptureFixture[str], tmp_path: pathlib.Path) -> None:
    assert WRITER.silent
    gitexp.log({"a": "text"})
    gitexp.log_params(3)
    gitexp.tag(3)  # type: ignore[arg-type]
    gitexp.note("x")
    gitexp.summary["outside"] = 1
    gitexp.log_artifact("nowhere")
    gitexp.log_text("a", "b")
    gitexp.log_table("a", 3)
    gitexp.log_image("a", 3)
    gitexp.log_figure("a", 3)

    assert gitexp.current() is None
    assert gitexp.summary["outside"] == 1
    assert capfd.readouterr() == ("", "")


def test_what_can_be_used_is_listed_and_documented() -> None:
    assert set(gitexp.__all__) <= set(dir(gitexp))
    assert [name for name in gitexp.__all__ if not getattr(gitexp, name).__doc__] == []
    with pytest.raises(AttributeError, match="has no attribute 'lag'"):
        gitexp.lag  # type: ignore[attr-defined]  # noqa: B018
