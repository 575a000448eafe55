"""What a registry says against itself, and what became of it since a base, as values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gitexp.model.paths import TreePath
from gitexp.model.policy import Policy
from gitexp.model.registry import Approval, Entry, Model, Registry, Version, VersionArtifact
from gitexp.model.registry_changes import add_approval, add_entry
from gitexp.model.registry_faults import find_faults
from gitexp.model.registry_growth import compare_growth, recall

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
BY = "Ada Lovelace <ada@example.org>"
STAGED = Entry(AT, BY, stage="staging")


def entry(hours: float, **fields: Any) -> Entry:
    return Entry(AT + timedelta(hours=hours), BY, **fields)


def version(number: int = 1, *history: Entry, **fields: Any) -> Version:
    known: dict[str, Any] = {"stage": "staging", "metrics": {"auc": 0.9}}
    artifact = VersionArtifact(TreePath("model.pt"), "a" * 32, 100)
    ref = f"refs/runs/default/g11111111{number}"
    return Version(number, ref, str(number) * 40, artifact, history or (STAGED,), **{**known, **fields})


def registry(*versions: Version, **fields: Any) -> Registry:
    return Registry({"fraud": Model("fraud", versions)}, **fields)


def faults(*versions: Version, **fields: Any) -> list[tuple[str, str]]:
    found = find_faults(registry(*versions, **fields), AT + timedelta(days=9))
    return [(one.code, ".".join(map(str, one.path[3:]))) for one in found]


def test_what_fits_together_has_no_fault() -> None:
    history = (STAGED, entry(1, alias="x"), entry(2, stage="production"), entry(3, unalias="x"), entry(3, alias="y"))
    assert faults(version(1, *history, stage="production", aliases=("y",)), version(2)) == []
    assert find_faults(Registry({})) == []


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (version(stage="production"), ("stage-unfounded", "0.stage")),
        (version(aliases=("x",)), ("alias-unfounded", "0.aliases")),
        (version(1, STAGED, entry(1, alias="x")), ("alias-unfounded", "0.aliases")),
        (version(1, STAGED, entry(1, unalias="x")), ("alias-unknown", "0.history.1.unalias")),
        (version(1, STAGED, entry(-1, stage="staging")), ("history-backwards", "0.history.1.at")),
        (version(1, entry(24 * 10, stage="staging")), ("history-ahead", "0.history.0.at")),
        (version(1, entry(0, stage="staging", forced=("x > 1",))), ("force-without-why", "0.history.0")),
        (version(1, entry(0, stage="staging", is_rollback=True)), ("rollback-unfounded", "0.history.0.rollback")),
        (
            version(1, STAGED, entry(1, alias="x", is_rollback=True), aliases=("x",)),
            ("rollback-unfounded entry-mixed", "0.history.1.rollback 0.history.1"),
        ),
    ],
)
def test_each_fault_has_its_place(one: Version, wanted: tuple[str, str]) -> None:
    codes, places = (word.split() for word in wanted)
    assert faults(one) == list(zip(codes, places, strict=True))


def test_a_stage_holds_one_version_unless_its_policy_says_several() -> None:
    two = (version(1), version(2))
    assert faults(*two) == [("stage-shared", "1.stage")]
    assert faults(*two, policies={"staging": Policy(several=True)}) == []
    archived = [version(number, STAGED, entry(1, stage="archived"), stage="archived") for number in (1, 2, 3)]
    assert faults(*archived) == []


def test_an_alias_is_of_one_version() -> None:
    named = [version(number, STAGED, entry(1, alias="x"), aliases=("x",)) for number in (1, 2)]
    assert faults(*named, policies={"staging": Policy(several=True)}) == [("alias-twice", "1.aliases.0")]


def test_what_is_only_added_is_growth() -> None:
    base = registry(version(1))
    approval = Approval("production", BY, AT, "sha256:0", "ssh:AA==")
    waiting = add_approval(base, "fraud", 1, approval)
    assert compare_growth(base, waiting) == ((), ())
    now = add_entry(waiting, "fraud", 1, entry(2, stage="production", approvals=(approval,)))
    growth = compare_growth(waiting, now)
    assert growth.faults == ()
    assert [(one.entry.stage, one.path) for one in growth.steps] == [
        ("production", ("models", "fraud", "versions", 0, "history", 1))
    ]
    taken = add_entry(base, "fraud", 1, entry(2, stage="production"))
    assert [one.code for one in compare_growth(waiting, taken).faults] == ["approval-removed"]
    assert [one.code for one in compare_growth(now, taken).faults] == ["approval-removed"]


def test_a_number_that_was_passed_is_not_filled_in() -> None:
    base = registry(version(1), version(3))
    assert compare_growth(base, registry(version(1), version(3), version(4))).faults == ()
    (fault,) = compare_growth(base, registry(version(1), version(2), version(3))).faults
    assert (fault.code, fault.hint) == ("version-reused", "version: 4")


def test_a_number_that_is_not_one_is_the_same_number() -> None:
    base = registry(version(1, metrics={"auc": float("nan")}))
    assert compare_growth(base, registry(version(1, metrics={"auc": float("nan")}))).faults == ()
    (fault,) = compare_growth(base, registry(version(1, metrics={}))).faults
    assert (fault.code, fault.path[-1]) == ("version-changed", "auc")


def test_the_past_does_not_go_back_behind_the_base() -> None:
    base = registry(version(1, STAGED, entry(1, alias="x"), aliases=("x",)))
    now = add_entry(base, "fraud", 1, entry(2, unalias="x"))
    now = add_entry(now, "fraud", 1, entry(3, stage="production"))
    states = {
        hours: recall(now, AT + timedelta(hours=hours), base).models["fraud"].versions[0] for hours in (-9, 2.5, 4)
    }
    assert [(one.stage, one.aliases) for one in states.values()] == [
        ("staging", ("x",)), ("staging", ()), ("production", ()),
    ]  # fmt: skip
    assert recall(now, AT, Registry({})).models["fraud"].versions == ()
