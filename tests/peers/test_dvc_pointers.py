"""Pointers are quoted as the YAML library of DVC quotes them, and read by it as they were meant."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitexp.format.pointer import format_pointer
from gitexp.model.pointer import Pointer


def dump_as_dvc(fields: dict[str, Any]) -> bytes:
    from dvc.utils.serialize._yaml import _dump

    stream = io.BytesIO()
    _dump({"outs": [fields]}, stream)
    return stream.getvalue()


number_like = st.from_regex(r"[0-9]{5,30}e[0-9]{1,2}|[0-9]{32}", fullmatch=True)
md5s = st.text("0123456789abcdef", min_size=32, max_size=32)


@given(md5s | number_like)
def test_a_hash_that_looks_like_a_number_is_quoted_alike(md5: str) -> None:
    md5 = md5.rjust(32, "1")
    fields = {"md5": md5, "size": 1, "hash": "md5", "path": "m"}
    assert format_pointer(Pointer("m", md5, 1)) == dump_as_dvc(fields)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=60))
def test_any_name_is_read_by_dvc_as_it_is(name: str) -> None:
    from dvc.utils.serialize import parse_yaml

    text = format_pointer(Pointer(name, "0a" * 16, 1)).decode()
    assert parse_yaml(text, "x.dvc") == {"outs": [{"md5": "0a" * 16, "size": 1, "hash": "md5", "path": name}]}
