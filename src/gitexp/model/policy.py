"""What a stage asks of a version before it may stand there."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple


class Better(NamedTuple):
    """Significantly better over seeds than the version that is in the stage now, in one metric.

    ``p``: the largest p value that counts; ``effect``: the least size of the effect (Hedges' g), None for any.
    """

    metric: str
    p: float = 0.05
    effect: float | None = None


class MinimumAge(NamedTuple):
    """How long a version must have stood in a stage, in seconds, without a break until now."""

    stage: str
    seconds: float


class Policy(NamedTuple):
    """The gate of one stage. What is not said is not asked."""

    require: tuple[str, ...] = ()
    """Filters, over the run that is promoted and, as ``production.metrics.loss``, over that in a stage now."""
    better: Better | None = None
    data_known: bool = False
    """Whether every path of data must have a hash."""
    reproduced: bool = False
    """Whether a run must be there that reproduced this one, with an equal result."""
    signed: bool = False
    """Whether the run's commit must bear a signature of an allowed signer."""
    pushed: bool = False
    """Whether the run's ref and the bytes of its artifact must be on the remote."""
    minimum_age: MinimumAge | None = None
    approvals: int = 0
    approvers: tuple[str, ...] = ()
    """Addresses of those whose approvals count; () for every allowed signer."""
    self_approval: bool = True
    """Whether who made the run, or promotes it, may approve it."""
    several: bool = False
    """Whether several versions of one model may stand in the stage."""
    force: bool = False
    """Whether ``exp promote --force --why`` may pass over what fails."""


NO_POLICY = Policy()


def hash_policy(policy: Policy) -> str:
    """A policy's hash, ``sha256:…``: of all that it says, so that an approval holds for exactly that."""
    said = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in policy._asdict().items()
        if value != getattr(NO_POLICY, key)
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()
