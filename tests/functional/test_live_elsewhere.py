"""Runs that go elsewhere: listed, shown and followed in a clone that records none of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.model.run import Status
from kit.exp import PATIENCE, envelope, refs, run_exp
from kit.going import Going
from kit.live import Shared
from kit.mirrored import mirror_run
from kit.screen import run_on_terminal
from kit.stored import plan_run, store_run
from kit.terminal import Terminal

if TYPE_CHECKING:
    from kit.git import GitFolder

EXP = [sys.executable, "-m", "gitexp"]
ID = "k3v9x2mabc"
LIVE = f"refs/exp/live/default/{ID}"


@pytest.fixture
def shared(folder: GitFolder) -> Shared:
    return Shared.around(folder)


def publish(shared: Shared, *, at: float | None = None, **fields: Any) -> str:
    """Puts the mirror of a run on the remote, as another machine would; none of it stays here."""
    files = fields.pop("files", {"output.log": b"one\n", "metrics.csv": b"step,time,loss\n1,0.5,0.5\n"})
    run = plan_run(shared.here, ID, status=Status.RUNNING, **{"metrics": {"loss": 0.5}, "host": "gpu-7", **fields})
    commit = mirror_run(shared.here, run, time.time() if at is None else at, files)
    shared.here.git("push", "--quiet", "origin", LIVE)
    return commit


def test_it_is_listed_and_shown(shared: Shared) -> None:
    commit = publish(shared, at=time.time() - 12.5 * 60)
    pulled = shared.pull()

    assert [head.id for head in pulled.moved] == [ID]
    assert shared.elsewhere.git("rev-parse", LIVE) == commit
    row = envelope(run_exp(shared.elsewhere, "ls", "--json").out)["data"]["runs"][0]
    assert (row["status"], row["metrics"]["loss"]["last"]) == ("running", 0.5)
    assert row["heard_at"] is not None
    assert "running" in run_exp(shared.elsewhere, "ls").out
    assert " (heard 12 min ago)" in run_on_terminal(shared.elsewhere, "exp", "ls")[1]
    shown = run_exp(shared.elsewhere, "show", ID).out
    assert "heard 12 min ago from gpu-7" in shown
    assert "Output\n  one\n" in shown
    assert "exp watch" in shown
    assert "exp stop" not in shown
    assert run_exp(shared.elsewhere, "logs", ID).out == "one\n"

    publish(shared)
    shared.pull()
    assert "(heard" not in run_on_terminal(shared.elsewhere, "exp", "ls")[1]


def test_nobody_calls_it_lost_completes_or_stops_it(shared: Shared) -> None:
    publish(shared, at=1e9)
    shared.pull()

    assert "running" in run_exp(shared.elsewhere, "ls").out
    recovered = run_exp(shared.elsewhere, "recover", ID)
    assert "is going elsewhere" in recovered.out + recovered.err
    stopped = run_exp(shared.elsewhere, "stop", ID)
    assert stopped.status == 1
    assert "runs on gpu-7" in stopped.err
    assert f"hint: ssh gpu-7, and there: exp stop {ID}" in stopped.err
    assert refs(shared.elsewhere, "refs/exp") == [LIVE]


def test_its_output_is_followed_to_its_end(shared: Shared) -> None:
    with Going(shared.here, "--live=0.2") as run:
        run.print("one\n")
        shared.await_text(run.id, "output.log", "one")
        shared.pull()
        command = [*EXP, "logs", "-f", run.id]
        with subprocess.Popen(
            command, cwd=shared.elsewhere.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as following:
            assert following.stdout is not None
            assert following.stderr is not None
            assert following.stdout.readline() == b"one\n"
            run.print("two\nthr")
            assert following.stdout.readline() == b"two\n"
            run.print("ee\nfour\n")
            run.end()
            assert following.stdout.read() == b"three\nfour\n"
            assert b"finished" in following.stderr.read()
            assert following.wait(PATIENCE) == 0
    assert refs(shared.elsewhere, "refs/runs") == [f"refs/runs/default/{run.id}"]
    assert refs(shared.elsewhere, "refs/exp") == []


def test_it_is_watched_to_its_end(shared: Shared) -> None:
    with Going(shared.here, "--live=0.2", "-p", "max_steps=10") as run:
        run.tell("log(4, loss=0.5)")
        run.print("working\n")
        shared.await_text(run.id, "output.log", "working")
        shared.await_text(run.id, "metrics.csv", "0.5")
        shared.pull()
        shown = run_exp(shared.elsewhere, "watch").out
        assert "40%  step 4/10" in shown
        assert "heard " in shown
        assert "working" in shown
        surroundings = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
        with Terminal(
            [*EXP, "watch", "-i", "0.1"], cwd=shared.elsewhere.path, env={**surroundings, "TERM": "xterm-256color"}
        ) as screen:
            screen.expect(b"loss.*0\\.5")
            run.tell("log(6, loss=0.125)")
            screen.expect(b"0\\.125")
            run.end()
            assert screen.wait() == 0
            last = screen.screen.rpartition(b"\x1b[?1049l")[2].decode()
    assert "✓ finished  in " in last
    assert "loss  0.125  step 6" in last


def test_what_is_missing_in_between_is_said(shared: Shared) -> None:
    publish(shared, files={"output.log": b"one\n"})
    shared.pull()
    with subprocess.Popen([*EXP, "logs", "-f", ID], cwd=shared.elsewhere.path, stdout=subprocess.PIPE) as following:
        assert following.stdout is not None
        assert following.stdout.readline() == b"one\n"
        publish(shared, files={"output.log": b"[gitexp: 1,004 bytes left out here]\nlater\n"})
        assert following.stdout.readline() == b"[gitexp: 1,000 bytes left out here]\n"
        assert following.stdout.readline() == b"later\n"
        following.terminate()


def test_a_remote_that_cannot_be_asked_is_told(shared: Shared) -> None:
    publish(shared)
    shared.pull()
    shared.there.path.rename(shared.there.path.with_name("away.git"))

    shown = run_exp(shared.elsewhere, "watch").out
    assert "origin cannot be asked: " in shown
    assert "loss  0.5" in shown
    view = envelope(run_exp(shared.elsewhere, "watch", "--once", "--json").out)["data"]["runs"][0]
    assert "origin cannot be asked" in view["missing"]


def test_a_run_that_the_remote_has_no_more(shared: Shared) -> None:
    publish(shared)
    shared.pull()
    shared.there.git("update-ref", "-d", LIVE)

    assert shared.pull().removed == ()
    assert "running" in run_exp(shared.elsewhere, "ls").out
    assert "it is not on the remote any more" in run_exp(shared.elsewhere, "watch", ID).out
    ran = run_exp(shared.elsewhere, "logs", "-f", ID)
    assert ran.status == 1
    assert ran.out == "one\n"
    assert "is not on the remote any more, and its end is not here" in ran.err


def test_the_live_ref_goes_once_the_end_is_here(shared: Shared) -> None:
    publish(shared)
    ran = run_exp(shared.elsewhere, "pull")
    assert (ran.status, f"1 is going elsewhere: exp watch {ID}" in ran.err) == (0, True), ran.err
    store_run(shared.elsewhere, plan_run(shared.elsewhere, ID))
    assert refs(shared.elsewhere, "refs/exp") == [LIVE]

    assert shared.pull().removed == (LIVE,)
    assert refs(shared.elsewhere, "refs/exp") == []
    assert shared.pull().moved == ()


def test_what_is_recorded_here_is_its_journals_alone(shared: Shared) -> None:
    with Going(shared.here) as run:
        ref = f"refs/exp/live/default/{run.id}"
        mine = shared.here.git("rev-parse", ref)
        shared.here.git("push", "--quiet", "origin", f"{mine}:{ref}")
        other = shared.here.git("commit-tree", "-p", "HEAD", "-p", mine, "-F", "-", f"{mine}^{{tree}}", stdin=(
            shared.here.git("log", "-1", "--format=%B", mine).encode()
        ))  # fmt: skip
        shared.here.git("push", "--quiet", "origin", f"{other}:{ref}")
        assert [head.commit for head in shared.pull().moved] == [other]

        assert shared.pull(shared.here).moved == ()
        assert shared.here.git("rev-parse", ref) == mine


def test_what_is_no_mirror_is_not_believed(shared: Shared) -> None:
    store_run(shared.here, plan_run(shared.here, "p7qw4n8hde", metrics={"loss": 0.5}))
    ended = "refs/runs/default/p7qw4n8hde"
    shared.here.git("push", "--quiet", "origin", f"{ended}:refs/exp/live/default/p7qw4n8hde")
    commit = publish(shared)
    shared.here.git("push", "--quiet", "origin", f"{commit}:refs/exp/live/other/{ID}")
    shared.here.git("push", "--quiet", "origin", f"{commit}:refs/exp/live/default/t2zc9x1k0f")
    shared.here.git("push", "--quiet", "origin", "HEAD:refs/exp/live/default/h8yb3d6m2g")

    pulled = shared.pull()

    assert [head.ref for head in pulled.moved] == [LIVE]
    assert refs(shared.elsewhere, "refs/exp") == [LIVE]
    told = "\n".join(error.message for _, error in pulled.broken)
    assert "a live ref with a run that is finished" in told
    assert len(pulled.broken) == 4


def test_another_run_under_the_same_id_is_refused(shared: Shared) -> None:
    first = publish(shared)
    shared.pull()
    shared.here.git("update-ref", "-d", LIVE)
    shared.there.git("update-ref", "-d", LIVE)
    publish(shared, name="impostor")

    pulled = shared.pull()

    assert pulled.moved == ()
    assert "has another run of that id" in pulled.broken[0][1].message
    assert shared.elsewhere.git("rev-parse", LIVE) == first


def test_json_lines_say_when_it_was_heard(shared: Shared) -> None:
    publish(shared, at=1_790_000_000)
    shared.pull()
    command = [*EXP, "watch", "--json", "-i", "0.1", ID]
    with subprocess.Popen(command, cwd=shared.elsewhere.path, stdout=subprocess.PIPE) as watching:
        assert watching.stdout is not None
        view = json.loads(watching.stdout.readline())["runs"][0]
        watching.terminate()
    assert view["heard_at"] == "2026-09-21T14:13:20Z"
    assert view["metrics"]["loss"]["last"] == 0.5
