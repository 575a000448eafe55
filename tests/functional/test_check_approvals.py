"""What an approval is worth: real signatures of ssh and gpg, and every way to forge one."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.actions.approve import carry_out
from gitexp.actions.check_approvals import check_approvals, signer_of
from gitexp.actions.plan_approval import ApprovalRequest, plan_approval
from gitexp.actions.signers import read_signers
from gitexp.format.approval_statement import format_statement
from gitexp.format.signature_text import format_signature, parse_armour
from gitexp.git.repository import git_version, open_repository
from gitexp.git.signing import sign_message
from gitexp.model.paths import TreePath
from gitexp.model.policy import Policy, hash_policy
from gitexp.model.registry import Approval
from gitexp.store.registry_file import read_registry
from gitexp.store.runs import open_store
from kit.git import GitFolder
from kit.signers import ALLOWED, ALLOWED_GPG, allow
from kit.versions import add_run_version, set_policy

if TYPE_CHECKING:
    import pathlib

    from gitexp.model.approval import CheckedApproval
    from gitexp.model.registry import Version
    from kit.signers import KeyRing, Signer

NOW = datetime(2026, 11, 27, 9, 0, 0, 123, tzinfo=UTC)
POLICY = Policy(approvals=2)


@pytest.fixture
def version(folder: GitFolder) -> Version:
    """fraud:v1 in staging; production asks for two approvals."""
    found = add_run_version(folder)
    set_policy(folder, approvals=2)
    return found


def approve(folder: GitFolder, person: Signer, *, now: datetime = NOW, **request: Any) -> Approval:
    """Has somebody approve fraud:v1 for production."""
    person.use(folder)
    store = open_store(os.fspath(folder.path))
    return carry_out(store, plan_approval(store, ApprovalRequest("fraud:v1", "production", **request), now)).approval


def sign_as(folder: GitFolder, version: Version, person: Signer, *, now: datetime = NOW, **said: Any) -> Approval:
    """What somebody signs by hand, whatever the repository thinks of it."""
    person.use(folder)
    unsigned = Approval("production", person.by, now.replace(microsecond=0), hash_policy(POLICY), "", **said)
    message = format_statement("fraud", version, unsigned)
    armour = parse_armour(sign_message(open_repository(os.fspath(folder.path)), message, signer_of(unsigned)))
    assert armour is not None
    return unsigned._replace(signature=format_signature(armour))


def waiting(folder: GitFolder) -> tuple[Approval, ...]:
    file = read_registry(open_store(os.fspath(folder.path)))
    assert file is not None
    return file.registry.models["fraud"].versions[0].approvals


def check(
    folder: GitFolder, version: Version, *approvals: Approval, model: str = "fraud", policy: Policy = POLICY
) -> list[CheckedApproval]:
    store = open_store(os.fspath(folder.path))
    return list(check_approvals(store, model, version, approvals, read_signers(store), {"production": policy}))


def standings(found: list[CheckedApproval]) -> list[str]:
    return [one.standing for one in found]


@pytest.fixture(params=["ssh", "gpg"])
def lead(request: pytest.FixtureRequest, signers: KeyRing) -> Signer:
    """Somebody with a key of either kind; nobody has allowed them anything yet."""
    made: Signer = getattr(signers, request.param)("Lea Léad, Jr.", "lead@example.org")
    return made


def test_a_signature_is_good_as_it_is_read_back_from_the_file(
    folder: GitFolder, version: Version, lead: Signer
) -> None:
    allow(folder, lead)
    given = approve(folder, lead, why="naïve, but fine: 'yes' \"—\" #1 \\ ok")
    assert waiting(folder) == (given,)
    (found,) = check(folder, version, *waiting(folder))
    assert (found.standing, found.why, found.email) == ("good", "signed by lead@example.org", "lead@example.org")
    assert found.key


@pytest.mark.parametrize(
    "edit",
    [
        {"by": "Lea Lead <lead@example.org>"},
        {"at": NOW + timedelta(days=1)},
        {"why": "another reason"},
        {"why": None},
        {"stage": "archived"},
        {"policy": hash_policy(Policy(approvals=1))},
        {"is_withdrawal": True},
        {"signature": "ssh:AAAA"},
        {"signature": "pgp:AAAA"},
        {"signature": "nonsense"},
    ],
    ids=str,
)
def test_an_edited_approval_is_bad(folder: GitFolder, version: Version, lead: Signer, edit: dict[str, Any]) -> None:
    allow(folder, lead)
    given = approve(folder, lead, why="fine")
    assert standings(check(folder, version, given)) == ["good"]
    (found,) = check(folder, version, given._replace(**edit))
    assert found.standing == "bad", found.why
    assert found.why.startswith("the signature is not of ")


def test_an_approval_is_of_one_run_one_artifact_and_one_version(
    folder: GitFolder, version: Version, lead: Signer
) -> None:
    allow(folder, lead)
    given = approve(folder, lead)
    assert standings(check(folder, version, given)) == ["good"]
    artifact = version.artifact
    for other in (
        version._replace(number=2),
        version._replace(commit="1" * 40),
        version._replace(run="refs/runs/default/p7qw4n8hde"),
        version._replace(artifact=artifact._replace(md5="0" * 32)),
        version._replace(artifact=artifact._replace(md5=f"{artifact.md5}.dir")),
        version._replace(artifact=artifact._replace(path=TreePath("other.pt"))),
    ):
        assert standings(check(folder, other, given)) == ["bad"]
    assert standings(check(folder, version, given, model="churn")) == ["bad"]


def test_a_key_that_nobody_has_allowed_is_unknown(folder: GitFolder, version: Version, signers: KeyRing) -> None:
    lead, stranger = signers.ssh("Lea", "lead@example.org"), signers.ssh("Mal", "lead@example.org")
    allow(folder, stranger)
    given = approve(folder, stranger)
    assert standings(check(folder, version, given)) == ["good"]
    (folder.path / ALLOWED).write_text("# nobody but Lea\n" + lead.line())
    (found,) = check(folder, version, given)
    assert found.standing == "unknown"
    assert found.why.endswith(f"is not in {ALLOWED}")
    (folder.path / ALLOWED).unlink()
    (found,) = check(folder, version, given)
    assert (found.standing, "there is none" in found.why) == ("unknown", True)


def test_a_gpg_key_that_nobody_has_allowed_is_unknown(folder: GitFolder, version: Version, signers: KeyRing) -> None:
    lead, other = signers.gpg("Lea", "lead@example.org"), signers.gpg("Zoe", "zoe@example.org")
    allow(folder, lead)
    given = approve(folder, lead)
    (folder.path / ALLOWED_GPG).write_text(other.public)
    (found,) = check(folder, version, given)
    assert (found.standing, found.why) == ("unknown", f"the key {lead.key[-16:]} is not in {ALLOWED_GPG}")
    # Without files of the repository it is the user's own ring that counts, and what it trusts.
    (folder.path / ALLOWED_GPG).unlink()
    assert standings(check(folder, version, given)) == ["good"]
    signers.run_gpg("--import-ownertrust", stdin=f"{lead.key}:2:\n")
    (found,) = check(folder, version, given)
    assert (found.standing, found.why.endswith("you have not said that you trust it")) == ("unknown", True)


@pytest.mark.parametrize("kind", ["ssh", "gpg"])
def test_somebody_elses_key_does_not_speak_for_this_address(
    folder: GitFolder, version: Version, signers: KeyRing, kind: str
) -> None:
    lead, mallory = (getattr(signers, kind)(name, f"{name.lower()}@example.org") for name in ("Lea", "Mallory"))
    pretender = replace(mallory, name=lead.name, email=lead.email)
    # What they sign as somebody else is not written where the repository knows better; elsewhere it is.
    forged = sign_as(folder, version, pretender)
    allow(folder, lead, mallory)
    (found,) = check(folder, version, forged)
    assert (found.standing, found.email) == ("foreign", "lea@example.org")
    assert re.fullmatch(r"signed with a key of .*mallory@example.org>?, not of lea@example.org", found.why)


def test_a_key_that_was_not_valid_when_it_signed_has_expired(
    folder: GitFolder, version: Version, signers: KeyRing
) -> None:
    lead = signers.ssh("Lea", "lead@example.org")
    allow(folder, lead)
    given = approve(folder, lead)
    file = folder.path / ALLOWED
    file.write_text(lead.line('valid-after="20200101",valid-before="29991231"'))
    assert standings(check(folder, version, given)) == ["good"]
    for options in ('valid-before="20200101"', 'valid-after="29991231"'):
        file.write_text(lead.line(options))
        (found,) = check(folder, version, given)
        assert (found.standing, "lead@example.org was not valid" in found.why) == ("expired", True)


@pytest.mark.skipif(git_version() < (2, 35), reason="Git judges ssh keys as of the signature since 2.35")
def test_an_ssh_key_is_judged_as_it_was_when_it_signed(folder: GitFolder, version: Version, signers: KeyRing) -> None:
    lead = signers.ssh("Lea", "lead@example.org")
    allow(folder, lead)
    then = datetime(2020, 1, 10, tzinfo=UTC)
    given = [sign_as(folder, version, lead, now=then + timedelta(days=days)) for days in (0, 60, -60)]
    (folder.path / ALLOWED).write_text(lead.line('valid-after="20200101",valid-before="20200201"'))
    assert standings(check(folder, version, *given)) == ["good", "expired", "expired"]


def test_a_gpg_key_is_judged_as_it_was_when_it_signed(folder: GitFolder, version: Version, signers: KeyRing) -> None:
    lead = signers.gpg("Lea", "lead@example.org", lasts="30d")
    allow(folder, lead)
    (signers.gnupg / "gpg.conf").write_text("faked-system-time 20200110T000000!\n")
    then = datetime(2020, 1, 10, tzinfo=UTC)
    given = approve(folder, lead, now=then)
    late = sign_as(folder, version, lead, now=then + timedelta(days=60))
    early = sign_as(folder, version, lead, now=then - timedelta(days=60))
    (signers.gnupg / "gpg.conf").unlink()
    found = check(folder, version, given, late, early)
    assert standings(found) == ["good", "expired", "expired"]
    assert "when it was signed the key" in found[1].why
    assert "was made after what it signed" in found[2].why


def test_a_gpg_key_that_was_called_back_is_revoked(folder: GitFolder, version: Version, signers: KeyRing) -> None:
    lead = signers.gpg("Lea", "lead@example.org")
    allow(folder, lead)
    given = approve(folder, lead)
    assert standings(check(folder, version, given)) == ["good"]
    certificate = (
        (signers.gnupg / "openpgp-revocs.d" / f"{lead.key}.rev").read_text().replace(":-----BEGIN", "-----BEGIN")
    )
    signers.run_gpg("--import", stdin=certificate)
    (folder.path / ALLOWED_GPG).write_text(signers.run_gpg("--armor", "--export", lead.key))
    (found,) = check(folder, version, given)
    assert (found.standing, "was called back" in found.why) == ("revoked", True)


def test_a_key_that_was_called_back_is_revoked(
    folder: GitFolder, version: Version, signers: KeyRing, tmp_path: pathlib.Path
) -> None:
    lead = signers.ssh("Lea", "lead@example.org")
    allow(folder, lead)
    given = approve(folder, lead)
    assert standings(check(folder, version, given)) == ["good"]
    folder.run("ssh-keygen", "-q", "-k", "-f", str(tmp_path / "krl"), f"{lead.key}.pub")
    folder.git("config", "gpg.ssh.revocationFile", str(tmp_path / "krl"))
    (found,) = check(folder, version, given)
    assert (found.standing, "was called back" in found.why) == ("revoked", True)


def test_a_withdrawal_takes_back_what_came_before_it(folder: GitFolder, version: Version, lead: Signer) -> None:
    allow(folder, lead)
    approve(folder, lead)
    approve(folder, lead, withdraw=True, why="the slices are wrong")
    first, second = waiting(folder)
    assert second.at == first.at + timedelta(seconds=1)
    assert standings(check(folder, version, first, second)) == ["withdrawn", "withdrawal"]
    assert standings(check(folder, version, second, first)) == ["withdrawal", "withdrawn"]
    again = approve(folder, lead)
    assert standings(check(folder, version, first, second, again)) == ["repeated", "withdrawal", "good"]
    # Without the line the first stands again by itself: that it went is for a comparison with the base to find.
    assert standings(check(folder, version, first)) == ["good"]
    # To edit the line does not help either.
    edited = second._replace(why="edited")
    assert standings(check(folder, version, first, edited)) == ["withdrawn", "bad"]


def test_one_key_is_one_person(folder: GitFolder, version: Version, signers: KeyRing) -> None:
    lead = signers.ssh("Lea", "lead@example.org")
    second = lead.__class__("Lea", "second@example.org", "ssh", lead.key, lead.public)
    (folder.path / ALLOWED).write_text(lead.line(principals="*@example.org"))
    given = [approve(folder, lead), approve(folder, second, now=NOW + timedelta(minutes=1))]
    found = check(folder, version, *given)
    assert standings(found) == ["repeated", "good"]
    assert found[0].why == "the same key approved as second@example.org too: that is one person"


def test_an_approval_is_for_the_policy_that_it_names(folder: GitFolder, version: Version, lead: Signer) -> None:
    allow(folder, lead)
    given = approve(folder, lead)
    assert standings(check(folder, version, given)) == ["good"]
    (found,) = check(folder, version, given, policy=Policy(approvals=1))
    assert (found.standing, found.why) == (
        "other policy",
        "it was given for another policy of production than that of now",
    )


def test_the_programs_that_check_may_be_missing(folder: GitFolder, version: Version, lead: Signer) -> None:
    allow(folder, lead)
    given = approve(folder, lead)
    assert standings(check(folder, version, given)) == ["good"]
    for key in ("gpg.ssh.program", "gpg.program"):
        folder.git("config", key, "/no/such/program")
    (found,) = check(folder, version, given)
    assert (found.standing, found.why) == (
        "unverifiable",
        "/no/such/program was not found, and checks such signatures",
    )


def test_a_file_of_keys_that_is_none_is_told(folder: GitFolder, version: Version, signers: KeyRing) -> None:
    lead = signers.gpg("Lea", "lead@example.org")
    allow(folder, lead)
    given = approve(folder, lead)
    (folder.path / ALLOWED_GPG).write_text("not a key\n")
    (found,) = check(folder, version, given)
    assert (found.standing, "no valid OpenPGP data found" in found.why) == ("unverifiable", True)


def test_nothing_of_git_configuration_decides_what_was_signed(
    folder: GitFolder, version: Version, lead: Signer
) -> None:
    allow(folder, lead)
    folder.git("config", "i18n.commitEncoding", "latin1")
    given = approve(folder, lead, why="naïve")
    for key, value in (
        ("i18n.logOutputEncoding", "latin1"),
        ("log.showSignature", "true"),
        ("gpg.minTrustLevel", "ultimate"),
        ("log.decorate", "full"),
        ("color.ui", "always"),
        ("gpg.format", "x509"),
    ):
        folder.git("config", key, value)
    assert standings(check(folder, version, given)) == ["good"]


def test_signers_are_those_of_a_commit_where_one_is_named(
    folder: GitFolder, version: Version, signers: KeyRing
) -> None:
    lead, mallory = signers.ssh("Lea", "lead@example.org"), signers.ssh("Mallory", "mallory@example.org")
    allow(folder, lead)
    base = folder.commit("who may sign")
    allow(folder, mallory)
    given = [approve(folder, lead), approve(folder, mallory)]
    store = open_store(os.fspath(folder.path))
    for at, expected in ((None, ["good", "good"]), (base, ["good", "unknown"])):
        found = check_approvals(store, "fraud", version, given, read_signers(store, at))
        assert standings(list(found)) == expected


def test_in_a_repository_of_sha256(signers: KeyRing, tmp_path: pathlib.Path) -> None:
    folder = GitFolder.create(tmp_path / "sha256", "--object-format=sha256")
    folder.commit("start")
    version = add_run_version(folder)
    set_policy(folder, approvals=2)
    for kind in ("ssh", "gpg"):
        person = getattr(signers, kind)("Lea", f"{kind}@example.org")
        allow(folder, person)
        approve(folder, person)
    assert standings(check(folder, version, *waiting(folder))) == ["good", "good"]
    edited = [one._replace(why="x") for one in waiting(folder)]
    assert standings(check(folder, version, *edited)) == ["bad", "bad"]
