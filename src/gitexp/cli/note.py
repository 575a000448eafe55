"""``exp note``: a text about runs, typed or written in the editor."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.cli.opening import open_recovered
from gitexp.cli.options import EXPERIMENT_OPTION, JSON_OPTION, run_argument
from gitexp.cli.run_words import PIPED, read_run_words
from gitexp.cli.saying import report, say_of_runs
from gitexp.cli.terminal import say
from gitexp.errors import ExpError, UsageError

if TYPE_CHECKING:
    from gitexp.cli.editor import Draft
    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

EXAMPLES = """
exp note last "better with warm-up"    one line
exp note k3v9                          in the editor that Git takes
exp note k3v9 p7qw -m "same seed"      of two runs
exp note k3v9 -F findings.md           from a file; - is standard input
"""
_MOST_NAMED = 8


def note(
    runs: Annotated[
        list[str], run_argument("The runs, then the text; - reads runs from standard input.", 'RUN... ["TEXT"]')
    ],
    message: Annotated[
        str | None, typer.Option("-m", "--message", metavar="TEXT", help="The text; all words are runs then.")
    ] = None,
    file: Annotated[
        str | None, typer.Option("-F", "--file", metavar="FILE", help="The text from a file, or from - .")
    ] = None,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
) -> None:
    """Add a note to runs: what they showed, what to try next.

    The last word is the text, unless it names a run. Without a text the editor opens, as for a commit's message.
    """
    if message is not None and file is not None:
        raise UsageError("-m and -F: one of them", hint="exp note last -m TEXT")
    if file == PIPED and PIPED in runs:
        raise UsageError("runs and text cannot both come on standard input", hint="exp note - -m TEXT")
    words = read_run_words(runs, "exp note - -m TEXT")
    store = open_recovered()
    from gitexp.actions.named_run import find_runs
    from gitexp.actions.noting import find_noted
    from gitexp.model.annotations import Statement
    from gitexp.model.statements import plan_note, read_text

    if message is None and file is None:
        heads, typed = find_noted(store, words.typed, words.piped, experiment)
    else:
        heads, typed = find_runs(store, words.all, experiment), message
    if file is not None:
        typed = _read_file(file)
    draft = _write_draft(store, heads) if typed is None else None
    try:
        text = read_text(draft.text if draft is not None else typed or "")
        done = say_of_runs(store, heads, plan_note(text), [Statement("note", text)])
    except ExpError:
        if draft is not None:
            say(f"what you wrote is in {draft.path}")
        raise
    if draft is not None:
        draft.remove()
    report(done, "added a note to", "", "the same was noted before", as_json=as_json)


def _write_draft(store: RunStore, heads: list[RunHead]) -> Draft:
    from gitexp.cli.editor import write_draft
    from gitexp.render.text import neutralise

    named = [f"  {head.name}  {head.status.value}  {neutralise(head.command)[:60]}" for head in heads[:_MOST_NAMED]]
    more = [f"  and {len(heads) - _MOST_NAMED} more"] if len(heads) > _MOST_NAMED else []
    about = [
        "The note is what stands above this line, and about",
        *named,
        *more,
        "Without a text nothing is written.",
    ]
    return write_draft(store.repository, "NOTE_EDITMSG", about, f'exp note {heads[0].id} "TEXT"')


def _read_file(file: str) -> str:
    if file == PIPED:
        data = sys.stdin.buffer.read() if sys.stdin is not None else b""
    else:
        try:
            with open(file, "rb") as stream:
                data = stream.read()
        except OSError as error:
            raise UsageError(f"-F {file}: {error.strerror or error}") from error
    return data.decode("utf-8", "surrogateescape")
