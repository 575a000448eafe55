"""Approvals that were held against their signatures: which of them count, and why the others do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from gitexp.model.registry import Approval

Standing: TypeAlias = Literal[
    "good",
    "bad",
    "expired",
    "revoked",
    "unknown",
    "foreign",
    "unverifiable",
    "withdrawal",
    "withdrawn",
    "repeated",
    "other policy",
    "self-approval",
    "no approver",
]
"""What an approval is worth; only a ``good`` one counts.

``bad``: the signature is of other words · ``expired``: made when the key was not valid · ``revoked``: by a key that was
called back · ``unknown``: by a key that is no allowed signer's · ``foreign``: by somebody else's key ·
``unverifiable``: what would check it is not there · ``withdrawal``: takes one back · ``withdrawn``: taken back ·
``repeated``: the same person, or the same key, said so again later · ``other policy``: the stage's policy has changed
since · ``self-approval`` and ``no approver``: the policy does not let this person approve.
"""


class CheckedSignature(NamedTuple):
    """Whether a signature is good. ``email`` is whose it claims to be, ``key`` the fingerprint of what made it."""

    standing: Standing
    email: str
    why: str
    key: str | None = None


class CheckedApproval(NamedTuple):
    """An approval and what it is worth. ``why`` is a sentence for people."""

    approval: Approval
    standing: Standing
    email: str
    why: str
    key: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it is a yes that holds."""
        return self.standing == "good"


class Signers(NamedTuple):
    """Who may sign, as files say it; ``sources`` names them.

    ``ssh`` is in OpenSSH's form of allowed signers, ``gpg`` armoured public keys; None where there is no such file.
    ``uses_own_ring``: nothing in the repository says it, so that Git's own configuration and key ring do.
    """

    ssh: bytes | None
    gpg: bytes | None
    sources: tuple[str, ...]
    uses_own_ring: bool = False
