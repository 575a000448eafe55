"""DVC and we share a remote: what DVC put there is found, and what DVC cleans up there is not ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.exp import run_exp
from kit.sharing import Team, share
from kit.storage import cached, fetch, md5_of, objects_in

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

WEIGHTS = b"w" * 1_500_000
SCRIPT = "open('model.pt', 'wb').write(b'w' * 1_500_000)\nprint('loss=0.5')\n"


def dvc(folder: GitFolder, *arguments: str) -> str:
    command = [sys.executable, "-m", "dvc", *arguments]
    result = subprocess.run(command, cwd=folder.path, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    return Team.create(tmp_path)


@pytest.fixture
def store(tmp_path: pathlib.Path) -> pathlib.Path:
    """The folder of the remote."""
    return tmp_path / "store"


@pytest.fixture
def ada(team: Team, store: pathlib.Path) -> GitFolder:
    """A DVC project with a remote, in which a run read what DVC tracks and wrote weights."""
    folder = team.clone("ada")
    dvc(folder, "init", "--quiet")
    dvc(folder, "remote", "add", "--default", "storage", str(store))
    folder.gen({"train.py": SCRIPT, ".gitignore": "model.pt\n", "data/a.csv": "a", "data/b.csv": "b", "old.csv": "old"})
    dvc(folder, "add", "--quiet", "data", "old.csv")
    folder.commit("train")
    folder.git("push", "--quiet", "origin", "main")
    ran = run_exp(folder, "run", "--data", "data", "--artifact", "model.pt", "--", sys.executable, "train.py")
    assert ran.status == 0, ran.err
    return folder


def test_what_dvc_pushed_is_not_sent_again_and_is_fetched_from_there(
    team: Team, ada: GitFolder, store: pathlib.Path
) -> None:
    dvc(ada, "push", "--quiet")
    assert len(list((store / "files").rglob("*/??????????*"))) == 4

    ran = share(ada, "push")

    assert ran.err.splitlines()[1] == f"sent 1 object, 1.5 MB, to storage ({store})"
    assert objects_in(store / "gitexp") == [md5_of(WEIGHTS)]
    bob = team.clone("bob")
    share(bob, "pull")
    assert fetch(bob) == {"missing": {}}
    assert {md5_of(b"a"), md5_of(b"b"), md5_of(WEIGHTS)} < set(cached(bob))


def test_what_dvc_cleans_up_is_not_ours(team: Team, ada: GitFolder, store: pathlib.Path) -> None:
    share(ada, "push")
    ours = objects_in(store / "gitexp")
    assert len(ours) == 5
    dvc(ada, "push", "--quiet")
    assert (store / "files" / "md5" / md5_of(b"old")[:2] / md5_of(b"old")[2:]).exists()
    dvc(ada, "remove", "old.csv.dvc")
    dvc(ada, "remove", "data.dvc")

    dvc(ada, "gc", "--workspace", "--cloud", "--force")

    assert not (store / "files" / "md5" / md5_of(b"old")[:2] / md5_of(b"old")[2:]).exists()
    assert objects_in(store / "gitexp") == ours
    bob = team.clone("bob")
    share(bob, "pull")
    assert fetch(bob) == {"missing": {}}
    assert set(ours) == set(cached(bob))


def test_an_artifact_lies_in_our_folder_even_where_dvc_has_it(ada: GitFolder, store: pathlib.Path) -> None:
    ada.gen({"copy.bin": WEIGHTS})
    dvc(ada, "add", "--quiet", "copy.bin")
    dvc(ada, "push", "--quiet")

    share(ada, "push")

    assert md5_of(WEIGHTS) in objects_in(store / "gitexp")


def test_a_cache_that_dvc_keeps_elsewhere_is_read(ada: GitFolder, tmp_path: pathlib.Path, store: pathlib.Path) -> None:
    shutil.move(ada.path / ".dvc" / "cache", tmp_path / "shared")
    shutil.rmtree(ada.path / "data")
    store.mkdir()
    assert "data" in fetch(ada)["missing"]

    dvc(ada, "config", "--local", "cache.dir", str(tmp_path / "shared"))

    assert fetch(ada) == {"missing": {}}
    share(ada, "push")
    assert len(objects_in(store / "gitexp")) == 5


def test_remotes_of_remotes_and_of_a_project_in_a_subfolder(ada: GitFolder, store: pathlib.Path) -> None:
    share(ada, "push", "--data-remote=remote://storage/inner")
    assert len(objects_in(store / "inner" / "gitexp")) == 5
    (ada.path / "sub").mkdir()
    (ada.path / "sub" / ".exp.yaml").write_text("experiment: default\n")
    assert run_exp(ada, "push", where="sub").err.splitlines()[1] == f"sent 5 objects, 1.5 MB, to storage ({store})"
    assert share(ada, "remote", "ls").out.endswith(f"data goes to storage ({store})  core.remote\n")


def test_a_configuration_that_dvc_refuses_is_told(ada: GitFolder) -> None:
    (ada.path / ".dvc" / "config").write_text("[core]\n    remote = storage\n    nonsense = 1\n")

    ran = share(ada, "push", status=1)

    assert f"{ada.path}/.dvc cannot be read: " in ran.err
    assert "hint: dvc config --list; or exp push --no-data" in ran.err
