"""Where the parts of a record lie in a run's tree, and a record in a fold's."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.model.ids import RunId

RECORD = b".exp/"
MANIFEST = RECORD + b"run.yaml"
MOST_OF_A_MANIFEST = 16_000_000
"""So many bytes are read of one: a remote can send gigabytes of nothing in a megabyte."""
OUTPUT = RECORD + b"output.log"
ENVIRONMENT = RECORD + b"environment/"
PACKAGES = ENVIRONMENT + b"packages.txt"
SYSTEM = RECORD + b"system.csv"
ANNOTATIONS = RECORD + b"annotations/"


def fold_month(started_at: datetime) -> str:
    """The month, as ``202611``, in whose fold a run belongs that began then."""
    return started_at.astimezone(UTC).strftime("%Y%m")


def folded_path(started_at: datetime, run_id: RunId) -> bytes:
    """The folder of a run's record in the tree of a fold."""
    return f"{started_at.astimezone(UTC):%d}/{run_id}".encode("ascii")
