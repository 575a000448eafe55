"""``exp compare --group-by``: what groups of runs come to."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.choose_runs import choose_runs
from gitexp.actions.compare_groups import compare_groups
from gitexp.cli.terminal import find_look, say, warn

if TYPE_CHECKING:
    from gitexp.actions.choose_runs import ChosenRuns, RunChoice
    from gitexp.model.group_comparison import GroupComparison, Procedure
    from gitexp.store.runs import RunStore

_NAMED = 3


class GroupRequest(NamedTuple):
    """How runs are to be grouped and held against each other, and in which form that is printed."""

    by: tuple[str, ...]
    baseline: str | None
    metrics: tuple[str, ...]
    procedure: Procedure
    form: str | None
    everything: bool
    colour: str


def write_groups(store: RunStore, choice: RunChoice, request: GroupRequest) -> None:
    """Compares groups of the chosen runs and prints that. Raises as ``compare_groups`` does."""
    from gitexp.render.group_comparison import MOST_METRICS

    chosen = choose_runs(store, choice)
    is_cut = request.form is None and not request.everything and find_look(request.colour).is_screen
    comparison, unread = compare_groups(
        store,
        chosen,
        request.by,
        baseline=request.baseline,
        metrics=request.metrics,
        procedure=request.procedure,
        most=MOST_METRICS if is_cut else 0,
    )
    broken = {error.message: error for error in (*chosen.broken, *unread)}
    if request.form == "--json":
        from gitexp.cli.output import write_envelope
        from gitexp.render.group_tables import group_fields

        write_envelope({"experiment": chosen.experiment, **group_fields(comparison)}, list(broken.values()))
        return
    for error in broken.values():
        warn(error.message)
    if request.form == "--csv":
        from gitexp.render.group_tables import format_groups_csv

        sys.stdout.write(format_groups_csv(comparison))
    elif request.form == "--md":
        from gitexp.render.group_tables import format_groups_markdown

        sys.stdout.write(format_groups_markdown(comparison))
    elif comparison.groups:
        _write_page(store, comparison, request)
    _tell(chosen, comparison, is_plain=request.form is None)


def _write_page(store: RunStore, comparison: GroupComparison, request: GroupRequest) -> None:
    import io

    from gitexp.cli.pager import write_paged
    from gitexp.render.group_comparison import build_group_comparison
    from gitexp.render.screen import write_page

    look = find_look(request.colour)
    page = io.StringIO()
    write_page(build_group_comparison(comparison, look, everything=request.everything), look, page)
    write_paged(store.repository, page.getvalue().encode(sys.stdout.encoding or "utf-8", "backslashreplace"), look)


def _tell(chosen: ChosenRuns, comparison: GroupComparison, *, is_plain: bool) -> None:
    sys.stdout.flush()
    for spec in chosen.repeated:
        say(f"{spec} is a run that was named before: it counts once")
    others = [head for group in comparison.groups for head in group.others]
    if others:
        counts = ", ".join(
            f"{count} {status}" for status, count in Counter(head.status.value for head in others).items()
        )
        named = ", ".join(head.name for head in others[:_NAMED])
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        say(f"only finished runs count; not {counts}: {named}{more}")
    if not comparison.groups:
        say("no runs to compare; exp ls --all lists those of every experiment")
        return
    if not comparison.metrics:
        say("no finished run has a metric")
    for note in comparison.notes:
        say(note)
    if not is_plain:
        return
    if comparison.family > 1:
        say(f"p values are corrected after Holm over the {comparison.family} groups of a metric, not over metrics")
    if len(comparison.groups) > 1 and comparison.baseline is None:
        say(
            f"is a difference more than noise? --baseline '{comparison.groups[0].label}', or a run of it, has it tested"
        )
    elif len(comparison.groups) == 1:
        say("one group alone: there is nothing to compare it with")
    if comparison.undirected and comparison.baseline is not None:
        named = ", ".join(comparison.undirected[:_NAMED])
        more = f" and {len(comparison.undirected) - _NAMED} more" if len(comparison.undirected) > _NAMED else ""
        setting = f"metrics: {{{comparison.undirected[0]}: maximize}}, or minimize"
        say(f"is more or less of {named}{more} better? In .exp.yaml, {setting}")
