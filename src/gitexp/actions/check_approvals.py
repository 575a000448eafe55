"""What each approval of a version is worth: its signature held against who may sign, and against the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.check_signature import check_signature
from gitexp.format.approval_statement import format_statement
from gitexp.format.signature_text import format_armour, parse_signature
from gitexp.git.commits import Person
from gitexp.git.signatures import SignatureChecker
from gitexp.git.signing import make_message
from gitexp.model.approval import CheckedApproval, CheckedSignature, weigh_approvals
from gitexp.model.registry import email_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.git.commits import RawCommit
    from gitexp.model.approval import Signers
    from gitexp.model.policy import Policy
    from gitexp.model.registry import Approval, Version
    from gitexp.store.runs import RunStore


def check_approvals(
    store: RunStore,
    model: str,
    version: Version,
    approvals: Sequence[Approval],
    signers: Signers,
    policies: Mapping[str, Policy] | None = None,
) -> tuple[CheckedApproval, ...]:
    """What each approval is worth, in the order given; a withdrawal among them takes back what came before it.

    ``policies`` by stage: where given, an approval that was for another policy does not count.
    """
    if not approvals:
        return ()
    with SignatureChecker(store.repository, None if signers.uses_own_ring else signers.gpg or b"") as checker:
        checked = [_check(checker, store, model, version, one, signers) for one in approvals]
    return weigh_approvals(checked, policies)


def _check(
    checker: SignatureChecker, store: RunStore, model: str, version: Version, approval: Approval, signers: Signers
) -> CheckedApproval:
    commit = rebuild_commit(store, model, version, approval)
    if commit is None:
        found = CheckedSignature("bad", email_of(approval.by), "the signature is not of its form, ssh:… or pgp:…")
    else:
        found = check_signature(checker, commit, signers)
    return CheckedApproval(approval, found.standing, found.email, found.why, found.key)


def rebuild_commit(store: RunStore, model: str, version: Version, approval: Approval) -> RawCommit | None:
    """The commit that Git signed for an approval; None where what stands for its signature is none."""
    signature = parse_signature(approval.signature)
    if signature is None:
        return None
    message = format_statement(model, version, approval)
    return make_message(store.repository.object_format, message, signer_of(approval), format_armour(signature))


def signer_of(approval: Approval) -> Person:
    """Whose approval it is, and the second in which it was given."""
    name, _, _ = approval.by.rpartition(" <")
    return Person(name, email_of(approval.by), int(approval.at.timestamp()))
