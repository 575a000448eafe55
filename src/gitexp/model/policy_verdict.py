"""A policy held against a promotion: what each requirement came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.model.approval import CheckedApproval
    from gitexp.model.head import RunHead
    from gitexp.model.policy import Policy
    from gitexp.model.registry import Registry, Version
    from gitexp.model.run import Run

Requirement: TypeAlias = Literal[
    "finished", "require", "better", "data", "reproduced", "signed", "pushed", "age", "approvals"
]


class Case(NamedTuple):
    """A version on its way into a stage, and all that a policy may ask of it.

    ``registry`` and ``version`` are as they were before the transition; a version that is new has no history.
    ``present`` is the version that stands in the stage then, the one that came last where there are several.
    ``approvals`` are those given for this stage, checked; ``promoter`` is the Git identity of who promotes.
    """

    registry: Registry
    model: str
    version: Version
    stage: str
    policy: Policy
    head: RunHead
    run: Run
    present: Version | None
    now: datetime
    approvals: tuple[CheckedApproval, ...]
    promoter: str


class Judged(NamedTuple):
    """One requirement, as the file says it, whether it is met, and in words the values that were found."""

    requirement: str
    is_met: bool
    found: str
    kind: Requirement
