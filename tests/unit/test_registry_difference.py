"""What differs between two states of a registry: arrivals, rivals, what was left and what is gone."""

from __future__ import annotations

from datetime import timedelta

from gitexp.model.registry import EMPTY, Approval, Entry, Registry
from gitexp.model.registry_changes import add_approval, add_entry, add_version
from gitexp.model.registry_difference import RegistryDifference, Vacated, VersionDifference, compare_registries
from kit.registries import ADA, AT, make_version


def later(number: int, **said: str) -> Entry:
    """An entry some hours later."""
    return Entry(AT + timedelta(hours=number), ADA, **said)


def give(*stages: str) -> Registry:
    """``fraud`` with a version in each of the stages."""
    registry = EMPTY
    for number, stage in enumerate(stages, 1):
        registry = add_version(registry, "fraud", make_version(number, stage))
    return registry


def only(difference: RegistryDifference) -> VersionDifference:
    """The one version that differs."""
    (version,) = difference.versions
    return version


def test_nothing_differs_from_itself() -> None:
    registry = give("production", "staging")
    assert compare_registries(EMPTY, registry).versions != ()

    assert compare_registries(registry, registry) == RegistryDifference((), (), ())


def test_a_version_that_moves_is_held_against_the_one_that_was_there() -> None:
    before = give("production", "staging")
    now = add_entry(before, "fraud", 1, later(1, stage="archived"))
    now = add_entry(now, "fraud", 2, later(2, stage="production"))

    left, came = compare_registries(before, now).versions

    assert (left.name, left.arrived, left.against) == ("fraud:v1", ("archived",), None)
    assert (came.name, came.stage_before, came.arrived, came.aim) == (
        "fraud:v2",
        "staging",
        ("production",),
        "production",
    )
    assert came.replaced == before.models["fraud"].version(1)
    assert [entry.stage for entry in came.entries] == ["production"]
    assert compare_registries(before, now).vacated == ()  # what was in staging went on


def test_one_on_the_way_is_held_against_the_next_stage_that_has_one() -> None:
    before = give("production")

    new = only(compare_registries(before, add_version(before, "fraud", make_version(2, "staging"))))

    assert new.was is None
    assert (new.against, new.place, new.replaced) == (before.models["fraud"].version(1), "production", None)


def test_an_approval_tells_which_stage_it_is_about() -> None:
    before = give("production", "staging")
    approval = Approval("production", ADA, AT, "sha256:0", "ssh:0")

    approved = only(compare_registries(before, add_approval(before, "fraud", 2, approval)))

    assert (approved.has_moved, approved.arrived, approved.aim) == (False, (), "production")
    assert approved.approvals == (approval,)
    assert approved.against == before.models["fraud"].version(1)


def test_aliases_arrive_and_stages_are_left_empty() -> None:
    before = add_entry(give("production"), "fraud", 1, later(1, alias="champion"))
    now = add_version(before, "fraud", make_version(2, "staging"))
    now = add_entry(now, "fraud", 1, later(2, unalias="champion"))
    now = add_entry(now, "fraud", 2, later(3, alias="champion"))
    now = add_entry(now, "fraud", 1, later(4, stage="none"))

    difference = compare_registries(before, now)

    assert [one.arrived for one in difference.versions] == [(), ("staging", "champion")]
    assert difference.vacated == (Vacated("fraud", "production"),)


def test_what_is_gone_is_named() -> None:
    before = give("production", "archived")

    difference = compare_registries(before, EMPTY)

    assert difference.gone == ("fraud:v1", "fraud:v2")
    assert difference.vacated == (Vacated("fraud", "production"),)  # nobody misses the archive
