"""Folds and erased runs among clones: everybody lists the same, nothing is lost, and what went does not come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, refs, run_exp
from kit.sharing import IDS, Team, add_runs, notes, say, share, tips

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

FIRST, SECOND, THIRD, FOURTH, FIFTH = IDS


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    return Team.create(tmp_path)


@pytest.fixture
def ada(team: Team) -> GitFolder:
    folder = team.clone("ada")
    add_runs(folder, *IDS)
    share(folder, "push")
    return folder


@pytest.fixture
def bob(team: Team, ada: GitFolder) -> GitFolder:
    folder = team.clone("bob")
    share(folder, "pull")
    return folder


def listed(folder: GitFolder) -> dict[str, str]:
    rows = envelope(run_exp(folder, "ls", "--all", "-n", "0", "--json").out)["data"]["runs"]
    return {row["id"]: row["commit"] for row in rows}


def folds(folder: GitFolder) -> list[str]:
    return refs(folder, "refs/exp/fold")


def test_a_fold_that_is_pushed_takes_the_refs_away_everywhere(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    before = listed(ada)
    assert listed(bob) == before
    assert len(refs(team.there)) == len(IDS)
    share(ada, "fold", "--all")

    pushed = share(ada, "push")

    assert "pushed 1 fold" in pushed.err
    assert "5 refs went there: folds have the runs" in pushed.err
    assert (refs(team.there), len(folds(team.there))) == ([], 1)
    assert "5 refs went here: folds have the runs" in share(bob, "pull").err
    assert (refs(bob), folds(bob)) == ([], folds(team.there))
    assert listed(bob) == listed(ada) == before
    newcomer = team.clone("newcomer")
    share(newcomer, "pull")
    assert (listed(newcomer), refs(newcomer)) == (before, [])
    for folder in (ada, bob, newcomer, team.there):
        folder.git("fsck", "--strict")


def test_who_still_has_the_refs_does_not_bring_them_back(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    share(ada, "fold", "--all")
    share(ada, "push")
    share(bob, "push", "--all")  # knows of no fold, and so brings them back
    assert len(refs(team.there)) == len(IDS)

    share(bob, "pull")
    assert refs(bob) == []
    share(bob, "push", "--all")

    assert refs(team.there) == []
    share(ada, "pull")
    assert refs(ada) == []
    assert listed(ada) == listed(bob)


def test_two_who_fold_the_same_agree(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    before = listed(ada)
    share(ada, "fold", FIRST, SECOND, THIRD)
    share(bob, "fold", THIRD, FOURTH)
    share(ada, "push")
    share(bob, "pull")
    share(bob, "push")
    share(ada, "pull")

    assert folds(ada) == folds(bob) == folds(team.there)
    assert len(folds(ada)) == 2
    assert refs(ada) == refs(bob) == refs(team.there) == [f"refs/runs/default/{FIFTH}"]
    assert listed(ada) == listed(bob) == before


def test_what_is_said_of_a_folded_run_reaches_everybody(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    share(ada, "fold", "--all")
    share(ada, "push")
    share(bob, "pull")
    tip = say(bob, FIRST, "from bob")
    assert refs(bob) == [f"refs/runs/default/{FIRST}"]
    share(bob, "push")

    share(ada, "pull")

    assert (notes(ada, FIRST), tips(ada)) == (["from bob"], {f"refs/runs/default/{FIRST}": tip})
    share(ada, "fold", "--all")
    share(ada, "push")
    share(bob, "pull")
    assert refs(ada) == refs(bob) == refs(team.there) == []
    assert notes(bob, FIRST) == ["from bob"]


def test_what_both_said_before_one_folded_is_merged(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    say(ada, FIRST, "from ada")
    say(bob, FIRST, "from bob")
    share(ada, "fold", "--all")
    share(ada, "push")

    share(bob, "pull")

    assert sorted(notes(bob, FIRST)) == ["from ada", "from bob"]
    assert refs(bob) == [f"refs/runs/default/{FIRST}"]
    share(bob, "push")
    share(ada, "pull")
    assert sorted(notes(ada, FIRST)) == ["from ada", "from bob"]
    assert listed(ada) == listed(bob)


def test_what_both_said_before_both_folded_is_merged(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    say(ada, FIRST, "from ada")
    say(bob, FIRST, "from bob")
    share(ada, "fold", "--all")
    share(bob, "fold", "--all")
    share(ada, "push")

    share(bob, "pull")
    share(bob, "push")
    share(ada, "pull")

    for folder in (ada, bob):
        assert sorted(notes(folder, FIRST)) == ["from ada", "from bob"]
    assert listed(ada) == listed(bob)
    share(bob, "fold", "--all")
    share(bob, "push")
    share(ada, "pull")
    assert refs(ada) == refs(bob) == refs(team.there) == []
    assert listed(ada) == listed(bob)


def test_an_erased_run_goes_from_everybodys_folds(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    share(ada, "fold", FIRST, SECOND)
    share(bob, "fold", FIRST, THIRD)
    share(ada, "push")
    share(bob, "pull")
    share(bob, "push")
    share(ada, "pull")
    commit = listed(ada)[FIRST]

    share(ada, "purge", FIRST, "--remote", "--yes")

    assert FIRST not in listed(ada)
    pulled = share(bob, "pull")
    assert "was refused" not in pulled.err
    assert tips(bob, "refs/exp") == tips(ada, "refs/exp") == tips(team.there, "refs/exp")
    assert listed(bob) == listed(ada)
    assert set(listed(bob)) == set(IDS) - {FIRST}
    share(bob, "push", "--all")
    share(ada, "pull")
    for folder in (ada, team.there):
        folder.git("gc", "--quiet", "--prune=now")
        assert folder.git("cat-file", "-t", commit, check=False) == ""
    # Who pulled it has it until they erase it too.
    bob.git("gc", "--quiet", "--prune=now")
    assert bob.git("cat-file", "-t", commit) == "commit"
    assert f"1 run was purged by ada: exp purge {FIRST[:4]} erases it here too" in pulled.err
    share(bob, "purge", FIRST, "--yes")
    assert bob.git("cat-file", "-t", commit, check=False) == ""
    assert f"refs/runs/default/{FIRST}" not in tips(bob)


def test_a_run_that_was_erased_here_alone_is_told_there_by_a_plain_push(
    team: Team, ada: GitFolder, bob: GitFolder
) -> None:
    share(ada, "fold", FIRST, SECOND)
    share(ada, "push")
    share(bob, "pull")

    share(ada, "purge", FIRST, THIRD, "--yes")
    assert FIRST in {
        entry.rpartition("/")[2]
        for entry in team.there.git("ls-tree", "-r", "-d", "--name-only", folds(team.there)[0]).split()
    }
    pushed = share(ada, "push")

    assert "1 list of erased runs" in pushed.err
    assert tips(ada, "refs/exp") == tips(team.there, "refs/exp")  # the fold was replaced
    pulled = share(bob, "pull")
    assert "2 runs were purged by ada: exp purge " in pulled.err
    assert set(listed(bob)) == {SECOND, FOURTH, FIFTH}
    share(bob, "push", "--all")
    assert set(listed(bob)) == set(listed(ada)) == {SECOND, FOURTH, FIFTH}
    share(ada, "pull")
    assert THIRD not in listed(ada)
    assert f"refs/runs/default/{THIRD}" not in tips(ada)


def test_a_fold_that_lost_a_run_is_not_taken(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    share(ada, "fold", FIRST)
    share(ada, "fold", SECOND)
    share(ada, "push")
    share(bob, "pull")
    (ref,) = folds(ada)
    held = bob.git("rev-parse", ref)
    team.there.git("update-ref", ref, f"{held}^1")
    share(bob, "pull")
    assert bob.git("rev-parse", ref) == held
    # Another chain that lacks the first run and has a third: somebody's hand, and not the work of exp purge.
    share(ada, "fold", "--undo", SECOND)
    ada.git("update-ref", "-d", ref)
    share(ada, "fold", SECOND, THIRD)
    team.there.git("update-ref", "-d", ref)
    ada.git("push", "-q", "origin", ref)
    assert team.there.git("rev-parse", ref) != held

    refused = share(bob, "pull", status=1)

    assert f"{ref}: what it holds there does not follow" in refused.err
    assert bob.git("rev-parse", ref) == held
    assert set(listed(bob)) == set(IDS)
    assert "does not follow" in share(bob, "push", status=1).err


def test_a_hostile_fold_is_refused_and_the_rest_comes(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    share(ada, "fold", FIRST)
    (ref,) = folds(ada)
    text = ada.git("cat-file", "commit", ref).replace("Param: lr=0", "Param: lr=9")
    forged = ada.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=text.encode() + b"\n")
    ada.git("push", "-q", "origin", f"{forged}:refs/exp/fold/mallory-0000/202611")

    pulled = share(bob, "pull", status=1)

    assert "is not that commit" in pulled.err
    assert folds(bob) == []
    assert set(listed(bob)) == set(IDS)


def test_a_remote_that_lets_no_ref_go_is_told_and_all_is_well(team: Team, ada: GitFolder) -> None:
    hook = team.there.path / "hooks" / "update"
    hook.write_text('#!/bin/sh\ncase "$1 $3" in refs/runs/*" 0000"*) echo no ref goes >&2; exit 1;; esac\n')
    hook.chmod(0o755)
    share(ada, "fold", "--all")

    pushed = share(ada, "push")

    assert "refs of folded runs stay on origin: hook declined" in pushed.err
    assert len(refs(team.there)) == len(IDS)
    assert set(listed(ada)) == set(IDS)


def test_a_folded_run_that_is_named_goes_with_its_fold(team: Team, ada: GitFolder) -> None:
    add_runs(ada, "v6sx0c7r1n")
    share(ada, "fold", "v6sx")

    share(ada, "push", "v6sx")

    assert folds(team.there) == folds(ada)
    assert f"refs/runs/default/{FIRST}" in refs(team.there)


def test_folded_runs_are_nothing_that_only_one_side_has(team: Team, ada: GitFolder) -> None:
    share(ada, "fold", "--all")
    share(ada, "push")

    there = envelope(share(ada, "remote", "ls", "--json").out)["data"]

    assert [one["standing"] for one in there["refs"]] == ["same"]
