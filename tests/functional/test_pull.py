"""``exp pull``: what the remote has comes, and nothing here is written over or pruned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, run_exp
from kit.sharing import IDS, Team, add_runs, notes, say, share, tips

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

RUN = f"refs/runs/default/{IDS[0]}"


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    return Team.create(tmp_path)


@pytest.fixture
def ada(team: Team) -> GitFolder:
    """Who has pushed three runs."""
    folder = team.clone("ada")
    add_runs(folder, *IDS[:3])
    share(folder, "push")
    return folder


@pytest.fixture
def bob(team: Team, ada: GitFolder) -> GitFolder:
    """Who has none of them yet."""
    assert ada
    return team.clone("bob")


def test_what_is_not_here_comes_and_comes_once(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    before = bob.state()

    ran = share(bob, "pull")

    assert (ran.out, ran.err) == ("", f"pulled 3 new runs: origin (file://{team.there.path})\n")
    assert tips(bob) == tips(ada)
    assert share(bob, "pull").err == f"nothing to pull, 3 were here: origin (file://{team.there.path})\n"
    assert bob.state() == before
    bob.git("fsck", "--strict", "--no-dangling")
    assert IDS[0] in share(bob, "ls", "--ids").out


def test_one_run_one_experiment_or_what_a_pipe_names(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    add_runs(ada, IDS[3], experiment="other")
    share(ada, "push", "--all")

    share(bob, "pull", IDS[0][:4])
    assert list(tips(bob)) == [RUN]
    share(bob, "pull", "-e", "other")
    assert len(tips(bob)) == 2
    assert run_exp(bob, "pull", "-", stdin=IDS[1].encode()).status == 0
    assert len(tips(bob)) == 3
    assert run_exp(bob, "pull", "-").err.startswith("nothing to pull: ")
    unknown = share(bob, "pull", "gggg", status=1)
    assert unknown.err == (
        "exp: no run 'gggg': origin has no such run; what is not here yet is named by its id\n"
        "hint: exp remote ls origin\n"
    )


def test_what_both_said_is_merged_here_and_goes_back(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    share(bob, "pull")
    say(ada, IDS[0], "from ada")
    share(ada, "push")
    say(bob, IDS[0], "from bob")

    ran = share(bob, "pull")

    assert ran.err.splitlines() == [
        f"pulled 1 merged run, 2 were here: origin (file://{team.there.path})",
        "what was merged goes back with: exp push",
    ]
    assert sorted(notes(bob, IDS[0])) == ["from ada", "from bob"]
    share(bob, "push")
    share(ada, "pull")
    assert tips(ada) == tips(bob) == tips(team.there)


def test_two_that_merge_at_once_make_the_same_commit(ada: GitFolder, bob: GitFolder) -> None:
    share(bob, "pull")
    say(ada, IDS[0], "from ada")
    say(bob, IDS[0], "from bob")
    ada.git("remote", "add", "bob", f"file://{bob.path}")
    bob.git("remote", "add", "ada", f"file://{ada.path}")
    both = tips(ada)[RUN], tips(bob)[RUN]
    assert both[0] != both[1]
    ada.git("fetch", "--quiet", "bob", both[1])
    ada.git("update-ref", "refs/keep/bob", both[1])

    share(bob, "pull", "--from", "ada")
    bob.git("update-ref", "refs/keep/merged", RUN)
    bob.git("update-ref", RUN, both[1])
    share(ada, "pull", "--from", "bob")

    assert bob.git("rev-parse", "refs/keep/merged") == tips(ada)[RUN]


def test_what_is_newer_here_stays(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    share(bob, "pull")
    tip = say(bob, IDS[0], "from bob")

    assert "1 is newer here" in share(bob, "pull").err

    assert tips(bob)[RUN] == tip
    assert tips(ada)[RUN] != tip


def test_nothing_here_goes_under_settings_that_prune_and_cover_the_runs(ada: GitFolder, bob: GitFolder) -> None:
    (own,) = add_runs(bob, IDS[4])
    bob.git("tag", "mine")
    for key in ("fetch.prune", "fetch.pruneTags", "remote.origin.prune", "remote.origin.pruneTags"):
        bob.git("config", key, "true")
    bob.git("config", "--add", "remote.origin.fetch", "+refs/runs/*:refs/runs/*")
    bob.git("config", "--add", "remote.origin.fetch", "+refs/tags/*:refs/tags/*")
    ada.git("tag", "theirs")
    ada.git("push", "--quiet", "origin", "theirs")
    say(bob, IDS[4], "only here")

    share(bob, "pull")

    assert tips(bob)[f"refs/runs/default/{IDS[4]}"] != own
    assert len(tips(bob)) == 4
    assert bob.git("tag") == "mine"
    assert (
        not (bob.path / ".git" / "FETCH_HEAD").exists() or "runs" not in (bob.path / ".git" / "FETCH_HEAD").read_text()
    )


def test_a_dry_run_says_what_would_come_and_brings_nothing(ada: GitFolder, bob: GitFolder) -> None:
    commit = tips(ada)[RUN]

    assert share(bob, "pull", "--dry-run").err.startswith("would pull 3 new runs: ")

    assert tips(bob) == {}
    assert bob.git("cat-file", "-t", commit, check=False) == ""


def test_everything_is_in_json(ada: GitFolder, bob: GitFolder) -> None:
    found = envelope(share(bob, "pull", IDS[0], "--json").out)

    assert found["errors"] == []
    assert found["data"]["refs"] == [
        {"ref": RUN, "id": IDS[0], "outcome": "new", "commit": tips(ada)[RUN], "why": None}
    ]


def test_lists_of_erased_ids_only_move_forward(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    removed = "refs/exp/removed/ada"
    first = ada.git("commit-tree", "-m", "one", "HEAD^{tree}")
    other = ada.git("commit-tree", "-m", "three", "HEAD^{tree}")
    second = ada.git("commit-tree", "-m", "two", "HEAD^{tree}", "-p", first)
    ada.git("update-ref", removed, first)
    assert "pushed 1 list of erased runs, 3 were there" in share(ada, "push", "--with-history").err
    assert "pulled 3 new runs, 1 list of erased runs" in share(bob, "pull").err
    ada.git("update-ref", removed, second)
    assert "pushed 1 list of erased runs, 3 were there" in share(ada, "push", "--with-history").err
    assert "nothing to push" in share(bob, "push").err
    assert "pulled 1 list of erased runs, 3 were here" in share(bob, "pull").err
    assert tips(bob, "refs/exp") == {removed: second}

    ada.git("update-ref", removed, other)
    refused = share(ada, "push", status=1)
    assert f"exp: {removed}: what it holds here does not follow from what it holds on the other side" in refused.err
    refused = share(ada, "pull", status=1)
    assert f"exp: {removed}: what it holds there does not follow" in refused.err
    assert (tips(ada, removed), tips(team.there, removed)) == ({removed: other}, {removed: second})


def test_many_runs_are_packed_so_that_the_next_start_is_quick(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    commit = tips(ada)[RUN]
    text = ada.git("cat-file", "commit", commit)
    manifest = ada.git("show", f"{commit}:.exp/run.yaml") + "\n"
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    stream = []
    for number in range(101):
        run_id = f"z00000{letters[number // 32]}{letters[number % 32]}00"
        message = text.partition("\n\n")[2].replace(IDS[0], run_id) + "\n"
        record = manifest.replace(IDS[0], run_id)
        stream.append(
            f"commit refs/runs/default/{run_id}\ncommitter a <a@example.org> 1767323045 +0000\n"
            f"data {len(message.encode())}\n{message}\nfrom {ada.git('rev-parse', 'main')}\n"
            f"M 100644 inline .exp/run.yaml\ndata {len(record.encode())}\n{record}\n"
        )
    ada.git("fast-import", "--quiet", stdin="".join(stream).encode())
    share(ada, "push")
    assert len(tips(team.there)) == 104

    share(bob, "pull")

    assert tips(bob) == tips(team.there)
    assert (bob.path / ".git" / "packed-refs").read_text().count("refs/runs/") == 104
    assert [path for path in (bob.path / ".git" / "refs" / "runs").rglob("*") if path.is_file()] == []


def test_an_experiment_that_is_not_there_is_told(team: Team) -> None:
    ada, bob = team.clone("ada"), team.clone("bob")
    add_runs(ada, IDS[0])
    share(ada, "push")

    told = share(bob, "pull", "-e", "baselines").err.splitlines()

    assert told[1:] == ["no run there was born in experiment 'baselines': exp remote ls origin"]


def test_what_is_newer_here_is_told_with_the_command_that_brings_it_there(team: Team) -> None:
    ada = team.clone("ada")
    add_runs(ada, IDS[0])
    share(ada, "push")
    say(ada, IDS[0], "seen")

    assert share(ada, "pull").err.splitlines()[1:] == ["what is newer here goes there with: exp push"]
