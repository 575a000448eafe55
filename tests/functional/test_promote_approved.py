"""`exp promote` where a policy asks for approvals, with real keys; and what the shell completes."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import pytest

from gitexp.model.promotion import find_time
from gitexp.model.registry import Entry
from gitexp.model.registry_changes import add_entry
from kit.exp import run_exp
from kit.models import SETTINGS, read_models, store_model, where, write_policy
from kit.registries import get_registry, put_registry
from kit.signers import allow

if TYPE_CHECKING:
    from kit.git import GitFolder
    from kit.signers import KeyRing, Signer

OLD, NEW = "k3v9x2mabc", "p7qw4n8hde"
TO_PRODUCTION = ("promote", "fraud:v1", "--stage", "production")


@pytest.fixture
def models(folder: GitFolder) -> GitFolder:
    """Two runs with a model each, and a policy that asks for two approvals."""
    folder.gen({".exp.yaml": SETTINGS})
    folder.commit("settings")
    store_model(folder, OLD, auc=0.90)
    store_model(folder, NEW, auc=0.95, minutes=10)
    write_policy(folder, "approvals: 2")
    return folder


@pytest.fixture
def people(models: GitFolder, signers: KeyRing) -> tuple[Signer, Signer]:
    """Two who may sign."""
    both = signers.ssh("Lea Lead", "lead@example.org"), signers.ssh("Rae Reviewer", "reviewer@example.org")
    allow(models, *both)
    return both


def test_approvals_that_wait_come_along(models: GitFolder, people: tuple[Signer, Signer]) -> None:
    at_once = run_exp(models, "promote", NEW, "--model", "fraud", "--stage", "production")
    assert at_once.status == 1
    assert "approvals: 2: 0 of 2; 2 more needed, from allowed signers" in at_once.err
    assert (
        f"hint: exp promote {NEW} --model fraud  (registers it), then: exp approve fraud:v1 --stage production"
        in at_once.err
    )
    assert run_exp(models, "promote", NEW, "--model", "fraud", "--stage", "staging").status == 0
    for place, person in enumerate(people):
        held = run_exp(models, *TO_PRODUCTION)
        assert (held.status, f"approvals: 2: {place} of 2" in held.err) == (1, True)
        assert "hint: exp approve fraud:v1 --stage production" in held.err
        person.use(models)
        assert run_exp(models, "approve", "fraud:v1", "--stage", "production").status == 0
    (waiting,) = read_models(models)["fraud"]
    assert [one["by"] for one in waiting["approvals"]] == [person.by for person in people]

    done = run_exp(models, *TO_PRODUCTION)

    assert done.status == 0, done.err
    (version,) = read_models(models)["fraud"]
    assert "approvals" not in version
    entry = version["history"][-1]
    assert (entry["stage"], entry["approvals"]) == (
        "production",
        [{key: one for key, one in approval.items() if key != "stage"} for approval in waiting["approvals"]],
    )
    times = [datetime.datetime.fromisoformat(str(one["at"])) for one in (*entry["approvals"], entry)]
    assert times == sorted(times)


def test_who_approved_and_may_not_promote_too_is_told_so(models: GitFolder, people: tuple[Signer, Signer]) -> None:
    write_policy(models, "approvals: 2\nself_approval: false")
    run_exp(models, "promote", "last", "--model", "fraud", "--stage", "staging")
    for person in people:
        person.use(models)
        approved = run_exp(models, "approve", "fraud:v1")
        assert approved.status == 0, approved.err
    command = "exp promote fraud:v1 --stage production  (typed by somebody who has not approved it)"
    assert approved.err.splitlines()[-1] == f"next: {command}"
    refused = run_exp(models, "promote", "fraud:v1", "--stage", "production")
    assert f"does not count: {people[1].email} promotes it" in refused.err
    assert (refused.status, refused.err.splitlines()[-1]) == (1, f"hint: {command}")
    models.git("config", "user.name", "Olga Other")
    models.git("config", "user.email", "other@example.org")
    assert run_exp(models, "promote", "fraud:v1", "--stage", "production").status == 0


def test_one_that_was_withdrawn_does_not_count(models: GitFolder, people: tuple[Signer, Signer]) -> None:
    assert run_exp(models, "promote", NEW, "--model", "fraud", "--stage", "staging").status == 0
    for person in people:
        person.use(models)
        assert run_exp(models, "approve", "fraud:v1", "--stage", "production").status == 0
    assert run_exp(models, "approve", "fraud:v1", "--stage", "production", "--withdraw").status == 0
    held = run_exp(models, *TO_PRODUCTION)
    assert (held.status, "approvals: 2: 1 of 2" in held.err) == (1, True)
    assert where(models) == {1: "staging"}


def test_one_for_another_policy_does_not_count(models: GitFolder, people: tuple[Signer, Signer]) -> None:
    assert run_exp(models, "promote", NEW, "--model", "fraud", "--stage", "staging").status == 0
    for person in people:
        person.use(models)
        assert run_exp(models, "approve", "fraud:v1", "--stage", "production").status == 0
    text = (models.path / "registry.yaml").read_text()
    models.gen({"registry.yaml": text.replace("approvals: 2\n", "approvals: 2\n    data: known\n", 1)})
    held = run_exp(models, *TO_PRODUCTION)
    assert (held.status, "approvals: 2: 0 of 2" in held.err) == (1, True)


def promote_both(models: GitFolder, people: tuple[Signer, Signer]) -> None:
    """Two versions, each approved by both, one after the other in production."""
    for number, run in ((1, OLD), (2, NEW)):
        assert run_exp(models, "promote", run, "--model", "fraud").status == 0
        for person in people:
            person.use(models)
            assert run_exp(models, "approve", f"fraud:v{number}", "--stage", "production").status == 0
        words = ("promote", f"fraud:v{number}", "--stage", "production", "--archive-previous")
        assert run_exp(models, *words).status == 0


def test_a_rollback_needs_no_new_ones(models: GitFolder, people: tuple[Signer, Signer]) -> None:
    promote_both(models, people)
    done = run_exp(models, "promote", "fraud", "--stage", "production", "--rollback")
    assert done.status == 0, done.err
    assert where(models) == {1: "production", 2: "archived"}
    again = run_exp(models, "promote", "fraud:v2", "--stage", "production", "--archive-previous")
    assert (again.status, "approvals: 2: 0 of 2" in again.err) == (1, True)


def test_there_is_no_way_back_to_what_somebody_took_their_yes_from(
    models: GitFolder, people: tuple[Signer, Signer]
) -> None:
    promote_both(models, people)
    withdrawn = run_exp(models, "approve", "fraud:v1", "--stage", "production", "--withdraw", "--why", "it leaks")
    assert withdrawn.status == 0, withdrawn.err
    models.commit("v2 in production, and v1 is no longer approved")
    before = (models.path / "registry.yaml").read_text()

    refused = run_exp(models, "promote", "fraud", "--stage", "production", "--rollback")

    assert refused.status == 1
    assert f"{people[1].by} took back their yes to fraud:v1 in production" in refused.err
    assert (models.path / "registry.yaml").read_text() == before
    # By hand it comes no further.
    registry = get_registry(models)
    at = find_time(registry.models["fraud"], datetime.datetime.now(datetime.UTC))
    registry = add_entry(registry, "fraud", 2, Entry(at, "Mal <mal@example.org>", stage="archived"))
    back = Entry(at, "Mal <mal@example.org>", stage="production", is_rollback=True)
    put_registry(models, add_entry(registry, "fraud", 1, back))
    checked = run_exp(models, "registry", "check", "--base", "HEAD")
    assert (checked.status, "approvals-missing" in checked.out) == (1, True), checked.out


def complete(folder: GitFolder, line: str) -> list[str]:
    """What bash would offer at the end of a line."""
    env = {"_EXP_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    done = folder.run("exp", env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("exp promote fra", ["fraud:v2", "fraud:v1", "fraud@staging", "fraud@champion"]),
        ("exp promote --rollback fra", ["fraud", "fraud:v2", "fraud:v1", "fraud@staging", "fraud@champion"]),
        ("exp promote las", ["last"]),
        ("exp promote last --model f", ["fraud"]),
        ("exp promote last --stage ", ["staging", "production", "archived", "none"]),
        ("exp promote fraud:v1 --alias c", ["champion"]),
    ],
)
def test_completion(models: GitFolder, line: str, offered: list[str]) -> None:
    for words in ((OLD, "--alias", "champion"), (NEW, "--stage", "staging")):
        assert run_exp(models, "promote", *words, "--model", "fraud").status == 0
    assert complete(models, line) == offered
