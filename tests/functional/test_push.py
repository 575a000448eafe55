"""``exp push``: what the remote lacks goes, through real Git to a real repository."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.model.run import Status
from kit.exp import envelope, run_exp
from kit.git import GitFolder
from kit.mirrored import mirror_run
from kit.sharing import IDS, NOON, Team, add_runs, notes, say, share, tips
from kit.stored import plan_run
from kit.terminal import Terminal

if TYPE_CHECKING:
    import pathlib

RUN = f"refs/runs/default/{IDS[0]}"


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    return Team.create(tmp_path)


@pytest.fixture
def ada(team: Team) -> GitFolder:
    return team.clone("ada")


def test_what_the_remote_lacks_goes_and_goes_once(team: Team, ada: GitFolder) -> None:
    add_runs(ada, *IDS[:3])
    before = ada.state()

    ran = share(ada, "push")

    assert ran.out == ""
    assert ran.err == f"pushed 3 new runs: origin (file://{team.there.path})\n"
    assert tips(team.there) == tips(ada)
    assert len(tips(ada)) == 3
    assert share(ada, "push").err == f"nothing to push, 3 were there: origin (file://{team.there.path})\n"
    assert ada.state() == before
    team.there.git("fsck", "--strict", "--no-dangling")


def test_only_the_present_experiment_goes_or_the_one_named_or_all(team: Team, ada: GitFolder) -> None:
    add_runs(ada, IDS[0])
    add_runs(ada, IDS[1], experiment="other")
    add_runs(ada, IDS[2], experiment="third")

    share(ada, "push")
    assert list(tips(team.there)) == [RUN]
    share(ada, "push", "-e", "other")
    assert list(tips(team.there)) == [RUN, f"refs/runs/other/{IDS[1]}"]
    share(ada, "push", "--all")
    assert tips(team.there) == tips(ada)


def test_runs_are_named_as_arguments_or_by_a_pipe(team: Team, ada: GitFolder) -> None:
    add_runs(ada, *IDS[:4])

    share(ada, "push", IDS[0][:4])
    assert list(tips(team.there)) == [RUN]
    piped = run_exp(ada, "push", "-", stdin=f"{IDS[1]}\n{IDS[2]}\n".encode())
    assert (piped.status, len(tips(team.there))) == (0, 3)
    nothing = run_exp(ada, "push", "-")
    assert (nothing.status, len(tips(team.there))) == (0, 3)
    assert nothing.err.startswith("nothing to push: ")


def test_what_was_said_since_moves_the_run_there(team: Team, ada: GitFolder) -> None:
    add_runs(ada, IDS[0])
    share(ada, "push")
    tip = say(ada, IDS[0], "good")

    assert share(ada, "push").err.startswith("pushed 1 updated run: ")

    assert tips(team.there) == {RUN: tip}


def test_what_both_sides_said_is_merged_here_and_goes(team: Team, ada: GitFolder) -> None:
    add_runs(ada, IDS[0])
    share(ada, "push")
    bob = team.clone("bob")
    share(bob, "pull")
    say(bob, IDS[0], "from bob")
    share(bob, "push")
    say(ada, IDS[0], "from ada")

    assert share(ada, "push").err.startswith("pushed 1 merged run: ")

    assert sorted(notes(ada, IDS[0])) == ["from ada", "from bob"]
    assert tips(team.there) == tips(ada)
    share(bob, "pull")
    assert tips(bob) == tips(ada)


def test_a_run_that_is_newer_there_stays_as_it_is(team: Team, ada: GitFolder) -> None:
    (first,) = add_runs(ada, IDS[0])
    share(ada, "push")
    bob = team.clone("bob")
    share(bob, "pull")
    tip = say(bob, IDS[0], "from bob")
    share(bob, "push")

    ran = share(ada, "push")

    assert ran.err.splitlines() == [
        f"nothing to push, 1 is newer on the other side: origin (file://{team.there.path})",
        "what is newer there comes with: exp pull",
    ]
    assert (tips(ada), tips(team.there)) == ({RUN: first}, {RUN: tip})


def test_commits_that_are_not_pushed_are_said_and_refused_in_a_pipe(team: Team, ada: GitFolder) -> None:
    ada.gen({"more.py": "print(1)\n"})
    commit = ada.commit("not yet pushed")
    add_runs(ada, IDS[0])

    ran = share(ada, "push", status=1)

    assert ran.err == (
        "exp: 1 commit that is not on origin yet would become public with this push: "
        f"{commit[:7]} not yet pushed\nhint: exp push --with-history\n"
    )
    assert tips(team.there) == {}
    assert "1 commit of yours would go along" in share(ada, "push", "--dry-run").err
    assert tips(team.there) == {}
    assert "1 commit of yours went along" in share(ada, "push", "--with-history").err
    assert tips(team.there) == tips(ada)


def test_a_secret_does_not_leave_unless_it_is_allowed(team: Team, ada: GitFolder) -> None:
    ada.gen({"creds.py": 'KEY = "ghp_' + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8" + '"\n'})
    ada.commit("a mistake")
    add_runs(ada, IDS[0])

    ran = share(ada, "push", "--with-history", status=1)

    assert "look" in ran.err
    assert "creds.py:1" in ran.err
    assert tips(team.there) == {}
    allowed = share(ada, "push", "--with-history", "--allow", "creds.py")
    assert "1 place that looks like a secret went along, as allowed" in allowed.err
    assert tips(team.there) == tips(ada)
    entry = json.loads((ada.path / ".git" / "exp" / "pushes").read_text())
    assert (entry["runs"], entry["exceptions"][0]["path"]) == (1, "creds.py")


def test_everything_is_in_json(team: Team, ada: GitFolder) -> None:
    (commit,) = add_runs(ada, IDS[0])

    found = envelope(share(ada, "push", "--json").out)

    assert found["errors"] == []
    assert found["data"]["remote"] == {"name": "origin", "url": f"file://{team.there.path}"}
    assert found["data"]["refs"] == [{"ref": RUN, "id": IDS[0], "outcome": "new", "commit": commit, "why": None}]


def test_a_hook_that_refuses_one_run_is_heard_and_the_others_go(team: Team, ada: GitFolder) -> None:
    add_runs(ada, *IDS[:3])
    hook = team.there.path / "hooks" / "update"
    hook.write_text(f'#!/bin/sh\ntest "$1" != {RUN} || {{ echo "not this one" >&2; exit 1; }}\n')
    hook.chmod(0o755)

    ran = share(ada, "push", status=1)

    assert f"exp: file://{team.there.path} refuses {RUN}: hook declined: not this one" in ran.err
    assert "pushed 2 new runs, 1 was refused: origin" in ran.err
    assert len(tips(team.there)) == 2


def test_a_ref_there_that_is_not_that_of_the_run_is_left_alone_and_named(team: Team, ada: GitFolder) -> None:
    add_runs(ada, *IDS[:2])
    team.there.git("update-ref", RUN, "refs/heads/main")

    ran = share(ada, "push", status=1)

    assert f"run {RUN} cannot be read" in ran.err
    assert team.there.git("rev-parse", RUN) == team.there.git("rev-parse", "main")
    assert len(tips(team.there)) == 2


def test_nothing_is_pushed_where_no_remote_is_chosen(ada: GitFolder) -> None:
    ada.git("remote", "add", "backup", "../backup.git")

    ran = share(ada, "push", status=1)

    assert ran.err == ("exp: 2 remotes, and none is chosen for runs: backup, origin\nhint: exp remote set origin\n")


def test_a_mirror_remote_and_submodules_on_demand_change_nothing(team: Team, ada: GitFolder) -> None:
    add_runs(ada, IDS[0])
    team.there.git("update-ref", "refs/heads/only-there", "main")
    ada.git("config", "remote.origin.mirror", "true")
    ada.git("config", "push.recurseSubmodules", "only")
    ada.git("tag", "local-tag")
    ada.git("config", "push.followTags", "true")

    assert share(ada, "push").err.startswith("pushed 1 new run: ")

    assert team.there.git("for-each-ref", "--format=%(refname)").splitlines() == [
        "refs/heads/main",
        "refs/heads/only-there",
        RUN,
    ]


def test_it_goes_where_git_pushes(team: Team, ada: GitFolder, tmp_path: pathlib.Path) -> None:
    add_runs(ada, IDS[0])
    ada.git("clone", "--quiet", "--bare", str(team.there.path), str(tmp_path / "fork.git"))
    ada.git("remote", "set-url", "--push", "origin", str(tmp_path / "fork.git"))

    assert share(ada, "push").err == f"pushed 1 new run: origin ({tmp_path / 'fork.git'})\n"
    assert share(ada, "push").err.startswith("nothing to push, 1 was there: ")

    assert tips(team.there) == {}
    assert ada.git("ls-remote", "--refs", str(tmp_path / "fork.git"), RUN)


def test_the_users_hook_runs_and_its_no_is_no(team: Team, ada: GitFolder) -> None:
    add_runs(ada, IDS[0])
    hook = ada.path / ".git" / "hooks" / "pre-push"
    hook.write_text("#!/bin/sh\necho no pushes on Fridays >&2\nexit 1\n")
    hook.chmod(0o755)

    ran = share(ada, "push", status=1)

    assert "no pushes on Fridays" in ran.err
    assert tips(team.there) == {}


@pytest.mark.parametrize(("answer", "status"), [(b"y\n", 0), (b"\n", 1), (b"n\n", 1)])
def test_on_a_terminal_it_asks_once(team: Team, ada: GitFolder, answer: bytes, status: int) -> None:
    ada.commit("not yet pushed")
    add_runs(ada, *IDS)
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | {"TERM": "xterm"}

    with Terminal([sys.executable, "-m", "gitexp", "push"], cwd=ada.path, env=environment, columns=120) as terminal:
        terminal.expect(rb"1 commit that is not on origin yet would become public with this push: ")
        terminal.expect(rb"push them too\? \[y/N\] ")
        terminal.send(answer)
        ended = terminal.wait()

    assert ended == status
    assert len(tips(team.there)) == (5 if status == 0 else 0)
    if status == 0:
        assert b"Writing objects" in terminal.screen
        assert terminal.screen.rpartition(b"\r\x1b[K")[2].startswith(b"pushed 5 new runs: origin")
    else:
        assert terminal.screen.rstrip().endswith(b"exp: nothing was pushed")


def test_runs_of_other_experiments_that_stay_are_told_and_so_is_an_experiment_without_any(
    team: Team, ada: GitFolder
) -> None:
    add_runs(ada, *IDS[:2])
    share(ada, "push")
    assert run_exp(ada, "mv", IDS[1], "archive").status == 0

    left = share(ada, "push")

    assert left.err.splitlines()[1:] == ["1 run of other experiments differs from what is there: exp push --all"]
    assert share(ada, "push", "--all").err.startswith("pushed 1 updated run, 1 was there: ")
    assert "of other experiments" not in share(ada, "push").err
    unknown = share(ada, "push", "-e", "archives").err.splitlines()
    assert unknown[1:] == ["no runs in experiment 'archives'; exp ls --all lists those of others"]


def test_a_run_that_is_going_elsewhere_is_not_ours_to_push_when_it_has_ended(team: Team, ada: GitFolder) -> None:
    add_runs(ada, IDS[0])
    mirror_run(ada, plan_run(ada, "t7zc9x1k0f", status=Status.RUNNING), at=NOON.timestamp())
    assert "t7zc9x1k0f" in run_exp(ada, "ls", "--ids").out

    assert share(ada, "push").err == f"pushed 1 new run: origin (file://{team.there.path})\n"


@pytest.mark.parametrize("options", [(), ("--push",)])
def test_each_place_that_a_push_goes_to_is_asked_what_it_has(
    team: Team, ada: GitFolder, tmp_path: pathlib.Path, options: tuple[str, ...]
) -> None:
    ada.gen({"creds.py": 'KEY = "ghp_' + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8" + '"\n'})
    ada.commit("a mistake")
    ada.git("push", "--quiet")
    add_runs(ada, IDS[0])
    other = GitFolder.create(tmp_path / "other.git", "--bare")
    ada.git("remote", "set-url", "--add", *options, "origin", f"file://{team.there.path}")
    ada.git("remote", "set-url", "--add", *options, "origin", str(other.path))

    ran = share(ada, "push", "--with-history", status=1)

    assert "creds.py:1" in ran.err
    assert tips(other) == {}
    ada.git("remote", "set-url", "--delete", *options, "origin", str(other.path))
    assert share(ada, "push").err.startswith("pushed 1 new run: ")


def test_a_remote_is_not_believed_what_it_says_of_commits_that_came_from_nowhere(team: Team, ada: GitFolder) -> None:
    ada.gen({"creds.py": 'KEY = "ghp_' + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8" + '"\n'})
    ada.commit("a mistake")
    add_runs(ada, IDS[0])
    # It has the objects and no ref that leads to them: it says yes, and a push sends them again.
    ada.git("push", "--quiet", "origin", "HEAD:refs/hidden/x")
    team.there.git("config", "transfer.hideRefs", "refs/hidden")

    assert "creds.py:1" in share(ada, "push", "--with-history", status=1).err

    ada.git("push", "--quiet")
    team.there.git(
        "update-ref", "refs/heads/main", team.there.git("commit-tree", "main^{tree}", "-p", "main", "-m", "x")
    )
    assert share(ada, "push").err.startswith("pushed 1 new run: ")
