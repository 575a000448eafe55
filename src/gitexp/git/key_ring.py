"""A gpg key ring of a few public keys, in a folder of its own; no agent is started for it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from gitexp.errors import GitFailed

if TYPE_CHECKING:
    from datetime import datetime

_QUIET = ("--batch", "--no-tty", "--no-autostart", "--quiet")
_COLON = r"\x3a"
_GONE = ("r", "i", "n")
"""The validity of an address that was revoked, is not signed by its key, or never counts."""


def import_keys(program: str, ring: str, keys: bytes) -> None:
    """Makes a ring of armoured public keys. Raises GitFailed with gpg's words where there is no key among them."""
    os.makedirs(ring, 0o700, exist_ok=True)
    if keys.strip():
        _run(program, ring, "--import", stdin=keys)


def write_clock(ring: str, at: datetime) -> None:
    """Has gpg judge keys of the ring as they were at an instant."""
    with open(os.path.join(ring, "gpg.conf"), "w", encoding="ascii") as stream:
        stream.write(f"faked-system-time {at:%Y%m%dT%H%M%S}!\n")


def list_addresses(program: str, ring: str | None, fingerprint: str) -> frozenset[str]:
    """The addresses of a key that count, none where it is not there; of the user's own ring where none is given."""
    out = _run(program, ring, "--with-colons", "--list-keys", fingerprint, check=False)
    found = set()
    for line in out.decode("utf-8", "replace").splitlines():
        fields = line.split(":")
        if fields[0] == "uid" and len(fields) > 9 and fields[1] not in _GONE:
            found.add(fields[9].replace(_COLON, ":").rpartition("<")[2].rstrip(">"))
    return frozenset(found)


def _run(program: str, ring: str | None, *arguments: str, stdin: bytes = b"", check: bool = True) -> bytes:
    home = ("--homedir", ring) if ring is not None else ()
    command = [program, *home, *_QUIET, *arguments]
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"})
    except FileNotFoundError:
        raise GitFailed(program, 127, f"{program} was not found on PATH", hint="install GnuPG") from None
    if check and done.returncode:
        raise GitFailed(program, done.returncode, done.stderr.decode("utf-8", "replace").strip())
    return done.stdout
