"""`exp note`, as it is typed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, run_exp
from kit.saying import said_of
from kit.terminal import Terminal

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

K3V9 = "refs/runs/default/k3v9x2mabc"
P7QW = "refs/runs/default/p7qw4n8hde"


def notes(folder: GitFolder, ref: str = K3V9) -> list[str]:
    return [one["note"] for one in said_of(folder, ref)]


def test_a_text_after_the_runs(runs: GitFolder) -> None:
    before = runs.state()
    noted = run_exp(runs, "note", "k3v9", "p7qw", "better with warm-up\n\n  and a second line  \n")
    assert (noted.status, noted.out, noted.err) == (0, "", "added a note to 2 runs\n")
    assert notes(runs) == notes(runs, P7QW) == ["better with warm-up\n\n  and a second line"]
    assert runs.state() == before
    shown = run_exp(runs, "show", "k3v9").out.splitlines()
    place = next(at for at, line in enumerate(shown) if line.endswith("better with warm-up"))
    assert shown[place - 1] == "Said since"
    assert "Ada Lovelace" in shown[place]
    assert [line.strip() for line in shown[place + 1 : place + 3]] == ["", "and a second line"]


def test_the_same_note_is_not_made_twice(runs: GitFolder) -> None:
    run_exp(runs, "note", "k3v9", "fine")
    tip = runs.git("rev-parse", K3V9)
    assert run_exp(runs, "note", "k3v9", "fine").err == "run amber-fox-k3v9: the same was noted before\n"
    assert runs.git("rev-parse", K3V9) == tip
    run_exp(runs, "note", "k3v9", "finer")
    assert notes(runs) == ["fine", "finer"]


def test_a_message_a_file_and_standard_input(runs: GitFolder) -> None:
    runs.gen({"findings.md": "# Findings\n\n* it works\n"})
    assert run_exp(runs, "note", "k3v9", "p7qw", "-m", "t2zc").status == 0
    assert run_exp(runs, "note", "k3v9", "-F", "findings.md").status == 0
    assert run_exp(runs, "note", "k3v9", "-F", "-", stdin=b"from a pipe\r\nof two lines\r\n").status == 0
    assert run_exp(runs, "note", "-", "of all that is listed", stdin=b"k3v9\np7qw\n").err == "added a note to 2 runs\n"
    assert notes(runs) == ["t2zc", "# Findings\n\n* it works", "from a pipe\nof two lines", "of all that is listed"]
    assert notes(runs, P7QW) == ["t2zc", "of all that is listed"]


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("k3v9",), 2, "no text, and no terminal to write one on"),
        (("k3v9", "p7qw"), 2, "no text, and no terminal to write one on"),
        (("-",), 2, "no text, and no terminal to write one on"),
        (("k3v9", ""), 2, "an empty note"),
        (("k3v9", " \n "), 2, "an empty note"),
        (("k3v9", "p7qz"), 2, "'p7qz' looks like a run, and names none"),
        (("nope", "fine"), 1, "no run 'nope'"),
        (("k3v9", "-m", "a", "-F", "b"), 2, "-m and -F: one of them"),
        (("k3v9", "-F", "not-there.md"), 2, "-F not-there.md: No such file or directory"),
        (("-", "-F", "-"), 2, "cannot both come on standard input"),
        (("k3v9", "it was ghp_0123456789abcdefghijABCDEFGHIJ012345"), 1, "looks like a secret, and Git never forgets"),
        (("k3v9", "x" * 100_001), 2, "the note is too large"),
    ],
)
def test_what_is_refused_writes_nothing(runs: GitFolder, words: tuple[str, ...], status: int, says: str) -> None:
    before = (runs.git("for-each-ref"), runs.git("count-objects"))
    refused = run_exp(runs, "note", *words, stdin=b"k3v9\n")
    assert (refused.status, says in refused.err) == (status, True), refused.err
    assert "hint: " in refused.err or "-F not-there" in says
    assert (runs.git("for-each-ref"), runs.git("count-objects")) == before


@pytest.mark.parametrize("text", ["\x1b[2J\x1b]0;x\x07 and more", "<script>alert(1)</script> &", "\u202edrow", "a\tb"])
def test_hostile_texts_stay_what_they_are_and_do_nothing(runs: GitFolder, text: str) -> None:
    assert run_exp(runs, "note", "k3v9", text).status == 0
    assert notes(runs) == [text]
    shown = run_exp(runs, "show", "k3v9").out
    assert not any(sign in shown for sign in "\x1b\x07\u202e")
    (said,) = envelope(run_exp(runs, "show", "k3v9", "--json").out)["data"]["annotations"]
    assert (said["kind"], said["value"]) == ("note", text)


def in_editor(runs: GitFolder, script: str, *words: str, tmp_path: pathlib.Path) -> tuple[int, str]:
    """The exit status and the screen; the editor is a Python script that gets the file as its argument."""
    editor = tmp_path / "the editor.py"
    editor.write_text(f"import sys\npath = sys.argv[1]\ntext = open(path).read()\n{script}\n")
    env = {**os.environ, "GIT_EDITOR": f"{sys.executable} '{editor}'", "TERM": "xterm"}
    with Terminal([sys.executable, "-m", "gitexp", "note", *words], cwd=runs.path, env=env, columns=200) as terminal:
        status = terminal.wait()
    return status, terminal.screen.decode()


def test_the_editor_is_that_of_git(runs: GitFolder, tmp_path: pathlib.Path) -> None:
    keep = tmp_path / "template"
    script = f"open({str(keep)!r}, 'w').write(text); open(path, 'w').write('# a heading\\n\\nwritten' + text)"
    status, screen = in_editor(runs, script, "k3v9", "p7qw", tmp_path=tmp_path)
    assert (status, screen.splitlines()) == (0, ["added a note to 2 runs"])
    assert notes(runs) == notes(runs, P7QW) == ["# a heading\n\nwritten"]
    template = keep.read_text()
    assert template.startswith("\n\n# ---")
    assert "amber-fox-k3v9  finished  python train.py" in template
    assert "amber-fox-p7qw  failed" in template
    assert list((runs.path / ".git" / "exp").glob("NOTE*")) == []


def test_an_empty_text_aborts_and_a_failed_editor_is_told(runs: GitFolder, tmp_path: pathlib.Path) -> None:
    before = runs.git("for-each-ref")
    status, screen = in_editor(runs, "pass", "k3v9", tmp_path=tmp_path)
    assert (status, "exp: aborted: the text is empty" in screen) == (1, True)
    status, screen = in_editor(runs, "raise SystemExit(3)", "k3v9", tmp_path=tmp_path)
    assert (status, "exp: the editor ended with status 3: nothing is written" in screen) == (1, True)
    assert runs.git("for-each-ref") == before


def test_what_was_written_is_kept_where_it_could_not_be_said(runs: GitFolder, tmp_path: pathlib.Path) -> None:
    token = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
    status, screen = in_editor(runs, f"open(path, 'w').write('it was {token}')", "k3v9", tmp_path=tmp_path)
    assert (status, "looks like a secret" in screen) == (1, True)
    (kept,) = (runs.path / ".git" / "exp").glob("NOTE*")
    assert f"what you wrote is in {kept}" in screen
    assert kept.stat().st_mode & 0o777 == 0o600
