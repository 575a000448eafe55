"""The package list says what ``pip freeze --all`` says of the environment in which the tests run."""

from __future__ import annotations

import os
import subprocess
import sys

from gitexp.capture.installation import describe_installation, list_package_folders
from gitexp.capture.packages import Source, format_packages, list_metadata_folders, list_packages


def test_the_list_is_that_of_pip() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "pip", "freeze", "--all"], capture_output=True, check=True, text=True
    ).stdout
    assert "pytest==" in said
    folders = list_package_folders(describe_installation(sys.executable), os.environ)
    packages = list_packages(list_metadata_folders(folders))
    assert format_packages(packages, find_source=find_source).decode() == said


def find_source(folder: str) -> Source | None:
    """What pip finds out by Git of an editable package's folder."""

    def ask(*arguments: str) -> str | None:
        result = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=False)
        return result.stdout.strip() if result.returncode == 0 else None

    if ask("rev-parse", "--git-dir") is None:
        return None
    return Source(ask("rev-parse", "HEAD"), ask("remote", "get-url", "origin"), ask("rev-parse", "--show-prefix"))
