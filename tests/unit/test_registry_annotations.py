"""The check as GitHub reads it: what a registry says is neither a command nor a mark, whatever it is."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gitexp.model.registry_check import Problem, RegistryCheck
from gitexp.render.registry_annotations import format_annotations, format_log_line, format_summary

_COMMAND = re.compile(r"::error file=([^,:]*),line=(\d+),title=([^,:]*)::([^\r\n]*)\n")
HOSTILE = st.text(st.sampled_from("::#[]%0AD,=\r\n\t\x1b\u202e<>|`*@& ab"), max_size=40)


def read(text: str) -> list[tuple[str, int, str, str]]:
    """The commands as the runner reads them."""
    found = [match.groups() for match in _COMMAND.finditer(text)]
    assert "".join(match[0] for match in _COMMAND.finditer(text)) == text
    plain = [tuple(map(_unescape, one)) for one in found]
    return [(file, int(line), title, message) for file, line, title, message in plain]


def _unescape(text: str) -> str:
    for code, letter in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, letter)
    return text


@given(HOSTILE, HOSTILE, HOSTILE)
def test_an_annotation_is_one_command_and_nothing_else(path: str, message: str, hint: str) -> None:
    problem = Problem(3, "models", "metric-changed", f"x {message}", hint or None)
    ((_, line, title, said),) = read(format_annotations(RegistryCheck(path, (problem,))))
    assert (line, title) == (3, "registry: metric-changed")
    assert said.count("\n") == bool(hint)
    assert "\x1b" not in said
    assert "\r" not in said


@given(HOSTILE)
def test_a_line_of_the_log_is_no_command(text: str) -> None:
    shown = format_log_line(text)
    assert shown.startswith("exp: ")
    assert "##[" not in shown
    assert "\n" not in shown


@given(HOSTILE)
def test_a_row_of_the_summary_stays_a_row(text: str) -> None:
    problem = Problem(3, "models", "metric-changed", f"x {text}", f"y {text}")
    lines = format_summary(RegistryCheck("registry.yaml", (problem,))).splitlines()
    (row,) = (line for line in lines if line.startswith("| 3 "))
    assert row.count("|") == 4
    bare = re.sub(r"</?code>|<br>|<!-- -->", "", row)
    assert not re.search(r"[<>`*@\[\]]", bare)


def test_an_annotation_says_what_to_do() -> None:
    problem = Problem(None, "", "registry-deleted", "registry.yaml was deleted", "git checkout 1234 -- registry.yaml")
    text = format_annotations(RegistryCheck("registry.yaml", (problem,)))
    assert text == (
        "::error file=registry.yaml,line=1,title=registry%3A registry-deleted::registry.yaml was deleted"
        "%0Ahint: git checkout 1234 -- registry.yaml\n"
    )
