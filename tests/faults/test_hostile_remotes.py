"""What a remote sends is held against what it says to be: the bad is named, the good comes, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope
from kit.git import GitFolder
from kit.sharing import IDS, Team, add_runs, share, tips

if TYPE_CHECKING:
    import pathlib

RUN = f"refs/runs/default/{IDS[0]}"
BAD = "refs/runs/default/zzzzzzzzz0"


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    """A remote with three runs that are as they should be."""
    team = Team.create(tmp_path)
    ada = team.clone("ada")
    add_runs(ada, *IDS[:3])
    share(ada, "push")
    return team


@pytest.fixture
def ada(team: Team) -> GitFolder:
    return GitFolder(team.root / "ada")


@pytest.fixture
def bob(team: Team) -> GitFolder:
    return team.clone("bob")


def copy_run(there: GitFolder, *, message: tuple[str, str] = ("", ""), manifest: tuple[str, str] = ("", "")) -> str:
    """The first run's commit once more, with something else in its message or manifest."""
    head, _, text = there.git("cat-file", "commit", RUN).partition("\n\n")
    record = there.git("show", f"{RUN}:.exp/run.yaml") + "\n"
    blob = there.git("hash-object", "-w", "--stdin", stdin=record.replace(*manifest).encode())
    folder = there.git("mktree", stdin=f"100644 blob {blob}\trun.yaml\n".encode())
    listing = [line for line in there.git("ls-tree", RUN).splitlines() if not line.endswith("\t.exp")]
    tree = there.git("mktree", stdin="\n".join([*listing, f"040000 tree {folder}\t.exp", ""]).encode())
    lines = [f"tree {tree}", *head.split("\n")[1:]]
    return write_object(there, "commit", "\n".join([*lines, "", text.replace(*message), ""]).encode())


def write_object(there: GitFolder, kind: str, data: bytes) -> str:
    """Writes an object as it is, however bad."""
    return there.git("hash-object", "-w", "--literally", "-t", kind, "--stdin", stdin=data)


def pull(bob: GitFolder) -> dict[str, str]:
    """Pulls, has the bad ones refused, and the three good ones in; returns the reasons by ref."""
    found = envelope(share(bob, "pull", "--json", status=1).out)
    reasons = {one["ref"]: one["why"] for one in found["data"]["refs"] if one["outcome"] == "refused"}
    assert len(found["errors"]) == len(reasons)
    assert len([one for one in found["data"]["refs"] if one["outcome"] == "new"]) == 3
    assert sorted(ref.rpartition("/")[2] for ref in tips(bob)) == sorted(IDS[:3])
    return reasons


def test_refs_and_commits_that_are_not_what_they_say(team: Team, bob: GitFolder) -> None:
    there = team.there
    other = ("Run-Id: " + IDS[0], "Run-Id: zzzzzzzzz1")
    there.git("update-ref", BAD, "refs/heads/main")
    there.git("update-ref", "refs/runs/default/zzzzzzzzz1", copy_run(there))
    there.git("update-ref", "refs/runs/default/zzzzzzzzz2", there.git("rev-parse", "main^{tree}"))
    there.git("update-ref", "refs/runs/default/zzzzzzzzz3", copy_run(there, message=("Run-Format: 1", "Run-Format: 9")))
    there.git("update-ref", "refs/runs/default/zzzzzzzzz4/deeper", "refs/heads/main")
    there.git("update-ref", "refs/runs/CON/zzzzzzzzz5", "refs/heads/main")
    there.git("update-ref", "refs/runs/other/zzzzzzzzz1", copy_run(there, message=other))

    reasons = pull(bob)

    assert {ref.removeprefix("refs/runs/"): why.partition("cannot be read: ")[2] for ref, why in reasons.items()} == {
        "default/zzzzzzzzz0": "its message has no Run-Format",
        "default/zzzzzzzzz1": "the same id is at refs/runs/other/zzzzzzzzz1",
        "other/zzzzzzzzz1": "the same id is at refs/runs/default/zzzzzzzzz1",
        "default/zzzzzzzzz2": "its commit is missing or damaged",
        "default/zzzzzzzzz3": "it has format 9, this gitexp reads format 1",
        "default/zzzzzzzzz4/deeper": "the ref is not that of a run",
        "CON/zzzzzzzzz5": "the ref is not that of a run",
    }
    bob.git("fsck", "--strict", "--no-dangling")


def test_a_manifest_of_another_run_is_not_taken(team: Team, bob: GitFolder) -> None:
    there = team.there
    renamed = (IDS[0], "zzzzzzzzz0")
    moved = ("experiment: default", "experiment: other")
    there.git("update-ref", BAD, copy_run(there, message=renamed))
    moved_run = copy_run(there, message=(IDS[0], "zzzzzzzzz1"), manifest=moved)
    there.git("update-ref", "refs/runs/default/zzzzzzzzz1", moved_run)
    quoted = copy_run(there, message=(IDS[0], "zzzzzzzzz2"), manifest=(f"id: {IDS[0]}", f"'id': {IDS[0]}"))
    there.git("update-ref", "refs/runs/default/zzzzzzzzz2", quoted)
    empty = copy_run(there, message=(IDS[0], "zzzzzzzzz3"), manifest=("format: 1", "format: [[["))
    there.git("update-ref", "refs/runs/default/zzzzzzzzz3", empty)

    reasons = pull(bob)

    assert sorted(ref[-1] for ref in reasons) == ["0", "1", "2", "3"]
    assert f"its manifest is that of run {IDS[0]}" in reasons[BAD]
    assert f"its manifest is that of run {IDS[0]}" in reasons["refs/runs/default/zzzzzzzzz2"]


def test_a_manifest_that_blows_up_is_not_read(team: Team, bob: GitFolder) -> None:
    # It is a few KB in a pack, and could as well be gigabytes here.
    blown = ("format: 1", "format: 1  " + "#" * 16_000_000)
    team.there.git("update-ref", BAD, copy_run(team.there, message=(IDS[0], "zzzzzzzzz0"), manifest=blown))

    reasons = pull(bob)

    assert "its manifest is larger than 16000000 bytes" in reasons[BAD]
    bob.git("update-ref", "refs/runs/default/zzzzzzzzz0", team.there.git("rev-parse", BAD))
    assert "too large" in share(bob, "show", "zzzzzzzzz0", status=1).err


@pytest.mark.parametrize("name", ["..", ".git", ".GIT", "a\\..\\b/.git"])
def test_a_tree_that_leads_out_is_refused_and_holds_up_nothing(team: Team, bob: GitFolder, name: str) -> None:
    there = team.there
    inner = there.git("hash-object", "-w", "--stdin", stdin=b"#!/bin/sh\n")
    name = name.rpartition("/")[2]
    raw = b"100755 hook\0" + bytes.fromhex(inner)
    folder = write_object(there, "tree", raw)
    tree = write_object(there, "tree", b"40000 " + name.encode() + b"\0" + bytes.fromhex(folder))
    head, _, text = there.git("cat-file", "commit", RUN).partition("\n\n")
    lines = [f"tree {tree}", *head.split("\n")[1:]]
    commit = write_object(there, "commit", "\n".join([*lines, "", text.replace(IDS[0], "zzzzzzzzz0"), ""]).encode())
    there.git("update-ref", BAD, commit)

    reasons = pull(bob)

    assert list(reasons) == [BAD]
    assert "it cannot be fetched: " in reasons[BAD]
    assert "fsck" in reasons[BAD] or "contains" in reasons[BAD], reasons


def test_a_link_that_leads_out_is_text_when_the_code_is_looked_at(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    (ada.path / "out").symlink_to("/etc")
    ada.commit("a link")
    ada.git("push", "--quiet", "origin", "HEAD:main")
    add_runs(ada, IDS[3])
    share(ada, "push")

    share(bob, "pull")
    share(bob, "checkout", IDS[3], "../code")

    assert (team.root / "code" / "out").readlink().as_posix() == "/etc"
    assert bob.git("status", "--porcelain") == ""


def test_an_object_that_is_damaged_there_is_told_for_its_run_alone(team: Team, bob: GitFolder) -> None:
    there = team.there
    there.git("update-ref", BAD, copy_run(there, message=(IDS[0], "zzzzzzzzz0"), manifest=(IDS[0], "zzzzzzzzz0")))
    blob = there.git("rev-parse", f"{BAD}:.exp/run.yaml")
    loose = there.path / "objects" / blob[:2] / blob[2:]
    assert loose.exists()
    loose.unlink()

    reasons = pull(bob)

    assert list(reasons) == [BAD]
    assert "it cannot be fetched: " in reasons[BAD]


def test_what_it_says_is_shown_without_what_a_terminal_acts_upon(team: Team, bob: GitFolder) -> None:
    there = team.there
    there.git("update-ref", BAD, copy_run(there, message=("Run-Status: finished", "Run-Status: \x1b[2Jgone")))

    ran = share(bob, "pull", status=1)

    assert "gone" in ran.err
    assert "\x1b" not in ran.err


def test_a_later_tip_of_another_snapshot_does_not_take_the_runs_place(team: Team, ada: GitFolder) -> None:
    there = team.there
    tip = tips(ada)[RUN]
    head, _, text = there.git("cat-file", "commit", RUN).partition("\n\n")
    other = there.git("commit-tree", "-m", "other", f"{RUN}^^{{tree}}")
    lines = [f"parent {other}\nparent {tip}" if line.startswith("parent ") else line for line in head.split("\n")]
    forged = write_object(there, "commit", "\n".join([*lines, "", text, ""]).encode())
    there.git("update-ref", RUN, forged)

    for command in ("pull", "push"):
        ran = share(ada, command, status=1 if command == "pull" else None)
        assert tips(ada)[RUN] == tip
        assert "another snapshot" in ran.err or command == "push"


@pytest.mark.parametrize(
    ("message", "manifest", "why"),
    [
        (("", ""), ("lr: 0", "lr: 5"), ".exp/run.yaml"),
        (("Param: lr=0", "Param: lr=5"), ("", ""), "another message"),
    ],
)
def test_a_later_tip_that_tells_the_run_otherwise_is_refused(
    team: Team, ada: GitFolder, message: tuple[str, str], manifest: tuple[str, str], why: str
) -> None:
    there, tip = team.there, tips(ada)[RUN]
    copied = there.git("cat-file", "commit", copy_run(there, message=message, manifest=manifest))
    snapshot = there.git("rev-parse", f"{RUN}^")
    later = copied.replace(f"parent {snapshot}\n", f"parent {snapshot}\nparent {tip}\n", 1) + "\n"
    forged = write_object(there, "commit", later.encode())
    assert forged != tip
    there.git("update-ref", RUN, forged)

    ran = share(ada, "pull", status=1)

    assert why in ran.err
    assert tips(ada)[RUN] == tip


def test_a_later_tip_that_takes_a_statement_away_is_refused(team: Team, ada: GitFolder) -> None:
    there = team.there
    share(ada, "note", IDS[0], "this one leaks")
    share(ada, "push")
    tip = tips(ada)[RUN]
    first = there.git("rev-parse", f"{RUN}^2")
    copied = there.git("cat-file", "commit", first)
    snapshot = there.git("rev-parse", f"{RUN}^")
    later = copied.replace(f"parent {snapshot}\n", f"parent {snapshot}\nparent {tip}\n", 1) + "\n"
    there.git("update-ref", RUN, write_object(there, "commit", later.encode()))

    ran = share(ada, "pull", status=1)

    assert "its later tip has not .exp/annotations/" in ran.err
    assert tips(ada)[RUN] == tip


def test_a_local_run_that_is_damaged_is_named_and_the_others_go(team: Team, ada: GitFolder) -> None:
    add_runs(ada, IDS[3], IDS[4])
    ada.git("update-ref", f"refs/runs/default/{IDS[3]}", "main")

    ran = share(ada, "push", status=1)

    assert f"refs/runs/default/{IDS[3]} cannot be read" in ran.err
    assert "pushed 1 new run, 3 were there, 1 was refused" in ran.err
    assert f"refs/runs/default/{IDS[4]}" in tips(team.there)
