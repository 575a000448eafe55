"""Which data remote has the bytes: the one given, the one chosen here, the project's, or DVC's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import NoStorage
from gitexp.git.command import run_git
from gitexp.git.config import read_config
from gitexp.model.storage import CHOSEN_DATA, NOWHERE, AskedRemote, is_place

if TYPE_CHECKING:
    from gitexp.data.remote import DataRemote
    from gitexp.model.storage import DataPlace
    from gitexp.store.runs import RunStore


class ChosenData(NamedTuple):
    """Where bytes go from now on; None: they stay here. ``before``: what was chosen before."""

    place: DataPlace | None
    before: str | None


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


def find_data_place_of(store: RunStore, asked: AskedRemote) -> DataPlace:
    """Which data remote that is; nothing is asked of it. Raises NoStorage."""
    from gitexp.data.remote import find_data_place

    return find_data_place(asked, store.project.path(store.repository), store.repository.top)


def find_chosen_place(store: RunStore, asked: AskedRemote) -> tuple[DataPlace | None, NoStorage | None]:
    """Which data remote that is, None where there is none; and why not, where somebody named one that is none."""
    if asked.is_declined:
        return None, None
    try:
        return find_data_place_of(store, asked), None
    except NoStorage as error:
        return None, error if asked.word is not None else None


def choose_data_remote(store: RunStore, word: str) -> ChosenData:
    """Makes a data remote the one of this clone, by ``gitexp.dataRemote``; ``none``: bytes stay here.

    Raises NoStorage where there is none of that name.
    """
    if is_place(word) and "://" not in word:
        word = os.path.abspath(os.path.expanduser(word))
    place = None if word == NOWHERE else find_data_place_of(store, AskedRemote(word, "--data", os.getcwd()))
    before = read_config(store.repository).get(CHOSEN_DATA)
    run_git(store.repository, "config", CHOSEN_DATA, word)
    return ChosenData(place._replace(why=CHOSEN_DATA) if place is not None else None, before)
