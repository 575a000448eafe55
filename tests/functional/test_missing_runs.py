"""What is said of a run that is not here, where a remote may have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import run_exp
from kit.sharing import IDS, Team, add_runs, share

if TYPE_CHECKING:
    import pathlib


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    return Team.create(tmp_path)


def test_a_clone_without_runs_says_that_they_can_be_pulled(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    add_runs(ada, IDS[0])
    share(ada, "push")

    assert "those of the remote: exp pull" in run_exp(bob, "ls").err
    for command in (("show",), ("logs", "last"), ("compare", "k3v9", "p7qw")):
        assert "hint: exp pull  (brings those of the remote)" in run_exp(bob, *command).err
    share(bob, "pull", IDS[0])
    missing = run_exp(bob, "show", "p7qw")
    assert missing.err == (
        "exp: no run 'p7qw'\nhint: exp pull p7qw, if somebody pushed it; exp ls --all has what is here\n"
    )
    assert run_exp(bob, "show", "no such").err.endswith("hint: exp ls --all\n")
