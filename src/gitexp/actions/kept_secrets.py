"""Tokens in uncommitted code: the run needs the file, so it is kept, and the user is told before anything is pushed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.paths import quote_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.capture.redaction import Redactor
    from gitexp.git.working_copy import WorkingCopy

_LARGEST = 1_000_000
_MOST_FILES = 500
_CONFIGURATION = (b".yaml", b".yml", b".json", b".toml", b".ini", b".cfg", b".conf", b".properties")
_KEPT = "the run keeps the file (redaction.files in .exp.yaml leaves it out)"


def find_kept_secrets(working_copy: WorkingCopy, left_out: frozenset[str], redactor: Redactor) -> Iterator[str]:
    """A sentence for each file that is not committed, goes into the snapshot and holds what looks like a secret.

    In code only tokens of known form count: ``token = tokenizer(text)`` is none. In a configuration file names do too.
    """
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
        findings = find_secrets(data)
        for finding in findings:
            yield f"{shown}, line {finding.line}, looks like it holds a secret ({finding.kind}); {_KEPT}"
        if not findings and entry.path.lower().endswith(_CONFIGURATION) and redactor.redact_output(data)[1]:
            yield f"{shown} looks like it holds a secret; {_KEPT}"
