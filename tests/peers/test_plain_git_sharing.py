"""Plain Git does each step of sharing in our stead, with the same refs and ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.sharing import IDS, Team, add_runs, notes, say, share, tips

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

RUN = f"refs/runs/default/{IDS[0]}"
PUSH = ("push", "--quiet", "origin", "refs/runs/*:refs/runs/*")
FETCH = ("fetch", "--quiet", "--no-prune", "origin", "refs/runs/*:refs/runs/*")


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    return Team.create(tmp_path)


def step(folder: GitFolder, word: str, *, plain: bool) -> None:
    """Pushes or pulls, with Git or with us."""
    if plain:
        folder.git(*(PUSH if word == "push" else FETCH))
    else:
        share(folder, word)


@pytest.mark.parametrize("plain_push", [True, False], ids=["git-pushes", "exp-pushes"])
@pytest.mark.parametrize("plain_pull", [True, False], ids=["git-fetches", "exp-pulls"])
def test_the_same_refs_and_ids_come_of_it(team: Team, *, plain_push: bool, plain_pull: bool) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    bob.git("config", "fetch.prune", "true")
    add_runs(ada, *IDS[:3])
    (own,) = add_runs(bob, IDS[4])

    step(ada, "push", plain=plain_push)
    step(bob, "pull", plain=plain_pull)
    assert tips(team.there) == tips(ada)
    assert tips(bob) == {**tips(ada), f"refs/runs/default/{IDS[4]}": own}

    tip = say(ada, IDS[0], "good")
    step(ada, "push", plain=plain_push)
    step(bob, "pull", plain=plain_pull)
    assert tips(bob)[RUN] == tip
    assert notes(bob, IDS[0]) == ["good"]

    step(bob, "push", plain=plain_push)
    step(ada, "pull", plain=plain_pull)
    assert tips(ada) == tips(bob) == tips(team.there)
    ada.git("fsck", "--strict", "--no-dangling")


def test_git_does_not_take_what_we_merged_back(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    add_runs(ada, IDS[0])
    share(ada, "push")
    bob.git(*FETCH)
    say(ada, IDS[0], "from ada")
    say(bob, IDS[0], "from bob")
    bob.git(*PUSH)

    assert ada.run("git", *PUSH).returncode == 1  # Git alone has no way on
    share(ada, "push")
    bob.git(*FETCH)

    assert tips(ada) == tips(bob) == tips(team.there)
    assert sorted(notes(bob, IDS[0])) == ["from ada", "from bob"]
