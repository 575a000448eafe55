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

    def has(self, model: str) -> bool:
        """Whether the model is one of those."""
        return any(fnmatch.fnmatchcase(model, glob) for glob in self.models)


class Arrival(NamedTuple):
    """A version that has come to a stage, or got an alias, that it had not before."""

    version: dict[str, Any]
    stage: str


def deploy_arrivals(project: Project, wanted: Wanted, base: str | None) -> bool:
    """Deploys each version that came to a wanted stage since ``base``, all that stand there where it is None.

    One that fails does not keep the others from being deployed; says whether all went well.
    """
    against = NOTHING if base is None else base
    deployed: list[str] = []
    arrivals: list[Arrival] = []
    for stage in wanted.stages:
        answer = project.ask("registry", "diff", "--base", against, f"--arrived={stage}")
        if answer.data is None:
            raise StepFailed("\n".join(answer.errors))
        arrivals += [Arrival(one, stage) for one in answer.data["versions"] if wanted.has(one["model"])]
        _tell_vacated([one["model"] for one in answer.data["vacated"] if wanted.has(one["model"])], stage)
    set_output("changed", json.dumps(list(dict.fromkeys(one.version["spec"] for one in arrivals))))
    for arrival in arrivals:
        spec = arrival.version["spec"]
        try:
            _deploy(project, arrival, wanted.command)
        except StepFailed as failure:
            annotate("error", f"{spec} was not deployed to {arrival.stage}: {failure}")
        else:
            deployed.append(spec)
            annotate("notice", f"{spec} was deployed to {arrival.stage}")
    if not arrivals:
        sys.stdout.write(f"nothing to deploy: nothing came to {', '.join(wanted.stages)}\n")
    set_output("deployed", json.dumps(deployed))
    return len(deployed) == len(arrivals)


def _tell_vacated(models: Sequence[str], stage: str) -> None:
    """A stage that nothing stands in any more: what is deployed stays as it is, and that is said."""
    for model in models:
        annotate("warning", f"nothing of {model} is in {stage} any more, and what was deployed of it was left alone")


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
