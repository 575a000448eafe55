"""Runs over ssh and HTTP: a real sshd, a real Git behind a web server, both on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitexp.actions.push import PushManners, PushRequest, push_runs
from gitexp.errors import RemoteFailed
from gitexp.store.runs import open_store
from kit.hosts import PASSWORD, USER, HttpHost, SshHost
from kit.sharing import IDS, Team, add_runs, notes, say, share, tips

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from kit.git import GitFolder


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    team = Team.create(tmp_path)
    team.there.git("config", "http.receivepack", "true")
    return team


@pytest.fixture
def host(team: Team) -> Iterator[HttpHost]:
    with HttpHost(team.root) as host:
        yield host


def share_both_ways(team: Team, url: str) -> None:
    """Two who push, pull, say and merge over one kind of connection."""
    ada, bob = team.clone("ada", url=url), team.clone("bob", url=url)
    add_runs(ada, *IDS[:3])
    assert share(ada, "push").err == f"pushed 3 new runs: origin ({ada.git('config', 'remote.origin.url')})\n"
    share(bob, "pull", IDS[0])
    assert "pulled 2 new runs, 1 was here" in share(bob, "pull").err
    say(ada, IDS[0], "from ada")
    say(bob, IDS[0], "from bob")
    share(ada, "push")
    assert "pushed 1 merged run" in share(bob, "push").err
    assert "pulled 1 updated run, 2 were here" in share(ada, "pull").err
    assert sorted(notes(ada, IDS[0])) == ["from ada", "from bob"]
    assert tips(ada) == tips(bob) == tips(team.there)
    assert len(tips(ada)) == 3
    shallow = team.clone("cem", "--depth=1", url=url)
    assert "pulled 3 new runs" in share(shallow, "pull").err
    assert share(shallow, "remote", "ls").out.endswith("default         3         0\n")


@pytest.mark.parametrize("newer", [True, False], ids=["protocol-2", "protocol-0"])
def test_over_ssh(team: Team, monkeypatch: pytest.MonkeyPatch, *, newer: bool) -> None:
    with SshHost(team.root / "ssh", newer=newer) as host:
        monkeypatch.setenv("GIT_SSH_COMMAND", host.command)
        share_both_ways(team, host.url(team.there.path))


def test_over_http(team: Team, host: HttpHost) -> None:
    share_both_ways(team, host.url("there.git"))


def test_over_http_with_a_credential_helper(team: Team, host: HttpHost, sealed: pathlib.Path) -> None:
    helper = f"!f() {{ echo username={USER}; echo password={PASSWORD}; }}; f"
    with (sealed / ".gitconfig").open("a") as config:
        config.write(f'[credential]\n\thelper = "{helper}"\n')
    host.manners.asks = True
    share_both_ways(team, host.url("there.git"))


def test_without_a_password_it_is_told_and_nobody_is_asked(team: Team, host: HttpHost) -> None:
    ada = team.clone("ada", url=host.url("there.git"))
    add_runs(ada, IDS[0])
    host.manners.asks = True

    for command in ("push", "pull"):
        ran = share(ada, command, status=1)
        assert "could not read Username" in ran.err
    assert tips(team.there) == {}


def push_with_pauses(folder: GitFolder, waited: list[float]) -> dict[str, int]:
    """Pushes as the command does, with a clock that only notes how long it was to wait; outcomes and their counts."""
    report = push_runs(open_store(str(folder.path)), PushRequest(), manners=PushManners(pause=waited.append))
    outcomes: dict[str, int] = {}
    for one in report.refs:
        outcomes[one.outcome] = outcomes.get(one.outcome, 0) + 1
    return outcomes


def test_a_connection_that_breaks_is_tried_again_in_halves(team: Team, host: HttpHost) -> None:
    ada = team.clone("ada", url=host.url("there.git"))
    add_runs(ada, *IDS)
    host.manners.drops += ["before", "before"]
    waited: list[float] = []

    assert push_with_pauses(ada, waited) == {"new": 5}

    assert waited == [1.0, 2.0]
    assert host.manners.pushes == 5
    assert tips(team.there) == tips(ada)


def test_what_was_done_when_the_connection_broke_is_not_sent_again(team: Team, host: HttpHost) -> None:
    ada = team.clone("ada", url=host.url("there.git"))
    add_runs(ada, *IDS)
    host.manners.drops.append("after")
    waited: list[float] = []

    assert push_with_pauses(ada, waited) == {"new": 5}

    assert (waited, host.manners.pushes) == ([1.0], 1)
    assert tips(team.there) == tips(ada)


def test_a_host_that_does_not_come_back_is_given_up_and_the_push_goes_on_later(team: Team, host: HttpHost) -> None:
    ada = team.clone("ada", url=host.url("there.git"))
    add_runs(ada, *IDS)
    host.manners.drops += ["before"] * 4
    waited: list[float] = []

    with pytest.raises(RemoteFailed):
        push_with_pauses(ada, waited)

    assert waited == [1.0, 2.0, 4.0]
    assert host.manners.pushes == 4
    assert tips(team.there) == {}
    assert push_with_pauses(ada, waited) == {"new": 5}
    assert len(waited) == 3


def test_what_was_sent_before_the_host_went_is_there(team: Team, host: HttpHost) -> None:
    ada = team.clone("ada", url=host.url("there.git"))
    add_runs(ada, *IDS)
    host.manners.drops += ["before", None, "before", "before", "before", "before"]

    outcomes = push_with_pauses(ada, [])

    assert outcomes == {"new": 2, "refused": 3}
    assert len(tips(team.there)) == 2
    assert push_with_pauses(ada, []) == {"new": 3, "same": 2}


def test_a_pack_that_is_cut_leaves_nothing_half_done(team: Team, host: HttpHost) -> None:
    ada = team.clone("ada", url=host.url("there.git"))
    add_runs(ada, *IDS)
    share(ada, "push")
    bob = team.clone("bob", url=host.url("there.git"))
    host.manners.cut = 600

    ran = share(bob, "pull", status=1)

    assert ran.err.startswith(f"exp: {host.url('there.git')}: ") or ran.err.startswith("exp: origin: ")
    assert tips(bob) == {}
    bob.git("fsck", "--strict", "--no-dangling")
    host.manners.cut = None
    assert "pulled 5 new runs" in share(bob, "pull").err


def test_a_host_that_hides_the_runs_has_none_and_says_why_it_takes_none(team: Team, host: HttpHost) -> None:
    ada = team.clone("ada", url=host.url("there.git"))
    add_runs(ada, IDS[0])
    team.there.git("config", "transfer.hideRefs", "refs/runs")

    ran = share(ada, "push", status=1)

    assert "deny updating a hidden ref" in ran.err
    assert "nothing to pull" in share(ada, "pull").err
