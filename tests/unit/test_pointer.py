from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import InvalidValue
from gitexp.format.pointer import format_pointer, parse_pointer
from gitexp.model.pointer import Pointer

MD5 = "68cc9af49557ea9711dad503a6907437"

md5s = st.text("0123456789abcdef", min_size=32, max_size=32)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=40)
sizes = st.integers(0, 1 << 60)
pointers = st.builds(Pointer, names, md5s, sizes, st.none(), st.just("md5")) | st.builds(
    Pointer, names, md5s.map(lambda md5: md5 + ".dir"), sizes, sizes, st.just("md5")
)


def test_a_file_is_pointed_to_as_dvc_does_it() -> None:
    assert format_pointer(Pointer("m1", MD5, 1048576)) == (
        b"outs:\n- md5: 68cc9af49557ea9711dad503a6907437\n  size: 1048576\n  hash: md5\n  path: m1\n"
    )


def test_a_folder_is_pointed_to_as_dvc_does_it() -> None:
    assert format_pointer(Pointer("dir10k", MD5 + ".dir", 10000000, 10000)) == (
        b"outs:\n- md5: 68cc9af49557ea9711dad503a6907437.dir\n  size: 10000000\n  nfiles: 10000\n  hash: md5\n"
        b"  path: dir10k\n"
    )


@given(pointers)
def test_what_was_written_is_read_back(pointer: Pointer) -> None:
    assert parse_pointer(format_pointer(pointer), "x.dvc") == pointer


def test_a_pointer_of_an_older_dvc_says_how_it_hashed() -> None:
    data = f"md5: {MD5}\nwdir: ..\nouts:\n- md5: {MD5}\n  path: data.csv\n  desc: a: b\n".replace("a: b", "'a: b'")
    assert parse_pointer(data.encode(), "data.csv.dvc") == Pointer("data.csv", MD5, None, None, "md5-dos2unix")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a .dvc file"),
        (b"outs: []\n", "not a .dvc file"),
        (b"outs:\n- path: a\n", "has no md5"),
        (b"outs:\n- path: a\n  md5: ../../etc/passwd\n", "has no md5"),
        (b"outs:\n- md5: 68cc9af49557ea9711dad503a6907437\n", "has no path"),
        (b"outs:\n- path: a\n- path: b\n", "one output"),
        (b"outs: [\n", "x.dvc"),
        (b"\xff\xfe\x00", "x.dvc"),
    ],
)
def test_what_is_no_pointer_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        parse_pointer(data, "x.dvc")
