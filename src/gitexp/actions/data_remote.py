"""Which data remote has the bytes: the one given, the one chosen here, the project's, or DVC's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.git.config import read_config
from gitexp.model.storage import CHOSEN_DATA, AskedRemote

if TYPE_CHECKING:
    from gitexp.data.remote import DataRemote
    from gitexp.store.runs import RunStore


def ask_data_remote(store: RunStore, given: str | None = None) -> AskedRemote:
    """Who names the data remote, and how: an option, ``gitexp.dataRemote`` of Git, ``.exp.yaml``, else DVC."""
    repository = store.repository
    project = store.project.path(repository)
    if given is not None:
        return AskedRemote(given, "--data-remote", os.getcwd())
    chosen = read_config(repository).get(CHOSEN_DATA)
    if chosen:
        return AskedRemote(chosen, CHOSEN_DATA, repository.top or repository.git_dir)
    if store.settings.storage.remote is not None:
        return AskedRemote(store.settings.storage.remote, "storage.remote in .exp.yaml", project)
    return AskedRemote(None, "core.remote", project)


def open_data_remote_of(store: RunStore, asked: AskedRemote) -> DataRemote:
    """The data remote that was asked for, which loads DVC. Raises NoStorage, TransferFailed."""
    from gitexp.data.remote import open_data_remote

    return open_data_remote(asked, store.project.path(store.repository), store.repository.top)
