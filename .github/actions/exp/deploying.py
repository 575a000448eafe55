"""What was promoted, deployed: the bytes are fetched and held against their hash, then the command runs."""

from __future__ import annotations

import fnmatch
import json
import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any, NamedTuple

from event import NOTHING
from programs import clean_environment, show
from workflow import StepFailed, annotate, set_output, unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from programs import Project


class Wanted(NamedTuple):
    """Which arrivals are deployed: of models by glob, in stages or under aliases; and by what command."""

    models: Sequence[str]
    stages: Sequence[str]
    command: str


class Arrival(NamedTuple):
    """A version that has come to a stage, or got an alias, that it had not before."""

    version: dict[str, Any]
    stage: str


def deploy_arrivals(project: Project, wanted: Wanted, base: str | None) -> bool:
    """Deploys each version that came to a wanted stage since ``base``, all that stand there where it is None.

    One that fails does not keep the others from being deployed; says whether all went well.
    """
    answer = project.ask("registry", "diff", "--base", NOTHING if base is None else base)
    if answer.data is None:
        raise StepFailed("\n".join(answer.errors))
    set_output("changed", json.dumps([one["spec"] for one in answer.data["versions"]]))
    deployed: list[str] = []
    arrivals = _find_arrivals(answer.data["versions"], wanted)
    for arrival in arrivals:
        spec = arrival.version["spec"]
        try:
            _deploy(project, arrival, wanted.command)
        except StepFailed as failure:
            annotate("error", f"{spec} was not deployed to {arrival.stage}: {failure}")
        else:
            deployed.append(spec)
            annotate("notice", f"{spec} was deployed to {arrival.stage}")
    _tell_vacated(answer.data, wanted)
    if not arrivals:
        sys.stdout.write(f"nothing to deploy: nothing came to {', '.join(wanted.stages)}\n")
    set_output("deployed", json.dumps(deployed))
    return len(deployed) == len(arrivals)


def _find_arrivals(versions: Sequence[dict[str, Any]], wanted: Wanted) -> list[Arrival]:
    return [
        Arrival(one, word)
        for one in versions
        if any(fnmatch.fnmatchcase(one["model"], glob) for glob in wanted.models)
        for word in one["arrived"]
        if word in wanted.stages
    ]


def _tell_vacated(data: dict[str, Any], wanted: Wanted) -> None:
    """A stage that nothing stands in any more: what is deployed stays as it is, and that is said."""
    for one in data["vacated"]:
        if one["stage"] in wanted.stages and any(fnmatch.fnmatchcase(one["model"], glob) for glob in wanted.models):
            annotate(
                "warning",
                f"nothing of {one['model']} is in {one['stage']} any more, and what was deployed of it was left alone",
            )


def _deploy(project: Project, arrival: Arrival, command: str) -> None:
    version = arrival.version
    with tempfile.TemporaryDirectory(prefix="exp-", dir=os.environ.get("RUNNER_TEMP")) as folder:
        artifact = _fetch_artifact(project, version, folder)
        environment = {
            "EXP_MODEL": version["model"],
            "EXP_VERSION": str(version["version"]),
            "EXP_STAGE": arrival.stage,
            "EXP_SPEC": version["spec"],
            "EXP_ARTIFACT": artifact,
            "EXP_MD5": version["artifact"]["md5"],
            "EXP_RUN": version["run"],
            "EXP_COMMIT": version["commit"],
            "EXP_PREVIOUS": version["replaces"] or "",
        }
        with unread(f"deploy {version['spec']} to {arrival.stage}"):
            status = subprocess.run(
                [shutil.which("bash") or "bash", "-euo", "pipefail", "-c", command],
                cwd=project.folder,
                stdin=subprocess.DEVNULL,
                check=False,
                env=clean_environment(environment),
            ).returncode
    if status:
        raise StepFailed(f"the command ended with status {status}, see the log")


def _fetch_artifact(project: Project, version: dict[str, Any], folder: str) -> str:
    """Brings the version's bytes; ``exp get`` holds them against the hash that the registry names."""
    path = version["artifact"]["path"]
    got = project.ask("get", version["spec"], path, "--output", folder)
    if got.status or got.data is None:
        raise StepFailed("its bytes could not be had: " + "\n".join(got.errors))
    where = os.path.join(folder, *path.split("/"))
    if not os.path.lexists(where):
        show("exp get", json.dumps(got.data).encode())
        raise StepFailed(f"exp get brought no {path}")
    return where
