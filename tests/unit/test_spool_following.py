"""A spool that is read while it grows, and its secrets hidden while it comes."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitexp.capture.redaction import make_redactor
from gitexp.capture.redaction_flow import FlowingRedactor
from gitexp.capture.spool import Spool, read_spool_tail
from gitexp.capture.spool_following import Dropped, SpoolFollower
from gitexp.model.settings import RedactionRules

if TYPE_CHECKING:
    import pathlib

KEY = b"-----BEGIN RSA PRIVATE KEY-----\n" + b"MIIEowIBAAKCAQEA04up8hoqzS1\n" * 8 + b"-----END RSA PRIVATE KEY-----\n"
TOKEN = b"ghp_" + b"Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2"


def joined(follower: SpoolFollower) -> bytes:
    """What is new, all of it in bytes."""
    pieces = list(follower.read())
    assert all(isinstance(piece, bytes) for piece in pieces)
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


def test_every_byte_comes_once_over_all_segments(tmp_path: pathlib.Path) -> None:
    spool = Spool(os.fspath(tmp_path), 20)
    with SpoolFollower(os.fspath(tmp_path), 20) as follower:
        assert joined(follower) == b""
        assert not follower.has_begun
        seen = b""
        for number in range(20):
            spool.append(b"line %02d\n" % number)
            seen += joined(follower)
        assert seen == b"".join(b"line %02d\n" % number for number in range(20))
        assert follower.has_begun


def test_what_was_dropped_is_counted(tmp_path: pathlib.Path) -> None:
    spool = Spool(os.fspath(tmp_path), 20)
    with SpoolFollower(os.fspath(tmp_path), 20) as follower:
        spool.append(b"0123456789ab")
        assert joined(follower) == b"0123456789ab"
        spool.append(b"c" * 60)
        pieces = list(follower.read())
        dropped = [piece for piece in pieces if isinstance(piece, Dropped)]
        kept = sum(len(piece) for piece in pieces if isinstance(piece, bytes))
        assert len(dropped) == 1
        assert dropped[0].bytes_left_out + kept == 60


def test_the_open_file_is_read_to_its_end_though_the_folder_went(tmp_path: pathlib.Path) -> None:
    place = tmp_path / "output"
    place.mkdir()
    spool = Spool(os.fspath(place), 20)
    spool.append(b"one\n")
    with SpoolFollower(os.fspath(place), 20) as follower:
        assert joined(follower) == b"one\n"
        spool.append(b"two\n")
        shutil.rmtree(place)
        assert joined(follower) == b"two\n"
        assert not follower.is_between


@pytest.mark.parametrize(("count", "tail"), [(100, b"one\ntwo\nthree\n"), (9, b"three\n"), (10, b"two\nthree\n")])
def test_the_end_of_a_spool(tmp_path: pathlib.Path, count: int, tail: bytes) -> None:
    assert read_spool_tail(os.fspath(tmp_path), count) == (b"", True)
    spool = Spool(os.fspath(tmp_path), 12)
    spool.append(b"one\ntwo\nthree\n")
    assert read_spool_tail(os.fspath(tmp_path), count) == (tail, count == 100)


def redact(*pieces: bytes) -> tuple[list[bytes], bytes]:
    """What is given out for each piece, and at the end."""
    flow = FlowingRedactor(make_redactor(RedactionRules()))
    return [flow.feed(piece) for piece in pieces], flow.finish()


def test_a_line_waits_for_its_end() -> None:
    assert redact(b"a=1\nb", b"=2", b"\nc") == ([b"a=1\n", b"", b"b=2\n"], b"c")
    assert redact(b"token " + TOKEN[:9], TOKEN[9:] + b"\n") == ([b"", b"token [redacted]\n"], b"")


def test_progress_is_seen_before_its_line_ends() -> None:
    assert redact(b"\r10%", b"\r20%", b"\r\n") == ([b"", b"\r10%", b"\r20%\r\n"], b"")


def test_a_private_key_is_held_until_it_is_whole() -> None:
    text = b"before\n" + KEY + b"after\n"
    whole = redact(text)
    assert whole == ([b"before\n[redacted]\nafter\n"], b"")
    for cut in range(0, len(text), 7):
        given_out, rest = redact(text[:cut], text[cut:])
        assert b"".join(given_out) + rest == whole[0][0]
    first, rest = redact(b"before\n" + KEY[:100])
    assert b"MII" not in first[0] + rest


@settings(deadline=None)
@given(st.lists(st.sampled_from([b"line\n", b"a b", b"\n", b"\r", b"\r\n", TOKEN + b"\n", b"loss=1 "]), max_size=20))
def test_nothing_else_changes(pieces: list[bytes]) -> None:
    given_out, rest = redact(*pieces)
    whole = make_redactor(RedactionRules()).redact_output(b"".join(pieces))[0]
    assert b"".join(given_out) + rest == whole


def test_half_lines_at_a_gap_are_dropped() -> None:
    flow = FlowingRedactor(make_redactor(RedactionRules()))
    assert flow.feed(b"one\nhalf a pass") == b"one\n"
    assert flow.skip() == len(b"half a pass")
    assert flow.feed(b"word\ntwo\n") == b"two\n"
