"""What Git makes of a registry that two people changed: one file, or a conflict that a person can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitexp.errors import BrokenRegistry
from gitexp.format.registry_reading import parse_registry
from gitexp.format.registry_writing import rewrite_registry
from gitexp.model.registry import EMPTY, Entry, Registry
from gitexp.model.registry_changes import add_entry, add_version, next_number
from kit.registries import AT, make_version

if TYPE_CHECKING:
    from collections.abc import Callable

    from kit.git import GitFolder


def read(folder: GitFolder) -> Registry:
    return parse_registry((folder.path / "registry.yaml").read_bytes(), "registry.yaml").registry


def change(folder: GitFolder, by: Callable[[Registry], Registry]) -> None:
    """Changes the registry and commits it."""
    file = folder.path / "registry.yaml"
    text = file.read_text() if file.exists() else None
    before = read(folder) if text else EMPTY
    file.write_text(rewrite_registry(text, before, by(before)))
    folder.commit("Promote")


def add(model: str, stage: str = "staging") -> Callable[[Registry], Registry]:
    return lambda registry: add_version(registry, model, make_version(next_number(registry, model), stage))


def move(model: str, number: int, stage: str) -> Callable[[Registry], Registry]:
    return lambda registry: add_entry(registry, model, number, Entry(AT, "Bob <bob@example.org>", stage=stage))


def begin(folder: GitFolder) -> str:
    for model in ("churn", "fraud", "prices"):
        change(folder, add(model))
    return folder.git("symbolic-ref", "--short", "HEAD")


def on_branch(folder: GitFolder, name: str, *steps: Callable[[Registry], Registry]) -> None:
    main = folder.git("symbolic-ref", "--short", "HEAD")
    folder.git("switch", "--quiet", "--create", name)
    for step in steps:
        change(folder, step)
    folder.git("switch", "--quiet", main)


def test_two_people_who_promote_different_models_do_not_meet(folder: GitFolder) -> None:
    begin(folder)
    on_branch(folder, "one", add("churn"), move("churn", 1, "production"))
    on_branch(folder, "two", move("fraud", 1, "production"), add("fraud"))
    on_branch(folder, "three", move("prices", 1, "archived"), add("prices", "production"))
    for name in ("one", "two", "three"):
        folder.git("merge", "--quiet", "--no-edit", name)
    models = read(folder).models
    assert {name: [(one.number, one.stage) for one in model.versions] for name, model in models.items()} == {
        "churn": [(1, "production"), (2, "staging")],
        "fraud": [(1, "production"), (2, "staging")],
        "prices": [(1, "archived"), (2, "production")],
    }


def test_new_models_in_different_places_do_not_meet_either(folder: GitFolder) -> None:
    begin(folder)
    on_branch(folder, "one", add("ads"))
    on_branch(folder, "two", add("zebra"))
    folder.git("merge", "--quiet", "--no-edit", "one")
    folder.git("merge", "--quiet", "--no-edit", "two")
    assert list(read(folder).models) == ["ads", "churn", "fraud", "prices", "zebra"]


def test_a_clash_on_one_model_is_a_conflict_of_that_model_alone(folder: GitFolder) -> None:
    begin(folder)
    on_branch(folder, "one", move("fraud", 1, "production"))
    on_branch(folder, "two", move("fraud", 1, "archived"))
    folder.git("merge", "--quiet", "--no-edit", "one")
    assert folder.run("git", "merge", "--quiet", "--no-edit", "two").returncode == 1
    text = (folder.path / "registry.yaml").read_text()
    conflicts = [part.split(">>>>>>>")[0] for part in text.split("<<<<<<<")[1:]]
    assert len(conflicts) == 1
    ours, theirs = conflicts[0].split("=======")
    assert ["stage: production\n" in ours, "{stage: production," in ours, "archived" in ours] == [True, True, False]
    assert ["stage: archived\n" in theirs, "{stage: archived," in theirs, "production" in theirs] == [True, True, False]
    assert not any(other in conflicts[0] for other in ("churn", "prices", "commit:"))
    assert len(conflicts[0].splitlines()) <= 13
    with pytest.raises(BrokenRegistry) as caught:
        read(folder)
    assert caught.value.fields["line"] == text[: text.index("<<<<<<<")].count("\n") + 1
    assert str(caught.value.fields["why"]) == "here begins a conflict that a merge has left"
    assert str(caught.value.hint).startswith("git diff registry.yaml  (")
