"""``exp`` as a process of its own, in a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.git import GitFolder

PATIENCE = 120


@dataclass(frozen=True)
class Ran:
    """What a call gave."""

    status: int
    out: str
    err: str


def run_exp(
    folder: GitFolder, *arguments: str, where: str = ".", env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> Ran:
    """Calls ``exp`` and waits for its end."""
    done = subprocess.run(
        [sys.executable, "-m", "gitexp", *arguments],
        cwd=folder.path / where,
        input=stdin,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        env={**os.environ, **(env or {})},
    )
    return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


def refs(folder: GitFolder, prefix: str = "refs/runs") -> list[str]:
    """The refs of runs, sorted by name."""
    listing = folder.git("for-each-ref", "--format=%(refname)", prefix)
    return listing.split("\n") if listing else []


def only_run(folder: GitFolder) -> dict[str, Any]:
    """The manifest of the one run there is, as any YAML reader sees it; ``ref`` besides."""
    (ref,) = refs(folder)
    return manifest(folder, ref)


def manifest(folder: GitFolder, ref: str) -> dict[str, Any]:
    """A run's manifest, as any YAML reader sees it."""
    document: dict[str, Any] = yaml.safe_load(folder.git("show", f"{ref}:.exp/run.yaml"))
    return {**document, "ref": ref}


def part(folder: GitFolder, ref: str, path: str) -> str:
    """A file of a run's record."""
    return folder.git("show", f"{ref}:.exp/{path}")


def envelope(text: str) -> dict[str, Any]:
    """What ``--json`` printed."""
    document: dict[str, Any] = json.loads(text)
    assert list(document) == ["format", "data", "errors"]
    return document
