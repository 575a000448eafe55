"""Who takes how much room: bytes that one alone needs, bytes that others need too, each counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Claim(NamedTuple):
    """What one run holds under one path: hashes that it needs, and bytes of it that are not here."""

    run: str
    path: str
    experiment: str
    md5s: frozenset[str]
    elsewhere: int = 0


class Share(NamedTuple):
    """The room that a run, a path or an experiment takes. ``own`` nobody else needs; ``shared`` somebody else too."""

    key: str
    runs: tuple[str, ...]
    own: int
    shared: int
    git: int
    elsewhere: int

    @property
    def here(self) -> int:
        """The bytes in the cache that it needs, whoever else does."""
        return self.own + self.shared


def share_room(
    claims: Iterable[Claim], by: str, sizes: Mapping[str, int], git: Mapping[str, int] | None = None
) -> list[Share]:
    """The room of each run, path or experiment, as ``by`` says (a field of a claim), the largest first.

    ``sizes`` are those of the objects that are here, ``git`` the bytes in Git of each key.
    """
    needs: dict[str, set[str]] = {}
    runs: dict[str, dict[str, None]] = {}
    elsewhere: dict[str, int] = {}
    for claim in claims:
        key: str = getattr(claim, by)
        needs.setdefault(key, set()).update(md5 for md5 in claim.md5s if md5 in sizes)
        runs.setdefault(key, {})[claim.run] = None
        elsewhere[key] = elsewhere.get(key, 0) + claim.elsewhere
    users: dict[str, int] = {}
    for md5s in needs.values():
        for md5 in md5s:
            users[md5] = users.get(md5, 0) + 1
    shares = []
    for key, md5s in needs.items():
        own = sum(sizes[md5] for md5 in md5s if users[md5] == 1)
        shared = sum(sizes[md5] for md5 in md5s) - own
        shares.append(Share(key, tuple(runs[key]), own, shared, (git or {}).get(key, 0), elsewhere[key]))
    shares.sort(key=lambda one: (-one.own, -one.shared, -one.git, -one.elsewhere, one.key))
    return shares
