"""The YAML door: what it reads as what, what it refuses, and that what it writes comes back."""
# ruff: noqa: E501 - tables of cases

from __future__ import annotations

import math
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gitexp.format.yaml_text import FlowDict, FlowList, YamlError, dump_yaml, load_yaml, load_yaml_with_lines
from gitexp.model.values import equal_values

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(alphabet=st.characters()),  # lone surrogates too
    st.text(alphabet="0123456789+-._eExXobnoyNOYtrufalsi:~=<> #'\"\\,[]{}&*!|%@`?T Z\t\n"),
    st.sampled_from(["1e-5", "no", "012", "1:30", "2026-01-01", ".inf", "null", "=", "0x1", "<<", "...", "---", "- a"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=8), inner, max_size=4),
        st.lists(inner, max_size=4).map(FlowList),
        st.dictionaries(st.text(max_size=8), inner, max_size=4).map(FlowDict),
    ),
    max_leaves=12,
)
MAPPINGS = st.dictionaries(st.text(), VALUES, max_size=5)


@given(MAPPINGS)
def test_what_is_written_is_read_back(mapping: dict) -> None:
    text = dump_yaml(mapping)
    assert equal_values(load_yaml(text), mapping)
    assert dump_yaml(mapping) == text


@given(st.one_of(SCALARS))
def test_pyyaml_reads_the_same_scalars_with_the_same_types(value: object) -> None:
    read = yaml.safe_load(dump_yaml({"key": value, "flow": FlowList([value])}))
    assert equal_values(read, {"key": value, "flow": [value]})


@given(st.text())
def test_pyyaml_reads_the_same_keys(key: str) -> None:
    assert yaml.safe_load(dump_yaml({key: 1})) == {key: 1}


@pytest.mark.parametrize("length", [240, 260, 1030, 5000])
@pytest.mark.parametrize("character", ["k", "é", "🎉", "\n"])
def test_long_keys_are_read_by_both(length: int, character: str) -> None:
    mapping = {character * length: {character * length: FlowDict({character * length: 1})}}
    assert load_yaml(dump_yaml(mapping)) == yaml.safe_load(dump_yaml(mapping)) == mapping


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)))  # noqa: DTZ001 - hypothesis adds the zone
def test_instants_come_back(at: datetime) -> None:
    assert load_yaml(dump_yaml({"at": at}), timestamps=True) == {"at": at}


def test_an_instant_is_written_bare_in_utc_with_microseconds() -> None:
    at = datetime(2026, 11, 23, 10, 14, 3, 123456, tzinfo=timezone(timedelta(hours=1)))
    assert dump_yaml({"at": at}) == "at: 2026-11-23T09:14:03.123456Z\n"
    assert dump_yaml({"at": at.replace(microsecond=0)}) == "at: 2026-11-23T09:14:03.000000Z\n"


def test_a_local_time_is_refused() -> None:
    with pytest.raises(TypeError):
        dump_yaml({"at": datetime(2026, 1, 1)})  # noqa: DTZ001


def test_the_layout() -> None:
    mapping = {
        "format": 1,
        "command": FlowList(["python", "train.py", "--lr", "0.01", "-c", "print(1)\n"]),
        "params": FlowDict({"lr": 1e-05, "model.depth": 4, "names": ["a", "no"]}),
        "nested": {"list": [{"path": "a b.csv", "files": 1}, [1, [2.0]], "plain"], "empty": {}, "none": []},
        "version": "3.11.7",
        "url": "https://example.org:80/a?b=c",
        "why": "larger than 1 MB: left out",
    }
    assert dump_yaml(mapping) == (
        "format: 1\n"
        "command: [python, train.py, --lr, '0.01', -c, \"print(1)\\n\"]\n"
        "params: {lr: 1.0e-05, model.depth: 4, names: [a, 'no']}\n"
        "nested:\n"
        "  list:\n"
        "    - path: a b.csv\n"
        "      files: 1\n"
        "    - - 1\n"
        "      - - 2.0\n"
        "    - plain\n"
        "  empty: {}\n"
        "  none: []\n"
        "version: 3.11.7\n"
        "url: 'https://example.org:80/a?b=c'\n"
        "why: 'larger than 1 MB: left out'\n"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-5", 1e-5), ("1e5", 1e5), (".5", 0.5), ("1.", 1.0), ("-0.5E+3", -500.0), (".inf", math.inf), ("-.INF", -math.inf), (".NaN", math.nan),
        ("12", 12), ("012", 12), ("0o14", 12), ("0x1F", 31), ("-7", -7), ("+7", 7), ("1_000", 1000),
        ("true", True), ("True", True), ("FALSE", False), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("y", "y"), ("tRUE", "tRUE"), ("1:30", "1:30"), ("2026-01-01", "2026-01-01"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"), ("0b1", "0b1"), ("1_", "1_"), ("nan", "nan"), ("inf", "inf"), ("=", "="), ("-", [None]),
        ("'1'", "1"), ('"1"', "1"), ("!!str 1", "1"), ("!!float 1", 1.0), ("! 1", "1"), ("12_", "12_"), ("1.2.3", "1.2.3"),
    ],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    assert equal_values(load_yaml(text), value)


def test_an_int_beyond_what_python_reads_stays_text() -> None:
    assert load_yaml("9" * 5000) == "9" * 5000


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: 1\nb: 2\na: 3", 3, "twice"), ("a: [1\n", 2, "expected"), ("\ta: 1", 1, "token"), ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: 1\nb: \x01", 2, "U\\+0001"), (b"a: 1\nb: \xff", 2, "UTF-8"), ("a: 1\nb: !!python/name:os.system x", 2, "tag"), ("a: !foo {}", 1, "tag"),
        ("a: !!int x", 1, "type int"), ("a: &x [*x]", 1, "alias"), ("a: *x", 1, "alias"), ("{[1]: 2}", 1, "key"), ("[" * 100_000, 1, "nest(ed|ing)"),
        ("- " * 100_000, 1, "nest(ed|ing)"), ("{a: " * 100_000, 1, "nest(ed|ing)"), ("a: &x 1\nb: {<<: *x}", 2, "<<"), ('a: "\\ud800\\U00110000"', None, "chr"),
        ("? [1]\n: 1", 1, "key"), ("%YAML 9\n---\na", 1, "digit"),
    ],
)  # fmt: skip
def test_what_is_refused_and_where(text: str | bytes, line: int | None, why: str) -> None:
    with pytest.raises(YamlError, match=why) as caught:
        load_yaml(text, what="some.yaml")
    assert caught.value.line == line
    assert str(caught.value).startswith(f"some.yaml:{line}:" if line else "some.yaml:")


def test_aliases_that_multiply_are_refused_at_once() -> None:
    laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
    )
    start = time.process_time()
    with pytest.raises(YamlError, match="alias"):
        load_yaml(laughs)
    with pytest.raises(YamlError, match="multiply"):
        load_yaml(laughs, max_aliases=10_000)
    assert time.process_time() - start < 5


def test_a_deep_alias_counts_where_it_is_used() -> None:
    with pytest.raises(YamlError, match="nested"):
        load_yaml("a: &a [[[[1]]]]\nb: [[*a]]", max_depth=6)


def test_a_large_text_is_refused() -> None:
    assert load_yaml("a: 1", max_bytes=4) == {"a": 1}
    with pytest.raises(YamlError, match="larger"):
        load_yaml("a: 12", max_bytes=4)
    with pytest.raises(YamlError, match="libyaml"):
        load_yaml('a: "\\ud800"\n#' + "x" * 1_000_000)


def test_anchors_and_merge_keys() -> None:
    text = (
        "base: &base {lr: 0.1, depth: 3}\nrun: {<<: *base, lr: 0.2}\nmore: {<<: [{lr: 1}, {lr: 2, x: 3}], y: *base}\n"
    )
    assert load_yaml(text) == {
        "base": {"lr": 0.1, "depth": 3},
        "run": {"depth": 3, "lr": 0.2},
        "more": {"lr": 1, "x": 3, "y": {"lr": 0.1, "depth": 3}},
    }
    assert load_yaml("'<<': 1") == {"<<": 1}


def test_keys_are_strings_as_written() -> None:
    assert load_yaml("1: a\ntrue: b\n1.0: c\nnull: d\n1e-5: e") == {
        "1": "a",
        "true": "b",
        "1.0": "c",
        "null": "d",
        "1e-5": "e",
    }


def test_lines_of_keys_and_items() -> None:
    value, lines = load_yaml_with_lines("# say\na: 1\nb:\n  c:\n    - x\n    - {d: 2}\n")
    assert value == {"a": 1, "b": {"c": ["x", {"d": 2}]}}
    assert lines == {("a",): 2, ("b",): 3, ("b", "c"): 4, ("b", "c", 0): 5, ("b", "c", 1): 6, ("b", "c", 1, "d"): 6}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_bytes_are_utf_8_or_have_a_mark(encoding: str) -> None:
    assert load_yaml("a: é\r\nb: 2\r\n".encode(encoding)) == {"a": "é", "b": 2}


@pytest.mark.parametrize("empty", ["", "# only a comment\n", "---\n", "\n\n"])
def test_an_empty_text_is_none(empty: str) -> None:
    assert load_yaml(empty) is None


def test_direction_changing_characters_never_stand_raw() -> None:
    assert "\u202e" not in dump_yaml({"a": "x\u202etxt", "b": FlowDict({"\u202e": 1})})


@pytest.mark.parametrize("value", [b"x", {1: 2}, object(), {"a": {1, 2}}])
def test_what_yaml_has_no_form_for_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        dump_yaml({"key": value})
