"""Objects brought to a data remote, many at a time; each is held against its hash before it goes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.hashing import hash_file
from gitexp.data.regular_files import has_changed
from gitexp.data.remote_failures import Interrupted
from gitexp.data.workers import Stopping, work_in_parallel
from gitexp.errors import ExpError, TransferFailed
from gitexp.model.pointed import FOLDER_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitexp.data.known_hashes import KnownHashes
    from gitexp.data.objects_here import ObjectsHere
    from gitexp.data.progress import TransferProgress
    from gitexp.data.remote import DataRemote


class Sent(NamedTuple):
    """What went, with its bytes; what did not since its bytes here are others, and where; why no more went."""

    objects: dict[str, int]
    damaged: dict[str, str]
    failed: ExpError | None


class _Parcel(NamedTuple):
    md5: str
    path: str
    size: int


def send_objects(
    remote: DataRemote,
    objects: ObjectsHere,
    md5s: Sequence[str],
    *,
    known: KnownHashes,
    progress: TransferProgress,
    note: Callable[[str], None],
) -> Sent:
    """Sends files, and listings of folders; ``note`` hears of each that is there. What fails ends the others.

    What was sent until then stays, and stands in the result. Listings are to be sent once their files are there.
    """
    sent: dict[str, int] = {}
    damaged: dict[str, str] = {}
    failed: ExpError | None = None
    stopping = Stopping()
    alone = len(md5s) == 1

    def send(parcel: _Parcel) -> int:
        def advance(size: int) -> None:
            stopping.check()
            progress.advance(size)

        before = os.stat(parcel.path)
        remote.send(parcel.path, parcel.md5, advance, alone=alone)
        if has_changed(before, os.stat(parcel.path)):
            remote.remove(parcel.md5)  # who reads it would find it damaged
            raise TransferFailed(parcel.path, "it changed while it was sent", hint="run the command again")
        return parcel.size

    with objects.cache.stage() as staging:
        for one in work_in_parallel(_pack(objects, md5s, known, staging, damaged), send, remote.jobs, stopping):
            if one.error is None and one.done is not None:
                sent[one.item.md5] = one.done
                note(one.item.md5)
                progress.finish_object()
            elif not isinstance(one.error, Interrupted):
                stopping.stop()
                failed = failed or _explain(one.error, one.item)
    return Sent(sent, damaged, failed)


def _explain(error: Exception | None, parcel: _Parcel) -> ExpError:
    if isinstance(error, OSError):  # the file here: what a remote raises is told by then
        return TransferFailed(parcel.path, error.strerror or str(error))
    if isinstance(error, ExpError):
        return error
    assert error is not None
    raise error


def _pack(
    objects: ObjectsHere, md5s: Sequence[str], known: KnownHashes, staging: str, damaged: dict[str, str]
) -> Iterator[_Parcel]:
    """Each object as a file that has its hash: held against it here, one by one, as threads get free to send."""
    for number, md5 in enumerate(md5s):
        if md5.endswith(FOLDER_SUFFIX):
            content = objects.read_listing_bytes(md5)
            path = os.path.join(staging, str(number))
            with open(path, "wb") as file:
                file.write(content)
            yield _Parcel(md5, path, len(content))
            continue
        path = objects.find(md5) or ""
        hashed = hash_file(path, known)
        if hashed.md5 == md5 and hashed.bytes is not None:
            yield _Parcel(md5, path, hashed.bytes)
        else:
            damaged[md5] = path
