"""`exp approve`, as it is typed, with real keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import run_exp
from kit.signers import allow
from kit.versions import MODEL_MD5, add_run_version, set_policy

if TYPE_CHECKING:
    from kit.git import GitFolder
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
    assert (done.status, done.err.splitlines()[0][:67]) == (
        0,
        "approved as Lea Lead <lead@example.org> with the key SHA256:" + done.err.split("SHA256:")[1][:7],
    )
    for words in ("fraud:v1", "in staging, for production", "amber-fox-k3v9", "val_auc  0.94", MODEL_MD5, "0 of 2"):
        assert words in done.out
    assert "1 of 2: Lea Lead <lead@example.org>; 1 more of the allowed signers" in done.err
    text = (folder.path / "registry.yaml").read_text()
    assert "why: slices are fine" in text
    assert "signature: ssh:" in text
    assert folder.git("count-objects") == objects
    assert folder.state() == before
