"""Records held against themselves: the message against the manifest, and the manifest against what lies beside it."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from gitexp.data.artifact_keeper import ARTIFACTS
from gitexp.data.recording import DATA
from gitexp.errors import InvalidValue
from gitexp.format.message import format_message
from gitexp.format.message_reading import parse_message
from gitexp.format.pointer import parse_pointer
from gitexp.git.measuring import measure_named, read_each
from gitexp.model.fingerprint import fingerprint_run
from gitexp.model.paths import unquote_path
from gitexp.model.pointer import POINTER_SUFFIX
from gitexp.model.run import Environment
from gitexp.model.verification import Breach
from gitexp.store.layout import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gitexp.actions.needed_objects import RunNeeds
    from gitexp.model.verification import Aspect
    from gitexp.store.runs import RunStore

_SUFFIX = POINTER_SUFFIX.encode()


class _Part(NamedTuple):
    """A file of a record, and what is wrong with its bytes: None where nothing is."""

    needs: RunNeeds
    place: bytes
    path: str
    aspect: Aspect
    judge: Callable[[bytes], str | None]


def check_records(store: RunStore, runs: Sequence[RunNeeds], *, quick: bool) -> list[Breach]:
    """Whether messages, pointers, small artifacts, package lists and fingerprints are what the manifests say.

    ``quick``: of files it is only asked whether they are there. Raises GitFailed.
    """
    breaches = [breach for needs in runs for breach in _check_message(needs)]
    # In a shallow clone the commit of a folded run is not there, and its record lies in the fold.
    whole = [needs for needs in runs if needs.head.fold is None or not store.repository.is_shallow]
    breaches += _check_parts(store, [part for needs in whole for part in _list_parts(needs)], quick=quick)
    breaches += _check_fingerprints(store, whole)
    return breaches


def _check_message(needs: RunNeeds) -> Iterator[Breach]:
    head, run = needs.head, needs.run
    told = parse_message(format_message(run))
    pairs: list[tuple[str, object, object]] = [
        ("name", told.name, head.name),
        ("status", told.status, head.status),
        ("command", told.command, head.command),
        ("start", told.started_at, head.started_at),
        ("seconds", told.seconds, head.seconds),
        ("fingerprint", told.fingerprint, head.fingerprint),
        ("params", repr(told.said.values.params), repr(head.params)),
        ("metrics", repr(told.said.values.metrics), repr(head.metrics)),
        ("lineage", told.lineage, head.lineage),
    ]
    if not head.annotated:
        pairs.append(("experiment", told.experiment, head.home))
    if head.snapshot is not None:
        pairs.append(("snapshot", run.code.snapshot, head.snapshot))
    wrong = [name for name, manifest, message in pairs if manifest != message]
    if wrong:
        what = f"message and manifest do not agree: {', '.join(wrong)}"
        yield Breach("message", head.name, what, mend=f"git show {head.commit}")


def _list_parts(needs: RunNeeds) -> Iterator[_Part]:
    run = needs.run
    small = {ARTIFACTS + unquote_path(one.path) for one in run.artifacts if one.kept == "git"}
    for artifact in run.artifacts:
        if artifact.kept == "git":
            place = ARTIFACTS + unquote_path(artifact.path)
            yield _Part(needs, place, artifact.path, "artifact", _judge_md5(artifact.md5))
    for one in needs.pointed:
        name = unquote_path(one.path)
        if not _is_text(name):  # no pointer can say such a name
            continue
        place = (DATA if one.kind == "data" else ARTIFACTS) + name + _SUFFIX
        while one.kind == "artifact" and place in small:  # an artifact that is itself named so
            place += _SUFFIX
        yield _Part(needs, place, one.path, "pointer", _judge_pointer(one.md5, one.bytes, one.path))
    if run.environment.packages is not None:
        yield _Part(needs, PACKAGES, "environment/packages.txt", "packages", _judge_sha256(run.environment.packages))


def _check_parts(store: RunStore, parts: Sequence[_Part], *, quick: bool) -> list[Breach]:
    breaches: list[Breach] = []
    asked = [part for part in parts if b"\n" not in part.place]
    names = (f"{part.needs.head.commit}:{os.fsdecode(part.place)}" for part in asked)
    by_id: dict[str, list[_Part]] = {}
    for part, blob in zip(asked, measure_named(store.repository, names), strict=True):
        if blob is None or blob.type != "blob":
            breaches.append(_breach(part, "it is not in the record"))
            continue
        by_id.setdefault(blob.id, []).append(part)
    if quick:
        return breaches
    for found in read_each(store.repository, list(by_id)):
        for part in by_id[found.name]:
            why = "its object is damaged" if found.data is None else part.judge(found.data)
            breaches += [_breach(part, why)] if why is not None else []
    for part in parts:  # a name with a line end: one question each
        if b"\n" in part.place:
            data = store.read_part(part.needs.head, part.place)
            why = "it is not in the record" if data is None else part.judge(data)
            breaches += [_breach(part, why)] if why is not None else []
    return breaches


def _check_fingerprints(store: RunStore, runs: Sequence[RunNeeds]) -> Iterator[Breach]:
    known = [needs for needs in runs if needs.run.fingerprint is not None and needs.run.environment != Environment()]
    trees = measure_named(store.repository, (f"{needs.run.code.snapshot}^{{tree}}" for needs in known))
    for needs, tree in zip(known, trees, strict=True):
        if tree is not None and recompute_fingerprint(needs, tree.id) not in (None, needs.run.fingerprint):
            what = "its fingerprint is not that of the code, command, params, data and packages that it names"
            yield Breach("fingerprint", needs.head.name, what, mend=f"git show {needs.head.commit}")


def recompute_fingerprint(needs: RunNeeds, tree: str) -> str | None:
    """The fingerprint of what a manifest says; None where not all of that is known. ``tree`` is the snapshot's."""
    return fingerprint_run(needs.run, tree)


def _judge_md5(md5: str | None) -> Callable[[bytes], str | None]:
    def judge(data: bytes) -> str | None:
        found = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return None if md5 in (None, found) else f"its bytes are not {md5} but {found}"

    return judge


def _judge_sha256(sha256: str) -> Callable[[bytes], str | None]:
    def judge(data: bytes) -> str | None:
        return None if hashlib.sha256(data).hexdigest() == sha256 else "it is not the list that the manifest names"

    return judge


def _judge_pointer(md5: str, size: int | None, path: str) -> Callable[[bytes], str | None]:
    def judge(data: bytes) -> str | None:
        try:
            pointer = parse_pointer(data, path)
        except InvalidValue as error:
            return f"its pointer cannot be read: {error.message}"
        if pointer.md5 != md5:
            return f"its pointer says {pointer.md5}, the manifest {md5}"
        is_same = size is None or pointer.bytes is None or pointer.bytes == size
        return None if is_same else f"its pointer says {pointer.bytes} bytes, the manifest {size}"

    return judge


def _breach(part: _Part, why: str) -> Breach:
    return Breach(part.aspect, part.needs.head.name, why, part.path, f"git fsck; git show {part.needs.head.commit}")


def _is_text(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
