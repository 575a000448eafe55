"""Others who write while runs go and come: another clone, another command, a garbage collection, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.git import GitFolder
from kit.sharing import IDS, Team, add_runs, notes, say, share, tips
from kit.terminal import open_when_read

if TYPE_CHECKING:
    import pathlib

RUN = f"refs/runs/default/{IDS[0]}"


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    """A remote with three runs, and two clones that have them."""
    team = Team.create(tmp_path)
    ada = team.clone("ada")
    add_runs(ada, *IDS[:3])
    share(ada, "push")
    share(team.clone("bob"), "pull")
    return team


@pytest.fixture
def ada(team: Team) -> GitFolder:
    return GitFolder(team.root / "ada")


@pytest.fixture
def bob(team: Team) -> GitFolder:
    return GitFolder(team.root / "bob")


def meanwhile(team: Team, folder: GitFolder, program: str, turns: int, command: str) -> pathlib.Path:
    """Has a command run as the other side is spoken to for the n-th time; the file that is there once it has."""
    script, count, done = (team.root / f"{program}.{name}" for name in ("sh", "count", "done"))
    script.write_text(
        f"#!/bin/sh\necho >> {count}\n"
        f'if [ "$(wc -l < {count})" = {turns} ]; then unset GIT_DIR; {command} >&2 && touch {done}; fi\n'
        f'exec git {program} "$@"\n'
    )
    script.chmod(0o755)
    folder.git("config", f"remote.origin.{program.replace('-', '')}", str(script))
    return done


def test_what_is_said_here_while_a_pull_fetches_is_merged_as_well(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    say(ada, IDS[0], "from ada")
    share(ada, "push")
    before = tips(bob)[RUN]
    own = say(bob, IDS[0], "from bob")
    bob.git("update-ref", "refs/keep/own", own)
    bob.git("update-ref", RUN, before)
    done = meanwhile(team, bob, "upload-pack", 2, f"git -C {bob.path} update-ref {RUN} {own}")

    ran = share(bob, "pull")

    assert done.exists()
    assert "pulled 1 merged run, 2 were here" in ran.err
    assert sorted(notes(bob, IDS[0])) == ["from ada", "from bob"]


def test_what_another_pushes_meanwhile_is_merged_and_goes(team: Team, ada: GitFolder, bob: GitFolder) -> None:
    say(ada, IDS[0], "from ada")
    say(bob, IDS[0], "from bob")
    done = meanwhile(team, ada, "receive-pack", 1, f"git -C {bob.path} push -q origin {RUN}")

    ran = share(ada, "push")

    assert done.exists()
    assert "pushed 1 merged run, 2 were there" in ran.err
    assert sorted(notes(ada, IDS[0])) == ["from ada", "from bob"]
    assert tips(team.there) == tips(ada)


def test_what_a_gc_took_as_it_came_comes_again(team: Team) -> None:
    """A gc that began before the refs were set prunes at its end what they hold: here, as the first ref is set."""
    cem = team.clone("cem")
    hook = cem.path / ".git" / "hooks" / "reference-transaction"
    done = team.root / "done"
    hook.write_text(
        f'#!/bin/sh\n[ "$1" = committed ] && grep -q refs/runs && [ ! -e {done} ] && touch {done} && '
        "find .git/objects -type f ! -name '*.keep' -newer .git/hooks/reference-transaction -delete\nexit 0\n"
    )
    hook.chmod(0o755)

    ran = share(cem, "pull")

    assert done.exists()
    assert "pulled 3 new runs" in ran.err
    assert len(tips(cem)) == 3
    cem.git("fsck", "--strict", "--no-dangling")


def test_a_push_that_is_interrupted_leaves_nothing_half_done(team: Team, ada: GitFolder) -> None:
    add_runs(ada, IDS[3])
    gate = team.root / "gate"
    os.mkfifo(gate)
    hook = ada.path / ".git" / "hooks" / "pre-push"
    hook.write_text(f"#!/bin/sh\nexec cat {gate}\n")
    hook.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "gitexp", "push"], cwd=ada.path, start_new_session=True, stderr=subprocess.PIPE
    )
    holding = open_when_read(gate)
    os.killpg(process.pid, signal.SIGINT)

    _, said = process.communicate(timeout=60)
    os.close(holding)

    assert process.returncode == 130
    assert said.strip() == b""
    assert len(tips(team.there)) == 3
    hook.unlink()
    assert "pushed 1 new run" in share(ada, "push").err
