"""The versions of models among the runs of a report, each with its lineage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.data_writers import WriterSearch
from gitexp.actions.registry_view import open_version
from gitexp.actions.version_lineage import read_lineage
from gitexp.errors import BrokenRegistry
from gitexp.model.refs import parse_run_ref
from gitexp.model.registry import ARCHIVE, NO_STAGE, name_version
from gitexp.store.registry_file import read_registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.lineage import Lineage
    from gitexp.model.registry import Model, Version
    from gitexp.store.runs import RunStore

_MOST = 6


def read_lineages(store: RunStore, heads: Sequence[RunHead]) -> tuple[tuple[tuple[str, Lineage], ...], list[str]]:
    """The lineages of those that stand somewhere, then of the newest; and what is left out, or why all are."""
    try:
        file = read_registry(store)
    except BrokenRegistry as error:
        return (), [f"where its models come from: {error.message}"]
    if file is None:
        return (), []
    ids = {one.id for head in heads for one in (head, *head.chain)}
    found = [(model, version) for model, version in file.registry.versions() if _run_of(version) in ids]
    found.sort(key=_rank)
    lineages = []
    known = store.heads() if found else None
    search = WriterSearch(store, known.runs) if known is not None else None
    for model, version in found[:_MOST]:
        name = name_version(model.name, version.number)
        words = [one for one in (version.stage, *version.aliases) if one != NO_STAGE]
        title = f"{name} ({', '.join(words)})" if words else name
        lineages.append((title, read_lineage(store, open_version(store, name, known), search)))
    more = len(found) - _MOST
    said = [f"{more} further versions of models; exp registry show VERSION --lineage has them"] if more > 0 else []
    return tuple(lineages), said


def _run_of(version: Version) -> str | None:
    ref = parse_run_ref(version.run)
    return ref.id if ref is not None else None


def _rank(one: tuple[Model, Version]) -> tuple[bool, str, int]:
    model, version = one
    is_idle = version.stage in (NO_STAGE, ARCHIVE) and not version.aliases
    return is_idle, model.name, -version.number
