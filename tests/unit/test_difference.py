"""Two runs compared."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from gitexp.model.difference import Change, compare_metrics, compare_runs, compare_values, parse_packages
from gitexp.model.run import Code, DataItem, Environment, Status
from kit.heads import make_summary
from kit.runs import make_run

VALUES = st.dictionaries(st.text(max_size=3), st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.floats(0, 2)))


def test_params_changed_gone_and_new() -> None:
    changes = compare_values({"a10": 1, "a2": 1, "b": None, "same": 1.5}, {"a10": 1.0, "a2": 2, "c": True, "same": 1.5})
    assert changes == (
        Change("a2", "changed", 1, 2),
        Change("a10", "changed", 1, 1.0),
        Change("b", "only in a", None, None),
        Change("c", "only in b", None, True),
    )


@given(VALUES, VALUES)
def test_the_other_way_round_is_the_mirror_image(a: dict[str, object], b: dict[str, object]) -> None:
    mirror = {"changed": "changed", "only in a": "only in b", "only in b": "only in a"}
    there, back = compare_values(a, b), compare_values(b, a)  # type: ignore[arg-type]
    assert [(change.key, mirror[change.kind], change.b, change.a) for change in there] == [
        (change.key, change.kind, change.a, change.b) for change in back
    ]
    assert compare_values(a, a) == ()  # type: ignore[arg-type]


def test_a_metric_is_better_only_where_a_direction_is_known() -> None:
    a = {"auc": make_summary(0.5), "loss": make_summary(0.5), "free": make_summary(1), "gone": make_summary(1)}
    b = {"auc": make_summary(0.75), "loss": make_summary(0.75), "free": make_summary(3), "nan": make_summary(math.nan)}
    found = {
        change.key: (change.delta, change.better, change.is_equal)
        for change in compare_metrics(a, b, {"auc": "maximize", "loss": "minimize", "nan": "minimize"})
    }
    assert found == {
        "auc": (0.25, True, False),
        "free": (2, None, False),
        "gone": (None, None, False),
        "loss": (0.25, False, False),
        "nan": (None, None, False),
    }


def test_numbers_too_large_for_a_difference_have_none() -> None:
    (change,) = compare_metrics({"x": make_summary(10**400)}, {"x": make_summary(0.5)}, {})
    assert (change.delta, change.is_equal) == (None, False)


def test_packages_by_their_normal_name() -> None:
    text = "# conda\nNumPy==1.26\n\nmy_tool @ git+https://example.org/x@abc\n-e git+https://e.org/y#egg=why\nodd\n"
    assert parse_packages(text) == {
        "numpy": "1.26",
        "my-tool": "git+https://example.org/x@abc",
        "why": "editable git+https://e.org/y",
        "odd": "",
    }


def test_everything_of_two_runs() -> None:
    a = make_run(
        params={"lr": 0.1, "same": 1},
        environment=Environment(python="3.11.7", variables={"X": "1"}),
        data=(DataItem("d.csv", "m1", 1), DataItem("e.csv", None, None, why="too large")),  # type: ignore[arg-type]
    )
    b = make_run(
        params={"lr": 0.2, "same": 1},
        environment=Environment(python="3.12.1", variables={"X": "2"}),
        data=(DataItem("d.csv", "m2", 1),),  # type: ignore[arg-type]
        command=("python", "train.py", "a b"),
        status=Status.FAILED,
        exit_code=1,
        code=Code("c" * 40, "main", dirty=True, snapshot="d" * 40),
    )
    found = compare_runs(a, b, packages_a="numpy==1\n", packages_b="numpy==2\n")
    assert [change.key for change in found.params] == ["lr"]
    assert found.params_equal == 1
    assert [change.key for change in found.environment] == ["python", "variables.X"]
    assert found.packages == (Change("numpy", "changed", "1", "2"),)
    assert [change.key for change in found.data] == ["d.csv", "e.csv"]
    assert found.command == (Change("command", "changed", "python train.py --lr 0.1", "python train.py 'a b'"),)
    assert [change.key for change in found.run] == ["exit_code", "status"]
    assert not found.code.is_equal
    assert compare_runs(a, a).code.is_equal


def test_a_missing_package_list_is_unknown_not_empty() -> None:
    found = compare_runs(make_run(), make_run(), packages_a="x==1")
    assert found.packages is None
    assert found.packages_unknown == ("b",)
