"""Mirrors made without running anything: fixed ids, chosen times."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitexp.git.objects import ObjectWriter
from gitexp.git.repository import open_repository
from gitexp.store.mirrors import MirrorContent, write_mirror
from gitexp.store.writing import StoredRun
from kit.stored import store_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.model.run import Run
    from kit.git import GitFolder


def mirror_run(folder: GitFolder, run: Run, at: float, files: Mapping[str, bytes] | None = None) -> str:
    """Mirrors a run at a time in seconds since 1970, stores its start first where it has no live ref; the commit."""
    ref = f"refs/exp/live/{run.experiment}/{run.id}"
    present = folder.git("rev-parse", "--verify", "--quiet", ref, check=False) or store_run(folder, run)
    repository = open_repository(os.fspath(folder.path))
    record = {f".exp/{name}".encode(): data for name, data in (files or {}).items()}
    with ObjectWriter(repository) as writer:
        return write_mirror(repository, writer, MirrorContent(run, record), StoredRun(ref, present), int(at)).commit
