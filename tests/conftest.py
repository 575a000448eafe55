"""Sealed tests: no real home, no user's or system's Git configuration, fixed dates, no network but loopback."""

from __future__ import annotations

import os
import pathlib
import sys
from typing import TYPE_CHECKING

import pytest

from kit.git import GitFolder
from kit.signers import KeyRing
from kit.storage import S3, S3_ENVIRONMENT, Between

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL_HOME = pathlib.Path.home()


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """An empty home, no configuration from outside, fixed identity and dates; returns the home."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_", "EXP_", "GITEXP_", "SLURM_", "AWS_", "DVC_", "GITHUB_", "CI_")):
            monkeypatch.delenv(name)
    # `exp` and `python` are those of the environment that the tests run in, active or not.
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"])
    for name in ("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"):  # a script's prints would come in pieces
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(home / ".cache" / "dvc"))
    monkeypatch.setenv("DVC_SYSTEM_CONFIG_DIR", str(home / ".dvc-system"))
    monkeypatch.setenv("GIT_EDITOR", "false")
    monkeypatch.setenv("GIT_TERMINAL_PROMPT", "0")
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2026-01-02T03:04:05+00:00")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-02T03:04:05+00:00")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
        '[advice]\n\tdetachedHead = false\n[protocol "file"]\n\tallow = always\n'
    )
    return home


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> GitFolder:
    """A Git repository with one commit, as the current folder."""
    repository = GitFolder.create(tmp_path / "repo")
    repository.gen({"train.py": "print('loss=0.5')\n", "README.md": "# scratch\n"})
    repository.commit("start")
    monkeypatch.chdir(repository.path)
    return repository


@pytest.fixture
def signers(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, sealed: pathlib.Path
) -> Iterator[KeyRing]:
    """Makes people with signing keys; what they started is stopped at the end."""
    ring = KeyRing(tmp_path_factory.mktemp("keys"), monkeypatch)
    yield ring
    ring.close()


@pytest.fixture
def s3(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """A real S3 on loopback with an empty bucket, and the credentials for it."""
    for name, value in S3_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    server = S3(tmp_path)
    yield server
    server.close()


@pytest.fixture
def between(s3: S3) -> Iterator[Between]:
    """A proxy before it, which can fail."""
    proxy = Between(s3)
    yield proxy
    proxy.close()
