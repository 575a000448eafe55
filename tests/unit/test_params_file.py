"""Params files of each form, and where their errors are."""

from __future__ import annotations

import pytest

from gitexp.errors import ParamsFileError
from gitexp.format.params_file import MAX_BYTES, parse_params_file

EXPECTED = {"lr": 1e-5, "model": {"depth": 4, "dims": [1, 2]}, "amp": True, "name": "no", "at": "2026-01-05"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("params.yaml", "lr: 1e-5\nmodel: {depth: 4, dims: [1, 2]}\namp: true\nname: no\nat: 2026-01-05\n"),
        ("p/params.YML", "lr: 1e-5\nmodel:\n  depth: 4\n  dims:\n  - 1\n  - 2\namp: true\nname: no\nat: 2026-01-05\n"),
        ("c.toml", 'lr = 1e-5\namp = true\nname = "no"\nat = 2026-01-05\n[model]\ndepth = 4\ndims = [1, 2]\n'),
        (
            "c.json",
            '{"lr": 1e-5, "model": {"depth": 4, "dims": [1, 2]}, "amp": true, "name": "no", "at": "2026-01-05"}',
        ),
    ],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_same_params_in_each_form(name: str, text: str, mark: bytes) -> None:
    assert parse_params_file(name, mark + text.encode()) == EXPECTED


@pytest.mark.parametrize(
    ("name", "data", "line", "why"),
    [
        ("p.yaml", b"a: 1\nb: [1\n", 3, "expected"),
        ("p.yaml", b"a: 1\na: 2\n", 2, "twice"),
        ("p.yaml", b"a: 1\nb: \xff\n", 2, "UTF-8"),
        ("p.toml", b"a = 1\nb = \n", 2, "value"),
        ("p.toml", b"a = 1\na = 2\n", 2, "overwrite"),
        ("p.toml", b"a = 1\nb = [1,\n", 3, "end of document"),
        ("p.toml", b"a = '\xff'", 1, "UTF-8"),
        ("p.toml", b"a = " + b"9" * 5000, None, "digits"),
        ("p.toml", b"a = " + b"[" * 50_000, None, "nest|recursion"),
        ("p.json", b'{"a": 1,\n "b": }', 2, "value"),
        ("p.json", b'{"a": 1, "b": 2, "a": 1}', None, "'a' stands twice"),
        ("p.json", b"\xff", 1, "UTF-8"),
        ("p.json", b"[" * 200_000, None, "nested"),
        ("p.json", b'{"a":' * 70 + b"1" + b"}" * 70, None, "nested"),
        ("p.json", b'{"a": ' + b"9" * 5000 + b"}", None, "digits"),
        ("p.yaml", b"- 1\n- 2\n", 1, "mapping"),
        ("p.json", b"3", 1, "mapping"),
        ("p.ini", b"a=1", None, "not a"),
        ("params", b"a: 1", None, "not a"),
    ],
)
def test_errors_name_the_line(name: str, data: bytes, line: int | None, why: str) -> None:
    with pytest.raises(ParamsFileError, match=why) as caught:
        parse_params_file(name, data)
    assert caught.value.fields["line"] == line
    assert caught.value.fields["file"] == name


def test_a_found_file_without_a_mapping_has_no_params() -> None:
    assert parse_params_file("predictions.json", b"[1, 2]", declared=False) == {}


@pytest.mark.parametrize("name", ["p.yaml", "p.toml", "p.json"])
def test_an_empty_file_has_no_params(name: str) -> None:
    assert parse_params_file(name, b"") == {}


def test_a_large_file_is_refused() -> None:
    with pytest.raises(ParamsFileError, match="larger than 4,000,000 bytes"):
        parse_params_file("p.json", b" " * (MAX_BYTES + 1))
