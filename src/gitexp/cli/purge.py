"""``exp purge``: erases runs for good."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gitexp.actions.purge import plan_purge, purge_runs
from gitexp.actions.remote_runs import find_remote
from gitexp.cli.completion import complete_remote, complete_run
from gitexp.cli.opening import open_recovered
from gitexp.cli.options import EXPERIMENT_OPTION, JSON_OPTION
from gitexp.cli.run_words import read_run_words
from gitexp.cli.terminal import say, warn
from gitexp.errors import Refused
from gitexp.git.remote import Talk

if TYPE_CHECKING:
    from gitexp.actions.purge import Purge, PurgePlan
    from gitexp.git.remotes import Remote

EXAMPLES = """
exp purge k3v9                         erases it here, after asking once
exp purge k3v9 --remote                and on the remote with the runs
exp purge k3v9 --remote --to backup    and on that one
exp purge k3v9 p7qw --yes --why 'a password in its output'
"""
_NAMED = 5


def purge(
    run: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="The runs; - reads them from standard input, and takes --yes.",
            autocompletion=complete_run,
            show_default=False,
        ),
    ],
    remote: Annotated[bool, typer.Option("--remote", help="Erase them on the remote with the runs too.")] = False,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="REMOTE",
            help="Which remote, by name or URL; implies --remote.",
            autocompletion=complete_remote,
        ),
    ] = None,
    why: Annotated[
        str | None,
        typer.Option("--why", metavar="TEXT", help="Why, for whoever wonders where it is. Everybody reads it."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    experiment: EXPERIMENT_OPTION = None,
    as_json: JSON_OPTION = False,
) -> int:
    """Erase a run for good: its refs, its place in folds, and every object that nothing else needs.

    There is no way back; exp rm only hides a run. The id goes into a list that exp push and exp pull share, so that no
    clone lists the run or brings it back. The objects are erased in this clone and with --remote over there; every
    other clone that has them keeps them until exp purge is typed in it. A credential that was in a run is known:
    change it. The exit status is 1 where something is left.
    """
    runs = read_run_words(run, "exp purge - --yes").all
    store = open_recovered()
    plan = plan_purge(store, runs, experiment)
    place = find_remote(store, to, for_push=True) if remote or to is not None else None
    for commit in plan.own:
        warn(f"a commit of yours goes along, to which nothing else leads: {commit.commit[:12]} {commit.subject}")
    if plan.own and not yes:
        say(f"to keep it: git branch NAME {plan.own[0].commit[:12]}")
    if not yes:
        _ask(plan, place)
    talk = Talk(may_ask=sys.stderr.isatty())
    done = purge_runs(store, plan, datetime.now(UTC), why=why, remote=place, talk=talk)
    if as_json:
        from gitexp.cli.output import write_envelope

        write_envelope(_fields(done))
    else:
        _tell(done)
    return int(bool(done.erased.left or done.holders or (done.remote is not None and done.remote.refused)))


def _ask(plan: PurgePlan, remote: Remote | None) -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        there = "" if remote is None else f" --to {remote.name}"
        raise Refused(
            "to erase is for good, and there is no terminal to ask on",
            hint=f"exp purge {' '.join(plan.ids)}{there} --yes",
        )
    for head in plan.heads:
        say(f"{head.id}  {head.name}  {head.status.value}  {head.started_at:%Y-%m-%d %H:%M}  {head.command}")
    for run_id in plan.remains:
        say(f"{run_id}  what is left of it")
    artifacts = f" with {_count(plan.artifacts, 'artifact')}" if plan.artifacts else ""
    where = f" here and on {remote.name} ({remote.url})" if remote is not None else " here"
    sys.stderr.write(f"Erase {_count(len(plan.ids), 'run')}{artifacts}{where}, for good? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("nothing was erased")


def _tell(done: Purge) -> None:
    names = [f"{head.name} ({head.id})" for head in done.plan.heads] + list(done.plan.remains)
    sys.stdout.writelines(f"erased {name}\n" for name in names)
    sys.stdout.flush()
    if done.is_partial:
        warn("this is a partial clone: the objects are erased by: git gc --prune=now")
    else:
        say(f"{_count(done.erased.objects, 'object')} erased from this clone")
    if done.erased.left:
        warn(f"{_count(len(done.erased.left), 'object')} could not be erased: in a pack that is kept, or borrowed")
    for ref in done.holders:
        warn(f"{ref} leads to what was erased, and holds it: git update-ref -d {ref}")
    if done.plan.cached:
        cached = _count(done.plan.cached, "artifact")
        say(f"{cached} stay{'s' * (done.plan.cached == 1)} in the cache, where other runs may need the bytes: exp gc")
    for path, md5 in done.plan.sent[:_NAMED]:
        warn(f"{path} was sent to a data remote and stays there: files/md5/{md5[:2]}/{md5[2:]}")
    if len(done.plan.sent) > _NAMED:
        warn(f"and {len(done.plan.sent) - _NAMED} more artifacts, which --json names")
    _tell_remote(done)
    say("every clone that pulled it keeps it until exp purge is typed there; forks keep it. Change credentials it held")


def _tell_remote(done: Purge) -> None:
    if done.remote is None:
        say(f"no remote was asked; to erase it there too: exp purge {' '.join(done.plan.ids)} --remote")
        return
    name = done.remote.remote.name
    for result in done.remote.refused:
        warn(f"{name} did not change {result.ref}: {result.why}")
    if not done.remote.refused:
        say(f"{name} has no ref of it any more; the objects stay there until it collects its garbage")


def _fields(done: Purge) -> dict[str, object]:
    remote = done.remote
    return {
        "erased": list(done.plan.ids),
        "own_commits": [one._asdict() for one in done.plan.own],
        "objects": done.erased.objects,
        "objects_left": list(done.erased.left),
        "holders": list(done.holders),
        "partial_clone": done.is_partial,
        "cached_artifacts": done.plan.cached,
        "sent_artifacts": [{"path": path, "md5": md5} for path, md5 in done.plan.sent],
        "remote": None
        if remote is None
        else {"name": remote.remote.name, "refs": [result._asdict() for result in remote.results]},
    }


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
