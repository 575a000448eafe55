"""What changed in the registry, as a comment on a pull request: Markdown as GitHub shows it, within its length."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.registry import ARCHIVE, NO_STAGE
from gitexp.render.github_text import escape_text, format_name
from gitexp.render.registry_markdown_change import Shares, write_code, write_inputs, write_metrics
from gitexp.render.registry_markdown_gate import write_approvals, write_gate
from gitexp.render.registry_markdown_lineage import write_lineage
from gitexp.render.times import format_iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.registry import Entry
    from gitexp.model.registry_check import Problem, RegistryCheck
    from gitexp.model.registry_report import RegistryDiff, ReportedVersion

MOST_CHARACTERS = 65_000
"""GitHub refuses a comment of more than 65,536."""
_ENDS = "\n\n*The rest is cut: a comment has no room for it.*\n"


class Room(NamedTuple):
    """How much of each part may stand there."""

    versions: int = 20
    problems: int = 50
    shares: Shares = Shares()


_ROOMS = (
    Room(),
    Room(10, 30, Shares(metrics=6, keys=8, files=4, steps=4, people=8)),
    Room(5, 20, Shares(metrics=3, keys=3, files=0, steps=0, people=4)),
)


def make_mark(path: str) -> str:
    """The first line: by it an earlier report on the same registry is known."""
    safe = "".join(letter if letter.isalnum() or letter in "._/" else "-" for letter in path)
    return f"<!-- exp registry {safe.replace('--', '-')} -->"


def format_registry_markdown(diff: RegistryDiff, *, most: int = MOST_CHARACTERS) -> str:
    """The report, in at most so many characters as GitHub counts them: long parts are cut, and say so."""
    text = ""
    for room in _ROOMS:
        text = _write(diff, room)
        if _count(text) <= most:
            return text
    while _count(text) + len(_ENDS) + 100 > most:
        kept = text.rstrip("\n").rpartition("\n")[0]
        if not kept:
            break
        text = kept
    return text + "\n\n</details>" * (text.count("<details>") - text.count("</details>")) + _ENDS


def _write(diff: RegistryDiff, room: Room) -> str:
    parts = [f"{make_mark(diff.path)}\n### {_title(diff)}"]
    if diff.check is not None:
        parts.append(_write_check(diff.check, room.problems))
    if diff.broken is not None and diff.check is None:
        parts.append(f"❌ {escape_text(diff.broken.message)}")
    parts += [f"- {escape_text(note)}" for note in diff.notes]
    parts += [
        f"- {format_name(name)} is gone: versions are never taken out" for name in diff.difference.gone[: room.problems]
    ]
    parts += [
        f"- nothing of {format_name(one.model)} is in {format_name(one.stage)} any more"
        for one in diff.difference.vacated[: room.problems]
    ]
    versions = sorted(diff.versions, key=_is_leaving)
    for one in versions[: room.versions]:
        parts += _write_version(one, room.shares)
    rest = [one.difference.name for one in versions[room.versions :]]
    if rest:
        more = f" and {len(rest) - 50} others" if len(rest) > 50 else ""
        parts.append(f"No room here for {', '.join(map(format_name, rest[:50]))}{more}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _title(diff: RegistryDiff) -> str:
    if diff.broken is not None:
        return f"{format_name(diff.path)} cannot be read"
    if not diff.versions and not diff.difference.gone:
        return f"No version of {format_name(diff.path)} changes"
    staying = [one.difference for one in diff.versions if not _is_leaving(one)]
    if len(staying) == 1 and staying[0].has_moved:
        return f"{format_name(staying[0].name)} goes to {escape_text(staying[0].now.stage)}"
    count = len(diff.versions)
    return f"{count} {'version changes' if count == 1 else 'versions change'} in {format_name(diff.path)}"


def _is_leaving(one: ReportedVersion) -> bool:
    """Whether it only makes room: nobody needs its metrics any more."""
    return one.difference.has_moved and one.difference.now.stage in (NO_STAGE, ARCHIVE)


def _write_check(check: RegistryCheck, most: int) -> str:
    count = len(check.problems)
    notes = "".join(f"\n- {escape_text(note)}" for note in check.notes[:most])
    if not count:
        asked = f", {format_name(check.remote)} included" if check.remote is not None else ""
        return f"✅ The registry holds{asked}.{notes and chr(10) + notes}"
    lines = [f"❌ **{count} {'problem' if count == 1 else 'problems'}**", ""]
    lines += [f"- {_tell_problem(one)}" for one in check.problems[:most]]
    if count > most:
        lines.append(f"- and {count - most} more: `exp registry check` lists them")
    return "\n".join(lines) + notes


def _tell_problem(problem: Problem) -> str:
    place = f"line {problem.line}: " if problem.line is not None else ""
    first, *more = problem.message.split("\n")
    lines = "".join(f"<br>{escape_text(one.strip())}" for one in more[:20])
    hint = f"<br>hint: {escape_text(problem.hint)}" if problem.hint else ""
    return f"{place}{escape_text(first)}{lines}{hint}"


def _write_version(one: ReportedVersion, shares: Shares) -> list[str]:
    difference = one.difference
    parts = [f"#### {format_name(difference.name)}: {_tell_move(one)}", _write_entries(difference.entries, shares)]
    if _is_leaving(one) and difference.was is not None:
        return parts
    parts += write_gate(one)
    parts += write_approvals(one, shares.people)
    parts += write_metrics(one, shares)
    parts += write_inputs(one.change, shares)
    parts += write_code(one.change, shares)
    parts += [f"- {escape_text(note)}" for note in one.change.notes]
    parts += write_lineage(one)
    return parts


def _tell_move(one: ReportedVersion) -> str:
    difference = one.difference
    before, now = difference.stage_before, difference.now.stage
    said = []
    if difference.was is None:
        said.append("new" if now == NO_STAGE else f"new, to **{escape_text(now)}**")
    elif difference.has_moved:
        said.append(f"{escape_text(before)} → **{escape_text(now)}**")
    else:
        said.append(f"stays in {escape_text(now)}" if now != NO_STAGE else "in no stage")
    if difference.replaced is not None:
        said.append(f"in place of v{difference.replaced.number}")
    had = difference.was.aliases if difference.was is not None else ()
    said += [f"now also {format_name(alias)}" for alias in difference.now.aliases if alias not in had]
    said += [f"no longer {format_name(alias)}" for alias in had if alias not in difference.now.aliases]
    return ", ".join(said)


def _write_entries(entries: Sequence[Entry], shares: Shares) -> str:
    lines = [f"- {_tell_entry(entry)}" for entry in entries[-shares.people :]]
    if len(entries) > shares.people:
        lines.insert(0, f"- {len(entries) - shares.people} entries before")
    return "\n".join(lines)


def _tell_entry(entry: Entry) -> str:
    if entry.stage is not None:
        what = f"{'back to' if entry.is_rollback else 'to'} {escape_text(entry.stage)}"
    elif entry.alias is not None:
        what = f"alias {format_name(entry.alias)}"
    else:
        what = f"no longer {format_name(entry.unalias or '')}"
    why = f": {escape_text(entry.why)}" if entry.why else ""
    forced = f" ⚠️ **forced** past {', '.join(map(format_name, entry.forced))}" if entry.forced else ""
    return f"{what} by {escape_text(entry.by)}, {escape_text(format_iso(entry.at))}{why}{forced}"


def _count(text: str) -> int:
    """Characters as GitHub counts them at most: those beyond the first 65,536 of Unicode as two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
