"""`exp promote --commit`: the registry is committed, and nothing else of the user's is touched."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from gitexp.actions.promote import plan_promotion
from gitexp.actions.promoted_words import PromotionRequest
from gitexp.actions.registry_commit import commit_promotion, find_commit_place
from gitexp.errors import Refused
from gitexp.store.runs import open_store
from kit.exp import PATIENCE, envelope, run_exp
from kit.git import GitFolder
from kit.models import SETTINGS, read_models, store_model

OLD, NEW = "k3v9x2mabc", "p7qw4n8hde"
STAGED = ("promote", NEW, "--model", "fraud", "--stage", "staging")


@pytest.fixture
def models(folder: GitFolder) -> GitFolder:
    """Two runs with a model each, in a work tree where something is staged, edited and new."""
    folder.gen({".exp.yaml": SETTINGS, "notes.txt": "one\n", "other.txt": "one\n"})
    folder.commit("settings")
    store_model(folder, OLD, auc=0.90)
    store_model(folder, NEW, auc=0.95, minutes=10)
    folder.gen({"notes.txt": "two\n", "other.txt": "two\n", "new.txt": "mine\n"})
    folder.git("add", "notes.txt")
    return folder


def give_hook(folder: GitFolder, name: str, script: str) -> None:
    """A hook of the user's."""
    hook = folder.path / ".git" / "hooks" / name
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)


def status(folder: GitFolder) -> list[str]:
    """What is staged, edited and new."""
    return folder.git("status", "--porcelain").splitlines()


MINE = ["M  notes.txt", " M other.txt", "?? new.txt"]


def test_the_file_alone_is_committed(models: GitFolder) -> None:
    head = models.git("rev-parse", "HEAD")
    assert status(models) == MINE

    done = run_exp(models, *STAGED, "--why", "the best so far", "--commit")

    assert done.status == 0, done.err
    assert "registry.yaml is committed as " in done.err
    assert status(models) == MINE
    assert models.git("rev-parse", "HEAD^") == head
    assert models.git("diff", "--name-only", "HEAD^", "HEAD") == "registry.yaml"
    assert models.git("log", "-1", "--format=%B").rstrip() == (
        f"registry: fraud:v1 to staging\n\nthe best so far\n\nRun: {NEW}"
    )
    again = run_exp(models, "promote", "fraud:v1", "--stage", "production", "--alias", "eu", "--commit", "--json")
    data = envelope(again.out)["data"]
    assert data["commit"]["commit"] == models.git("rev-parse", "HEAD")
    assert data["commit"]["branch"] == "main"
    assert models.git("log", "-1", "--format=%s") == "registry: fraud:v1 to production, alias eu"
    assert status(models) == MINE
    models.git("fsck", "--strict", "--no-dangling")


def test_a_new_branch_has_it_and_nothing_here_is_touched(models: GitFolder) -> None:
    models.git("init", "--quiet", "--bare", "../team.git")
    models.git("remote", "add", "origin", "../team.git")
    before = models.state()

    done = run_exp(models, *STAGED, "--commit", "--branch", "promote/fraud-v1")

    assert done.status == 0, done.err
    after = models.state()
    assert after["branches"] != before["branches"]
    assert {**after, "branches": ""} == {**before, "branches": ""}
    assert not (models.path / "registry.yaml").exists()
    assert models.git("rev-parse", "promote/fraud-v1^") == models.git("rev-parse", "HEAD")
    assert models.git("diff", "--name-only", "HEAD", "promote/fraud-v1") == "registry.yaml"
    assert "stage: staging" in models.git("show", "promote/fraud-v1:registry.yaml")
    assert "git push origin promote/fraud-v1" in done.err
    assert models.git("worktree", "list", "--porcelain").count("worktree ") == 1
    models.git("fsck", "--strict", "--no-dangling")
    models.git("push", "--quiet", "origin", "promote/fraud-v1")


def test_a_branch_from_a_bare_repository(models: GitFolder) -> None:
    models.git("clone", "--quiet", "--mirror", ".", "../bare.git")
    bare = GitFolder(models.path.parent / "bare.git")
    assert "hint: --commit --branch NAME" in run_exp(bare, *STAGED, "--commit").err
    done = run_exp(bare, *STAGED, "--commit", "--branch", "v1")
    assert done.status == 0, done.err
    assert "stage: staging" in bare.git("show", "v1:registry.yaml")
    assert bare.git("diff", "--name-only", "main", "v1") == "registry.yaml"


def test_hooks_run_as_for_any_commit(models: GitFolder) -> None:
    give_hook(models, "commit-msg", 'echo "Reviewed: yes" >> "$1"')
    for options in ((), ("--branch", "v1")):
        give_hook(
            models,
            "pre-commit",
            f'{{ git diff --cached --name-only; pwd; git symbolic-ref HEAD; }} > "{models.path.parent}/seen"',
        )
        done = run_exp(models, *STAGED, "--commit", *options)
        assert done.status == 0, done.err
        branch = options[1] if options else "main"
        seen = (models.path.parent / "seen").read_text().splitlines()
        assert seen == ["registry.yaml", os.path.realpath(models.path), f"refs/heads/{branch}"]
        assert models.git("log", "-1", "--format=%B", branch).endswith("Reviewed: yes")
        if not options:
            models.git("reset", "--quiet", "--soft", "HEAD^")
            models.git("rm", "--quiet", "--force", "registry.yaml")


@pytest.mark.parametrize("options", [(), ("--branch", "v1")])
def test_where_a_hook_does_not_let_it_nothing_is_written(models: GitFolder, options: tuple[str, ...]) -> None:
    give_hook(models, "pre-commit", "echo 'no commits on Friday' >&2; exit 1")
    before = models.state()
    done = run_exp(models, *STAGED, "--commit", *options)
    assert done.status == 1
    assert "no commits on Friday" in done.err
    assert not (models.path / "registry.yaml").exists()
    assert models.state() == before
    assert models.git("worktree", "list", "--porcelain").count("worktree ") == 1


def test_where_git_does_not_commit_the_file_is_what_it_was(models: GitFolder) -> None:
    assert run_exp(models, *STAGED, "--commit").status == 0
    before, bytes_before = models.state(), (models.path / "registry.yaml").read_bytes()
    give_hook(models, "pre-commit", "exit 1")
    assert run_exp(models, "promote", "fraud:v1", "--stage", "production", "--commit").status == 1
    assert (models.path / "registry.yaml").read_bytes() == bytes_before
    assert {**models.state(), "staged": ""} == {**before, "staged": ""}


def test_a_commit_is_signed_where_git_signs(models: GitFolder) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(models.path.parent / "key")], check=True)
    for key, value in (("gpg.format", "ssh"), ("user.signingKey", str(models.path.parent / "key.pub"))):
        models.git("config", key, value)
    models.git("config", "commit.gpgSign", "true")
    assert run_exp(models, *STAGED, "--commit", "--branch", "v1").status == 0
    assert run_exp(models, *STAGED, "--commit").status == 0
    for commit in ("v1", "HEAD"):
        assert "gpgsig -----BEGIN SSH SIGNATURE-----" in models.git("cat-file", "commit", commit)


def test_a_file_with_changes_of_its_own_is_not_swept_in(models: GitFolder) -> None:
    models.gen({"registry.yaml": "format: 1\nmodels: {}\n"})
    for options in ((), ("--branch", "v1")):
        done = run_exp(models, *STAGED, "--commit", *options)
        assert done.status == 1
        assert "registry.yaml has changes that are not committed, and they would go along" in done.err
    assert models.git("branch", "--list", "v1") == ""
    assert (models.path / "registry.yaml").read_text() == "format: 1\nmodels: {}\n"


def test_a_detached_head_and_a_branch_that_is_there(models: GitFolder) -> None:
    models.git("branch", "v1")
    there = run_exp(models, *STAGED, "--commit", "--branch", "v1")
    assert (there.status, "there is a branch v1 already" in there.err) == (1, True)
    wrong = run_exp(models, *STAGED, "--commit", "--branch", "a..b")
    assert (wrong.status, "cannot be called so" in wrong.err) == (2, True)
    models.git("checkout", "--quiet", "--detach")
    done = run_exp(models, *STAGED, "--commit")
    assert done.status == 0, done.err
    assert "on a detached HEAD: no branch has it" in done.err
    assert models.git("diff", "--name-only", "HEAD^", "HEAD") == "registry.yaml"


def test_the_first_commit(models: GitFolder) -> None:
    models.git("update-ref", "-d", "refs/heads/main")
    assert "there is no commit yet" in run_exp(models, *STAGED, "--commit", "--branch", "v1").err
    staged = models.git("diff", "--cached", "--name-only")
    done = run_exp(models, *STAGED, "--commit")
    assert done.status == 0, done.err
    assert models.git("ls-tree", "-r", "--name-only", "HEAD") == "registry.yaml"
    assert set(staged.splitlines()) == set(models.git("diff", "--cached", "--name-only").splitlines())


def test_in_the_middle_of_a_merge_nothing_is_written(models: GitFolder) -> None:
    models.git("stash", "--quiet", "--include-untracked")
    models.git("checkout", "--quiet", "-b", "side")
    models.gen({"side.txt": "x\n"})
    models.commit("side")
    models.git("checkout", "--quiet", "main")
    models.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
    before = models.state()
    done = run_exp(models, *STAGED, "--commit")
    assert (done.status, "during a merge" in done.err) == (1, True)
    assert not (models.path / "registry.yaml").exists()
    assert models.state() == before
    assert run_exp(models, *STAGED, "--commit", "--branch", "v1").status == 0
    assert models.state()["staged"] == before["staged"]


def test_a_linked_worktree_and_a_subfolder(models: GitFolder) -> None:
    models.git("worktree", "add", "--quiet", "../linked", "-b", "linked")
    linked = GitFolder(models.path.parent / "linked")
    linked.gen({"services/[fraud]/.exp.yaml": SETTINGS})
    linked.commit("a project of its own")
    done = run_exp(linked, *STAGED, "--commit", where="services/[fraud]")
    assert done.status == 0, done.err
    assert linked.git("diff", "--name-only", "HEAD^", "HEAD") == "services/[fraud]/registry.yaml"
    more = run_exp(linked, "promote", OLD, "-m", "fraud", "--commit", "--branch", "v2", where="services/[fraud]")
    assert more.status == 0, more.err
    assert linked.git("diff", "--name-only", "HEAD", "v2") == "services/[fraud]/registry.yaml"
    assert len(read_models(linked, "services/[fraud]/registry.yaml")["fraud"]) == 1


@pytest.mark.parametrize("options", [(), ("--commit",)])
def test_several_at_once_lose_nothing(models: GitFolder, options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "gitexp", "promote", *options]
    running = [
        subprocess.Popen([*command, run, "--model", model], cwd=models.path, stderr=subprocess.PIPE)
        for run, model in ((OLD, "fraud"), (NEW, "credit"), (OLD, "churn"))
    ]
    said = [one.communicate(timeout=PATIENCE)[1].decode() for one in running]
    done = {model for one, model in zip(running, ("fraud", "credit", "churn"), strict=True) if one.returncode == 0}
    assert done
    assert set(read_models(models)) == done
    reasons = ["was changed by somebody else meanwhile; nothing was written"]
    reasons += ["has changes that are not committed", "index.lock"] if options else []
    for one, text in zip(running, said, strict=True):
        assert one.returncode == 0 or any(reason in text for reason in reasons), text
    if options:
        assert status(models) == MINE
        assert models.git("rev-list", "--count", "HEAD") == str(2 + len(done))


def test_what_came_between_does_not_go_along(models: GitFolder) -> None:
    store = open_store(os.fspath(models.path))
    place = find_commit_place(store, None)
    other = run_exp(models, "promote", OLD, "--model", "other", "--stage", "staging")
    assert other.status == 0, other.err
    text = (models.path / "registry.yaml").read_text()
    request = PromotionRequest(spec=NEW, model="fraud", stage="staging")
    promotion = plan_promotion(store, request, now=datetime.now(UTC))

    with pytest.raises(Refused, match="has changes that are not committed"):
        commit_promotion(store, promotion, place)

    assert (models.path / "registry.yaml").read_text() == text
