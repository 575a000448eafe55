"""Redrawn progress keeps its last state; everything else stays as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gitexp.capture.progress import fold_progress

PIECES = some.lists(
    some.sampled_from([b"\r", b"\n", b"\r\n", b"\x1b[A", b"\x1b[2A", b"\x1b[K", b"\x1b[2K", b"\x1b[31m", b"a", b"bc"])
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (b"plain\nlines\n", b"plain\nlines\n"),
        (b"dos\r\nlines\r\n", b"dos\r\nlines\r\n"),
        (b"twice\r\r\nended\r\r\n", b"twice\r\r\nended\r\r\n"),
        (b"\r 10%\r 50%\r100%\n", b"100%\n"),
        (b"before\n\r 10%\r100%\nafter\n", b"before\n100%\nafter\n"),
        (b"10%\r100%\r\n", b"100%\r\n"),
        (b"10%\r100%\r", b"100%"),
        (b"Downloading\rDone\n", b"Done\n"),
        (b"working\r\x1b[K", b""),
        (b"working\r\x1b[Kdone\n", b"done\n"),
        (b"\x1b[2K\r 1/2\x1b[2K\r 2/2\n", b" 2/2\n"),
        (b"\x1b[01;31m\x1b[Kneedle\x1b[m\x1b[K\n", b"\x1b[01;31m\x1b[Kneedle\x1b[m\x1b[K\n"),
        (b"\x1b[31mred\x1b[m\n", b"\x1b[31mred\x1b[m\n"),
        (b"one 1\ntwo 1\n\x1b[2A\rone 2\ntwo 2\nend\n", b"one 2\ntwo 2\nend\n"),
        (b"\router 0\n\rinner 1\x1b[A\n\rinner 2\x1b[A\n\x1b[A\router 1\n\n", b"outer 1\ninner 2\n"),
        (b"top\n\x1b[99A\rnew\n", b"new\n"),
        (b"top\n\x1b[999Ax\n", b"top\n\x1b[999Ax\n"),
        (b"10%\r\xc3\xa9t\xc3\xa9\xff\n", b"\xc3\xa9t\xc3\xa9\xff\n"),
        (b"", b""),
    ],
)
def test_the_last_state_is_kept(written: bytes, kept: bytes) -> None:
    assert fold_progress(written) == kept


@given(some.binary().map(lambda data: data.replace(b"\r", b"").replace(b"\x1b", b"")))
def test_what_redraws_nothing_stays_as_it_is(data: bytes) -> None:
    assert fold_progress(data) == data


@given(some.lists(some.lists(some.text("abc 0%", min_size=1), min_size=1)))
def test_of_each_line_the_last_redraw_is_left(lines: list[list[str]]) -> None:
    written = "".join("\r".join(states) + "\n" for states in lines)

    assert fold_progress(written.encode()) == "".join(states[-1] + "\n" for states in lines).encode()


@given(PIECES)
def test_folded_once_is_folded(pieces: list[bytes]) -> None:
    folded = fold_progress(b"".join(pieces))

    assert fold_progress(folded) == folded


@pytest.mark.parametrize(
    "unit", [b"\r", b"\r\n", b"a\r", b"\x1b[A", b"x\x1b[A\n", b"\x1b[K", b"x\x1b[K", b"\n", b"\x1b[", b"\x1b[2A\n\n"]
)
def test_hostile_repetition_takes_linear_time(unit: bytes) -> None:
    """With a quadratic step one of these would take minutes, and the suite with it."""
    folded = fold_progress(b"y" * 1_000_000 + b"\n" + unit * (1_000_000 // len(unit)))

    assert len(folded) <= 2_000_001


def test_a_bar_of_tqdm_leaves_its_last_state() -> None:
    import io

    import tqdm

    screen = io.StringIO()
    for _ in tqdm.tqdm(range(500), file=screen, mininterval=0, ncols=60, desc="train"):
        pass

    written = screen.getvalue().encode()
    lines = fold_progress(written).splitlines()
    assert written.count(b"\r") > 100
    assert len(lines) == 1
    assert lines[0].startswith(b"train: 100%")
