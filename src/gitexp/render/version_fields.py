"""What a version would change, as values that JSON can hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.render.json_form import metric_fields, to_plain

if TYPE_CHECKING:
    from gitexp.model.version_change import VersionChange


def change_fields(change: VersionChange | None) -> dict[str, Any] | None:
    """A new version (``b`` of each metric, param and path of data) against an old one (``a``)."""
    if change is None:
        return None
    parts = ("old", "new", "params", "params_equal", "data", "data_equal", "code")
    return {
        **{name: to_plain(getattr(change, name)) for name in parts},
        "metrics": [metric_fields(one) for one in change.metrics],
        "seeds": [{"metric": one.metric, "direction": one.direction, **to_plain(one.found)} for one in change.seeds],
        "same_bytes": change.has_same_bytes,
        "notes": list(change.notes),
    }
