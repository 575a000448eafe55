"""What a ``dvc.lock`` says of the stages of a pipeline: with which files they ran last, and what they gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitexp.model.pointer import Pointer
    from gitexp.model.values import Params


class LockedStage(NamedTuple):
    """One stage. Paths are relative to the folder of the ``dvc.lock``, or that of a URL."""

    name: str
    command: tuple[str, ...]
    deps: tuple[Pointer, ...]
    params: dict[str, Params]
    """The params that it depends on, by the file that has them."""
    outs: tuple[Pointer, ...]
    unhashed: tuple[str, ...] = ()
    """Paths of deps and outs under no MD5: what lies elsewhere under an etag or a checksum."""
