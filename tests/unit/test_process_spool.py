"""The spool keeps both ends of what came, within its cap, whatever stops it."""

from __future__ import annotations

import os
import pathlib
import tempfile
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gitexp.capture.spool import Spool, SpooledOutput, read_spool

CHUNKS = some.lists(some.binary(max_size=200), max_size=40)


@given(CHUNKS, some.integers(2, 4000))
def test_within_the_limit_all_comes_back(chunks: list[bytes], limit: int) -> None:
    written = b"".join(chunks)[:limit]
    with tempfile.TemporaryDirectory() as folder:
        spool = Spool(folder, limit)
        for start in range(0, len(written), 7):
            spool.append(written[start : start + 7])

        kept = limit // 2 * 2  # an odd limit is one less
        if len(written) <= kept:
            assert read_spool(folder) == SpooledOutput(written, len(written), 0)


@given(CHUNKS, some.integers(2, 400))
def test_beyond_the_limit_both_ends_are_kept(chunks: list[bytes], limit: int) -> None:
    written = b"".join(chunks)
    half = limit // 2
    with tempfile.TemporaryDirectory() as folder:
        spool = Spool(folder, limit)
        for chunk in chunks:
            spool.append(chunk)
        used = sum(file.stat().st_size for file in pathlib.Path(folder).iterdir())
        output = read_spool(folder)

    assert spool.trouble is None
    assert spool.total_bytes == output.total_bytes == len(written)
    assert used <= 3 * half
    if output.dropped_bytes:
        note = f"[gitexp: {output.dropped_bytes:,} bytes left out here]\n".encode()
        head, _, tail = output.data.partition(note)
        assert written.startswith(head.removesuffix(b"\n"))
        assert written.endswith(tail)
        assert len(head.removesuffix(b"\n")) <= half
        assert len(tail) <= half
    else:
        assert output.data == written


def test_what_is_left_out_is_said_between_whole_lines(tmp_path: pathlib.Path) -> None:
    spool = Spool(str(tmp_path), 40)
    for number in range(1000):
        spool.append(b"line %d\n" % number)

    output = read_spool(str(tmp_path))

    assert output == SpooledOutput(
        b"line 0\nline 1\n[gitexp: 8,858 bytes left out here]\nline 998\nline 999\n", 8890, 8858
    )


def test_no_file_without_output(tmp_path: pathlib.Path) -> None:
    spool = Spool(str(tmp_path))
    spool.append(b"")
    spool.close()

    assert list(tmp_path.iterdir()) == []
    assert read_spool(str(tmp_path)) == SpooledOutput(b"", 0, 0)
    assert read_spool(str(tmp_path / "nowhere")) == SpooledOutput(b"", 0, 0)


def test_every_append_is_there_before_anything_is_closed(tmp_path: pathlib.Path) -> None:
    spool = Spool(str(tmp_path), 100)
    for number in range(40):
        spool.append(b"%09d\n" % number)

        assert read_spool(str(tmp_path)).data.endswith(b"%09d\n" % number)


def test_closed_it_goes_on_where_it_stopped(tmp_path: pathlib.Path) -> None:
    spool = Spool(str(tmp_path), 8)
    for chunk in (b"ab", b"cd", b"e", b"fgh"):
        spool.append(chunk)
        spool.close()

    assert read_spool(str(tmp_path)).data == b"abcdefgh"


def test_chunks_of_two_threads_stay_whole(tmp_path: pathlib.Path) -> None:
    spool = Spool(str(tmp_path))
    threads = [
        threading.Thread(target=lambda word=word: [spool.append(word * 99 + b"\n") for _ in range(500)])
        for word in (b"a", b"b")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    lines = read_spool(str(tmp_path)).data.splitlines()
    assert sorted(lines) == [b"a" * 99] * 500 + [b"b" * 99] * 500


def test_a_folder_that_is_none_becomes_trouble(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    spool = Spool(str(file))

    spool.append(b"one")
    spool.append(b"two")

    assert spool.trouble == f"output was recorded only in part: Not a directory ({file})"
    assert spool.total_bytes == 6


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
def test_a_full_disk_becomes_trouble_and_what_was_written_stays(tmp_path: pathlib.Path) -> None:
    spool = Spool(str(tmp_path), 20)
    spool.append(b"0123456789")
    (tmp_path / "output.tail-0").symlink_to("/dev/full")

    spool.append(b"more")
    spool.append(b"and more")

    assert spool.trouble == f"output was recorded only in part: No space left on device ({tmp_path})"
    assert (tmp_path / "output.head").read_bytes() == b"0123456789"


@pytest.mark.parametrize("before", [0, 1, 499, 500, 501, 1000, 1499, 1500, 2700])
def test_another_process_goes_on_where_one_stopped(tmp_path: pathlib.Path, before: int) -> None:
    data = bytes(range(97, 123)) * 200
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    for folder in (whole, halves):
        folder.mkdir()
    one = Spool(str(whole), 1000)
    one.append(data)
    one.close()
    first, second = Spool(str(halves), 1000), Spool(str(halves), 1000)
    if before:
        first.append(data[:before])
    second.catch_up()
    assert second.total_bytes == before
    second.append(data[before:])
    second.close()
    assert read_spool(str(halves)) == read_spool(str(whole))
    assert sorted(one.name for one in halves.iterdir()) == sorted(one.name for one in whole.iterdir())
