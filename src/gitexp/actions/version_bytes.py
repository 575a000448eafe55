"""The bytes of a version: what is brought must be what the registry names, not only what the run says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import Refused
from gitexp.model.spec import VersionSpec, parse_spec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.wanted_files import WantedFile
    from gitexp.model.paths import TreePath
    from gitexp.model.registry import VersionArtifact
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore


class NamedVersion(NamedTuple):
    """A version by its name, and what it deploys."""

    name: str
    artifact: VersionArtifact


def find_named_version(store: RunStore, text: str) -> NamedVersion | None:
    """The version that a spec of a run names; None where it names a run in another way. Raises VersionNotFound."""
    spec = parse_spec(text)
    if not isinstance(spec, VersionSpec):
        return None
    from gitexp.model.registry import name_version
    from gitexp.model.registry_lookup import find_version
    from gitexp.store.registry_file import read_registry

    file = read_registry(store)
    if file is None:  # who looks for the run says so
        return None
    found = find_version(file.registry, spec)
    return NamedVersion(name_version(found.model.name, found.version.number), found.version.artifact)


def check_run(version: NamedVersion | None, run: Run) -> None:
    """Raises Refused where the run says that its artifact has another hash than the registry does."""
    if version is None:
        return
    for one in run.artifacts:
        if one.path == version.artifact.path and one.md5 is not None:
            _compare(version, one.path, one.md5)


def check_bytes(version: NamedVersion | None, wanted: Sequence[WantedFile]) -> list[WantedFile]:
    """The files, the version's artifact with the hash that the registry says, against which its bytes are checked.

    Raises Refused where the run says another one.
    """
    if version is None:
        return list(wanted)
    checked: list[WantedFile] = []
    for one in wanted:
        is_meant = one.kind == "artifact" and one.path == version.artifact.path
        if is_meant and one.md5 is not None:
            _compare(version, one.path, one.md5)
        checked.append(one._replace(md5=version.artifact.md5) if is_meant else one)
    return checked


def _compare(version: NamedVersion, path: TreePath, md5: str) -> None:
    if md5 != version.artifact.md5:
        said = f"{path} of the run is {md5}, and {version.name} in the registry is {version.artifact.md5}"
        raise Refused(f"{said}: nothing was brought", hint="exp registry check")
