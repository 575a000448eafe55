"""The versions of models that a run stands behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import BrokenRegistry
from gitexp.store.registry_file import read_registry_bytes, registry_path

if TYPE_CHECKING:
    from gitexp.model.ids import RunId
    from gitexp.store.runs import RunStore


class RegisteredAs(NamedTuple):
    """A version that is a run: its name as it is typed, where it stands, what else it is called."""

    name: str
    stage: str
    aliases: tuple[str, ...]


def find_versions_of(store: RunStore, run_id: RunId) -> tuple[tuple[RegisteredAs, ...], str | None]:
    """The versions of the project's registry that are this run, the newest last; and why they cannot be told."""
    try:
        data = read_registry_bytes(store)
        if data is None or run_id.encode("ascii") not in data:  # a run that is no version costs no look at YAML
            return (), None
        from gitexp.format.registry_reading import parse_registry

        registry = parse_registry(data, registry_path(store)).registry
    except BrokenRegistry as error:
        return (), error.message
    from gitexp.model.registry import name_version

    return tuple(
        RegisteredAs(name_version(model.name, version.number), version.stage, version.aliases)
        for model, version in registry.versions()
        if version.run.endswith(f"/{run_id}")
    ), None
