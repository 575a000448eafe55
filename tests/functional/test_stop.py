"""`exp stop`, as it is typed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from gitexp.actions.stop import StopRequest, stop_runs
from gitexp.model.run import Status
from gitexp.store.journal import Journal
from gitexp.store.journal_notes import EndNote, ProcessNote, read_processes, write_end, write_processes
from gitexp.store.runs import open_store
from kit.dying import read_state
from kit.exp import PATIENCE, manifest, refs, run_exp
from kit.observing import stream
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from kit.git import GitFolder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals of this kind")

PLAIN = "import sys; print('ready', flush=True); sys.stdin.read()"
TIDY = """
import signal, sys
def tidy(number, frame):
    print("saved at", signal.Signals(number).name, flush=True)
    sys.exit(0)
for name in ("SIGTERM", "SIGUSR1"):
    signal.signal(getattr(signal, name), tidy)
print("ready", flush=True)
sys.stdin.read()
"""
STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
orphan = "setsid sleep 1000 >/dev/null 2>&1 & echo $!"
print(subprocess.run(["sh", "-c", orphan], stdout=subprocess.PIPE, text=True).stdout.strip(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def going(folder: GitFolder) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The runs that a test starts; none outlives it."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.communicate(timeout=PATIENCE)


def start(folder: GitFolder, going: list[subprocess.Popen[bytes]], script: str, name: str = "one") -> bytes:
    """Starts a run and returns its first line."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gitexp", "run", "-q", "-n", name, "--", sys.executable, "-S", "-E", "-c", script],
        cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    going.append(process)
    return stream(process.stdout).readline()


def only_journal(folder: GitFolder) -> pathlib.Path:
    (journal,) = (folder.path / ".git" / "exp" / "live").iterdir()
    return journal


def only_end(folder: GitFolder) -> tuple[str, object, object]:
    run = manifest(folder, *refs(folder))
    return run["status"], run.get("exit_code"), run.get("signal")


def test_the_one_that_is_going(folder: GitFolder, going: list[subprocess.Popen[bytes]]) -> None:
    start(folder, going, PLAIN)
    stopped = run_exp(folder, "stop")
    assert (stopped.status, stopped.out, stopped.err) == (0, "", "run one was stopped: killed\n")
    assert only_end(folder) == ("killed", None, "SIGTERM")
    assert going[0].wait(PATIENCE) == 128 + signal.SIGTERM


@pytest.mark.parametrize(("name", "status"), [("TERM", "killed"), ("sigusr1", "finished")])
def test_a_script_has_time_to_save(
    folder: GitFolder, going: list[subprocess.Popen[bytes]], name: str, status: str
) -> None:
    start(folder, going, TIDY)
    stopped = run_exp(folder, "stop", "one", "--signal", name)
    assert stopped.err == f"run one was stopped: {status}\n"
    assert only_end(folder) == (status, 0, None)
    sent = "SIGTERM" if name == "TERM" else "SIGUSR1"
    assert manifest(folder, *refs(folder))["warnings"] == [f"stopped by exp stop ({sent})"]
    assert run_exp(folder, "logs").out == f"ready\nsaved at {sent}\n"


def test_one_that_does_not_listen_is_ended_with_all_that_it_started(
    folder: GitFolder, going: list[subprocess.Popen[bytes]]
) -> None:
    orphan = int(start(folder, going, STUBBORN))
    assert read_state(orphan) in "SR"
    stopped = run_exp(folder, "stop", "one", "--grace", "0.2")
    assert stopped.err == "run one was stopped: killed (it did not end within 0.2 s)\n"
    assert only_end(folder) == ("killed", None, "SIGKILL")
    wait_until(lambda: read_state(orphan) in "ZX")


def test_at_once_and_several(folder: GitFolder, going: list[subprocess.Popen[bytes]]) -> None:
    for name in ("one", "two"):
        start(folder, going, TIDY, name)
    both = run_exp(folder, "stop")
    assert both.status == 1
    assert both.err.startswith("exp: 2 runs are going: ")
    assert both.err.endswith("; name one\nhint: exp stop <id>\n")
    stopped = run_exp(folder, "stop", "one", "two", "--now", "--json")
    runs = json.loads(stopped.out)["data"]["runs"]
    assert [(run["name"], run["status"], run["insisted"]) for run in runs] == [
        ("one", "killed", True),
        ("two", "killed", True),
    ]
    assert {manifest(folder, ref)["signal"] for ref in refs(folder)} == {"SIGKILL"}


def test_what_is_not_going_is_refused(folder: GitFolder) -> None:
    run_exp(folder, "run", "-n", "done", "--", "true")
    done = run_exp(folder, "stop", "done")
    assert (done.status, done.err.splitlines()[0]) == (1, "exp: run done is not running: it is finished")
    assert "hint: exp show" in done.err
    none = run_exp(folder, "stop")
    assert (none.status, none.err) == (1, "exp: no run is going here\nhint: exp ls --all\n")
    assert run_exp(folder, "stop", "done", "--signal", "STOP").status == 2
    assert run_exp(folder, "stop", "done", "--grace", "-1").status == 2


def test_a_run_of_another_host_is_refused(folder: GitFolder, going: list[subprocess.Popen[bytes]]) -> None:
    start(folder, going, PLAIN)
    begun = only_journal(folder) / "start"
    here = begun.read_text()
    begun.write_text(json.dumps({**json.loads(here), "host": "elsewhere", "boot": "another"}))
    refused = run_exp(folder, "stop", "one")
    assert refused.status == 1
    assert "exp: run one runs on elsewhere\nhint: ssh elsewhere, and there: exp stop " in refused.err
    begun.write_text(here)
    assert run_exp(folder, "stop").status == 0


def test_a_number_that_another_process_has_is_left_alone(
    folder: GitFolder, going: list[subprocess.Popen[bytes]]
) -> None:
    start(folder, going, PLAIN)
    journal = Journal(str(only_journal(folder)), -1)
    wait_until(lambda: read_processes(journal) is not None)
    note = read_processes(journal)
    assert note is not None
    other = subprocess.Popen(["sleep", "1000"])
    write_processes(journal, ProcessNote(other.pid, None, other.pid))
    refused = run_exp(folder, "stop", "one", "--now")
    assert "nothing is known of the process that records run one" in refused.err
    assert other.poll() is None
    other.kill()
    other.wait(PATIENCE)
    write_processes(journal, note)
    assert run_exp(folder, "stop", "one").err == "run one was stopped: killed\n"


@pytest.mark.parametrize("options", [(), ("--now",)])
def test_one_that_is_suspended(
    folder: GitFolder, going: list[subprocess.Popen[bytes]], options: tuple[str, ...]
) -> None:
    start(folder, going, TIDY)
    journal = Journal(str(only_journal(folder)), -1)
    wait_until(lambda: read_processes(journal) is not None)
    note = read_processes(journal)
    assert note is not None
    for pid in filter(None, note):
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda pid=pid: read_state(pid) == "T")
    stopped = run_exp(folder, "stop", *options)
    assert (stopped.status, stopped.err) == (0, "run one was stopped: killed\n")
    assert only_end(folder) == (("killed", None, "SIGKILL") if options else ("killed", 0, None))


def test_a_command_alone_that_is_suspended(folder: GitFolder, going: list[subprocess.Popen[bytes]]) -> None:
    start(folder, going, TIDY)
    journal = Journal(str(only_journal(folder)), -1)
    wait_until(lambda: read_processes(journal) is not None)
    note = read_processes(journal)
    assert note is not None
    os.kill(note.command, signal.SIGSTOP)
    wait_until(lambda: read_state(note.command) == "T")
    assert run_exp(folder, "stop").err == "run one was stopped: killed\n"
    assert only_end(folder) == ("killed", 0, None)


def test_what_is_not_stored_is_not_waited_for_for_ever(folder: GitFolder, going: list[subprocess.Popen[bytes]]) -> None:
    start(folder, going, PLAIN)
    journal = Journal(str(only_journal(folder)), -1)
    wait_until(lambda: read_processes(journal) is not None)
    store = open_store(str(folder.path))
    (unheard,) = stop_runs(store, ["one"], None, StopRequest(signal.SIGCONT, 0.0, patience=0.0))
    assert (unheard.head.status, unheard.has_ended) == (Status.RUNNING, False)
    write_end(journal, EndNote(0, 0, None, None, (), 1.0, time.time()))
    (unstored,) = stop_runs(store, ["one"], None, StopRequest(signal.SIGCONT, 0.0, patience=0.0))
    assert (unstored.head.status, unstored.has_ended) == (Status.RUNNING, True)
    os.unlink(journal.ended)
    assert run_exp(folder, "stop").status == 0


def test_without_exp_the_keeper_is_asked(folder: GitFolder, going: list[subprocess.Popen[bytes]]) -> None:
    start(folder, going, TIDY)
    os.kill(going[0].pid, signal.SIGKILL)
    stopped = run_exp(folder, "stop", "one")
    assert stopped.err == "run one was stopped: killed\n"
    assert only_end(folder) == ("killed", 0, None)


@pytest.mark.parametrize("options", [(), ("--now",)])
def test_a_run_that_its_script_began(folder: GitFolder, options: tuple[str, ...]) -> None:
    script = "import gitexp, sys; gitexp.start(name='own'); print('ready', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert stream(process.stdout).readline() == b"ready\n"
    stopped = run_exp(folder, "stop", "own", *options)
    assert stopped.err == "run own was stopped: killed\n"
    assert process.wait(PATIENCE) == (-signal.SIGKILL if options else -signal.SIGTERM)
    name = "SIGKILL" if options else "SIGTERM"
    assert only_end(folder) == ("killed", None, name)
    assert manifest(folder, *refs(folder))["warnings"] == [f"stopped by exp stop ({name})"]
    process.communicate()


def test_a_run_whose_recorder_was_killed(folder: GitFolder) -> None:
    script = (
        "import gitexp, sys; gitexp.start(name='own'); gitexp.log(x=1); print('ready', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert stream(process.stdout).readline() == b"ready\n"
    note = read_processes(Journal(str(only_journal(folder)), -1))
    assert note is not None
    os.kill(note.recorder, signal.SIGKILL)
    wait_until(lambda: read_state(note.recorder) in "ZX")
    assert run_exp(folder, "stop", "own").err.endswith("run own was stopped: killed\n")
    assert process.wait(PATIENCE) == -signal.SIGTERM
    process.communicate()


def test_a_run_that_its_script_began_and_that_is_suspended(folder: GitFolder) -> None:
    script = "import gitexp, sys; gitexp.start(name='own'); print('ready', flush=True); sys.stdin.read()"
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=folder.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert stream(process.stdout).readline() == b"ready\n"
    note = read_processes(Journal(str(only_journal(folder)), -1))
    assert note is not None
    for pid in (note.recorder, note.command):
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda pid=pid: read_state(pid) == "T")
    assert run_exp(folder, "stop", "own").err == "run own was stopped: killed\n"
    assert only_end(folder) == ("killed", None, "SIGTERM")
    assert process.wait(PATIENCE) == -signal.SIGTERM
    process.communicate()
