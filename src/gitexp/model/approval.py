"""Approvals that were held against their signatures: which of them count, and why the others do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from gitexp.model.policy import NO_POLICY, hash_policy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.model.policy import Policy
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
]
"""What an approval is worth; only a ``good`` one counts.

``bad``: the signature is of other words · ``expired``: made when the key was not valid · ``revoked``: by a key that was
called back · ``unknown``: by a key that is no allowed signer's · ``foreign``: by somebody else's key ·
``unverifiable``: what would check it is not there · ``withdrawal``: takes one back · ``withdrawn``: taken back ·
``repeated``: the same person, or the same key, said so again later · ``other policy``: the stage's policy has changed
since. Whether a policy lets somebody approve at all is not a question of the signature.
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


def weigh_approvals(
    checked: Sequence[CheckedApproval], policies: Mapping[str, Policy] | None = None
) -> tuple[CheckedApproval, ...]:
    """Approvals with their signatures checked, held against each other: of a person, and of a key, the last one counts.

    A withdrawal, be its signature good or not, takes back all that the same person said for the stage before, or in the
    same second. ``policies`` by stage: an approval that was for another one does not count.
    """
    order = sorted(range(len(checked)), key=lambda place: (checked[place].approval.at, _is_withdrawal(checked[place])))
    weighed = list(checked)
    later: dict[tuple[str, str], CheckedApproval] = {}
    for place in reversed(order):
        one = checked[place]
        stage, person = one.approval.stage, one.email.casefold()
        if _is_withdrawal(one):
            # One that is not good closes the gate too: an edit of it is no way to make a yes of what was taken back.
            later.setdefault((stage, person), one)
            if one.standing in ("good", "expired"):  # who could say yes can take it back, for ever
                weighed[place] = one._replace(standing="withdrawal", why=f"{one.email} took it back")
            continue
        if one.standing != "good":
            continue
        of_person = later.get((stage, person))
        of_key = later.get((stage, one.key)) if one.key is not None else None
        policy = policies.get(stage, NO_POLICY) if policies is not None else None
        if of_person is not None and _is_withdrawal(of_person):
            is_sure = of_person.standing in ("good", "expired")
            why = "took it back" if is_sure else f"seems to have taken it back, by what is {of_person.standing}"
            weighed[place] = one._replace(standing="withdrawn", why=f"{one.email} {why}")
        elif of_person is not None:
            weighed[place] = one._replace(standing="repeated", why=f"{one.email} said so again later")
        elif of_key is not None:
            why = f"the same key approved as {of_key.email} too: that is one person"
            weighed[place] = one._replace(standing="repeated", why=why)
        elif policy is not None and one.approval.policy != hash_policy(policy):
            why = f"it was given for another policy of {stage} than that of now"
            weighed[place] = one._replace(standing="other policy", why=why)
        else:
            later[stage, person] = one
            if one.key is not None:
                later[stage, one.key] = one
    return tuple(weighed)


def find_objection(email: str, policy: Policy, maker: str, promoter: str = "") -> str | None:
    """Why a policy does not let somebody approve what ``maker`` ran and ``promoter`` promotes; None where it does."""
    if _is_outside(email, policy):
        return f"{email} is not among the approvers: {', '.join(policy.approvers)}"
    if policy.self_approval:
        return None
    for who, did in ((maker, "made the run"), (promoter, "promotes it")):
        if email.casefold() == who.casefold():
            return f"{email} {did}, and the policy asks for somebody else (self_approval: false)"
    return None


def _is_outside(email: str, policy: Policy) -> bool:
    return bool(policy.approvers) and email.casefold() not in {one.casefold() for one in policy.approvers}


def _is_withdrawal(one: CheckedApproval) -> bool:
    return one.approval.is_withdrawal
