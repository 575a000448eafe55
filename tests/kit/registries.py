"""Versions of models, made as values."""

from __future__ import annotations

from datetime import UTC, datetime

from gitexp.model.paths import TreePath
from gitexp.model.registry import Entry, Version, VersionArtifact

AT = datetime(2026, 11, 27, 9, 14, 3, tzinfo=UTC)
ADA = "Ada <ada@example.org>"


def make_version(number: int, stage: str = "staging", why: str | None = None) -> Version:
    """A version that went into a stage."""
    artifact = VersionArtifact(TreePath("model.pt"), "b" * 32, 12)
    entry = Entry(AT, ADA, stage=stage, why=why)
    return Version(number, "refs/runs/default/k3v9x2mabc", "a" * 40, artifact, (entry,), stage, (), {"val_auc": 0.94})
