"""The journal's records: what was written whole is read, whatever stands around it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.format.frames import HEAD_BYTES, METRICS, PARAMS, FrameReader, format_frame

numbers = st.integers() | st.floats(allow_nan=False)
texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | numbers | texts, lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
records = st.tuples(st.just(METRICS), numbers, st.none() | numbers, st.dictionaries(texts, numbers)) | st.tuples(
    st.just(PARAMS), numbers, st.dictionaries(texts, values)
)


def read_all(data: bytes, piece: int = 1 << 20) -> tuple[list[tuple[object, ...]], FrameReader]:
    reader = FrameReader()
    return [record for at in range(0, len(data), piece) for record in reader.feed(data[at : at + piece])], reader


@given(st.lists(records), st.integers(1, 50))
def test_records_come_back_whole_in_pieces_of_any_size(given_records: list[tuple[object, ...]], piece: int) -> None:
    found, reader = read_all(b"".join(map(format_frame, given_records)), piece)

    assert found == given_records
    assert (reader.damaged, reader.torn) == (0, 0)


def test_nan_and_infinities_come_back() -> None:
    ((_, _, _, found),), _ = read_all(format_frame((METRICS, 0.5, None, {"a": math.nan, "b": -math.inf})))

    assert isinstance(found, dict)
    assert math.isnan(found["a"])
    assert found["b"] == -math.inf


@given(st.lists(records, min_size=1), st.data())
def test_a_torn_end_costs_the_last_record_alone(given_records: list[tuple[object, ...]], data: st.DataObject) -> None:
    frames = list(map(format_frame, given_records))
    cut = data.draw(st.integers(1, len(frames[-1]) - 1))

    found, reader = read_all(b"".join(frames)[:-cut])

    assert found == given_records[:-1]
    assert reader.torn + reader.damaged == len(frames[-1]) - cut


@given(st.lists(records, min_size=3, max_size=6), st.data())
def test_a_flipped_byte_costs_its_record_alone(given_records: list[tuple[object, ...]], data: st.DataObject) -> None:
    frames = [bytearray(format_frame(record)) for record in given_records]
    place = data.draw(st.integers(0, len(frames) - 2))
    at = data.draw(st.integers(0, len(frames[place]) - 1))
    frames[place][at] ^= data.draw(st.integers(1, 255))

    found, reader = read_all(b"".join(frames))

    assert found == given_records[:place] + given_records[place + 1 :]
    assert reader.damaged == len(frames[place])


def test_a_record_after_a_torn_one_is_found() -> None:
    torn, whole = format_frame((METRICS, 1.0, 1, {"loss": 0.5}))[:-3], format_frame((METRICS, 2.0, 2, {"loss": 0.25}))

    found, reader = read_all(torn + whole)

    assert found == [(METRICS, 2.0, 2, {"loss": 0.25})]
    assert reader.damaged == len(torn)


def test_what_is_no_record_is_passed_over() -> None:
    import marshal
    import struct
    import zlib

    payload = marshal.dumps(["not", "a tuple"], 2)
    data = struct.pack("<BII", 0xE7, len(payload), zlib.crc32(payload)) + payload

    found, reader = read_all(data + format_frame((PARAMS, 0.0, {"lr": 0.1})))

    assert found == [(PARAMS, 0.0, {"lr": 0.1})]
    assert reader.damaged == len(payload) + HEAD_BYTES


def test_a_value_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unmarshallable"):
        format_frame((PARAMS, 0.0, {"x": object()}))
