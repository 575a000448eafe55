"""``exp tag``: tags of runs, set, taken away and printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.cli.completion import complete_run_or_tag
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, EXPERIMENT_OPTION, JSON_OPTION
from gitexp.cli.run_words import read_run_words
from gitexp.cli.saying import report, say_of_runs
from gitexp.cli.terminal import find_look, say
from gitexp.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.head import RunHead
    from gitexp.store.runs import RunStore

EXAMPLES = """
exp tag k3v9 team=fraud baseline       two tags; a bare one is true
exp tag k3v9 p7qw --remove baseline    taken away from two runs
exp tag last                           the tags that a run has
exp ls --ids | exp tag - team=fraud    of every run that is listed
"""


def tag(
    ctx: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN... [KEY[=VALUE]]...",
            help="The runs, then the tags; - reads runs from standard input, one a line.",
            autocompletion=complete_run_or_tag,
            show_default=False,
        ),
    ],
    remove: Annotated[bool, typer.Option("--remove", help="Take these tags away.")] = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Tag runs, or take tags away; without tags, print those that the runs have.

    A word with = is a tag, and what names a run is a run; the runs come first. Values are typed as params are: true, 3,
    0.5, text. What was said before stays in the history of the run.
    """
    from gitexp.actions.tagging import find_tagged

    given = read_run_words(words, "exp tag - team=fraud")
    store = open_recovered()
    tagged = find_tagged(store, given.typed, given.piped, experiment)
    if not tagged.tags:
        if remove:
            raise UsageError("--remove: no tag is named", hint=f"exp tag {tagged.heads[0].id} --remove KEY")
        _print(ctx, store, tagged.heads, words, as_json=as_json)
        return
    from gitexp.model.annotations import Statement
    from gitexp.model.statements import plan_tags, plan_untag, read_tags

    if remove:
        valued = next((word for word in tagged.tags if "=" in word), None)
        if valued is not None:
            key = valued.partition("=")[0]
            raise UsageError(f"--remove {valued}: only the name of a tag", hint=f"--remove {key}")
        done = say_of_runs(store, tagged.heads, plan_untag(tagged.tags), [Statement("untag", tagged.tags)])
        gone = {name for one in done.runs for statement in one.statements for name in statement.value}
        names = ", ".join(name for name in tagged.tags if name in gone)
        report(done, "untagged", f": {names}", f"no such tag: {', '.join(tagged.tags)}", as_json=as_json)
        unknown = ", ".join(name for name in tagged.tags if name not in gone)
        if done.changed and unknown and not as_json:
            say(f"no such tag: {unknown}")
        return
    from gitexp.model.columns import format_tags

    tags = read_tags(tagged.tags)
    done = say_of_runs(store, tagged.heads, plan_tags(tags), [Statement("tag", tags)])
    report(done, "tagged", f": {format_tags(tags)}", f"tagged so already: {format_tags(tags)}", as_json=as_json)


def _print(ctx: typer.Context, store: RunStore, heads: list[RunHead], words: Sequence[str], *, as_json: bool) -> None:
    from gitexp.actions.tagging import read_tags_of

    found = read_tags_of(store, heads)
    if as_json:
        from gitexp.cli.output import write_envelope
        from gitexp.render.json_form import to_plain

        write_envelope({"runs": [{"id": head.id, "name": head.name, "tags": to_plain(tags)} for head, tags in found]})
        return
    from gitexp.render.screen import write_page
    from gitexp.render.tags import build_tag_table, format_tag_lines

    if len(found) == 1:
        sys.stdout.write(format_tag_lines(found[0][1]))
        return
    look = find_look(ctx.obj.colour)
    write_page(build_tag_table(found, look), look, sys.stdout)
    sys.stdout.flush()
    for head in heads[1:]:
        if head.name in words:  # perhaps a tag was meant
            say(f"{head.name!r} is the name of a run; as a tag: {head.name}=true")
