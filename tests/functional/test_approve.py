"""`exp approve`, as it is typed, with real keys."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

import pytest

from gitexp.actions.signers import read_signers
from gitexp.store.runs import open_store
from kit.exp import envelope, run_exp
from kit.git import GitFolder
from kit.signers import allow
from kit.versions import MODEL_MD5, add_run_version, set_policy

if TYPE_CHECKING:
    from kit.signers import KeyRing, Signer


@pytest.fixture
def lead(folder: GitFolder, signers: KeyRing) -> Signer:
    """Who may approve fraud:v1 for production, and works in the folder."""
    add_run_version(folder)
    set_policy(folder, approvals=2)
    person = signers.ssh("Lea Lead", "lead@example.org")
    person.use(folder)
    allow(folder, person)
    return person


def test_what_is_approved_is_shown_and_the_signed_yes_waits_in_the_file(folder: GitFolder, lead: Signer) -> None:
    before = folder.state()
    objects = folder.git("count-objects")
    done = run_exp(folder, "approve", "fraud:v1", "--stage", "production", "--why", "slices are fine")
    assert done.status == 0
    assert done.err.startswith("approved as Lea Lead <lead@example.org>, signed with SHA256:")
    for words in ("fraud:v1", "in staging, for production", "amber-fox-k3v9", "val_auc  0.94", MODEL_MD5, "0 of 2"):
        assert words in done.out
    assert "1 of 2: Lea Lead <lead@example.org>; 1 more needed, from allowed signers" in done.err
    text = (folder.path / "registry.yaml").read_text()
    assert "why: slices are fine" in text
    assert re.search(r"signature: '?ssh:[A-Za-z0-9+/=]+'?\n", text)
    assert folder.git("count-objects") == objects
    assert folder.state() == before


def test_in_a_program(folder: GitFolder, lead: Signer) -> None:
    folder.commit("the registry")
    done = run_exp(folder, "approve", "fraud:v1", "--json", "--commit")
    data = envelope(done.out)["data"]
    assert (done.status, done.err) == (0, "")
    assert (data["version"], data["stage"], data["enough"]) == ("fraud:v1", "production", False)
    assert data["approval"]["standing"] == "good"
    assert data["commit"] == folder.git("rev-parse", "HEAD")
    assert folder.git("show", "--format=%s", "--name-only", "HEAD").split() == [
        *["registry:", "fraud:v1", "approved", "for", "production", "registry.yaml"],
    ]
    statement = json.loads(base64.b64decode(data["envelope"]["payload"]))
    assert statement == data["envelope"]["statement"]
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "urn:gitexp:approval:v1"
    assert statement["subject"][0] == {"name": "model.pt", "digest": {"md5": MODEL_MD5}}
    assert statement["subject"][1]["name"] == "refs/runs/default/k3v9x2mabc"
    assert statement["predicate"]["by"] == lead.by
    # Anybody can put the commit into a repository of their own and have Git check it.
    commit = folder.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=data["envelope"]["commit"].encode())
    settings = ("-c", f"gpg.ssh.allowedSignersFile={folder.path / '.allowed_signers'}")
    checked = folder.run("git", *settings, "verify-commit", commit)
    assert checked.returncode == 0
    assert b'Good "git" signature for lead@example.org' in checked.stderr
    assert folder.git("fsck", "--strict").count("error") == 0


def test_a_commit_of_the_file_alone(folder: GitFolder, lead: Signer) -> None:
    folder.commit("the registry")
    folder.gen({"train.py": "print('staged')\n", "README.md": "not staged\n"})
    folder.git("add", "train.py")
    folder.git("switch", "--quiet", "--detach")
    done = run_exp(folder, "approve", "fraud:v1", "--commit", "--why", "fine")
    assert (done.status, done.err.splitlines()[1]) == (0, f"committed: {folder.git('rev-parse', '--short=7', 'HEAD')}")
    assert folder.git("show", "--format=%B", "--name-only", "HEAD").split("\n\n") == [
        *("registry: fraud:v1 approved for production", "fine", "\nregistry.yaml"),
    ]
    assert folder.git("status", "--porcelain").split("\n") == [" M README.md", "M  train.py"]
    folder.gen({".git/hooks/pre-commit": "#!/bin/sh\necho not today >&2\nexit 1\n"})
    (folder.path / ".git" / "hooks" / "pre-commit").chmod(0o755)
    text = (folder.path / "registry.yaml").read_text()
    refused = run_exp(folder, "approve", "fraud:v1", "--withdraw", "--commit")
    assert (refused.status, "not today" in refused.err) == (1, True)
    assert (folder.path / "registry.yaml").read_text() == text
    (folder.path / ".git" / "hooks" / "pre-commit").unlink()
    (folder.path / "registry.yaml").write_text(text + "# not committed\n")
    refused = run_exp(folder, "approve", "fraud:v1", "--withdraw", "--commit")
    assert (refused.status, "registry.yaml has changes that are not committed" in refused.err) == (1, True)
    assert (folder.path / "registry.yaml").read_text() == text + "# not committed\n"


def test_where_there_is_no_working_tree_nothing_is_signed(folder: GitFolder, lead: Signer) -> None:
    folder.commit("the registry")
    folder.git("clone", "--quiet", "--bare", ".", "bare.git")
    refused = run_exp(folder, "approve", "fraud:v1", where="bare.git")
    assert (refused.status, refused.out, refused.err.splitlines()) == (
        1,
        "",
        ["exp: registry.yaml is a file of the working tree, and this repository has none", "hint: git clone"],
    )


def test_two_of_two_are_enough(folder: GitFolder, lead: Signer, signers: KeyRing) -> None:
    assert run_exp(folder, "approve", "fraud:v1").status == 0
    second = signers.gpg("Rae Reviewer", "reviewer@example.org")
    second.use(folder)
    refused = run_exp(folder, "approve", "fraud:v1")
    assert refused.status == 1
    assert f"the key {second.key[-16:]} is not in .allowed_signers" in refused.err
    assert f"hint: gpg --armor --export {second.key[-16:]} >> .allowed_signers.asc" in refused.err
    allow(folder, second)
    done = run_exp(folder, "approve", "fraud:v1")
    assert done.err.splitlines()[1:] == [
        f"2 of 2: {lead.by}, {second.by}",
        "next: exp promote fraud:v1 --stage production",
    ]
    assert lead.by in done.out


def test_nobody_approves_twice_and_everybody_may_take_it_back(folder: GitFolder, lead: Signer) -> None:
    refused = run_exp(folder, "approve", "fraud:v1", "--withdraw")
    assert (refused.status, refused.err.splitlines()) == (
        1,
        [
            "exp: there is no approval of fraud:v1 for production by lead@example.org to take back",
            "hint: exp approve fraud:v1 --stage production",
        ],
    )
    assert run_exp(folder, "approve", "fraud:v1").status == 0
    text = (folder.path / "registry.yaml").read_text()
    refused = run_exp(folder, "approve", "fraud:v1")
    assert (refused.status, "lead@example.org has approved fraud:v1 for production on " in refused.err) == (1, True)
    assert "hint: exp approve fraud:v1 --stage production --withdraw\n" in refused.err
    assert (folder.path / "registry.yaml").read_text() == text
    done = run_exp(folder, "approve", "fraud:v1", "--withdraw", "--why", "the slices are wrong")
    assert done.err.startswith("withdrawn as Lea Lead <lead@example.org>, signed with SHA256:")
    assert (folder.path / "registry.yaml").read_text().startswith(text.partition("        history:")[0])
    again = run_exp(folder, "approve", "fraud:v1")
    assert again.status == 0
    assert "withdrawn: lead@example.org took it back" in again.out
    assert "1 of 2: Lea Lead <lead@example.org>" in again.err


def test_what_was_promoted_can_be_taken_back_and_stays_where_it_is(folder: GitFolder, lead: Signer) -> None:
    set_policy(folder, approvals=1)
    assert run_exp(folder, "approve", "fraud:v1").status == 0
    assert run_exp(folder, "promote", "fraud:v1", "--stage", "production").status == 0
    refused = run_exp(folder, "approve", "fraud:v1")
    assert (refused.status, refused.err.splitlines()[0]) == (
        1,
        "exp: fraud:v1 is in production already: there is nothing to approve",
    )
    done = run_exp(folder, "approve", "fraud:v1", "--withdraw", "--why", "drifts")
    assert (done.status, done.err.splitlines()[1]) == (
        0,
        "fraud:v1 stays in production: to take it out is a promotion, or --rollback",
    )


def test_without_a_key_it_is_said_what_to_type(folder: GitFolder, lead: Signer) -> None:
    text = (folder.path / "registry.yaml").read_text()
    folder.git("config", "--unset", "user.signingKey")
    refused = run_exp(folder, "approve", "fraud:v1")
    assert refused.status == 1
    assert "exp: no signing key is configured, and an approval is signed. Git says: " in refused.err
    assert "hint: git config --global gpg.format ssh && git config --global user.signingKey " in refused.err
    folder.git("config", "user.signingKey", "/no/such/key")
    refused = run_exp(folder, "approve", "fraud:v1")
    assert "exp: Git could not sign: " in refused.err
    assert "hint: git config user.signingKey ~/.ssh/id_ed25519.pub  (" in refused.err
    folder.git("config", "user.signingKey", lead.key)
    folder.git("config", "--unset", "gpg.format")
    refused = run_exp(folder, "approve", "fraud:v1")
    assert "exp: Git signs with gpg, and user.signingKey is an ssh key. Git says: " in refused.err
    assert "hint: git config --global gpg.format ssh\n" in refused.err
    folder.git("config", "gpg.format", "x509")
    refused = run_exp(folder, "approve", "fraud:v1")
    assert "exp: gpg.format is x509: approvals are signed with ssh or gpg\n" in refused.err
    assert (folder.path / "registry.yaml").read_text() == text


def test_a_key_that_the_repository_does_not_know_would_not_count(folder: GitFolder, lead: Signer) -> None:
    text = (folder.path / "registry.yaml").read_text()
    (folder.path / ".allowed_signers").write_text("# nobody yet\n")
    folder.gen({"deep/er/x": ""})
    refused = run_exp(folder, "approve", "fraud:v1", where="deep/er")
    assert refused.status == 1
    assert refused.err.startswith("exp: your approval would not count, and was not written: the key SHA256:")
    hint = refused.err.splitlines()[1].removeprefix("hint: ").partition("  (")[0]
    assert hint == f"echo '{lead.email} {lead.public}' >> ../../.allowed_signers"
    assert (folder.path / "registry.yaml").read_text() == text
    assert folder.run("sh", "-c", f"cd deep/er && {hint}").returncode == 0
    assert run_exp(folder, "approve", "fraud:v1", where="deep/er").status == 0


def test_a_key_of_somebody_else_is_not_to_be_written_down_for_this_address(
    folder: GitFolder, lead: Signer, signers: KeyRing
) -> None:
    other = signers.ssh("Olga Other", "other@example.org")
    allow(folder, other)
    folder.git("config", "user.signingKey", other.key)
    refused = run_exp(folder, "approve", "fraud:v1")
    why, hint = refused.err.splitlines()
    assert why.endswith("signed with a key of other@example.org, not of lead@example.org")
    assert hint.startswith("hint: git config user.signingKey KEY  (one of lead@example.org), or user.email ")
    assert "allowed_signers" not in hint


def test_who_may_not_approve(folder: GitFolder, lead: Signer, signers: KeyRing) -> None:
    set_policy(folder, approvals=1, self_approval=False)
    ada = signers.ssh("Ada Lovelace", "ada@example.org")
    allow(folder, ada)
    ada.use(folder)
    refused = run_exp(folder, "approve", "fraud:v1")
    assert (refused.status, "ada@example.org made the run" in refused.err) == (1, True)
    lead.use(folder)
    assert run_exp(folder, "approve", "fraud:v1", "--dry-run").status == 0
    set_policy(folder, approvals=1, approvers=("reviewer@example.org",))
    refused = run_exp(folder, "approve", "fraud:v1")
    assert refused.err.startswith("exp: lead@example.org is not among the approvers: reviewer@example.org\n")
    assert "approvals:\n" not in (folder.path / "registry.yaml").read_text().partition("models:")[2]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("fraud:v9",), 1, "no version fraud:v9: fraud has v1"),
        (("frod:v1",), 1, "did you mean fraud?"),
        (("last",), 2, "version 'last': a version of a model is expected"),
        (("fraud:v1", "--stage", "prod"), 2, "one of staging, production, archived"),
        (("fraud:v1", "--stage", "staging"), 1, "fraud:v1 is in staging already: there is nothing to approve"),
        (("fraud:v1", "--why", " "), 2, "--why: an empty reason"),
        (("fraud:v1", "--why", "two\nlines"), 2, "--why: one line of at most"),
        (("fraud:v1", "--why", "ghp_" + "a1B2c3D4e5F6" * 3), 1, "--why holds what looks like a secret"),
    ],
    ids=str,
)
def test_what_cannot_be_approved(
    folder: GitFolder, lead: Signer, arguments: tuple[str, ...], status: int, words: str
) -> None:
    text = (folder.path / "registry.yaml").read_text()
    refused = run_exp(folder, "approve", *arguments)
    assert (refused.status, words in refused.err, refused.out) == (status, True, ""), refused.err
    assert (folder.path / "registry.yaml").read_text() == text
    asked = envelope(run_exp(folder, "approve", *arguments, "--json").out)
    assert (asked["data"], len(asked["errors"])) == (None, 1)


def test_a_version_that_is_not_what_its_run_wrote(folder: GitFolder, lead: Signer) -> None:
    file = folder.path / "registry.yaml"
    text = file.read_text()
    file.write_text(text.replace(MODEL_MD5, "0f" * 16))
    refused = run_exp(folder, "approve", "fraud:v1")
    assert refused.status == 1
    assert f"fraud:v1 is said to be model.pt ({'0f' * 16}), and its run wrote {MODEL_MD5}" in refused.err
    commit = next(line.split()[1] for line in text.splitlines() if line.strip().startswith("commit:"))
    file.write_text(text.replace(commit, "1f" * 20))
    refused = run_exp(folder, "approve", "fraud:v1")
    assert (refused.status, "its commit 1f1f1f1 is not here" in refused.err) == (1, True)
    file.write_text(text)
    assert run_exp(folder, "approve", "fraud:v1", "--dry-run").err == (
        "would be approved as Lea Lead <lead@example.org>; nothing was signed\n"
    )
    assert file.read_text() == text


def test_which_stage_is_meant(folder: GitFolder, lead: Signer) -> None:
    set_policy(folder, "archived", approvals=1)
    refused = run_exp(folder, "approve", "fraud:v1")
    assert (refused.status, refused.err.splitlines()) == (
        2,
        [
            "exp: for which stage? production and archived ask for approvals",
            "hint: exp approve fraud:v1 --stage production",
        ],
    )
    set_policy(folder, "archived")
    assert run_exp(folder, "approve", "fraud@staging").status == 0
    set_policy(folder)
    done = run_exp(folder, "approve", "fraud:v1", "--stage", "production")
    assert (done.status, done.err.splitlines()[1]) == (
        0,
        "production asks for no approvals; it stands in the file all the same",
    )


def test_signers_beside_the_registry_of_a_project_go_before_those_of_the_repository(
    folder: GitFolder, signers: KeyRing
) -> None:
    folder.gen({"services/fraud/.exp.yaml": "", "services/other/.exp.yaml": ""})
    own, general = signers.ssh("Own", "own@example.org"), signers.ssh("General", "general@example.org")
    allow(folder, own, where="services/fraud")
    allow(folder, general)
    for project, names in (("fraud", "services/fraud/.allowed_signers"), ("other", ".allowed_signers")):
        store = open_store(str(folder.path / "services" / project))
        assert read_signers(store).sources == (names,)
        assert read_signers(store, folder.git("rev-parse", "HEAD")).sources == ()
    base = folder.commit("signers")
    bare = GitFolder(folder.path / "bare.git")
    folder.git("clone", "--quiet", "--bare", ".", "bare.git")
    assert read_signers(open_store(str(bare.path))).sources == (".allowed_signers",)
    assert read_signers(open_store(str(folder.path)), base).ssh == general.line().encode()


def test_names_of_the_file_do_nothing_to_a_terminal(folder: GitFolder, lead: Signer) -> None:
    assert run_exp(folder, "approve", "fraud:v1", "--why", "fine").status == 0
    file = folder.path / "registry.yaml"
    file.write_text(file.read_text().replace("why: fine", r'why: "\e[31m<b>\u202e"'))
    shown = run_exp(folder, "approve", "fraud:v1", "--dry-run")
    assert r"\e[31m<b>\u202e" in shown.out
    assert "\x1b" not in shown.out
