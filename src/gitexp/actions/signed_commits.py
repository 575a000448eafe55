"""Whether a commit of a run bears the signature of an allowed signer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.check_signature import check_signature
from gitexp.git.command import run_git
from gitexp.git.commits import parse_commit
from gitexp.git.signatures import SignatureChecker

if TYPE_CHECKING:
    from gitexp.model.approval import CheckedSignature, Signers
    from gitexp.store.runs import RunStore


def check_commit(store: RunStore, commit: str, signers: Signers) -> CheckedSignature:
    """Whether a commit is signed by whom it names as its committer, and whether they may sign.

    Raises GitFailed where there is no such commit here.
    """
    data = run_git(store.repository, "cat-file", "commit", commit)
    raw = parse_commit(data)
    with SignatureChecker(store.repository, None if signers.uses_own_ring else signers.gpg or b"") as checker:
        return check_signature(checker, raw, signers)
