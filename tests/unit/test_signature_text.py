"""Signatures on one line, and in their armour."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.format.signature_text import (
    Signature,
    format_armour,
    format_signature,
    parse_armour,
    parse_signature,
    read_public_key,
)


@given(st.sampled_from(["ssh", "pgp"]), st.binary(min_size=1, max_size=400))
def test_every_signature_comes_back(kind: str, data: bytes) -> None:
    signature = Signature("ssh" if kind == "ssh" else "pgp", data)
    assert parse_signature(format_signature(signature)) == signature
    assert parse_armour(format_armour(signature)) == signature
    assert parse_armour(format_armour(signature) + b"\n") == signature


@pytest.mark.parametrize("text", ["", "ssh:", "ssh:A", "gpg:AAAA", "ssh:AA AA", "ssh:AAAA\n", "ssh:AAAA===", "ssh:é"])
def test_what_is_no_signature(text: str) -> None:
    assert parse_signature(text) is None


def test_the_armour_is_that_of_gpg() -> None:
    data = bytes(range(200))
    made = subprocess.run(["gpg", "--enarmor"], input=data, capture_output=True, check=True).stdout.decode()
    body = [line for line in made.splitlines() if not line.startswith(("-----", "Comment:"))]
    ours = format_armour(Signature("pgp", data)).decode().splitlines()
    assert ours[1:-1] == body
    assert parse_armour(
        b"-----BEGIN PGP SIGNATURE-----\nVersion: GnuPG\nComment: x\n\nAAAA\n=twTO\n-----END PGP SIGNATURE-----\n"
    ) == Signature("pgp", b"\0\0\0")


def test_armour_of_another_kind_is_none() -> None:
    assert parse_armour(b"-----BEGIN SIGNED MESSAGE-----\nAAAA\n-----END SIGNED MESSAGE-----\n") is None
    assert parse_armour(b"-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END PGP SIGNATURE-----\n") is None


@pytest.mark.parametrize(
    "data", [b"", b"SSHSIG", b"SSHSIG\0\0\0\x01\xff\xff\xff\xff", b"SSHSIG\0\0\0\x01\0\0\0\x02\0\0"]
)
def test_a_signature_without_a_key(data: bytes) -> None:
    assert read_public_key(Signature("ssh", data)) is None
    assert read_public_key(Signature("pgp", data)) is None


def test_the_key_that_it_says_it_was_made_with() -> None:
    blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x02ab"
    data = b"SSHSIG\0\0\0\x01" + len(blob).to_bytes(4, "big") + blob + b"rest"
    assert read_public_key(Signature("ssh", data)) == "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAmFi"
