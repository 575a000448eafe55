"""Who folds and erases: one clone of one person, named once, so that no two ever write the same ref."""

from __future__ import annotations

import json
import os
import re
import secrets
from typing import TYPE_CHECKING

from gitexp.errors import StorageFailed
from gitexp.git.config import author_identity
from gitexp.model.ids import ALPHABET
from gitexp.model.refs import Writer, is_writer
from gitexp.store.file_lock import hold_lock
from gitexp.store.journal import local_folder
from gitexp.store.machine import host_name

if TYPE_CHECKING:
    from gitexp.git.repository import Repository

_FILE = "writer"
_LONGEST_SLUG = 40
_RANDOM_LETTERS = 4


def this_writer(repository: Repository) -> Writer:
    """The writer that this clone is: ``ada-k3v9``, from then on always the same. Raises StorageFailed.

    A copy of the repository, on this disk or on another machine, gets a name of its own.
    """
    file = local_folder(repository, _FILE)
    known = _read(repository, file)
    if known is not None:
        return known
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with hold_lock(file + ".lock"):
            return _read(repository, file) or _make(repository, file)
    except OSError as error:
        raise StorageFailed(file, error.strerror or str(error)) from error


def name_writer(email: str, name: str, letters: str) -> Writer:
    """A writer's name from the local part of an address, else from a name, and letters that nobody else has."""
    for text in (email.partition("@")[0], name, "writer"):
        slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST_SLUG].rstrip("-")
        if slug:
            break
    return Writer(f"{slug}-{letters}")


def _make(repository: Repository, file: str) -> Writer:
    who = author_identity(repository)
    writer = name_writer(who.email, who.name, "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM_LETTERS)))
    unfinished = f"{file}.{os.getpid()}"
    with open(unfinished, "w", encoding="utf-8") as stream:
        json.dump({"writer": writer, **_place(repository)}, stream)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(unfinished, file)
    return writer


def _read(repository: Repository, file: str) -> Writer | None:
    """The name that was made here; None where there is none, it cannot be read, or was copied along from elsewhere."""
    try:
        with open(file, encoding="utf-8") as stream:
            found = json.loads(stream.read(10_000))
        writer = str(found.pop("writer"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # a lost name is no loss: another one is made
        return None
    return Writer(writer) if found == _place(repository) and is_writer(writer) else None


def _place(repository: Repository) -> dict[str, str]:
    return {"place": os.path.realpath(repository.common_dir), "host": host_name()}
