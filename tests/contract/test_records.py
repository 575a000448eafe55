"""In every kind of repository objects and refs are written and read back, and Git finds nothing wrong with them."""

from __future__ import annotations

import pytest

from contract.kinds import Place, started
from gitexp.errors import NotARepository, RefMoved
from gitexp.git.commits import Person, RawCommit, parse_commit
from gitexp.git.objects import ObjectWriter
from gitexp.git.reading import find_missing, list_tree, read_commits, read_objects, read_path
from gitexp.git.refs import RefChange, list_refs, resolve, update_refs
from gitexp.git.repository import Repository, open_repository
from gitexp.git.trees import FILE
from gitexp.git.working_copy import open_working_copy
from kit.git import GitFolder

REF = "refs/runs/default/g123456789"
LIVE = "refs/exp/live/default/g123456789"
ADA = Person("Ada Lovelace", "ada@example.org", 1_767_323_045)


def record(repository: Repository, base: str | None, text: bytes) -> str:
    """A commit with a record beside the tree of a base, as a run's."""
    with ObjectWriter(repository) as writer:
        blob = writer.write_blob(text)
        tree = resolve(repository, base, peel="tree") if base else None
        files = {b".exp/run.yaml": (FILE, blob), b".exp/data/a/b.dvc": (FILE, blob)}
        commit = RawCommit(writer.compose_tree(tree, files), (base,) if base else (), ADA, ADA, b"run one\n")
        made = writer.write_commit(commit)
        assert writer.ensure_present() == ()
    return made


def test_what_is_written_is_read_back(place: Place) -> None:
    repository = open_repository()
    before = place.folder.state()
    head = resolve(repository, "HEAD")

    live = record(repository, head, b"format: 1\n")
    update_refs(repository, [RefChange(LIVE, live, None)])
    ended = record(repository, head, b"format: 1\nended\n")
    update_refs(repository, [RefChange(REF, ended, None), RefChange(LIVE, None, live)])

    assert list_refs(repository, "refs/runs/", "refs/exp") == [(REF, ended)]
    assert read_path(repository, REF, ".exp/run.yaml") == b"format: 1\nended\n"
    (found,) = read_commits(repository, ["refs/runs"])
    assert (found.ref, found.id) == (REF, ended)
    assert found.data is not None
    assert parse_commit(found.data).message == b"run one\n"
    paths = [entry.path for entry in list_tree(repository, ended)]
    assert {b".exp/run.yaml", b".exp/data/a/b.dvc"} <= set(paths)
    assert set(list_tree(repository, head) if head else []) <= set(list_tree(repository, ended))
    assert find_missing(repository, ended) == []
    assert place.folder.state() == before
    place.folder.git("fsck", "--strict", "--no-dangling")


def test_a_ref_moves_only_from_where_it_is(place: Place) -> None:
    repository = open_repository()
    one, other = record(repository, None, b"one"), record(repository, None, b"other")
    update_refs(repository, [RefChange(REF, one, None)])

    for change in (RefChange(REF, other, None), RefChange(REF, one, other), RefChange(REF, None, other)):
        with pytest.raises(RefMoved, match=REF):
            update_refs(repository, [RefChange("refs/runs/default/h123456789", one, None), change])
        assert list_refs(repository, "refs/runs") == [(REF, one)]

    update_refs(repository, [RefChange(REF, other, one)])
    assert list_refs(repository, "refs/runs") == [(REF, other)]
    with pytest.raises(RefMoved):
        update_refs(repository, [RefChange("refs/runs/default/h123456789", other, one)])


def test_the_repository_is_known_as_it_is(place: Place) -> None:
    repository = open_repository()

    assert repository.top is not None
    assert str(place.top.resolve()) == repository.top
    assert repository.object_format == ("sha256" if len(repository.zero_id) == 64 else "sha1")
    assert repository == open_working_copy().repository
    assert [found.type for found in read_objects(repository, ["HEAD", "nothing"])][1:] == [None]


@pytest.fixture
def bare(tmp_path) -> GitFolder:
    origin = started(tmp_path / "origin")
    origin.git("clone", "-q", "--bare", str(origin.path), str(tmp_path / "bare.git"))
    return GitFolder(tmp_path / "bare.git")


def test_a_bare_repository_is_written_and_read(bare: GitFolder) -> None:
    repository = open_repository(str(bare.path))
    assert repository.top is None

    made = record(repository, resolve(repository, "HEAD"), b"format: 1\n")
    update_refs(repository, [RefChange(REF, made, None)])

    assert read_path(repository, REF, ".exp/run.yaml") == b"format: 1\n"
    bare.git("fsck", "--strict")


def test_a_bare_repository_has_nothing_to_snapshot(bare: GitFolder) -> None:
    with pytest.raises(NotARepository, match="no working tree"):
        open_working_copy(str(bare.path))


def test_the_git_folder_has_nothing_to_snapshot(folder: GitFolder) -> None:
    assert open_repository(str(folder.path / ".git")).top is None
    with pytest.raises(NotARepository, match="no working tree"):
        open_working_copy(str(folder.path / ".git"))
