"""``exp promote``: a run becomes a version of a model, and a version moves from stage to stage."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, EXPERIMENT_OPTION, JSON_OPTION
from gitexp.cli.registry_completion import (
    complete_alias,
    complete_model,
    complete_promoted,
    complete_stage,
)
from gitexp.cli.terminal import find_look
from gitexp.errors import ExpError, UsageError

if TYPE_CHECKING:
    from gitexp.actions.promote import Promotion
    from gitexp.actions.registry_commit import CommitPlace, RegistryCommit
    from gitexp.store.runs import RunStore

EXAMPLES = """
exp promote last --model fraud --stage staging
exp promote max:val_auc --model fraud --artifact model.pt
exp promote fraud:v3 --stage production --archive-previous
exp promote fraud:v3 --alias champion --why 'won the A/B test'
exp promote fraud:v3 --stage production --dry-run
exp promote fraud:v3 --stage production --commit --branch v3
exp promote fraud --stage production --rollback
exp promote fraud:v2 --stage none       out of its stage
"""


def promote(
    ctx: typer.Context,
    spec: Annotated[
        str,
        typer.Argument(
            metavar="RUN|VERSION",
            help="With --model a run, else a version: fraud:v3, fraud@staging.",
            autocompletion=complete_promoted,
            show_default=False,
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            "--model", "-m", metavar="NAME", help="Make the run a version of it.", autocompletion=complete_model
        ),
    ] = None,
    stage: Annotated[
        str | None,
        typer.Option(
            "--stage", "-s", metavar="STAGE", help="Where it goes; none: out of all.", autocompletion=complete_stage
        ),
    ] = None,
    artifact: Annotated[
        str | None,
        typer.Option("--artifact", metavar="PATH", help="What is deployed, where the run has several."),
    ] = None,
    alias: Annotated[
        list[str] | None,
        typer.Option(
            "--alias", metavar="NAME", help="A further name, taken from who has it.", autocompletion=complete_alias
        ),
    ] = None,
    unalias: Annotated[
        list[str] | None,
        typer.Option("--unalias", metavar="NAME", help="Take a name away.", autocompletion=complete_alias),
    ] = None,
    why: Annotated[str | None, typer.Option("--why", metavar="TEXT", help="The reason; it stays for good.")] = None,
    require: Annotated[
        list[str] | None,
        typer.Option("--require", metavar="FILTER", help="Refuse unless it is true: 'metrics.val_auc > 0.9'."),
    ] = None,
    archive_previous: Annotated[
        bool, typer.Option("--archive-previous", help="Archive what is in the stage now.")
    ] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Put back what was in the stage before; archive what is there.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Pass over what fails, where the policy allows it; needs --why.")
    ] = False,
    commit: Annotated[bool, typer.Option("--commit", help="Commit the file, and nothing else.")] = False,
    branch: Annotated[
        str | None,
        typer.Option("--branch", metavar="NAME", help="With --commit: on a new branch, which is not checked out."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Show and judge it; write nothing.")] = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> int:
    """Make a run a version of a model, or move a version to another stage, in the file registry.yaml.

    What would change against the version in that stage is shown first, and all that the stage's policy asks is judged.
    Where anything fails the file stays as it is and the exit status is 1. Every move is a new line of the version's
    history. Nothing is asked on the terminal, so that it works in CI. Approvals are given by exp approve.
    """
    from gitexp.actions.promote import plan_promotion
    from gitexp.actions.promoted_words import PromotionRequest
    from gitexp.actions.registry_commit import find_commit_place

    if branch is not None and not commit:
        raise UsageError("--branch is where --commit goes", hint=f"--commit --branch {branch}")
    store = open_recovered()
    place = find_commit_place(store, branch) if commit else None
    request = PromotionRequest(
        spec=spec,
        model=model,
        stage=stage,
        artifact=artifact,
        aliases=tuple(alias or ()),
        unaliases=tuple(unalias or ()),
        why=why,
        require=tuple(require or ()),
        archive_previous=archive_previous,
        force=force,
        rollback=rollback,
        experiment=experiment,
    )
    promotion = plan_promotion(store, request, now=datetime.now(UTC))
    if as_json:
        return _write_json(store, promotion, place, dry_run=dry_run)
    _show(promotion, ctx.obj.colour)
    from gitexp.cli.promotion_talk import tell_planned, tell_written

    promotion.refuse()
    if dry_run or not promotion.entries:
        tell_planned(promotion)
        return 0
    path, made = _write(store, promotion, place)
    tell_written(promotion, path, made)
    return 0


def _write(store: RunStore, promotion: Promotion, place: CommitPlace | None) -> tuple[str, RegistryCommit | None]:
    from gitexp.actions.promote import carry_out
    from gitexp.actions.registry_commit import commit_promotion
    from gitexp.store.registry_file import registry_path

    if place is None:
        return carry_out(store, promotion), None
    return registry_path(store), commit_promotion(store, promotion, place)


def _show(promotion: Promotion, colour: str) -> None:
    from gitexp.render.screen import write_page
    from gitexp.render.version_change import build_requirements, build_version_change

    look = find_look(colour)
    page = build_version_change(promotion.change, look) if promotion.change is not None else []
    page += build_requirements(promotion.verdict.judged, promotion.verdict.forced, promotion.stage, look)
    if page:
        write_page(page, look, sys.stdout)
        sys.stdout.flush()


def _write_json(store: RunStore, promotion: Promotion, place: CommitPlace | None, *, dry_run: bool) -> int:
    from gitexp.cli.output import write_envelope
    from gitexp.cli.promotion_talk import promotion_fields

    errors: list[ExpError] = []
    path = made = None
    try:
        promotion.refuse()
        if promotion.entries and not dry_run:
            path, made = _write(store, promotion, place)
    except ExpError as error:
        errors.append(error)
    write_envelope(promotion_fields(promotion, path, made, dry_run=dry_run), errors)
    return errors[0].exit_status if errors else 0
