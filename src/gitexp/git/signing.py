"""Signatures made by Git itself, with the key, the agent and the program that the user's configuration names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.errors import BrokenObject
from gitexp.git.command import run_git
from gitexp.git.commits import Person, RawCommit, clean_name, format_commit, parse_commit
from gitexp.git.trees import empty_tree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.git.repository import Repository


def sign_commit(repository: Repository, commit: RawCommit, environment: Mapping[str, str] | None = None) -> str:
    """Writes a commit that is signed and returns its id. Raises GitFailed with the words of Git, or of the signer."""
    parents = [argument for parent in commit.parents for argument in ("-p", parent)]
    people = {
        "GIT_AUTHOR_NAME": clean_name(commit.author.name),
        "GIT_AUTHOR_EMAIL": clean_name(commit.author.email),
        "GIT_AUTHOR_DATE": f"@{commit.author.seconds} {commit.author.offset}",
        "GIT_COMMITTER_NAME": clean_name(commit.committer.name),
        "GIT_COMMITTER_EMAIL": clean_name(commit.committer.email),
        "GIT_COMMITTER_DATE": f"@{commit.committer.seconds} {commit.committer.offset}",
        # The program that asks for a passphrase speaks the user's language, not ours.
        "LC_ALL": os.environ.get("LC_ALL", ""),
        **(environment or {}),
    }
    # The configured encoding would otherwise garble the message; UTF-8 is also what no `encoding` header means.
    settings = (("i18n.commitEncoding", "UTF-8"),)
    found = run_git(
        repository, "commit-tree", "-S", commit.tree, *parents, "-F", "-",
        stdin=commit.message, environment=people, settings=settings,
    )  # fmt: skip
    return found.decode().strip()


def make_message(object_format: str, message: bytes, person: Person, signature: bytes | None = None) -> RawCommit:
    """The commit that carries a signed message: with the empty tree, no parents, and one person at one second."""
    person = person._replace(name=_plain_name(person.name))
    header = b"gpgsig" if object_format == "sha1" else b"gpgsig-sha256"
    extra = ((header, signature),) if signature is not None else ()
    return RawCommit(empty_tree(object_format), (), person, person, message, extra)


def sign_message(repository: Repository, message: bytes, person: Person) -> bytes:
    """The armoured signature of a message; the repository gets no object by it.

    Raises GitFailed with the words of Git, or of the program that signs.
    """
    import tempfile  # every run that is stored imports this module

    commit = make_message(repository.object_format, message, person)
    with tempfile.TemporaryDirectory(prefix="exp-sign-") as folder:
        place = {"GIT_OBJECT_DIRECTORY": folder, "GIT_ALTERNATE_OBJECT_DIRECTORIES": ""}
        object_id = sign_commit(repository, commit, place)
        written = run_git(repository, "cat-file", "commit", object_id, environment=place)
    signature = next((value for name, value in parse_commit(written).extra if name.startswith(b"gpgsig")), None)
    if (
        signature is None
        or format_commit(make_message(repository.object_format, message, person, signature)) != written
    ):
        raise BrokenObject("Git wrote another commit than it was to sign")
    return signature


def _plain_name(name: str) -> str:
    # Git before 2.42 takes a '.' away at the ends, a later one does not: without one both write the same.
    while (bare := clean_name(name).strip(".")) != name:
        name = bare
    return name or "-"
