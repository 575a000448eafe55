"""What differs between two states of a registry: versions that are new, that moved, or of which more is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.registry import ARCHIVE, NO_STAGE, name_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.model.registry import Approval, Entry, Model, Registry, Version


class VersionDifference(NamedTuple):
    """A version that is not as it was; ``was`` is None where it is new.

    ``aim`` is the stage that it is about: the one it came to, else the one it is approved for, else the one it is in.
    ``against`` is what a reviewer holds it against: the version that was in that stage, or in the nearest one after it;
    ``place`` is where that stood.
    """

    model: str
    now: Version
    was: Version | None
    aim: str
    against: Version | None = None
    place: str | None = None

    @property
    def name(self) -> str:
        """As it is typed: ``fraud:v3``."""
        return name_version(self.model, self.now.number)

    @property
    def stage_before(self) -> str:
        """The stage that it was in."""
        return self.was.stage if self.was is not None else NO_STAGE

    @property
    def has_moved(self) -> bool:
        """Whether it is in another stage."""
        return self.now.stage != self.stage_before

    @property
    def arrived(self) -> tuple[str, ...]:
        """The stage and the aliases that it has now, and had not."""
        had = set(_words(self.was)) if self.was is not None else set()
        return tuple(word for word in _words(self.now) if word not in had)

    @property
    def replaced(self) -> Version | None:
        """The version that was in the stage which it came to."""
        return self.against if self.has_moved and self.place == self.now.stage else None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What its history says more than it did."""
        return self.now.history[len(self.was.history) if self.was is not None else 0 :]

    @property
    def approvals(self) -> tuple[Approval, ...]:
        """Those that it has for the stage it is about: taken along by the newest entry, else waiting."""
        taken = [entry for entry in self.entries if entry.stage == self.aim]
        waiting = [one for one in self.now.approvals if one.stage == self.aim]
        return (*(taken[-1].approvals if taken else ()), *waiting)


class Vacated(NamedTuple):
    """A stage, or an alias, that a version of the model had and none has any more; none went on to another stage."""

    model: str
    stage: str


class RegistryDifference(NamedTuple):
    """Versions in the order of the file. ``gone`` are names of versions that were there, which no promotion does."""

    versions: tuple[VersionDifference, ...]
    gone: tuple[str, ...]
    vacated: tuple[Vacated, ...]


def compare_registries(before: Registry, now: Registry) -> RegistryDifference:
    """What became of a registry."""
    versions = [
        _aim(before, now, model, version, was)
        for model, version in now.versions()
        if version != (was := _find(before, model.name, version.number))
    ]
    gone = [
        name_version(model.name, version.number)
        for model, version in before.versions()
        if _find(now, model.name, version.number) is None
    ]
    return RegistryDifference(tuple(versions), tuple(gone), tuple(_find_vacated(before, now)))


def _find(registry: Registry, model: str, number: int) -> Version | None:
    known = registry.models.get(model)
    return known.version(number) if known is not None else None


def _words(version: Version) -> tuple[str, ...]:
    return (version.stage, *version.aliases) if version.stage != NO_STAGE else version.aliases


def _aim(before: Registry, now: Registry, model: Model, version: Version, was: Version | None) -> VersionDifference:
    difference = VersionDifference(model.name, version, was, version.stage)
    if not difference.has_moved or version.stage == NO_STAGE:
        known = was.approvals if was is not None else ()
        given = [one for one in version.approvals if one not in known]
        difference = difference._replace(aim=given[-1].stage if given else version.stage)
    old = before.models.get(model.name)
    for stage in _list_rivals(difference.aim, now.stages) if old is not None else ():
        rival = next((one for one in old.at(stage) if one.number != version.number), None) if old is not None else None
        if rival is not None:
            return difference._replace(against=rival, place=stage)
    return difference


def _list_rivals(aim: str, stages: tuple[str, ...]) -> tuple[str, ...]:
    """The stage itself, then those that come after it; what is archived is nobody's rival."""
    if aim == ARCHIVE:
        return ()
    after = stages[stages.index(aim) :] if aim in stages else stages
    return tuple(stage for stage in after if stage != ARCHIVE)


def _find_vacated(before: Registry, now: Registry) -> Iterator[Vacated]:
    for model in before.models.values():
        after = now.models.get(model.name)
        for word in dict.fromkeys(word for one in model.versions for word in _words(one) if word != ARCHIVE):
            if after is None or not (after.at(word) or _went_on(model, after, word)):
                yield Vacated(model.name, word)


def _went_on(model: Model, after: Model, stage: str) -> bool:
    """Whether a version that stood in a stage stands in another one now."""
    now = [after.version(one.number) for one in model.versions if one.stage == stage]
    return any(one is not None and one.stage not in (NO_STAGE, ARCHIVE) for one in now)
