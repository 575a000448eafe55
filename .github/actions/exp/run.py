"""What the action does: checks the registry, comments on the pull request, deploys what was promoted."""

from __future__ import annotations

import json
import os
import sys
from typing import NamedTuple

from api import ApiFailed, GitHub
from bases import find_base
from deploying import Wanted, deploy_arrivals
from event import NOTHING, Event, read_event
from programs import Project
from workflow import StepFailed, add_summary, annotate, set_output

_MODES = ("auto", "check", "comment", "deploy")
_MOST_CHARACTERS = 65_536
"""GitHub takes no longer comment."""


class Request(NamedTuple):
    """What the action was asked for."""

    mode: str
    base: str
    remote: str
    author: str
    token: str
    wanted: Wanted


def main() -> int:
    """Does what the inputs and the event say, and gives the exit status; every refusal is an annotation."""
    try:
        project = Project(_input("FOLDER") or ".")
        request = Request(
            _input("MODE") or "auto",
            _input("BASE"),
            _input("REMOTE"),
            _input("AUTHOR"),
            _input("TOKEN"),
            Wanted(_input("MODEL").split() or ["*"], _input("STAGE").split(), os.environ.get("INPUT_DEPLOY", "")),
        )
        return _run(project, request)
    except StepFailed as failure:
        annotate("error", str(failure))
        return 1


def _run(project: Project, request: Request) -> int:
    event = read_event(_variable("GITHUB_EVENT_NAME"), _variable("GITHUB_EVENT_PATH"))
    todo = _choose(request, event)
    _fetch_runs(project, request.remote)
    base = find_base(project, event, request.base)
    is_fine = _check(project, base, summary="comment" not in todo) if "check" in todo else True
    if "comment" in todo:
        _comment(project, request, event, base)
    if "deploy" not in todo:
        return int(not is_fine)
    if not is_fine:
        raise StepFailed("nothing was deployed: the registry does not hold, see above")
    return int(not deploy_arrivals(project, request.wanted, base))


def _choose(request: Request, event: Event) -> set[str]:
    mode, has_command = request.mode, bool(request.wanted.command.strip())
    if mode not in _MODES:
        raise StepFailed(f"mode {mode!r}: there is {', '.join(_MODES)}")
    if mode == "deploy":
        if not has_command:
            raise StepFailed('mode deploy without a command.\nhint: deploy: ./deploy.sh "$EXP_ARTIFACT"')
        return {"check", "deploy"}
    if mode != "auto":
        return {mode}
    if event.pull_request is not None:
        return {"check", "comment"}
    return {"check", "deploy"} if event.is_delivery and has_command else {"check"}


def _fetch_runs(project: Project, remote: str) -> None:
    """Brings the runs here. What cannot be had is said; whether something hangs on it, the check finds out."""
    if remote:
        chosen = project.ask("remote", "set", remote)
        if chosen.status:
            raise StepFailed("\n".join(chosen.errors))
    pulled = project.ask("pull", "--quiet")
    if pulled.data is None:
        raise StepFailed("the runs could not be fetched: " + "\n".join(pulled.errors))
    for error in pulled.errors:
        annotate("warning", error)


def _check(project: Project, base: str | None, *, summary: bool) -> bool:
    """Holds the registry against its past and the runs. Whatever is wrong is an annotation at its line.

    ``summary``: on the page of the job, too, where no report says it.
    """
    against = ["--base", base] if base is not None and base != NOTHING else []
    quiet = {} if summary else {"GITHUB_STEP_SUMMARY": ""}
    status, annotations = project.write("registry", "check", *against, "--remote", "--format", "github", env=quiet)
    sys.stdout.write(annotations)  # escaped by who wrote them
    sys.stdout.flush()
    count = sum(line.startswith("::error ") for line in annotations.splitlines())
    set_output("problems", str(count))
    if status and not count:
        annotate("error", f"the registry could not be checked: status {status}, see the log")
    return not status


def _comment(project: Project, request: Request, event: Event, base: str | None) -> None:
    """Puts the report into the one comment and the summary of the job. A comment that may not be is said, no more."""
    if event.pull_request is None or base is None:
        raise StepFailed(f"a comment goes to a pull request, and the event is {event.name}")
    told = project.ask("registry", "diff", "--base", base, "--check", "--remote", "--format", "md")
    if told.data is None:
        raise StepFailed("there is no report: " + "\n".join(told.errors))
    versions = [one["spec"] for one in told.data["versions"]]
    set_output("changed", json.dumps(versions))
    body = told.data["markdown"]
    mark = body.partition("\n")[0]
    add_summary(body)
    if len(body.encode("utf-16-le", "surrogatepass")) // 2 > _MOST_CHARACTERS:
        raise StepFailed("the report is longer than a comment may be: this is our bug")
    try:
        github = GitHub(_variable("GITHUB_API_URL"), _variable("GITHUB_REPOSITORY"), request.token)
        is_empty = not versions and not told.status
        if is_empty and github.find_comment(event.pull_request, mark, request.author) is None:
            return
        comment = github.put_comment(event.pull_request, mark, body, request.author)
    except ApiFailed as error:
        _tell_uncommented(error, event)
        return
    set_output("comment-url", comment.url)
    if comment.author != request.author:
        annotate(
            "warning",
            f"the comment was made by {comment.author}, and only one of {request.author} is found again and updated.\n"
            f"hint: comment-author: {comment.author}",
        )


def _tell_uncommented(error: ApiFailed, event: Event) -> None:
    if error.status in (401, 403, 404) and event.is_fork:
        annotate(
            "notice",
            "no comment: the pull request comes from a fork, and its token may not write. "
            "The report stands in the summary of the job.",
        )
    elif error.status in (401, 403, 404):
        annotate(
            "warning",
            f"the comment could not be written: {error}. The report stands in the summary of the job.\n"
            "hint: permissions: {contents: read, pull-requests: write}",
        )
    else:
        annotate("warning", f"the comment could not be written: {error}. The report stands in the summary of the job.")


def _input(name: str) -> str:
    return os.environ.get(f"INPUT_{name}", "").strip()


def _variable(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise StepFailed(f"{name} is not set: this script runs in a step of GitHub Actions")
    return value


if __name__ == "__main__":
    sys.exit(main())
