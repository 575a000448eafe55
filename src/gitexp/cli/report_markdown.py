"""``exp report --format md``: runs in a comment on a pull request."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gitexp.cli.opening import open_recovered
from gitexp.cli.specs import STDIN
from gitexp.cli.terminal import say, warn

if TYPE_CHECKING:
    from gitexp.actions.choose_runs import RunChoice


def write_markdown(
    choice: RunChoice,
    title: str | None,
    group_by: tuple[str, ...],
    baseline: str | None,
    path: str | None,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Writes the report to standard output, or into a file."""
    from gitexp.actions.page_file import check_page_file, write_page_file
    from gitexp.actions.report_summary import summarize_report
    from gitexp.render.report_markdown import MARK, format_report_markdown

    to_file = path is not None and path != STDIN
    if to_file and path is not None:
        check_page_file(path, force=force, is_own=lambda beginning: beginning.startswith(MARK.encode()))
    read = summarize_report(open_recovered(), choice, title=title or "", group_by=group_by, baseline=baseline)
    text = format_report_markdown(read.summary)
    if to_file and path is not None:
        write_page_file(path, text)
    if as_json:
        from gitexp.cli.output import write_envelope

        ids = [str(head.id) for head in read.summary.table.heads]
        fields = {"path": path if to_file else None, "runs": ids, "total": read.chosen.total, "markdown": text}
        write_envelope({**fields, "left_out": list(read.summary.left_out)}, read.broken)
        return
    for error in read.broken:
        warn(error.message)
    for spec in read.chosen.repeated:
        say(f"{spec} is a run that was named before: it is shown once")
    if not read.summary.table.heads:
        none = f"no run passes --where {choice.where!r}" if choice.where is not None else "no runs here"
        say(f"{none}: the report is empty")
    sys.stdout.write(f"{path}\n" if to_file else text)
