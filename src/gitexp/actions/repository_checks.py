"""What is looked at in a repository: settings, identity, signatures, files, runs, journals, refs and objects."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from typing import TYPE_CHECKING

from gitexp.errors import ConfigError
from gitexp.git.config import author_identity, read_config
from gitexp.git.housekeeping import count_loose_objects, count_loose_refs
from gitexp.git.refs import list_refs
from gitexp.model.checkup import Finding, judge_identity, judge_objects, judge_refs
from gitexp.model.config_hazards import find_hazards
from gitexp.model.refs import LIVE, RUNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.git.config import GitConfig
    from gitexp.git.repository import Repository
    from gitexp.model.checkup import Check

_PROGRAMS = {"openpgp": "gpg", "x509": "gpgsm", "ssh": "ssh-keygen"}


def check_settings(repository: Repository) -> list[Finding]:
    """Whether ``.exp.yaml`` says what can be meant."""
    from gitexp.store.project import find_project

    try:
        project = find_project(repository)
    except ConfigError as error:
        file = str(error.fields["file"])
        return [Finding("settings", "problem", error.message, error.hint or f"edit {file}")]
    file = project.settings.file or ""
    return [Finding("settings", "ok", file or "no .exp.yaml, and none is needed")]


def check_identity(repository: Repository) -> list[Finding]:
    """Whether Git knows who the user is."""
    identity = author_identity(repository)
    return [judge_identity(identity.name, identity.email, guessed=identity.guessed)]


def check_signing(repository: Repository) -> list[Finding]:
    """Whether what signs commits is there; a signature is not made, since somebody might have to type for it."""
    config = read_config(repository)
    if not config.signs_commits:
        return [Finding("signing", "ok", "commits are not signed here")]
    form = (config.get("gpg.format") or "openpgp").lower()
    program = config.get(f"gpg.{form}.program") or (config.get("gpg.program") if form == "openpgp" else None)
    program = program or _PROGRAMS.get(form, form)
    key = config.get("user.signingKey")
    why = _why_unsigned(program, form, key, config)
    if why is None:
        return [Finding("signing", "ok", f"by {program}{f', key {key}' if key else ''}")]
    mend = "git config commit.gpgSign false"
    return [Finding("signing", "problem", f"runs stay unsigned: {why}", mend)]


def check_files(repository: Repository) -> list[Finding]:
    """Whether gitexp's own files can be written beside the repository, and locked."""
    from gitexp.store.file_lock import try_lock
    from gitexp.store.journal import local_folder

    place = local_folder(repository)
    folder = place if os.path.isdir(place) else repository.common_dir
    try:
        descriptor, path = tempfile.mkstemp(prefix=".doctor-", dir=folder)
    except OSError as error:
        mend = f"chmod u+rwx {shlex.quote(folder)}"
        return [Finding("files", "problem", f"{folder} cannot be written: {error.strerror}", mend)]
    try:
        other = os.open(path, os.O_RDWR)
        try:
            holds = try_lock(descriptor) and not try_lock(other)
        finally:
            os.close(other)
    finally:
        os.close(descriptor)
        os.unlink(path)
    if holds:
        return [Finding("files", "ok", f"{place}, with locks that hold")]
    what = f"locks do not hold in {folder}: two processes could complete the same run"
    return [Finding("files", "problem", what, "move the repository to a file system with locks, such as a local disk")]


def check_configuration(repository: Repository) -> list[Finding]:
    """Whether a setting of Git endangers runs."""
    found = find_hazards(read_config(repository).entries, is_bare=repository.top is None)
    return found or [Finding("configuration", "ok", "no setting of Git endangers runs")]


def check_runs(repository: Repository) -> list[Finding]:
    """Whether every run can be read."""
    from gitexp.git.reading import read_commits
    from gitexp.store.head_reading import read_heads

    heads = read_heads(read_commits(repository, [RUNS, LIVE]))
    count = len(heads.runs)
    if not heads.broken:
        return [Finding("runs", "ok", f"{count} run{'' if count == 1 else 's'}, each readable")]
    first = heads.broken[0]
    many = len(heads.broken)
    what = f"{many} of {count + many} cannot be read; the first: {first.message}" if many > 1 else first.message
    return [Finding("runs", "problem", what, first.hint or "git fsck")]


def check_journals(repository: Repository) -> list[Finding]:
    """Whether there are runs whose recording died and that are not stored."""
    from gitexp.store.journal import read_start
    from gitexp.store.journals import is_held, list_journals
    from gitexp.store.machine import is_here

    dead = going = elsewhere = 0
    for folder in list_journals(repository):
        start = read_start(folder)
        if start is not None and not is_here(start.host, start.boot):
            elsewhere += 1
        elif is_held(folder):
            going += 1
        elif start is not None:
            dead += 1
    if dead:
        what = "a recording died, and its run is" if dead == 1 else f"{dead} recordings died, and their runs are"
        return [Finding("journals", "problem", f"{what} not stored yet", "exp recover")]
    others = f", {elsewhere} on other machines" if elsewhere else ""
    return [Finding("journals", "ok", f"{going or 'none'} going here{others}")]


def check_refs(repository: Repository) -> list[Finding]:
    """Whether so many refs want packing or folding."""
    return [judge_refs(len(list_refs(repository, RUNS)), count_loose_refs(repository, RUNS))]


def check_objects(repository: Repository) -> list[Finding]:
    """Whether so many objects want packing."""
    limit = read_config(repository).get("gc.auto")
    known = int(limit) if limit is not None and limit.strip().isdigit() else None
    return [judge_objects(count_loose_objects(repository), known)]


CHECKS: tuple[tuple[Check, Callable[[Repository], list[Finding]]], ...] = (
    ("settings", check_settings),
    ("identity", check_identity),
    ("signing", check_signing),
    ("files", check_files),
    ("configuration", check_configuration),
    ("runs", check_runs),
    ("journals", check_journals),
    ("refs", check_refs),
    ("objects", check_objects),
)


def _why_unsigned(program: str, form: str, key: str | None, config: GitConfig) -> str | None:
    if shutil.which(os.path.expanduser(program)) is None:
        return f"there is no program {program}"
    if form != "ssh":
        return None
    if key is None:
        is_found = config.get("gpg.ssh.defaultKeyCommand") is not None
        return None if is_found else "user.signingKey names no key"
    if key.startswith(("key::", "ssh-", "ecdsa-", "sk-")):
        return None
    return None if os.path.exists(os.path.expanduser(key)) else f"there is no key file {key}"
