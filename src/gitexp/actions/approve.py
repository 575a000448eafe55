"""Approving a version: a statement signed by the person's own key, checked as others will, and put into the file."""

from __future__ import annotations

import posixpath
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.actions.check_approvals import check_approvals, rebuild_commit, signer_of
from gitexp.actions.registry_commit import commit_registry, find_commit_place
from gitexp.actions.signers import ALLOWED_KEYS, ALLOWED_SIGNERS
from gitexp.errors import GitFailed, GitMissing, Refused
from gitexp.format.approval_statement import PAYLOAD_TYPE, format_statement
from gitexp.format.signature_text import format_armour, format_signature, parse_armour, parse_signature, read_public_key
from gitexp.git.commits import format_commit
from gitexp.git.signing import sign_message
from gitexp.model.registry_changes import add_approval
from gitexp.store.registry_file import read_registry_bytes, registry_path, write_registry

if TYPE_CHECKING:
    from gitexp.actions.plan_approval import PlannedApproval
    from gitexp.git.config import GitConfig
    from gitexp.model.approval import CheckedApproval
    from gitexp.model.registry import Approval
    from gitexp.store.runs import RunStore

_SET_KEY = "git config --global gpg.format ssh && git config --global user.signingKey ~/.ssh/id_ed25519.pub"


class Approved(NamedTuple):
    """An approval that stands in the file now. ``checked`` are all for the stage, it among them; it is the last."""

    approval: Approval
    checked: tuple[CheckedApproval, ...]
    path: str

    @property
    def own(self) -> CheckedApproval:
        """The new one."""
        return self.checked[-1]


def carry_out(store: RunStore, planned: PlannedApproval) -> Approved:
    """Signs an approval, sees that it counts, and writes it. The file is unchanged unless all of it went well.

    Raises Refused where Git cannot sign, or where the repository's own signers would not let the signature count.
    """
    case = planned.case
    kind = planned.config.get("gpg.format") or "openpgp"
    if kind.casefold() not in ("ssh", "openpgp"):
        raise Refused(f"gpg.format is {kind}: approvals are signed with ssh or gpg", hint=_SET_KEY)
    message = format_statement(case.model, case.version, planned.approval)
    try:
        armour = sign_message(store.repository, message, signer_of(planned.approval))
    except GitMissing:
        raise
    except GitFailed as error:
        raise _explain(error, planned.config) from error
    signature = parse_armour(armour)
    if signature is None:
        raise Refused("what Git signed with is neither ssh nor gpg, though gpg.format says so", hint=_SET_KEY)
    approval = planned.approval._replace(signature=format_signature(signature))
    given = [*(one.approval for one in case.approvals), approval]
    policies = {case.stage: case.policy}
    checked = check_approvals(store, case.model, case.version, given, planned.signers, policies)
    if checked[-1].standing not in ("good", "withdrawal"):
        raise _refuse(store, planned, checked[-1])
    changed = add_approval(planned.file.registry, case.model, case.version.number, approval)
    return Approved(approval, checked, write_registry(store, planned.file, changed))


def commit_approval(store: RunStore, planned: PlannedApproval) -> tuple[Approved, str]:
    """Carries out an approval and commits the file, alone, where it is as committed; gives the commit too.

    Raises Refused where other changes of the file would go along, and what ``carry_out`` does; GitFailed where Git does
    not commit. The file is as it was then.
    """
    find_commit_place(store, None)
    was = read_registry_bytes(store)
    done = carry_out(store, planned)
    verb = "no longer approved" if done.approval.is_withdrawal else "approved"
    why = f"\n\n{done.approval.why}" if done.approval.why is not None else ""
    message = f"registry: {planned.name} {verb} for {done.approval.stage}{why}\n"
    return done, commit_registry(store, message, was)


def envelop(store: RunStore, planned: PlannedApproval, approval: Approval) -> dict[str, Any]:
    """An approval for other programs: the statement that was signed, the signature, and the commit that bears it."""
    import base64
    import json

    case = planned.case
    message = format_statement(case.model, case.version, approval)
    signature = parse_signature(approval.signature)
    commit = rebuild_commit(store, case.model, case.version, approval)
    signed = signature is not None and commit is not None
    return {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(message).decode("ascii"),
        "statement": json.loads(message),
        "signatures": [{"sig": format_armour(signature).decode("ascii")}] if signature is not None else [],
        "commit": format_commit(commit).decode() if signed and commit is not None else None,
    }


def _explain(error: GitFailed, config: GitConfig) -> Refused:
    lines = str(error.fields["stderr"]).splitlines()
    words = "; ".join(line for line in lines if line.strip() not in ("", "error:"))
    kind = config.get("gpg.format") or "openpgp"
    if config.get("user.signingKey") is None and not (kind == "ssh" and config.get("gpg.ssh.defaultKeyCommand")):
        return Refused(f"no signing key is configured, and an approval is signed. Git says: {words}", hint=_SET_KEY)
    key = config.get("user.signingKey") or ""
    if kind == "openpgp" and _is_ssh_key(key):
        return Refused(
            f"Git signs with gpg, and user.signingKey is an ssh key. Git says: {words}",
            hint="git config --global gpg.format ssh",
        )
    hint = "git commit-tree -S 'HEAD^{tree}' -m test  (has to work)"
    if kind == "ssh" and "load public key" in words:
        hint = "git config user.signingKey ~/.ssh/id_ed25519.pub  (the file of a key that you have)"
    return Refused(f"Git could not sign: {words}", hint=hint)


def _is_ssh_key(key: str) -> bool:
    """Whether what ``user.signingKey`` says is a key of ssh, or its file: no name of gpg has a folder in it."""
    return key.startswith(("ssh-", "key::", "ecdsa-", "sk-")) or key.endswith(".pub") or "/" in key


def _refuse(store: RunStore, planned: PlannedApproval, own: CheckedApproval) -> Refused:
    """Why an approval would not count, and how its signer becomes one who may sign."""
    hint = None
    signature = parse_signature(own.approval.signature)
    if own.standing == "foreign":
        # Never that the key be written down for this address: whoever has it would sign as two.
        hint = f"git config user.signingKey KEY  (one of {own.email}), or user.email ADDRESS  (whose key it is)"
    elif own.standing == "unknown" and signature is not None:
        key = read_public_key(signature)
        if key is not None:
            line = shlex.quote(f"{own.email} {key}")
            hint = f"echo {line} >> {_find_file(store, planned, ALLOWED_SIGNERS)}  (and have it reviewed)"
        else:
            export = f"gpg --armor --export {shlex.quote(own.key or own.email)}"
            hint = f"{export} >> {_find_file(store, planned, ALLOWED_KEYS)}  (and have it reviewed)"
    return Refused(f"your approval would not count, and was not written: {own.why}", hint=hint)


def _find_file(store: RunStore, planned: PlannedApproval, name: str) -> str:
    """The file of allowed signers that is there, or would be beside the registry, as one types it where one is."""
    sources = planned.signers.sources
    known = sources[0] if sources and not planned.signers.uses_own_ring else registry_path(store)
    path = posixpath.join(posixpath.dirname(known), name)
    return shlex.quote(posixpath.relpath(path, store.repository.prefix or "."))
