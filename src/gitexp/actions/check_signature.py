"""Whether a signed commit, or a message that was signed as one, is by whom it says: in one word and a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import GitFailed, GitMissing
from gitexp.format.allowed_signers import format_allowed, is_plain_address, parse_allowed
from gitexp.format.signature_text import parse_armour
from gitexp.git.commits import format_commit
from gitexp.model.approval import CheckedSignature

if TYPE_CHECKING:
    from gitexp.git.commits import RawCommit
    from gitexp.git.signatures import SignatureChecker
    from gitexp.model.approval import Signers

_BAD = "the signature is not of what stands here: something was changed after it was made"


def check_signature(checker: SignatureChecker, commit: RawCommit, signers: Signers) -> CheckedSignature:
    """Holds the signature of a commit against who may sign; it has to be that of the committer.

    Raises GitFailed where Git itself fails.
    """
    email = commit.committer.email
    armour = next((value for name, value in commit.extra if name.startswith(b"gpgsig")), None)
    signature = parse_armour(armour) if armour is not None else None
    if armour is None:
        return CheckedSignature("bad", email, "there is no signature")
    if signature is None:
        return CheckedSignature("unverifiable", email, "the signature is neither of ssh nor of gpg")
    if not is_plain_address(email):
        return CheckedSignature("bad", email, f"{email!r} is not an address that signers can be named by")
    missing = checker.find_missing(signature.kind)
    if missing is not None:
        return CheckedSignature("unverifiable", email, f"{missing} was not found, and checks such signatures")
    judge = _judge_ssh if signature.kind == "ssh" else _judge_gpg
    try:
        return judge(checker, commit, signers, email)
    except GitMissing:
        raise
    except GitFailed as error:
        return CheckedSignature("unverifiable", email, error.message)


def _judge_ssh(checker: SignatureChecker, commit: RawCommit, signers: Signers, email: str) -> CheckedSignature:
    data, at = format_commit(commit), commit.committer.seconds
    allowed = parse_allowed(signers.ssh or b"")
    own = format_allowed(allowed, only=email)
    found = checker.check(data, at, own)
    if found.letter == "G":
        return CheckedSignature("good", email, f"signed by {email}", found.key)
    if found.letter != "U":
        # Of a key that was called back, or may sign other things only, Git says the same as of a forgery.
        key = checker.check(data, at, b"").key if own else ""
        if key:
            why = f"the key {key} of {email} was called back, or may not sign in Git"
            return CheckedSignature("revoked", email, why, key)
        return CheckedSignature("bad", email, _BAD)
    if checker.check(data, at, format_allowed(allowed, only=email, ever=True)).letter == "G":
        why = f"when it was signed the key of {email} was not valid: {_name_sources(signers)}"
        return CheckedSignature("expired", email, why, found.key)
    other = checker.check(data, at, format_allowed(allowed, ever=True))
    if other.letter == "G":
        why = f"signed with a key of {other.signer}, not of {email}"
        return CheckedSignature("foreign", email, why, found.key)
    return CheckedSignature("unknown", email, f"the key {found.key} is not in {_name_sources(signers)}", found.key)


def _judge_gpg(checker: SignatureChecker, commit: RawCommit, signers: Signers, email: str) -> CheckedSignature:
    found = checker.check(format_commit(commit), commit.committer.seconds, b"")
    where = "your key ring" if signers.uses_own_ring else _name_sources(signers)
    if found.letter in "XYR":
        standing, word = ("revoked", "called back") if found.letter == "R" else ("expired", "not valid")
        why = f"when it was signed the key {found.key} was {word}: {where}"
        return CheckedSignature("revoked" if standing == "revoked" else "expired", email, why, found.key)
    if found.letter == "E" and found.key and checker.addresses(found.key):
        why = f"the key {found.key} of {where} was made after what it signed: the time cannot be true"
        return CheckedSignature("expired", email, why, found.key)
    if found.letter == "E":
        return CheckedSignature("unknown", email, f"the key {found.key} is not in {where}", found.key or None)
    if found.letter not in "GU":
        return CheckedSignature("bad", email, _BAD)
    if email not in checker.addresses(found.primary or found.key):
        return CheckedSignature("foreign", email, f"signed with a key of {found.signer}, not of {email}", found.primary)
    if signers.uses_own_ring and found.letter == "U":
        why = f"the key {found.key} is in your key ring, and you have not said that you trust it"
        return CheckedSignature("unknown", email, why, found.primary)
    return CheckedSignature("good", email, f"signed by {email}", found.primary or found.key)


def _name_sources(signers: Signers) -> str:
    if signers.sources:
        return " or ".join(signers.sources)
    return "any file of allowed signers: there is none"
