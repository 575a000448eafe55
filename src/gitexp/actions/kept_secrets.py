"""Tokens in uncommitted code: the run needs the file, so it is kept, and the user is told before anything is pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.paths import quote_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.git.working_copy import WorkingCopy

_LARGEST = 1_000_000
_MOST_FILES = 500


def find_kept_secrets(working_copy: WorkingCopy, left_out: frozenset[str]) -> Iterator[str]:
    """A sentence for each token of known form in a file that is not committed and goes into the snapshot."""
    from gitexp.capture.secret_findings import find_secrets

    for entry in working_copy.status.entries[:_MOST_FILES]:
        shown = quote_path(entry.path)
        if shown in left_out or entry.is_submodule:
            continue
        try:
            with open(working_copy.repository.path_of(entry.path), "rb") as file:
                data = file.read(_LARGEST)
        except OSError:  # deleted, or a folder: there is nothing in it to keep
            continue
        for finding in find_secrets(data):
            yield f"{shown}, line {finding.line}, holds what looks like a {finding.kind}; the run keeps the file"
