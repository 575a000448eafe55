"""``exp verify``: what holds of runs, and what does not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.model.paths import TreePath
from gitexp.model.run import Artifact
from kit.exp import envelope, manifest, refs, run_exp
from kit.git import GitFolder
from kit.kept import damage, find_hashes, give_training, object_path, record
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

RUN = "k3v9x2mabc"


@pytest.fixture
def training(folder: GitFolder) -> GitFolder:
    give_training(folder)
    return folder


def verify(folder: GitFolder, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit status, and what does not hold."""
    ran = run_exp(folder, "verify", "--json", *arguments)
    return ran.status, envelope(ran.out)["data"]["breaches"]


def only_breach(folder: GitFolder, *arguments: str) -> dict[str, Any]:
    status, (breach,) = verify(folder, *arguments)
    assert status == 1
    return breach


def test_what_was_recorded_holds(training: GitFolder) -> None:
    record(training, "1")
    training.gen({"new.py": "x = 1\n"})
    second = record(training, "2", "--param", "lr=0.1", "--seed", "3")
    assert run_exp(training, "tag", second, "team=fraud").status == 0
    assert run_exp(training, "mv", second, "other").status == 0
    assert run_exp(training, "note", "last", "good").status == 0
    state = training.state()

    for options in ((), ("--quick",), ("last",)):
        ran = run_exp(training, "verify", *options)
        assert (ran.status, ran.out) == (0, ""), ran.err
    assert run_exp(training, "verify").err == "2 runs, 7 objects, 4.9 MB read: all hold\n"
    assert run_exp(training, "verify", "--quick").err == "2 runs, 7 objects, not read: all hold\n"
    assert run_exp(training, "fold", "--all").status == 0
    assert run_exp(training, "verify").err == "2 runs, 7 objects, 4.9 MB read: all hold\n"
    assert training.state() == state


def test_a_damaged_object_is_told_with_what_to_do(training: GitFolder) -> None:
    run_id = record(training, "1")
    path = object_path(training, find_hashes(training, run_id)["model.pt"])
    damage(path)

    breach = only_breach(training)

    assert (breach["aspect"], breach["path"]) == ("bytes", "model.pt")
    assert str(path) in breach["found"]
    assert breach["mend"].startswith(f"rm -f {path} && exp get ")
    assert verify(training, "--quick") == (0, [])
    ran = run_exp(training, "verify")
    assert ran.err.endswith(": 1 problem\n")
    assert len(ran.out.splitlines()) == 2


@pytest.mark.parametrize("what", ["listing", "file"])
def test_a_damaged_part_of_a_folder_is_told_once(training: GitFolder, what: str) -> None:
    run_id = record(training, "1")
    path = object_path(training, find_hashes(training, run_id)["points"])
    if what == "file":
        path = next(one for one in path.parent.parent.glob("*/*") if one.stat().st_size == 300_000)
    damage(path)

    breach = only_breach(training)

    assert (breach["aspect"], breach["path"]) == ("bytes", "points")
    assert str(path) in breach["found"]


def test_bytes_that_are_lost_and_bytes_that_are_elsewhere(training: GitFolder) -> None:
    run_id = record(training, "1")
    object_path(training, find_hashes(training, run_id)["model.pt"]).unlink()

    breach = only_breach(training)

    assert breach["path"] == "model.pt"
    assert "this repository has no remote from which it could come" in breach["found"]
    training.git("remote", "add", "origin", "../nowhere.git")
    ran = run_exp(training, "verify")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith("1 object (2 MB) is not on this machine: exp verify --remote asks ")


def test_what_a_clone_pulled_holds_without_its_bytes(training: GitFolder, tmp_path: pathlib.Path) -> None:
    record(training, "1")
    training.git("init", "--quiet", "--bare", str(tmp_path / "hub.git"))
    training.git("remote", "add", "origin", str(tmp_path / "hub.git"))
    training.git("push", "--quiet", "origin", "HEAD:main", *refs(training))
    other = GitFolder.create(tmp_path / "other")
    other.git("remote", "add", "origin", str(tmp_path / "hub.git"))
    assert run_exp(other, "pull").status == 0

    ran = run_exp(other, "verify")

    assert (ran.status, ran.out) == (0, "")
    assert "2 objects (2.6 MB) are not on this machine" in ran.err
    assert ran.err.endswith("1 run, 0 objects, 0 bytes read: it holds\n")


def test_what_was_only_read_is_nobody_s_to_keep(training: GitFolder) -> None:
    record(training, "1")
    shutil.rmtree(training.path / "data")

    assert verify(training) == (0, [])


def test_a_message_that_is_not_the_manifest_s(folder: GitFolder) -> None:
    run = plan_run(folder, RUN, params={"lr": 0.1}, metrics={"auc": 0.5})
    commit = store_run(folder, run)
    assert verify(folder) == (0, [])
    message = folder.git("log", "-1", "--format=%B", commit).replace("auc=0.5 ", "auc=0.9 ")
    changed = folder.git("commit-tree", "-m", message, "-p", f"{commit}^", f"{commit}^{{tree}}")
    folder.git("update-ref", f"refs/runs/default/{RUN}", changed)

    breach = only_breach(folder)

    assert (breach["aspect"], breach["run"]) == ("message", run.name)
    assert breach["found"] == "message and manifest do not agree: metrics"


def test_small_artifacts_pointers_and_package_lists_are_those_of_the_manifest(folder: GitFolder) -> None:
    run = plan_run(folder, RUN)
    environment = run.environment._replace(packages="c" * 64)
    small = Artifact(TreePath("note.txt"), "0" * 32, 4, "git")
    large = Artifact(TreePath("model.pt"), "b" * 32, 5_000_000, "dvc")
    pointed = Artifact(TreePath("other.pt"), "d" * 32, 5_000_000, "dvc")
    pointer = b"outs:\n- md5: %s\n  size: 5000000\n  hash: md5\n  path: other.pt\n"
    store_run(
        folder,
        replace(run, environment=environment, artifacts=(small, large, pointed)),
        {
            "artifacts/note.txt": b"note",
            "artifacts/other.pt.dvc": pointer % (b"e" * 32),
            "environment/packages.txt": b"numpy==1.0\n",
        },
    )
    folder.git("remote", "add", "origin", "../nowhere.git")

    status, breaches = verify(folder)

    assert status == 1
    assert {(one["aspect"], one["path"]): one["found"].split(" ")[0:4] for one in breaches} == {
        ("artifact", "note.txt"): ["its", "bytes", "are", "not"],
        ("pointer", "model.pt"): ["it", "is", "not", "in"],
        ("pointer", "other.pt"): ["its", "pointer", "says", "e" * 32 + ","],
        ("packages", "environment/packages.txt"): ["it", "is", "not", "the"],
    }


def test_a_fingerprint_that_is_not_that_of_what_the_run_says(training: GitFolder) -> None:
    run_id = record(training, "1")
    ref = f"refs/runs/default/{run_id}"
    wrong = "sha256:" + "0" * 64
    right = str(manifest(training, ref)["fingerprint"])
    text = training.git("show", f"{ref}:.exp/run.yaml").replace(right, wrong) + "\n"
    message = training.git("log", "-1", "--format=%B", ref).replace(right, wrong)
    training.git("read-tree", ref)
    blob = training.git("hash-object", "-w", "--stdin", stdin=text.encode())
    training.git("update-index", "--cacheinfo", f"100644,{blob},.exp/run.yaml")
    tree = training.git("write-tree")
    training.git("update-ref", ref, training.git("commit-tree", "-m", message, "-p", f"{ref}^", tree))
    training.git("read-tree", "HEAD")

    breach = only_breach(training)

    assert breach["aspect"] == "fingerprint"


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_an_object_of_git_that_is_missing_or_damaged(training: GitFolder, how: str) -> None:
    training.gen({"only.py": "x = 1\n"})
    run_id = record(training, "1")
    other = record(training, "2")
    ref = f"refs/runs/default/{run_id}"
    name = str(manifest(training, ref)["name"])
    object_id = training.git("rev-parse", f"{ref}:only.py")
    assert verify(training) == (0, [])
    path = training.path / ".git" / "objects" / object_id[:2] / object_id[2:]
    if how == "missing":
        path.unlink()
    else:
        wrong = training.git("hash-object", "-w", "--stdin", stdin=b"x = 2\n")
        path.chmod(0o644)
        path.write_bytes((training.path / ".git" / "objects" / wrong[:2] / wrong[2:]).read_bytes())

    status, breaches = verify(training)

    assert status == 1
    assert {one["aspect"] for one in breaches} == {"objects"}
    assert name in {one["run"] for one in breaches}
    assert {(one["found"], one["path"]) for one in breaches} == {(f"object {object_id} is {how}", "only.py")}
    assert len(breaches) == 2  # both runs ran this code
    assert str(manifest(training, f"refs/runs/default/{other}")["name"]) in {one["run"] for one in breaches}


def test_runs_that_cannot_be_read_are_problems_of_their_own(broken: GitFolder) -> None:
    status, breaches = verify(broken)

    assert status == 1
    assert {one["run"] for one in breaches if one["aspect"] == "record"} == {
        "refs/runs/default/m4ra7v5s9j",
        "refs/runs/default/v6sx0c7r1n",
    }


def test_a_fold_that_shows_another_record(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, RUN))
    assert run_exp(folder, "fold", "--all").status == 0
    assert verify(folder) == (0, [])
    (fold,) = refs(folder, "refs/exp/fold")
    raw = folder.run("git", "cat-file", "commit", fold).stdout
    tree = raw.partition(b"\n")[0]
    changed = raw.replace(tree, f"tree {folder.git('rev-parse', 'HEAD^{tree}')}".encode(), 1)
    folder.git("update-ref", fold, folder.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=changed))

    assert only_breach(folder)["aspect"] == "fold"


def test_signatures(folder: GitFolder, sealed: pathlib.Path) -> None:
    done = folder.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(sealed / "key"))
    assert done.returncode == 0, done.stderr
    for key, value in {
        "gpg.format": "ssh",
        "user.signingKey": str(sealed / "key.pub"),
        "commit.gpgSign": "true",
    }.items():
        folder.git("config", key, value)
    assert run_exp(folder, "run", "-q", "--", "true").status == 0
    (ref,) = refs(folder)
    assert "gpgsig" in folder.git("cat-file", "commit", ref)

    status, (note,) = verify(folder)

    assert (status, note["aspect"], note["is_note"]) == (0, "signature", True)
    signers = f"ada@example.org {(sealed / 'key.pub').read_text()}"
    (sealed / "signers").write_text(signers)
    folder.git("config", "gpg.ssh.allowedSignersFile", str(sealed / "signers"))
    assert verify(folder) == (0, [])
    raw = folder.git("cat-file", "commit", ref)
    changed = raw.replace("Ada Lovelace", "Eve Lovelace") + "\n"
    forged = folder.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=changed.encode())
    folder.git("update-ref", ref, forged)

    assert only_breach(folder)["found"].startswith("its signature is bad")


def test_no_runs(folder: GitFolder) -> None:
    assert run_exp(folder, "verify").err == "0 runs, 0 objects, 0 bytes read: all hold\n"
    ran = run_exp(folder, "verify", "nosuch")
    assert ran.status == 1


def test_the_data_remote_is_asked(training: GitFolder, tmp_path: pathlib.Path) -> None:
    training.git("init", "--quiet", "--bare", str(tmp_path / "team.git"))
    training.git("remote", "add", "origin", str(tmp_path / "team.git"))
    training.git("push", "--quiet", "origin", "HEAD")
    run_id = record(training, "1")
    store = str(tmp_path / "store")

    status, breaches = verify(training, "--data-remote", store)
    assert (status, {one["found"].partition(",")[0] for one in breaches}) == (0, {"its bytes are only here"})
    assert run_exp(training, "push", "--data-remote", store).status == 0
    assert verify(training, "--data-remote", store) == (0, [])
    said = run_exp(training, "verify", "--data-remote", store).err
    assert said == f"1 run, 4 objects, 2.6 MB read, 4 objects asked of {store}: it holds\n"

    md5 = find_hashes(training, run_id)["model.pt"]
    object_path(training, md5).unlink()
    assert verify(training, "--data-remote", store) == (0, [])
    (tmp_path / "store" / "gitexp" / "files" / "md5" / md5[:2] / md5[2:]).unlink()
    breach = only_breach(training, "--data-remote", store)
    assert (breach["aspect"], breach["path"]) == ("remote", "model.pt")
    assert breach["found"] == f"its bytes ({md5}) are neither here nor on the data remote"
    assert run_exp(training, "verify", "--remote").status == 1
