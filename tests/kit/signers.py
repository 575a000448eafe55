"""People with real signing keys, ssh and gpg: who signs in a Git folder, and whom the repository allows to."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pytest

    from kit.git import GitFolder

ALLOWED, ALLOWED_GPG = ".allowed_signers", ".allowed_signers.asc"


@dataclass(frozen=True)
class Signer:
    """A person with a key. ``key`` is what ``user.signingKey`` says, ``public`` what others are given."""

    name: str
    email: str
    kind: Literal["ssh", "gpg"]
    key: str
    public: str

    @property
    def by(self) -> str:
        """As Git writes them."""
        return f"{self.name} <{self.email}>"

    def line(self, options: str = "", principals: str | None = None) -> str:
        """Their line of ``.allowed_signers``."""
        return " ".join(part for part in (principals or self.email, options, self.public) if part) + "\n"

    def use(self, folder: GitFolder) -> None:
        """Makes them the one who works in a folder: name, address and key are in its Git configuration."""
        folder.git("config", "user.name", self.name)
        folder.git("config", "user.email", self.email)
        folder.git("config", "gpg.format", "ssh" if self.kind == "ssh" else "openpgp")
        folder.git("config", "user.signingKey", self.key)


class KeyRing:
    """Makes signers. Each ring has a home for gpg of its own, with a path that is short enough for its sockets."""

    def __init__(self, place: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._place = place
        self._monkeypatch = monkeypatch
        self._gnupg: pathlib.Path | None = None

    @property
    def gnupg(self) -> pathlib.Path:
        """The home of gpg, which GNUPGHOME names from now on."""
        if self._gnupg is None:
            self._gnupg = pathlib.Path(tempfile.mkdtemp(prefix="g-", dir="/tmp"))
            self._monkeypatch.setenv("GNUPGHOME", str(self._gnupg))
        return self._gnupg

    def ssh(self, name: str, email: str) -> Signer:
        """Somebody with an ssh key."""
        self._place.mkdir(parents=True, exist_ok=True)
        file = self._place / f"{len(list(self._place.iterdir()))}-{email.partition('@')[0]}"
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", email, "-f", str(file))
        kind, body = file.with_name(f"{file.name}.pub").read_text().split()[:2]
        return Signer(name, email, "ssh", str(file), f"{kind} {body}")

    def gpg(self, name: str, email: str, *, lasts: str = "never", made: str = "20200101T000000") -> Signer:
        """Somebody with a gpg key that ``lasts`` so long (``30d``) from when it was ``made``."""
        made_of = ("--quick-gen-key", f"{name} <{email}>", "ed25519", "sign", lasts)
        self.run_gpg("--faked-system-time", made, "--pinentry-mode", "loopback", "--passphrase", "", *made_of)
        listing = self.run_gpg("--with-colons", "--list-secret-keys", f"={name} <{email}>").splitlines()
        place = next(place for place, line in enumerate(listing) if line.startswith("sec:"))
        key = listing[place + 1].split(":")[9]
        return Signer(name, email, "gpg", key, self.run_gpg("--armor", "--export", key))

    def run_gpg(self, *arguments: str, stdin: str | None = None) -> str:
        """Calls gpg in the ring's home."""
        return _run("gpg", "--homedir", str(self.gnupg), "--batch", "--no-tty", "--yes", *arguments, stdin=stdin)

    def close(self) -> None:
        """Stops gpg's agent and removes its home."""
        if self._gnupg is not None:
            _run("gpgconf", "--homedir", str(self._gnupg), "--kill", "all")
            shutil.rmtree(self._gnupg, ignore_errors=True)


def allow(folder: GitFolder, *signers: Signer, where: str = ".") -> None:
    """Names the signers in the folder's files of allowed signers, besides those who are there."""
    for signer in signers:
        file = folder.path / where / (ALLOWED if signer.kind == "ssh" else ALLOWED_GPG)
        with open(file, "a", encoding="utf-8") as stream:
            stream.write(signer.line() if signer.kind == "ssh" else signer.public)


def _run(*command: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, timeout=120, env={**os.environ}
    )
    if done.returncode:
        raise AssertionError(f"{command} gave {done.returncode}: {done.stderr}")
    return done.stdout
