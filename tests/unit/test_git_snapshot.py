"""What a snapshot takes, what it leaves out and says so."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from gitexp.errors import StorageFailed
from gitexp.git.snapshot import Snapshot, take_snapshot
from gitexp.git.working_copy import WorkingCopy, open_working_copy
from gitexp.model.paths import unquote_path
from gitexp.model.settings import SnapshotRules
from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable


def refuse_secrets(path: bytes, head: bytes) -> str | None:
    return "a credential" if path.endswith(b".env") or b"PRIVATE KEY" in head else None


@pytest.fixture
def take(tmp_path: pathlib.Path, folder: GitFolder) -> Callable[..., Snapshot]:
    """Takes a snapshot of the current folder, under rules given by name."""

    def snapshot(copy: WorkingCopy | None = None, **rules: object) -> Snapshot:
        temporary = tmp_path / "temporary"
        temporary.mkdir(exist_ok=True)
        before = folder.state()
        made = take_snapshot(copy or open_working_copy(), SnapshotRules(**rules), refuse_secrets, str(temporary))
        assert folder.state() == before
        folder.git("fsck", "--strict", "--no-dangling")
        return made

    return snapshot


def files(folder: GitFolder, snapshot: Snapshot) -> set[bytes]:
    listing = folder.git("ls-tree", "-r", "-z", "--name-only", snapshot.commit)
    return {os.fsencode(name) for name in listing.split("\0") if name}


def left_out(snapshot: Snapshot) -> dict[bytes, str]:
    found = {unquote_path(left.path): left.why for left in snapshot.left_out}
    assert len(found) == len(snapshot.left_out)
    return found


def content(folder: GitFolder, snapshot: Snapshot, path: str) -> bytes:
    return folder.run("git", "cat-file", "blob", f"{snapshot.commit}:{path}").stdout


def test_a_clean_tree_is_head_itself(folder: GitFolder, take: Callable[..., Snapshot]) -> None:
    head = folder.git("rev-parse", "HEAD")
    objects = folder.git("count-objects")

    snapshot = take()

    assert (snapshot.commit, snapshot.head, snapshot.dirty, snapshot.left_out) == (head, head, False, ())
    assert snapshot.tree == folder.git("rev-parse", "HEAD^{tree}")
    assert folder.git("count-objects") == objects


def test_what_is_only_left_out_makes_nothing_dirty(folder: GitFolder, take: Callable[..., Snapshot]) -> None:
    folder.gen({"model.pt": b"\0\1\2"})

    snapshot = take()

    assert snapshot.commit == snapshot.head
    assert not snapshot.dirty
    assert left_out(snapshot) == {b"model.pt": "untracked and binary"}
    assert snapshot.left_out[0].bytes == 3


def test_an_edit_and_its_way_back_are_head(folder: GitFolder, take: Callable[..., Snapshot]) -> None:
    folder.gen({"train.py": "other\n"})
    folder.git("add", "train.py")
    folder.gen({"train.py": "print('loss=0.5')\n"})

    assert take().commit == folder.git("rev-parse", "HEAD")


def test_same_size_edits_are_seen(folder: GitFolder, take: Callable[..., Snapshot]) -> None:
    for digit in range(6):
        folder.gen({"train.py": f"print('loss=0.{digit}')\n"})
        assert content(folder, take(), "train.py") == f"print('loss=0.{digit}')\n".encode()


def test_nothing_committed_and_nothing_there(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = GitFolder.create(tmp_path / "empty")
    monkeypatch.chdir(empty.path)

    snapshot = take_snapshot(open_working_copy(), SnapshotRules(), refuse_secrets, str(tmp_path))

    assert (snapshot.head, snapshot.branch, snapshot.dirty) == (None, "main", True)
    assert empty.git("cat-file", "-t", snapshot.commit) == "commit"
    assert empty.git("ls-tree", snapshot.commit) == ""
    empty.git("fsck", "--strict", "--no-dangling")


def test_the_index_is_lost(folder: GitFolder, take: Callable[..., Snapshot]) -> None:
    (folder.path / ".git" / "index").unlink()

    assert take().commit == folder.git("rev-parse", "HEAD")


class TestRules:
    """Scope, limits and globs."""

    @pytest.fixture(autouse=True)
    def untracked(self, folder: GitFolder) -> None:
        folder.gen({"small.txt": "x" * 10, "large.txt": "x" * 100, "pile.bin": b"\0" * 10, "d/deep.txt": "x" * 20})

    def test_text_below_the_limits(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        snapshot = take(max_file_bytes=50)
        assert files(folder, snapshot) == {b"README.md", b"train.py", b"small.txt", b"d/deep.txt"}
        assert left_out(snapshot) == {
            b"large.txt": "untracked and larger than 50 bytes",
            b"pile.bin": "untracked and binary",
        }

    def test_the_smallest_first_while_there_is_room(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        snapshot = take(max_total_bytes=35)
        assert files(folder, snapshot) == {b"README.md", b"train.py", b"small.txt", b"d/deep.txt"}
        assert left_out(snapshot)[b"large.txt"] == "beyond 35 bytes of untracked files in all"

    def test_only_what_is_tracked(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({"train.py": "edited\n"})
        snapshot = take(scope="tracked")
        assert files(folder, snapshot) == {b"README.md", b"train.py"}
        assert content(folder, snapshot, "train.py") == b"edited\n"
        assert set(left_out(snapshot).values()) == {"not tracked by Git"}
        assert len(snapshot.left_out) == 4

    def test_all_below_the_limits(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        snapshot = take(scope="all", max_file_bytes=50)
        assert b"pile.bin" in files(folder, snapshot)
        assert set(left_out(snapshot)) == {b"large.txt"}

    def test_included_whatever_the_limits(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        snapshot = take(scope="tracked", max_file_bytes=1, max_total_bytes=1, include=("*.bin", "/large.txt"))
        assert {b"pile.bin", b"large.txt"} <= files(folder, snapshot)
        assert set(left_out(snapshot)) == {b"small.txt", b"d/deep.txt"}

    def test_excluded_as_gitignore_would(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({"train.py": "edited\n"})
        snapshot = take(exclude=("*.txt", "!/small.txt", "d/", "/train.py"))
        assert files(folder, snapshot) == {b"README.md", b"small.txt"}
        assert set(left_out(snapshot)) == {b"large.txt", b"d/deep.txt", b"pile.bin", b"train.py"}

    def test_credentials_are_refused_even_when_included(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({"prod.env": "K=1\n", "id_rsa": "-----BEGIN PRIVATE KEY-----\n", "staged.env": "K=2\n"})
        folder.git("add", "staged.env")
        snapshot = take(include=("*",))
        assert not {b"prod.env", b"id_rsa", b"staged.env"} & files(folder, snapshot)
        assert [path for path, why in left_out(snapshot).items() if why == "a credential"] == [
            b"id_rsa", b"prod.env", b"staged.env",
        ]  # fmt: skip

    def test_what_history_has_is_no_news(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({"known.env": "K=1\n"})
        folder.git("add", "known.env")
        folder.git("commit", "-q", "-m", "known")
        folder.gen({"known.env": "K=2\n"})
        snapshot = take()
        assert content(folder, snapshot, "known.env") == b"K=2\n"
        assert b"known.env" not in left_out(snapshot)


class TestRecordFolder:
    """A `.exp` of the user's would lie where a run's record goes."""

    def test_untracked(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({".exp/a": "1", ".exp/b/c": "2", "sub/.exp/d": "3\n", ".exp.yaml": "format: 1\n"})
        snapshot = take()
        assert files(folder, snapshot) == {b"README.md", b"train.py", b"sub/.exp/d", b".exp.yaml"}
        assert list(left_out(snapshot)) == [b".exp"]

    @pytest.mark.parametrize("edited", [False, True])
    @pytest.mark.parametrize("name", [".exp", ".exp/file", ".EXP/File"])
    def test_tracked(self, folder: GitFolder, take: Callable[..., Snapshot], name: str, edited: bool) -> None:
        folder.gen({name: "1\n"})
        folder.commit()
        folder.gen({name: "2\n"} if edited else {})
        snapshot = take()
        assert files(folder, snapshot) == {b"README.md", b"train.py"}
        assert [path.lower() for path in left_out(snapshot)] == [b".exp"]
        assert snapshot.dirty


class TestUnwatched:
    """Git was told not to look at a file; it runs all the same."""

    @pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
    def test_edits_are_taken(self, folder: GitFolder, take: Callable[..., Snapshot], mark: str) -> None:
        folder.git("update-index", mark, "train.py")
        assert not take().dirty
        folder.gen({"train.py": "edited in secret\n"})
        assert folder.git("status", "--porcelain") == ""
        assert content(folder, take(), "train.py") == b"edited in secret\n"

    def test_deleted(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.git("update-index", "--assume-unchanged", "train.py")
        folder.git("update-index", "--skip-worktree", "README.md")
        (folder.path / "train.py").unlink()
        (folder.path / "README.md").unlink()
        assert files(folder, take()) == {b"README.md"}

    def test_staged_and_then_unwatched(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({"new.py": "1\n", "prod.env": "K=1\n"})
        folder.git("add", "new.py", "prod.env")
        folder.git("update-index", "--skip-worktree", "new.py")
        folder.gen({"new.py": "2\n"})
        snapshot = take()
        assert content(folder, snapshot, "new.py") == b"2\n"
        assert left_out(snapshot) == {b"prod.env": "a credential"}

    def test_promised_and_not_yet_added(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({"planned.py": "1\n", "planned.bin": b"\0"})
        folder.git("add", "-N", "planned.py", "planned.bin")
        snapshot = take()
        assert content(folder, snapshot, "planned.py") == b"1\n"
        assert left_out(snapshot) == {b"planned.bin": "untracked and binary"}


class TestOddThings:
    """What is neither a file nor a folder, or has a name that Git or a host refuses."""

    def test_embedded_repositories(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        GitFolder.create(folder.path / "empty")
        inner = GitFolder.create(folder.path / "inner")
        inner.gen({"a": "1"})
        commit = inner.commit()
        folder.gen({"train.py": "edited\n"})
        snapshot = take()
        assert left_out(snapshot) == {
            b"empty": "a Git repository of its own",
            b"inner": f"a Git repository of its own, at commit {commit}",
        }
        assert content(folder, snapshot, "train.py") == b"edited\n"

    def test_names_that_git_refuses(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        names = ["git~1/config", ".GIT/config", "a/.g\u200cit/config", "a/.Git/hooks/x"]
        folder.gen(dict.fromkeys(names, "1\n") | {"good.txt": "1\n"})
        snapshot = take()
        assert files(folder, snapshot) == {b"README.md", b"train.py", b"good.txt"}
        assert set(left_out(snapshot).values()) == {"a name that Git does not take"}
        assert b"git~1/config" in left_out(snapshot)

    def test_files_become_other_things(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({"to_folder": "1\n", "to_file/a": "1\n", "to_link": "1\n", "to_pipe": "1\n", "to_socket": "1\n"})
        folder.commit()
        for name in ("to_folder", "to_file/a", "to_link", "to_pipe", "to_socket"):
            (folder.path / name).unlink()
        (folder.path / "to_file").rmdir()
        folder.gen({"to_folder/inside": "2\n", "to_file": "2\n"})
        (folder.path / "to_link").symlink_to("/etc")
        os.mkfifo(folder.path / "to_pipe")
        import socket

        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("to_socket")
            snapshot = take()
        assert files(folder, snapshot) == {b"README.md", b"train.py", b"to_folder/inside", b"to_file", b"to_link"}
        assert folder.git("ls-tree", snapshot.commit, "to_link").startswith("120000 ")
        assert left_out(snapshot) == {b"to_pipe": "a named pipe", b"to_socket": "a socket"}

    def test_attributes_that_hosts_refuse(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({".gitattributes": "*.py " + "x" * 2100 + "\n", "sub/.gitattributes": "*.py text\n"})
        snapshot = take()
        assert b"sub/.gitattributes" in files(folder, snapshot)
        assert "2048" in left_out(snapshot)[b".gitattributes"]

    def test_gone_after_the_look(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({"brief.txt": "1\n", "train.py": "edited\n", "kept.txt": "1\n"})
        copy = open_working_copy()
        (folder.path / "brief.txt").unlink()
        (folder.path / "train.py").unlink()
        assert files(folder, take(copy)) == {b"README.md", b"kept.txt"}

    def test_gone_while_it_is_taken(self, folder: GitFolder, tmp_path: pathlib.Path) -> None:
        folder.gen({"brief.txt": "1\n", "kept.txt": "1\n"})

        def remove(path: bytes, _: bytes) -> None:
            if path == b"kept.txt":
                (folder.path / "brief.txt").unlink()

        snapshot = take_snapshot(open_working_copy(), SnapshotRules(), remove, str(tmp_path))
        assert files(folder, snapshot) == {b"README.md", b"train.py", b"kept.txt"}
        assert left_out(snapshot) == {b"brief.txt": "deleted before it could be read"}


class TestSubmodules:
    """Their commits are in the tree, their uncommitted changes are not, and that is said."""

    @pytest.fixture
    def inside(self, folder: GitFolder, tmp_path: pathlib.Path) -> GitFolder:
        library = GitFolder.create(tmp_path / "library")
        library.gen({"a.py": "1\n"})
        library.commit()
        for name in ("lib", "other"):
            folder.git("submodule", "--quiet", "add", library.path.as_uri(), name)
        folder.git("config", "submodule.lib.ignore", "all")
        folder.commit("submodules")
        return GitFolder(folder.path / "lib")

    def test_clean(self, folder: GitFolder, take: Callable[..., Snapshot], inside: GitFolder) -> None:
        snapshot = take()
        commit = inside.git("rev-parse", "HEAD")
        assert snapshot.commit == snapshot.head
        assert [(one.path, one.commit, one.dirty) for one in snapshot.submodules] == [
            ("lib", commit, False), ("other", commit, False),
        ]  # fmt: skip

    @pytest.mark.parametrize("name", ["a.py", "untracked.py"])
    def test_dirty(self, folder: GitFolder, take: Callable[..., Snapshot], inside: GitFolder, name: str) -> None:
        inside.gen({name: "edited\n"})
        snapshot = take()
        assert [(one.path, one.dirty) for one in snapshot.submodules] == [("lib", True), ("other", False)]
        assert snapshot.commit == snapshot.head
        assert snapshot.dirty

    def test_at_another_commit(self, folder: GitFolder, take: Callable[..., Snapshot], inside: GitFolder) -> None:
        inside.gen({"a.py": "2\n"})
        commit = inside.commit()
        snapshot = take()
        assert folder.git("rev-parse", f"{snapshot.commit}:lib") == commit
        assert [(one.commit == commit, one.dirty) for one in snapshot.submodules] == [(True, False), (False, False)]

    def test_not_checked_out(self, folder: GitFolder, take: Callable[..., Snapshot], inside: GitFolder) -> None:
        folder.git("submodule", "--quiet", "deinit", "--force", "lib")
        folder.gen({"train.py": "edited\n"})
        snapshot = take()
        assert [one.path for one in snapshot.submodules] == ["lib", "other"]
        assert b"lib" in files(folder, snapshot)


class TestFilters:
    """Blobs are those that `git add` would make."""

    def test_line_ends(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({".gitattributes": "*.txt text eol=crlf\n"})
        folder.commit()
        folder.git("config", "core.safecrlf", "true")
        folder.git("config", "core.autocrlf", "input")
        folder.gen({"mixed.txt": b"a\r\nb\n", "train.py": b"a\r\n"})
        snapshot = take()
        assert content(folder, snapshot, "mixed.txt") == b"a\nb\n"
        assert content(folder, snapshot, "train.py") == b"a\n"

    def test_clean_filters(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.git("config", "filter.upper.clean", "tr a-z A-Z")
        folder.gen({".gitattributes": "*.up filter=upper\n", "new.up": "abc\n"})
        snapshot = take()
        assert content(folder, snapshot, "new.up") == b"ABC\n"
        assert snapshot.notes == ()

    def test_git_lfs_is_not_installed(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 5\n"
        folder.gen({".gitattributes": "*.pt filter=lfs diff=lfs merge=lfs -text\n", "a.pt": pointer, "b.pt": pointer})
        folder.commit()
        for key, value in (("clean", "clean -- %f"), ("smudge", "smudge -- %f"), ("process", "filter-process")):
            folder.git("config", f"filter.lfs.{key}", f"absent-git-lfs {value}")
        folder.git("config", "filter.lfs.required", "true")
        assert take().notes == ()
        os.utime(folder.path / "a.pt", (1, 1))  # the same size at another time: Git has to read it, through the filter
        folder.gen({"b.pt": "trained\n", "train.py": "edited\n"})
        assert folder.run("git", "status").returncode == 128

        snapshot = take(max_file_bytes=100)

        assert content(folder, snapshot, "b.pt") == b"trained\n"
        assert content(folder, snapshot, "train.py") == b"edited\n"
        assert ["lfs" in note for note in snapshot.notes] == [True]
        folder.gen({"b.pt": "x" * 200})
        assert "its filter lfs cannot be run" in left_out(take(max_file_bytes=100))[b"b.pt"]

    def test_a_filter_that_fails(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.git("config", "filter.picky.clean", "false")
        folder.git("config", "filter.picky.required", "true")
        folder.gen({".gitattributes": "*.p filter=picky\n", "a.p": "1\n", "b.p": "2\n", "c.txt": "3\n"})
        snapshot = take()
        assert {b"a.p", b"b.p", b"c.txt"} <= files(folder, snapshot)
        assert ["picky" in note for note in snapshot.notes] == [True]

    def test_one_file_fails_and_the_rest_is_kept(self, folder: GitFolder, take: Callable[..., Snapshot]) -> None:
        folder.gen({".gitattributes": "*.w working-tree-encoding=UTF-16\n"})
        folder.commit()
        good = {f"{place}.w": "text\n".encode("utf-16") for place in "bdf"}
        broken = {f"{place}.w": b"\xff\xfe\x00\xd8\x00\xd8" for place in "ce"}
        folder.gen({**good, **broken, "a.txt": "1\n", "g.txt": "1\n", "train.py": "edited\n"})
        snapshot = take(scope="all")
        assert {b"a.txt", b"b.w", b"d.w", b"f.w", b"g.txt", b"train.py"} <= files(folder, snapshot)
        assert set(left_out(snapshot)) == {b"c.w", b"e.w"}
        assert all(why.startswith("Git cannot take it: ") for why in left_out(snapshot).values())


WITHOUT_PRIVILEGE = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.name == "posix" and os.geteuid() == 0 else []
)
"""Root reads and writes whatever the mode says, unless it gives these two capabilities away."""


def take_as_owner(folder: GitFolder, temporary: pathlib.Path) -> subprocess.CompletedProcess[str]:
    program = textwrap.dedent(f"""
        from gitexp.git.snapshot import take_snapshot
        from gitexp.git.working_copy import open_working_copy
        from gitexp.model.settings import SnapshotRules
        made = take_snapshot(open_working_copy(), SnapshotRules(), lambda path, head: None, {str(temporary)!r})
        print(made.commit, *(f"{{left.path}}: {{left.why}}" for left in made.left_out), sep="\\n")
    """)
    return subprocess.run(
        [*WITHOUT_PRIVILEGE, sys.executable, "-c", program],
        cwd=folder.path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_cannot_be_read_is_left_out(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    folder.gen({"train.py": "edited\n", "locked.txt": "1\n", "locked/inside.txt": "1\n", "open.txt": "1\n"})
    for name in ("train.py", "locked.txt", "locked"):
        (folder.path / name).chmod(0)

    commit, *left = take_as_owner(folder, tmp_path).stdout.splitlines()
    (folder.path / "locked").chmod(0o700)

    assert left == [f"{name}: cannot be read: Permission denied" for name in ("locked", "locked.txt", "train.py")]
    assert folder.git("ls-tree", "-r", "--name-only", commit).split() == ["README.md", "open.txt"]


def test_objects_that_cannot_be_written_are_an_error(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    folder.gen({"train.py": "edited\n"})
    before = folder.state()
    for place in (folder.path / ".git" / "objects", *(folder.path / ".git" / "objects").iterdir()):
        place.chmod(0o500)

    result = take_as_owner(folder, tmp_path)

    assert StorageFailed.__name__ in result.stderr
    assert "insufficient permission" in result.stderr
    assert folder.state() == before
