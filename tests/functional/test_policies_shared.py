"""Policies that ask for signatures of real keys, and for runs and weights on real remotes."""

from __future__ import annotations

import dataclasses
import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.actions.named_run import find_run
from gitexp.model.policy import Policy
from gitexp.model.registry import VersionArtifact
from gitexp.store.runs import open_store
from kit.cases import judge, make_version
from kit.exp import refs, run_exp
from kit.sharing import Team
from kit.signers import allow
from kit.storage import objects_in

if TYPE_CHECKING:
    import pathlib

    from gitexp.model.policy_verdict import Judged
    from gitexp.model.registry import Version
    from kit.git import GitFolder
    from kit.signers import KeyRing

TRAIN = "open('model.pt', 'wb').write(b'w' * 1_500_000)\nprint('loss=0.5')\n"
SMALL = "open('model.pt', 'w').write('small')\nprint('loss=0.5')\n"
FOLDER = """
import os
os.makedirs('model', exist_ok=True)
for name in 'ab':
    open(f'model/{name}.bin', 'wb').write(name.encode() * 1_500_000)
"""


@pytest.fixture
def ada(tmp_path: pathlib.Path) -> GitFolder:
    """A clone whose data remote is a folder, ``store``, and that has recorded nothing yet."""
    folder = Team.create(tmp_path).clone("ada")
    folder.gen({"train.py": TRAIN, "folder.py": FOLDER, ".gitignore": "model.pt\n/model/\n"})
    folder.commit("train")
    folder.git("push", "--quiet", "origin", "main")
    folder.git("config", "gitexp.dataRemote", str(tmp_path / "store"))
    return folder


def record(folder: GitFolder, script: str = "train.py", artifact: str = "model.pt") -> Version:
    """A version of a run that is recorded now."""
    before = set(refs(folder))
    ran = run_exp(folder, "run", "-q", "--artifact", artifact, "--", sys.executable, script)
    assert ran.status == 0, ran.err
    (ref,) = set(refs(folder)) - before
    return name_version(folder, ref)


def name_version(folder: GitFolder, ref: str) -> Version:
    """A version of a run as it is now, and of its artifact."""
    store = open_store(os.fspath(folder.path))
    head = find_run(store, ref)
    (one,) = store.load(head).artifacts
    assert one.md5 is not None
    return make_version(1, head.ref, head.commit, artifact=VersionArtifact(one.path, one.md5, one.bytes))


def ask_pushed(folder: GitFolder, version: Version) -> Judged:
    return judge(folder, version, Policy(pushed=True))["pushed: true"]


def ask_signed(folder: GitFolder, version: Version) -> Judged:
    return judge(folder, version, Policy(signed=True))["signed: true"]


def test_a_run_and_its_weights_are_asked_of_the_remotes(ada: GitFolder, tmp_path: pathlib.Path) -> None:
    version = record(ada)
    run_id = version.run.rpartition("/")[2]
    found = ask_pushed(ada, version)
    assert not found.is_met
    assert found.found.startswith(f"the run is not on origin (exp push {run_id}); the bytes of model.pt are not on ")

    assert run_exp(ada, "push").status == 0
    found = ask_pushed(ada, version)
    assert found.is_met, found.found
    assert found.found.startswith("the run is on origin; model.pt is on ")

    shutil.rmtree(tmp_path / "store")
    found = ask_pushed(ada, version)
    assert not found.is_met
    assert "the run is on origin; the bytes of model.pt are not on " in found.found


def test_what_was_said_later_is_to_be_pushed_too(ada: GitFolder) -> None:
    version = record(ada)
    assert run_exp(ada, "push").status == 0
    assert run_exp(ada, "tag", version.run, "checked").status == 0
    assert ask_pushed(ada, version).is_met
    later = name_version(ada, version.run)
    found = ask_pushed(ada, later)
    assert not found.is_met
    assert f"origin has the run as it was at {version.commit[:7]}, not yet {later.commit[:7]}" in found.found


def test_a_run_in_a_fold_on_the_remote_is_there(ada: GitFolder) -> None:
    version = record(ada)
    assert run_exp(ada, "fold", "--all").status == 0
    assert run_exp(ada, "push").status == 0
    assert ada.git("ls-remote", "origin", "refs/exp/fold/*")
    assert not ada.git("ls-remote", "origin", version.run)
    assert ask_pushed(ada, version).is_met


def test_every_file_of_a_folder_is_asked_for(ada: GitFolder, tmp_path: pathlib.Path) -> None:
    version = record(ada, "folder.py", "model")
    assert version.artifact.md5.endswith(".dir")
    assert run_exp(ada, "push").status == 0
    assert ask_pushed(ada, version).is_met
    fresh = Team(tmp_path, ada).clone("fresh", url=ada.git("config", "remote.origin.url"))
    assert run_exp(fresh, "pull").status == 0
    fresh.git("config", "gitexp.dataRemote", str(tmp_path / "store"))
    assert ask_pushed(fresh, version).is_met

    own = tmp_path / "store" / "gitexp"
    gone = next(md5 for md5 in objects_in(own) if not md5.endswith(".dir"))
    (own / "files" / "md5" / gone[:2] / gone[2:]).unlink()
    found = ask_pushed(fresh, version)
    assert not found.is_met
    assert "the bytes of model (1 of 3 objects) are not on " in found.found


def test_small_weights_are_where_the_run_is(ada: GitFolder) -> None:
    ada.gen({"train.py": SMALL})
    version = record(ada)
    assert run_exp(ada, "push").status == 0
    assert ask_pushed(ada, version).found == "the run is on origin; model.pt is in its commit"
    other = version._replace(artifact=version.artifact._replace(md5="c" * 32))
    assert "the run has no artifact model.pt with the hash cccc" in ask_pushed(ada, other).found


def test_a_remote_that_does_not_answer_is_told_beside_the_rest(ada: GitFolder, tmp_path: pathlib.Path) -> None:
    version = record(ada)
    ada.git("config", "remote.origin.url", str(tmp_path / "nowhere.git"))
    found = judge(ada, version, Policy(pushed=True, require=("loss < 0.1",)))
    assert (found["loss < 0.1"].is_met, found["loss < 0.1"].found) == (False, "loss is 0.5")
    assert not found["pushed: true"].is_met
    assert "nowhere.git" in found["pushed: true"].found


def test_where_no_remote_is_to_be_asked_it_is_said_so(ada: GitFolder) -> None:
    version = record(ada)
    assert not ask_pushed(ada, version).is_met
    found = judge(ada, version, Policy(pushed=True), remote=False)["pushed: true"]
    assert (found.is_met, found.found) == (True, "no remote was asked")
    assert "pushed: true" not in judge(ada, version, Policy())


@pytest.mark.parametrize("kind", ["ssh", "gpg"])
def test_a_signed_run_is_told_from_one_that_is_not(folder: GitFolder, signers: KeyRing, kind: str) -> None:
    folder.gen({"train.py": SMALL})
    found = ask_signed(folder, record(folder))
    assert not found.is_met
    assert found.found.endswith(": there is no signature")

    make = signers.ssh if kind == "ssh" else signers.gpg
    ada, eve = make("Ada", "ada@example.org"), make("Eve", "eve@example.org")
    ada.use(folder)
    folder.git("config", "commit.gpgSign", "true")
    allow(folder, eve)
    version = record(folder)
    assert not ask_signed(folder, version).is_met
    allow(folder, ada)
    found = ask_signed(folder, version)
    assert (found.is_met, found.found) == (True, f"commit {version.commit[:7]}: signed by ada@example.org")


def test_a_run_signed_under_the_name_of_somebody_else_is_not(folder: GitFolder, signers: KeyRing) -> None:
    folder.gen({"train.py": SMALL})
    ada, eve = signers.ssh("Ada", "ada@example.org"), signers.ssh("Eve", "eve@example.org")
    allow(folder, ada, eve)
    dataclasses.replace(eve, name=ada.name, email=ada.email).use(folder)
    folder.git("config", "commit.gpgSign", "true")
    found = ask_signed(folder, record(folder))
    assert not found.is_met
    assert "signed with a key of eve@example.org, not of ada@example.org" in found.found


def test_the_signature_of_the_run_holds_under_what_was_said_later(folder: GitFolder, signers: KeyRing) -> None:
    folder.gen({"train.py": SMALL})
    ada = signers.ssh("Ada", "ada@example.org")
    allow(folder, ada)
    ada.use(folder)
    folder.git("config", "commit.gpgSign", "true")
    version = record(folder)
    folder.git("config", "commit.gpgSign", "false")
    assert run_exp(folder, "tag", version.run, "checked").status == 0
    later = name_version(folder, version.run)
    assert later.commit != version.commit
    found = ask_signed(folder, later)
    assert (found.is_met, found.found) == (
        True,
        (
            f"commit {version.commit[:7]}: the run itself is signed by ada@example.org; "
            "what was said of it since is not signed"
        ),
    )

    # On top of a signed commit anybody can put another record: the signature is not of that one.
    message = folder.git("log", "-1", "--format=%B", later.commit).replace("loss=0.5", "loss=0.1")
    parents = folder.git("log", "-1", "--format=%P", later.commit).split()
    tree = folder.git("rev-parse", f"{later.commit}^{{tree}}")
    forged = folder.git("commit-tree", tree, *(f"-p{one}" for one in parents), "-m", message)
    assert not ask_signed(folder, later._replace(commit=forged)).is_met
