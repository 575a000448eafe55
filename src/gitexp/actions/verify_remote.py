"""What runs point at, asked of the data remote: which of it is there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.data_remote import ask_data_remote, open_data_remote_of
from gitexp.model.verification import Breach

if TYPE_CHECKING:
    from gitexp.actions.needed_objects import Needed
    from gitexp.actions.verify_bytes import LookedAt
    from gitexp.store.runs import RunStore


class AskedThere(NamedTuple):
    """What a data remote was asked: where it is, for how many objects, and what does not hold."""

    place: str
    objects: int
    breaches: tuple[Breach, ...]


def check_remote(store: RunStore, needed: Needed, looked: LookedAt, remote: str | None) -> AskedThere:
    """Asks the data remote for every artifact. What is neither here nor there is lost; what is only here is a note.

    Raises NoStorage, TransferFailed.
    """
    users = {
        md5: (needs.head, one)
        for needs in needed.runs
        for one in needs.pointed
        if one.kind == "artifact"
        for md5 in needed.expand(one.md5)
    }
    opened = open_data_remote_of(store, ask_data_remote(store, remote))
    found_there = opened.find(users, users)
    there = found_there.own | found_there.plain
    breaches: list[Breach] = []
    for md5, (head, one) in users.items():
        if md5 in there:
            continue
        if md5 in looked.absent:
            found = f"its bytes ({md5}) are neither here nor on the data remote"
            breaches.append(Breach("remote", head.name, found, one.path, "from a clone that has them: exp push"))
        else:
            found = "its bytes are only here, not on the data remote"
            breaches.append(Breach("remote", head.name, found, one.path, f"exp push {head.name}", is_note=True))
    return AskedThere(opened.place.url, len(users), tuple(dict.fromkeys(breaches)))
