"""Secrets remembered without being written: enough to know one again where it stands, and not what it is.

A recording that dies leaves its output as it came, and whoever completes the run has to hide in it what the first
process knew from its command and environment. Each trace is a length, the sum of the bytes modulo 256, which spares
nearly every place the hash, and a salted hash.
"""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BLOCK = 65536
_SALT_BYTES = 16


class _Trace(NamedTuple):
    length: int
    total: int
    salt: bytes
    digest: bytes


def make_traces(secrets: Iterable[bytes], salt: bytes) -> tuple[str, ...]:
    """One line for each secret; ``salt`` is 16 random bytes, others for each run."""
    return tuple(
        f"{len(secret)} {sum(secret) & 255} {salt.hex()} {_digest(secret, salt).hex()}" for secret in sorted(secrets)
    )


def find_traced(data: bytes, traces: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Start and end of each place where one of the secrets stands. A line that is no trace is passed over."""
    known = [trace for trace in map(_parse, traces) if trace is not None]
    longest = max((trace.length for trace in known), default=0)
    for offset in range(0, len(data), _BLOCK) if known else ():
        block = data[offset : offset + _BLOCK + longest - 1]
        sums = [0, *itertools.accumulate(block)]
        for trace in known:
            for start, (before, after) in enumerate(zip(sums, sums[trace.length :], strict=False)):
                if (after - before) & 255 == trace.total:
                    end = start + trace.length
                    if _digest(block[start:end], trace.salt) == trace.digest:
                        yield offset + start, offset + end


def _parse(line: str) -> _Trace | None:
    words = line.split()
    try:
        trace = _Trace(int(words[0]), int(words[1]), bytes.fromhex(words[2]), bytes.fromhex(words[3]))
    except (IndexError, ValueError):
        return None
    return trace if trace.length > 0 and len(trace.salt) == _SALT_BYTES else None


def _digest(secret: bytes, salt: bytes) -> bytes:
    return hashlib.blake2b(secret, salt=salt, digest_size=16).digest()
