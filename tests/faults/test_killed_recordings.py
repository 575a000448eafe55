"""``exp`` killed at each step: the next command lists the run, with all that it had written so far."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from gitexp.capture.spool import read_spool
from kit.dying import kill_recording
from kit.exp import PATIENCE, manifest, part, refs, run_exp
from kit.faults import KILL
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib

    from kit.faults import FaultyGit
    from kit.git import GitFolder

PYTHON = sys.executable
SCRIPT = "import pathlib; pathlib.Path('../ran').touch(); print('loss=0.5'); print('done'); raise SystemExit(3)"


class Case(NamedTuple):
    """A moment: at which call of Git, before or after it; what there is to be found afterwards."""

    name: str
    at: str
    nth: int
    when: str
    ran: bool
    status: str | None
    edited: bool = False


CASES = (
    Case("before the working tree is read", "* status *", 1, "before", ran=False, status=None),
    Case("while the snapshot is written", "* write-tree *", 1, "before", ran=False, status=None, edited=True),
    Case("after the snapshot's trees", "* write-tree *", 1, "after", ran=False, status=None, edited=True),
    Case("before the live ref", "* update-ref *", 1, "before", ran=False, status=None),
    Case("after the live ref", "* update-ref *", 1, "after", ran=False, status="lost"),
    Case("after the live ref, edited", "* update-ref *", 1, "after", ran=False, status="lost", edited=True),
    Case("before the end's transaction", "* update-ref *", 2, "before", ran=True, status="failed"),
    Case("before the end's transaction, edited", "* update-ref *", 2, "before", ran=True, status="failed", edited=True),
    Case("after the end's transaction", "* update-ref *", 2, "after", ran=True, status="failed"),
    Case("while its objects are looked for", "*batch-check*", 1, "before", ran=True, status="failed"),
    Case("after its objects were found", "*batch-check*", 1, "after", ran=True, status="failed"),
)


def journals(folder: GitFolder) -> list[pathlib.Path]:
    live = folder.path / ".git" / "exp" / "live"
    return sorted(live.iterdir()) if live.exists() else []


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_killed_at_a_step(folder: GitFolder, faulty: FaultyGit, case: Case) -> None:
    run_exp(folder, "run", "-n", "first", "--", PYTHON, "train.py")
    if case.edited:
        folder.gen({"train.py": "print('loss=0.25')\n", "new.txt": "new\n"})
    before = folder.state()
    killed = faulty.exp(
        folder, "run", "-e", "killed", "-p", "lr=0.1", "--", PYTHON, "-c", SCRIPT,
        at=case.at, nth=case.nth, **{case.when: KILL},
    )  # fmt: skip
    assert killed.status == -signal.SIGKILL
    assert (folder.path.parent / "ran").exists() is case.ran
    listed = run_exp(folder, "ls", "-e", "killed", "--ids")
    assert listed.status == 0
    assert len(listed.out.split()) == (case.status is not None)
    assert (": its recording ended without warning" in listed.err) is (case.status == "lost")
    if case.status is not None:
        (ref,) = refs(folder, "refs/runs/killed")
        run = manifest(folder, ref)
        assert (run["status"], run["params"]) == (case.status, {"lr": 0.1})
        assert folder.git("show", f"{ref}:train.py") == (folder.path / "train.py").read_text().rstrip()
        if case.ran:
            assert part(folder, ref, "output.log") == "loss=0.5\ndone"
            assert run["metrics"]["loss"]["last"] == 0.5
    assert refs(folder, "refs/exp") == []
    assert journals(folder) == []
    assert folder.state() == before
    folder.git("fsck", "--strict", "--no-dangling")
    again = run_exp(folder, "ls", "-e", "killed", "--ids")
    assert (again.out, "recording" in again.err) == (listed.out, False)
    print(f"killed at {len(CASES)} steps")


def start_going(folder: GitFolder, *, experiment: str = "going", word: str = "one") -> subprocess.Popen[bytes]:
    """A run that has printed two words and goes on until it is killed, or its standard input ends."""
    script = f"import sys; print('loss=0.5 {word}', flush=True); sys.stdin.read(); print('end', flush=True)"
    process = subprocess.Popen(
        [PYTHON, "-m", "gitexp", "run", "-q", "-e", experiment, "--", PYTHON, "-c", script],
        cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip

    def printed() -> bool:
        return any(f"{word}\n".encode() in read_spool(str(one / "output")).data for one in journals(folder))

    wait_until(printed)
    return process


def end_all(process: subprocess.Popen[bytes]) -> None:
    """Kills ``exp`` and its keeper; the command ends with its standard input."""
    kill_recording(process)


def test_killed_while_the_command_runs(folder: GitFolder) -> None:
    process = start_going(folder)
    samples = folder.path / ".git" / "exp" / "live"
    wait_until(lambda: any(b"system.memory_bytes" in path.read_bytes() for path in samples.glob("*/system")))
    end_all(process)
    shown = run_exp(folder, "show", "-e", "going")
    assert shown.status == 0
    assert "was lost: its recording ended without warning; what was written is kept" in shown.err
    assert "lost" in shown.out
    (ref,) = refs(folder)
    run = manifest(folder, ref)
    assert (run["status"], run["metrics"]["loss"]["source"]) == ("lost", "output")
    assert run["ended_at"] >= run["started_at"]
    assert {"exit_code", "signal"}.isdisjoint(run)
    assert run_exp(folder, "logs", "-e", "going").out == "loss=0.5 one\n"
    assert part(folder, ref, "system.csv").startswith("step,time,")


@pytest.mark.parametrize("command", ["ls", "show", "logs", "diff", "checkout", "run"])
def test_whatever_comes_next_completes_the_run(folder: GitFolder, command: str) -> None:
    run_exp(folder, "run", "-e", "going", "--", PYTHON, "train.py")
    end_all(start_going(folder))
    arguments = {"checkout": ["last", "../out"], "run": ["--", "true"]}.get(command, [])
    ran = run_exp(folder, command, "-e", "going", *arguments)
    assert ran.status == 0
    assert [line for line in ran.err.splitlines() if "was lost" in line] != []
    assert len(refs(folder, "refs/runs/going")) == 2 + (command == "run")
    assert journals(folder) == []


def test_the_lost_are_in_the_envelope_of_a_run(folder: GitFolder) -> None:
    end_all(start_going(folder))
    ran = run_exp(folder, "run", "--json", "--", "true")
    assert ran.err.startswith("{")
    assert "was lost" in ran.err


def test_a_run_that_is_going_is_left_alone_and_its_output_is_shown(folder: GitFolder) -> None:
    process = start_going(folder)
    listed = run_exp(folder, "ls", "-e", "going", "--json")
    assert '"running"' in listed.out
    assert listed.err == ""
    assert run_exp(folder, "logs", "-e", "going").out == "loss=0.5 one\n"
    assert "running" in run_exp(folder, "show", "-e", "going").out
    _, err = process.communicate(b"", timeout=PATIENCE)
    assert (process.returncode, err) == (0, b"")
    (ref,) = refs(folder)
    assert manifest(folder, ref)["status"] == "finished"
    assert run_exp(folder, "logs", "-e", "going").out == "loss=0.5 one\nend\n"


def test_secrets_stay_hidden_in_what_is_recovered(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "redaction:\n  patterns: ['ticket-[0-9]+']\n"})
    folder.commit("settings")
    script = "import sys; print('key hunter2zz99 ticket-77', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [PYTHON, "-m", "gitexp", "run", "-q", "--", PYTHON, "-c", script, "--password=hunter2zz99"],
        cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    wait_until(lambda: any(read_spool(str(one / "output")).data.endswith(b"\n") for one in journals(folder)))
    assert all(b"hunter2" not in (one / "start").read_bytes() for one in journals(folder))
    assert run_exp(folder, "logs").out == "key [redacted] [redacted]\n"
    end_all(process)
    run_exp(folder, "ls")
    assert run_exp(folder, "logs").out == "key [redacted] [redacted]\n"
    (ref,) = refs(folder)
    assert "hunter2" not in folder.git("show", ref)


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_it_is_recovered(folder: GitFolder, faulty: FaultyGit, when: str) -> None:
    end_all(start_going(folder))
    killed = faulty.exp(folder, "ls", at="* update-ref *", **{when: KILL})
    assert killed.status == -signal.SIGKILL
    listed = run_exp(folder, "ls", "-e", "going", "--ids")
    assert ("was lost" in listed.err) is (when == "before")
    (ref,) = refs(folder)
    assert listed.out.strip() == ref.rpartition("/")[2]
    assert manifest(folder, ref)["status"] == "lost"
    assert journals(folder) == []


def test_of_two_that_recover_at_once_one_does_and_one_is_silent(folder: GitFolder, faulty: FaultyGit) -> None:
    end_all(start_going(folder))
    event = faulty.folder / "event"
    os.mkfifo(event)
    env = {**os.environ, **faulty.environment("* update-ref *", before=f": > {event}; cat {event}")}
    first = subprocess.Popen(
        [PYTHON, "-m", "gitexp", "ls", "-e", "going", "--ids"],
        cwd=folder.path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    event.read_bytes()  # the first one is about to write the ref
    second = run_exp(folder, "ls", "-e", "going", "--json")
    assert second.err == ""
    assert '"running"' in second.out
    event.write_bytes(b"")
    out, err = first.communicate(timeout=PATIENCE)
    assert b"was lost" in err
    assert [out.decode().strip()] == [ref.rpartition("/")[2] for ref in refs(folder)]
    assert journals(folder) == []


def test_a_run_of_another_machine_is_left_to_it(folder: GitFolder) -> None:
    end_all(start_going(folder))
    (journal,) = journals(folder)
    start = journal / "start"
    here = start.read_text()
    start.write_text('{"host": "elsewhere", "boot": "another", "extract": true, "traces": []}')
    assert '"running"' in run_exp(folder, "ls", "-e", "going", "--json").out
    assert journals(folder) == [journal]
    start.write_text(here)
    assert "was lost" in run_exp(folder, "ls").err


def test_a_live_ref_without_a_journal_is_still_listed(folder: GitFolder) -> None:
    end_all(start_going(folder))
    (journal,) = journals(folder)
    journal.rename(folder.path.parent / "gone")
    assert '"running"' in run_exp(folder, "ls", "-e", "going", "--json").out


def test_a_torn_journal_loses_nothing_else(folder: GitFolder) -> None:
    end_all(start_going(folder))
    (journal,) = journals(folder)
    (journal / "start").write_bytes(b'{"ho')
    assert "was lost" in run_exp(folder, "ls").err
    (ref,) = refs(folder)
    assert part(folder, ref, "output.log") == "loss=0.5 one"
