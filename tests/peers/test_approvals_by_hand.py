"""An approval checked as the documentation says, by ssh-keygen and Git alone."""

from __future__ import annotations

import pathlib
import re
import shlex
from typing import TYPE_CHECKING

import pytest

from kit.exp import run_exp
from kit.signers import allow
from kit.versions import MODEL_MD5, add_run_version, set_policy

if TYPE_CHECKING:
    from kit.git import GitFolder
    from kit.signers import KeyRing

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "approvals.md"
BLOCK = re.compile(r"```sh\n(artifact=.*?)```.*?```sh\n(.*?)```", re.DOTALL)


def read_file(folder: GitFolder) -> dict[str, str]:
    """The keys of the one approval, and of its version, as they stand in the file."""
    text = (folder.path / "registry.yaml").read_text()
    found = dict(re.findall(r"^ +(?:- )?([a-z]+): (.*)$", text.partition("models:")[2], re.MULTILINE))
    return {key: value.strip("'\"") for key, value in found.items()}


@pytest.mark.parametrize("why", ["slices are fine", "edited"])
def test_the_commands_of_the_page(folder: GitFolder, signers: KeyRing, why: str) -> None:
    add_run_version(folder)
    set_policy(folder, approvals=1)
    lead = signers.ssh("Lea Lead", "lead@example.org")
    allow(folder, lead)
    lead.use(folder)
    assert run_exp(folder, "approve", "fraud:v1", "--why", "slices are fine").status == 0
    page = PAGE.read_text("utf-8")
    match = BLOCK.search(page)
    assert match is not None
    said = read_file(folder)
    values = {
        "artifact": "model.pt",
        "md5": MODEL_MD5,
        "run": said["run"],
        "commit": said["commit"],
        "version": "fraud:v1",
        "stage": "production",
        "policy": said["policy"],
        "by": said["by"],
        "at": said["at"],
        "why": why,
        "signature": said["signature"].removeprefix("ssh:"),
    }
    lines = match[1].splitlines()
    typed = [line for line in lines if line.partition("=")[0] not in values or line.startswith("statement=")]
    script = "\n".join([f"{key}={shlex.quote(value)}" for key, value in values.items()] + typed)
    assert len(lines) == len(typed) + len(values)
    by_keygen = folder.run("sh", "-c", script)
    by_git = folder.run("sh", "-c", match[2])
    if why == "edited":
        assert (by_keygen.returncode, by_git.returncode) == (255, 1)
        return
    assert by_keygen.stdout.startswith(b'Good "git" signature for lead@example.org')
    assert b'Good "git" signature for lead@example.org' in by_git.stderr
