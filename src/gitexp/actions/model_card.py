"""A model card of a version, with all that its run and the registry know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.registry_view import open_version
from gitexp.actions.version_lineage import read_lineage
from gitexp.format.card_header import format_card_header
from gitexp.render.lineage_tree import list_lines
from gitexp.render.model_card import format_card_text

if TYPE_CHECKING:
    from gitexp.store.runs import RunStore


def write_model_card(store: RunStore, text: str) -> str:
    """The card of the version that a spec names: front matter and Markdown. Raises as ``open_version`` does."""
    opened = open_version(store, text)
    lineage = read_lineage(store, opened)
    header = format_card_header(opened.model, opened.version, opened.run)
    approvals = [(one.approval, one.standing) for one in opened.approvals]
    return header + "\n" + format_card_text(opened.model, opened.version, opened.run, list_lines(lineage), approvals)
