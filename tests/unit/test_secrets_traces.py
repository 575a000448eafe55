from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitexp.capture.redaction import make_redactor
from gitexp.capture.secret_traces import find_traced, make_traces
from gitexp.model.settings import RedactionRules

SALT = bytes(range(16))
SECRETS = st.sets(st.binary(min_size=1, max_size=40), max_size=4)


@given(SECRETS, st.lists(st.binary(max_size=60), max_size=6), st.data())
def test_every_place_is_found_and_nothing_else(secrets: set[bytes], pieces: list[bytes], data: st.DataObject) -> None:
    output = b"".join(
        piece + (data.draw(st.sampled_from(sorted(secrets))) if secrets and data.draw(st.booleans()) else b"")
        for piece in pieces
    )
    expected = {
        (start, start + len(secret))
        for secret in secrets
        for start in range(len(output))
        if output.startswith(secret, start)
    }
    assert set(find_traced(output, make_traces(secrets, SALT))) == expected


def test_a_place_across_blocks_is_found() -> None:
    traces = make_traces([b"hunter2zz99"], SALT)
    for start in (65536 - 11, 65536 - 10, 65536 - 1, 65536, 2 * 65536 - 5):
        output = b"." * start + b"hunter2zz99" + b"." * 70000
        assert set(find_traced(output, traces)) == {(start, start + 11)}


def test_no_trace_says_the_secret() -> None:
    (trace,) = make_traces([b"hunter2zz99"], SALT)
    assert "hunter2" not in trace
    assert b"hunter2zz99".hex() not in trace
    assert make_traces([b"hunter2zz99"], bytes(16)) != (trace,)


def test_what_is_no_trace_is_passed_over() -> None:
    assert list(find_traced(b"abc", ["", "x y z", "3 38", "0 0 00 00", "-1 0 " + "00" * 16 + " 00"])) == []


def test_one_redactor_hides_what_another_met() -> None:
    first, second = make_redactor(RedactionRules()), make_redactor(RedactionRules())
    first.redact_command(["train", "--password=hunter2zz99"])
    assert second.redact_output(b"key hunter2zz99") == (b"key hunter2zz99", 0)
    second.follow_traces(first.leave_traces(SALT))
    assert second.redact_output(b"key hunter2zz99") == (b"key [redacted]", 1)
