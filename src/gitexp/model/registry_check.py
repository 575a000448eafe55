"""What a check of the registry found: problems with their lines, and what was let through."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.model.approval import CheckedApproval
    from gitexp.model.policy_verdict import Judged


class Problem(NamedTuple):
    """Something that is not as it should be. ``line`` counts from 1, None where the file has no such place.

    ``key`` is the place in the file with dots; ``code`` never changes.
    """

    line: int | None
    key: str
    code: str
    message: str
    hint: str | None = None


class Transition(NamedTuple):
    """An entry with a stage that came since the base, or all of them where there is none.

    ``present`` is the number of the version that was in the stage just before it; ``judged`` what its policy asks.
    """

    model: str
    version: int
    stage: str
    at: datetime
    by: str
    line: int | None
    present: int | None = None
    forced: tuple[str, ...] = ()
    is_rollback: bool = False
    judged: tuple[Judged, ...] = ()
    approvals: tuple[CheckedApproval, ...] = ()


class RegistryCheck(NamedTuple):
    """Problems by their lines. ``base`` is the commit that the file was held against; ``notes`` are no problems."""

    path: str
    problems: tuple[Problem, ...]
    transitions: tuple[Transition, ...] = ()
    base: str | None = None
    notes: tuple[str, ...] = ()
    versions: int = 0
    remote: str | None = None
    """The remote that was asked."""

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems
