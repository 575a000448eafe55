"""``exp remote``: what the remote has, and which one it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, run_exp
from kit.sharing import IDS, Team, add_runs, say, share, tips

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    return Team.create(tmp_path)


@pytest.fixture
def ada(team: Team) -> GitFolder:
    return team.clone("ada")


def test_what_is_there_is_held_against_what_is_here(team: Team, ada: GitFolder) -> None:
    add_runs(ada, *IDS[:3])
    add_runs(ada, IDS[3], experiment="other")
    share(ada, "push", "--all")
    bob = team.clone("bob")
    share(bob, "pull", IDS[0], IDS[1])
    say(bob, IDS[0], "newer here")
    say(ada, IDS[1], "newer there")
    share(ada, "push")
    add_runs(bob, IDS[4])

    ran = share(bob, "remote", "ls")

    assert ran.out == (
        f"origin (file://{team.there.path})  the only one\n\n"
        "experiment  there  not here  changed there  newer here  only here\n"
        "default         3         1              1           1          1\n"
        "other           1         1              0           0          0\n"
    )
    found = envelope(share(bob, "remote", "ls", "--json").out)["data"]
    standing = {one["ref"].rpartition("/")[2]: one["standing"] for one in found["refs"]}
    assert standing == dict(zip(IDS, ("ahead", "changed", "there", "there", "here"), strict=True))
    assert found["refs"][0]["here"] is None or found["refs"][0]["there"] is not None
    assert found["experiments"][1] == {
        "experiment": "other",
        "runs": 1,
        "not_here": 1,
        "changed_there": 0,
        "newer_here": 0,
        "only_here": 0,
        "live": 0,
    }
    assert len(tips(bob)) == 3


def test_an_empty_remote_and_one_that_is_not_there(team: Team, ada: GitFolder) -> None:
    assert "no runs there, and none here" in share(ada, "remote").out

    ran = share(ada, "remote", "ls", str(team.root / "nowhere.git"), status=1)

    assert "does not appear to be a git repository" in ran.err or "does not exist" in ran.err


def test_a_remote_is_chosen_by_its_name(ada: GitFolder) -> None:
    ada.git("remote", "add", "backup", "https://ada:hunter2@example.org/b.git")

    ran = share(ada, "remote", "set", "backup")

    assert ran.err.splitlines() == [
        "runs go to backup (https://example.org/b.git), and come from there",
        "to undo: git config --unset gitexp.remote",
    ]
    assert ada.git("config", "gitexp.remote") == "backup"
    assert share(ada, "remote", "set", "origin").err.endswith("to undo: exp remote set backup\n")


def test_a_url_becomes_a_remote_that_plain_git_leaves_alone(team: Team, ada: GitFolder) -> None:
    add_runs(ada, IDS[0])
    ada.git("clone", "--quiet", "--bare", str(team.there.path), str(team.root / "runs.git"))

    ran = share(ada, "remote", "set", "../runs.git")

    assert ran.err.splitlines() == [
        f"runs go to runs ({team.root / 'runs.git'}), and come from there",
        "to undo: git remote remove runs; git config --unset gitexp.remote",
    ]
    assert share(ada, "push").err.startswith("pushed 1 new run: runs (")
    assert tips(team.there) == {}
    ada.git("fetch", "--all", "--quiet")
    ada.git("remote", "update")
    assert ada.git("for-each-ref", "refs/remotes/runs") == ""
    again = share(ada, "remote", "set", "../runs.git")
    assert again.err.endswith("to undo: git config --unset gitexp.remote\n")
    other = share(ada, "remote", "set", "../other.git", status=1)
    assert "the remote 'runs' is another one" in other.err


@pytest.mark.parametrize("url", ["ext::sh -c touch% /tmp/x", "-u", "--upload-pack=x", "fd::7", "a\nb:/x"])
def test_a_url_that_could_run_something_is_refused(ada: GitFolder, url: str) -> None:
    ran = share(ada, "remote", "set", "--", url, status=2)

    assert "not a URL that is safe to hand to Git" in ran.err
    assert ada.git("config", "gitexp.remote", check=False) == ""
    share(ada, "push", f"--to={url}", status=2)


def test_what_it_does_not_know_is_told(ada: GitFolder) -> None:
    assert "there is ls and set" in share(ada, "remote", "add", status=2).err
    assert "which one?" in share(ada, "remote", "set", status=2).err
    assert "there is no remote 'upstream'; there is origin" in share(ada, "remote", "set", "upstream", status=1).err


def test_a_remote_that_is_not_there_is_told_with_who_names_it(ada: GitFolder) -> None:
    typed = share(ada, "push", "--to", "backup", status=1).err
    assert typed == "exp: there is no remote 'backup'; there is origin\nhint: git remote add backup URL\n"
    ada.git("config", "gitexp.remote", "gone")
    named = share(ada, "push", status=1).err
    assert named == (
        "exp: there is no remote 'gone', which gitexp.remote names; there is origin\nhint: exp remote set origin\n"
    )


def test_one_list_of_erased_runs_is_one(ada: GitFolder) -> None:
    add_runs(ada, *IDS[:2])
    assert run_exp(ada, "purge", IDS[0], "--yes").status == 0
    share(ada, "push")

    assert "and 1 list of erased runs\n" in share(ada, "remote", "ls").out
