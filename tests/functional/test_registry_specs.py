"""A version of a model names its run wherever a run is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kit.exp import run_exp

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

REGISTRY = """\
format: 1
models:
  fraud:
    versions:
{versions}
"""
VERSION = """\
      - version: {number}
        run: refs/runs/default/{run}
        commit: {commit}
        artifact: {{path: model.pt, md5: {md5}}}
        stage: {stage}
        aliases: [{alias}]
        history:
          - {{stage: {stage}, at: "2026-11-27T09:14:0{number}Z", by: Ada <ada@example.org>}}
"""
RUNS = ("k3v9x2mabc", "p7qw4n8hde", "t2zc9x1k0f")
STAGES = ("archived", "archived", "production")


@pytest.fixture
def registered(runs: GitFolder) -> GitFolder:
    """Runs with a registry of three versions."""
    versions = "".join(
        VERSION.format(number=number, run=run, commit="a" * 40, md5="b" * 32, stage=stage, alias=f"no{number}")
        for number, (run, stage) in enumerate(zip(RUNS, STAGES, strict=True), 1)
    )
    runs.gen({"registry.yaml": REGISTRY.format(versions=versions)})
    return runs


def shown(folder: GitFolder, spec: str, *options: str) -> str:
    found: str = json.loads(run_exp(folder, *options, "show", spec, "--json").out)["data"]["id"]
    return found


def test_a_version_is_named_by_number_stage_and_alias(registered: GitFolder) -> None:
    assert [shown(registered, f"fraud:v{number}") for number in (1, 2, 3)] == list(RUNS)
    assert shown(registered, "fraud@production") == RUNS[2]
    assert shown(registered, "fraud@archived") == RUNS[1]  # the one that came there last
    assert shown(registered, "fraud@no1") == RUNS[0]
    difference = json.loads(run_exp(registered, "diff", "fraud:v1", "fraud@production", "--json").out)["data"]
    assert (difference["a"]["id"], difference["b"]["id"]) == (RUNS[0], RUNS[2])
    (registered.path / "sub").mkdir()
    assert shown(registered, "fraud@production", "-C", "sub") == RUNS[2]


@pytest.mark.parametrize(
    ("spec", "code", "message", "hint"),
    [
        ("fruad@production", "version-not-found", "registry.yaml has no model 'fruad'", "did you mean fraud?"),
        ("fraud:v9", "version-not-found", "fraud has v1, v2, v3", "exp registry history fraud"),
        ("fraud@staging", "version-not-found", "nothing of fraud is in staging", "exp registry history fraud"),
        ("fraud@prod", "version-not-found", "neither a stage nor an alias of fraud", "did you mean production?"),
    ],
)
def test_what_is_not_there_is_told(registered: GitFolder, spec: str, code: str, message: str, hint: str) -> None:
    result = run_exp(registered, "show", spec, "--json")
    (error,) = json.loads(result.out)["errors"]
    assert (result.status, error["code"], error["hint"]) == (1, code, hint)
    assert message in error["message"]


def test_a_version_whose_run_is_not_here_says_so(registered: GitFolder) -> None:
    file = registered.path / "registry.yaml"
    file.write_text(file.read_text().replace(RUNS[2], "g222222222"))
    refused = run_exp(registered, "show", "fraud@production")
    assert (refused.status, "its run g222222222 is not here" in refused.err) == (1, True)
    assert "hint: exp pull" in refused.err


def test_a_broken_registry_is_told_by_its_line(registered: GitFolder) -> None:
    file = registered.path / "registry.yaml"
    file.write_text(file.read_text().replace("stage: production\n", "stage: prod\n"))
    refused = run_exp(registered, "show", "fraud:v1")
    assert refused.status == 1
    assert "registry.yaml:25: models.fraud.versions.2.stage: no stage 'prod'" in refused.err
    assert run_exp(registered, "show", RUNS[0]).status == 0


def test_a_bare_repository_has_the_registry_of_its_head(registered: GitFolder, tmp_path: pathlib.Path) -> None:
    registered.commit("Promote")
    registered.git("clone", "--quiet", "--mirror", ".", str(tmp_path / "bare.git"))
    bare = type(registered)(tmp_path / "bare.git")
    assert shown(bare, "fraud@production") == RUNS[2]


def test_a_run_tells_which_versions_it_is(registered: GitFolder) -> None:
    page = run_exp(registered, "show", RUNS[2]).out
    assert "  version  fraud:v3  production, no3\n" in page
    data = json.loads(run_exp(registered, "show", RUNS[2], "--json").out)["data"]
    assert data["versions"] == [{"name": "fraud:v3", "stage": "production", "aliases": ["no3"]}]
    file = registered.path / "registry.yaml"
    file.write_text(file.read_text().replace("stage: production\n", "stage: prod\n"))
    broken = run_exp(registered, "show", RUNS[2])
    assert (broken.status, "no stage 'prod'" in broken.out) == (0, True)
    file.unlink()
    assert "fraud:v3" not in run_exp(registered, "show", RUNS[2]).out
