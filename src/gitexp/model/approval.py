"""An approval whose signature was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from gitexp.model.registry import Approval

ApprovalStanding: TypeAlias = Literal["good", "bad", "expired", "unknown", "foreign", "withdrawn", "other policy"]


class CheckedApproval(NamedTuple):
    """An approval, how it stands, the address of who signed it, and why it does not count where it does not."""

    approval: Approval
    standing: ApprovalStanding
    email: str
    why: str = ""
