"""``exp gc``: what no run needs goes, and nothing else."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from kit.exp import envelope, manifest, run_exp
from kit.git import GitFolder
from kit.going import Going
from kit.kept import find_hashes, give_training, list_cache, make_old, object_path, record
from kit.stored import plan_run, store_run


@pytest.fixture
def training(folder: GitFolder) -> GitFolder:
    give_training(folder)
    return folder


def purge(folder: GitFolder, run_id: str) -> None:
    assert run_exp(folder, "purge", run_id, "--yes").status == 0


def listing_files(folder: GitFolder, md5: str) -> set[str]:
    return {one["md5"] for one in json.loads(object_path(folder, md5).read_bytes())}


def test_a_purged_run_frees_what_it_alone_had(training: GitFolder) -> None:
    first, second = record(training, "1"), record(training, "2")
    hashes = find_hashes(training, first)
    kept = find_hashes(training, second)
    own = {hashes["model.pt"], hashes["points"], *listing_files(training, hashes["points"])}
    shared = own & listing_files(training, kept["points"])
    assert len(shared) == 1
    before = list_cache(training)
    state = training.state()
    said = run_exp(training, "purge", first, "--yes").err
    assert "2 artifacts stay in the cache, where other runs may need the bytes: exp gc" in said
    make_old(training)

    trial = run_exp(training, "gc")

    assert (trial.status, trial.out) == (0, "3 objects  2.3 MB  would be removed\n")
    assert "nothing was removed; to do it: exp gc --delete" in trial.err
    assert list_cache(training) == before

    done = run_exp(training, "gc", "--delete")

    assert (done.status, done.out) == (0, "3 objects  2.3 MB  removed\n")
    assert list_cache(training) == before - (own - shared)
    assert run_exp(training, "verify").status == 0
    assert run_exp(training, "gc").err == "nothing to remove: 4 objects, 2.6 MB, in use\n"
    assert training.state() == state


def test_hidden_folded_and_annotated_runs_need_their_bytes(training: GitFolder) -> None:
    hidden, folded, noted = record(training, "1"), record(training, "2"), record(training, "3")
    assert run_exp(training, "rm", hidden).status == 0
    assert run_exp(training, "fold", folded, noted).status == 0
    assert run_exp(training, "note", noted, "later").status == 0
    before = list_cache(training)
    make_old(training)

    assert run_exp(training, "gc", "--delete").out == ""
    assert list_cache(training) == before
    assert run_exp(training, "verify").status == 0


def test_a_registry_keeps_what_it_names(training: GitFolder) -> None:
    run_id = record(training, "1")
    model = find_hashes(training, run_id)["model.pt"]
    purge(training, run_id)
    training.gen({"registry.yaml": f"models: {{m: [{{artifact: {{md5: {model}}}}}]}}\n"})
    make_old(training)

    assert run_exp(training, "gc", "--delete").status == 0
    assert list_cache(training) == {model}


def test_what_was_stored_lately_stays(training: GitFolder) -> None:
    purge(training, record(training, "1"))
    before = list_cache(training)
    assert before

    done = run_exp(training, "gc", "--delete")

    assert (done.status, done.out) == (0, "")
    assert done.err.startswith("kept: 4 objects, 2.6 MB, stored less than 1 hour ago\n")
    assert list_cache(training) == before
    make_old(training)
    assert run_exp(training, "gc", "--older-than", "2d", "--delete").out == ""
    assert list_cache(training) == before
    assert run_exp(training, "gc", "--older-than", "12h", "--delete").out != ""
    assert list_cache(training) == set()


def test_bytes_that_a_new_run_has_again_are_new(training: GitFolder) -> None:
    purge(training, record(training, "1"))
    make_old(training)
    assert "4 objects" in run_exp(training, "gc").out
    again = record(training, "1")
    training.git("update-ref", "-d", f"refs/runs/default/{again}")  # as if its ref were still to be set

    assert "4 objects" in run_exp(training, "gc", "--delete").err
    assert len(list_cache(training)) == 4


def test_nothing_is_removed_while_a_run_goes(training: GitFolder) -> None:
    purge(training, record(training, "1"))
    make_old(training)
    before = list_cache(training)
    linked = training.path.parent / "linked"
    training.git("worktree", "add", "--quiet", str(linked))

    with Going(training) as going:
        for place in (training, GitFolder(linked)):
            refused = run_exp(place, "gc", "--delete")
            assert refused.status == 1
            assert f"run {going.id} is going: nothing is removed meanwhile" in refused.err
    assert list_cache(training) == before
    assert run_exp(training, "gc", "--delete").status == 0
    assert list_cache(training) == set()


@pytest.mark.parametrize("kind", ["broken", "newer"])
def test_nothing_is_removed_where_a_run_cannot_be_read(training: GitFolder, kind: str) -> None:
    run_id = record(training, "1")
    before = list_cache(training)
    ref = f"refs/runs/default/{run_id}"
    if kind == "broken":
        training.git("update-ref", ref, "HEAD")
    else:
        message = training.git("log", "-1", "--format=%B", ref).replace("Run-Format: 1", "Run-Format: 9")
        training.git("update-ref", ref, training.git("commit-tree", "-m", message, "-p", f"{ref}^", f"{ref}^{{tree}}"))
    make_old(training)

    done = run_exp(training, "gc", "--delete", "--json")

    assert done.status == 1
    (error,) = envelope(done.out)["errors"]
    assert (error["code"], error["hint"]) == ("refused", "exp verify --quick")
    assert "nothing is removed, for it is not known what is needed" in error["message"]
    assert list_cache(training) == before


def test_files_of_a_folder_whose_listing_is_not_here_stay(training: GitFolder) -> None:
    run_id, other = record(training, "1"), record(training, "2")
    points = find_hashes(training, run_id)["points"]
    files = listing_files(training, points)
    other_model = find_hashes(training, other)["model.pt"]
    purge(training, other)
    object_path(training, points).unlink()
    make_old(training)

    done = run_exp(training, "gc", "--delete")

    assert done.status == 0
    assert f"the files of the folder points of {name_of(training, run_id)} are not known here" in done.err
    assert files <= list_cache(training)  # the model of 2 MB is in no folder of 600 kB
    assert other_model not in list_cache(training)


def test_a_damaged_listing_stops_it(training: GitFolder) -> None:
    run_id = record(training, "1")
    path = object_path(training, find_hashes(training, run_id)["points"])
    path.chmod(0o644)
    path.write_bytes(b"[]")
    make_old(training)
    before = list_cache(training)

    assert run_exp(training, "gc", "--delete").status == 1
    assert list_cache(training) == before


def test_a_run_that_is_not_stored_keeps_what_came_since_it_began(training: GitFolder) -> None:
    purge(training, record(training, "1"))
    make_old(training)
    record(training, "2")
    journal = training.path / ".git" / "exp" / "live" / "k3v9x2mabc"
    journal.mkdir(parents=True)
    start = {"host": "elsewhere", "boot": "another", "extract": False, "traces": [], "wall": 0.0, "monotonic": 0.0}
    (journal / "start").write_text(json.dumps(start))
    two_days_ago = journal.stat().st_mtime - 2 * 86_400
    before = list_cache(training)
    os.utime(journal / "start", (two_days_ago, two_days_ago))

    kept = run_exp(training, "gc", "--delete")

    assert "run k3v9x2mabc is not stored yet: what was stored since it began is kept" in kept.err
    assert list_cache(training) == before
    shutil.rmtree(journal)
    assert "3 objects" in run_exp(training, "gc", "--delete").out


def test_copies_that_died_and_old_environments_go(training: GitFolder) -> None:
    record(training, "1")
    place = training.path / ".git" / "exp"
    copies = ("cache/tmp/0011223344556677/file", "cache/tmp/0011223344556677.removed/file")
    for name in (*copies, "environments/old/bin/python", "environments/new/bin/python"):
        (place / name).parent.mkdir(parents=True)
        (place / name).write_bytes(b"x" * 1000)
    make_old(training)
    for path in [*(place / "environments" / "old").rglob("*"), place / "environments" / "old"]:
        os.utime(path, (path.stat().st_mtime - 40 * 86_400,) * 2)

    done = run_exp(training, "gc", "--delete")

    assert done.out == "2 unfinished copies  2 kB  removed\n1 environment  1 kB  removed\n"
    assert os.listdir(place / "environments") == ["new"]
    assert os.listdir(place / "cache" / "tmp") == []


def test_what_it_says_to_a_program(training: GitFolder) -> None:
    run_id = record(training, "1")
    model = find_hashes(training, run_id)["model.pt"]
    purge(training, run_id)
    make_old(training)

    data = envelope(run_exp(training, "gc", "--json").out)["data"]

    assert (data["deleted"], data["needed"], data["waiting"]) == (False, {"objects": 0, "bytes": 0}, [])
    assert model in {one["md5"] for one in data["objects"]}
    assert data["bytes"] == sum(one["bytes"] for one in data["objects"])
    assert envelope(run_exp(training, "gc", "--json", "--delete").out)["data"]["deleted"] is True
    assert list_cache(training) == set()


def test_a_repository_without_runs_and_a_bare_one(folder: GitFolder) -> None:
    assert run_exp(folder, "gc").err == "nothing to remove: 0 objects, 0 bytes, in use\n"
    store_run(folder, plan_run(folder, "k3v9x2mabc"))
    folder.git("clone", "--quiet", "--mirror", ".", "../bare.git")

    bare = GitFolder(folder.path.parent / "bare.git")
    for command in (("gc", "--delete"), ("du",), ("verify",)):
        assert run_exp(bare, *command).status == 0


def name_of(folder: GitFolder, run_id: str) -> str:
    return str(manifest(folder, f"refs/runs/default/{run_id}")["name"])
