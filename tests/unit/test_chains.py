"""Which run goes on from which, and what a chain is as one run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import AmbiguousRun
from gitexp.model.chains import MOST_PARTS, Chains, join_heads
from gitexp.model.ids import RunId
from gitexp.model.refs import Experiment
from gitexp.model.run import Lineage
from gitexp.model.selection import Scope, select_run
from gitexp.model.spec import Text
from kit.heads import make_head, make_summary

if TYPE_CHECKING:
    from gitexp.model.head import RunHead


def make_chain(text: str) -> list[RunHead]:
    """``a<b`` is a run and one that resumes it; ``a`` alone is one that resumes none."""
    heads = []
    for minutes, word in enumerate(text.split()):
        name, _, before = word.partition("<")
        lineage = Lineage(resumes=RunId(before * 10) if before else None)
        heads.append(make_head(name * 10, minutes=minutes, lineage=lineage, name="one"))
    return heads


def letters(heads: list[RunHead] | tuple[RunHead, ...]) -> str:
    return "".join(head.id[0] for head in heads)


@pytest.mark.parametrize(
    ("text", "newest", "earlier", "later"),
    [
        ("g h", "gh", {"h": ""}, {"g": ""}),
        ("g h<g j<h", "j", {"g": "", "h": "g", "j": "gh"}, {"g": "hj", "j": ""}),
        ("g h<g j<g", "hj", {"h": "g", "j": "g"}, {"g": "hj"}),  # resumed twice
        ("h<g j<h", "j", {"h": "", "j": "h"}, {"h": "j"}),  # the first one is not here
        ("g<h h<g j<g", "hj", {"g": "", "h": "", "j": "g"}, {"h": ""}),  # a circle, and one that hangs on it
        ("g<g h<g", "h", {"g": "", "h": "g"}, {"g": "h"}),
    ],
)
def test_chains(text: str, newest: str, earlier: dict[str, str], later: dict[str, str]) -> None:
    heads = {head.id[0]: head for head in make_chain(text)}
    chains = Chains([*heads.values()])
    assert letters(chains.find_newest(heads.values())) == newest
    assert {name: letters(chains.earlier(heads[name])) for name in earlier} == earlier
    assert {name: letters(chains.later(heads[name])) for name in later} == later


def test_runs_between_that_are_not_listed_do_not_break_a_chain() -> None:
    first, _, last = heads = make_chain("g h<g j<h")
    assert letters(Chains(heads).find_newest([last, first])) == "j"


def test_a_name_is_that_of_the_newest_of_a_chain() -> None:
    scope = Scope(Experiment("default"))
    assert select_run(Text("one"), make_chain("g h<g j<h"), scope).id[0] == "j"
    with pytest.raises(AmbiguousRun):
        select_run(Text("one"), make_chain("g h<g j<g"), scope)
    assert select_run(Text("gggg"), make_chain("g h<g"), scope).id[0] == "g"


def test_an_endless_chain_is_cut() -> None:
    ids = [RunId(f"g{number:09}") for number in range(MOST_PARTS + 5)]
    heads = [
        make_head(run_id, lineage=Lineage(resumes=before)) for run_id, before in zip(ids, [None, *ids], strict=False)
    ]
    chains = Chains(heads)
    assert [head.id for head in chains.earlier(heads[-1])] == ids[4:-1]
    assert len(chains.later(heads[0])) == MOST_PARTS
    assert chains.find_newest(heads) == [heads[-1]]


@given(st.lists(st.integers(-1, 11), min_size=12, max_size=12))
def test_no_run_is_missing_whatever_names_whatever(named: list[int]) -> None:
    ids = [RunId(f"g{number:09}") for number in range(12)]
    heads = [
        make_head(run_id, lineage=Lineage(resumes=ids[other] if other >= 0 else None))
        for run_id, other in zip(ids, named, strict=True)
    ]
    chains = Chains(heads)
    newest = chains.find_newest(heads)
    shown = {one.id for head in newest for one in (*chains.earlier(head), head)}
    assert shown == set(ids)
    assert all(head not in chains.earlier(other) for head in newest for other in newest)


def test_a_chain_as_one_run() -> None:
    first = make_head("g" * 10, seconds=0.1, metrics={"loss": make_summary(3.0, min=1.0, max=9.0, step=5), "old": 7.0})
    last = make_head("h" * 10, seconds=0.2, metrics={"new": 1, "loss": make_summary(2.0, min=1.5, max=2.5, step=9)})
    row = join_heads([first, last])
    assert (row.id, row.seconds, letters(row.chain)) == (last.id, 0.3, "gh")
    assert list(row.metrics) == ["new", "loss", "old"]
    loss = row.metrics["loss"]
    assert (loss.last, loss.min, loss.max, loss.first, loss.step, loss.count) == (2.0, 1.0, 9.0, 3.0, 9, 2)
    assert join_heads([last]) is last
    assert join_heads([first, last._replace(seconds=None)]).seconds is None


@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [
        ((1.0, 1.0), (math.nan, math.nan), 1.0),  # nothing but NaN was logged
        ((1.0, 1.0), (2.0, math.nan), math.nan),  # the extremes of a long run that is going are not known
        ((math.nan, math.nan), (2.0, 2.0), 2.0),
    ],
)
def test_extremes_that_are_no_numbers(older: tuple[float, float], newer: tuple[float, float], expected: float) -> None:
    heads = [
        make_head(letter * 10, metrics={"loss": make_summary(last, min=least, max=least)})
        for letter, (last, least) in zip("gh", (older, newer), strict=True)
    ]
    found = join_heads(heads).metrics["loss"].min
    assert found == expected or (found != found and expected != expected)
