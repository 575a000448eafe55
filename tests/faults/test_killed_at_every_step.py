"""kill -9 at every step of a recording: at each change that it makes to the Git folder, and at each process."""

from __future__ import annotations

import contextlib
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import pytest

from gitexp.actions.recovery import recover_runs
from gitexp.capture.spool import read_spool
from gitexp.format.annotation import format_annotation, name_annotation
from gitexp.model.annotations import Statement
from gitexp.model.run import Status, User
from gitexp.store.layout import OUTPUT
from gitexp.store.runs import open_store
from kit.exp import PATIENCE
from kit.git import GitFolder
from kit.terminal import wait_until

if TYPE_CHECKING:
    from gitexp.store.runs import RunStore

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there is no fork and there are no signals of this kind"
)
PARTS = 6
FEWEST = 60
"""Kill points that there are at least; were they fewer, something would not be watched any more."""
KILLING = pathlib.Path(__file__).parents[1] / "kit" / "killing.py"
SAID = format_annotation(
    Statement("tag", {"said": True}), datetime(2030, 1, 1, tzinfo=UTC), User("Ada Lovelace", "ada@example.org")
)
SAY = f'printf %s {shlex.quote(SAID.decode())} > "$GITEXP_RUN/annotations/{name_annotation(SAID).decode()}"'
SCRIPT = f"{SAY}; touch ../ran; echo loss=0.5; echo weights > model.bin; exit 3"
ARGUMENTS = (
    "run", "-q", "-p", "lr=0.1", "--data", "train.csv", "-a", "model.bin", "--", "sh", "-c", SCRIPT
)  # fmt: skip


class Step(NamedTuple):
    """The nth step of a recording, and whether exp dies before it or when it has begun."""

    number: int
    when: str
    what: str


def make_project(place: pathlib.Path) -> GitFolder:
    """A repository with an edit that only a snapshot has."""
    folder = GitFolder.create(place, "--template=")
    folder.gen({"train.py": "print(1)\n", "train.csv": "a,b\n", ".gitignore": "model.bin\n"})
    folder.commit("project")
    folder.gen({"train.py": "print(2)\n"})
    return folder


def run_killed(folder: GitFolder, counted: pathlib.Path, number: int, when: str) -> int:
    command = [sys.executable, str(KILLING), str(counted), str(number), when, *ARGUMENTS]
    done = subprocess.run(
        command, cwd=folder.path, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PATIENCE
    )
    return done.returncode


def list_steps(folder: GitFolder, counted: pathlib.Path) -> list[Step]:
    """All kill points of a run, by one that is not killed."""
    assert run_killed(folder, counted, 0, "before") == 3
    lines = [line.partition(" ")[2] for line in counted.read_text().splitlines()]
    # A folder for objects is made just after an object was written: that is the next step.
    before = [
        Step(number, "before", what)
        for number, what in enumerate(lines, 1)
        if not ("mkdir" in what and "/objects/" in what)
    ]
    return before + [Step(step.number, "after", step.what) for step in before if step.what.startswith("start ")]


def read_printed(folder: GitFolder) -> bytes:
    """What a run wrote into its journal."""
    live = folder.path / ".git" / "exp" / "live"
    spools = [read_spool(str(one / "output")).data for one in live.iterdir()] if live.exists() else []
    return spools[0] if spools else b""


def recover_all(store: RunStore, live: pathlib.Path) -> None:
    """Looks as every command does, until nothing goes any more and nothing of it is left."""

    def is_over() -> bool:
        recover_runs(store.repository)
        left = list(live.iterdir()) if live.exists() else []
        for unmade in left:
            if not (unmade / "start").exists():
                with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                    os.utime(unmade, (0, 0))  # one that was just being made is taken for that until it is old
        return not left and all(head.status is not Status.RUNNING for head in store.heads().runs)

    wait_until(is_over)


def check(folder: GitFolder, ran: pathlib.Path, printed: bytes) -> None:
    """What has to hold when the next command has looked; ``ran`` is there when the command has begun."""
    git_folder = folder.path / ".git"
    store = open_store(os.fspath(folder.path))
    recover_all(store, git_folder / "exp" / "live")
    heads, broken, _ = store.heads()
    assert broken == ()
    assert len(heads) == 1 or (not heads and not ran.exists())
    for head in heads:
        run = store.load(head)
        if ran.exists():
            assert head.tags == run.tags == {"said": True}
            assert len(run.annotations) == 1
        assert run.status in (Status.LOST, Status.FAILED)
        assert run.params == {"lr": 0.1}
        assert folder.git("show", f"{head.commit}:train.py") == "print(2)"
        output = store.read_part(head, OUTPUT) or b""
        assert output.startswith(printed)
        if run.status is Status.FAILED:
            assert run.exit_code == 3
        if run.status is Status.FAILED and not any("exp was killed" in one for one in run.warnings):
            assert output == b"loss=0.5\n"
            assert [one.kept for one in run.artifacts] == ["git"]
            assert run.data[0].md5
            assert run.environment.cores
    assert folder.git("for-each-ref", "refs/exp") == ""
    folder.git("prune", "--expire=now")
    assert list(git_folder.glob("objects/*/tmp_*")) == []
    assert list(git_folder.rglob("*.lock")) == []
    assert folder.git("fsck", "--strict", "--no-dangling", "--no-progress") == ""


@pytest.mark.parametrize("part", range(PARTS))
def test_a_recording_killed_at_any_step_is_whole_afterwards(tmp_path: pathlib.Path, part: int) -> None:
    steps = list_steps(make_project(tmp_path / "whole" / "repo"), tmp_path / "counted")
    assert len(steps) > FEWEST
    template = make_project(tmp_path / "template" / "repo")
    for step in steps[part::PARTS]:
        place = tmp_path / f"{step.number}-{step.when}"
        shutil.copytree(template.path, place / "repo", symlinks=True)
        folder = GitFolder(place / "repo")
        status = run_killed(folder, tmp_path / "counted", step.number, step.when)
        assert status in (-signal.SIGKILL, 3), step  # of the last ones one run may have a few less than another
        printed = read_printed(folder)
        try:
            check(folder, place / "ran", printed)
        except AssertionError as error:
            raise AssertionError(f"killed {step.when} step {step.number}, {step.what}") from error
    print(f"{len(steps)} kill points")
