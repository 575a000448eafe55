"""Tables of runs: order, columns, what is constant, and orders that people expect."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import UsageError
from gitexp.model.listing import ListingRequest, list_runs, sort_heads, unique_length
from gitexp.model.ordering import natural_key, sort_present_first
from gitexp.model.run import Status, User
from kit.heads import make_head, make_summary


def keys(*heads: object, **request: object) -> list[str]:
    return [column.key for column in list_runs(heads, ListingRequest(**request), {}).columns]  # type: ignore[arg-type]


def test_going_runs_come_first_then_the_newest() -> None:
    heads = [
        make_head("g000000000", minutes=0),
        make_head("h000000000", minutes=1, status=Status.RUNNING),
        make_head("j000000000", minutes=2),
    ]
    assert [head.id[0] for head in sort_heads(heads)] == ["h", "j", "g"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("started", "ghj"),
        ("-started", "jhg"),
        ("name", "hgj"),  # run-2 before run-10
        ("seconds", "jhg"),
        ("params.lr", "ghj"),
        ("-params.lr", "hgj"),  # what is missing stays last
        ("metrics.loss", "jgh"),
        ("-metrics.loss", "gjh"),  # NaN after numbers in both directions
        ("-loss", "gjh"),
        ("metrics.loss.min", "gjh"),
    ],
)
def test_sorts_by_any_column(sort: str, order: str) -> None:
    heads = [
        make_head(
            "g000000000",
            name="run-10",
            minutes=0,
            seconds=9,
            params={"lr": 0.1},
            metrics={"loss": make_summary(3.0, min=0.5)},
        ),
        make_head("h000000000", name="run-2", minutes=1, seconds=5, params={"lr": 0.5}, metrics={"loss": math.nan}),
        make_head("j000000000", name="walk", minutes=2, seconds=1, metrics={"loss": 1}),
    ]
    assert "".join(head.id[0] for head in sort_heads(heads, sort)) == order


def test_equal_params_are_named_beneath_and_differing_ones_are_columns() -> None:
    heads = [
        make_head("g000000000", params={"lr": 0.1, "depth": 4, "seed": 1}, metrics={"auc": 0.5, "epochs": 10}),
        make_head("h000000000", params={"lr": 0.2, "depth": 4}, metrics={"auc": 0.6, "epochs": 10}, tags={"team": "a"}),
    ]
    table = list_runs(heads, ListingRequest(), {"auc": "maximize"})
    assert [column.key for column in table.columns] == [
        "id", "name", "status", "started", "seconds", "params.lr", "params.seed", "metrics.auc", "tags",
    ]  # fmt: skip
    assert [(column.key, cell.value) for column, cell in table.constant] == [
        ("params.depth", 4),
        ("metrics.epochs", 10),
    ]
    assert table.best["metrics.auc"].value == 0.6
    assert list(table.best) == ["metrics.auc"]


def test_true_and_one_are_not_the_same_and_null_is_not_absent() -> None:
    assert "params.x" in keys(make_head("g000000000", params={"x": True}), make_head("h000000000", params={"x": 1}))
    assert "params.x" in keys(make_head("g000000000", params={"x": None}), make_head("h000000000"))


def test_one_run_keeps_all_its_columns() -> None:
    table = list_runs([make_head(params={"lr": 0.1})], ListingRequest(), {})
    assert table.columns[-1].key == "params.lr"
    assert table.constant == ()


def test_all_columns_for_files() -> None:
    heads = [make_head("g000000000", params={"lr": 0.1}), make_head("h000000000", params={"lr": 0.1})]
    assert keys(*heads, choice="all") == [
        "id", "name", "experiment", "status", "started", "seconds", "ended", "user", "command", "params.lr",
    ]  # fmt: skip


def test_users_and_experiments_show_where_they_differ_or_are_asked_for() -> None:
    other = User("Grace Hopper", "grace@example.org")
    heads = [make_head("g000000000"), make_head("h000000000", user=other, experiment="b")]
    assert keys(*heads, show_experiment=True) == ["id", "name", "experiment", "status", "started", "seconds", "user"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("name", "params.lr"), ["name", "params.lr"]),
        (("lr",), ["params.lr"]),
        (("metrics.*",), ["metrics.auc", "metrics.loss", "metrics.same"]),
        (("loss.max",), ["metrics.loss.max"]),
        (("lss.max",), None),
        (("metrics.loss.max",), ["metrics.loss.max"]),
        (("*.l*", "params.lr"), ["params.lr", "metrics.loss"]),
        (("id", "id"), ["id"]),
    ],
)
def test_columns_are_named_by_key_bare_key_or_glob(asked: tuple[str, ...], found: list[str] | None) -> None:
    head = make_head(params={"lr": 0.1, "same": 1}, metrics={"loss": 1.0, "auc": 2.0, "same": 3})
    if found is None:
        with pytest.raises(UsageError, match="no run here has it"):
            keys(head, columns=asked)
    else:
        assert keys(head, columns=asked) == found


def test_a_bare_key_that_means_two_columns_is_asked_back() -> None:
    with pytest.raises(UsageError, match=r"params\.same or metrics\.same\?"):
        keys(make_head(params={"same": 1}, metrics={"same": 3}), columns=("same",))


def test_a_misspelt_column_gets_the_nearest_as_hint() -> None:
    with pytest.raises(UsageError) as caught:
        sort_heads([make_head(metrics={"val_auc": 1})], "-val_acu")
    assert caught.value.hint == "did you mean metrics.val_auc?"
    assert sort_heads([], "-val_acu") == []


def test_the_limit_cuts_after_sorting_and_says_how_many_there_were() -> None:
    heads = [make_head(f"g00000000{place}", minutes=place, params={"x": place}) for place in range(5)]
    table = list_runs(heads, ListingRequest(limit=2), {})
    assert [head.params["x"] for head in table.heads] == [4, 3]
    assert (table.total, table.left_over) == (5, 3)
    assert len(list_runs(heads, ListingRequest(limit=0), {}).heads) == 5


def test_short_ids_differ_from_runs_outside_the_table_too() -> None:
    table = list_runs([make_head("swan000000")], ListingRequest(), {}, others=["swan011111"])  # type: ignore[list-item]
    assert table.id_length == 6
    assert unique_length(["swan000000"], {"swan000000"}) == 4  # type: ignore[list-item,arg-type]
    assert unique_length([], set()) == 4


@given(st.lists(st.integers(0, 10**30), min_size=1), st.text())
def test_numbers_inside_texts_sort_by_size(numbers: list[int], word: str) -> None:
    word = word.rstrip("0123456789") + "-"
    texts = [f"{word}{number}" for number in numbers]
    assert sorted(texts, key=natural_key) == [f"{word}{number}" for number in sorted(numbers)]


@given(
    st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()))),
    st.booleans(),
)
def test_any_values_sort_and_none_is_lost(values: list[object], reverse: bool) -> None:
    ordered = sort_present_first(values, lambda value: value, reverse=reverse)  # type: ignore[arg-type,return-value]
    assert sorted(map(repr, ordered)) == sorted(map(repr, values))
    missing = sum(value is None for value in values)
    assert all(value is None for value in ordered[len(ordered) - missing :])
    numbers = [value for value in ordered if isinstance(value, (int, float)) and value == value]
    assert numbers == sorted(numbers, reverse=reverse)
