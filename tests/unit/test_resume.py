"""What is typed after --fork, and what a script is told."""

from __future__ import annotations

import pytest

import gitexp
from gitexp.actions import record
from gitexp.actions.request import Continued
from gitexp.actions.resume import split_step
from gitexp.actions.resume_words import describe_variables, tell_params
from gitexp.model.ids import RunId
from gitexp.store.journal import JOURNAL_VARIABLE
from gitexp.tracker.continued import CONTINUED_VARIABLES
from kit.runs import make_run

BEFORE = Continued(RunId("k3v9x2mabc"), "amber", 40, {"lr": 0.1, "depth": 4, "logged": 1})


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("k3v9", ("k3v9", None)),
        ("k3v9@400", ("k3v9", 400)),
        ("last~2@0.5", ("last~2", 0.5)),
        ("fraud@production", ("fraud@production", None)),
        ("fraud@production@400", ("fraud@production", 400)),
        ("k3v9@", ("k3v9@", None)),
        ("@4", ("@4", None)),
        ("400", ("400", None)),
        ("k3v9@nan", ("k3v9@nan", None)),
        ("k3v9@-1", ("k3v9", -1)),
    ],
)
def test_a_step_after_a_run(spec: str, expected: tuple[str, int | float | None]) -> None:
    assert split_step(spec) == expected


def test_params_that_differ_are_told() -> None:
    told = tell_params(BEFORE, make_run(params={"lr": 0.5, "depth": 4, "new": "x"}))
    assert told == ("params differ from those of amber: lr 0.1 -> 0.5, new none -> x",)
    assert tell_params(BEFORE, make_run(params={"lr": 0.1, "depth": 4})) == ()
    many = tell_params(BEFORE, make_run(params={f"p{number}": number for number in range(9)}))
    assert many[0].endswith("p5 none -> 5 and 3 more")


@pytest.mark.parametrize(
    ("continued", "expected"),
    [
        (BEFORE, ("k3v9x2mabc", 40, False)),
        (BEFORE._replace(step=0.5, is_fork=True), ("k3v9x2mabc", 0.5, True)),
        (BEFORE._replace(step=None), ("k3v9x2mabc", None, False)),
    ],
)
def test_a_script_is_told(
    continued: Continued, expected: tuple[str, int | float | None, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gitexp.resumed() is None
    assert (gitexp.resumed_step(), gitexp.resumed_step(-1)) == (None, -1)
    for name, value in describe_variables(continued).items():
        monkeypatch.setenv(name, value)
    found = gitexp.resumed()
    assert found is not None
    assert (found.id, found.step, found.is_fork) == expected
    assert gitexp.resumed_step(-1) == (-1 if expected[1] is None else expected[1])


def test_a_run_within_a_run_is_not_told_of_the_outer_one() -> None:
    assert set(record._OF_ONE_RUN) == {JOURNAL_VARIABLE, *CONTINUED_VARIABLES}
    assert set(CONTINUED_VARIABLES) <= set(gitexp._NAMES)
