"""``exp purge``: a run is erased, and nothing but the run."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from gitexp.git.repository import open_repository
from gitexp.model.run import Artifact, Status
from gitexp.store.removed import read_removed
from kit.exp import envelope, refs, run_exp
from kit.folds import IDS, note, say_of, store_old_runs
from kit.git import GitFolder
from kit.stored import plan_run, store_run
from kit.terminal import Terminal

if TYPE_CHECKING:
    import pathlib

FIRST, SECOND, THIRD, OTHER, DECEMBER = IDS
SECRET = "hunter2-is-a-secret"


@pytest.fixture
def leaky(folder: GitFolder) -> GitFolder:
    """Five old runs, and a sixth with a secret in its output, its params and its code."""
    store_old_runs(folder)
    store_leak(folder)
    return folder


def store_leak(folder: GitFolder) -> None:
    folder.gen({"train.py": f"password = {SECRET!r}\n"})
    folder.git("add", "--all")
    head = folder.git("rev-parse", "HEAD")
    ours = ("-c", "user.name=gitexp", "-c", "user.email=gitexp@localhost")
    tree = folder.git("write-tree")
    snapshot = folder.git(*ours, "commit-tree", "-p", head, "-m", "snapshot of a working tree", tree)
    folder.git("reset", "--hard", "--quiet")
    run = plan_run(folder, "v6sx0c7r1n", minutes=-500 * 24 * 60, params={"key": SECRET}, snapshot=snapshot)
    store_run(folder, run, {"output.log": f"{SECRET}\n".encode()})


LEAK = "v6sx0c7r1n"


def objects(folder: GitFolder) -> set[str]:
    listing = folder.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered")
    return set(listing.split())


def holds_secret(folder: GitFolder) -> bool:
    """Whether any object has it, and not only those that something leads to."""
    every = folder.git("cat-file", "--batch", "--batch-all-objects", "--buffer", "--unordered")
    return SECRET in every


def ids(folder: GitFolder) -> list[str]:
    return sorted(run_exp(folder, "ls", "--all", "-n", "0", "--ids").out.split())


def reachable(folder: GitFolder) -> set[str]:
    return {
        line.split()[0]
        for line in folder.git("rev-list", "--objects", "--all", "--reflog", "--indexed-objects").splitlines()
    }


def test_a_run_is_erased_and_nothing_else(leaky: GitFolder) -> None:
    leaky.gen({"loose.txt": "somebody's own, reachable from nowhere\n"})
    lonely = leaky.git("hash-object", "-w", "loose.txt")
    say_of(leaky, LEAK, note("and more"))
    assert holds_secret(leaky)
    state = leaky.state()
    before = objects(leaky)

    done = run_exp(leaky, "purge", LEAK[:4], "--yes")

    assert (done.status, done.out) == (0, f"erased amber-fox-{LEAK[:4]} ({LEAK})\n"), done.err
    assert not holds_secret(leaky)
    assert ids(leaky) == sorted(IDS)
    assert leaky.state() == state
    assert reachable(leaky) - before  # the list of what is erased
    gone = before - objects(leaky)
    assert lonely not in gone
    assert done.err.startswith(f"{len(gone)} objects erased from this clone\n")
    assert read_removed(open_repository()) == {LEAK}
    leaky.git("fsck", "--strict", "--connectivity-only")
    assert leaky.git("fsck", "--no-dangling") == ""


@pytest.mark.parametrize("how", ["packed", "folded", "folded and packed", "a commit-graph", "reflogs"])
def test_wherever_it_lies(leaky: GitFolder, how: str) -> None:
    if how == "reflogs":
        leaky.git("config", "core.logAllRefUpdates", "always")
        say_of(leaky, LEAK, note("more"))
    if how.startswith("folded") or how == "reflogs":
        assert run_exp(leaky, "fold").out == "2025-07  1 run\n2025-11  4 runs\n2025-12  1 run\n"
        assert run_exp(leaky, "fold", "--undo", FIRST).status == 0
    if how in ("packed", "folded and packed"):
        leaky.git("gc", "--quiet")
    if how == "a commit-graph":
        leaky.git("commit-graph", "write", "--reachable")
    assert holds_secret(leaky)

    done = run_exp(leaky, "purge", LEAK, "--yes")

    assert done.status == 0, done.err
    assert not holds_secret(leaky)
    assert ids(leaky) == sorted(IDS)
    assert leaky.git("fsck", "--no-dangling") == ""
    assert leaky.git("commit-graph", "verify") == ""


def test_the_rest_of_a_fold_stays(leaky: GitFolder) -> None:
    assert run_exp(leaky, "fold", FIRST, SECOND).status == 0
    assert run_exp(leaky, "fold", THIRD, OTHER).status == 0
    (ref,) = refs(leaky, "refs/exp/fold")
    first = leaky.git("rev-parse", f"{ref}^")
    pages = {one: run_exp(leaky, "show", one, "--json").out for one in (FIRST, SECOND, OTHER)}

    assert run_exp(leaky, "purge", THIRD, "--yes").status == 0

    assert leaky.git("rev-parse", f"{ref}^") == first  # nothing before the run was written anew
    assert leaky.git("show", "-s", "--format=%s", ref) == "fold of 1 run that began in 2025-11"
    assert leaky.git("ls-tree", "--name-only", ref).split() == ["03", "30"]
    assert ids(leaky) == sorted({*IDS, LEAK} - {THIRD})
    for one in (FIRST, SECOND):
        assert run_exp(leaky, "show", one, "--json").out == pages[one]
    assert run_exp(leaky, "logs", OTHER).out == "run 3\n"
    assert run_exp(leaky, "purge", FIRST, SECOND, OTHER, "--yes").status == 0
    assert refs(leaky, "refs/exp/fold") == []
    assert leaky.git("fsck", "--no-dangling") == ""


def test_what_the_runs_share_stays(leaky: GitFolder) -> None:
    twin = plan_run(
        leaky, "m4ra7v5s9j", minutes=-600 * 24 * 60, snapshot=leaky.git("rev-parse", f"refs/runs/default/{LEAK}^")
    )
    store_run(leaky, twin, {"output.log": b"its own\n"})

    assert run_exp(leaky, "purge", LEAK, "--yes").status == 0

    assert leaky.git("show", "refs/runs/default/m4ra7v5s9j:train.py") == f"password = {SECRET!r}"
    assert leaky.git("fsck", "--no-dangling") == ""


def test_an_object_that_only_an_older_commit_of_a_branch_has_stays(folder: GitFolder) -> None:
    # rev-list --objects A --not B lists what B's older commits hold: Git looks at the nearest trees alone.
    folder.gen({"data.txt": "precious\n"})
    folder.commit("with data")
    blob = folder.git("rev-parse", "HEAD:data.txt")
    folder.git("rm", "--quiet", "data.txt")
    folder.commit("without")
    folder.gen({"data.txt": "precious\n"})
    folder.git("add", "data.txt")
    snapshot = folder.git("commit-tree", "-p", "HEAD", "-m", "snapshot", folder.git("write-tree"))
    folder.git("reset", "--hard", "--quiet")
    store_run(folder, plan_run(folder, FIRST, snapshot=snapshot))

    assert run_exp(folder, "purge", FIRST, "--yes").status == 0

    assert folder.git("cat-file", "blob", blob) == "precious"
    assert folder.git("fsck", "--no-dangling") == ""


def test_what_a_branch_a_worktree_or_an_index_holds_stays(leaky: GitFolder) -> None:
    leaky.git("worktree", "add", "--quiet", "--detach", "../linked", f"refs/runs/default/{FIRST}")
    leaky.git("branch", "mine", f"refs/runs/default/{SECOND}")
    leaky.git("read-tree", f"--index-output={leaky.path}/.git/index", f"refs/runs/default/{THIRD}")

    done = run_exp(leaky, "purge", FIRST, SECOND, THIRD, "--yes")

    assert done.status == 1
    assert "refs/heads/mine leads to what was erased" in done.err
    assert leaky.git("show", "mine:.exp/output.log") == "run 1"
    assert leaky.git("cat-file", "blob", leaky.git("ls-files", "-s", ".exp/output.log").split()[1]) == "run 2"
    assert GitFolder(leaky.path.parent / "linked").git("show", "HEAD:.exp/output.log") == "run 0"
    leaky.git("fsck", "--no-dangling")


@pytest.mark.parametrize("where", [".", "../linked"])
def test_what_a_rebase_put_aside_or_a_fetch_brought_stays(leaky: GitFolder, tmp_path: pathlib.Path, where: str) -> None:
    same = f"password = {SECRET!r}\n"
    leaky.git("worktree", "add", "--quiet", "-b", "other", "../linked")
    place = GitFolder(leaky.path / where)
    place.gen({"b.txt": "1\n"})
    place.commit()
    server = GitFolder.create(tmp_path / "server")
    server.gen({"fetched.txt": same})
    server.commit()
    place.git("fetch", "--quiet", str(server.path))
    place.gen({"train.py": same})
    place.git("-c", "core.editor=true", "rebase", "--autostash", "--exec", "false", "HEAD~1", check=False)
    assert (place.path / "train.py").read_text() != same

    run_exp(leaky, "purge", LEAK, "--yes")

    assert LEAK not in ids(leaky)
    assert place.git("show", "FETCH_HEAD:fetched.txt") == same.strip()
    place.git("-c", "core.editor=true", "rebase", "--continue")
    assert (place.path / "train.py").read_text() == same


def test_who_is_not_asked_says_yes(leaky: GitFolder) -> None:
    done = run_exp(leaky, "purge", LEAK)

    assert (done.status, done.out) == (1, "")
    assert f"hint: exp purge {LEAK} --yes" in done.err
    assert LEAK in ids(leaky)
    assert refs(leaky, "refs/exp") == []


def test_the_reason_is_not_the_secret(leaky: GitFolder) -> None:
    done = run_exp(leaky, "purge", LEAK, "--yes", "--why", "it had ghp_" + "a1B2" * 9)

    assert done.status == 1
    assert "--why holds what looks like a secret" in done.err
    assert LEAK in ids(leaky)
    assert refs(leaky, "refs/exp") == []


@pytest.mark.parametrize(("answer", "stays"), [("n", True), ("", True), ("y", False)])
def test_it_is_asked_once(leaky: GitFolder, answer: str, *, stays: bool) -> None:
    with Terminal(["exp", "purge", LEAK], cwd=leaky.path, env={**os.environ, "COLUMNS": "80"}) as terminal:
        terminal.expect(rb"Erase 1 run here, for good\? \[y/N\] ")
        terminal.send(answer.encode() + b"\r")
        status = terminal.wait()

    assert (status, LEAK in ids(leaky)) == (int(stays), stays)


def test_a_commit_of_ones_own_that_only_the_run_leads_to_is_named_first(
    folder: GitFolder, tmp_path: pathlib.Path
) -> None:
    folder.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "aside"))
    aside = GitFolder(tmp_path / "aside")
    aside.gen({"train.py": "print('loss=0.1')\n"})
    mine = aside.commit("tried on no branch")
    store_run(folder, plan_run(folder, FIRST, snapshot=mine))
    store_run(folder, plan_run(folder, SECOND))
    folder.git("worktree", "remove", "--force", str(aside.path))
    words = f"a commit of yours goes along, to which nothing else leads: {mine[:12]} tried on no branch"

    with Terminal(["exp", "purge", FIRST], cwd=folder.path, env={**os.environ, "COLUMNS": "200"}) as terminal:
        terminal.expect(rb"Erase 1 run here, for good\? \[y/N\] ")
        terminal.send(b"n\r")
        terminal.wait()
        screen = terminal.screen.decode()
    assert words in screen
    assert f"git branch NAME {mine[:12]}" in screen
    folder.git("branch", "kept", mine)
    erased = run_exp(folder, "purge", FIRST, "--yes")

    assert words not in erased.err
    assert folder.git("cat-file", "-t", mine) == "commit"
    assert ids(folder) == [SECOND]


def test_a_run_that_is_going_is_refused(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, FIRST, status=Status.RUNNING))
    (folder.path / ".git" / "exp" / "live" / FIRST).mkdir(parents=True)

    refused = run_exp(folder, "purge", FIRST, "--yes")

    assert (refused.status, "is going, or not stored yet" in refused.err) == (1, True)
    assert refs(folder, "refs/exp/live") == [f"refs/exp/live/default/{FIRST}"]


def test_a_run_that_the_registry_names_is_refused(leaky: GitFolder) -> None:
    leaky.gen({"services/fraud/registry.yaml": f"models:\n  fraud:\n    run: refs/runs/default/{LEAK}\n"})

    refused = run_exp(leaky, "purge", LEAK, "--yes")

    assert (refused.status, "stands in services/fraud/registry.yaml" in refused.err) == (1, True)
    assert LEAK in ids(leaky)
    assert run_exp(leaky, "purge", FIRST, "--yes").status == 0


def test_artifacts_in_the_cache_are_named(folder: GitFolder) -> None:
    from gitexp.model.paths import TreePath

    artifact = Artifact(TreePath("model.pt"), "b" * 32, 5_000_000, "dvc")
    store_run(folder, plan_run(folder, FIRST, artifacts=(artifact,)))

    done = envelope(run_exp(folder, "purge", FIRST, "--yes", "--json").out)["data"]

    assert (done["erased"], done["cached_artifacts"], done["objects_left"]) == ([FIRST], 1, [])


def test_what_only_the_run_had_beside_the_repository_goes(leaky: GitFolder) -> None:
    unkept = leaky.path / ".git" / "exp" / "unkept" / LEAK
    unkept.mkdir(parents=True)
    (unkept / "id_rsa").write_text(SECRET)

    assert run_exp(leaky, "purge", LEAK, "--yes").status == 0

    assert not unkept.exists()
    assert not any((leaky.path / ".git" / "exp" / "purging").iterdir())


def test_a_pack_that_is_kept_is_told_and_the_same_command_goes_on(leaky: GitFolder) -> None:
    leaky.git("gc", "--quiet")
    packs = list((leaky.path / ".git" / "objects" / "pack").glob("*.pack"))
    packs[0].with_suffix(".keep").touch()

    done = run_exp(leaky, "purge", LEAK, "--yes")

    assert (done.status, "could not be erased" in done.err) == (1, True)
    assert LEAK not in ids(leaky)
    packs[0].with_suffix(".keep").unlink()
    again = run_exp(leaky, "purge", LEAK, "--yes")
    assert (again.status, again.out) == (0, f"erased {LEAK}\n"), again.err
    assert not holds_secret(leaky)
    assert run_exp(leaky, "purge", "q0000", "--yes").status == 1


@pytest.fixture
def shared(leaky: GitFolder, tmp_path: pathlib.Path) -> GitFolder:
    """The same with a remote that has all runs, loose objects and all."""
    server = GitFolder.create(tmp_path / "server.git", "--bare")
    leaky.git("remote", "add", "origin", str(server.path))
    leaky.git("push", "--quiet", "origin", "main", "refs/runs/*:refs/runs/*")
    return leaky


def server_of(folder: GitFolder) -> GitFolder:
    return GitFolder(folder.path.parent / "server.git")


def test_the_remote_is_rid_of_it(shared: GitFolder) -> None:
    server = server_of(shared)
    assert f"refs/runs/default/{LEAK}" in refs(server)

    done = run_exp(shared, "purge", LEAK, "--remote", "--yes")

    assert done.status == 0, done.err
    assert f"refs/runs/default/{LEAK}" not in refs(server)
    assert len(refs(server)) == 5
    assert refs(server, "refs/exp/removed") == refs(shared, "refs/exp/removed")
    assert "until it collects its garbage" in done.err
    server.git("gc", "--quiet", "--prune=now")
    assert not holds_secret(server)
    assert not holds_secret(shared)


def test_folds_of_others_on_the_remote_are_replaced(shared: GitFolder, tmp_path: pathlib.Path) -> None:
    server = server_of(shared)
    bob = GitFolder(tmp_path / "bob")
    subprocess.run(["git", "clone", "-q", server.path, bob.path], check=True)
    bob.git("config", "user.email", "bob@example.org")
    bob.git("fetch", "-q", "--no-prune", "--no-tags", "origin", "refs/runs/*:refs/runs/*")
    assert run_exp(bob, "fold").status == 0
    bob.git("push", "-q", "origin", "refs/exp/fold/*:refs/exp/fold/*")
    assert len(refs(server, "refs/exp/fold")) == 3

    done = run_exp(shared, "purge", LEAK, "--remote", "--yes")

    assert done.status == 0, done.err
    assert [ref.rpartition("/")[2] for ref in refs(server, "refs/exp/fold")] == ["202511", "202512"]
    server.git("gc", "--quiet", "--prune=now")
    assert not holds_secret(server)
    assert not holds_secret(shared)


def test_a_remote_that_has_moved_is_not_overrun(shared: GitFolder, tmp_path: pathlib.Path) -> None:
    from gitexp.git.remote import PushUpdate, push_refs

    server = server_of(shared)
    ref = f"refs/runs/default/{FIRST}"
    seen = server.git("rev-parse", ref)
    server.git("update-ref", ref, f"refs/runs/default/{SECOND}")
    new = shared.git("rev-parse", f"refs/runs/default/{THIRD}")

    (result,) = push_refs(open_repository(), "origin", [PushUpdate(ref, new, seen, is_rewritten=True)])

    assert (result.state, result.why) == ("refused", "stale info")
    moved = server.git("rev-parse", ref)
    (done,) = push_refs(open_repository(), "origin", [PushUpdate(ref, new, moved, is_rewritten=True)])
    assert (done.state, server.git("rev-parse", ref)) == ("moved", new)


def test_a_run_that_is_erased_here_can_be_erased_there_later(shared: GitFolder) -> None:
    assert run_exp(shared, "purge", LEAK, "--yes").status == 0
    assert f"refs/runs/default/{LEAK}" in refs(server_of(shared))

    done = run_exp(shared, "purge", LEAK[:6], "--remote", "--yes")

    assert done.status == 0, done.err
    assert f"refs/runs/default/{LEAK}" not in refs(server_of(shared))


def test_a_list_that_comes_from_elsewhere_hides_a_run_and_erases_nothing(
    shared: GitFolder, tmp_path: pathlib.Path
) -> None:
    bob = GitFolder(tmp_path / "bob")
    subprocess.run(["git", "clone", "-q", server_of(shared).path, bob.path], check=True)
    bob.git("fetch", "-q", "--no-prune", "--no-tags", "origin", "refs/runs/*:refs/runs/*")
    assert run_exp(shared, "purge", LEAK, "--remote", "--yes").status == 0
    assert LEAK in ids(bob)

    bob.git("fetch", "-q", "--no-prune", "--no-tags", "origin", "refs/exp/removed/*:refs/exp/removed/*")

    assert LEAK not in ids(bob)
    assert holds_secret(bob)
    said = run_exp(bob, "ls").err
    assert f"1 run was purged by Ada Lovelace: exp purge {LEAK[:4]} erases it here too\n" in said
    assert run_exp(bob, "show", LEAK).status == 1
    assert run_exp(bob, "purge", LEAK[:4], "--yes").status == 0
    assert not holds_secret(bob)
    assert "purged" not in run_exp(bob, "ls").err


def test_a_remote_that_refuses_is_told(shared: GitFolder) -> None:
    hook = server_of(shared).path / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho no deletions here >&2\nexit 1\n")
    hook.chmod(0o755)

    done = run_exp(shared, "purge", LEAK, "--remote", "--yes")

    assert done.status == 1
    assert "origin did not change" in done.err
    assert os.fspath(server_of(shared).path) not in done.out
    assert not holds_secret(shared)


def test_runs_come_through_a_pipe_with_yes(leaky: GitFolder) -> None:
    asked = run_exp(leaky, "purge", "-", stdin=f"{LEAK}\n".encode())
    assert asked.err.endswith(f"hint: exp purge {LEAK} --yes\n")
    assert run_exp(leaky, "purge", "-", "--yes").err.startswith("exp: no run came on standard input\n")
    assert run_exp(leaky, "purge", "-", "--yes", stdin=f"{LEAK}\n".encode()).out == f"erased amber-fox-v6sx ({LEAK})\n"


def test_a_run_that_a_registry_on_another_branch_names_is_refused(leaky: GitFolder) -> None:
    branch = leaky.git("symbolic-ref", "--short", "HEAD")
    leaky.git("switch", "--quiet", "--create", "promoted")
    leaky.gen({"registry.yaml": f"models:\n  fraud:\n    run: refs/runs/default/{LEAK}\n"})
    leaky.commit("Promote")
    leaky.git("switch", "--quiet", branch)
    assert not (leaky.path / "registry.yaml").exists()

    refused = run_exp(leaky, "purge", LEAK, "--yes")

    assert (refused.status, "stands in registry.yaml on promoted" in refused.err) == (1, True)
    assert LEAK in ids(leaky)
