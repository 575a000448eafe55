"""``exp link``: a page about runs, or what came of them in use."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gitexp.cli.opening import open_recovered
from gitexp.cli.options import EXPERIMENT_OPTION, JSON_OPTION, run_argument
from gitexp.cli.run_words import read_run_words
from gitexp.cli.saying import report, say_of_runs
from gitexp.errors import InvalidValue, UsageError

EXAMPLES = """
exp link last https://example.org/report/7
exp link k3v9 p7qw https://example.org/t/12 --title "the discussion"
exp ls --ids | exp link - https://example.org/sweep
exp link fraud@production --online result.json --title "A/B, week 9"
"""
_MOST_BYTES = 1_000_000
_STDIN = "-"


def link(
    words: Annotated[
        list[str], run_argument("The runs, then the page; - reads runs from standard input.", "RUN... [URL]")
    ],
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="What the page, or the result, is called.")
    ] = None,
    online: Annotated[
        str | None,
        typer.Option(
            "--online", metavar="FILE", help="In place of a page: what came of it in use, JSON; - for a pipe."
        ),
    ] = None,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
) -> None:
    """Link runs to a page about them: a report, a ticket, a discussion. Or to what came of the model in use.

    The address is http, https or mailto, without a password in it. Nothing is fetched.

    The result of --online maps names to numbers or texts, and may be nested: {"ctr": {"a": 0.11, "b": 0.12}}. It is
    shown beside the metrics, in exp show, compare, report and registry show.
    """
    from gitexp.actions.named_run import find_runs
    from gitexp.model.annotations import Statement
    from gitexp.model.statements import plan_link, read_link

    if online is not None:
        _say_online(words, online, title, experiment, as_json=as_json)
        return
    *runs, url = words
    if not runs:
        raise UsageError("a run and a page, both are needed", hint="exp link last https://example.org/report")
    target = read_link(url, title)
    given = read_run_words(runs, "exp link - https://example.org/sweep")
    store = open_recovered()
    heads = find_runs(store, given.all, experiment)
    done = say_of_runs(store, heads, plan_link(target), [Statement("link", target)])
    report(done, "linked", f" to {target.url}", "linked so already", as_json=as_json)


def _say_online(words: list[str], file: str, title: str | None, experiment: str | None, *, as_json: bool) -> None:
    from gitexp.actions.named_run import find_runs
    from gitexp.model.annotations import Statement
    from gitexp.model.online import flatten_online, read_online
    from gitexp.model.statements import plan_online

    if file == _STDIN and _STDIN in words:
        raise UsageError("runs and the result cannot both come through the pipe", hint="--online result.json")
    page = next((word for word in words if "://" in word), None)
    if page is not None:
        raise UsageError(f"{page}: a page or --online, one of them", hint=f"exp link {words[0]} --online {file}")
    result = read_online(_read_json(file), title)
    given = read_run_words(words, f"exp link - --online {file}")
    store = open_recovered()
    heads = find_runs(store, given.all, experiment)
    done = say_of_runs(store, heads, plan_online(result), [Statement("online", result)])
    count = sum(1 for _ in flatten_online(result["results"]))
    what = f" to {count} online {'value' if count == 1 else 'values'}"
    report(done, "linked", what, "linked so already", as_json=as_json)


def _read_json(file: str) -> object:
    import json

    try:
        if file == _STDIN:
            data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with open(file, "rb") as opened:
                data = opened.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"--online {file}: {error.strerror or error}", hint="--online result.json") from error
    if len(data) > _MOST_BYTES:
        raise UsageError(f"--online {file}: more than {_MOST_BYTES:,} bytes", hint="the numbers that count, in JSON")
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidValue("--online", file, f"no JSON: {error}", hint='{"ctr": {"a": 0.11, "b": 0.12}}') from error
