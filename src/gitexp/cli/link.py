"""``exp link``: a page about runs."""

from __future__ import annotations

from typing import Annotated

import typer

from gitexp.cli.opening import open_recovered
from gitexp.cli.options import EXPERIMENT_OPTION, JSON_OPTION, run_argument
from gitexp.cli.run_words import read_run_words
from gitexp.cli.saying import report, say_of_runs
from gitexp.errors import UsageError

EXAMPLES = """
exp link last https://example.org/report/7
exp link k3v9 p7qw https://example.org/t/12 --title "the discussion"
exp ls --ids | exp link - https://example.org/sweep
"""


def link(
    words: Annotated[
        list[str], run_argument("The runs, then the page; - reads runs from standard input.", "RUN... URL")
    ],
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="What the page is called.")] = None,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
) -> None:
    """Link runs to a page about them: a report, a ticket, a discussion.

    The address is http, https or mailto, without a password in it. Nothing is fetched.
    """
    from gitexp.actions.named_run import find_runs
    from gitexp.model.annotations import Statement
    from gitexp.model.statements import plan_link, read_link

    *runs, url = words
    if not runs:
        raise UsageError("a run and a page, both are needed", hint="exp link last https://example.org/report")
    target = read_link(url, title)
    given = read_run_words(runs, "exp link - https://example.org/sweep")
    store = open_recovered()
    heads = find_runs(store, given.all, experiment)
    done = say_of_runs(store, heads, plan_link(target), [Statement("link", target)])
    report(done, "linked", f" to {target.url}", "linked so already", as_json=as_json)
