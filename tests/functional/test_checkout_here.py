"""`exp checkout --here`: the code of a run in the present working tree, and the way back."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, refs, run_exp
from kit.large import WEIGHTS, store_large
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

BACKUPS = "refs/exp/backup"
HEAD_FILES = {"README.md": "# scratch\n", "lib/a.py": "a = 1\n", "train.py": "print('loss=0.5')\n"}
RUN_FILES = {"README.md": "# scratch\n", "new/deep.py": "new = 1\n", "train.py": "print('loss=0.25')\n"}


@pytest.fixture
def two(folder: GitFolder) -> GitFolder:
    """A run of HEAD, and one of an edited working tree: a file changed, one more, one less."""
    folder.gen({"lib/a.py": "a = 1\n"})
    folder.commit("lib")
    store_run(folder, plan_run(folder, "k3v9x2mabc"))
    (folder.path / "lib" / "a.py").unlink()
    folder.gen({"train.py": RUN_FILES["train.py"], "new/deep.py": RUN_FILES["new/deep.py"]})
    folder.git("add", "--all")
    edited = folder.git("commit-tree", "-p", "HEAD", "-m", "snapshot", folder.git("write-tree"))
    folder.git("reset", "--quiet", "--hard")
    store_run(folder, plan_run(folder, "t2zc9x1k0f", minutes=5, snapshot=edited, command=("python", "train.py")))
    return folder


def read_tree(folder: pathlib.Path) -> dict[str, str]:
    return {
        str(one.relative_to(folder)): one.read_text()
        for one in sorted(folder.rglob("*"))
        if one.is_file() and ".git" not in one.parts
    }


def kept_state(folder: GitFolder) -> dict[str, str]:
    """What stays: HEAD, branches, the index and the stash."""
    return {name: value for name, value in folder.state().items() if name != "status"}


def test_a_clean_tree_gets_the_code_and_comes_back(two: GitFolder) -> None:
    before, state = kept_state(two), two.state()

    done = run_exp(two, "checkout", "--here", "t2zc")

    snapshot = two.git("rev-parse", "refs/runs/default/t2zc9x1k0f^")
    assert (done.status, done.out) == (0, f"{two.path}\n")
    assert done.err == (
        f"the code of amber-fox-t2zc, at {snapshot[:12]}; it ran: python train.py\n"
        "2 files written, 1 removed; HEAD, branch and index are as they were\n"
        "back to the commit that is checked out: exp checkout --here HEAD\n"
    )
    assert read_tree(two.path) == RUN_FILES
    assert not (two.path / "lib").exists()
    assert kept_state(two) == before
    assert two.git("status", "--porcelain") == " D lib/a.py\n M train.py\n?? new/"
    # Nothing of that is an edit of anybody's: the next code may take its place.
    assert run_exp(two, "checkout", "--here", "k3v9").status == 0
    assert read_tree(two.path) == HEAD_FILES
    assert run_exp(two, "checkout", "--here", "t2zc").status == 0
    assert run_exp(two, "checkout", "--here", "HEAD").status == 0
    assert read_tree(two.path) == HEAD_FILES
    assert two.state() == state
    assert refs(two, BACKUPS) == []


def test_the_run_that_follows_has_the_same_snapshot(two: GitFolder) -> None:
    assert run_exp(two, "checkout", "--here", "t2zc").status == 0
    assert run_exp(two, "run", "--quiet", "--", "true").status == 0
    assert two.git("rev-parse", f"{refs(two)[0]}^") != ""
    trees = {two.git("rev-parse", f"{ref}^^{{tree}}") for ref in refs(two)}
    assert len(refs(two)) == 3
    assert len(trees) == 2


def test_edits_are_not_given_up_unasked(two: GitFolder) -> None:
    two.gen({"train.py": "mine\n", "README.md": "# mine\n", "notes.txt": "mine too\n"})
    state = two.state()

    done = run_exp(two, "checkout", "--here", "t2zc")

    assert (done.status, done.out) == (1, "")
    assert done.err == (
        "exp: 2 files here are not committed and would be changed: README.md, train.py\n"
        "hint: exp checkout --here t2zc --force  (keeps what is there first)\n"
    )
    assert two.state() == state
    assert refs(two, BACKUPS) == []


def test_with_force_they_are_kept_first(two: GitFolder) -> None:
    two.gen({"train.py": "staged\n"})
    two.git("add", "train.py")
    two.gen({"train.py": "mine\n", "new/deep.py": "untracked\n", "notes.txt": "mine too\n"})
    before, mine = kept_state(two), read_tree(two.path)

    done = run_exp(two, "checkout", "--here", "t2zc", "--force")

    assert done.status == 0, done.err
    (backup,) = refs(two, BACKUPS)
    commit = two.git("rev-parse", backup)
    assert done.err.startswith(f"what was there is kept: exp checkout --here {commit[:12]}\n")
    assert done.err.endswith("untracked and left alone: notes.txt\n")
    assert read_tree(two.path) == {**RUN_FILES, "notes.txt": "mine too\n"}
    assert kept_state(two) == before
    assert two.git("show", f"{commit}:train.py") == "mine"

    two.git("gc", "--quiet", "--prune=now")
    back = run_exp(two, "checkout", "--here", commit[:12])
    assert back.status == 0, back.err
    assert read_tree(two.path) == mine
    assert kept_state(two) == before
    # The same once more makes no second backup.
    assert run_exp(two, "checkout", "--here", "t2zc", "--force").status == 0
    assert refs(two, BACKUPS) == [backup]


def test_where_it_stops_half_way_the_way_back_is_named(two: GitFolder, tmp_path: pathlib.Path) -> None:
    two.gen({"train.py": "mine\n"})
    mine = read_tree(two.path)
    # A Git that writes one file and then fails, as on a disk that fills up.
    git = shutil.which("git")
    two.gen({"../bin/git": f"""#!/bin/sh
case " $* " in
*" checkout-index "*)
  tr '\\0' '\\n' | while read -r path; do
    printf '%s\\0' "$path" | "{git}" "$@"; echo "error: no space left on $path" >&2; exit 1
  done;;
*) exec "{git}" "$@";;
esac
"""})  # fmt: skip
    (tmp_path / "bin" / "git").chmod(0o755)

    done = run_exp(two, "checkout", "--here", "t2zc", "--force", env={"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})

    (backup,) = refs(two, BACKUPS)
    back = f"exp checkout --here {two.git('rev-parse', backup)[:12]}"
    assert done.status == 1
    assert done.err.startswith(f"what was there is kept: {back}\n"), done.err
    assert done.err.endswith(f"hint: only some files were replaced; what was there: {back} --force\n"), done.err
    assert read_tree(two.path) != mine
    assert run_exp(two, *back.split()[1:], "--force").status == 0
    assert read_tree(two.path) == mine


def test_what_a_filter_took_out_of_a_file_is_not_lost_unasked(two: GitFolder) -> None:
    two.git("config", "filter.strip.clean", "sed /^OUT/d")
    two.gen({".gitattributes": "*.nb filter=strip\n", "a.nb": "code\n"})
    two.commit("a notebook")
    two.gen({"a.nb": "code\nOUT 7\n"})

    refused = run_exp(two, "checkout", "--here", "k3v9", "--force")

    assert refused.status == 1
    assert refused.err.startswith("exp: 1 file here went through the filter strip, and what that took out would be ")
    assert (two.path / "a.nb").read_text() == "code\nOUT 7\n"
    assert run_exp(two, "checkout", "--here", "k3v9", "--with-filters").status == 0
    assert not (two.path / "a.nb").exists()


def test_a_purge_names_the_backup_that_holds_the_code(two: GitFolder) -> None:
    two.gen({"train.py": "secret\n"})
    assert run_exp(two, "run", "--quiet", "--", "true").status == 0
    snapshot = two.git("rev-parse", f"refs/runs/default/{run_exp(two, 'ls', '--ids', '-n', '1').out.strip()}^")
    assert run_exp(two, "checkout", "--here", "k3v9", "--force").status == 0
    (backup,) = refs(two, BACKUPS)
    assert two.git("rev-parse", backup) == snapshot

    purged = run_exp(two, "purge", "last", "--yes")

    assert purged.status == 1
    assert f"{backup} leads to what was erased, and holds it: git update-ref -d {backup}\n" in purged.err


def test_in_a_linked_worktree_its_own_files_alone_change(two: GitFolder, tmp_path: pathlib.Path) -> None:
    linked = tmp_path / "linked"
    two.git("worktree", "add", "--quiet", "--detach", str(linked))
    state = two.state()

    assert run_exp(two, "-C", str(linked), "checkout", "--here", "t2zc").status == 0

    assert (linked / "train.py").read_text() == RUN_FILES["train.py"]
    assert two.state() == state
    assert not (two.path / ".git" / "exp-placed").exists()


def test_edits_of_files_that_both_have_stay(two: GitFolder) -> None:
    two.gen({"untouched.txt": "mine\n"})
    done = run_exp(two, "checkout", "--here", "t2zc")
    assert done.status == 0
    assert "untracked and left alone: untouched.txt\n" in done.err
    assert (two.path / "untouched.txt").read_text() == "mine\n"


@pytest.mark.parametrize("where", ["new/deep.py", "new"])
def test_what_no_snapshot_can_hold_is_not_written_over(two: GitFolder, where: str) -> None:
    two.gen({".gitignore": "new\nnew/\n", where: "ignored\n"})
    two.git("update-index", "--add", ".gitignore")
    two.git("commit", "--quiet", "-m", "ignore")

    done = run_exp(two, "checkout", "--here", "t2zc", "--force")

    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("exp: new/deep.py would be lost, for amber-fox-t2zc has it otherwise: ")
    assert (two.path / where).read_text() == "ignored\n"
    assert (two.path / "lib" / "a.py").exists()


def test_a_link_in_the_way_leads_nothing_out(two: GitFolder, tmp_path: pathlib.Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (two.path / ".git" / "info" / "exclude").write_text("new\n")
    (two.path / "new").symlink_to(outside)

    done = run_exp(two, "checkout", "--here", "t2zc", "--force")

    assert done.status == 1
    assert "new lies there, and no snapshot holds it" in done.err
    assert list(outside.iterdir()) == []
    assert (two.path / "new").is_symlink()


def test_files_links_and_folders_take_each_others_place(folder: GitFolder) -> None:
    folder.gen({"a/b.txt": "b\n", "c": "c\n", "run.sh": "#!/bin/sh\n"})
    (folder.path / "link").symlink_to("c")
    folder.commit("before")
    store_run(folder, plan_run(folder, "k3v9x2mabc"))
    folder.git("rm", "--quiet", "-r", "a", "c", "link")
    folder.gen({"a": "a\n", "c/d.txt": "d\n", "link/e.txt": "e\n"})
    (folder.path / "run.sh").chmod(0o755)
    folder.commit("after")

    assert run_exp(folder, "checkout", "--here", "k3v9").status == 0

    assert (folder.path / "a" / "b.txt").read_text() == "b\n"
    assert (folder.path / "c").read_text() == "c\n"
    assert os.readlink(folder.path / "link") == "c"
    assert not os.stat(folder.path / "run.sh").st_mode & 0o100
    assert run_exp(folder, "checkout", "--here", "HEAD").status == 0
    assert folder.git("status", "--porcelain") == ""


def test_nothing_is_executed(two: GitFolder, tmp_path: pathlib.Path) -> None:
    ran = tmp_path / "ran"
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        hook = two.path / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {ran}-{name}\n")
        hook.chmod(0o755)
    two.git("config", "core.fsmonitor", f"touch {ran}-fsmonitor")
    two.git("config", "filter.evil.smudge", f"touch {ran}-filter; cat")
    two.gen({".gitattributes": "*.py filter=evil\n"})
    two.git("add", "--all")
    snapshot = two.git("commit-tree", "-p", "HEAD", "-m", "snapshot", two.git("write-tree"))
    two.git("reset", "--quiet", "--hard", "HEAD")
    two.gen({"train.py": "print('another')\n"})
    two.git("commit", "--quiet", "--all", "-m", "another")
    store_run(two, plan_run(two, "z5jw2b8p4m", minutes=60, snapshot=snapshot))
    for one in tmp_path.glob("ran*"):
        one.unlink()

    refused = run_exp(two, "checkout", "--here", "z5jw")
    assert refused.status == 1
    assert refused.err.endswith("hint: exp checkout --here z5jw --with-filters\n")
    assert "exp: 1 file would go through the filter evil, which is not run unasked: train.py\n" in refused.err
    assert not (two.path / ".gitattributes").exists()

    assert run_exp(two, "checkout", "--here", "t2zc").status == 0
    assert {one.name for one in tmp_path.glob("ran*")} <= {"ran-fsmonitor"}  # of git status, which the snapshot asks


@pytest.mark.parametrize("what", ["merge", "rebase"])
def test_not_in_the_middle_of_something(two: GitFolder, what: str) -> None:
    two.git("checkout", "--quiet", "-b", "side", "HEAD~1")
    two.gen({"lib/a.py": "a = 2\n"})
    two.commit("side")
    assert two.run("git", what, "main").returncode != 0
    state = two.state()

    done = run_exp(two, "checkout", "--here", "t2zc", "--force")

    assert (done.status, done.err) == (
        1,
        f"exp: a {what} is under way here\nhint: git status  (says how to finish it)\n",
    )
    assert two.state() == state


def test_in_a_subfolder_the_whole_repository_is_meant(two: GitFolder) -> None:
    (two.path / "sub").mkdir()
    done = run_exp(two, "-C", "sub", "checkout", "--here", "t2zc")
    assert (done.status, done.out) == (0, f"{two.path}\n")
    assert (two.path / "train.py").read_text() == RUN_FILES["train.py"]
    assert (two.path / "sub").is_dir()


def test_data_and_artifacts_come_too(folder: GitFolder) -> None:
    folder.gen({"out/plot.svg": "mine"})
    store_large(folder)
    done = run_exp(folder, "checkout", "--here", "last")
    assert done.status == 0
    assert (folder.path / "out" / "model.pt").read_bytes() == WEIGHTS
    assert (folder.path / "out" / "plot.svg").read_text() == "mine"
    assert "exp: already there and not what the run had, left alone: out/plot.svg\n" in done.err


def test_json_and_wrong_usage(two: GitFolder, tmp_path: pathlib.Path) -> None:
    two.gen({"train.py": "mine\n"})
    said = envelope(run_exp(two, "checkout", "--here", "t2zc", "--force", "--json").out)["data"]
    assert said["written"] == ["new/deep.py", "train.py"]
    assert said["removed"] == ["lib/a.py"]
    assert said["backup"] == two.git("rev-parse", refs(two, BACKUPS)[0])
    assert run_exp(two, "checkout", "--here", "t2zc", "../there").status == 2
    assert run_exp(two, "checkout", "--force", "t2zc").status == 2
    assert run_exp(two, "checkout", "--here", "nothing").status == 1
    assert run_exp(two, "checkout", "--here", "HEAD~1").status == 1
    two.git("clone", "--quiet", "--mirror", ".", str(tmp_path / "bare.git"))
    bare = run_exp(two, "-C", "../bare.git", "checkout", "--here", "t2zc")
    assert (bare.status, bare.out) == (1, "")
    assert "there is no working tree here" in bare.err
