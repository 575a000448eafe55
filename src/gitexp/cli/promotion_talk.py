"""What ``exp promote`` tells of what it did, in lines and as fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.cli.terminal import say, warn
from gitexp.model.registry import ARCHIVE, NO_STAGE, name_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitexp.actions.promote import Promotion
    from gitexp.actions.registry_commit import RegistryCommit


def tell_planned(promotion: Promotion) -> None:
    """What would be written, or that it is written already."""
    name = promotion.subject.name
    if not promotion.entries:
        say(f"{name} is {_describe_place(promotion)} already: nothing to write")
        return
    for line in _describe_lines(promotion):
        say(f"would write: {line}")
    say("nothing was written")


def tell_written(promotion: Promotion, path: str, made: RegistryCommit | None) -> None:
    """What was written, where, and what is to be done next."""
    subject = promotion.subject
    for line in _describe_lines(promotion):
        say(line)
    if promotion.is_new_model:
        say(f"{subject.model} is a new model in {path}")
    if promotion.verdict.forced:
        warn(f"passed over, and kept in the history: {'; '.join(promotion.verdict.forced)}")
    left = subject.version.stage
    if left not in (NO_STAGE, ARCHIVE, promotion.stage) and not promotion.after.models[subject.model].at(left):
        say(f"nothing of {subject.model} is in {left} now")
    if made is None:
        say(f"{path} is changed; to share it: git add {path} && git commit {path}")
        return
    where = f"on {made.branch}" if made.branch is not None else "on a detached HEAD: no branch has it"
    say(f"{path} is committed as {made.commit[:10]} {where}")
    remote = "origin" if "origin" in made.remotes else next(iter(made.remotes), None)
    if made.is_new_branch:
        say("what is checked out stays as it is")
    if remote is not None:
        target = made.branch if made.branch is not None else "HEAD:refs/heads/NAME"
        say(f"to share it: git push {remote} {target}")


def promotion_fields(
    promotion: Promotion, path: str | None, made: RegistryCommit | None, *, dry_run: bool
) -> dict[str, object]:
    """A promotion as JSON has it; ``written`` is the file's path where it was written."""
    from gitexp.render.json_form import to_plain
    from gitexp.render.version_fields import change_fields

    subject = promotion.subject
    version = promotion.after.models[subject.model].version(subject.version.number)
    return {
        "model": subject.model,
        "name": subject.name,
        "version": to_plain(version),
        "is_new": subject.is_new,
        "stage": promotion.stage,
        "stage_before": None if subject.is_new else subject.version.stage,
        "replaced": [
            name_version(subject.model, number)
            for number, entry in promotion.entries
            if entry.stage is not None and number != subject.version.number
        ],
        "entries": [
            {"version": number, **to_plain({key: one for key, one in entry._asdict().items() if one})}
            for number, entry in promotion.entries
        ],
        "requirements": [to_plain(one) for one in promotion.verdict.judged],
        "forced": list(promotion.verdict.forced),
        "change": change_fields(promotion.change),
        "dry_run": dry_run,
        "written": path,
        "commit": to_plain(made),
    }


def _describe_lines(promotion: Promotion) -> Iterator[str]:
    subject = promotion.subject
    for number, entry in promotion.entries:
        name = name_version(subject.model, number)
        if entry.stage is not None:
            yield f"{name} {_describe_move(promotion, number, entry.stage, is_rollback=entry.is_rollback)}"
        elif entry.alias is not None:
            yield f"{name} is {subject.model}@{entry.alias}"
        else:
            yield f"{name} is not {subject.model}@{entry.unalias} any more"


def _describe_move(promotion: Promotion, number: int, stage: str, *, is_rollback: bool) -> str:
    subject = promotion.subject
    if number == subject.version.number and subject.is_new:
        run = subject.run.name if subject.run is not None else subject.version.run
        made = f"is {subject.version.artifact.path} of run {run}"
        return f"{made}, in no stage yet" if stage == NO_STAGE else f"{made}, in {stage}"
    model = promotion.before.registry.models.get(subject.model) if promotion.before is not None else None
    version = model.version(number) if model is not None else None
    before = f", out of {version.stage}" if version is not None and version.stage != NO_STAGE else ""
    return ("is in no stage" if stage == NO_STAGE else f"is in {stage}") + (" again" if is_rollback else "") + before


def _describe_place(promotion: Promotion) -> str:
    version = promotion.subject.version
    place = "in no stage" if version.stage == NO_STAGE else f"in {version.stage}"
    return " and ".join((place, *(f"{promotion.subject.model}@{alias}" for alias in version.aliases)))
