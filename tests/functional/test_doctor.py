"""`exp doctor`, as it is typed."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.actions.remote_checks import check_remote
from gitexp.git.repository import open_repository
from kit.exp import run_exp
from kit.git import GitFolder
from kit.going import Going
from kit.screen import run_on_terminal
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

PAGE = """\
ok       git            {git}
ok       python         {python}
ok       exp            {exp}
ok       repository     {folder}
ok       settings       no .exp.yaml, and none is needed
ok       identity       Ada Lovelace <ada@example.org>
ok       signing        commits are not signed here
ok       files          {folder}/.git/exp, with locks that hold
ok       configuration  no setting of Git endangers runs
ok       runs           0 runs, each readable
ok       journals       none going here
ok       refs           0 runs, 0 with a ref in a file of its own
ok       objects        4 loose objects
ok       remote         there is none, and runs stay here
"""


def examine(folder: GitFolder, *options: str) -> list[dict[str, Any]]:
    """What is not well, and that the exit status says so."""
    done = run_exp(folder, "doctor", "--json", *options)
    data = json.loads(done.out)["data"]
    assert {one["check"] for one in data["findings"]} >= {"git", "python", "exp", "repository"}
    is_well = all(one["state"] != "problem" for one in data["findings"])
    assert (done.status, data["well"]) == (0 if is_well else 1, is_well)
    return [one for one in data["findings"] if one["state"] != "ok"]


def mend(folder: GitFolder, finding: dict[str, Any]) -> None:
    """Types what mends it."""
    done = folder.run("sh", "-c", finding["mend"])
    assert done.returncode == 0, done.stderr.decode()


def found_about(folder: GitFolder, check: str, *options: str) -> str:
    """What is said of one check, whatever its state."""
    findings = json.loads(run_exp(folder, "doctor", "--json", *options).out)["data"]["findings"]
    return "; ".join(one["found"] for one in findings if one["check"] == check)


@pytest.fixture
def remote(folder: GitFolder, tmp_path: pathlib.Path) -> GitFolder:
    """A bare repository that is the folder's `origin`."""
    there = GitFolder.create(tmp_path / "there.git", "--bare")
    folder.git("remote", "add", "origin", str(there.path))
    return there


def refuse(remote: GitFolder, hook: str, script: str) -> None:
    """Gives a bare repository a hook."""
    path = remote.path / "hooks" / hook
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_all_is_well(folder: GitFolder) -> None:
    done = folder.run("exp", "doctor")
    git, python, exp = (found_about(folder, check) for check in ("git", "python", "exp"))
    assert done.stdout.decode() == PAGE.format(git=git, python=python, exp=exp, folder=folder.path)
    assert (done.returncode, done.stderr.decode()) == (0, "all is well\n")
    assert git.startswith(folder.git("version").split()[2])
    assert python.startswith(sys.version.split()[0])
    assert exp == os.path.join(os.path.dirname(sys.executable), "exp")


def test_nothing_is_left_behind(folder: GitFolder, remote: GitFolder) -> None:
    state, refs = folder.state(), folder.git("for-each-ref")
    files = sorted(path for path in (folder.path / ".git").rglob("*") if "objects" not in path.parts)
    assert examine(folder) == []
    assert found_about(folder, "remote") == f"origin ({remote.path}) takes runs, and lets them be deleted"
    assert remote.git("for-each-ref") == ""
    assert (folder.state(), folder.git("for-each-ref")) == (state, refs)
    assert sorted(path for path in (folder.path / ".git").rglob("*") if "objects" not in path.parts) == files
    # Not a byte of the user's own went along.
    assert folder.git("rev-parse", "HEAD") not in remote.git("cat-file", "--batch-check", "--batch-all-objects")


def test_on_a_terminal(folder: GitFolder) -> None:
    folder.git("config", "remote.up.mirror", "true")
    status, text = run_on_terminal(folder, "exp", "doctor", columns=60)
    assert status == 1
    assert "\x1b[32m✓ ok     \x1b[0m  git" in text
    assert "\x1b[31m✗ problem\x1b[0m  configuration  remote.up.mirror: git push up deletes every run" in text
    assert "\n                          \x1b[36mgit config remote.up.mirror false\x1b[0m\n" in text
    assert text.endswith("1 problem\n")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            (("fetch.prune", "true"), ("remote.up.fetch", "+refs/*:refs/*")),
            "git fetch up deletes runs that are only here",
        ),
        ((("remote.up.prune", "true"), ("remote.up.fetch", "refs/runs/*:refs/runs/*")), "git fetch up deletes runs"),
        ((("remote.up.fetch", "+refs/runs/*:refs/runs/*"),), "git fetch up takes runs back"),
        ((("remote.up.mirror", "true"),), "remote.up.mirror: git push up deletes every run there that is not here"),
        ((("remote.up.push", "+refs/*:refs/*"),), "git push up takes runs there back"),
        ((("gc.pruneExpire", "now"),), "gc.pruneExpire = now"),
        ((("gc.auto", "0"),), "gc.auto = 0"),
    ],
)
@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_settings_that_endanger_runs(
    folder: GitFolder, settings: tuple[tuple[str, str], ...], words: str, scope: str
) -> None:
    for key, value in settings:
        own = scope if not key.startswith("remote.up.fetch") and not key.startswith("remote.up.push") else "--local"
        folder.git("config", own, key, value)
    (finding, *others) = examine(folder)
    assert finding["found"].startswith(words)
    assert others == []
    mend(folder, finding)
    left = examine(folder)
    # Where pruning is off, the same refspec can still move a run.
    assert [one["state"] for one in left] in ([], ["advice"])
    for one in left:
        mend(folder, one)
    assert examine(folder) == []


def test_a_bare_repository_that_hides_its_runs(folder: GitFolder, remote: GitFolder) -> None:
    remote.git("config", "transfer.hideRefs", "refs/runs")
    (finding,) = examine(remote)
    assert finding["found"] == "transfer.hideRefs = refs/runs: runs are refused there, or not shown"
    first, second = examine(folder)
    assert (first["check"], first["found"]) == ("configuration", finding["found"])
    assert second["found"] == "origin takes no refs below refs/runs: deny updating a hidden ref"
    mend(folder, first)
    assert examine(folder) == examine(remote) == []


def test_a_remote_that_takes_runs_and_does_not_show_them(folder: GitFolder, remote: GitFolder) -> None:
    remote.git("config", "uploadpack.hideRefs", "refs/runs")
    first, second = examine(folder)
    assert second["found"] == "origin takes refs/runs and does not show them: nobody can pull them"
    assert remote.git("for-each-ref") == ""
    mend(folder, first)
    assert examine(folder) == []


def test_a_remote_whose_hook_refuses(folder: GitFolder, remote: GitFolder) -> None:
    refuse(remote, "update", 'case "$1" in refs/runs/*) echo "no runs here" >&2; exit 1;; esac')
    (finding,) = examine(folder)
    assert finding["found"] == "origin takes no refs below refs/runs: hook declined: no runs here"
    assert remote.git("for-each-ref") == ""
    assert examine(folder, "--no-remote") == []
    refuse(remote, "update", "exit 0")
    refuse(remote, "pre-receive", "exit 1")
    (finding,) = examine(folder)
    assert finding["found"] == "origin takes no refs below refs/runs and refs/exp: pre-receive hook declined"


def test_a_remote_that_keeps_every_ref(folder: GitFolder, remote: GitFolder) -> None:
    refuse(remote, "update", 'case "$3" in *[!0]*) exit 0;; esac; exit 1')
    (finding,) = examine(folder)
    assert finding["state"] == "advice"
    assert finding["found"].startswith("origin does not let refs be deleted (hook declined)")
    left = remote.git("for-each-ref", "--format=%(refname)").split()
    assert [name for name in left if name in finding["mend"]] == left
    assert len(left) == 2
    refuse(remote, "update", "exit 0")
    mend(folder, {"mend": finding["mend"].partition("  (")[0]})
    assert remote.git("for-each-ref") == ""


def test_a_remote_that_is_gone(folder: GitFolder) -> None:
    folder.git("remote", "add", "origin", "/no/such/place")
    (finding,) = examine(folder)
    assert (finding["check"], finding["state"]) == ("remote", "problem")
    assert "'/no/such/place' does not appear to be a git repository" in finding["found"]
    assert finding["mend"] == "git ls-remote origin"
    assert found_about(folder, "remote", "--no-remote") == "origin (/no/such/place), not tried"


def test_a_remote_that_never_answers(folder: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.git("remote", "add", "origin", "ssh://example.org/x")
    monkeypatch.setenv("GIT_SSH_COMMAND", "cat >/dev/null #")
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    (finding,) = check_remote(open_repository(), probe=True, may_ask=False, tell=lambda _: None, patience=0.2)
    assert finding.found == "origin: no answer within 0.2 s"


def test_of_several_remotes_the_chosen_one_is_tried(folder: GitFolder, remote: GitFolder) -> None:
    folder.git("remote", "add", "upstream", "/no/such/place")
    (finding,) = examine(folder)
    assert (finding["state"], finding["mend"]) == ("advice", "exp remote set origin")
    assert "2 remotes, and none is chosen for runs" in finding["found"]
    folder.git("config", "gitexp.remote", "origin")
    assert examine(folder) == []


def test_a_password_in_a_url_is_not_shown(folder: GitFolder) -> None:
    folder.git("remote", "add", "origin", "https://ada:swordfish@127.0.0.1:1/x.git")
    done = run_exp(folder, "doctor")
    assert "https://127.0.0.1:1/x.git" in done.out
    assert "swordfish" not in done.out + done.err


@pytest.mark.parametrize("kind", ["bare", "a linked worktree", "shallow", "partial", "sparse", "sha256", "a submodule"])
def test_kinds_of_repository(folder: GitFolder, tmp_path: pathlib.Path, kind: str) -> None:
    place = tmp_path / "other"
    folder.git("config", "uploadpack.allowFilter", "true")
    url = folder.path.as_uri()
    match kind:
        case "bare":
            folder.git("clone", "-q", "--bare", url, str(place))
        case "a linked worktree":
            folder.git("worktree", "add", "-q", str(place))
        case "shallow":
            folder.git("clone", "-q", "--depth", "1", url, str(place))
        case "partial":
            folder.git("clone", "-q", "--filter=blob:none", url, str(place))
        case "sparse":
            folder.git("clone", "-q", "--sparse", url, str(place))
        case "sha256":
            GitFolder.create(place, "--object-format=sha256")
        case "a submodule":
            folder.git("submodule", "--quiet", "add", url, "lib")
            place = folder.path / "lib"
    assert found_about(GitFolder(place), "repository", "--no-remote").split(", ", 1)[1] == kind
    assert run_exp(GitFolder(place), "doctor", "--no-remote").status == 0


def test_outside_a_repository(tmp_path: pathlib.Path) -> None:
    outside = GitFolder(tmp_path)
    (finding,) = examine(outside)
    assert (finding["check"], finding["state"], finding["mend"]) == ("repository", "advice", "git init")
    mend(outside, finding)
    assert examine(outside) == []


def test_without_git(folder: GitFolder) -> None:
    done = run_exp(folder, "doctor", env={"PATH": "/nowhere"})
    assert done.status == 1
    assert "problem  git            git failed (127): git was not found on PATH" in done.out
    assert "install Git 2.34 or newer" in done.out


def test_a_repository_of_somebody_else(folder: GitFolder) -> None:
    done = run_exp(folder, "doctor", "--json", env={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})
    (finding,) = [one for one in json.loads(done.out)["data"]["findings"] if one["state"] != "ok"]
    assert finding["mend"].startswith("git config --global --add safe.directory ")
    mend(folder, finding)
    assert run_exp(folder, "doctor", env={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}).status == 0


def test_git_does_not_know_the_user(folder: GitFolder, sealed: pathlib.Path) -> None:
    (sealed / ".gitconfig").write_text("")
    (finding,) = examine(folder)
    assert (finding["check"], finding["state"]) == ("identity", "advice")
    mend(folder, finding)
    assert found_about(folder, "identity") == "Your Name <you@example.org>"


def test_settings_that_cannot_be_meant(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "metric:\n  auc: maximize\n"})
    (finding,) = examine(folder)
    assert finding["found"] == ".exp.yaml:1: metric: no such key"
    assert finding["mend"] == "did you mean metrics?"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"gpg.program": "/no/such/gpg"}, "there is no program /no/such/gpg"),
        ({"gpg.format": "ssh", "gpg.ssh.program": "/no/such/ssh"}, "there is no program /no/such/ssh"),
        ({"gpg.format": "ssh", "gpg.ssh.program": "true"}, "user.signingKey names no key"),
        (
            {"gpg.format": "ssh", "gpg.ssh.program": "true", "user.signingKey": "~/no.pub"},
            "there is no key file ~/no.pub",
        ),
    ],
)
def test_what_should_sign_and_is_not_there(folder: GitFolder, settings: dict[str, str], words: str) -> None:
    for key, value in {"commit.gpgSign": "true", **settings}.items():
        folder.git("config", key, value)
    (finding,) = examine(folder)
    assert (finding["check"], finding["found"]) == ("signing", f"runs stay unsigned: {words}")
    mend(folder, finding)
    assert examine(folder) == []


def test_a_key_that_is_there(folder: GitFolder, sealed: pathlib.Path) -> None:
    (sealed / "id.pub").write_text("ssh-ed25519 AAAA\n")
    for key, value in {"commit.gpgSign": "true", "gpg.format": "ssh", "gpg.ssh.program": "true"}.items():
        folder.git("config", key, value)
    for key in ("~/id.pub", "key::ssh-ed25519 AAAA"):
        folder.git("config", "user.signingKey", key)
        assert found_about(folder, "signing") == f"by true, key {key}"


def test_runs_that_cannot_be_read(broken: GitFolder) -> None:
    (finding,) = examine(broken)
    assert finding["check"] == "runs"
    assert finding["found"].startswith("2 of 7 cannot be read; the first: run refs/runs/default/m4ra7v5s9j")


def test_many_refs_in_files_of_their_own(folder: GitFolder) -> None:
    head = folder.git("rev-parse", "HEAD")
    lines = "".join(f"create refs/runs/default/g{number:09} {head}\n" for number in range(501))
    folder.git("update-ref", "--stdin", stdin=lines.encode())
    finding = next(one for one in examine(folder) if one["check"] == "refs")
    assert finding["found"] == "501 of 501 runs have a ref in a file of its own"
    mend(folder, finding)
    assert "refs" not in [one["check"] for one in examine(folder)]


def test_many_loose_objects(folder: GitFolder) -> None:
    folder.git("config", "gc.auto", "20")
    folder.gen({f"file{number}": f"{number}" for number in range(30)})
    folder.commit("many")
    (finding,) = examine(folder)
    assert finding["check"] == "objects"
    mend(folder, finding)
    assert examine(folder) == []


def test_a_recording_that_died_is_told_and_not_completed(folder: GitFolder) -> None:
    with Going(folder) as run:
        assert found_about(folder, "journals") == "1 going here"
        run.tell("log(1, loss=0.75)")
        run.kill()
    (finding,) = examine(folder)
    assert finding["found"] == "a recording died, and its run is not stored yet"
    assert folder.git("for-each-ref", "refs/runs") == ""
    mend(folder, finding)
    assert examine(folder) == []
    assert folder.git("for-each-ref", "refs/runs").endswith(run.id)


def test_a_folder_that_cannot_be_written(folder: GitFolder) -> None:
    (folder.path / ".git" / "exp").mkdir()
    (folder.path / ".git" / "exp").chmod(0o500)
    # Root may write everywhere, unless that is taken from it.
    plain = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    done = folder.run(*plain, "exp", "doctor", "--json")
    (finding,) = [one for one in json.loads(done.stdout)["data"]["findings"] if one["state"] != "ok"]
    assert (done.returncode, finding["check"]) == (1, "files")
    assert finding["found"] == f"{folder.path}/.git/exp cannot be written: Permission denied"
    mend(folder, finding)
    assert folder.run(*plain, "exp", "doctor").returncode == 0


def test_another_exp_on_the_path(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    other = tmp_path / "bin" / "exp"
    other.parent.mkdir()
    other.write_text("#!/usr/bin/python3\n")
    other.chmod(0o755)
    path = f"{other.parent}{os.pathsep}{os.environ['PATH']}"
    done = run_exp(folder, "doctor", "--json", env={"PATH": path})
    (finding,) = [one for one in json.loads(done.out)["data"]["findings"] if one["state"] != "ok"]
    assert finding["found"] == f"{other} is what a shell starts, and not this one"
    shown = folder.run("sh", "-c", f"PATH={path}; {finding['mend']}; command -v exp").stdout.decode()
    assert shown.strip() == os.path.join(os.path.dirname(sys.executable), "exp")


def test_a_check_that_fails_is_a_problem_and_the_others_go_on(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc"))
    (folder.path / ".git" / "packed-refs").write_text("# pack-refs with: peeled\nnonsense\n")
    findings = examine(folder)
    assert {one["check"] for one in findings} >= {"runs", "refs"}
    assert "objects" not in {one["check"] for one in findings}
    assert b"Traceback" not in folder.run("exp", "doctor").stderr
