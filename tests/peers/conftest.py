"""A pipeline of DVC's, made once and copied: DVC takes a second for every command."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from kit.git import GitFolder
from kit.pipelines import WHO, dvc, make_pipeline, seal_dvc

if TYPE_CHECKING:
    import pathlib


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The pipeline, reproduced once; ``dvc.lock`` is not committed."""
    place = tmp_path_factory.mktemp("pipeline")
    env = {**seal_dvc(place), "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]}
    made = make_pipeline(place / "repo", env)
    dvc(made, "repro", "--quiet", env=env)
    return made.path


@pytest.fixture
def project(reproduced: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> GitFolder:
    """A copy of it, as the current folder."""
    return _copy(reproduced, tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def explored(reproduced: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The same with two experiments of DVC's, ``low`` and ``high``, from one commit."""
    place = tmp_path_factory.mktemp("experiments")
    who = {f"GIT_{one}_{key}": word for one in ("AUTHOR", "COMMITTER") for key, word in WHO.items()}
    env = {**seal_dvc(place), **who, "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]}
    folder = GitFolder(shutil.copytree(reproduced, place / "repo", symlinks=True))
    for command in (["add", "--all"], ["commit", "--quiet", "-m", "locked"]):
        assert folder.run("git", *command, env=env).returncode == 0
    for name, rate in (("low", "0.2"), ("high", "0.5")):
        dvc(folder, "exp", "run", "--quiet", "--name", name, "-S", f"train.lr={rate}", env=env)
    return folder.path


@pytest.fixture
def experiments(explored: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> GitFolder:
    """A copy of that, as the current folder."""
    return _copy(explored, tmp_path, monkeypatch)


def _copy(source: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> GitFolder:
    for name, value in seal_dvc(tmp_path).items():
        monkeypatch.setenv(name, value)
    shutil.copytree(source, tmp_path / "repo", symlinks=True)
    monkeypatch.chdir(tmp_path / "repo")
    return GitFolder(tmp_path / "repo")
