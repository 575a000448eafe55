"""``exp registry check``: forged approvals with real keys, and bytes that were replaced or are not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from gitexp.model.policy import Policy
from gitexp.model.registry import Entry
from gitexp.model.registry_changes import add_entry, add_version
from gitexp.model.run import Status
from kit.exp import run_exp
from kit.git import GitFolder
from kit.kept import damage, object_path
from kit.registries import (
    BEGAN,
    BY,
    FIRST,
    REGISTRY,
    SECOND,
    THIRD,
    approve,
    check,
    codes,
    edit,
    get_registry,
    give_registry,
    line_of,
    plan_version,
    put_registry,
    store_model_run,
    weights_of,
)
from kit.signers import KeyRing, Signer, allow
from kit.storage import md5_of

if TYPE_CHECKING:
    import pathlib

    from gitexp.model.registry import Approval

NOW = datetime.now(UTC).replace(microsecond=0)
"""Approvals are of now: gpg says of a signature when it was made."""
LATER = NOW + timedelta(minutes=2)


class People(NamedTuple):
    """Two who may sign, by ssh and by gpg, and one who may not."""

    lead: Signer
    reviewer: Signer
    eve: Signer


@pytest.fixture
def people(folder: GitFolder, signers: KeyRing) -> People:
    found = People(
        signers.ssh("Lena Lead", "lead@example.org"),
        signers.gpg("Rob Reviewer", "reviewer@example.org", made="20260101T000000"),
        signers.ssh("Eve", "eve@example.org"),
    )
    allow(folder, found.lead, found.reviewer)
    give_registry(folder, policies={"production": Policy(approvals=2)})
    return found


def promote(folder: GitFolder, *approvals: Approval, number: int = 2) -> None:
    """Version 2 into production, in place of version 1."""
    registry = add_entry(get_registry(folder), "fraud", 1, Entry(LATER, BY, stage="archived"))
    entry = Entry(LATER, BY, stage="production", approvals=approvals)
    put_registry(folder, add_entry(registry, "fraud", number, entry))


def approve_both(folder: GitFolder, people: People, number: int = 2) -> tuple[Approval, Approval]:
    return (
        approve(folder, people.lead, number, "production", NOW + timedelta(seconds=40)),
        approve(folder, people.reviewer, number, "production", NOW + timedelta(seconds=60), why="tried it"),
    )


def test_two_approvals_of_those_who_may_pass(folder: GitFolder, people: People) -> None:
    both = approve_both(folder, people)
    assert check(folder).problems == ()
    folder.commit("approved")
    promote(folder, *both)
    found = check(folder)
    assert codes(found) == []
    (transition,) = (one for one in found.transitions if one.stage == "production")
    assert [one.standing for one in transition.approvals] == ["good", "good"]
    assert codes(check(folder, "HEAD~1")) == []
    assert codes(check(folder, None)) == []


def test_an_approval_counts_for_the_exact_version_alone(folder: GitFolder, people: People) -> None:
    both = approve_both(folder, people)
    commit = folder.git("rev-parse", f"refs/runs/default/{THIRD}")
    third = plan_version(3, THIRD, commit, 0.97, "none", approvals=both)
    put_registry(folder, add_version(get_registry(folder), "fraud", third))
    found = check(folder)
    assert codes(found) == ["approval-bad", "approval-bad"]
    first = (folder.path / "registry.yaml").read_text().splitlines()[(found.problems[0].line or 0) - 1]
    assert "stage: production" in first
    assert (found.problems[0].line or 0) > line_of(folder, "version: 3")
    promote(folder, *both, number=3)
    assert sorted(codes(check(folder))) == ["approval-bad", "approval-bad", "approvals-missing"]


def test_replaced_weights_lose_their_approvals(folder: GitFolder, people: People) -> None:
    promote(folder, *approve_both(folder, people))
    line = edit(folder, md5_of(weights_of(SECOND)), md5_of(b"other weights"))
    found = check(folder)
    assert sorted(codes(found)) == [
        "approval-bad", "approval-bad", "approvals-missing", "artifact-changed", "version-changed",
    ]  # fmt: skip
    assert {one.line for one in found.problems if one.code in ("artifact-changed", "version-changed")} == {line}
    assert "artifact-changed" in codes(check(folder, None))


def test_nobody_signs_for_somebody_else(folder: GitFolder, people: People) -> None:
    good = approve(folder, people.lead, 2, "production", NOW + timedelta(seconds=20))
    for signer, claim in ((people.eve, people.reviewer.by), (people.lead, people.reviewer.by), (people.eve, None)):
        before = get_registry(folder)
        forged = approve(folder, signer, 2, "production", NOW + timedelta(seconds=60), claim=claim)
        promote(folder, good, forged)
        found = check(folder)
        assert len(found.problems) == 2, found.problems
        assert codes(found)[1] in ("approval-foreign", "approval-unknown", "approval-bad")
        assert codes(found)[0] == "approvals-missing"
        put_registry(folder, before)
    assert codes(check(folder)) == []


def test_a_change_brings_no_signer_of_its_own(folder: GitFolder, people: People) -> None:
    allow(folder, people.eve)
    both = (
        approve(folder, people.lead, 2, "production", NOW + timedelta(seconds=20)),
        approve(folder, people.eve, 2, "production", NOW + timedelta(seconds=40)),
    )
    promote(folder, *both)
    found = check(folder)
    assert sorted(codes(found)) == ["approval-unknown", "approvals-missing"]
    assert "who may sign changes: approvals were held against the signers of the base" in found.notes


def test_an_approval_that_is_taken_out_is_missed(folder: GitFolder, people: People) -> None:
    both = approve_both(folder, people)
    folder.commit("approved")
    with_both = get_registry(folder)
    put_registry(folder, add_entry(with_both, "fraud", 1, Entry(LATER, BY, alias="old")))
    text = (folder.path / "registry.yaml").read_text()
    put_registry(folder, _without(folder, both[0]))
    (problem,) = check(folder).problems
    assert (problem.code, problem.line) == ("approval-removed", line_of(folder, "        approvals:"))
    (folder.path / "registry.yaml").write_text(text)
    promote(folder, *both)
    folder.commit("promoted")
    registry = get_registry(folder)
    put_registry(folder, _without(folder, both[1]))
    assert codes(check(folder)) == ["approval-removed"]
    put_registry(folder, registry)
    assert codes(check(folder)) == []


def _without(folder: GitFolder, approval: Approval) -> object:
    registry = get_registry(folder)
    model = registry.models["fraud"]
    versions = tuple(
        one._replace(
            approvals=tuple(it for it in one.approvals if it != approval),
            history=tuple(
                entry._replace(approvals=tuple(it for it in entry.approvals if it != approval)) for entry in one.history
            ),
        )
        for one in model.versions
    )
    return registry._replace(models={"fraud": model._replace(versions=versions)})


def test_who_takes_an_approval_back_before_it_lands_is_heard(folder: GitFolder, people: People) -> None:
    promote(folder, *approve_both(folder, people))
    approve(folder, people.lead, 2, "production", LATER + timedelta(seconds=20), is_withdrawal=True)
    assert codes(check(folder)) == ["approvals-missing"]


def test_who_has_left_still_has_approved_what_landed(folder: GitFolder, people: People) -> None:
    promote(folder, *approve_both(folder, people))
    folder.commit("promoted")
    (folder.path / ".allowed_signers").write_text("")
    folder.commit("Lena has left")
    assert codes(check(folder, "HEAD~1")) == []
    assert codes(check(folder)) == []
    assert codes(check(folder, None)) == ["approval-unknown"]


@pytest.fixture
def pushed(folder: GitFolder, tmp_path: pathlib.Path) -> pathlib.Path:
    """A registry whose runs and bytes are on remotes; returns where the bytes of the data remote lie."""
    GitFolder.create(tmp_path / "remote.git", "--bare")
    folder.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    data = tmp_path / "data"
    folder.gen({".dvc/config": f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {data}\n"})
    give_registry(folder)
    for run_id in (FIRST, SECOND, THIRD):
        path = object_path(folder, md5_of(weights_of(run_id)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(weights_of(run_id))
    assert run_exp(folder, "push", "--with-history").status == 0
    return data


def stored_at(data: pathlib.Path, run_id: str) -> pathlib.Path:
    """Where the bytes of a run's artifact lie on the data remote."""
    md5 = md5_of(weights_of(run_id))
    return data / "gitexp" / "files" / "md5" / md5[:2] / md5[2:]


def test_what_was_pushed_passes(folder: GitFolder, pushed: pathlib.Path) -> None:
    assert stored_at(pushed, FIRST).read_bytes() == weights_of(FIRST)
    ran = run_exp(folder, "registry", "check", "--remote")
    assert (ran.status, ran.out) == (0, ""), ran.out
    assert ran.err.endswith("registry.yaml: 2 versions, origin asked: it holds\n")
    assert run_exp(folder, "registry", "check", "--remote", "origin").status == 0
    assert run_exp(folder, "tag", SECOND, "team=fraud").status == 0
    assert codes(check(folder, None, remote=True)) == []
    assert run_exp(folder, "push", "--with-history").status == 0
    assert codes(check(folder, None, remote=True)) == []
    assert run_exp(folder, "fold", "--all").status == 0
    assert run_exp(folder, "push", "--with-history").status == 0
    assert codes(check(folder, None, remote=True)) == []


def test_bytes_that_are_replaced_or_gone_are_found(folder: GitFolder, pushed: pathlib.Path) -> None:
    place = stored_at(pushed, SECOND)
    damage(place)
    (problem,) = check(folder, None, remote=True).problems
    assert (problem.code, problem.line) == ("bytes-replaced", line_of(folder, md5_of(weights_of(SECOND))))
    assert str(place) in problem.message
    place.unlink()
    (problem,) = check(folder, None, remote=True).problems
    assert problem.code == "bytes-missing"
    assert problem.hint == f"from a clone that has them: exp push {SECOND} --data-only"
    assert run_exp(folder, "push", SECOND, "--data-only").status == 0
    assert codes(check(folder, None, remote=True)) == []


def test_runs_that_are_not_on_the_remote_are_found(
    folder: GitFolder, pushed: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    assert pushed.exists()
    remote = GitFolder(tmp_path / "remote.git")
    ref = f"refs/runs/default/{SECOND}"
    tip = remote.git("rev-parse", ref)
    remote.git("update-ref", "-d", ref)
    (problem,) = check(folder, None, remote=True).problems
    assert (problem.code, problem.hint) == ("run-unpushed", f"exp push {SECOND}")
    remote.git("update-ref", ref, remote.git("rev-parse", f"refs/runs/default/{THIRD}"))
    assert codes(check(folder, None, remote=True)) == ["remote-rewritten"]
    body = remote.git("log", "-1", "--format=%B", tip)
    later = remote.git(
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@y",
        "commit-tree",
        "-p",
        f"{tip}^",
        "-p",
        tip,
        "-m",
        body,
        f"{tip}^{{tree}}",
    )
    remote.git("update-ref", ref, later)
    (problem,) = check(folder, None, remote=True).problems
    assert (problem.code, problem.hint) == ("remote-newer", f"exp pull {SECOND}")


def test_where_no_program_checks_signatures_it_is_said_what_is_needed(folder: GitFolder, people: People) -> None:
    approve(folder, people.lead, 2, "production", NOW)
    assert codes(check(folder)) == []
    folder.git("config", "gpg.ssh.program", "/no/such/program")
    (found,) = check(folder).problems
    assert found.code == "approval-unverifiable"
    assert found.hint == "ssh-keygen of OpenSSH, and gpg, are needed here, and keys that they can read"


FOURTH = "m444444444"
THEN = BEGAN + timedelta(days=5)
SOON = THEN + timedelta(seconds=1)


def give_fourth(folder: GitFolder, auc: float, policies: dict[str, Policy], **fields: object) -> None:
    """A third version of ``fraud``, of a run of its own, in staging."""
    give_registry(folder, policies=policies)
    commit = store_model_run(folder, FOURTH, auc, minutes=30, **fields)
    forced = ("a finished run",) if "status" in fields else ()
    entry = Entry(BEGAN + timedelta(hours=3), BY, stage="staging", why="a try", forced=forced)
    third = plan_version(3, FOURTH, commit, auc, "staging", history=(entry,))
    put_registry(folder, add_version(get_registry(folder), "fraud", third))
    folder.commit("a third version")


def add(folder: GitFolder, *entries: tuple[int, Entry]) -> None:
    """Adds entries to histories, by the number of the version."""
    registry = get_registry(folder)
    for number, entry in entries:
        registry = add_entry(registry, "fraud", number, entry)
    put_registry(folder, registry)


def test_a_stage_that_is_emptied_first_is_no_way_round_a_comparison(folder: GitFolder) -> None:
    better = Policy(require=("metrics.val_auc > production.metrics.val_auc",))
    give_fourth(folder, 0.5, {"staging": Policy(several=True), "production": better})
    add(folder, (1, Entry(THEN, BY, stage="archived")), (3, Entry(SOON, BY, stage="production")))
    found = check(folder)
    assert codes(found) == ["policy-failed"]
    assert found.problems[0].message.endswith("against what stood there before this change")
    assert found.problems[0].line == line_of(folder, f"stage: production, at: {SOON:%Y-%m-%dT%H:%M:%S}")


def test_a_worse_version_in_between_is_no_way_round_a_comparison(folder: GitFolder) -> None:
    better = Policy(require=("metrics.val_auc > production.metrics.val_auc",))
    give_fourth(folder, 0.5, {"staging": Policy(several=True), "production": better})
    add(folder, (1, Entry(THEN, BY, stage="archived")), (2, Entry(THEN, BY, stage="production")))
    assert codes(check(folder)) == []
    folder.commit("v2 in production")
    back, end = (SOON + timedelta(seconds=one) for one in (1, 2))
    add(folder, (2, Entry(back, BY, stage="archived")), (1, Entry(back, BY, stage="production", is_rollback=True)))
    assert codes(check(folder)) == []
    commit = store_model_run(folder, "n555555555", 0.92, minutes=40)
    fourth = plan_version(4, "n555555555", commit, 0.92, "production", history=(Entry(end, BY, stage="production"),))
    put_registry(folder, add_version(get_registry(folder), "fraud", fourth))
    add(folder, (1, Entry(end, BY, stage="archived")))
    assert codes(check(folder)) == ["policy-failed"]  # better than v1, not than v2


def test_what_one_stage_lets_through_unfinished_the_next_one_asks_again(folder: GitFolder) -> None:
    policies = {"staging": Policy(force=True, several=True), "production": Policy(require=("metrics.val_auc > 0.1",))}
    give_fourth(folder, 0.99, policies, status=Status.FAILED, exit_code=1)
    assert codes(check(folder)) == []
    add(folder, (3, Entry(THEN, BY, stage="archived")))
    assert codes(check(folder)) == []
    add(folder, (1, Entry(SOON, BY, stage="archived")), (3, Entry(SOON, BY, stage="production")))
    (problem,) = check(folder).problems
    assert (problem.code, "a finished run" in problem.message) == ("policy-failed", True)


def test_a_stage_that_becomes_an_alias_is_no_way_round_its_policy(folder: GitFolder) -> None:
    stages = ("staging", "production", "archived", "live")
    give_registry(folder, policies={"live": Policy(approvals=2)}, stages=stages)
    registry = get_registry(folder)._replace(stages=stages[:3], policies={})
    put_registry(folder, add_entry(registry, "fraud", 2, Entry(THEN, BY, alias="live")))
    found = check(folder)
    assert codes(found) == ["alias-of-stage"]
    assert {"the policy of live changes", "the stage live is gone"} <= set(found.notes)


def test_a_registry_does_not_hide_behind_a_link_or_an_encoding(folder: GitFolder) -> None:
    give_registry(folder)
    file = folder.path / REGISTRY
    text = file.read_text()
    file.rename(folder.path / "other.yaml")
    file.symlink_to("other.yaml")
    folder.commit("a link")
    assert codes(check(folder, "HEAD~1")) == ["registry-disguised"]
    file.unlink()
    file.write_bytes(text.encode("utf-16"))
    (folder.path / ".gitattributes").write_text(f"{REGISTRY} working-tree-encoding=UTF-16\n")
    folder.commit("another encoding")
    assert codes(check(folder, "HEAD~2")) == ["registry-disguised"]


def test_a_change_does_not_choose_which_registry_is_checked(folder: GitFolder) -> None:
    give_registry(folder, policies={"production": Policy(approvals=2)})
    inner = folder.path / "services" / "fraud"
    folder.gen({"services/fraud/.exp.yaml": ""})
    folder.git("mv", REGISTRY, "services/fraud/registry.yaml")
    folder.commit("a project of its own")
    assert codes(check(GitFolder(inner))) == []
    registry = inner / "registry.yaml"
    policed = registry.read_text()
    registry.write_text(policed.replace("approvals: 2", "approvals: 0"))
    note = "services/fraud/registry.yaml differs from the base and is not checked here"
    assert note not in check(GitFolder(inner)).notes
    folder.gen({REGISTRY: "format: 1\nmodels: {}\n"})
    assert note in check(folder).notes
    (folder.path / REGISTRY).unlink()
    (inner / ".exp.yaml").unlink()
    (problem,) = check(GitFolder(inner)).problems
    assert (problem.code, problem.hint) == ("project-moved", "let .exp.yaml land first, by itself")
    registry.write_text(policed)
    assert codes(check(GitFolder(inner))) == []


MERGES = ", ".join(f"{{a{number}: }}" for number in range(100_000))
ANCIENT = "{stage: staging, by: a, at: '0001-01-01T00:00:00+14:00'}"
NAMED = f"run: refs/runs/default/{FIRST}, commit: {'a' * 40}, artifact: {{path: a, md5: {'b' * 32}}}"


@pytest.mark.parametrize(
    "text",
    [
        f"policies: {{production: {{better: {{metric: auc, effect: {'9' * 400}}}}}}}",
        f"models: {{<<: [{MERGES}], m: 1}}",
        f"models: {{m: {{versions: [{{version: 1, {NAMED}, history: [{ANCIENT}]}}]}}}}",
    ],
    ids=["a number beyond all", "merges of merges", "a time before all"],
)
def test_a_file_made_to_break_the_check_is_a_broken_file(folder: GitFolder, text: str) -> None:
    give_registry(folder)
    (folder.path / REGISTRY).write_text(f"format: 1\n{text}\n")
    assert codes(check(folder)) == ["broken-registry"]


def test_approvals_are_not_used_again_for_what_was_taken_out(folder: GitFolder, people: People) -> None:
    both = approve_both(folder, people)
    promote(folder, *both)
    folder.commit("promoted")
    back, again = (LATER + timedelta(seconds=one) for one in (1, 2))
    add(folder, (2, Entry(back, BY, stage="archived")), (1, Entry(back, BY, stage="production", is_rollback=True)))
    assert codes(check(folder)) == []
    folder.commit("v2 drifts")
    add(folder, (1, Entry(again, BY, stage="archived")))
    add(folder, (2, Entry(again, BY, stage="production", approvals=both)))
    found = check(folder)
    assert codes(found) == ["approval-twice", "approval-twice"]
