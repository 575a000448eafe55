"""Whether a commit bears the signature of an allowed signer, who is its committer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.approval import CheckedSignature

if TYPE_CHECKING:
    from gitexp.model.approval import Signers
    from gitexp.store.runs import RunStore


def check_commit(store: RunStore, commit: str, signers: Signers) -> CheckedSignature:
    """Whether a commit is signed by whom it names as its committer, and whether they may sign."""
    del store, signers
    return CheckedSignature("unverifiable", "", f"{commit[:12]} is not checked yet")
