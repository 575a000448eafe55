"""`exp run --live`: mirrors on the remote while the run goes, and never at its cost."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.processes import list_children, read_arguments
from gitexp.store.runs import open_store
from kit.dying import read_state
from kit.exp import envelope, manifest, part, refs, run_exp
from kit.going import Going
from kit.live import Shared, fake_ssh
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

SCRIPT = ("python", "-c", "print('loss=0.5')")


@pytest.fixture
def shared(folder: GitFolder) -> Shared:
    return Shared.around(folder)


def find_mirror_process(run: Going) -> int:
    """The process that mirrors a run."""
    found: list[int] = []

    def look() -> bool:
        found[:] = [
            pid for pid in list_children(run.process.pid) if "gitexp.actions.mirror_process" in read_arguments(pid)
        ]
        return bool(found)

    wait_until(look)
    return found[0]


def end(run: Going) -> tuple[int, str]:
    """Lets the script end; the exit status, and what was said."""
    _, err = run.process.communicate()
    return run.process.returncode, err.decode()


def test_a_run_is_on_the_remote_while_it_goes_and_when_it_has_ended(shared: Shared) -> None:
    with Going(shared.here, "--live=0.2", "-n", "one", "-t", "team=fraud", "-p", "lr=0.1") as run:
        start = shared.here.git("rev-list", "--max-count=1", f"refs/exp/live/default/{run.id}~0", "--")
        run.tell("log(1, loss=0.5)", "log(2, loss=0.25)")
        run.print("step 2\n")
        mirror = shared.await_text(run.id, "output.log", "step 2")
        shared.await_text(run.id, "metrics.csv", "2,")

        document = manifest(shared.there, shared.live(run.id))
        assert document["status"] == "running"
        assert document["params"] == {"lr": 0.1}
        assert document["metrics"]["loss"]["count"] == 2
        assert document["tags"] == {"team": "fraud"}
        assert part(shared.there, mirror, "metrics.csv").startswith("step,time,loss\n1,")
        message = shared.there.git("log", "-1", "--format=%B", shared.live(run.id))
        assert "Metric: loss=0.25 min=0.25 max=0.5 step=2" in message

        snapshot = shared.here.git("rev-parse", "HEAD")
        chain = shared.here.git("rev-list", "--topo-order", "--parents", mirror, f"^{snapshot}").split("\n")
        assert [one.split()[1] for one in chain] == [snapshot] * len(chain)
        for child, parent in itertools.pairwise(chain):
            assert child.split()[2] == parent.split()[0]
        assert len(chain[-1].split()) == 2  # the commit of the start, made before the script was
        assert start

        status, said = end(run)
    assert status == 0
    assert "exp: pushed to origin" in said
    assert refs(shared.there, "refs/runs") == [f"refs/runs/default/{run.id}"]
    assert refs(shared.there, "refs/exp") == refs(shared.here, "refs/exp") == []
    assert "warnings" not in manifest(shared.there, f"refs/runs/default/{run.id}")
    shared.there.git("fsck", "--strict")
    pushes = (shared.here.path / ".git" / "exp" / "pushes").read_text().splitlines()
    assert [json.loads(line)["runs"] for line in pushes] == [1, 1]


def test_the_status_and_the_output_are_the_scripts(shared: Shared) -> None:
    ran = run_exp(shared.here, "run", "--live", "--json", "--", "sh", "-c", "echo out; exit 3")

    assert (ran.status, ran.out) == (3, "out\n")
    data = envelope(ran.err)["data"]
    assert data["pushed_to"] == "origin"
    assert refs(shared.there, "refs/runs") == [data["ref"]]


def test_bytes_that_do_not_go_along_are_said(shared: Shared) -> None:
    shared.here.gen({".gitignore": "model.bin\n", "read.csv": "1\n"})
    command = [sys.executable, "-c", "open('model.bin', 'wb').write(bytes(1_500_000))"]
    ran = run_exp(shared.here, "run", "--live", "--data", "read.csv", "-a", "model.bin", "--", *command)
    assert "exp: pushed to origin\nnot in Git: read.csv and 1 more; the bytes go with: exp push " in ran.err

    shared.here.gen({".exp.yaml": "storage: none\n"})
    ran = run_exp(shared.here, "run", "--live", "--data", "read.csv", "--", "true")
    assert ran.err.endswith("exp: pushed to origin\n")


def test_settings_can_ask_for_it(shared: Shared) -> None:
    shared.here.gen({".exp.yaml": "share:\n  live: on\n  interval: 0.5\n"})
    ran = run_exp(shared.here, "run", "--", *SCRIPT)
    assert "pushed to origin" in ran.err

    ran = run_exp(shared.here, "run", "--no-live", "--", *SCRIPT)
    assert "pushed to origin" not in ran.err
    assert len(refs(shared.here)) == 2
    assert len(refs(shared.there)) == 1


@pytest.mark.parametrize("options", [["--live=soon"], ["--live=0"], ["--live", "--no-live"]])
def test_wrong_usage(shared: Shared, options: list[str]) -> None:
    ran = run_exp(shared.here, "run", *options, "--", *SCRIPT)
    assert ran.status == 125
    assert "hint: exp run --live" in ran.err


def test_without_a_remote_it_runs_and_says_so(folder: GitFolder) -> None:
    ran = run_exp(folder, "run", "--live", "--", *SCRIPT)

    assert (ran.status, ran.out) == (0, "loss=0.5\n")
    assert "not mirrored: this repository has no remote" in ran.err
    (ref,) = refs(folder)
    assert manifest(folder, ref)["warnings"] == [
        "not mirrored: this repository has no remote (hint: git remote add origin URL, or exp remote set URL)"
    ]


def test_commits_that_are_not_there_go_along_only_when_asked_for(shared: Shared) -> None:
    shared.here.gen({"train.py": "print('secret plan')\n"})
    commit = shared.here.commit("unpushed")
    with Going(shared.here, "--live=0.2") as run:
        assert run.process.stderr is not None
        # Said while it goes, not at its end.
        said = run.process.stderr.readline().decode()
        assert "not mirrored to origin: 1 commit that is not on origin yet" in said
        assert "exp run --live --with-history" in said
        run.tell("log(1, loss=0.5)")
        status, said = end(run)
    assert status == 0
    assert "not pushed to origin: 1 commit" in said
    assert f"hint: exp push {run.id}" in said
    assert refs(shared.there, "refs/runs") == refs(shared.there, "refs/exp") == []
    assert shared.there.git("cat-file", "-t", commit, check=False) == ""
    (warning,) = manifest(shared.here, f"refs/runs/default/{run.id}")["warnings"]
    assert "not mirrored to origin: 1 commit" in warning

    with Going(shared.here, "--live=0.2", "--with-history") as run:
        shared.await_mirror(run.id)
        assert end(run)[0] == 0
    assert refs(shared.there, "refs/runs") == [f"refs/runs/default/{run.id}"]
    assert shared.there.git("cat-file", "-t", commit) == "commit"


def test_commits_that_are_pushed_while_it_goes_are_no_hindrance_any_more(shared: Shared) -> None:
    shared.here.gen({"train.py": "print(1)\n"})
    shared.here.commit("unpushed")
    with Going(shared.here, "--live=0.2") as run:
        assert run.process.stderr is not None
        assert b"not mirrored" in run.process.stderr.readline()
        shared.here.git("push", "--quiet", "origin", "main")
        shared.await_mirror(run.id)
        assert end(run)[0] == 0
    assert "warnings" not in manifest(shared.there, f"refs/runs/default/{run.id}")


def test_what_is_secret_in_the_output_is_in_no_mirror(shared: Shared) -> None:
    env = {"MY_API_TOKEN": "hunter2-correct-horse"}
    with Going(shared.here, "--live=0.2", env=env) as run:
        run.tell("say(frames.PARAMS, {'api_key': 'swordfish-and-chips'})")
        run.print("using hunter2-correct-horse and swordfish-and-chips\n")
        mirror = shared.await_text(run.id, "output.log", "using [redacted] and [redacted]")
        run.tell("say(frames.TAGS, {'done': True})")
        mirror = shared.await_text(run.id, "run.yaml", "done: true")
        assert manifest(shared.there, mirror)["params"] == {"api_key": "[redacted]"}
        assert end(run)[0] == 0
    everything = shared.there.git("cat-file", "--batch-all-objects", "--batch")
    assert "swordfish" not in everything
    assert "hunter2" not in everything


def test_a_secret_in_a_commit_ends_the_mirroring_and_not_the_run(shared: Shared) -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    shared.here.gen({"config.py": f"TOKEN = '{token}'\n"})
    shared.here.commit("oops")
    with Going(shared.here, "--live=0.2", "--with-history") as run:
        assert run.process.stderr is not None
        said = run.process.stderr.readline().decode()
        assert "like a secret would become public" in said
        assert token not in said
        run.tell("log(1, loss=0.5)")
        status, said = end(run)
    assert status == 0
    assert "not pushed to origin" in said
    assert token not in shared.there.git("cat-file", "--batch-all-objects", "--batch")
    assert shared.here.git("cat-file", "-t", f"refs/runs/default/{run.id}") == "commit"


def test_a_remote_that_hangs_holds_nobody_up(shared: Shared, tmp_path: pathlib.Path) -> None:
    env, asked, refuses = fake_ssh(tmp_path)
    shared.here.git("remote", "set-url", "origin", "ada@example.org:there.git")
    with Going(shared.here, "--live=0.2", env=env) as run:
        wait_until(asked.exists)
        run.tell("log(1, loss=0.5)")  # the script goes on while the push waits
        hanging = int(asked.read_text().split()[0])
        refuses.touch()
        status, said = end(run)
    assert status == 0
    assert "not pushed to origin" in said
    assert "no route to host" in said
    wait_until(lambda: read_state(hanging) in "XZ")
    assert len(refs(shared.here)) == 1


def test_a_remote_that_is_gone_and_comes_back(shared: Shared) -> None:
    away = shared.there.path.with_name("away.git")
    with Going(shared.here, "--live=0.2") as run:
        shared.await_mirror(run.id)
        shared.there.path.rename(away)
        before = shared.here.git("rev-parse", f"refs/exp/live/default/{run.id}")
        run.tell("log(1, loss=0.5)")
        wait_until(lambda: shared.here.git("rev-parse", f"refs/exp/live/default/{run.id}") != before)
        away.rename(shared.there.path)
        run.tell("log(2, loss=0.25)")
        shared.await_text(run.id, "metrics.csv", "2,")
        assert end(run)[0] == 0
    assert "warnings" not in manifest(shared.there, f"refs/runs/default/{run.id}")


def test_a_remote_that_stays_away_is_told_at_the_end(shared: Shared) -> None:
    with Going(shared.here, "--live=0.2") as run:
        shared.await_mirror(run.id)
        shared.there.path.rename(shared.there.path.with_name("away.git"))
        before = shared.here.git("rev-parse", f"refs/exp/live/default/{run.id}")
        run.tell("log(1, loss=0.5)")
        wait_until(lambda: shared.here.git("rev-parse", f"refs/exp/live/default/{run.id}") != before)
        run.tell("log(2, loss=0.25)")
        again = shared.here.git("rev-parse", f"refs/exp/live/default/{run.id}")
        wait_until(lambda: shared.here.git("rev-parse", f"refs/exp/live/default/{run.id}") != again)
        status, said = end(run)
    assert status == 0
    (warning,) = manifest(shared.here, f"refs/runs/default/{run.id}")["warnings"]
    assert warning.startswith("not mirrored to origin since 20")
    assert "does not appear to be a git repository" in warning
    assert "not pushed to origin" in said


def test_a_remote_that_wants_no_mirrors_gets_the_end(shared: Shared) -> None:
    hook = shared.there.path / "hooks" / "update"
    hook.write_text('#!/bin/sh\ncase "$1" in refs/exp/*) exit 1;; esac\n')
    hook.chmod(0o755)
    with Going(shared.here, "--live=0.2") as run:
        before = shared.here.git("rev-parse", f"refs/exp/live/default/{run.id}")
        run.tell("log(1, loss=0.5)")
        wait_until(lambda: shared.here.git("rev-parse", f"refs/exp/live/default/{run.id}") != before)
        run.tell("log(2, loss=0.5)")
        after = shared.here.git("rev-parse", f"refs/exp/live/default/{run.id}")
        wait_until(lambda: shared.here.git("rev-parse", f"refs/exp/live/default/{run.id}") != after)
        status, said = end(run)
    assert status == 0
    assert "pushed to origin" in said
    document = manifest(shared.there, f"refs/runs/default/{run.id}")
    assert document["warnings"] == ["not mirrored to origin: refused: hook declined"]


def test_a_mirror_process_that_is_killed_costs_the_run_nothing(shared: Shared) -> None:
    with Going(shared.here, "--live=0.2") as run:
        shared.await_mirror(run.id)
        os.kill(find_mirror_process(run), signal.SIGKILL)
        run.tell("log(1, loss=0.5)")
        status, said = end(run)
    assert status == 0
    assert "not mirrored to origin: the process that did it has ended without a word" in said
    assert f"hint: exp push {run.id}" in said
    assert shared.live(run.id)
    assert manifest(shared.here, f"refs/runs/default/{run.id}")["metrics"]["loss"]["last"] == 0.5


def test_when_exp_is_killed_mirrors_go_on_and_the_end_is_pushed(shared: Shared) -> None:
    with Going(shared.here, "--live=0.2") as run:
        shared.await_mirror(run.id)
        mirrors = find_mirror_process(run)
        os.kill(run.process.pid, signal.SIGKILL)
        run.process.wait()
        assert run.process.stdin is not None
        run.process.stdin.write(b"log(1, loss=0.5)\n")
        run.process.stdin.flush()
        shared.await_text(run.id, "metrics.csv", "1,")
        run.process.stdin.close()
        wait_until(lambda: refs(shared.there, "refs/runs") == [f"refs/runs/default/{run.id}"])
        wait_until(lambda: refs(shared.there, "refs/exp") == [])
        wait_until(lambda: not os.path.exists(f"/proc/{mirrors}"))
        assert run.process.stderr is not None
        run.process.stderr.close()
    assert manifest(shared.there, f"refs/runs/default/{run.id}")["metrics"]["loss"]["last"] == 0.5


@pytest.mark.parametrize("is_known", [True, False], ids=["known", "torn"])
def test_when_all_of_them_are_killed_the_next_command_completes_it(shared: Shared, is_known: bool) -> None:
    from gitexp.actions.pull_live import settled_live
    from gitexp.git.remote import list_remote_refs

    with Going(shared.here, "--live=0.2", "-m", "first note") as run:
        run.tell("log(1, loss=0.5)", "say(frames.NOTE, 'second note')", "say(frames.TAGS, {'a': 1})")
        shared.await_text(run.id, "run.yaml", "second note")
        mirrors = find_mirror_process(run)
        os.kill(mirrors, signal.SIGKILL)
        run.kill()
    if not is_known:  # what was found out was not noted: the run is completed from its beginning
        shutil.rmtree(os.path.join(run.journal, "known"))
    store = open_store(str(shared.here.path))
    assert settled_live(store, list_remote_refs(store.repository, "origin")) == []
    assert "lost" in run_exp(shared.here, "ls").out
    (ref,) = refs(shared.here)
    document = manifest(shared.here, ref)
    assert document["note"] == "first note\n\nsecond note"
    assert document["tags"] == {"a": 1}
    assert refs(shared.here, "refs/exp") == []
    assert manifest(shared.there, shared.live(run.id))["status"] == "running"

    updates = settled_live(store, list_remote_refs(store.repository, "origin"))
    assert [(one.ref, one.new, one.old) for one in updates] == [
        (f"refs/exp/live/default/{run.id}", None, shared.live(run.id))
    ]
    ran = run_exp(shared.here, "push")
    assert (ran.status, "pushed 1 new run" in ran.err) == (0, True), ran.err
    assert refs(shared.there, "refs/exp") == []
    assert manifest(shared.there, ref)["status"] == "lost"


def test_a_script_that_begins_its_own_run_is_mirrored_as_the_settings_say(shared: Shared) -> None:
    code = (
        "import gitexp, sys\n"
        "with gitexp.start(name='own') as run:\n"
        "    print(run.id, flush=True)\n"
        "    gitexp.log(loss=0.5)\n"
        "    sys.stdin.read()\n"
    )
    shared.here.gen({".exp.yaml": "share:\n  live: on\n  interval: 0.2\n", "script.py": code})
    shared.here.commit("script")
    shared.here.git("push", "--quiet", "origin", "main")
    with subprocess.Popen(
        [sys.executable, "script.py"],
        cwd=shared.here.path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as script:
        assert script.stdout is not None
        run_id = script.stdout.readline().decode().strip()
        shared.await_text(run_id, "metrics.csv", "0.5")
        _, said = script.communicate()
    assert script.returncode == 0
    assert "exp: pushed to origin" in said.decode()
    assert refs(shared.there, "refs/runs") == [f"refs/runs/default/{run_id}"]
    assert refs(shared.there, "refs/exp") == []
