"""``exp gc``: removes bytes that no run needs any more."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.collect import GRACE, make_room
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import JSON_OPTION
from gitexp.cli.terminal import say, warn
from gitexp.model.ages import format_age, parse_age

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.collect import Room
    from gitexp.data.cached_objects import CachedObject, LocalFolder

EXAMPLES = """
exp gc                          what would go, and how much room that makes
exp gc --delete                 removes it
exp gc --older-than 1w          only what was stored longer ago
exp du                          what takes the room that is left
"""


def gc(
    delete: Annotated[bool, typer.Option("--delete", help="Remove it. Without this nothing is removed.")] = False,
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="AGE", help="Only what was stored longer ago: 12h, 30d. [default: 1h]"),
    ] = None,
    as_json: JSON_OPTION = False,
) -> None:
    """Remove bytes from the cache of artifacts that no run needs any more: those of runs that exp purge erased.

    Every run counts that is here: ended, folded, hidden, and those that a registry names. What died while it was
    copied goes too, and environments of exp reproduce that are older than 30 days. Nothing is removed while a run
    goes, and nothing where a run cannot be read, for nobody knows what it needs. Only this machine is cleared: no
    remote is asked.
    """
    grace = GRACE if older_than is None else parse_age(older_than)
    room = make_room(open_recovered(), delete=delete, grace=grace)
    if as_json:
        from gitexp.cli.output import write_envelope

        write_envelope(_fields(room))
        return
    done = "removed" if room.is_done else "would be removed"
    going: tuple[tuple[str, Sequence[CachedObject | LocalFolder]], ...] = (
        ("object", room.objects),
        ("unfinished copy", room.staged),
        ("environment", room.environments),
    )
    for what, found in going:
        if found:
            sys.stdout.write(f"{_count(len(found), what)}  {_size(found)}  {done}\n")
    sys.stdout.flush()
    _tell_kept(room, format_age(grace))
    if not (room.objects or room.staged or room.environments):
        say(f"nothing to remove: {_count(len(room.needed), 'object')}, {_size(room.needed)}, in use")
    elif not room.is_done:
        again = "" if older_than is None else f" --older-than {older_than}"
        say(f"nothing was removed; to do it: exp gc{again} --delete")
    else:
        say(f"in use: {_count(len(room.needed), 'object')}, {_size(room.needed)}")


def _tell_kept(room: Room, age: str) -> None:
    for run_id in room.waiting:
        warn(f"run {run_id} is not stored yet: what was stored since it began is kept; exp recover")
    if room.unsure:
        name, path = room.unlisted[0]
        more = f", nor those of {len(room.unlisted) - 1} more" if len(room.unlisted) > 1 else ""
        warn(
            f"{_count(len(room.unsure), 'object')}, {_size(room.unsure)}, kept: the files of the folder {path} of "
            f"{name} are not known here{more}; exp get {name} {path}"
        )
    if room.young:
        say(f"kept: {_count(len(room.young), 'object')}, {_size(room.young)}, stored less than {age} ago")


def _fields(room: Room) -> dict[str, object]:
    return {
        "deleted": room.is_done,
        "objects": [one._asdict() for one in room.objects],
        "unfinished": [one._asdict() for one in room.staged],
        "environments": [one._asdict() for one in room.environments],
        "bytes": sum(_add(found) for found in (room.objects, room.staged, room.environments)),
        "needed": {"objects": len(room.needed), "bytes": _add(room.needed)},
        "young": {"objects": len(room.young), "bytes": _add(room.young)},
        "unsure": {"objects": len(room.unsure), "bytes": _add(room.unsure)},
        "unlisted": [{"run": run, "path": path} for run, path in room.unlisted],
        "waiting": list(room.waiting),
    }


def _size(found: Sequence[CachedObject | LocalFolder]) -> str:
    from gitexp.render.numbers import format_bytes

    return format_bytes(_add(found))


def _add(found: Sequence[CachedObject | LocalFolder]) -> int:
    return sum(one.bytes for one in found)


def _count(number: int, what: str) -> str:
    if number != 1:
        what = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{number} {what}"
