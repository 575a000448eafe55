"""What a check of the registry found, as GitHub Actions shows it: at the line of the file, and as a job summary.

All that comes from the file is hostile: a name must neither end the command that it stands in nor be a mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.github_text import escape_text, format_name
from gitexp.render.registry_check import describe_transition, summarise_check
from gitexp.render.text import neutralise, shorten

if TYPE_CHECKING:
    from gitexp.model.registry_check import Problem, RegistryCheck, Transition

_MOST_PROBLEMS = 200
_MOST_TRANSITIONS = 40
_WIDEST = 400


def format_annotations(found: RegistryCheck) -> str:
    """A line for each problem, in the form of GitHub's workflow commands; the path is relative to the repository."""
    return "".join(_annotate(found, problem) for problem in found.problems)


def format_log_line(text: str) -> str:
    """A line of a job's log in which nothing is a command: one begins a line with ``::``, or has ``##[`` anywhere."""
    return "exp: " + neutralise(text).replace("##[", "## [")


def _annotate(found: RegistryCheck, problem: Problem) -> str:
    fields = {"file": found.path, "line": str(problem.line or 1), "title": f"registry: {problem.code}"}
    said = ",".join(f"{key}={_escape_property(value)}" for key, value in fields.items())
    hint = f"\nhint: {neutralise(problem.hint)}" if problem.hint else ""
    return f"::error {said}::{_escape_data(neutralise(problem.message) + hint)}\n"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(neutralise(text)).replace(":", "%3A").replace(",", "%2C")


def format_summary(found: RegistryCheck) -> str:
    """The check as Markdown for a job summary."""
    sign = ":white_check_mark:" if found.holds else ":x:"
    parts = [f"### {sign} exp registry check", escape_text(summarise_check(found))]
    if found.problems:
        rows = [_write_problem(one) for one in found.problems[:_MOST_PROBLEMS]]
        parts.append("\n".join(["| line | code | problem |", "| ---: | --- | --- |", *rows]))
        more = len(found.problems) - _MOST_PROBLEMS
        if more > 0:
            parts.append(f"and {more} more")
    parts += [_write_transition(one) for one in found.transitions[:_MOST_TRANSITIONS]]
    if found.notes:
        parts.append("\n".join(f"- {escape_text(shorten(note, _WIDEST))}" for note in found.notes))
    return "\n\n".join(parts) + "\n"


def _write_problem(problem: Problem) -> str:
    place = str(problem.line) if problem.line is not None else ""
    message = escape_text(shorten(problem.message, _WIDEST))
    hint = f"<br>hint: {format_name(problem.hint, _WIDEST)}" if problem.hint else ""
    return f"| {place} | <code>{problem.code.replace(' ', '-')}</code> | {message}{hint} |"


def _write_transition(one: Transition) -> str:
    lines = [f"**{escape_text(describe_transition(one))}** by {escape_text(one.by)}"]
    if one.judged:
        lines += ["", "| | requirement | found |", "| --- | --- | --- |"]
        lines += [
            f"| {':white_check_mark:' if it.is_met else ':x:'} | {format_name(it.requirement, _WIDEST)} "
            f"| {escape_text(shorten(it.found, _WIDEST))} |"
            for it in one.judged
        ]
    if one.approvals:
        lines += ["", "| approved by | |", "| --- | --- |"]
        lines += [
            f"| {escape_text(it.approval.by)} | {escape_text(it.standing)}: {escape_text(shorten(it.why, _WIDEST))} |"
            for it in one.approvals
        ]
    return "\n".join(lines)
