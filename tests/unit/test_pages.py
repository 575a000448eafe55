"""The reader of the documentation's pages is not fooled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.pages import Page, Reader, Saved, Typed, find_missing, parse_page

if TYPE_CHECKING:
    import pathlib

PAGE = """# A page
<!-- given: an empty folder -->

<!-- file: hello.sh -->
```bash
echo hello
```

```console
$ sh hello.sh
hello
$ mkdir sub && \\
> cd sub
```

<!-- fails -->
```console
$ pwd
...
$ ls nothing-here
```
"""


def test_a_page_is_read() -> None:
    assert parse_page(PAGE) == Page(
        "an empty folder",
        (
            Saved("hello.sh", "echo hello\n"),
            Typed("sh hello.sh", ("hello",), fails=False),
            Typed("mkdir sub && \\\ncd sub", (), fails=False),
            Typed("pwd", ("...",), fails=False),
            Typed("ls nothing-here", (), fails=True),
        ),
    )


def test_a_page_is_followed(tmp_path: pathlib.Path) -> None:
    (tmp_path / "folder").mkdir()
    reader = Reader(tmp_path / "folder", tmp_path / "state")

    reader.follow(parse_page(PAGE))

    assert reader.folder == str(tmp_path / "folder" / "sub")


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        ("$ echo one\ntwo", "promises the line"),
        ("$ printf 'one\\ntwo\\n'\ntwo\none", "promises the line"),
        ("$ false", "exit status 1"),
    ],
)
def test_a_page_that_lies_is_noticed(tmp_path: pathlib.Path, block: str, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        Reader(tmp_path, tmp_path / "state").follow(parse_page(f"```console\n{block}\n```\n"))


@pytest.mark.parametrize(
    ("promised", "came"),
    [
        ("amber-fox-k3v9  0.94  97.0 s", "vivid-elk-zz00 0.91   1.2 s"),
        ("run k3v9x2mabc of 5db2e9b", "run q000000000 of c8c530d"),
        ("2026-01-02 03:04", "2027-11-12 13:14"),
        ("train.py ...", "train.py --lr 0.1"),
    ],
)
def test_what_differs_each_time_counts_as_equal(promised: str, came: str) -> None:
    assert find_missing((promised,), came) is None


def test_an_id_counts_as_any_other_that_is_there() -> None:
    assert find_missing(("k3v9  tanh",), "zz00  tanh", frozenset({"zz00000000"})) is None
    assert find_missing(("k3v9  tanh",), "loss  tanh", frozenset({"zz00000000"})) is not None


@pytest.mark.parametrize(("promised", "came"), [("finished 0.94", "failed 0.94"), ("seed 3", "seed 4")])
def test_what_is_said_counts(promised: str, came: str) -> None:
    assert find_missing((promised,), came) == promised
