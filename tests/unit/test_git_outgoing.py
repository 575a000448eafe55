"""What a push would send: told exactly, whatever the remote says it has, and without fetching anything."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from gitexp.errors import GitFailed
from gitexp.git.outgoing import Introduction, find_introductions, list_outgoing
from gitexp.git.remote import find_common
from gitexp.git.repository import open_repository
from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib

NOWHERE = "d" * 40


def files_of(folder: GitFolder, tips: list[str], known: list[str]) -> dict[bytes, str]:
    """The outgoing files and folders by path, roots aside."""
    outgoing = list_outgoing(open_repository(str(folder.path)), tips, known)
    return {one.path: one.id for one in outgoing.objects if one.path}


def test_what_the_remote_has_is_left_out(folder: GitFolder) -> None:
    before = folder.git("rev-parse", "HEAD")
    folder.gen({"lib/new.py": "x = 1\n"})
    first = folder.commit()
    folder.gen({"train.py": "print(2)\n"})
    second = folder.commit()

    outgoing = list_outgoing(open_repository(), [second], [before])
    assert outgoing.commits == (second, first)
    assert [one.path for one in outgoing.objects if one.path] == [b"lib", b"lib/new.py", b"train.py"]
    assert outgoing.objects[0].path == b""
    assert files_of(folder, [second], [first]) == {b"train.py": folder.git("rev-parse", "HEAD:train.py")}
    assert list_outgoing(open_repository(), [second], [second]).commits == ()
    assert list_outgoing(open_repository(), [], [second]).commits == ()


def test_everything_goes_where_nothing_is_known(folder: GitFolder) -> None:
    head = folder.git("rev-parse", "HEAD")
    assert set(files_of(folder, [head], [])) == {b"README.md", b"train.py"}


@pytest.mark.parametrize("strange", [NOWHERE, "--all", "main", "", "HEAD\n^HEAD", "\0", "é" * 40])
def test_what_a_remote_says_and_is_not_here_is_passed_over(folder: GitFolder, strange: str) -> None:
    before = folder.git("rev-parse", "HEAD")
    folder.gen({"new.py": "x = 1\n"})
    head = folder.commit()
    assert files_of(folder, [head], [strange, before]) == {b"new.py": folder.git("rev-parse", "HEAD:new.py")}
    assert len(files_of(folder, [head], [strange])) == 3


def test_a_tip_that_is_not_here_is_no_empty_push(folder: GitFolder) -> None:
    head = folder.git("rev-parse", "HEAD")
    with pytest.raises(GitFailed):
        list_outgoing(open_repository(), [head, NOWHERE], [])


def test_a_missing_object_is_told(folder: GitFolder) -> None:
    folder.gen({"new.py": "x = 1\n"})
    head, blob = folder.commit(), folder.git("rev-parse", "HEAD:new.py")
    (folder.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitFailed, match="new.py|" + blob):
        list_outgoing(open_repository(), [head], [])


def test_tags_are_objects_and_annotated_tips_are_peeled(folder: GitFolder) -> None:
    folder.git("tag", "-a", "v1", "-m", "said")
    tag, head = folder.git("rev-parse", "v1"), folder.git("rev-parse", "HEAD")
    outgoing = list_outgoing(open_repository(), [tag], [])
    assert outgoing.commits == (head,)
    assert tag in {one.id for one in outgoing.objects}
    assert list_outgoing(open_repository(), [head], [tag]).commits == ()


def test_thousands_of_tips(folder: GitFolder) -> None:
    head, tree = folder.git("rev-parse", "HEAD"), folder.git("rev-parse", "HEAD^{tree}")
    stream = "".join(
        f"commit refs/runs/default/{number}\ncommitter A <a@b> {number} +0000\ndata 1\nx\nfrom {head}\n\n"
        for number in range(3000)
    )
    folder.git("fast-import", "--quiet", stdin=stream.encode())
    tips = folder.git("for-each-ref", "--format=%(objectname)", "refs/runs").split("\n")
    outgoing = list_outgoing(open_repository(), tips, [head, *(f"{number:040x}" for number in range(2000))])
    assert set(outgoing.commits) == set(tips)
    assert len(tips) == 3000
    assert outgoing.objects == ()
    assert tree not in outgoing.commits


def test_strange_names(folder: GitFolder) -> None:
    before = folder.git("rev-parse", "HEAD")
    folder.gen({"di\nr/a b.py": "1\n", "caf\udce9.py": "2\n", " x": "3\n"})
    head = folder.commit()
    found = files_of(folder, [head], [before])
    assert {b"di", b"caf\xe9.py", b" x"} <= set(found)
    blob = folder.git("rev-parse", "HEAD:di\nr/a b.py")
    (way,) = find_introductions(open_repository(), [head], {blob})[blob]
    assert way == Introduction(head, b"di\nr/a b.py")


def test_the_commit_that_brought_a_file_is_the_oldest_of_any_side(folder: GitFolder) -> None:
    before = folder.git("rev-parse", "HEAD")
    folder.git("checkout", "--quiet", "-b", "side")
    folder.gen({"side.py": "side\n"})
    side = folder.commit()
    folder.git("checkout", "--quiet", "main")
    folder.gen({"main.py": "main\n"})
    main = folder.commit()
    folder.git("merge", "--quiet", "--no-commit", "side")
    folder.gen({"evil.py": "evil\n"})
    merge = folder.commit("merge")
    folder.gen({"copy.py": "side\n"})
    copy = folder.commit()

    outgoing = list_outgoing(open_repository(), [copy], [before])
    blobs = {name: folder.git("rev-parse", f"HEAD:{name}.py") for name in ("side", "main", "evil")}
    found = find_introductions(open_repository(), outgoing.commits, set(blobs.values()))
    assert [way.commit for way in found[blobs["side"]]] == [side, merge, copy]
    assert found[blobs["main"]][0] == Introduction(main, b"main.py")
    assert found[blobs["evil"]] == [Introduction(merge, b"evil.py")]


@pytest.fixture
def server(folder: GitFolder) -> GitFolder:
    """A bare repository with two commits that partial clones may be made of."""
    folder.gen({"old.py": "old\n", "lib/kept.py": "kept\n"})
    folder.commit("second")
    bare = folder.path.parent / "server.git"
    folder.git("clone", "--quiet", "--bare", ".", str(bare))
    made = GitFolder(bare)
    made.git("config", "uploadpack.allowFilter", "true")
    return made


def clone(server: GitFolder, *options: str) -> GitFolder:
    made = server.path.parent / "clone"
    server.git("clone", "--quiet", *options, f"file://{server.path}", str(made))
    return GitFolder(made)


def test_a_shallow_clone(server: GitFolder) -> None:
    shallow = clone(server, "--depth=1")
    known = shallow.git("rev-parse", "HEAD")
    shallow.gen({"new.py": "x = 1\n"})
    head = shallow.commit()
    assert set(files_of(shallow, [head], [known, NOWHERE])) == {b"new.py"}
    # Where the remote is said to have nothing all that is here would go.
    assert {b"new.py", b"old.py"} <= set(files_of(shallow, [head], []))


def test_a_partial_clone_fetches_nothing(server: GitFolder) -> None:
    partial = clone(server, "--filter=blob:none", "--no-checkout")
    known = partial.git("rev-parse", "HEAD")
    promised = "rev-list", "--objects", "--all", "--missing=print"
    missing = partial.git(*promised).count("?")
    assert missing == 4
    partial.git("read-tree", "HEAD")
    new = partial.git("hash-object", "-w", "--stdin", stdin=b"x = 1\n")
    partial.git("update-index", "--add", "--cacheinfo", f"100644,{new},new.py")
    head = partial.git("commit-tree", "-p", known, "-m", "new", partial.git("write-tree", "--missing-ok"))
    shutil.rmtree(server.path)  # whoever asked for a promised object now would fail

    assert files_of(partial, [head], [known, NOWHERE]) == {b"new.py": new}
    everything = files_of(partial, [head], [NOWHERE])
    assert everything[b"new.py"] == new
    assert b"old.py" not in everything
    found = find_introductions(open_repository(str(partial.path)), [head], {new})
    assert found == {new: [Introduction(head, b"new.py")]}


def test_a_branch_that_has_moved_on_there(server: GitFolder, folder: GitFolder) -> None:
    mine = clone(server)
    base = mine.git("rev-parse", "HEAD")
    mine.gen({"new.py": "x = 1\n"})
    head = mine.commit()
    folder.gen({"theirs.py": "y = 2\n"})
    theirs = folder.commit()
    folder.git("push", "--quiet", str(server.path), "main")

    repository = open_repository(str(mine.path))
    assert len(list_outgoing(repository, [head], [theirs]).commits) == 3
    common = find_common(repository, ["origin"], [head])
    assert base in common
    assert head not in common
    assert list_outgoing(repository, [head], [theirs, *common]).commits == (head,)


def test_a_remote_that_does_not_answer_has_nothing_in_common(folder: GitFolder, tmp_path: pathlib.Path) -> None:
    head = folder.git("rev-parse", "HEAD")
    assert find_common(open_repository(), [str(tmp_path / "none")], [head]) == frozenset()
    assert find_common(open_repository(), [str(folder.path)], []) == frozenset()
    assert head in find_common(open_repository(), [str(folder.path)], [head])
