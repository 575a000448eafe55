"""The lines of history that a promotion writes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import Refused
from gitexp.model.promotion import (
    MOST_METRICS,
    Stamp,
    choose_metrics,
    find_archive,
    find_before,
    find_occupants,
    find_rollback,
    find_time,
    plan_aliases,
    plan_entry,
)
from gitexp.model.registry import EMPTY, Approval, Model, Registry
from gitexp.model.registry_changes import add_entry
from kit.heads import make_summary
from kit.registries import ADA, AT, make_version

STAGE = "production"


def promote(registry: Registry, number: int, minutes: int, *, rollback: bool = False) -> Registry:
    """The registry with a version in production and who was there in the archive, as a promotion writes it."""
    stamp = Stamp(AT + timedelta(minutes=minutes), ADA)
    model = registry.models["fraud"]
    for other in find_occupants(model, STAGE, number):
        registry = add_entry(registry, "fraud", *plan_entry(other, "archived", stamp))
    version = model.version(number)
    assert version is not None
    return add_entry(registry, "fraud", *plan_entry(version, STAGE, stamp, is_rollback=rollback))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(0, 8))
def test_rolling_back_undoes_promotions_one_by_one(numbers: list[int], back: int) -> None:
    registry = Registry({"fraud": Model("fraud", tuple(make_version(number) for number in (1, 2, 3, 4)))})
    stood: list[int] = []
    for minutes, number in enumerate(numbers, 1):
        registry = promote(registry, number, minutes)
        stood = [one for one in stood if one != number] + [number]
    for minutes in range(back):
        present = stood.pop()
        earlier = find_before(registry.models["fraud"], STAGE, present)
        assert (earlier.number if earlier else None) == (stood[-1] if stood else None)
        if earlier is None:
            break
        assert find_rollback(registry.models["fraud"], STAGE) == earlier
        registry = promote(registry, earlier.number, 100 + minutes, rollback=True)


def test_what_cannot_be_rolled_back_says_why() -> None:
    staging = Model("fraud", (make_version(1), make_version(2)))
    with pytest.raises(Refused, match="nothing of fraud is in production now"):
        find_rollback(staging, STAGE)
    with pytest.raises(Refused, match="several versions are in staging: fraud:v1, fraud:v2"):
        find_rollback(staging, "staging")


def test_time_goes_on_whatever_the_clock_says() -> None:
    model = Model("fraud", (make_version(1),))
    later = AT + timedelta(hours=1)
    assert find_time(model, later) == later
    assert find_time(model, AT - timedelta(days=1)) == AT + timedelta(microseconds=1)
    waiting = make_version(2)._replace(approvals=(Approval(STAGE, ADA, later, "sha256:0", "ssh:x"),))
    assert find_time(Model("fraud", (waiting,)), AT) == later + timedelta(microseconds=1)
    assert find_time(None, AT) == AT


def test_an_entry_takes_along_what_waits_for_its_stage() -> None:
    approvals = tuple(Approval(stage, ADA, AT, "sha256:0", "ssh:x") for stage in (STAGE, "staging"))
    _, entry = plan_entry(make_version(1)._replace(approvals=approvals), STAGE, Stamp(AT, ADA), ["signed: true"])
    assert (entry.approvals, entry.forced) == (approvals[:1], ("signed: true",))


def test_aliases_are_taken_from_who_has_them() -> None:
    model = Model("fraud", (make_version(1)._replace(aliases=("champion", "eu")), make_version(2)))
    lines = plan_aliases(model, 2, ["champion", "champion", "us"], [], Stamp(AT, ADA))
    assert [(number, one.alias, one.unalias) for number, one in lines] == [
        (1, None, "champion"),
        (2, "champion", None),
        (2, "us", None),
    ]
    assert plan_aliases(model, 1, ["eu"], [], Stamp(AT, ADA)) == []
    with pytest.raises(Refused, match="fraud:v2 has no alias 'eu'"):
        plan_aliases(model, 2, [], ["eu"], Stamp(AT, ADA))


def test_where_what_is_replaced_goes() -> None:
    assert find_archive(EMPTY) == "archived"
    assert find_archive(EMPTY._replace(stages=("canary", "live"))) == "none"
    model = Model("fraud", (make_version(1, "archived"), make_version(2, "none"), make_version(3)))
    assert find_occupants(model, "archived", 3) == find_occupants(model, "none", 3) == ()
    assert find_occupants(model, "staging", 2) == model.versions[2:]


def test_named_metrics_come_first_then_those_with_a_direction() -> None:
    metrics = {f"m{place:02}": make_summary(place) for place in range(30)}
    kept = choose_metrics(metrics, {"m29"}, {"m28": "minimize"})
    assert len(kept) == MOST_METRICS
    assert list(kept) == [f"m{place:02}" for place in range(18)] + ["m28", "m29"]
