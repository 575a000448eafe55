"""Signatures checked by Git itself, in a temporary folder: nothing is written into the repository."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import GitFailed
from gitexp.git.command import run_git, start_git
from gitexp.git.key_ring import import_keys, list_addresses, write_clock
from gitexp.git.loose import write_loose

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from gitexp.git.repository import Repository

_FORMAT = "--format=%G?%x00%GS%x00%GF%x00%GP%x00%GK"
_PROGRAMS = {"ssh": (("gpg.ssh.program",), "ssh-keygen"), "pgp": (("gpg.openpgp.program", "gpg.program"), "gpg")}

_BROKEN_PIPE = (-13, 141)


class Verdict(NamedTuple):
    """What Git says of a signature: its letter (``%G?``), whose it is, and the fingerprints of key and primary key.

    Of a key that Git does not have, or could not use, it is the id.
    """

    letter: str
    signer: str
    key: str
    primary: str


class SignatureChecker:
    """Asks Git about signatures. ``keys`` are the armoured public gpg keys that count; None: the user's own key ring.

    Use it in a ``with`` statement.
    """

    __slots__ = ("_folder", "_keys", "_programs", "_repository", "_ring")

    def __init__(self, repository: Repository, keys: bytes | None) -> None:
        self._repository = repository
        self._keys = keys
        self._folder = tempfile.TemporaryDirectory(prefix="exp-sign-")
        self._ring: str | None = None
        self._programs: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def find_missing(self, kind: str) -> str | None:
        """The program that checks signatures of a kind, ``ssh`` or ``pgp``, where it is not there."""
        program = self._program(kind)
        return program if shutil.which(program) is None else None

    def check(self, commit: bytes, at: int, allowed: bytes) -> Verdict:
        """What Git says of a commit's signature, made ``at`` that second, where ``allowed`` ssh keys may sign.

        Keys are judged as they were at that second, not as they are now. Raises GitFailed.
        """
        objects = os.path.join(self._folder.name, "objects")
        os.makedirs(objects, exist_ok=True)
        object_id = write_loose(objects, "commit", commit, self._repository.object_format)
        file = os.path.join(self._folder.name, "allowed_signers")
        with open(file, "wb") as stream:
            stream.write(allowed)
        place: dict[str, str | None] = {"GIT_OBJECT_DIRECTORY": objects, "GIT_ALTERNATE_OBJECT_DIRECTORIES": None}
        if self._keys is not None and b"PGP SIGNATURE" in commit:
            place["GNUPGHOME"] = self._open_ring(self._keys)
            write_clock(self._open_ring(self._keys), datetime.fromtimestamp(at, UTC))
        output = start_git(
            self._repository, "log", "--no-walk", "--no-show-signature", "--no-color", _FORMAT, object_id,
            environment=place,
            settings=(
                ("gpg.ssh.allowedSignersFile", file),
                ("gpg.minTrustLevel", "undefined"),
                ("i18n.logOutputEncoding", "UTF-8"),
            ),
        ).collect()  # fmt: skip
        if output.status in _BROKEN_PIPE:  # ssh-keygen gave up on the signature before Git had told it all
            return Verdict("B", "", "", "")
        if output.status:
            raise GitFailed("git log", output.status, output.words)
        parts = output.out.decode("utf-8", "replace").removesuffix("\n").split("\0")
        if len(parts) != 5:
            raise GitFailed("git log", 0, "it said nothing of a signature")
        letter, signer, key, primary, key_id = parts
        return Verdict(letter, signer, key or key_id, primary)

    def addresses(self, primary: str) -> frozenset[str]:
        """The addresses of a gpg key, by its fingerprint or id, but revoked ones; none where there is no such key."""
        ring = None if self._keys is None else self._open_ring(self._keys)
        return list_addresses(self._program("pgp"), ring, primary)

    def _open_ring(self, keys: bytes) -> str:
        if self._ring is None:
            ring = os.path.join(self._folder.name, "gnupg")
            import_keys(self._program("pgp"), ring, keys)
            self._ring = ring
        return self._ring

    def _program(self, kind: str) -> str:
        if kind not in self._programs:
            names, usual = _PROGRAMS[kind]
            found = [run_git(self._repository, "config", "--path", "--get", name, check=False) for name in names]
            self._programs[kind] = next((os.fsdecode(one.rstrip(b"\n")) for one in found if one.strip()), usual)
        return self._programs[kind]
