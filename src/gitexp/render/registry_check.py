"""What a check of the registry found, for people: problems by their lines, and what was let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.registry import name_version
from gitexp.render.page import Gap, Span, Text, line
from gitexp.render.text import neutralise, width_of

if TYPE_CHECKING:
    from gitexp.model.registry_check import RegistryCheck, Transition
    from gitexp.render.page import Line, Look, Page


def build_registry_check(found: RegistryCheck, look: Look) -> Page:
    """Problems first, each with its place, its code, and beneath it what to do; then the transitions."""
    lines: list[Line] = []
    has_signs = look.glyphs and look.is_screen
    for problem in found.problems:
        place = f"{found.path}:{problem.line}" if problem.line is not None else found.path
        sign = "✗ " if has_signs else ""
        lines.append(line(Span(f"{sign}{place}", "bad"), Span(f"  {problem.code}", "muted")))
        lines.append(line(f"    {problem.message}"))
        if problem.hint is not None:
            lines.append(line("    ", Span("hint: ", "muted"), Span(problem.hint, "command")))
    page: Page = [Text(tuple(lines))] if lines else []
    if found.transitions:
        said = [piece for one in found.transitions for piece in _build_transition(one, has_signs=has_signs)]
        page += [*([Gap()] if lines else []), Text(tuple(said))]
    return page


def summarise_check(found: RegistryCheck) -> str:
    """``registry.yaml: 3 versions, 1 transition since 1234567: it holds``, or how many problems there are."""
    looked = [_count(found.versions, "version")] if found.versions else []
    if found.base is not None:
        looked.append(f"{_count(len(found.transitions), 'transition')} since {found.base[:7]}")
    if found.remote is not None:
        looked.append(f"{found.remote} asked")
    verdict = _count(len(found.problems), "problem") if found.problems else "it holds"
    return f"{found.path}: {', '.join([*looked, '']).removesuffix(', ')}{': ' if looked else ''}{verdict}"


def describe_transition(one: Transition) -> str:
    """``fraud:v3 to production, in place of v2``."""
    instead = f", in place of v{one.present}" if one.present is not None else ""
    kind = " (rolled back)" if one.is_rollback else " (forced)" if one.forced else ""
    return f"{name_version(one.model, one.version)} to {one.stage}{instead}{kind}"


def _build_transition(one: Transition, *, has_signs: bool) -> list[Line]:
    lines = [line(Span(describe_transition(one), "name"), Span(f"  by {one.by}", "muted"))]
    widest = max((width_of(neutralise(judged.requirement)) for judged in one.judged), default=0)
    for judged in one.judged:
        if has_signs:
            sign = Span("✓ " if judged.is_met else "✗ ", "good" if judged.is_met else "bad")
        else:
            sign = Span("ok  " if judged.is_met else "NO  ")
        gap = " " * (widest - width_of(neutralise(judged.requirement)) + 2)
        lines.append(line("    ", sign, Span(judged.requirement), gap, Span(judged.found, "muted")))
    return lines


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
