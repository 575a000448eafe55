"""Clones and pulled runs that would have something executed where bytes are brought: by a remote, or by Git itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kit.exp import run_exp
from kit.git import GitFolder
from kit.large import artifact, keep_bytes, keep_folder
from kit.sharing import IDS
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

MD5 = "0123456789abcdef0123456789abcdef"
REMOTE = "[core]\n    remote = x\n['remote \"x\"']\n    url = s3://bucket/runs\n    endpointurl = http://127.0.0.1:9\n"
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


def ask(folder: GitFolder, tmp_path: pathlib.Path) -> str:
    """What is said where bytes are wanted, with no credentials but those that files give."""
    done = run_exp(folder, "get", IDS[0], env={"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"})
    assert done.status == 1
    return done.err


@pytest.mark.parametrize("level", ["config", "config.local"])
@pytest.mark.parametrize("key", ["configpath", "credentialpath"])
def test_a_remote_starts_no_program_that_the_repository_names(
    folder: GitFolder, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, key: str, level: str
) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    marks = [tmp_path / "outer", tmp_path / "inner"]
    aws = [f"[default]\nCredential_Process = sh -c 'touch {mark}; exit 1'\n" for mark in marks]
    store_run(folder, plan_run(folder, IDS[0], data=(), artifacts=(artifact("out", MD5, 4),)))
    # What the user's own configuration names is the user's to run.
    (tmp_path / "aws.cfg").write_text(aws[0])
    (tmp_path / "dvc").mkdir()
    (tmp_path / "dvc" / "config").write_text(f"{REMOTE}    {key} = {tmp_path}/aws.cfg\n")
    monkeypatch.setenv("DVC_GLOBAL_CONFIG_DIR", str(tmp_path / "dvc"))
    assert "no credentials" in ask(folder, tmp_path)
    assert marks[0].exists()

    folder.gen({f".dvc/{level}": f"{REMOTE}    {key} = ../aws.cfg\n", "aws.cfg": aws[1]})
    said = ask(folder, tmp_path)

    assert f"x: {key} in .dvc names {folder.path}/aws.cfg, which would start a program (credential_process)" in said
    assert not marks[1].exists()


@pytest.mark.parametrize("command", [("get", IDS[0], "x/commondir"), ("checkout", "--here", IDS[0], "--force")])
def test_no_link_leads_into_the_repository_itself(folder: GitFolder, command: tuple[str, ...]) -> None:
    os.symlink(".git", folder.path / "x")
    os.symlink(".git/info", folder.path / "out")
    folder.commit("links")
    listed = artifact("out", keep_folder(folder, {"attributes": b"* filter=evil\n"}), 14, files=1)
    items = (
        artifact("x/commondir", keep_bytes(folder, b"../evil\n"), 8),
        artifact("x/objects/info/alternates", MD5, 4),
    )
    store_run(folder, plan_run(folder, IDS[0], data=(), artifacts=(*items, listed)))

    done = run_exp(folder, *command)

    assert f"x/commondir lies behind a link that leads into {folder.path}/.git" in done.err
    assert not (folder.path / ".git" / "commondir").exists()
    assert not (folder.path / ".git" / "info" / "attributes").exists()


def test_a_bare_repository_is_no_place_for_files(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    name = "refs/heads/evil"
    store_run(folder, plan_run(folder, IDS[0], data=(), artifacts=(artifact(name, keep_bytes(folder, b"x"), 1),)))
    folder.git("config", "core.bare", "true")
    bare = GitFolder(folder.path / ".git")

    here, elsewhere = run_exp(bare, "get", IDS[0]), run_exp(bare, "get", IDS[0], "-o", str(tmp_path / "srv"))

    assert (here.status, here.err.splitlines()[1]) == (1, f"hint: exp get {IDS[0]} -o DIR")
    assert not (bare.path / name).exists()
    assert (elsewhere.status, (tmp_path / "srv" / name).read_bytes()) == (0, b"x")


@pytest.mark.parametrize("names", [["a", "a/b"], ["x" * 300], ["/".join(["d" * 200] * 30)]])
def test_a_name_that_cannot_be_written_holds_up_no_other(folder: GitFolder, names: list[str]) -> None:
    files = dict.fromkeys(names, b"evil")
    items = (artifact("bad", keep_folder(folder, files), 4, files=1), artifact("good", keep_bytes(folder, b"x"), 1))
    store_run(folder, plan_run(folder, IDS[0], data=(), artifacts=items))

    done = run_exp(folder, "get", IDS[0], "-o", "srv")

    assert (done.status, done.out) == (1, "srv/good\n"), done.err
    assert f"{folder.path}/srv/bad: File " in done.err
    assert os.listdir(folder.path / "srv") == ["good"]
