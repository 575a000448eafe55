"""The door to other repositories: nothing forced, nothing pruned, each ref told of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitexp.errors import NoRemote, RemoteFailed
from gitexp.git.remote import PushResult, PushUpdate, Talk, fetch_objects, list_remote_refs, push_refs
from gitexp.git.remotes import Remote, choose_remote
from gitexp.git.repository import open_repository

if TYPE_CHECKING:
    import pathlib
from kit.git import GitFolder

RUN = "refs/runs/default/k3v9x2mabc"
OTHER = "refs/runs/default/kkkkkkkkkk"


@pytest.fixture
def here(tmp_path: pathlib.Path) -> GitFolder:
    folder = GitFolder.create(tmp_path / "here")
    folder.gen({"train.py": "print(1)\n"})
    folder.commit("base")
    (tmp_path / "there.git").mkdir()
    folder.git("init", "--quiet", "--bare", str(tmp_path / "there.git"))
    folder.git("remote", "add", "origin", str(tmp_path / "there.git"))
    return folder


def test_a_ref_is_new_moved_the_same_refused_and_gone(here: GitFolder) -> None:
    repository = open_repository(str(here.path))
    first = here.git("rev-parse", "HEAD")
    second = here.commit("second")

    assert push_refs(repository, "origin", [PushUpdate(RUN, first)]) == [PushResult(RUN, "new")]
    assert push_refs(repository, "origin", [PushUpdate(RUN, first)]) == [PushResult(RUN, "same")]
    assert push_refs(repository, "origin", [PushUpdate(RUN, second)]) == [PushResult(RUN, "moved")]
    (back,) = push_refs(repository, "origin", [PushUpdate(RUN, first)])
    assert (back.state, back.why) == ("refused", "non-fast-forward")
    (stale,) = push_refs(repository, "origin", [PushUpdate(RUN, None, first)])
    assert (stale.state, stale.why) == ("refused", "stale info")
    assert list_remote_refs(repository, "origin", "refs/runs/*") == [(RUN, second)]
    assert push_refs(repository, "origin", [PushUpdate(RUN, None, second)]) == [PushResult(RUN, "gone")]
    assert list_remote_refs(repository, "origin") == []


def test_objects_come_without_a_ref_under_settings_that_prune(here: GitFolder, tmp_path: pathlib.Path) -> None:
    tip = here.commit("a run")
    push_refs(open_repository(str(here.path)), "origin", [PushUpdate(RUN, tip)])
    reader = GitFolder.create(tmp_path / "reader")
    own = reader.commit("mine")
    reader.git("update-ref", OTHER, own)
    reader.git("remote", "add", "origin", str(tmp_path / "there.git"))
    reader.git("config", "fetch.prune", "true")
    reader.git("config", "remote.origin.fetch", "+refs/runs/*:refs/runs/*")
    told: list[tuple[str, int]] = []

    fetch_objects(
        open_repository(str(reader.path)), "origin", [tip], talk=Talk(progress=lambda *step: told.append(step))
    )

    assert reader.git("cat-file", "-t", tip) == "commit"
    assert reader.git("for-each-ref", "--format=%(refname) %(objectname)") == (f"refs/heads/main {own}\n{OTHER} {own}")
    assert told[-1][1] == 100
    assert not (reader.path / ".git" / "FETCH_HEAD").exists()


def test_a_remote_that_is_not_there_is_told_without_its_password(here: GitFolder) -> None:
    here.git("remote", "set-url", "origin", "http://ada:hunter2@127.0.0.1:1/gone.git")

    with pytest.raises(RemoteFailed) as caught:
        list_remote_refs(open_repository(str(here.path)), "origin")

    assert "127.0.0.1" in caught.value.message
    assert "hunter2" not in caught.value.message


def test_a_hook_that_refuses_is_told_for_its_ref(here: GitFolder, tmp_path: pathlib.Path) -> None:
    hook = tmp_path / "there.git" / "hooks" / "update"
    hook.write_text(f'#!/bin/sh\ntest "$1" != {OTHER}\n')
    hook.chmod(0o755)
    tip = here.git("rev-parse", "HEAD")

    results = push_refs(open_repository(str(here.path)), "origin", [PushUpdate(RUN, tip), PushUpdate(OTHER, tip)])

    assert results == [PushResult(RUN, "new"), PushResult(OTHER, "refused", "hook declined")] or results == [
        PushResult(OTHER, "refused", "hook declined"),
        PushResult(RUN, "new"),
    ]


def test_which_remote_has_the_runs(here: GitFolder, tmp_path: pathlib.Path) -> None:
    url = str(tmp_path / "there.git")
    repository = open_repository(str(here.path))

    assert choose_remote(repository) == Remote("origin", url, "the only one")
    here.git("remote", "add", "backup", "https://ada:hunter2@example.org/b.git")
    with pytest.raises(NoRemote, match="2 remotes, and none is chosen"):
        choose_remote(repository)
    here.git("config", "remote.pushDefault", "backup")
    assert choose_remote(repository) == Remote("backup", "https://example.org/b.git", "remote.pushDefault")
    here.git("config", "gitexp.remote", "origin")
    assert choose_remote(repository) == Remote("origin", url, "gitexp.remote")
    assert choose_remote(repository, "backup").name == "backup"
    for location in (url, "../there.git", "git@example.org:a/b.git", "host:b.git", "file:///b.git", "./there.git"):
        assert choose_remote(repository, location) == Remote(location, location, "given")
    with pytest.raises(NoRemote, match="no remote 'upstream'"):
        choose_remote(repository, "upstream")


def test_without_a_remote_a_way_to_one_is_named(here: GitFolder) -> None:
    here.git("remote", "remove", "origin")

    with pytest.raises(NoRemote) as caught:
        choose_remote(open_repository(str(here.path)))

    assert caught.value.hint == "git remote add origin URL, or exp remote set URL"
