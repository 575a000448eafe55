"""In every kind of repository a promotion changes one file, or makes one branch, and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from contract.kinds import KINDS
from kit.exp import run_exp
from kit.models import read_models, store_model

if TYPE_CHECKING:
    from contract.kinds import Place

RUN = "k3v9x2mabc"


# The run that is stored here is of a commit: test_promote_commit.py has the repository without one.
pytestmark = pytest.mark.parametrize("place", [name for name in KINDS if name != "unborn"], indirect=True)


@pytest.fixture
def model(place: Place) -> Place:
    """A place with a run that has a model."""
    store_model(place.folder, RUN)
    return place


def test_the_file_is_all_that_changes(model: Place) -> None:
    before = model.folder.state()
    done = run_exp(model.folder, "promote", RUN, "--model", "fraud", "--stage", "staging")
    assert done.status == 0, done.err
    file = model.top / "registry.yaml"
    assert file.exists()
    assert model.folder.state() != before
    os.unlink(file)
    assert model.folder.state() == before


def promote(model: Place, *words: str) -> bool:
    """Whether it was done; else nothing has changed: Git does not commit in a merge, or where it cannot sign."""
    before = model.folder.state()
    done = run_exp(model.folder, "promote", RUN, "--model", "fraud", "--stage", "staging", "--commit", *words)
    if done.status == 0:
        return True
    assert any(why in done.err for why in ("during a merge", "index.lock", "gpg failed to sign")), done.err
    assert not (model.top / "registry.yaml").exists()
    assert model.folder.state() == before
    return False


def test_a_new_branch_is_all_that_changes(model: Place) -> None:
    before = model.folder.state()
    if promote(model, "--branch", "v1"):
        after = model.folder.state()
        assert after["branches"] != before["branches"]
        assert {**after, "branches": ""} == {**before, "branches": ""}
        assert model.folder.git("diff", "--name-only", "--no-relative", "HEAD", "v1") == "registry.yaml"
        assert model.folder.git("rev-parse", "v1^") == model.folder.git("rev-parse", "HEAD")
    model.folder.git("fsck", "--strict", "--no-dangling")


def test_a_commit_takes_the_file_alone(model: Place) -> None:
    before = model.folder.state()
    if promote(model):
        assert model.folder.git("diff", "--name-only", "--no-relative", "HEAD^", "HEAD") == "registry.yaml"
        assert read_models(model.folder, os.path.relpath(model.top / "registry.yaml", model.folder.path))["fraud"]
        assert model.folder.state()["status"] == before["status"]
