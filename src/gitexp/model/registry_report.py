"""What changed in the registry, with what a reviewer wants to know of each version, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitexp.errors import BrokenRegistry
    from gitexp.model.approval import CheckedApproval
    from gitexp.model.head import RunHead
    from gitexp.model.policy import Policy
    from gitexp.model.registry_check import RegistryCheck, Transition
    from gitexp.model.registry_difference import RegistryDifference, VersionDifference
    from gitexp.model.run import Run
    from gitexp.model.version_change import VersionChange


class ReportedVersion(NamedTuple):
    """A version that changed. ``head`` and ``run`` are None where its run is not here, or cannot be read.

    ``approvals`` are those for the stage that it is about, ``policy`` is that stage's; ``transition`` is what the
    check says of its way there, where it was asked.
    """

    difference: VersionDifference
    change: VersionChange
    head: RunHead | None
    run: Run | None
    approvals: tuple[CheckedApproval, ...]
    policy: Policy
    transition: Transition | None = None


class RegistryDiff(NamedTuple):
    """``base`` is the commit as it was named, None where it is held against nothing at all.

    ``check`` is what is wrong, None where that was not asked. ``broken`` says why the file cannot be read; the check
    says so too, and there are no versions then. ``notes`` say in sentences what the base could not tell.
    """

    path: str
    base: str | None
    difference: RegistryDifference
    versions: tuple[ReportedVersion, ...]
    check: RegistryCheck | None = None
    broken: BrokenRegistry | None = None
    notes: tuple[str, ...] = ()
