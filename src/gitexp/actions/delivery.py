"""What a deployment reads of a version: which bytes, where they are, who let them there, and which file says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.data_remote import ask_data_remote, find_chosen_place
from gitexp.actions.registry_view import open_version
from gitexp.data.artifact_keeper import ARTIFACTS
from gitexp.data.remote import OWN
from gitexp.errors import Refused
from gitexp.git.ancestry import find_last_change
from gitexp.git.reading import read_path
from gitexp.git.refs import resolve
from gitexp.model.paths import unquote_path
from gitexp.store.registry_file import read_registry_bytes

if TYPE_CHECKING:
    from gitexp.actions.registry_view import OpenedVersion
    from gitexp.errors import NoStorage
    from gitexp.model.run import Artifact
    from gitexp.model.storage import DataPlace
    from gitexp.store.runs import RunStore


class Delivery(NamedTuple):
    """A version with where its bytes are, and the commit that last changed the registry.

    ``is_committed`` is False where the file in the working tree says something else than HEAD does. ``kept``: ``git``
    where the bytes are in the run's tree, ``dvc`` where they are on the data remote, None where the run is not here.
    """

    opened: OpenedVersion
    kept: str | None
    place: DataPlace | None
    registry_commit: str | None
    is_committed: bool
    refused: NoStorage | None = None
    """Why a data remote that somebody chose is none."""


def read_delivery(store: RunStore, text: str) -> Delivery:
    """All that a deployment needs of the version that a spec names; nothing is fetched.

    Raises as ``open_version``, and Refused where the registry and the run do not say the same.
    """
    opened = open_version(store, text)
    if opened.doubts:
        raise Refused(f"{text}: {opened.doubts[0]}; it is not to be deployed", hint="exp registry check")
    artifact = find_artifact(opened)
    asked = ask_data_remote(store)
    place, refused = find_chosen_place(store, asked)
    head = resolve(store.repository, "HEAD", peel="commit")
    commit = find_last_change(store.repository, head, opened.file.file) if head is not None else None
    committed = read_path(store.repository, head, opened.file.file.encode()) if head is not None else None
    is_committed = read_registry_bytes(store) == committed
    return Delivery(opened, artifact.kept if artifact else None, place, commit, is_committed, refused)


def find_artifact(opened: OpenedVersion) -> Artifact | None:
    """The artifact in the run's manifest that a version deploys; None where the run is not here."""
    artifacts = opened.run.artifacts if opened.run is not None else ()
    return next((one for one in artifacts if one.path == opened.version.artifact.path), None)


def object_key(md5: str) -> str:
    """Where the bytes of an artifact lie below a data remote."""
    return f"{OWN}/files/md5/{md5[:2]}/{md5[2:]}"


def path_in_git(delivery: Delivery) -> str | None:
    """Where the bytes of a small artifact lie in the tree of the run's commit; None where Git has them not."""
    if delivery.kept != "git":
        return None
    return (ARTIFACTS + unquote_path(delivery.opened.version.artifact.path)).decode("utf-8", "backslashreplace")
