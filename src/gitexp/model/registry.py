"""The registry: models, their versions, and how each version came where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from gitexp.model.metrics import Number
    from gitexp.model.paths import TreePath
    from gitexp.model.policy import Policy

REGISTRY_FILE = "registry.yaml"
FORMAT = 1
NO_STAGE = "none"
"""The stage of a version that stands in none: registered only, or taken out of the one it was in."""
ARCHIVE = "archived"
STAGES = ("staging", "production", ARCHIVE)
"""The stages of a registry that names none of its own."""


class Approval(NamedTuple):
    """A signed yes to one version in one stage, or its withdrawal. ``by`` is a Git identity, ``Ada <ada@example.org>``.

    ``policy`` is the hash of the stage's policy when it was given. The signature covers what the version names too.
    """

    stage: str
    by: str
    at: datetime
    policy: str
    signature: str
    why: str | None = None
    is_withdrawal: bool = False


class Entry(NamedTuple):
    """One line of a version's history: exactly one of ``stage``, ``alias`` and ``unalias`` is said."""

    at: datetime
    by: str
    stage: str | None = None
    alias: str | None = None
    unalias: str | None = None
    why: str | None = None
    approvals: tuple[Approval, ...] = ()
    forced: tuple[str, ...] = ()
    """The requirements that failed and were passed over."""
    is_rollback: bool = False


class VersionArtifact(NamedTuple):
    """What is deployed: a file or folder (its hash ends in ``.dir``) that the run wrote."""

    path: TreePath
    md5: str
    bytes: int | None = None


class Version(NamedTuple):
    """One run and one artifact under a number. ``approvals`` wait for the transition that they are for."""

    number: int
    run: str
    """The ref of the run; the run itself may have been folded since."""
    commit: str
    """The run's commit that was judged: its tip then."""
    artifact: VersionArtifact
    history: tuple[Entry, ...]
    stage: str = NO_STAGE
    aliases: tuple[str, ...] = ()
    metrics: dict[str, Number] = {}  # noqa: RUF012 - nobody writes to it: the type is a value
    approvals: tuple[Approval, ...] = ()


class Model(NamedTuple):
    """A named line of versions, the oldest first."""

    name: str
    versions: tuple[Version, ...] = ()
    description: str | None = None

    def version(self, number: int) -> Version | None:
        """The version of a number."""
        return next((one for one in self.versions if one.number == number), None)

    def at(self, word: str) -> tuple[Version, ...]:
        """The versions that stand in a stage or bear an alias, the one that came there last first."""
        found = [one for one in self.versions if word == one.stage or word in one.aliases]
        return tuple(sorted(found, key=lambda one: (arrival(one, word), one.number), reverse=True))


class Registry(NamedTuple):
    """What ``registry.yaml`` says."""

    models: dict[str, Model]
    stages: tuple[str, ...] = STAGES
    policies: dict[str, Policy] = {}  # noqa: RUF012 - nobody writes to it: the type is a value

    def versions(self) -> Iterator[tuple[Model, Version]]:
        """Every version, with its model."""
        for model in self.models.values():
            for version in model.versions:
                yield model, version


EMPTY = Registry({})


def arrival(version: Version, word: str) -> datetime:
    """When a version came into the stage, or got the alias, that it has now."""
    came = [entry.at for entry in version.history if word in (entry.stage, entry.alias)]
    return came[-1] if came else version.history[0].at


def name_version(model: str, number: int) -> str:
    """A version as it is typed: ``fraud:v3``."""
    return f"{model}:v{number}"


def email_of(by: str) -> str:
    """The address in a Git identity; the whole text where it has none."""
    return by.rpartition("<")[2].rstrip(">") if by.endswith(">") else by
