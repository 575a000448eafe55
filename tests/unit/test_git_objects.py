"""Objects: written so that Git agrees, read in bulk, put back when a gc takes them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from gitexp.errors import BrokenObject, GitFailed, StorageFailed
from gitexp.git.commits import Person, RawCommit, parse_commit
from gitexp.git.newest import read_newest
from gitexp.git.objects import ObjectWriter
from gitexp.git.reading import find_missing, list_tree, read_commits, read_objects, read_path
from gitexp.git.refs import RefChange, update_refs
from gitexp.git.repository import open_repository
from gitexp.git.trees import EXECUTABLE, FILE, FOLDER, LINK

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

ADA = Person("Ada Löv:elace;", "ada@example.org", 1_767_323_045, "+0100")


def test_ids_are_those_of_git(folder: GitFolder) -> None:
    with ObjectWriter(open_repository()) as writer:
        blob = writer.write_blob(b"print('loss=0.5')\n")
        assert blob == folder.git("rev-parse", "HEAD:train.py")
        readme = writer.write_blob_file(str(folder.path / "README.md"))
        assert writer.write_tree([(FILE, b"train.py", blob), (FILE, b"README.md", readme)]) == folder.git(
            "rev-parse", "HEAD^{tree}"
        )


def test_signed_or_not_it_is_the_same_commit(folder: GitFolder) -> None:
    tree, head = folder.git("rev-parse", "HEAD^{tree}"), folder.git("rev-parse", "HEAD")
    folder.git("config", "i18n.commitEncoding", "latin1")
    commit = RawCommit(tree, (head,), ADA, ADA, "Größe\n\nParam: lr=0.1\n".encode())
    with ObjectWriter(open_repository()) as writer:
        made = writer.write_commit(commit)
        assert parse_commit(folder.run("git", "cat-file", "commit", made).stdout).message == commit.message
    by_git = folder.run(
        "git", "-c", "i18n.commitEncoding=UTF-8", "commit-tree", tree, "-p", head, "-F", "-",
        stdin=commit.message,
        env={
            "GIT_AUTHOR_NAME": ADA.name, "GIT_AUTHOR_EMAIL": ADA.email, "GIT_AUTHOR_DATE": "@1767323045 +0100",
            "GIT_COMMITTER_NAME": ADA.name, "GIT_COMMITTER_EMAIL": ADA.email,
            "GIT_COMMITTER_DATE": "@1767323045 +0100",
        },
    )  # fmt: skip
    assert made == by_git.stdout.decode().strip()


@pytest.fixture
def signing(folder: GitFolder, tmp_path: pathlib.Path) -> GitFolder:
    """A repository in which Git signs with an SSH key."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (tmp_path / "signers").write_text(f"ada@example.org {(tmp_path / 'key.pub').read_text()}")
    for name, value in (
        ("gpg.format", "ssh"), ("user.signingKey", str(key)), ("commit.gpgSign", "true"),
        ("gpg.ssh.allowedSignersFile", str(tmp_path / "signers")), ("i18n.commitEncoding", "latin1"),
    ):  # fmt: skip
        folder.git("config", name, value)
    return folder


def test_a_commit_is_signed_as_git_is_configured(signing: GitFolder) -> None:
    tree, head = signing.git("rev-parse", "HEAD^{tree}"), signing.git("rev-parse", "HEAD")
    commit = RawCommit(tree, (head,), ADA, ADA, "Größe\n".encode())
    with ObjectWriter(open_repository()) as writer:
        made = writer.write_signed_commit(commit)
        assert made.id in writer.written
        found = writer.read_commit(made.id)
    assert made.why_unsigned is None
    assert found.signed
    assert (found.message, found.parents, found.committer.seconds) == (commit.message, (head,), ADA.seconds)
    assert signing.run("git", "verify-commit", made.id).returncode == 0


def test_a_signature_that_fails_leaves_an_unsigned_commit(signing: GitFolder) -> None:
    signing.git("config", "user.signingKey", "/no/such/key")
    commit = RawCommit(signing.git("rev-parse", "HEAD^{tree}"), (), ADA, ADA, b"message\n")
    with ObjectWriter(open_repository()) as writer:
        made = writer.write_signed_commit(commit)
        assert made.id == writer.write_commit(commit)
    assert made.why_unsigned
    assert signing.git("cat-file", "-t", made.id) == "commit"


def test_what_a_gc_took_is_put_back(folder: GitFolder) -> None:
    repository = open_repository()
    with ObjectWriter(repository) as writer:
        blob = writer.write_blob(b"new\n")
        tree = writer.compose_tree(folder.git("rev-parse", "HEAD^{tree}"), {b".exp/run.yaml": (FILE, blob)})
        commit = writer.write_commit(RawCommit(tree, (folder.git("rev-parse", "HEAD"),), ADA, ADA, b"run\n"))
        folder.git("gc", "--quiet", "--prune=now")
        assert folder.run("git", "cat-file", "-e", blob).returncode == 1
        assert set(writer.ensure_present()) == {blob, tree, commit, *writer.written}
        assert writer.ensure_present() == ()
    update_refs(repository, [RefChange("refs/runs/d/a", commit, None)])
    folder.git("fsck", "--strict")
    assert find_missing(repository, commit) == []
    (folder.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert find_missing(repository, commit) == [blob]
    assert find_missing(repository, commit, commit) == []


def test_a_tree_is_read_wherever_it_lies(folder: GitFolder) -> None:
    tree = folder.git("rev-parse", "HEAD^{tree}")
    with ObjectWriter(open_repository()) as writer:
        loose = writer.read_tree(tree)
        assert [entry.name for entry in loose] == [b"README.md", b"train.py"]
        folder.git("repack", "-adq")
        folder.git("prune-packed")
        assert writer.read_tree(tree) == loose
        with pytest.raises(BrokenObject):
            writer.read_tree(loose[0].id)
        with pytest.raises(GitFailed):
            writer.read_tree("1" * 40)


def test_a_tree_made_since_the_store_was_opened(folder: GitFolder) -> None:
    with ObjectWriter(open_repository()) as writer:
        writer.read_tree(folder.git("rev-parse", "HEAD^{tree}"))
        folder.gen({"more.txt": "1\n"})
        folder.commit()
        tree = folder.git("rev-parse", "HEAD^{tree}")
        folder.git("repack", "-adq")
        assert b"more.txt" in [entry.name for entry in writer.read_tree(tree)]


def test_objects_of_an_alternate_are_read(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    folder.git("clone", "-q", "--shared", str(folder.path), str(tmp_path / "shared"))
    with ObjectWriter(open_repository(str(tmp_path / "shared"))) as writer:
        assert len(writer.read_tree(folder.git("rev-parse", "HEAD^{tree}"))) == 2


@pytest.mark.parametrize(
    ("shared", "file_mode", "folder_mode"),
    [("umask", 0o400, 0o700), ("group", 0o440, 0o770), ("all", 0o444, 0o775), ("0660", 0o440, 0o770)],
)
def test_objects_are_shared_as_configured(folder: GitFolder, shared: str, file_mode: int, folder_mode: int) -> None:
    folder.git("config", "core.sharedRepository", shared)
    before = os.umask(0o077)
    try:
        with ObjectWriter(open_repository()) as writer:
            ours = writer.write_blob(b"ours")
        theirs = folder.git("hash-object", "-w", "--stdin", stdin=b"theirs of git")
    finally:
        os.umask(before)
    for name in (ours, theirs):
        path = folder.path / ".git" / "objects" / name[:2] / name[2:]
        assert oct(stat.S_IMODE(path.stat().st_mode)) == oct(file_mode)
        assert oct(stat.S_IMODE(path.parent.stat().st_mode) & 0o777) == oct(folder_mode)


def test_a_store_that_cannot_be_written(folder: GitFolder) -> None:
    repository = open_repository()
    with ObjectWriter(repository) as writer:
        objects = folder.path / ".git" / "objects"
        shutil.rmtree(objects)
        objects.write_text("not a folder: root cannot write into it either")
        with pytest.raises(StorageFailed, match="objects"):
            writer.write_blob(b"new")


class TestReading:
    """One pipe for any number of objects."""

    def test_more_than_any_buffer_holds(self, folder: GitFolder) -> None:
        folder.gen({"big.txt": "x" * 100_000})
        folder.commit()
        names = ["HEAD:big.txt", "HEAD:train.py", "nothing", "HEAD", "1" * 40] * 4000
        sizes = [
            len(found.data) if found.data is not None else None for found in read_objects(open_repository(), names)
        ]
        assert len(sizes) == len(names)
        assert sizes[:3] == [100_000, 18, None]
        assert sizes == sizes[:5] * 4000

    def test_a_reader_that_has_enough(self, folder: GitFolder) -> None:
        def names():
            while True:
                yield "HEAD"

        answers = read_objects(open_repository(), names())
        assert next(answers).type == "commit"
        answers.close()

    def test_names_that_cannot_be_had(self, folder: GitFolder) -> None:
        def names():
            yield "HEAD"
            raise RuntimeError("no more")

        answers = read_objects(open_repository(), names())
        with pytest.raises(RuntimeError, match="no more"):
            list(answers)
        with pytest.raises(ValueError, match="line end"):
            list(read_objects(open_repository(), ["a\nb"]))

    def test_an_object_whose_bytes_are_damaged(self, folder: GitFolder) -> None:
        blob = folder.git("rev-parse", "HEAD:train.py")
        path = folder.path / ".git" / "objects" / blob[:2] / blob[2:]
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-8] + b"damaged!")
        with pytest.raises(GitFailed, match=blob):
            list(read_objects(open_repository(), ["HEAD", blob, "HEAD"]))

    def test_the_commits_of_refs(self, folder: GitFolder) -> None:
        repository = open_repository()
        one = folder.git("rev-parse", "HEAD")
        two = folder.commit("two")
        tag = folder.git("rev-parse", "HEAD:train.py")
        update_refs(
            repository,
            [RefChange(f"refs/runs/d/{name}", value, None) for name, value in (("a", one), ("b", tag), ("c", two))],
        )
        (folder.path / ".git" / "refs" / "runs" / "d" / "gone").write_text("1" * 40 + "\n")
        found = list(read_commits(repository, ["refs/runs", "refs/exp"]))
        assert [(one.ref[-1], one.data is None) for one in found] == [
            ("a", False), ("b", True), ("c", False), ("e", True),
        ]  # fmt: skip
        assert parse_commit(found[2].data or b"").message == b"two\n"

    def test_one_path(self, folder: GitFolder) -> None:
        odd = os.fsdecode(b"caf\xe9 \n.txt")
        folder.gen({odd: b"\0odd", "d/plain": "plain", ":(top)x": "colon", "*": "star"})
        (folder.path / "link").symlink_to("d/plain")
        folder.commit()
        repository = open_repository()
        assert read_path(repository, "HEAD", os.fsencode(odd)) == b"\0odd"
        assert read_path(repository, "HEAD", "d/plain") == b"plain"
        assert read_path(repository, "HEAD", ":(top)x") == b"colon"
        assert read_path(repository, "HEAD", "link") == b"d/plain"
        for nothing in ("d", "none", "d/plain/x", "x\ny"):
            assert read_path(repository, "HEAD", nothing) is None

    def test_a_listing_with_sizes(self, folder: GitFolder) -> None:
        odd = os.fsdecode(b"d/caf\xe9\t\n")
        folder.gen({odd: "1234", "d/run.sh": "#!", "dd/other": "1", "*": "star"})
        (folder.path / "d" / "run.sh").chmod(0o755)
        (folder.path / "d" / "link").symlink_to("x")
        folder.commit()
        repository = open_repository()
        found = {entry.path: (entry.mode, entry.size) for entry in list_tree(repository, "HEAD", "d")}
        assert found == {
            os.fsencode(odd): (FILE, 4), b"d/run.sh": (EXECUTABLE, 2), b"d/link": (LINK, 1),
        }  # fmt: skip
        top = {entry.path: (entry.mode, entry.type) for entry in list_tree(repository, "HEAD", recursive=False)}
        assert top[b"d"] == (FOLDER, "tree")
        assert {entry.path for entry in list_tree(repository, "HEAD", "d", recursive=False)} == set(found)
        assert [entry.path for entry in list_tree(repository, "HEAD", "*")] == [b"*"]
        assert list_tree(repository, "HEAD", "none") == []
        with pytest.raises(GitFailed):
            list_tree(repository, "nothing")

    def test_the_newest_of_many(self, folder: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
        changes = []
        for place, date in enumerate((30, 10, 40, 20)):
            monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{1_700_000_000 + date} +0000")
            changes.append(RefChange(f"refs/runs/d/{place}", folder.commit(str(date)), None))
        update_refs(open_repository(), changes)
        assert [found.ref[-1] for found in read_newest(open_repository(), "refs/runs/d", 2)] == ["2", "0"]
