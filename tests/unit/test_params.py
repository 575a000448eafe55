"""Params: flattening, typing words, and merging sources without losing one."""
# ruff: noqa: E501 - tables of cases

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import InvalidValue
from gitexp.model.params import (
    MergedParams,
    ParamSource,
    Rank,
    flatten,
    format_assignment,
    merge_params,
    parse_assignment,
    parse_value,
    prefer_said,
)
from gitexp.model.values import equal_values

if TYPE_CHECKING:
    from gitexp.model.values import Params, Value

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12))
VALUES = st.one_of(
    SCALARS, st.lists(SCALARS, max_size=3), st.sampled_from(["1e-5", " a", "null", "'x'", "[1", "~", ""])
)


def test_nested_mappings_become_dotted_keys() -> None:
    nested = {"lr": 0.1, "model": {"depth": 4, "head": {"dim": 8}}, "empty": {}, "dims": [1, 2], "layers": [{"n": 1}]}
    assert flatten(nested) == {
        "lr": 0.1,
        "model.depth": 4,
        "model.head.dim": 8,
        "empty": {},
        "dims": [1, 2],
        "layers": [{"n": 1}],
    }


def test_a_dotted_key_and_a_nested_one_are_both_kept() -> None:
    assert flatten({"a.b": 1, "a": {"b": 2, "b#2": 3}}) == {"a.b": 1, "a.b#2": 2, "a.b#2#2": 3}


def test_keys_that_are_no_strings_become_their_text() -> None:
    mapping: dict = {True: "b", None: {2.5: ["c", {3: 4}]}}
    assert flatten(mapping) == {"true": "b", "null.2.5": ["c", {"3": 4}]}


FLAT = st.dictionaries(st.sampled_from(["a", "b", "a.b", "x:a", "a#2"]), st.sampled_from([1, 1.0, True, "1", math.nan]))
NESTED = st.recursive(
    st.sampled_from([1, 2, "x", [1], {}]),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "a.b", "b#2", ""]), inner, max_size=3),
    max_leaves=8,
)


def count_leaves(value: object) -> int:
    return sum(map(count_leaves, value.values())) if isinstance(value, dict) and value else 1


@given(st.dictionaries(st.sampled_from(["a", "b", "a.b", "a.b#2"]), NESTED, min_size=1))
def test_no_leaf_is_lost_by_flattening(nested: dict) -> None:
    assert len(flatten(nested)) == count_leaves(nested)


@given(st.lists(st.tuples(st.sampled_from(["x", "flag", "p.yaml"]), FLAT, st.sampled_from(list(Rank))), max_size=5))
def test_no_value_of_any_source_is_lost_by_merging(given_sources: list) -> None:
    sources = [ParamSource(*one) for one in given_sources]
    merged = merge_params(sources)
    assert merged.params.keys() == merged.sources.keys()
    for source in sources:
        for key, value in source.values.items():
            places = [
                place
                for place in merged.params
                if place == key or place == f"{source.name}:{key}" or place.startswith(f"{source.name}:{key}#")
            ]
            assert any(equal_values(merged.params[place], value) for place in places)


@given(st.lists(st.tuples(st.sampled_from(["x", "y"]), FLAT, st.sampled_from(list(Rank))), max_size=4))
def test_the_stronger_source_has_the_bare_key(given_sources: list) -> None:
    sources = [ParamSource(*one) for one in given_sources]
    merged = merge_params(sources)
    for key in {key for source in sources for key in source.values}:
        strongest = min((source for source in sources if key in source.values), key=lambda source: source.rank)
        assert equal_values(merged.params[key], strongest.values[key])
        assert merged.sources[key] == strongest.name


def test_priorities_and_the_name_of_the_value_that_lost() -> None:
    merged = merge_params(
        [
            ParamSource("params.yaml", {"lr": 0.1, "epochs": 10, "model": {"depth": 3}}, Rank.FILE),
            ParamSource("flag", {"lr": 0.2, "epochs": 10}, Rank.FLAG),
            ParamSource("conf/a.yaml", {"lr": 0.3}, Rank.NAMED_FILE),
            ParamSource("--param", {"model.depth": 5}, Rank.ASSIGNMENT),
        ]
    )
    assert merged.params == {
        "model.depth": 5,
        "lr": 0.2,
        "epochs": 10,
        "conf/a.yaml:lr": 0.3,
        "params.yaml:lr": 0.1,
        "params.yaml:model.depth": 3,
    }
    assert merged.sources == {
        "model.depth": "--param",
        "lr": "flag",
        "epochs": "flag",
        "conf/a.yaml:lr": "conf/a.yaml",
        "params.yaml:lr": "params.yaml",
        "params.yaml:model.depth": "params.yaml",
    }


def test_a_source_given_twice_keeps_both_values() -> None:
    twice = [ParamSource("--param", {"lr": 1}, Rank.ASSIGNMENT), ParamSource("--param", {"lr": 2}, Rank.ASSIGNMENT)]
    assert merge_params(twice).params == {"lr": 1, "--param:lr": 2}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", 0.1), ("1e-5", 1e-5), ("3", 3), ("-3", -3), ("012", 12), ("0x10", 16), ("inf", math.inf), ("-inf", -math.inf), ("nan", math.nan),
        (".inf", math.inf), ("true", True), ("False", False), ("null", None), ("None", None), ("none", "none"), ("no", "no"), ("", ""), ("~", "~"),
        ("[1, 2.5, \"a\"]", [1, 2.5, "a"]), ('{"a": {"b": 1}}', {"a": {"b": 1}}), ("[a, b]", "[a, b]"), ("{", "{"), ("[" * 100_000, "[" * 100_000),
        ('"1"', "1"), ("'1'", "1"), ('"a\\n"', "a\n"), ("'it''s'", "it's"), ('"', '"'), ('"a"b"', 'a"b'), ("2026_01_05", "2026_01_05"), ("1234e567", "1234e567"),
        ("2026-01-05", "2026-01-05"), ("adam", "adam"), ("1:30", "1:30"), ("s3://b/k", "s3://b/k"), ("1.2.3", "1.2.3"), ("10%", "10%"), ("1,2", "1,2"),
    ],
)  # fmt: skip
def test_words_become_typed_values(text: str, value: object) -> None:
    assert equal_values(parse_value(text), value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [("lr=0.1", "lr", 0.1), ("model.depth=4", "model.depth", 4), ("a=b=c", "a", "b=c"), ("a=", "a", ""), ("a = 1", "a", 1)],
)  # fmt: skip
def test_assignments(text: str, key: str, value: object) -> None:
    assert parse_assignment(text) == (key, value)


def test_an_assignment_of_a_mapping_is_flattened_with_the_rest() -> None:
    key, value = parse_assignment('model={"depth": 4, "dims": [1, 2]}')
    assert flatten({key: value}) == {"model.depth": 4, "model.dims": [1, 2]}


@pytest.mark.parametrize("text", ["lr", "", "=1", "  =1"])
def test_what_is_no_assignment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_assignment(text)
    assert caught.value.hint == "--param lr=0.1"
    assert caught.value.exit_status == 2


@given(st.text())
def test_every_word_has_a_value(text: str) -> None:
    value = parse_value(text)
    assert value is None or isinstance(value, (bool, int, float, str, list, dict))


def test_what_the_script_said_is_what_ran() -> None:
    found = MergedParams(
        {"lr": 0.1, "epochs": 3, "depth": 4, "key": "[redacted]", "other": "x"},
        {"lr": "flag", "epochs": "flag", "depth": "--param", "key": "flag", "other": "params.yaml"},
    )
    said: Params = {"lr": 0.2, "epochs": 3.0, "depth": 5, "key": "secret", "new": [1]}
    merged, contradicted = prefer_said(found, said, "api", "[redacted]")
    assert merged.params == {
        "lr": 0.2, "epochs": 3.0, "depth": 4, "key": "secret", "other": "x", "new": [1], "flag:lr": 0.1, "api:depth": 5,
    }  # fmt: skip
    assert merged.sources == {
        "lr": "api", "epochs": "api", "depth": "--param", "key": "api", "other": "params.yaml", "new": "api",
        "flag:lr": "flag", "api:depth": "api",
    }  # fmt: skip
    assert contradicted == ("depth",)
    assert found.params["lr"] == 0.1


@given(st.text("ab.", min_size=1, max_size=4), VALUES)
def test_an_assignment_is_read_as_it_is_written(key: str, value: Value) -> None:
    read_key, read = parse_assignment(format_assignment(key, value))

    assert read_key == key
    assert equal_values(read, value)
