"""A signature on one line: ``ssh:<base64>`` or ``pgp:<base64>``, and in the armour that Git has around it."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Literal, NamedTuple, TypeAlias

SignatureKind: TypeAlias = Literal["ssh", "pgp"]

_NAMES: dict[SignatureKind, str] = {"ssh": "SSH SIGNATURE", "pgp": "PGP SIGNATURE"}
_WIDTH: dict[SignatureKind, int] = {"ssh": 70, "pgp": 64}
_ARMOUR = re.compile(r"-----BEGIN (SSH|PGP) SIGNATURE-----\n(.*)\n-----END \1 SIGNATURE-----\s*", re.DOTALL)
_LINE = re.compile(r"(ssh|pgp):([A-Za-z0-9+/]+={0,2})")
_SSHSIG = b"SSHSIG\0\0\0\x01"
_CRC_START, _CRC_POLYNOMIAL, _CRC_MASK = 0xB704CE, 0x1864CFB, 0xFFFFFF


class Signature(NamedTuple):
    """The bytes of a signature."""

    kind: SignatureKind
    data: bytes


def parse_signature(text: str) -> Signature | None:
    """Reads the line; None where it is not of that form."""
    found = _LINE.fullmatch(text)
    if found is None:
        return None
    try:
        return Signature("ssh" if found[1] == "ssh" else "pgp", base64.b64decode(found[2], validate=True))
    except binascii.Error:
        return None


def format_signature(signature: Signature) -> str:
    """The line."""
    return f"{signature.kind}:{base64.b64encode(signature.data).decode('ascii')}"


def parse_armour(text: bytes) -> Signature | None:
    """Reads what Git keeps in a commit; None where it is no armour, or one of another kind."""
    found = _ARMOUR.fullmatch(text.decode("ascii", "replace").replace("\r\n", "\n"))
    if found is None:
        return None
    lines = found[2].split("\n")
    if found[1] == "PGP" and "" in lines:  # its headers (Version, Comment) end at an empty line
        lines = lines[lines.index("") + 1 :]
    body = "".join(line for line in lines if not line.startswith("="))
    return parse_signature(f"{found[1].lower()}:{body}")


def format_armour(signature: Signature) -> bytes:
    """The armour, as ssh-keygen and gpg write it."""
    name, width = _NAMES[signature.kind], _WIDTH[signature.kind]
    body = base64.b64encode(signature.data).decode("ascii")
    lines = [body[start : start + width] for start in range(0, len(body), width)]
    if signature.kind == "pgp":
        check = base64.b64encode(_crc24(signature.data).to_bytes(3, "big")).decode("ascii")
        lines = ["", *lines, f"={check}"]
    return "\n".join([f"-----BEGIN {name}-----", *lines, f"-----END {name}-----"]).encode("ascii")


def read_public_key(signature: Signature) -> str | None:
    """The ssh key that a signature says it was made with, as ``ssh-ed25519 AAAA…``; None where it has none."""
    data = signature.data
    if signature.kind != "ssh" or not data.startswith(_SSHSIG):
        return None
    key = _take(data[len(_SSHSIG) :])
    name = _take(key) if key is not None else None
    if key is None or name is None or not re.fullmatch(rb"[a-z0-9@.-]{1,64}", name):
        return None
    return f"{name.decode('ascii')} {base64.b64encode(key).decode('ascii')}"


def _take(data: bytes) -> bytes | None:
    """The text at the beginning of ssh's wire format: its length in four bytes, then itself."""
    size = int.from_bytes(data[:4], "big")
    return data[4 : 4 + size] if len(data) >= 4 + size else None


def _crc24(data: bytes) -> int:
    crc = _CRC_START
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= _CRC_POLYNOMIAL
    return crc & _CRC_MASK
