"""``gitexp.log``: what a script gives, and what stands in the journal."""

from __future__ import annotations

import contextlib
import functools
import math
import signal
from collections import OrderedDict, defaultdict
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

import gitexp

if TYPE_CHECKING:
    from kit.scripts import ScriptJournal


class Level(IntEnum):
    HIGH = 3


class Ratio(float):
    pass


class Hostile:
    def __float__(self) -> float:
        raise RuntimeError("no")

    @property
    def shape(self) -> tuple[int, ...]:
        raise RuntimeError("nor this")


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1, 1),
        (10**30, 10**30),
        (0.5, 0.5),
        (True, 1),
        (Level.HIGH, 3),
        (Ratio(0.25), 0.25),
        (Decimal("0.125"), 0.125),
        (Fraction(1, 4), 0.25),
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.float16(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.int64(7), 7),
        (np.uint8(7), 7),
        (np.bool_(True), 1),
        (np.array(0.5), 0.5),
        (np.array([0.5]), 0.5),
        (np.array([[3]]), 3),
        (math.inf, math.inf),
    ],
)
def test_a_number_of_any_kind_is_plain_in_the_journal(journal: ScriptJournal, value: Any, number: float) -> None:
    gitexp.log({"x": value}, step=value)

    ((step, values),) = journal.metrics
    assert (values, type(values["x"])) == ({"x": number}, type(number))
    assert (step, type(step)) == (number, type(number))
    assert journal.warnings == []


def test_nan_is_kept(journal: ScriptJournal) -> None:
    gitexp.log(a=math.nan, b=np.float32("nan"))

    ((_, values),) = journal.metrics
    assert [math.isnan(value) for value in values.values()] == [True, True]


def test_tensors(journal: ScriptJournal) -> None:
    torch = pytest.importorskip("torch")

    gitexp.log(a=torch.tensor(0.5, requires_grad=True), b=torch.tensor([2]), c=torch.ones(2))

    assert journal.metrics == [(None, {"a": 0.5, "b": 2})]
    assert journal.warnings == ["log: 'c' is left out: a Tensor of shape (2,) is no number"]


def test_jax_arrays(journal: ScriptJournal) -> None:
    jax = pytest.importorskip("jax.numpy")

    gitexp.log(a=jax.array(0.5), b=jax.array([2]))

    assert journal.metrics == [(None, {"a": 0.5, "b": 2})]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "None"),
        ("0.5", "a str"),
        (b"1", "a bytes"),
        ([1.0], "a list"),
        ((1,), "a tuple"),
        ({1}, "a set"),
        (1j, "a complex"),
        (np.complex128(1), "a complex128 of shape ()"),
        (np.ones((2, 3)), "an ndarray of shape (2, 3)"),
        (np.array([]), "an ndarray of shape (0,)"),
        (np.str_("1"), "a str_ of shape ()"),
        (np.datetime64("2026-01-01", "ns"), "a datetime64 of shape ()"),
        (object(), "an object"),
        (float, "a type"),
    ],
)
def test_what_is_no_number_is_left_out_and_told(
    journal: ScriptJournal, capfd: pytest.CaptureFixture[str], value: object, kind: str
) -> None:
    for step in range(3):
        gitexp.log({"good": 1, "x": value}, step=step)

    assert journal.metrics == [(0, {"good": 1}), (1, {"good": 1}), (2, {"good": 1})]
    sentence = f"log: 'x' is left out: {kind} is no number"
    assert journal.warnings == [sentence]
    assert capfd.readouterr().err == f"gitexp: {sentence} (told once)\n"


@pytest.mark.parametrize(
    ("call", "steps", "values"),
    [
        (lambda: gitexp.log({"a": 1}), [None], {"a": 1}),
        (lambda: gitexp.log(a=1, b=2.5, step=3), [3], {"a": 1, "b": 2.5}),
        (lambda: gitexp.log({"a": 1}, b=2, step=-0.5), [-0.5], {"a": 1, "b": 2}),
        (lambda: gitexp.log({"train": {"loss": 1, "auc": {"mean": 2}}, "lr": 3}), [None],
         {"train.loss": 1, "train.auc.mean": 2, "lr": 3}),
        (lambda: gitexp.log({1: 2, None: 3, ("a", "b"): 4}), [None], {"1": 2, "None": 3, "('a', 'b')": 4}),
        (lambda: gitexp.log({"a\ud800b": 1}), [None], {"a\\ud800b": 1}),
        (lambda: gitexp.log({"ä/b c\n": 1}), [None], {"ä/b c\n": 1}),
        (lambda: gitexp.log(OrderedDict(a=1)), [None], {"a": 1}),
        (lambda: gitexp.log(defaultdict(float, a=1.5)), [None], {"a": 1.5}),
        (lambda: gitexp.log(MappingProxyType({"a": 1})), [None], {"a": 1}),
        (lambda: gitexp.log(metrics=1), [None], {"metrics": 1}),
        (lambda: gitexp.log({"a": 1}, 3), [3], {"a": 1}),  # as others have it
    ],
)  # fmt: skip
def test_forms_of_a_call(journal: ScriptJournal, call: Any, steps: list[object], values: dict[str, object]) -> None:
    call()
    call()  # by then its names are known

    assert journal.metrics == [(step, values) for step in steps] * 2
    assert journal.warnings == []


@pytest.mark.parametrize("nothing", [lambda: gitexp.log(), lambda: gitexp.log({}), lambda: gitexp.log(step=3)])
def test_nothing_is_recorded_of_nothing(journal: ScriptJournal, nothing: Any) -> None:
    nothing()
    gitexp.log(a=1)

    assert journal.metrics == [(None, {"a": 1})]
    assert journal.warnings == []


@pytest.mark.parametrize("metrics", [3, "loss", ["a"], [("a", 1)], np.ones(3)])
def test_what_is_no_dict_is_told(journal: ScriptJournal, metrics: Any) -> None:
    gitexp.log(a=1)
    gitexp.log(metrics)

    assert journal.metrics == [(None, {"a": 1})]
    (warning,) = journal.warnings
    assert warning.endswith("is left out: metrics are a dict of names and numbers")


@pytest.mark.parametrize("step", ["3", [3], np.ones(2), object()])
def test_a_step_that_is_none_costs_the_step_alone(journal: ScriptJournal, step: Any) -> None:
    gitexp.log({"a": 1}, step=step)
    gitexp.log({"a": 1}, step=step)

    assert journal.metrics == [(None, {"a": 1})] * 2
    (warning,) = journal.warnings
    assert warning.startswith("log: the step is left out: ")


def test_a_dict_in_itself_is_no_number(journal: ScriptJournal) -> None:
    endless: dict[str, object] = {"b": 1}
    endless["a"] = endless

    gitexp.log(endless)

    ((_, values),) = journal.metrics
    assert values["a.a.b"] == 1
    assert len(journal.warnings) == 1


def test_a_flood_of_bad_names_is_told_in_part(journal: ScriptJournal, capfd: pytest.CaptureFixture[str]) -> None:
    for number in range(1000):
        gitexp.log({f"bad{number}": "text", "good": number})

    assert len(journal.metrics) == 1000
    assert len(journal.warnings) == 50
    assert capfd.readouterr().err.splitlines()[-1] == "gitexp: more of this is not told"


def test_a_wrong_call_is_pythons_own_error(journal: ScriptJournal) -> None:
    with pytest.raises(TypeError):
        gitexp.log({"a": 1}, 3, True)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (Hostile(), "a Hostile is no number (RuntimeError: nor this)"),
        (Fraction(10) ** 400, "a Fraction is no number (OverflowError: integer division result too large for a float)"),
    ],
)
def test_what_a_value_itself_says_is_told(journal: ScriptJournal, value: object, why: str) -> None:
    gitexp.log({"good": 1, "x": value})
    gitexp.log(good=2, step=value)
    gitexp.summary["y"] = value

    assert [values for _, values in journal.metrics] == [{"good": 1}, {"good": 2}]
    assert journal.warnings == [
        f"log: 'x' is left out: {why}",
        f"log: the step is left out: {why}",
        f"summary: 'y' is left out: {why}",
    ]


class TimeIsUp(OSError):
    """As a time limit raises it from a handler; TimeoutError is an OSError too."""


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="there are no signals of this kind")
@pytest.mark.parametrize("form", ["function", "method", "partial", "object"])
def test_what_a_signals_handler_raises_is_the_scripts(journal: ScriptJournal, form: str) -> None:
    class Limit:
        def stop(self, number: int, frame: object) -> None:
            raise TimeIsUp("an hour is over")

        __call__ = stop

    def stop(number: int, frame: object) -> None:
        raise TimeIsUp("an hour is over")

    class Slow:
        """A tensor that is waited for."""

        def item(self) -> float:
            signal.raise_signal(signal.SIGALRM)
            return 1.0

    class Rows(dict[str, float]):
        def values(self) -> Any:
            signal.raise_signal(signal.SIGALRM)
            return super().values()

    class Stream:
        def write(self, text: str) -> int:
            signal.raise_signal(signal.SIGALRM)
            return len(text)

        def flush(self) -> None: ...

    handlers: dict[str, Any] = {
        "function": stop, "method": Limit().stop, "partial": functools.partial(stop), "object": Limit(),
    }  # fmt: skip
    before = signal.signal(signal.SIGALRM, handlers[form])
    try:
        gitexp.log(a=1.0)
        with pytest.raises(TimeIsUp):
            gitexp.log(x=Slow())
        with pytest.raises(TimeIsUp):
            gitexp.log(Rows(a=2.0))
        with pytest.raises(TimeIsUp), contextlib.redirect_stderr(cast("Any", Stream())):
            gitexp.log(bad="text")
    finally:
        signal.signal(signal.SIGALRM, before)
    gitexp.log(a=3.0)
    assert [values for _, values in journal.metrics] == [{"a": 1.0}, {"a": 3.0}]


def test_who_broke_standard_error_is_told_on_the_real_one(journal: ScriptJournal) -> None:
    told = journal.run(
        "import sys\n"
        "class Broken:\n    def write(self, text): raise RuntimeError('no')\n    def flush(self): pass\n"
        "sys.stderr = Broken()\n"
        "import gitexp\ngitexp.log(x='text')\n"
    )
    assert told == "gitexp: log: 'x' is left out: a str is no number (told once)\n"


def test_what_ends_a_script_is_not_held_up(journal: ScriptJournal) -> None:
    class Impatient:
        def __float__(self) -> float:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gitexp.log(a=Impatient())
    gitexp.log(a=2)

    assert journal.metrics == [(None, {"a": 2})]


def test_times_rise_and_the_header_says_who_wrote(journal: ScriptJournal) -> None:
    import os
    import time

    from gitexp.store.machine import host_name, read_boot

    before = time.monotonic()
    gitexp.log(a=1)
    gitexp.log(a=2)

    ((header, first, second),) = journal.files
    assert header[1:6] == (1, host_name(), read_boot(), os.getpid(), None)
    assert abs(header[6] - time.time()) < 60
    assert before <= first[1] <= second[1] <= time.monotonic()
    assert (journal.folder / "log" / f"{os.getpid()}-1.log").stat().st_mode & 0o777 == 0o600
