"""The past of a model, told from the histories of its versions: every line, and what stood where from when to when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.model.registry import NO_STAGE

if TYPE_CHECKING:
    from datetime import datetime

    from gitexp.model.registry import Entry, Model, Version


class PastLine(NamedTuple):
    """A line of a history with the version that it is of. ``left`` is the stage that the version was in before."""

    version: Version
    entry: Entry
    left: str = NO_STAGE


class Standing(NamedTuple):
    """A version that stood in a stage, or bore an alias. ``until`` is None where it does so still."""

    kind: Literal["stage", "alias"]
    word: str
    version: Version
    entry: Entry
    """What brought it there."""
    until: datetime | None = None

    @property
    def since(self) -> datetime:
        """When it came there."""
        return self.entry.at

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether it stood there at any time from ``start`` and before ``end``, or at the one where they are equal."""
        last = max(start, end)
        began = self.since < last or self.since == start
        return began and (self.until is None or self.until > start)


def list_past(model: Model, stage: str | None = None) -> list[PastLine]:
    """All lines of a model in order of time; of one ``stage`` those that brought a version into it or out of it."""
    lines: list[PastLine] = []
    for version in model.versions:
        left = NO_STAGE
        for entry in version.history:
            lines.append(PastLine(version, entry, left))
            left = entry.stage if entry.stage is not None else left
    lines.sort(key=lambda one: (one.entry.at, one.version.number))
    return lines if stage is None else [one for one in lines if _is_of(one, stage)]


def find_standings(model: Model) -> list[Standing]:
    """Everything that ever stood in a stage or bore an alias, each time by itself, in order of time."""
    found: list[Standing] = []
    for version in model.versions:
        standing: dict[tuple[Literal["stage", "alias"], str], Entry] = {}
        present: str | None = None
        for entry in version.history:
            if entry.stage is not None and present is not None and present != entry.stage:
                found.append(Standing("stage", present, version, standing.pop(("stage", present)), entry.at))
            if entry.stage is not None:
                present = entry.stage if entry.stage != NO_STAGE else None
                if present is not None:
                    standing.setdefault(("stage", present), entry)
            elif entry.alias is not None:
                standing.setdefault(("alias", entry.alias), entry)
            elif entry.unalias is not None and ("alias", entry.unalias) in standing:
                began = standing.pop(("alias", entry.unalias))
                found.append(Standing("alias", entry.unalias, version, began, entry.at))
        found += [Standing(kind, word, version, entry) for (kind, word), entry in standing.items()]
    return sorted(found, key=lambda one: (one.since, one.version.number))


def find_replaced(model: Model, version: Version) -> Standing | None:
    """What stood in a version's stage before it came there; None where nothing ever did, or it is in no stage."""
    standings = [one for one in find_standings(model) if one.kind == "stage" and one.word == version.stage]
    own = [one for one in standings if one.version.number == version.number and one.until is None]
    if not own:
        return None
    others = [one for one in standings if one.version.number != version.number and one.since <= own[-1].since]
    return others[-1] if others else None


def find_earlier(model: Model, version: Version) -> Version | None:
    """The version with the number before."""
    earlier = [one for one in model.versions if one.number < version.number]
    return earlier[-1] if earlier else None


def _is_of(line: PastLine, stage: str) -> bool:
    entry = line.entry
    return entry.stage == stage or (entry.stage is not None and line.left == stage)
