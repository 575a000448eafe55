"""Frames that are still being written: what is new, and what stands at the end."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from gitexp.actions.said_so_far import SaidSoFar
from gitexp.format.frames import HEADER, METRICS, PARAMS, SUMMARY, format_frame
from gitexp.store.journal import JournalStart
from gitexp.store.journal_following import FrameFollower, read_tail

if TYPE_CHECKING:
    import pathlib

START = JournalStart(host="gpu-7", boot="b1", extract=True, traces=(), wall=1000.0, monotonic=50.0)
HEAD = format_frame((HEADER, 1, "gpu-7", "b1", 42, None, 1000.0, 50.0))
ELSEWHERE = format_frame((HEADER, 1, "gpu-8", "b2", 42, None, 1010.0, 7.0))


def frame(time: float, step: int) -> bytes:
    """One call of ``log``."""
    return format_frame((METRICS, time, step, {"loss": step / 2}))


def test_what_is_new_comes_once_and_a_torn_record_waits(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "0"
    follower = FrameFollower(os.fspath(path), START)
    assert list(follower.read()) == []
    path.write_bytes(HEAD + frame(51, 1))
    assert list(follower.read()) == [(METRICS, 1.0, 1, {"loss": 0.5})]
    with path.open("ab") as file:
        file.write(frame(52, 2)[:9])
        file.flush()
        assert list(follower.read()) == []
        file.write(frame(52, 2)[9:] + frame(53, 3))
    assert [record[1:3] for record in follower.read()] == [(2.0, 2), (3.0, 3)]
    assert list(follower.read()) == []


def test_the_end_of_a_long_file_with_its_times(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "0"
    path.write_bytes(ELSEWHERE + b"".join(frame(7 + step, step) for step in range(2000)))
    records, is_whole = read_tail(os.fspath(path), START, 1 << 20)
    assert (len(records), is_whole) == (2000, True)
    assert records[0][1] == 10.0
    records, is_whole = read_tail(os.fspath(path), START, 5000)
    assert not is_whole
    assert 10 < len(records) < 200
    assert records[-1] == (METRICS, 2009.0, 1999, {"loss": 999.5})


def test_what_was_said_is_summed_up() -> None:
    said = SaidSoFar(draws=True)
    said.take([(METRICS, 1.0, 0, {"a": 1.0, "b": math.nan}), (METRICS, 2.0, 1, {"a": 3}), (PARAMS, 2.0, {"lr": 0.1})])
    said.take([(SUMMARY, 3.0, {"a": 2.5, "best": 9}), ("?", 3.0, "a kind of later"), (PARAMS, 3.0, "no mapping")])
    summaries = said.summaries()
    assert (summaries["a"].last, summaries["a"].min, summaries["a"].max, summaries["a"].step) == (2.5, 1.0, 3, 1)
    assert (summaries["best"].last, summaries["best"].step) == (9, None)
    assert summaries["b"].last != summaries["b"].last
    assert said.curves()["a"] == ((0.0, 1.0), (1.0, 3.0))
    assert (said.params, said.last_step) == ({"lr": 0.1}, 1)
