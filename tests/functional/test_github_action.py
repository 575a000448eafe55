"""The composite action: what its script does with events of pull requests and pushes, against an API on loopback."""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
import yaml

from gitexp.model.paths import TreePath
from gitexp.model.registry import EMPTY, Entry
from gitexp.model.registry_changes import add_entry, add_version
from gitexp.model.run import Artifact
from kit.git import GitFolder
from kit.github import ACTION, BOT, ROOT, GitHubApi, Step, make_event, run_step
from kit.registries import BEGAN, BY, FIRST, SECOND, get_registry, plan_version, put_registry, weights_of
from kit.storage import md5_of
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

MARK = "<!-- exp registry registry.yaml -->"
FORK, OWN = "mallory/models", "org/models"
SHOW = 'printf "%s|" "$EXP_MODEL" "$EXP_VERSION" "$EXP_STAGE" "$EXP_SPEC" "$EXP_PREVIOUS" "$EXP_RUN" >> "$DEPLOYED"; '
COPY = SHOW + 'cat "$EXP_ARTIFACT" >> "$DEPLOYED"'


@pytest.fixture
def api() -> Iterator[GitHubApi]:
    """GitHub's API on loopback."""
    server = GitHubApi()
    yield server
    server.close()


@pytest.fixture
def team(tmp_path: pathlib.Path) -> GitFolder:
    """Somebody's clone of a bare repository that has runs and ``fraud:v1`` in production, with one more run pushed."""
    GitFolder.create(tmp_path / "team.git", "--bare")
    folder = GitFolder.create(tmp_path / "author")
    folder.gen({"train.py": "print('val_auc=0.9')\n", ".exp.yaml": "metrics:\n  val_auc: maximize\n"})
    folder.commit("Train")
    first = give_run(folder, FIRST, 0.9)
    version = plan_version(1, FIRST, first, 0.9, "staging", "production")
    put_registry(folder, add_version(EMPTY, "fraud", version))
    folder.commit("Promote fraud:v1")
    give_run(folder, SECOND, 0.95, minutes=10)
    folder.git("remote", "add", "origin", str(tmp_path / "team.git"))
    folder.git("push", "--quiet", "origin", "main", "refs/runs/*:refs/runs/*")
    return folder


def give_run(folder: GitFolder, run_id: str, auc: float, *, minutes: float = 0) -> str:
    """A run whose weights are in the run itself."""
    data = weights_of(run_id)
    artifact = Artifact(TreePath("model.pt"), md5_of(data), len(data), "git", files=1)
    run = plan_run(folder, run_id, minutes=minutes, metrics={"val_auc": auc}, params={"lr": auc}, artifacts=(artifact,))
    return store_run(folder, run, {"artifacts/model.pt": data})


def promote(folder: GitFolder, run_id: str = SECOND, auc: float = 0.95) -> None:
    """Puts a second version into production and the first one out of it, as a commit."""
    registry = get_registry(folder)
    registry = add_entry(registry, "fraud", 1, Entry(BEGAN.replace(day=24), BY, stage="archived"))
    commit = folder.git("rev-parse", f"refs/runs/default/{run_id}")
    version = plan_version(2, run_id, commit, auc, "production")
    history = (version.history[0]._replace(at=BEGAN.replace(day=25)),)
    put_registry(folder, add_version(registry, "fraud", version._replace(history=history)))
    folder.commit("Promote fraud:v2")


def open_pull_request(team: GitFolder, head_repository: str = OWN) -> tuple[GitFolder, pathlib.Path]:
    """What the runner has of a pull request of the branch that is checked out: GitHub's merge, and the event."""
    head = team.git("rev-parse", "HEAD")
    team.git("checkout", "--quiet", "--detach", "main")
    team.git("merge", "--quiet", "--no-ff", "-m", "merge", head)
    team.git("push", "--quiet", "origin", "+HEAD:refs/pull/7/merge")
    base = team.git("rev-parse", "main")
    return check_out(team, "refs/pull/7/merge"), make_event(
        team.path.parent, "pull_request", HEAD_COMMIT=head, BASE_COMMIT=base, HEAD_REPOSITORY=head_repository
    )


def check_out(team: GitFolder, ref: str) -> GitFolder:
    """As actions/checkout does: one ref, no runs."""
    runner = team.path.parent / "runner"
    folder = GitFolder.create(runner / f"work-{len(list(runner.glob('work-*')))}")
    folder.git("remote", "add", "origin", f"file://{team.path.parent / 'team.git'}")
    here = "refs/remotes/checkout"
    folder.git("fetch", "--quiet", "--no-tags", "origin", "+refs/heads/*:refs/remotes/origin/*", f"+{ref}:{here}")
    folder.git("checkout", "--quiet", "--detach", here)
    return folder


def push(team: GitFolder, api: GitHubApi, **inputs: str) -> Step:
    """Pushes main, and runs the step that this starts."""
    before = team.git("rev-parse", "refs/remotes/origin/main")
    team.git("push", "--quiet", "origin", "main")
    event = make_event(
        team.path.parent,
        "push",
        PUSHED_REF="refs/heads/main",
        BASE_COMMIT=before,
        HEAD_COMMIT=team.git("rev-parse", "main"),
    )
    checkout = check_out(team, "refs/heads/main")
    env = {"DEPLOYED": str(team.path.parent / "deployed")}
    return run_step(checkout, event, "push", api, env, **inputs)


def deployed(team: GitFolder) -> str:
    """What the deploy command wrote."""
    file = team.path.parent / "deployed"
    return file.read_text() if file.exists() else ""


def test_a_pull_request_gets_one_comment_that_is_updated(team: GitFolder, api: GitHubApi) -> None:
    team.git("checkout", "--quiet", "-b", "promote")
    promote(team)
    checkout, event = open_pull_request(team)
    api.add_comment("somebody", "Looks good")

    first = run_step(checkout, event, "pull_request", api)
    again = run_step(checkout, event, "pull_request", api)

    assert first.status == again.status == 0, first.log
    assert len(api.comments) == 2, first.log
    body = api.comments[1]["body"]
    assert body.startswith(f"{MARK}\n### <code>fraud&#58;v2</code> goes to production\n")
    assert "| <code>val_auc</code> | 0.9 | 0.95 | +0.05 | ✅ better |" in body
    assert "✅ The registry holds" in body
    assert first.outputs == {
        "problems": "0",
        "changed": '["fraud:v1", "fraud:v2"]',
        "comment-url": api.comments[1]["html_url"],
    }
    assert first.summary.strip() == body.strip()
    assert [one.method for one in api.asked] == ["GET", "POST", "GET"]  # what is there already is not written again
    assert {one.token for one in api.asked} == {"Bearer a-token"}
    team.git("checkout", "--quiet", "promote")
    team.gen({"registry.yaml": (team.path / "registry.yaml").read_text().replace("val_auc: 0.95", "val_auc: 0.99")})
    team.commit("Better numbers")
    checkout, event = open_pull_request(team)

    forged = run_step(checkout, event, "pull_request", api)

    assert forged.status == 1
    assert len(api.comments) == 2
    assert "❌ **1 problem**" in api.comments[1]["body"]
    assert forged.outputs["problems"] == "1"
    assert len([one for one in forged.annotations("error") if "val_auc" in one]) == 1, forged.log


def test_a_pull_request_that_changes_no_model_gets_no_comment(team: GitFolder, api: GitHubApi) -> None:
    team.git("checkout", "--quiet", "-b", "docs")
    team.gen({"README.md": "# fraud\n"})
    team.commit("Docs")
    checkout, event = open_pull_request(team)

    step = run_step(checkout, event, "pull_request", api)

    assert step.status == 0, step.log
    assert [one.method for one in api.asked] == ["GET"]
    api.add_comment(BOT, f"{MARK}\n### what it was before")

    run_step(checkout, event, "pull_request", api)

    assert "No version of <code>registry.yaml</code> changes" in api.comments[0]["body"]


def test_a_comment_of_somebody_else_is_never_taken_for_ours(team: GitFolder, api: GitHubApi) -> None:
    team.git("checkout", "--quiet", "-b", "promote")
    promote(team)
    checkout, event = open_pull_request(team)
    theirs = api.add_comment("mallory", f"{MARK}\n### all is well")
    for number in range(120):
        api.add_comment("talkative", f"{number}")
    ours = api.add_comment(BOT, f"{MARK}\n### older")

    step = run_step(checkout, event, "pull_request", api)

    assert step.status == 0, step.log
    assert "goes to production" in ours["body"]
    assert theirs["body"].endswith("all is well")
    assert len(api.comments) == 122


def test_the_pull_request_of_a_fork_is_judged_without_a_comment(team: GitFolder, api: GitHubApi) -> None:
    team.git("checkout", "--quiet", "-b", "promote")
    promote(team)
    checkout, event = open_pull_request(team, FORK)
    api.refusal = 403

    step = run_step(checkout, event, "pull_request", api)

    assert step.status == 0, step.log
    (notice,) = step.annotations("notice")
    assert notice.startswith("no comment: the pull request comes from a fork")
    assert "goes to production" in step.summary
    assert api.comments == []


def test_a_token_that_may_not_write_is_a_warning(team: GitFolder, api: GitHubApi) -> None:
    team.git("checkout", "--quiet", "-b", "promote")
    promote(team)
    checkout, event = open_pull_request(team)
    api.refusal = 403

    step = run_step(checkout, event, "pull_request", api)

    assert step.status == 0, step.log
    (warning,) = step.annotations("warning")
    assert "Resource not accessible by integration" in warning
    assert "pull-requests: write" in warning


def test_a_server_that_is_not_well_is_asked_again_and_a_redirect_is_not_followed(
    team: GitFolder, api: GitHubApi
) -> None:
    team.git("checkout", "--quiet", "-b", "promote")
    promote(team)
    checkout, event = open_pull_request(team)
    api.failures = [502]

    run_step(checkout, event, "pull_request", api)

    assert [one.method for one in api.asked] == ["GET", "GET", "POST"]
    elsewhere = GitHubApi()
    api.redirects_to = f"{elsewhere.address}/repos/org/models/issues/7/comments?per_page=100&page=1"

    step = run_step(checkout, event, "pull_request", api)

    assert "the comment could not be written: 307" in step.annotations("warning")[0]
    assert elsewhere.asked == []  # it would have had the token
    elsewhere.close()


def test_a_forgery_fails_the_job_at_its_line(team: GitFolder, api: GitHubApi) -> None:
    team.git("checkout", "--quiet", "-b", "forged")
    team.gen({"registry.yaml": (team.path / "registry.yaml").read_text().replace("val_auc: 0.9", "val_auc: 0.99")})
    team.commit("Better numbers")
    checkout, event = open_pull_request(team)

    step = run_step(checkout, event, "pull_request", api)

    assert step.status == 1
    assert any("val_auc" in one for one in step.annotations("error")), step.log
    assert re.search(r"::error file=registry\.yaml,line=\d+,", step.log)
    assert "❌" in api.comments[0]["body"]


def test_nothing_in_an_event_is_a_command(team: GitFolder, api: GitHubApi) -> None:
    """Titles, branches and messages hold shell and the runner's own commands; so does what the registry says."""
    team.git("checkout", "--quiet", "-b", "promote")
    promote(team)
    text = (team.path / "registry.yaml").read_text()
    forged = text.replace("why: it is better", 'why: "$(touch pwned)\\n::error::forged <b>@org/all</b>"', 1)
    team.gen({"registry.yaml": forged})
    team.commit("x")
    checkout, event = open_pull_request(team)

    step = run_step(checkout, event, "pull_request", api)

    assert step.annotations("error") != [], step.log  # the history was changed
    assert not any(one.startswith(("forged", "said by a title")) for one in step.annotations("error"))
    assert not list(team.path.parent.rglob("pwned"))
    assert "@org/all" not in api.comments[0]["body"]
    assert "<b>" not in api.comments[0]["body"]


def test_the_base_is_that_of_the_merge_not_the_one_of_the_event(team: GitFolder, api: GitHubApi) -> None:
    """The event names the base of when somebody pushed last; what others merged since is not this pull request's."""
    old = team.git("rev-parse", "main")
    promote(team)
    team.git("checkout", "--quiet", "-b", "docs", old)
    team.gen({"README.md": "# fraud\n"})
    team.commit("Docs")
    head = team.git("rev-parse", "HEAD")
    checkout, _ = open_pull_request(team)
    event = make_event(team.path.parent, "pull_request", HEAD_COMMIT=head, BASE_COMMIT=old, HEAD_REPOSITORY=OWN)

    step = run_step(checkout, event, "pull_request", api)

    assert step.status == 0, step.log
    assert step.outputs["changed"] == "[]"


def test_a_shallow_clone_is_completed(team: GitFolder, api: GitHubApi) -> None:
    team.git("checkout", "--quiet", "-b", "promote")
    promote(team)
    _, event = open_pull_request(team)
    work = team.path.parent / "runner" / "shallow"
    checkout = GitFolder.create(work)
    checkout.git("remote", "add", "origin", f"file://{team.path.parent / 'team.git'}")
    checkout.git("fetch", "--quiet", "--depth=1", "origin", "refs/pull/7/merge")
    checkout.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    assert checkout.git("rev-parse", "--is-shallow-repository") == "true"

    step = run_step(checkout, event, "pull_request", api)

    assert step.status == 0, step.log
    assert step.outputs["changed"] == '["fraud:v1", "fraud:v2"]'


def test_what_came_to_production_is_deployed(team: GitFolder, api: GitHubApi) -> None:
    promote(team)

    step = push(team, api, deploy=COPY)

    assert step.status == 0, step.log
    said, _, weights = deployed(team).rpartition("|")
    assert said == f"fraud|2|production|fraud:v2|fraud:v1|{SECOND}"
    assert weights.encode() == weights_of(SECOND)
    assert step.outputs["deployed"] == '["fraud:v2"]'
    assert step.annotations("notice") == ["fraud:v2 was deployed to production"]
    assert api.asked == []


def test_nothing_is_deployed_that_did_not_come(team: GitFolder, api: GitHubApi) -> None:
    team.gen({"README.md": "# fraud\n"})
    team.commit("Docs")

    step = push(team, api, deploy=COPY)

    assert (step.status, step.outputs["deployed"]) == (0, "[]"), step.log
    assert "nothing to deploy: nothing came to production" in step.log
    assert deployed(team) == ""


def test_other_models_and_stages_are_left_alone(team: GitFolder, api: GitHubApi) -> None:
    promote(team)
    other = push(team, api, deploy=COPY, model="churn-*")
    assert (other.status, other.outputs["deployed"]) == (0, "[]"), other.log
    team.git("update-ref", "refs/remotes/origin/main", "main~1")

    archived = push(team, api, deploy=SHOW, stage="archived staging")

    assert (archived.status, archived.outputs["deployed"]) == (0, '["fraud:v1"]'), archived.log
    assert deployed(team).startswith("fraud|1|archived|fraud:v1|")


def test_a_command_that_fails_fails_the_job(team: GitFolder, api: GitHubApi) -> None:
    promote(team)

    step = push(
        team, api, deploy="echo '::error::said by a command'; cat /nowhere | cat; echo unreached >> \"$DEPLOYED\""
    )

    assert step.status == 1
    (error,) = step.annotations("error")
    assert error == "fraud:v2 was not deployed to production: the command ended with status 1, see the log"
    assert step.outputs["deployed"] == "[]"
    assert "unreached" not in deployed(team)


def test_the_command_has_no_token_and_no_input(team: GitFolder, api: GitHubApi) -> None:
    promote(team)

    step = push(team, api, deploy='env > "$DEPLOYED"')

    assert step.status == 0, step.log
    assert "EXP_MODEL=fraud\n" in deployed(team)
    assert "a-token" not in deployed(team)
    assert "INPUT_" not in deployed(team)


def test_a_registry_that_does_not_hold_is_not_deployed(team: GitFolder, api: GitHubApi) -> None:
    promote(team)
    text = (team.path / "registry.yaml").read_text()
    team.gen({"registry.yaml": text.replace(md5_of(weights_of(SECOND)), md5_of(b"other weights"))})
    team.commit("Other weights")

    step = push(team, api, deploy=COPY)

    assert step.status == 1
    assert "nothing was deployed: the registry does not hold, see above" in step.annotations("error")
    assert deployed(team) == ""


def test_a_branch_that_is_not_the_default_one_is_only_checked(team: GitFolder, api: GitHubApi) -> None:
    promote(team)
    before = team.git("rev-parse", "main~1")
    team.git("push", "--quiet", "origin", "main:other")
    event = make_event(team.path.parent, "push", PUSHED_REF="refs/heads/other", BASE_COMMIT=before, HEAD_COMMIT=before)

    step = run_step(
        check_out(team, "refs/heads/other"), event, "push", api, {"DEPLOYED": str(team.path / "d")}, deploy=COPY
    )

    assert step.status == 0, step.log
    assert "deployed" not in step.outputs
    assert not (team.path / "d").exists()


def test_by_hand_all_that_stands_there_is_deployed(team: GitFolder, api: GitHubApi) -> None:
    event = team.path.parent / "event.json"
    event.write_text(json.dumps({"inputs": {}}))
    checkout = check_out(team, "refs/heads/main")
    env = {"DEPLOYED": str(team.path.parent / "deployed")}

    step = run_step(checkout, event, "workflow_dispatch", api, env, deploy=COPY, mode="deploy")

    assert (step.status, step.outputs["deployed"]) == (0, '["fraud:v1"]'), step.log
    assert deployed(team).startswith(f"fraud|1|production|fraud:v1||{FIRST}|")


def test_a_stage_that_nothing_stands_in_any_more_is_told(team: GitFolder, api: GitHubApi) -> None:
    registry = add_entry(get_registry(team), "fraud", 1, Entry(BEGAN.replace(day=24), BY, stage="archived"))
    put_registry(team, registry)
    team.commit("Out of use")

    step = push(team, api, deploy=COPY)

    assert step.status == 0, step.log
    (warning,) = step.annotations("warning")
    assert warning.startswith("nothing of fraud is in production any more")


@pytest.mark.parametrize(
    ("name", "text", "inputs", "words"),
    [
        ("pull_request", "{", {}, "cannot be read"),
        ("pull_request", '{"pull_request": {"number": "7; touch pwned"}}', {}, "cannot be read"),
        ("push", '{"before": "--upload-pack=touch pwned", "ref": "x", "repository": {}}', {}, "is no id of a commit"),
        ("schedule", "{}", {"mode": "everything"}, "mode 'everything'"),
        ("schedule", "{}", {"mode": "comment"}, "a comment goes to a pull request"),
        ("schedule", "{}", {"mode": "deploy"}, "mode deploy without a command"),
    ],
)
def test_what_cannot_be_done_is_one_error(
    team: GitFolder, api: GitHubApi, name: str, text: str, inputs: dict[str, str], words: str
) -> None:
    event = team.path.parent / "event.json"
    event.write_text(text)

    step = run_step(team, event, name, api, **inputs)

    assert step.status == 1
    errors = step.annotations("error")
    assert len(errors) == 1, step.log
    assert words in errors[0]
    assert "Traceback" not in step.log


def test_no_script_of_the_action_holds_an_expression() -> None:
    """What an expression puts into a script is shell: inputs and fields of events come by the environment."""
    action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
    steps = action["runs"]["steps"]

    assert [step["run"] for step in steps if "run" in step] != []
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"]) for step in steps if "uses" in step)
    given = {name for step in steps for name in re.findall(r"inputs\.([a-z-]+)", json.dumps(step))}
    assert given == set(action["inputs"])
    assert os.path.exists(ACTION / "run.py")


def test_gitexp_is_installed_apart_from_the_job(tmp_path: pathlib.Path) -> None:
    """A pull request may bring a folder ``pip``, or a ``gitexp``: neither is run instead."""
    wheel = tmp_path / "gitexp-99-py3-none-any.whl"
    info = "gitexp-99.dist-info"
    files = {
        "gitexp/__init__.py": "NAME = 'the one that was asked for'\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: gitexp\nVersion: 99\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]))
    folder = GitFolder.create(tmp_path / "work")
    hostile = "import pathlib; pathlib.Path('pwned').touch()\n"
    folder.gen({"pip/__init__.py": hostile, "pip/__main__.py": hostile, "venv.py": hostile, "gitexp.py": hostile})
    output = tmp_path / "output"
    env = {"EXP_INSTALL": f"--no-index {wheel}", "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output)}

    refused = folder.run(sys.executable, "-I", str(ACTION / "install.py"), env=env)

    assert refused.returncode == 2
    assert refused.stdout == b"::error title=gitexp::input gitexp: requirements are meant, and no options of pip\n"
    done = folder.run(sys.executable, "-I", str(ACTION / "install.py"), env={**env, "EXP_INSTALL": str(wheel)})
    assert done.returncode == 0, done.stderr.decode()
    python = output.read_text().removeprefix("python=").strip()
    assert python.startswith(str(tmp_path))
    said = folder.run(python, "-I", "-c", "import gitexp; print(gitexp.NAME)")
    assert said.stdout == b"the one that was asked for\n"
    assert not (folder.path / "pwned").exists()


def test_the_examples_of_the_documentation_are_ones_of_this_action() -> None:
    page = (ROOT / "docs" / "how-to" / "promote-from-ci.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(# \.git.*?)```", page, re.DOTALL)]
    github, gitlab = blocks
    steps = [step for job in github["jobs"].values() for step in job["steps"] if "/actions/exp@" in step["uses"]]
    assert len(steps) == 2
    known = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert all(step["with"].keys() <= known.keys() for step in steps)
    told = set(re.findall(r"EXP_[A-Z0-9]+", page.partition("| variable |")[2].partition("\n\n")[0]))
    given = set(re.findall(r'"(EXP_[A-Z0-9]+)":', (ACTION / "deploying.py").read_text(encoding="utf-8")))
    assert told == given != set()
    assert gitlab["check models"]["script"][-1] == "exp registry check --remote"


def test_what_gitlab_is_told_to_run_runs(team: GitFolder) -> None:
    """The lines of the page, in a clone as GitLab makes it."""
    page = (ROOT / "docs" / "how-to" / "promote-from-ci.md").read_text(encoding="utf-8")
    jobs = yaml.safe_load(re.findall(r"```yaml\n(# \.gitlab.*?)```", page, re.DOTALL)[0])
    team.git("checkout", "--quiet", "-b", "promote")
    promote(team)
    team.git("push", "--quiet", "origin", "promote")
    checkout = check_out(team, "refs/heads/promote")
    before = [line for line in jobs["default"]["before_script"] if not line.startswith("pip ")]
    script = "\n".join(["set -eo pipefail", *before, *jobs["check models"]["script"]])
    env = {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}

    checked = checkout.run("bash", "-c", script, env=env)

    assert checked.returncode == 0, checked.stderr.decode()
    assert "goes to production" in (checkout.path / "models.md").read_text()
    checkout.gen({"deploy.sh": '#!/bin/sh\necho "$1" $(ls artifacts) > deployed\n'})
    (checkout.path / "deploy.sh").chmod(0o755)
    base = team.git("rev-parse", "main")
    script = "\n".join(["set -eo pipefail", *jobs["deploy models"]["script"]])

    deployment = checkout.run("bash", "-c", script, env={"CI_COMMIT_BEFORE_SHA": base})

    assert deployment.returncode == 0, deployment.stderr.decode()
    assert (checkout.path / "deployed").read_text() == "fraud:v2 model.pt\n"


def test_a_merge_queue_is_checked(team: GitFolder, api: GitHubApi) -> None:
    base = team.git("rev-parse", "main")
    promote(team)
    team.git("push", "--quiet", "origin", "main:refs/heads/queue/main/pr-7")
    event = team.path.parent / "event.json"
    event.write_text(json.dumps({"merge_group": {"base_sha": base}}))

    step = run_step(check_out(team, "refs/heads/queue/main/pr-7"), event, "merge_group", api)

    assert step.status == 0, step.log
    assert "2 transitions since" in step.log
    assert "fraud:v2 to production" in step.summary.replace("&#58;", ":")
    assert api.asked == []
