"""Which lines of a recorded list of packages pip is given."""

from __future__ import annotations

import pytest

from gitexp.capture.virtual_environment import read_requirements


@pytest.mark.parametrize(
    "line",
    [
        "numpy==2.1.0",
        "torch==2.4.0+cu121",
        "lib @ git+https://example.org/lib.git@0123456789abcdef#egg=lib&subdirectory=python",
        "lib @ https://example.org/lib-1.0-py3-none-any.whl#sha256=ab12",
    ],
)
def test_what_freeze_writes_is_installed(line: str) -> None:
    assert read_requirements(f"{line}\n").lines == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "-r other.txt",
        "lib==1.0 --hash=sha256:ab",
        "lib @ https://example.org/lib.whl --index-url https://example.org",
        "lib @ file:///tmp/lib",
        "lib @ http://example.org/lib.whl",
        # pip puts the value of a variable there: whoever sent the list would be told it.
        "lib @ https://example.org/${AWS_SECRET_ACCESS_KEY}/lib.whl",
        "lib @ https://example.org/lib.whl\\",
    ],
)
def test_what_tells_pip_more_than_a_version_or_a_place_is_passed_over(line: str) -> None:
    found = read_requirements(f"{line}\nlast==1.0\n")
    assert (found.lines, found.passed_over) == (("last==1.0",), (line,))
