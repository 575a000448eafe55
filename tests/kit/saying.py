"""What was said of runs, as any YAML reader sees it in their trees."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from kit.git import GitFolder


def said_of(folder: GitFolder, ref: str) -> list[dict[str, Any]]:
    """The annotations of a run in order, without time and author; each file is named by its hash."""
    names = folder.git("ls-tree", "--name-only", f"{ref}:.exp/annotations", check=False).split()
    found = []
    for name in names:
        data = folder.run("git", "cat-file", "blob", f"{ref}:.exp/annotations/{name}").stdout
        assert name == f"{hashlib.sha256(data).hexdigest()}.yaml"
        found.append(yaml.safe_load(data))
    found.sort(key=lambda one: one["at"])
    return [{key: value for key, value in one.items() if key not in ("at", "by")} for one in found]


def message(folder: GitFolder, ref: str) -> list[str]:
    """The lines of a run's message."""
    return folder.git("log", "-1", "--format=%B", ref).splitlines()
