"""Repositories that hosts share: a run of another one is called lost when it is silent, until its own end is known."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.processes import list_children
from gitexp.store.journal import Journal
from gitexp.store.journal_notes import EndNote, write_end
from kit.dying import kill_recording, read_state
from kit.exp import PATIENCE, manifest, part, refs, run_exp
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib

    from kit.faults import FaultyGit
    from kit.git import GitFolder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no process can be stopped and continued there")
PYTHON = sys.executable
SCRIPT = "import sys; print('loss=0.5', flush=True); sys.stdin.read(); print('end', flush=True)"
ELSEWHERE = {"host": "gpu-7", "boot": "another"}


def only_journal(folder: GitFolder) -> pathlib.Path:
    (journal,) = (folder.path / ".git" / "exp" / "live").iterdir()
    return journal


def read(path: pathlib.Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def begin(folder: GitFolder) -> subprocess.Popen[bytes]:
    """A run that has printed a line, is not sampled, and stands still; it ends with its standard input."""
    folder.gen({".exp.yaml": "system: off\n"})  # a sample is something heard
    folder.commit("No samples")
    process = subprocess.Popen(
        [PYTHON, "-m", "gitexp", "run", "-q", "--", PYTHON, "-c", SCRIPT],
        cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    live = folder.path / ".git" / "exp" / "live"

    def is_known() -> bool:
        journals = list(live.iterdir()) if live.exists() else []
        return any(
            b"packages:" in read(one / "known" / "run.yaml") and read(one / "output" / "output.head")
            for one in journals
        )

    wait_until(is_known)
    for pid in (process.pid, *list_children(process.pid)):  # as silent as it is to be taken for
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda pid=pid: read_state(pid) in "TZX")
    return process


def end(process: subprocess.Popen[bytes]) -> bytes:
    """Lets the run go on to its end; returns what exp said."""
    for pid in (process.pid, *list_children(process.pid)):
        os.kill(pid, signal.SIGCONT)
    return process.communicate(b"", timeout=PATIENCE)[1]


def move(journal: pathlib.Path) -> dict[str, object]:
    """Makes a journal that of another host; returns what its start said before."""
    start = journal / "start"
    here: dict[str, object] = json.loads(start.read_text())
    start.write_text(json.dumps({**here, **ELSEWHERE}))
    return here


def age(journal: pathlib.Path, minutes: float) -> None:
    """Makes everything in it older."""
    for path in journal.rglob("*"):
        then = time.time() - minutes * 60
        os.utime(path, (then, then))


def call_lost(folder: GitFolder) -> tuple[str, dict[str, object]]:
    """A run whose recorder is taken for another host's, called lost; returns its commit and its start."""
    journal = only_journal(folder)
    here = move(journal)
    age(journal, 11)
    assert "is called lost: nothing was heard from gpu-7 for 11 minutes" in run_exp(folder, "ls").err
    (ref,) = refs(folder)
    return folder.git("rev-parse", ref), here


def check_superseded(folder: GitFolder, lost: str) -> str:
    """The run's own end is a child of the snapshot and of the commit that it supersedes; returns its ref."""
    (ref,) = refs(folder)
    assert folder.git("rev-parse", f"{ref}^@").split("\n") == [folder.git("rev-parse", "HEAD"), lost]
    assert refs(folder, "refs/exp") == []
    assert list((folder.path / ".git" / "exp" / "live").iterdir()) == []
    folder.git("fsck", "--strict", "--no-dangling")
    assert manifest(folder, ref)["status"] in run_exp(folder, "ls", "--json").out
    return ref


@pytest.mark.parametrize(("minutes", "lost"), [(9, False), (11, True)])
def test_ten_minutes_of_silence_are_a_loss(folder: GitFolder, minutes: int, lost: bool) -> None:
    process = begin(folder)
    move(only_journal(folder))
    age(only_journal(folder), minutes)
    listed = run_exp(folder, "ls", "--json")
    assert ('"lost"' in listed.out, '"running"' in listed.out) == (lost, not lost)
    assert only_journal(folder).exists()
    assert run_exp(folder, "ls").err == ""
    if lost:
        run = manifest(folder, *refs(folder))
        assert run["warnings"][-1].startswith("provisional: nothing was heard from gpu-7 for 11 minutes")
        assert run["environment"]["packages"]
        assert part(folder, run["ref"], "output.log") == "loss=0.5"
    end(process)


def test_the_clock_is_that_of_the_file_system(folder: GitFolder) -> None:
    """Of two hosts one may be an hour late: only the times of files are held against each other."""
    process = begin(folder)
    move(only_journal(folder))
    age(only_journal(folder), 9)
    late = "import sys, time; real = time.time; time.time = lambda: real() + 3600; from gitexp.__main__ import main; "
    done = folder.run(PYTHON, "-c", late + "sys.argv = ['exp', 'ls', '--json']; main()")
    assert b'"running"' in done.stdout, done.stderr
    end(process)


def test_the_end_of_a_run_that_was_only_silent_takes_its_place(folder: GitFolder) -> None:
    process = begin(folder)
    lost, _ = call_lost(folder)
    err = end(process)
    assert (process.returncode, err) == (0, b"")
    ref = check_superseded(folder, lost)
    run = manifest(folder, ref)
    assert (run["status"], run["exit_code"]) == ("finished", 0)
    assert part(folder, ref, "output.log") == "loss=0.5\nend"
    assert "warnings" not in run


def test_what_was_said_of_a_loss_is_said_of_the_end_too(folder: GitFolder) -> None:
    process = begin(folder)
    _, _ = call_lost(folder)
    (ref,) = refs(folder)
    assert run_exp(folder, "tag", ref, "team=fraud").status == 0
    end(process)
    check_superseded(folder, folder.git("rev-parse", f"{ref}^2"))
    assert manifest(folder, ref)["status"] == "finished"
    assert run_exp(folder, "tag", ref).out == "team=fraud\n"
    assert run_exp(folder, "show", ref, "--json").out.count('"kind": "tag"') == 1


@pytest.mark.parametrize("seen", [False, True])
def test_its_own_host_completes_it_in_place_of_the_loss(folder: GitFolder, seen: bool) -> None:
    process = begin(folder)
    kill_recording(process)
    lost, here = call_lost(folder)
    journal = only_journal(folder)
    (journal / "start").write_text(json.dumps(here))
    if seen:
        write_end(Journal(str(journal), -1), EndNote(0, 0, None, None, (), 9.0, time.time()))
    assert "run " in run_exp(folder, "ls").err
    run = manifest(folder, check_superseded(folder, lost))
    assert run["status"] == ("finished" if seen else "lost")
    assert not any(one.startswith("provisional") for one in run["warnings"])
    again = run_exp(folder, "ls")
    assert again.err == ""


def test_a_loss_that_moves_meanwhile_is_superseded_as_it_stands(folder: GitFolder, faulty: FaultyGit) -> None:
    process = begin(folder)
    kill_recording(process)
    lost, here = call_lost(folder)
    (only_journal(folder) / "start").write_text(json.dumps(here))
    # Somebody says something of the lost run just before the second try: the one that knows of the loss.
    annotate = (
        f'new=$("$git" log -1 --format=%B {lost} | "$git" commit-tree -p {lost}^ -p {lost} {lost}^{{tree}}); '
        f'"$git" update-ref "$("$git" for-each-ref --format="%(refname)" refs/runs)" $new {lost}; '
        "echo $new > $folder/new"
    )
    faulty.exp(folder, "ls", at="* update-ref *", nth=2, before=annotate)
    check_superseded(folder, (faulty.folder / "new").read_text().strip())


def test_a_loss_is_not_declared_over_an_end(folder: GitFolder, faulty: FaultyGit) -> None:
    process = begin(folder)
    journal = only_journal(folder)
    move(journal)
    age(journal, 11)
    taken = 'set -- "$@"; "$git" update-ref "refs/runs/default/${refs##*/}" HEAD'
    faulty.exp(folder, "ls", at="* update-ref *", before=taken)
    (ref,) = refs(folder)
    assert folder.git("rev-parse", ref) == folder.git("rev-parse", "HEAD")
    folder.git("update-ref", "-d", ref)
    end(process)
    assert manifest(folder, *refs(folder))["status"] == "finished"
