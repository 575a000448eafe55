"""What of a report goes into its page, and what is thinned out on the way."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.actions.report_media import find_type
from gitexp.model.thinning import thin_points
from gitexp.render.report_sections import embed_value

VALUES = st.floats(allow_nan=True, allow_infinity=True, width=32)


@given(st.lists(VALUES, max_size=400), st.integers(8, 100))
def test_thinned_out_points_keep_what_is_extreme(values: list[float], most: int) -> None:
    points = tuple((float(place), value) for place, value in enumerate(values))
    thin = thin_points(points, most)

    assert len(thin) <= most + 2
    assert list(thin) == [point for point in points if point in set(thin)] or any(map(math.isnan, values))
    assert thin[:1] == points[:1]
    assert thin[-1:] == points[-1:]
    finite = [value for value in values if math.isfinite(value)]
    kept = [value for _, value in thin if math.isfinite(value)]
    if finite:
        assert (min(kept), max(kept)) == (min(finite), max(finite))
    assert len(finite) == len(values) or any(not math.isfinite(value) for _, value in thin)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        (b"<!doctype html>", None),
        (b"%PDF-1.7", None),
        (b"", None),
    ],
)
def test_pictures_are_known_by_how_they_begin(data: bytes, kind: str | None) -> None:
    assert find_type(data) == kind


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1, 0.1),
        (3, 3),
        (2**60, str(2**60)),
        (math.nan, "NaN"),
        (-math.inf, "-inf"),
        (True, "true"),
        (None, "null"),
        ("\x1b[31m\u202e", "\\e[31m\\u202e"),
        ([1, "a"], '[1,"a"]'),
        ("x" * 3000, "x" * 2000 + "… (3000 characters)"),
    ],
)
def test_values_are_numbers_where_javascript_holds_them_and_safe_text_else(value: object, shown: object) -> None:
    assert embed_value(value) == shown
