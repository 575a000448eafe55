"""``exp push`` brings data and artifacts to a data remote that is a folder: each once, and whatever is there stays."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, run_exp
from kit.git import GitFolder
from kit.large import artifact
from kit.sharing import IDS, Team, share, tips
from kit.storage import FETCH, cache_of, cached, fetch, md5_of, objects_in
from kit.stored import plan_run, store_run
from kit.terminal import Terminal

if TYPE_CHECKING:
    import pathlib

WEIGHTS = b"w" * 1_500_000
TRAIN = "open('model.pt', 'wb').write(b'w' * 1_500_000)\nprint('loss=0.5')\n"
FILES: dict[str, str | bytes] = {"set/a.txt": "a", "set/b.txt": "b", "big.bin": b"big" * 500_000}
LISTING = md5_of(
    b'[{"md5": "%s", "relpath": "a.txt"}, {"md5": "%s", "relpath": "b.txt"}]'
    % (md5_of(b"a").encode(), md5_of(b"b").encode())
)
ALL = sorted([md5_of(b"a"), md5_of(b"b"), LISTING + ".dir", md5_of(b"big" * 500_000), md5_of(WEIGHTS)])


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    return Team.create(tmp_path)


@pytest.fixture
def store(tmp_path: pathlib.Path) -> pathlib.Path:
    """Where the data remote is."""
    return tmp_path / "store"


@pytest.fixture
def ada(team: Team) -> GitFolder:
    """A clone with one run that read a folder and a file and wrote weights."""
    folder = team.clone("ada")
    folder.gen({"train.py": TRAIN, ".gitignore": "model.pt\n/set/\n/big.bin\n"})
    folder.commit("train")
    folder.git("push", "--quiet", "origin", "main")
    folder.gen(FILES)
    record(folder)
    return folder


def record(folder: GitFolder) -> None:
    options = ("--data", "set", "--data", "big.bin", "--artifact", "model.pt")
    ran = run_exp(folder, "run", *options, "--", sys.executable, "train.py")
    assert ran.status == 0, ran.err


def settle(folder: GitFolder, text: str) -> None:
    """Writes .exp.yaml without a commit."""
    folder.gen({".exp.yaml": text})


def test_bytes_go_once_and_come_back_elsewhere(team: Team, ada: GitFolder, store: pathlib.Path) -> None:
    settle(ada, "storage: {remote: ../store}\n")

    ran = share(ada, "push")

    assert ran.out == ""
    assert ran.err == f"pushed 1 new run: origin (file://{team.there.path})\nsent 5 objects, 3 MB, to {store}\n"
    assert objects_in(store / "gitexp") == ALL
    assert share(ada, "push").err == f"nothing to push, 1 was there: origin (file://{team.there.path})\n"
    bob = team.clone("bob")
    share(bob, "pull")
    assert fetch(bob, str(store)) == {"missing": {}}
    assert cached(bob) == ALL
    assert (cache_of(bob) / "tmp").is_dir()
    assert os.listdir(cache_of(bob) / "tmp") == []


def test_a_run_that_points_at_nothing_needs_no_remote_and_loads_no_dvc(team: Team, tmp_path: pathlib.Path) -> None:
    folder = team.clone("bob")
    ran = run_exp(folder, "run", "--", sys.executable, "train.py")
    assert ran.status == 0, ran.err
    (tmp_path / "no-dvc").mkdir()
    (tmp_path / "no-dvc" / "dvc.py").write_text("raise SystemExit('dvc was loaded')\n")
    env = {"PYTHONPATH": str(tmp_path / "no-dvc")}

    pushed = run_exp(folder, "push", env=env)

    assert (pushed.status, pushed.err) == (0, f"pushed 1 new run: origin (file://{team.there.path})\n")
    needs = run_exp(folder, "push", "--data-only", "--data-remote", "x", env=env)
    assert (needs.status, needs.err) == (0, "nothing to send\n")


def test_without_a_remote_the_runs_go_and_it_is_said(team: Team, ada: GitFolder) -> None:
    ran = share(ada, "push", status=1)

    assert ran.err.splitlines() == [
        f"pushed 1 new run: origin (file://{team.there.path})",
        "exp: set and 2 more of 1 run are not in Git and stay here: no data remote is chosen",
        "hint: exp remote set --data URL, or for everybody storage: {remote: URL} in .exp.yaml; or exp push --no-data",
    ]
    assert tips(team.there) == tips(ada)
    assert share(ada, "push", "--no-data").err.startswith("nothing to push, 1 was there")
    errors = envelope(share(ada, "push", "--json", status=1).out)["errors"]
    assert [one["code"] for one in errors] == ["no-storage"]
    settle(ada, "storage: none\n")
    assert share(ada, "push").err.startswith("nothing to push, 1 was there")
    assert share(ada, "push", "--data-only").err == "nothing was sent: storage.remote in .exp.yaml is none\n"


def test_a_run_of_which_nothing_is_here_needs_none(team: Team, ada: GitFolder) -> None:
    share(ada, "push", "--no-data")
    bob = team.clone("bob")
    share(bob, "pull")

    assert share(bob, "push").err == f"nothing to push, 1 was there: origin (file://{team.there.path})\n"


def test_a_colleagues_run_whose_bytes_are_there_is_no_failure(team: Team, ada: GitFolder, store: pathlib.Path) -> None:
    share(ada, "push", f"--data-remote={store}")
    bob = team.clone("bob")
    share(bob, "pull")

    assert share(bob, "push", f"--data-remote={store}").err.startswith("nothing to push, 1 was there")
    assert share(bob, "push", "--data-only", f"--data-remote={store}").err == f"nothing to send: {store} has it all\n"
    assert cached(bob) == []


def test_bytes_that_are_nowhere_are_named_and_fail_where_they_matter(
    team: Team, ada: GitFolder, store: pathlib.Path
) -> None:
    os.remove(ada.path / "model.pt")
    cached_at = cache_of(ada) / "files" / "md5" / md5_of(WEIGHTS)[:2] / md5_of(WEIGHTS)[2:]
    os.remove(cached_at)
    os.remove(ada.path / "set" / "b.txt")

    ran = share(ada, "push", f"--data-remote={store}", status=1)

    (name,) = (one["name"] for one in envelope(share(ada, "ls", "--json").out)["data"]["runs"])
    nowhere = f"its bytes are neither here nor on {store}"
    assert ran.err.splitlines()[1:] == [
        f"exp: set of run {name} ({LISTING}.dir): {nowhere}",
        f"exp: model.pt of run {name} ({md5_of(WEIGHTS)}): {nowhere}",
        "hint: exp push where the run was made, or --no-data",
        f"sent 1 object, 1.5 MB, to {store}",
    ]
    again = share(ada, "push", f"--data-remote={store}")
    assert f"exp: model.pt of run {name}: {nowhere}" in again.err
    assert share(ada, "push", "--data-only", f"--data-remote={store}", status=1).err.count(nowhere) == 2
    data = envelope(share(ada, "push", "--json", f"--data-remote={store}").out)["data"]["data"]
    assert [(one["kind"], one["path"]) for one in data["lost"]] == [("data", "set"), ("artifact", "model.pt")]


def test_a_plain_push_completes_what_one_without_data_left(ada: GitFolder, store: pathlib.Path) -> None:
    settle(ada, f"storage: {store}\n")
    share(ada, "push", "--no-data")
    assert not store.exists()

    dry = share(ada, "push", "--dry-run")
    assert f"would send 5 objects, 3 MB, to {store}\n" in dry.err
    assert not store.exists()
    counted = envelope(share(ada, "push", "--dry-run", "--json").out)["data"]["data"]
    assert (counted["objects"], counted["bytes"], counted["remote"]["url"]) == (5, 3_000_132, str(store))
    assert f"sent 5 objects, 3 MB, to {store}\n" in share(ada, "push").err
    assert objects_in(store / "gitexp") == ALL


def test_data_can_stay_while_artifacts_go(ada: GitFolder, store: pathlib.Path) -> None:
    settle(ada, f"storage: {{remote: {store}, data: false}}\n")
    share(ada, "push")
    assert objects_in(store / "gitexp") == [md5_of(WEIGHTS)]

    settle(ada, f"storage: {{remote: {store}}}\n")
    share(ada, "push")
    assert objects_in(store / "gitexp") == ALL


def test_bytes_that_are_others_by_now_do_not_go(ada: GitFolder, store: pathlib.Path) -> None:
    ada.gen({"big.bin": b"other" * 400_000})
    lying = cache_of(ada) / "files" / "md5" / md5_of(WEIGHTS)[:2] / md5_of(WEIGHTS)[2:]
    lying.chmod(0o644)
    lying.write_bytes(b"x" * len(WEIGHTS))

    ran = share(ada, "push", f"--data-remote={store}", status=1)

    assert f"its bytes here are damaged: what lies at {lying} is not {md5_of(WEIGHTS)}" in ran.err
    assert "big.bin of run" in ran.err
    assert objects_in(store / "gitexp") == sorted([md5_of(b"a"), md5_of(b"b"), LISTING + ".dir"])


def test_what_the_remote_has_lost_is_found_when_it_is_asked_anew(ada: GitFolder, store: pathlib.Path) -> None:
    settle(ada, f"storage: {store}\n")
    share(ada, "push")
    gone = store / "gitexp" / "files" / "md5" / md5_of(WEIGHTS)[:2] / md5_of(WEIGHTS)[2:]
    os.remove(gone)

    assert "sent" not in share(ada, "push").err
    assert share(ada, "push", "--data-only").err == f"sent 1 object, 1.5 MB, to {store}\n"
    assert gone.read_bytes() == WEIGHTS


def test_a_fetch_that_lacks_something_lets_the_next_push_send_it(ada: GitFolder, store: pathlib.Path) -> None:
    settle(ada, f"storage: {store}\n")
    share(ada, "push")
    gone = store / "gitexp" / "files" / "md5" / md5_of(WEIGHTS)[:2] / md5_of(WEIGHTS)[2:]
    os.remove(gone)
    (cache_of(ada) / "files").rename(ada.path.parent / "aside")
    os.rename(ada.path / "model.pt", ada.path.parent / "model.pt")

    assert list(fetch(ada)["missing"]) == ["model.pt"]
    os.rename(ada.path.parent / "model.pt", ada.path / "model.pt")
    assert f"sent 1 object, 1.5 MB, to {store}\n" in share(ada, "push").err


@pytest.mark.parametrize("content", [b"x" * 1_500_000, b"w" * 1_400_000, b"w" * 1_600_000, b""])
def test_what_is_damaged_there_is_not_kept(ada: GitFolder, team: Team, store: pathlib.Path, content: bytes) -> None:
    share(ada, "push", f"--data-remote={store}")
    lying = store / "gitexp" / "files" / "md5" / md5_of(WEIGHTS)[:2] / md5_of(WEIGHTS)[2:]
    lying.chmod(0o644)
    lying.write_bytes(content)
    bob = team.clone("bob")
    share(bob, "pull")

    found = fetch(bob, str(store))

    why = f"the bytes are damaged there: what lies at {lying} is not {md5_of(WEIGHTS)}"
    assert found == {"missing": {"model.pt": why}}
    assert cached(bob) == [md5 for md5 in ALL if md5 != md5_of(WEIGHTS)]
    assert os.listdir(cache_of(bob) / "tmp") == []


def test_a_folder_that_is_not_there_in_full(ada: GitFolder, team: Team, store: pathlib.Path) -> None:
    share(ada, "push", f"--data-remote={store}")
    os.remove(store / "gitexp" / "files" / "md5" / md5_of(b"a")[:2] / md5_of(b"a")[2:])
    bob = team.clone("bob")
    share(bob, "pull")

    assert fetch(bob, str(store)) == {
        "missing": {"set": f"the bytes of 1 of its 2 files are neither here nor on {store}"}
    }
    assert md5_of(b"b") in cached(bob)
    assert (
        fetch(bob, str(store / "nowhere"))["message"]
        == f"{store}/nowhere: it is not there: there is no such folder: {store}/nowhere"
    )


@pytest.mark.parametrize("name", ["../../evil", "/evil", "a/../../b"])
def test_a_hostile_listing_is_not_kept(folder: GitFolder, store: pathlib.Path, name: str) -> None:
    content = b'[{"md5": "%b", "relpath": "%b"}]' % (md5_of(b"evil").encode(), name.encode())
    md5 = md5_of(content) + ".dir"
    for one, data in ((md5, content), (md5_of(b"evil"), b"evil")):
        place = store / "gitexp" / "files" / "md5" / one[:2] / one[2:]
        place.parent.mkdir(parents=True)
        place.write_bytes(data)
    store_run(folder, plan_run(folder, IDS[0], data=(), artifacts=(artifact("out", md5, 4, files=1),)))

    found = fetch(folder, str(store))

    assert found["missing"]["out"].startswith("the bytes are damaged there: ")
    assert cached(folder) == []


def test_a_purge_names_what_stays_on_the_data_remote(ada: GitFolder, store: pathlib.Path) -> None:
    share(ada, "push", f"--data-remote={store}")

    erased = run_exp(ada, "purge", "last", "--yes")

    place = f"files/md5/{md5_of(WEIGHTS)[:2]}/{md5_of(WEIGHTS)[2:]}"
    assert f"model.pt was sent to a data remote and stays there: {place}\n" in erased.err
    assert (store / "gitexp" / place).is_file()


def test_bytes_go_from_a_bare_repository_and_a_linked_worktree(
    team: Team, ada: GitFolder, store: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    ada.git("worktree", "add", "--quiet", "--detach", "../linked")
    linked = GitFolder(tmp_path / "linked")
    ran = run_exp(linked, "push", "--data-only", "--data-remote=../store")
    assert "sent 1 object, 1.5 MB, " in ran.err  # data goes from where it lies
    share(ada, "push", f"--data-remote={store}")
    bare = GitFolder.create(tmp_path / "bare.git", "--bare")
    bare.git("fetch", "--quiet", "--no-prune", str(team.there.path), "refs/runs/*:refs/runs/*")
    assert fetch(bare, str(store))["missing"] == {}
    other = tmp_path / "other"
    assert run_exp(bare, "push", "--data-only", f"--data-remote={other}").err == f"sent 5 objects, 3 MB, to {other}\n"
    assert objects_in(other / "gitexp") == ALL


def test_a_remote_that_may_not_be_written_is_told(ada: GitFolder, team: Team, tmp_path: pathlib.Path) -> None:
    place = tmp_path / "file"
    place.write_text("not a folder")

    ran = share(ada, "push", f"--data-remote={place}", status=1)

    assert ran.err.splitlines()[0] == f"pushed 1 new run: origin (file://{team.there.path})"
    assert ran.err.splitlines()[1].startswith(f"exp: {place}: ")
    assert "Traceback" not in ran.err


def test_a_cache_that_cannot_take_the_bytes_is_told(ada: GitFolder, team: Team, store: pathlib.Path) -> None:
    share(ada, "push", f"--data-remote={store}")
    bob = team.clone("bob")
    share(bob, "pull")
    limited = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000)); "
    program = limited + "sys.argv = sys.argv[1:]; exec(compile(sys.stdin.read(), 'fetch', 'exec'))"
    done = bob.run(sys.executable, "-c", program, "fetch", str(store), stdin=FETCH.encode())

    assert b'"code": "storage-failed"' in done.stdout, done.stderr
    assert b"File too large" in done.stdout
    assert md5_of(WEIGHTS) not in cached(bob)
    assert os.listdir(cache_of(bob) / "tmp") == []
    assert fetch(bob, str(store)) == {"missing": {}}


def test_a_remote_that_is_not_known_or_needs_a_plug_in(ada: GitFolder) -> None:
    unknown = share(ada, "push", "--data-remote=nope", status=1)
    assert "there is no data remote 'nope', which --data-remote names" in unknown.err
    missing = share(ada, "push", "--data-remote=gs://bucket/x", status=1)
    assert missing.err.splitlines()[1:] == [
        "exp: gs://bucket/x: what speaks to gs:// is not installed",
        "hint: pip install 'gitexp[gs]'",
    ]
    odd = share(ada, "push", "--data-remote=foo://x", status=1)
    assert "Unsupported URL type foo://" in odd.err
    both = share(ada, "push", "--no-data", "--data-only", status=2)
    assert both.err == "exp: --no-data and --data-only: one of them\n"


def test_credentials_in_a_url_are_shown_nowhere(ada: GitFolder) -> None:
    url = "ssh://ada:hunter2hunter2@example.org/x?sig=hunter3hunter3"
    for arguments in (("push", f"--data-remote={url}"), ("remote", "set", "--data", url), ("remote", "ls"), ("push",)):
        for more in ((), ("--json",)):
            ran = share(ada, *arguments, *more, status=None)
            assert "example.org" in ran.out + ran.err
            assert "hunter" not in ran.out + ran.err


def test_the_data_remote_is_chosen_and_shown(ada: GitFolder, store: pathlib.Path) -> None:
    chosen = share(ada, "remote", "set", "--data", "../store")
    assert chosen.err == (
        f"data goes to {store}, and comes from there\nto undo: git config --unset gitexp.dataRemote\n"
    )
    assert share(ada, "remote", "ls").out.endswith(f"\ndata goes to {store}  gitexp.dataRemote\n")
    named = envelope(share(ada, "remote", "ls", "--json").out)["data"]["data_remote"]
    assert named == {"name": None, "url": str(store), "why": "gitexp.dataRemote"}
    assert f"sent 5 objects, 3 MB, to {store}" in share(ada, "push").err
    assert share(ada, "remote", "set", "--data", "none").err == (
        f"data stays here\nto undo: exp remote set --data {store}\n"
    )
    assert "there is no data remote 'x'" in share(ada, "remote", "set", "--data", "x", status=1).err
    assert ada.git("config", "gitexp.dataRemote") == "none"
    assert share(ada, "remote", "ls").out.endswith("\ndata stays here  gitexp.dataRemote\n")


def test_a_bar_is_drawn_on_a_terminal_and_wiped(ada: GitFolder, store: pathlib.Path) -> None:
    command = [sys.executable, "-m", "gitexp", "push", f"--data-remote={store}"]
    with Terminal(command, cwd=ada.path, columns=100) as terminal:
        terminal.expect(rb"push  sending 5 +.*% +.* of 3 MB")
        terminal.expect(rb"sent 5 objects, 3 MB, to ")
        assert terminal.wait() == 0


def test_data_alone_that_has_no_remote_to_go_to_is_said_and_no_failure(team: Team, tmp_path: pathlib.Path) -> None:
    ada = team.clone("carol")
    ada.gen({"data/a.csv": "1\n", ".gitignore": "data/\n"})
    assert run_exp(ada, "run", "-q", "--data", "data", "--", "true").status == 0

    ran = share(ada, "push")

    assert "data of 1 run is not in Git and stays here: no data remote is chosen" in ran.err
    assert tips(team.there) == tips(ada)
    assert "no data remote is chosen" in share(ada, "push", "--data-only", status=1).err
