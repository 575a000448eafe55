"""Whether the remote with the runs takes them, tried with two refs that are taken away again."""

from __future__ import annotations

import os
import secrets
import shlex
from typing import TYPE_CHECKING

from gitexp.errors import NoRemote, RemoteFailed
from gitexp.git.command import ANOTHER_REPOSITORY
from gitexp.git.commits import Person, RawCommit
from gitexp.git.config import read_config
from gitexp.git.objects import ObjectWriter
from gitexp.git.remote import PushResult, PushUpdate, Talk, list_remote_refs, push_refs
from gitexp.git.remotes import choose_remote
from gitexp.model.checkup import Finding
from gitexp.model.config_hazards import judge_hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitexp.git.remotes import Remote
    from gitexp.git.repository import Repository

PATIENCE = 20.0
_NAMES = ("refs/runs/default/doctor-{}", "refs/exp/doctor/{}")
_NOBODY = Person("gitexp", "gitexp@localhost", 0)
_WORDS = b"exp doctor: a trial, to be deleted\n"


def check_remote(
    repository: Repository, *, probe: bool, may_ask: bool, tell: Callable[[str], None], patience: float = PATIENCE
) -> list[Finding]:
    """What is to be said of the remote that runs are pushed to; ``probe`` False: only which one it is.

    ``patience``: seconds until one that does not answer is given up.
    """
    try:
        remote = choose_remote(repository)
    except NoRemote as error:
        if not error.fields["known"]:
            return [Finding("remote", "ok", "there is none, and runs stay here")]
        return [Finding("remote", "advice", error.message, error.hint)]
    found = _judge_local(remote)
    if not probe:
        return [*found, Finding("remote", "ok", f"{remote.name} ({remote.url}), not tried")]
    tell(f"trying {remote.name} ({remote.url})")
    try:
        return [*found, *_probe(repository, remote, Talk(may_ask=may_ask, seconds=patience))]
    except RemoteFailed as error:
        return [*found, Finding("remote", "problem", "; ".join(error.message.splitlines()), error.hint)]


def _probe(repository: Repository, remote: Remote, talk: Talk) -> list[Finding]:
    # A commit of nothing, with no parent: of the user's code not a byte goes along.
    with ObjectWriter(repository) as writer:
        commit = writer.write_commit(RawCommit(writer.write_tree([]), (), _NOBODY, _NOBODY, _WORDS))
    word = secrets.token_hex(6)
    refs = [name.format(word) for name in _NAMES]
    taken = push_refs(repository, remote.name, [PushUpdate(ref, commit) for ref in refs], talk=talk)
    there = [result.ref for result in taken if result.state != "refused"]
    try:
        shown = {ref for ref, _ in list_remote_refs(repository, remote.name, *there, talk=talk)} if there else set()
    finally:
        left = _take_away(repository, remote, there, commit, talk)
    found = _judge_refused(remote, taken)
    hidden = [ref for ref in there if ref not in shown]
    if hidden:
        what = f"{remote.name} takes {_family(hidden[0])} and does not show them: nobody can pull them"
        found.append(Finding("remote", "problem", what, "exp remote set ANOTHER"))
    if left:
        what = f"{remote.name} does not let refs be deleted ({left[0].why}): exp purge cannot erase there"
        mend = f"git push {shlex.quote(remote.name)} --delete {' '.join(result.ref for result in left)}"
        found.append(Finding("remote", "advice", what, f"{mend}  (where it is allowed)"))
    return found or [Finding("remote", "ok", f"{remote.name} ({remote.url}) takes runs, and lets them be deleted")]


def _take_away(
    repository: Repository, remote: Remote, refs: Sequence[str], commit: str, talk: Talk
) -> list[PushResult]:
    """Deletes the refs of the trial, each held to what was pushed; returns those that stay."""
    updates = [PushUpdate(ref, None, commit) for ref in refs]
    try:
        results = push_refs(repository, remote.name, updates, talk=talk)
    except RemoteFailed as error:
        return [PushResult(ref, "refused", error.message) for ref in refs]
    return [result for result in results if result.state == "refused"]


def _judge_refused(remote: Remote, results: Sequence[PushResult]) -> list[Finding]:
    refused = [result for result in results if result.state == "refused"]
    if not refused:
        return []
    families = " and ".join(_family(result.ref) for result in refused)
    what = f"{remote.name} takes no refs below {families}: {refused[0].why}"
    return [Finding("remote", "problem", what, "exp remote set ANOTHER")]


def _family(ref: str) -> str:
    return "/".join(ref.split("/")[:2])


def _judge_local(remote: Remote) -> list[Finding]:
    """What the configuration of a remote on this machine says against runs."""
    path = os.path.expanduser(remote.url.removeprefix("file://"))
    if not os.path.isdir(path):
        return []
    config = read_config(path, ANOTHER_REPOSITORY)
    command = f"git -C {shlex.quote(path)} config"
    keys = ("transfer.hiderefs", "receive.hiderefs", "uploadpack.hiderefs")
    return judge_hidden(config.entries, command, keys)
