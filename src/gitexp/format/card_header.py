"""The front matter of a model card: YAML as the Hugging Face Hub reads it, results in the form of its model-index."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gitexp.format.yaml_writing import FlowDict, FlowList, dump_yaml

if TYPE_CHECKING:
    from gitexp.model.registry import Model, Version
    from gitexp.model.run import Run

UNKNOWN_TASK = "other"
"""A result needs a task, and no run says which: a tag ``task`` does where somebody gave it."""
_MOST_DATA = 10


def format_card_header(model: Model, version: Version, run: Run | None) -> str:
    """The front matter between its rules, ``---`` lines included. No text of a record can end it."""
    task = run.tags.get("task") if run is not None else None
    fields: dict[str, Any] = {
        "tags": FlowList(["gitexp", *version.aliases, *([version.stage] if version.stage != "none" else [])]),
        "metrics": FlowList(version.metrics),
        "model-index": [
            {
                "name": f"{model.name}:v{version.number}",
                "results": [
                    {
                        "task": FlowDict({"type": task if isinstance(task, str) and task else UNKNOWN_TASK}),
                        "dataset": _format_dataset(run),
                        "metrics": [
                            FlowDict({"type": key, "value": _finite(value), "name": key, "verified": False})
                            for key, value in version.metrics.items()
                        ],
                    }
                ],
            }
        ],
    }
    if not version.metrics:
        del fields["model-index"], fields["metrics"]
    return f"---\n{dump_yaml(fields)}---\n"


def _format_dataset(run: Run | None) -> FlowDict:
    """All that was read: the Hub has one dataset a result, and needs a name and a type."""
    items = run.data[:_MOST_DATA] if run is not None else ()
    names = ", ".join(item.path for item in items) or "not recorded"
    hashes = ", ".join(item.md5 for item in items if item.md5 is not None)
    return FlowDict({"name": names, "type": names, **({"revision": hashes} if hashes else {})})


def _finite(value: float) -> float | str:
    return value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
