"""Bytes of Git's to values and back: status, commits, trees, configuration, URLs."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import BrokenObject
from gitexp.git.commits import Person, RawCommit, clean_name, format_commit, parse_commit
from gitexp.git.config import parse_config
from gitexp.git.status import Status, StatusEntry, parse_status
from gitexp.git.trees import FOLDER, TreeEntry, compose_tree, format_tree, parse_tree
from gitexp.model.urls import strip_credentials

if TYPE_CHECKING:
    from kit.git import GitFolder

ids = st.sampled_from([40, 64]).flatmap(lambda size: st.text("0123456789abcdef", min_size=size, max_size=size))
paths = st.binary(min_size=1, max_size=40).filter(lambda path: b"\0" not in path)
modes = st.sampled_from([0, 0o100644, 0o100755, 0o120000, 0o160000])
letters = st.sampled_from(".MTADU")
flags = st.tuples(st.sampled_from("C."), st.sampled_from("M."), st.sampled_from("U."))
submodules = st.one_of(st.just("N..."), flags.map(lambda found: "S" + "".join(found)))

entries = st.one_of(
    paths.map(lambda path: StatusEntry("untracked", path)),
    st.builds(StatusEntry, st.just("changed"), paths, letters, letters, submodules, modes, modes, modes, ids),
    st.builds(
        StatusEntry, st.just("unmerged"), paths, letters, letters, submodules, modes, st.just(0), modes, st.none()
    ),
)
branches = st.one_of(st.none(), st.text(min_size=1).filter(lambda name: "\0" not in name and name != "(detached)"))


def format_status(status: Status) -> bytes:
    items = [
        b"# branch.oid " + (status.commit or "(initial)").encode(),
        b"# branch.head " + (status.branch or "(detached)").encode(),
        b"# branch.upstream origin/main",
    ]
    for entry in status.entries:
        letters = f"{entry.staged}{entry.unstaged} {entry.submodule}".encode()
        if entry.kind == "untracked":
            items.append(b"? " + entry.path)
        elif entry.kind == "changed":
            numbers = b"%06o %06o %06o" % (entry.mode_head, entry.mode_index, entry.mode_worktree)
            assert entry.id_index
            items.append(b"1 %s %s %s %s %s" % (letters, numbers, b"0" * 40, entry.id_index.encode(), entry.path))
        else:
            numbers = b"100644 %06o 100644 %06o" % (entry.mode_head, entry.mode_worktree)
            items.append(b"u %s %s %s %s" % (letters, numbers, b" ".join([b"0" * 40] * 3), entry.path))
    return b"".join(item + b"\0" for item in items)


@given(st.builds(Status, st.one_of(st.none(), ids), branches, st.lists(entries).map(tuple)))
def test_status_is_read_as_it_was_written(status: Status) -> None:
    assert parse_status(format_status(status)) == status


def test_a_rename_is_a_new_name_and_a_deletion() -> None:
    item = b"2 R. N... 100644 100644 100644 " + b"a" * 40 + b" " + b"b" * 40 + b" R100 new name\0old\0"
    new, old = parse_status(item).entries
    assert (new.path, new.staged, new.id_index) == (b"new name", "R", "b" * 40)
    assert (old.path, old.staged, old.unstaged) == (b"old", "D", ".")


names = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<>"), max_size=20).map(clean_name)
offsets = st.integers(-1439, 1439).map(lambda m: f"{'-' if m < 0 else '+'}{abs(m) // 60:02}{abs(m) % 60:02}")
people = st.builds(Person, names, names, st.integers(0, 2**40), offsets)
headers = st.tuples(
    st.sampled_from([b"gpgsig", b"mergetag", b"x-other"]),
    st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), min_size=1).map(b"\n".join),
)
commits = st.builds(
    RawCommit,
    tree=st.text("0123456789abcdef", min_size=40, max_size=40),
    parents=st.lists(st.text("0123456789abcdef", min_size=40, max_size=40), max_size=3).map(tuple),
    author=people,
    committer=people,
    message=st.binary(),
    extra=st.lists(headers, max_size=3).map(tuple),
)


@given(commits)
def test_a_commit_is_read_as_it_was_written(commit: RawCommit) -> None:
    assert parse_commit(format_commit(commit)) == commit


@given(st.binary())
def test_bytes_that_are_no_commit_are_said_to_be_none(data: bytes) -> None:
    with pytest.raises(BrokenObject):
        parse_commit(data)


def test_a_message_comes_in_utf8_whatever_it_was_stored_in(folder: GitFolder) -> None:
    folder.git("config", "i18n.commitEncoding", "latin1")
    folder.git("commit", "--allow-empty", "-F", "-", stdin="Grüße".encode("latin1"))
    raw = folder.run("git", "cat-file", "commit", "HEAD").stdout
    assert "Grüße".encode("latin1") in raw
    assert parse_commit(raw).message == "Grüße\n".encode()
    assert parse_commit(raw.replace(b"encoding latin1", b"encoding klingon")).message == "Grüße\n".encode("latin1")


@pytest.mark.parametrize("name", ["Ada Lovelace", " ,Ada;:'\" ", "<Ada\n>", "A\x01da", "a<b>c"])
def test_names_are_cleaned_as_git_cleans_them(folder: GitFolder, name: str) -> None:
    folder.run("git", "commit", "--allow-empty", "-m", "x", env={"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": name})
    author = parse_commit(folder.run("git", "cat-file", "commit", "HEAD").stdout).author
    assert (author.name, author.email) == (clean_name(name), clean_name(name))


tree_entries = st.builds(
    TreeEntry,
    st.sampled_from([0o100644, 0o100755, 0o120000, 0o160000, 0o040000]),
    st.binary(min_size=1, max_size=12).filter(lambda name: not set(name) & set(b"\0/")),
    st.text("0123456789abcdef", min_size=40, max_size=40),
)


@given(st.lists(tree_entries, unique_by=lambda entry: entry.name))
def test_a_tree_is_read_as_it_was_written(made: list[TreeEntry]) -> None:
    found = parse_tree(format_tree(made), 40)
    assert set(found) == set(made)
    assert [entry.name for entry in found] == [
        entry.name for entry in sorted(made, key=lambda e: e.name + (b"/" if e.mode == FOLDER else b""))
    ]


@given(st.lists(tree_entries, unique_by=lambda entry: entry.name, min_size=1), st.data())
def test_a_torn_tree_is_said_to_be_torn(made: list[TreeEntry], data: st.DataObject) -> None:
    whole = format_tree(made)
    torn = whole[: data.draw(st.integers(1, len(whole) - 1))]
    try:
        found = parse_tree(torn, 40)
    except BrokenObject:
        return
    assert found == parse_tree(whole, 40)[: len(found)]  # torn between two entries
    assert format_tree(found) == torn


@pytest.mark.parametrize("name", [b"", b"a/b", b"a\0b"])
def test_what_is_no_name_goes_into_no_tree(name: bytes) -> None:
    with pytest.raises(ValueError, match="not a name"):
        format_tree([(0o100644, name, "0" * 40)])


def test_a_name_stands_once_in_a_tree() -> None:
    with pytest.raises(ValueError, match="twice"):
        format_tree([(0o100644, b"a", "0" * 40), (0o040000, b"a", "1" * 40)])


file_paths = st.lists(st.sampled_from([b"a", b"b", b".exp"]), min_size=1, max_size=3).map(b"/".join)


@given(st.dictionaries(file_paths, ids.filter(lambda one: len(one) == 40), max_size=6))
def test_files_put_into_a_tree_are_in_it(extra: dict[bytes, str]) -> None:
    extra = {path: one for path, one in extra.items() if not any(other.startswith(path + b"/") for other in extra)}
    stored: dict[str, bytes] = {}

    def write(made: object) -> str:
        data = format_tree(made)  # type: ignore[arg-type]
        name = hashlib.sha1(b"tree %d\0" % len(data) + data).hexdigest()
        stored[name] = data
        return name

    def read(name: str) -> tuple[TreeEntry, ...]:
        return parse_tree(stored[name], 40)

    def walk(name: str, prefix: bytes = b"") -> dict[bytes, str]:
        found: dict[bytes, str] = {}
        for entry in read(name):
            path = prefix + entry.name
            found.update(walk(entry.id, path + b"/") if entry.mode == FOLDER else {path: entry.id})
        return found

    base = write([(0o100644, b"z", "f" * 40), (0o100644, b"a", "e" * 40)])
    made = compose_tree(read(base), {path: (0o100644, one) for path, one in extra.items()}, read, write)

    kept = {b"z": "f" * 40} | ({b"a": "e" * 40} if not any(path.split(b"/")[0] == b"a" for path in extra) else {})
    assert walk(made) == kept | extra


def test_configuration_is_found_whatever_its_case() -> None:
    config = parse_config(
        b"user.name\nAda\0core.bare\0remote.Up.Stream.url\nhttps://a\0remote.Up.Stream.url\nhttps://b\0"
        b"commit.gpgsign\nON\0filter.my.tool.clean\nx\0filter.my.tool.smudge\ny\0user.name\nGrace\nHopper\0"
    )
    assert config.get("User.Name") == "Grace\nHopper"
    assert config.get_all("user.name") == ["Ada", "Grace\nHopper"]
    assert config.get("core.bare") == "true"
    assert config.get("user.email") is None
    assert config.remotes() == {"Up.Stream": "https://a"}
    assert config.get("remote.Up.Stream.URL") == "https://b"
    assert config.get("remote.up.stream.url") is None
    assert config.filters() == ("my.tool",)
    assert config.signs_commits


@pytest.mark.parametrize("value", ["true", "yes", "On", "1", "0", "no", "off", "FALSE", "", "-1"])
def test_truth_as_git_reads_it(folder: GitFolder, value: str) -> None:
    folder.git("config", "commit.gpgSign", value)
    truth = folder.git("config", "--type=bool", "commit.gpgSign") == "true"
    assert parse_config(folder.run("git", "config", "--list", "-z").stdout).signs_commits is truth


@pytest.mark.parametrize(
    ("url", "stripped"),
    [
        ("https://user:secret@host/a.git", "https://host/a.git"),
        ("https://ghp_token@host/a.git", "https://host/a.git"),
        ("https://user:se@cret@host/a.git", "https://host/a.git"),
        ("https://host/a@b.git", "https://host/a@b.git"),
        ("ssh://git:secret@host:22/a.git", "ssh://git@host:22/a.git"),
        ("ssh://git@host/a.git", "ssh://git@host/a.git"),
        ("git@host:a/b.git", "git@host:a/b.git"),
        ("/srv/a@b.git", "/srv/a@b.git"),
        ("file:///srv/a@b.git", "file:///srv/a@b.git"),
        ("HTTPS://User:Secret@host", "HTTPS://host"),
    ],
)
def test_urls_lose_what_opens_doors(url: str, stripped: str) -> None:
    assert strip_credentials(url) == stripped
