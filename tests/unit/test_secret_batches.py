"""Many texts searched at once: whatever is found alone is found in the crowd, and the rest is dismissed."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gitexp.capture.secret_batches import find_all_secrets, find_suspects, read_text
from gitexp.capture.secret_findings import Finding
from gitexp.capture.secret_forms import FORMS, Form

TOKEN = b"ghp_" + b"a1B2" * 9
KEY = b"-----BEGIN RSA " + b"PRIVATE KEY-----\n" + b"MIIEowIBAAKCAQEA" * 8 + b"\n-----END RSA " + b"PRIVATE KEY-----\n"
CLEAN = [f"step,time,loss\n{number},0.5,{number / 7!r}\n".encode() for number in range(2000)]


def test_two_thousand_clean_texts_are_dismissed() -> None:
    assert find_suspects(CLEAN) == []
    crowd = [*CLEAN]
    crowd[1234] = b"token = " + TOKEN
    assert find_suspects(crowd) == [1234]


@pytest.mark.parametrize("form", [form for form in FORMS if form.kind != "JSON web token"], ids=lambda form: form.kind)
def test_no_secret_is_lost_in_a_crowd(form: Form) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(re.compile(form.pattern, re.ASCII)), st.sampled_from([b"", b" ", b"="]), st.integers(0, 200))
    def check(token: bytes, before: bytes, place: int) -> None:
        text = before + token
        assume(find_all_secrets(text))
        assert place in find_suspects([*CLEAN[:place], text, *CLEAN[place:200]])

    check()


def test_a_web_token_in_a_crowd() -> None:
    # Its form alone makes none: the detector reads the header.
    text = b"t eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtZSJ9." + b"a1B2" * 10
    assert find_all_secrets(text) == [Finding(1, "JSON web token")]
    assert find_suspects([*CLEAN[:50], text, *CLEAN[50:]]) == [50]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_secret_at_the_very_edge_of_a_text(place: int) -> None:
    texts = [b"abc", b"abc", b"abc"]
    texts[place] = TOKEN
    assert find_suspects(texts) == [place]


def test_nothing_is_found_across_texts() -> None:
    begin, end = KEY[:31], KEY[-30:]
    assert find_all_secrets(begin + b"\n" + b"x" * 50 + b"\n" + end)
    assert find_all_secrets(begin) == find_all_secrets(end) == []
    assert find_suspects([TOKEN[:20], TOKEN[20:]]) == []
    assert find_suspects([]) == []


def test_keys_and_a_projects_own_patterns() -> None:
    texts = [b"plain", b"a\n" + KEY, b"id corp-0123", b"corp-"]
    assert find_suspects(texts) == [1]
    assert find_suspects(texts, [r"corp-\d+"]) == [1, 2]
    assert find_all_secrets(texts[1]) == [Finding(2, "private key")]
    assert find_all_secrets(texts[2], [r"corp-\d+", r"z*"]) == [Finding(1, "a pattern of redaction.patterns")]


def test_a_large_text_is_searched_in_parts_that_overlap() -> None:
    line = b"0123456789abcde\n"
    filler = line * (1 << 20)
    for before in (len(filler) - 20, len(filler), 10):
        text = filler[:before] + b"\n" + TOKEN + b"\n" + line * (1 << 18)
        expected = text.count(b"\n", 0, text.index(TOKEN)) + 1
        assert find_all_secrets(text) == [Finding(expected, "GitHub token")]
        assert find_suspects([b"x", text]) == [1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read(encoding: str) -> None:
    text = "first\r\ntoken = " + TOKEN.decode()
    data = text.encode(encoding)
    assert find_all_secrets(data) == []
    assert find_all_secrets(read_text(data)) == [Finding(2, "GitHub token")]


@pytest.mark.parametrize("data", [b"", b"\0", b"a", b"\0\0\0\0", b"abc\0def", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_what_is_no_utf_16_stays_as_it_is(data: bytes) -> None:
    assert read_text(data) == data


@pytest.mark.parametrize(
    "text",
    [
        b"https://user:password@host/a", b"amqp://guest:guest@localhost//", b"redis://[USER:PASSWORD@]HOST",
        b"redis://:secret@localhost", b"snowflake://u:SAS_KEY@h/db", b"http://a:b@h/x", b"_ZN5Highs_" + b"a1B2" * 9,
    ],
)  # fmt: skip
def test_an_example_is_no_secret(text: bytes) -> None:
    assert find_all_secrets(text) == []


@pytest.mark.parametrize(
    "text", [b"https://user:tr0ub4dor@host/a", b"postgres://app:postgres1@db/x", b"?token%3D" + TOKEN, b"_" + TOKEN]
)
def test_what_could_be_one_is(text: bytes) -> None:
    assert len(find_all_secrets(text)) == 1
