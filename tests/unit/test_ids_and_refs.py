"""Ids, names, refs and paths: their forms, and what is refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import InvalidValue
from gitexp.model.ids import id_from_random, is_id, is_id_prefix, name_from_random, parse_id
from gitexp.model.paths import check_tree_path, quote_path, unquote_path
from gitexp.model.refs import RunRef, live_ref, parse_experiment, parse_run_ref, run_ref
from gitexp.model.words import ADJECTIVES, NOUNS


@given(st.binary(min_size=9, max_size=9))
def test_an_id_is_never_read_as_hex_or_a_number(random: bytes) -> None:
    run_id = id_from_random(random)
    assert is_id(run_id)
    assert parse_id(run_id) == run_id
    assert re.fullmatch(r"[g-z][0-9a-z]{9}", run_id)
    assert not set(run_id) & set("ilou")
    assert all(is_id_prefix(run_id[:end]) for end in range(4, 11))
    assert re.fullmatch(rf"[a-z]+-[a-z]+-{run_id[:4]}", name_from_random(run_id, random))


def test_each_random_bit_of_an_id_tells() -> None:
    ids = {id_from_random(bytes([first, 0, 0, 0, 0, 0, 0, 0, last])) for first in range(16) for last in range(256)}
    assert len(ids) == 16 * 256


def test_there_are_64_words_of_each() -> None:
    assert len(set(ADJECTIVES)) == len(ADJECTIVES) == len(set(NOUNS)) == len(NOUNS) == 64


@pytest.mark.parametrize("text", ["k3v9x2mab", "k3v9x2mabcd", "K3V9X2MABC", "a3v9x2mabc", "k3v9x2mabi", ""])
def test_what_is_not_an_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_id(text)


@pytest.mark.parametrize("kind", ["ended", "live"])
def test_a_ref_is_read_as_it_was_made(kind: str) -> None:
    experiment = parse_experiment("trees.v2")
    run_id = parse_id("k3v9x2mabc")
    name = run_ref(experiment, run_id) if kind == "ended" else live_ref(experiment, run_id)
    assert parse_run_ref(name) == RunRef(kind, experiment, run_id)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    [
        "refs/heads/main",
        "refs/runs/k3v9x2mabc",
        "refs/runs/a/b/k3v9x2mabc",
        "refs/runs/default/readme",
        "refs/runs/A/k3v9x2mabc",
        "refs/runs/con/k3v9x2mabc",
        "refs/exp/fold/ada/202611",
    ],
)
def test_other_refs_are_not_those_of_runs(name: str) -> None:
    assert parse_run_ref(name) is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Base Line", "base-line"),
        ("a..b", "a.b"),
        ("a.lock", None),
        ("con", None),
        ("nul.txt", None),
        ("-x", "x"),
        ("x" * 65, "x" * 64),
        ("", None),
        ("über", "ber"),
    ],
)
def test_an_experiment_that_git_or_windows_would_refuse_is_refused_with_a_near_one(text: str, hint: str | None) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_experiment(text)
    assert caught.value.hint == (f"--experiment {hint}" if hint else None)


@given(st.binary(min_size=1, max_size=20).filter(lambda path: b"\0" not in path))
def test_any_path_of_git_comes_back_from_the_manifest_form(path: bytes) -> None:
    text = quote_path(path)
    assert unquote_path(text) == path
    assert text.isprintable()


def test_a_path_that_is_not_text_stands_in_quotes() -> None:
    assert quote_path(b"caf\xe9\n.txt") == '"caf\\351\\n.txt"'
    assert quote_path("café.txt".encode()) == "café.txt"


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../up", "a/../b", "a//b", ".git/config", "x/.GIT/y", "C:x", "", '"a\\056./', "a\x1b"]
)
def test_a_path_out_of_the_tree_is_refused(path: str) -> None:
    with pytest.raises(InvalidValue):
        check_tree_path(path)
