"""`exp show`, as it is typed."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest

from gitexp.format.pointer import format_pointer
from gitexp.model.paths import TreePath
from gitexp.model.pointer import Pointer
from gitexp.model.run import Artifact, Code, Submodule
from kit.exp import envelope, run_exp
from kit.going import Going
from kit.screen import run_on_terminal
from kit.stored import make_summary, plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

SHOWN = """\
amber-fox-t2zc  finished  in 2.5 s
t2zc9x1k0f · experiment default · 2026-11-23T09:34:03Z
by Ada Lovelace <ada@example.org> on gpu-7

  $ python train.py --lr 0.01

  tags  team=fraud

Metrics
        last   min    max  first  step  points  from
  auc   0.75  0.75  0.875   0.75             1  output
  loss  0.25  0.25   0.25   0.25             1  output

Params
  lr    0.01
  seed  1

Code
  commit    {head} on main
  snapshot  {snapshot} with uncommitted changes
            git diff {head} {snapshot}

Record
  ref     refs/runs/default/t2zc9x1k0f
  commit  {commit}
  parts   environment/packages.txt  output.log  run.yaml

Next
  exp logs t2zc       what it printed
  exp diff t2zc last  what is different in the newest run
  exp checkout t2zc   its code, in a new worktree
"""


def test_everything_in_a_pipe(runs: GitFolder) -> None:
    ref = "refs/runs/default/t2zc9x1k0f"
    ids = {"head": "HEAD", "snapshot": f"{ref}^", "commit": ref}
    expected = SHOWN.format(**{key: runs.git("rev-parse", rev) for key, rev in ids.items()})
    result = runs.run("exp", "show", "t2zc")
    assert result.stdout.decode() == expected
    assert (result.returncode, result.stderr) == (0, b"")


def test_on_a_terminal_it_fits(runs: GitFolder) -> None:
    status, text = run_on_terminal(runs, "exp", "show", "t2zc", columns=80, env={"NO_COLOR": "1"})
    assert status == 0
    assert "amber-fox-t2zc  ✓ finished  in 2.50 s" in text
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80


@pytest.mark.parametrize(
    ("spec", "run_id"),
    [
        ("last", "q9ne1w3t6k"),
        ("last~1", "t2zc9x1k0f"),
        ("max:auc", "t2zc9x1k0f"),
        ("min:auc", "k3v9x2mabc"),
        ("best:auc.max", "t2zc9x1k0f"),
        ("min:auc.first", "k3v9x2mabc"),
        ("refs/runs/other/h8yb3d6m2g", "h8yb3d6m2g"),
        ("h8yb", "h8yb3d6m2g"),
        ("amber-fox-p7qw", "p7qw4n8hde"),
    ],
)
def test_each_way_to_name_a_run(runs: GitFolder, spec: str, run_id: str) -> None:
    envelope = json.loads(runs.run("exp", "show", spec, "--json").stdout)
    assert envelope["errors"] == []
    assert envelope["data"]["id"] == run_id


def test_by_commit_id_and_by_experiment(runs: GitFolder) -> None:
    commit = runs.git("rev-parse", "refs/runs/default/k3v9x2mabc")
    assert json.loads(runs.run("exp", "show", commit[:9], "--json").stdout)["data"]["commit"] == commit
    assert json.loads(runs.run("exp", "show", "-e", "other", "--json").stdout)["data"]["id"] == "h8yb3d6m2g"


def test_json_has_the_whole_manifest(runs: GitFolder) -> None:
    data = json.loads(runs.run("exp", "show", "t2zc", "--json").stdout)["data"]
    assert data["command"] == ["python", "train.py", "--lr", "0.01"]
    assert data["metrics"]["auc"] == {
        "last": 0.75, "min": 0.75, "max": 0.875, "first": 0.75, "step": None, "count": 1, "source": "output",
    }  # fmt: skip
    assert data["code"]["snapshot"] == runs.git("rev-parse", f"{data['ref']}^")
    assert data["started_at"] == "2026-11-23T09:34:03Z"
    assert data["seconds"] == 2.5
    assert data["parts"] == ["environment/packages.txt", "output.log", "run.yaml"]


def test_one_part_as_it_is(runs: GitFolder) -> None:
    assert runs.run("exp", "show", "k3v9", "--part", "output.log").stdout == b"one\ntwo\nthree\n"
    assert runs.run("exp", "show", "t2zc", "--part", "train.py").stdout == b"print('loss=0.25')\n"
    assert runs.run("exp", "show", "t2zc", "--part", ".exp/run.yaml").stdout.startswith(b"format: 1\n")
    result = runs.run("exp", "show", "k3v9", "--part", "weights.bin")
    assert result.returncode == 1
    assert result.stderr.decode() == (
        "exp: run amber-fox-k3v9 has no weights.bin\nhint: parts: environment/packages.txt, output.log, run.yaml\n"
    )


@pytest.mark.parametrize(
    ("spec", "status", "code", "words"),
    [
        ("zzzz", 1, "run-not-found", "no run 'zzzz'"),
        ("last~9", 1, "run-not-found", "has only 4 runs"),
        ("amber-fox-k3v8", 1, "run-not-found", "no run"),
        ("best:loss", 1, "direction-unknown", "max:loss or min:loss"),
        ("max:nothing", 1, "run-not-found", "no finished run with a value of 'nothing'"),
        ("last~x", 2, "invalid-value", "last~1"),
        ("fraud@production", 1, "version-not-found", "there is no registry.yaml here"),
        ("m4ra", 1, "broken-record", "cannot be read"),
        ("v6sx0c7r1n", 1, "newer-format", "pip install --upgrade gitexp"),
    ],
)
def test_what_cannot_be_shown(broken: GitFolder, spec: str, status: int, code: str, words: str) -> None:
    result = broken.run("exp", "show", spec)
    assert (result.returncode, result.stdout) == (status, b"")
    text = result.stderr.decode()
    assert text.startswith("exp: ")
    assert words in text
    in_json = broken.run("exp", "show", "--json", spec)
    envelope = json.loads(in_json.stdout)
    assert (in_json.returncode, in_json.stderr) == (status, b"")
    assert envelope["data"] is None
    assert [error["code"] for error in envelope["errors"]] == [code]


def test_a_name_that_several_have_is_not_proposed(runs: GitFolder) -> None:
    for run_id in ("jnx0000001", "jnx0000002"):
        store_run(runs, plan_run(runs, run_id, minutes=60, name="sweep"))
    unclear = runs.run("exp", "show", "swep")
    assert unclear.stderr.decode() == "exp: no run 'swep'\nhint: did you mean jnx0000002?\n"
    unique = runs.run("exp", "show", "amber-fox-p7q")
    assert unique.stderr.decode().endswith("hint: did you mean amber-fox-p7qw, amber-fox-q9ne, amber-fox-t2zc?\n")


@pytest.fixture
def kept(runs: GitFolder) -> GitFolder:
    """A run with an artifact in Git, one in the cache, a folder there, and one that this machine does not have."""
    content = b"\x00weights\n" * 1000
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    artifacts = (
        Artifact(TreePath("small.bin"), "a" * 32, 6, "git"),
        Artifact(TreePath("out/model.pt"), md5, len(content), "dvc"),
        Artifact(TreePath("folder"), "b" * 32 + ".dir", 9, "dvc", 2),
        Artifact(TreePath("elsewhere.pt"), "c" * 32, 9, "dvc"),
    )
    files = {"artifacts/small.bin": b"\x00small"}
    for one in artifacts[1:]:
        assert one.md5 is not None
        pointer = Pointer(one.path.rpartition("/")[2], one.md5, one.bytes, one.files)
        files[f"artifacts/{one.path}.dvc"] = format_pointer(pointer)
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60, artifacts=artifacts), files)
    runs.gen({f".git/exp/cache/files/md5/{md5[:2]}/{md5[2:]}": content})
    return runs


@pytest.mark.parametrize("part", ["artifacts/out/model.pt", "out/model.pt", ".exp/artifacts/out/model.pt"])
def test_an_artifact_in_the_cache_as_it_is(kept: GitFolder, part: str) -> None:
    result = kept.run("exp", "show", "z5jw", "--part", part)
    assert (result.stdout, result.stderr, result.returncode) == (b"\x00weights\n" * 1000, b"", 0)


def test_an_artifact_in_git_as_it_is(kept: GitFolder) -> None:
    assert kept.run("exp", "show", "z5jw", "--part", "small.bin").stdout == b"\x00small"
    assert kept.run("exp", "show", "z5jw", "--part", "artifacts/out/model.pt.dvc").stdout.startswith(b"outs:\n- md5: ")


def test_artifacts_whose_bytes_cannot_be_given(kept: GitFolder) -> None:
    def refuse(part: str) -> str:
        result = kept.run("exp", "show", "z5jw", "--part", part)
        assert (result.returncode, result.stdout) == (1, b"")
        return result.stderr.decode()

    assert refuse("folder") == (
        "exp: run amber-fox-z5jw has no file folder: it is a folder of 2 files\n"
        "hint: exp show z5jw2b8p4m --part folder.dvc  (its pointer)\n"
    )
    assert refuse("elsewhere.pt") == (
        "exp: run amber-fox-z5jw has no elsewhere.pt here: its bytes are not in the cache of this repository\n"
        "hint: exp get z5jw2b8p4m elsewhere.pt -o -\n"
    )
    (cached,) = (one for one in (kept.path / ".git/exp/cache/files").rglob("*") if one.is_file())
    cached.write_bytes(b"other bytes")
    assert refuse("out/model.pt").startswith("exp: run z5jw2b8p4m cannot be read: out/model.pt is damaged: the cache")


def test_the_page_says_how_to_get_an_artifact(kept: GitFolder) -> None:
    text = kept.run("exp", "show", "z5jw").stdout.decode()
    assert "\n  exp get z5jw out/model.pt\n" in text
    assert re.search(rf"\n  elsewhere.pt +9 bytes +md5 {'c' * 32} +in the cache\n", text)


def test_a_narrow_screen_drops_columns_and_cuts_no_number(runs: GitFolder) -> None:
    metrics = {
        "train.very_long_name_of_a_loss": make_summary(0.081234, min=0.07, max=1.5, first=1.5, step=1000, count=1000),
        "val_auc": make_summary(0.94, first=0.5, step=1000, count=50),
    }
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60, metrics=metrics, params={"a": "x" * 70, "lr": 0.001}))

    def show(columns: int) -> str:
        text = run_on_terminal(runs, "exp", "show", "z5jw", columns=columns, env={"NO_COLOR": "1"})[1]
        return "\n".join(line.rstrip() for line in text.splitlines())

    assert (
        "                                     last  step  from\n"
        "  train.very_long_name_of_a_loss  0.08123  1000  output\n"
        "  val_auc                         0.94     1000  output\n"
        "  no room for: first, min, max, points  (--json has all)\n"
    ) in show(60)
    assert "  train.very_long_name_…  0.08123\n" in show(33)
    assert re.search(r"\n  lr +0\.001\n", show(33))
    assert "no room for" not in show(110)


def test_changes_inside_a_submodule_are_not_in_the_run(runs: GitFolder) -> None:
    head = runs.git("rev-parse", "HEAD")
    lib = Submodule(TreePath("lib"), "a" * 40, dirty=True)
    code = Code(head, "main", dirty=True, snapshot=head, submodules=(lib, Submodule(TreePath("ops"), "b" * 40, False)))
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60, code=code))
    assert (
        "  snapshot    the commit itself\n"
        "              without the changes inside lib: they are not in the run\n"
        f"  submodules  lib {'a' * 40} with changes\n"
        f"              ops {'b' * 40}\n"
    ) in runs.run("exp", "show").stdout.decode()


def test_a_run_that_goes(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "system: off\n"})  # the samples are those below
    with Going(folder, "-p", "max_steps=10", env={"MY_API_TOKEN": "hunter2-correct-horse"}) as run:
        run.tell("log(1, loss=0.5)", "log(3, loss=0.75)", "log(4, loss=0.25)", "sample(cpu_percent=150.0)")
        run.tell("say(frames.PARAMS, {'api_key': 'swordfish-and-chips'})", "say(frames.NOTE, 'first try')")
        run.print("".join(f"line {number}\n" for number in range(20)) + "using hunter2-correct-horse\n")
        shown = run_exp(folder, "show").out
        assert re.search(r"^\S+  running  for ", shown)
        assert f"\n  exp stop {run.id[:4]} " in shown
        assert f"\n  exp logs {run.id[:4]} " in shown
        assert re.search(r"\n  note +first try\n", shown)
        assert re.search(r"\nNow\n  progress +40%  step 4/10  .* left\n  cpu_percent +150.0\n", shown)
        assert re.search(r"\n  loss +0.25 +0.25 +0.75 +0.5 +4 +3  api\n", shown)
        assert re.search(r"\n  api_key +\[redacted\] +api\n", shown)
        last = "".join(f"  line {number}\n" for number in range(11, 20)) + "  using [redacted]\n"
        assert f"\nOutput\n{last}\n" in shown
        assert f"\n  exp watch {run.id[:4]} " in shown
        data = envelope(run_exp(folder, "show", "--json").out)["data"]
        assert data["metrics"]["loss"] == {
            "last": 0.25, "min": 0.25, "max": 0.75, "first": 0.5, "step": 4, "count": 3, "source": "api",
        }  # fmt: skip
        assert data["now"]["progress"]["fraction"] == 0.4
        assert data["now"]["output"][-1] == "using [redacted]"
        assert data["now"]["system"] == {"cpu_percent": 150.0}
        run.end()
        assert "now" not in envelope(run_exp(folder, "show", "--json").out)["data"]


def test_of_a_run_that_goes_all_that_was_printed_counts(folder: GitFolder) -> None:
    with Going(folder) as run:
        run.print("Epoch 1/4\nloss=0.5\nEpoch 2/4\nloss=0.25\n")
        data = envelope(run_exp(folder, "show", run.id, "--json").out)["data"]
        assert (data["metrics"]["loss"]["first"], data["metrics"]["loss"]["step"]) == (0.5, 2)
        run.tell("log(7, auc=0.5)")
        assert list(envelope(run_exp(folder, "show", run.id, "--json").out)["data"]["metrics"]) == ["auc"]


def test_logs_are_offered_where_something_was_printed(folder: GitFolder) -> None:
    with Going(folder) as run:
        silent = run_exp(folder, "show").out
        assert f"\n  exp stop {run.id[:4]} " in silent
        assert "exp logs" not in silent
        run.end()
        assert "exp logs" not in run_exp(folder, "show").out


def test_a_part_that_is_made_at_the_end(folder: GitFolder) -> None:
    with Going(folder) as run:
        ran = run_exp(folder, "show", "--part", "output.log")
        assert ran.status == 1
        assert ran.err.endswith(
            f"has no output.log yet: its record is made when it ends\nhint: exp logs {run.id}  (so far)\n"
        )
        assert run_exp(folder, "show", "--part", "train.py").out == "print('loss=0.5')\n"
