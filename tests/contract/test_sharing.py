"""Runs go and come in and between clones of every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contract.kinds import GIT_VERSION
from kit.git import GitFolder
from kit.sharing import IDS, Team, add_runs, notes, say, share, tips

if TYPE_CHECKING:
    import pathlib

RUN = f"refs/runs/default/{IDS[0]}"
CLONES = {
    "full": (),
    "shallow": ("--depth=1",),
    "less-shallow": ("--depth=4",),
    "partial": ("--filter=blob:none",),
    "treeless": ("--filter=tree:0",),
    "shallow-partial": ("--depth=1", "--filter=blob:none"),
    "single-branch": ("--single-branch",),
    "bare": ("--bare",),
    "mirror": ("--mirror",),
    "local": ("--no-hardlinks",),
}


OTHER_WAYS = ["--object-format=sha256"]
if GIT_VERSION >= (2, 45):
    OTHER_WAYS.append("--ref-format=reftable")


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    """A remote with a history, a run on its oldest commit with four things said of it, and one on the newest."""
    team = Team.create(tmp_path)
    team.there.git("config", "uploadpack.allowFilter", "true")
    ada = team.clone("ada")
    add_runs(ada, IDS[0])
    for number in range(4):
        say(ada, IDS[0], f"note {number}")
        ada.gen({"train.py": f"print({number})\n"})
        ada.commit(f"change {number}")
    ada.git("push", "--quiet", "origin", "HEAD:main")
    add_runs(ada, IDS[1])
    share(ada, "push")
    return team


def check_whole(folder: GitFolder) -> None:
    """What the refs hold is there, down to what is shown of it, with nothing left to be fetched."""
    for ref in tips(folder):
        assert folder.git("-c", "remote.origin.url=/nowhere", "show", f"{ref}:.exp/run.yaml").startswith("format: 1")
    folder.git("fsck", "--no-dangling")


@pytest.mark.parametrize("kind", CLONES)
def test_between_clones_of_every_kind(team: Team, kind: str) -> None:
    folder = team.clone("clone", *CLONES[kind])
    ada = GitFolder(team.root / "ada")
    heads = folder.git("for-each-ref", "refs/heads", "refs/tags", "refs/remotes")
    commits = set(folder.git("rev-list", "HEAD").splitlines())
    is_mirror = kind == "mirror"

    ran = share(folder, "pull")

    assert ("nothing to pull, 2 were here" if is_mirror else "pulled 2 new runs") in ran.err
    assert tips(folder) == tips(team.there)
    check_whole(folder)
    assert folder.git("for-each-ref", "refs/heads", "refs/tags", "refs/remotes") == heads
    assert commits <= set(folder.git("rev-list", "HEAD").splitlines())
    assert notes(folder, IDS[0]) == [f"note {number}" for number in range(4)]

    add_runs(folder, IDS[2])
    own = say(folder, IDS[0], "from here")
    assert "pushed 1 new run, 1 updated run, 1 was there" in share(folder, "push").err
    assert tips(team.there)[RUN] == own
    say(ada, IDS[0], "from ada")
    share(ada, "pull")
    share(ada, "push")
    assert "pulled 1 updated run, 2 were here" in share(folder, "pull").err
    assert tips(folder) == tips(ada) == tips(team.there)

    say(ada, IDS[1], "ada's")
    say(folder, IDS[1], "ours")
    share(ada, "push")
    assert "pushed 1 merged run, 2 were there" in share(folder, "push").err
    assert sorted(notes(folder, IDS[1])) == ["ada's", "ours"]
    check_whole(folder)
    team.there.git("fsck", "--strict", "--no-dangling")
    assert commits <= set(folder.git("rev-list", "HEAD").splitlines())
    if "--depth=1" in CLONES[kind]:
        assert folder.git("rev-list", "--count", "HEAD") < "5"


def test_a_partial_clone_pulls_from_elsewhere_and_promises_nothing_of_it(team: Team) -> None:
    folder = team.clone("clone", "--filter=blob:none")
    ada = GitFolder(team.root / "ada")
    ada.git("config", "uploadpack.allowFilter", "true")
    before = folder.git("config", "--local", "--list")

    assert "pulled 2 new runs" in share(folder, "pull", "--from", f"file://{ada.path}").err

    assert tips(folder) == tips(ada)
    assert folder.git("config", "--local", "--list") == before
    check_whole(folder)


def test_a_shallow_clone_that_knows_too_little_says_so(team: Team) -> None:
    folder = team.clone("clone", "--depth=1")
    share(folder, "pull")
    ada = GitFolder(team.root / "ada")
    oldest = ada.git("rev-parse", f"{RUN}^2^2^2^2")
    other = team.clone("other")
    other.git("fetch", "--quiet", str(ada.path), oldest)
    other.git("update-ref", RUN, oldest)
    say(other, IDS[0], "from long ago")

    ran = share(folder, "pull", "--from", f"file://{other.path}", status=1)

    assert "what both sides have in common is cut off in this shallow clone" in ran.err
    assert "hint: git fetch --unshallow" in ran.err
    assert tips(folder) == tips(team.there)


def test_in_a_linked_worktree_with_a_detached_head_and_a_subfolder(team: Team) -> None:
    folder = team.clone("clone")
    folder.git("worktree", "add", "--quiet", "--detach", str(team.root / "linked"))
    linked = GitFolder(team.root / "linked")
    (linked.path / "deep").mkdir()
    inside = GitFolder(linked.path / "deep")
    before = folder.state(), linked.git("status", "--porcelain=v2", "--branch")

    share(inside, "pull")
    add_runs(linked, IDS[2])
    share(inside, "push")

    assert tips(folder) == tips(team.there)
    assert (folder.state(), linked.git("status", "--porcelain=v2", "--branch")) == before


@pytest.mark.parametrize("option", OTHER_WAYS)
def test_other_ways_to_store(tmp_path: pathlib.Path, option: str) -> None:
    team = Team.create(tmp_path, option)
    ada, bob = team.clone("ada"), team.clone("bob")
    add_runs(ada, *IDS[:2])

    share(ada, "push")
    share(bob, "pull")
    say(bob, IDS[0], "from bob")
    say(ada, IDS[0], "from ada")
    share(bob, "push")
    share(ada, "push")
    share(bob, "pull")

    assert tips(ada) == tips(bob) == tips(team.there)
    assert sorted(notes(ada, IDS[0])) == ["from ada", "from bob"]
