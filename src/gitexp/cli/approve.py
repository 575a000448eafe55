"""``exp approve``: a signed yes to a version of a model, or its withdrawal."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.cli.completion import complete_version
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import COLOUR_OPTION, JSON_OPTION
from gitexp.cli.registry_completion import complete_stage
from gitexp.cli.terminal import find_look, say
from gitexp.model.registry import ARCHIVE, name_version

if TYPE_CHECKING:
    from gitexp.actions.approve import Approved
    from gitexp.actions.plan_approval import PlannedApproval
    from gitexp.model.policy_verdict import Case

EXAMPLES = """
exp approve fraud:v3 --stage production --why "slices are fine"
exp approve fraud:v3 --dry-run     what would be signed
exp approve fraud:v3 --withdraw    takes it back
exp approve fraud:v3 --json        the statement and signature
"""


def approve(
    ctx: typer.Context,
    version: Annotated[
        str,
        typer.Argument(
            metavar="VERSION",
            help="A version: fraud:v3, fraud@staging.",
            autocompletion=complete_version,
            show_default=False,
        ),
    ],
    stage: Annotated[
        str | None,
        typer.Option(
            "--stage",
            "-s",
            metavar="STAGE",
            help="Where it may go; else the one stage that asks for approvals.",
            autocompletion=complete_stage,
        ),
    ] = None,
    why: Annotated[str | None, typer.Option("--why", metavar="TEXT", help="What you looked at; is signed too.")] = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take back what you approved.")] = False,
    commit: Annotated[bool, typer.Option("--commit", help="Commit registry.yaml, alone.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", "-n", help="Sign and write nothing; only show it.")] = False,
    as_json: JSON_OPTION = False,
    colour: COLOUR_OPTION = "auto",
) -> None:
    """Approve a version of a model for a stage, with your signature.

    Git signs, with the ssh or gpg key that it signs commits with: the run's commit, the artifact's hash, the stage, its
    policy and your reason. The approval waits in registry.yaml until exp promote takes it along. It holds for these
    bytes and this policy alone; anybody can check it, offline.
    """
    from gitexp.actions.approve import carry_out, commit_approval
    from gitexp.actions.plan_approval import ApprovalRequest, plan_approval

    store = open_recovered()
    planned = plan_approval(store, ApprovalRequest(version, stage, why, withdraw), datetime.now(UTC))
    if not as_json:
        _show(ctx, planned)
    done: Approved | None = None
    committed: str | None = None
    if commit and not dry_run:
        done, committed = commit_approval(store, planned)
    elif not dry_run:
        done = carry_out(store, planned)
    if as_json:
        from gitexp.actions.approve import envelop
        from gitexp.cli.output import write_envelope
        from gitexp.render.approval_page import approval_fields, case_fields

        checked = done.checked if done is not None else planned.case.approvals
        judged = planned.judge(checked)
        write_envelope(
            {
                **case_fields(planned.case),
                "approval": approval_fields(done.own) if done is not None else None,
                "envelope": envelop(store, planned, done.approval if done is not None else planned.approval),
                "approvals": list(map(approval_fields, checked)),
                "enough": judged.is_met,
                "found": judged.found,
                "file": done.path if done is not None else planned.file.file,
                "commit": committed,
                "dry_run": dry_run,
            }
        )
        return
    _tell(planned, done, committed)


def _show(ctx: typer.Context, planned: PlannedApproval) -> None:
    from gitexp.render.approval_page import build_approval
    from gitexp.render.screen import write_page

    look = find_look(ctx.obj.colour)
    write_page(build_approval(planned.case, planned.judge(planned.case.approvals), look), look, sys.stdout)
    sys.stdout.flush()  # the program that signs may ask for a passphrase next


def _tell(planned: PlannedApproval, done: Approved | None, committed: str | None) -> None:
    verb = "withdrawn" if planned.approval.is_withdrawal else "approved"
    if done is None:
        say(f"would be {verb} as {planned.approval.by}; nothing was signed")
        return
    say(f"{verb} as {planned.approval.by}, signed with {done.own.key}; it waits in {done.path}")
    if committed is not None:
        say(f"committed: {committed[:7]}")
    if planned.case.version.stage == planned.case.stage:
        say(f"{planned.name} stays in {planned.case.stage}: to take it out is a promotion, or --rollback")
        return
    if not planned.case.policy.approvals:
        say(f"{planned.case.stage} asks for no approvals; it stands in the file all the same")
        return
    judged = planned.judge(done.checked)
    say(judged.found)
    if judged.is_met and not planned.approval.is_withdrawal:
        say(f"next: {_point(planned.case)}")


def _point(case: Case) -> str:
    """The promotion that is due now, as it would go through."""
    policy = case.policy
    room = " --archive-previous" if case.present is not None and not policy.several and case.stage != ARCHIVE else ""
    who = "" if policy.self_approval else "  (typed by somebody who has not approved it)"
    return f"exp promote {name_version(case.model, case.version.number)} --stage {case.stage}{room}{who}"
