"""Whether a run's commit bears the signature of somebody who may sign."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.actions.signed_commits import check_commit
from gitexp.actions.signers import read_signers
from gitexp.store.runs import open_store
from kit.exp import refs, run_exp
from kit.signers import ALLOWED, allow

if TYPE_CHECKING:
    from gitexp.model.approval import CheckedSignature
    from kit.git import GitFolder
    from kit.signers import KeyRing


def check(folder: GitFolder, commit: str) -> CheckedSignature:
    store = open_store(os.fspath(folder.path))
    return check_commit(store, commit, read_signers(store))


@pytest.mark.parametrize("kind", ["ssh", "gpg"])
def test_a_run_is_signed_by_an_allowed_signer(folder: GitFolder, signers: KeyRing, kind: str) -> None:
    ada = getattr(signers, kind)("Ada Lovelace", "ada@example.org")
    ada.use(folder)
    assert run_exp(folder, "run", "--", sys.executable, "train.py").status == 0
    folder.git("config", "commit.gpgSign", "true")
    assert run_exp(folder, "run", "--", sys.executable, "train.py").status == 0
    unsigned, signed = sorted(refs(folder), key=lambda ref: "gpgsig" in folder.git("cat-file", "commit", ref))
    (folder.path / ALLOWED).write_text("# nobody yet\n")
    assert check(folder, signed).standing == "unknown"
    allow(folder, ada)
    found = check(folder, signed)
    assert (found.standing, found.email, found.why) == ("good", "ada@example.org", "signed by ada@example.org")
    found = check(folder, unsigned)
    assert (found.standing, found.why) == ("bad", "there is no signature")


def test_a_signature_is_that_of_the_committer(folder: GitFolder, signers: KeyRing) -> None:
    ada, mallory = signers.ssh("Ada", "ada@example.org"), signers.ssh("Mallory", "mallory@example.org")
    allow(folder, ada, mallory)
    mallory.use(folder)
    folder.git("config", "user.email", "ada@example.org")
    folder.git("commit", "--quiet", "--allow-empty", "-S", "-m", "as Ada")
    found = check(folder, "HEAD")
    assert (found.standing, found.why) == (
        "foreign",
        "signed with a key of mallory@example.org, not of ada@example.org",
    )
    folder.git("config", "user.email", "mallory@example.org")
    folder.git("commit", "--quiet", "--allow-empty", "-S", "-m", "as Mallory")
    assert check(folder, "HEAD").standing == "good"
    forged = folder.git("cat-file", "commit", "HEAD").replace("as Mallory", "as Melody") + "\n"
    commit = folder.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=forged.encode())
    assert check(folder, commit).standing == "bad"
