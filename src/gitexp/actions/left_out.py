"""What the snapshot left out, in few lines where it is much: thirty thousand images are one folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.paths import quote_path, unquote_path
from gitexp.model.run import LeftOut

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 200


def group_left_out(left_out: Sequence[LeftOut]) -> tuple[LeftOut, ...]:
    """The list as it is, or where it has more than 200 entries one for each folder and reason.

    A folder's entry ends in a slash, has the number of files in its reason, their size together, and no hash.
    """
    if len(left_out) <= _MOST:
        return tuple(left_out)
    groups: dict[tuple[bytes, str], list[LeftOut]] = {}
    for one in left_out:
        folder = unquote_path(one.path).rpartition(b"/")[0]
        groups.setdefault((folder, one.why), []).append(one)
    if len(groups) > _MOST:  # many folders with few files each: by the first part of the path then
        merged: dict[tuple[bytes, str], list[LeftOut]] = {}
        for (folder, why), members in groups.items():
            merged.setdefault((folder.partition(b"/")[0], why), []).extend(members)
        groups = merged
    return tuple(_merge(folder, why, members) for (folder, why), members in groups.items())


def _merge(folder: bytes, why: str, members: list[LeftOut]) -> LeftOut:
    if len(members) == 1:
        return members[0]
    sizes = [one.bytes for one in members if one.bytes is not None]
    return LeftOut(quote_path((folder or b".") + b"/"), f"{len(members)} files: {why}", sum(sizes) if sizes else None)
