"""What each approval of a version is worth: its signature held against who may sign, and against the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.approval import CheckedApproval
from gitexp.model.registry import email_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    """What each approval is worth, in the order given. ``policies``: where given, one for another policy counts not."""
    del store, model, version, signers, policies
    return tuple(CheckedApproval(one, "unverifiable", email_of(one.by), "not checked yet") for one in approvals)
