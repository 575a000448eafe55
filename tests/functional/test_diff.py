"""`exp diff`, as it is typed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from gitexp.model.paths import TreePath
from gitexp.model.run import Code, Submodule
from kit.exp import run_exp
from kit.going import Going
from kit.screen import run_on_terminal
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

COMPARED = """\
a  k3v9x2mabc  amber-fox-k3v9  finished  97.0 s  2026-11-23T09:14:03Z
b  t2zc9x1k0f  amber-fox-t2zc  finished  2.5 s   2026-11-23T09:34:03Z

Tags
        a  b
  team  -  fraud

Params  1 other is equal
      a    b
  lr  0.1  0.01

Metrics
          a     b  b - a
  auc   0.5  0.75  +0.25  better
  loss    -  0.25

Command
  - python train.py
  + python train.py --lr 0.01

Packages
         a       b
  numpy  1.26.0  2.0.0

Code
  - {a} on main
  + {b} on main with uncommitted changes

the same in both: run, environment

{patch}
"""


def test_all_parts_then_the_code(runs: GitFolder) -> None:
    a, b = (runs.git("rev-parse", f"refs/runs/default/{one}^") for one in ("k3v9x2mabc", "t2zc9x1k0f"))
    result = runs.run("exp", "diff", "k3v9", "t2zc")
    assert result.stdout.decode() == COMPARED.format(a=a, b=b, patch=runs.git("diff", a, b))
    assert (result.returncode, result.stderr) == (0, b"")


def test_only_the_code_is_a_patch(runs: GitFolder) -> None:
    patch = runs.run("exp", "diff", "k3v9", "t2zc", "--only", "code").stdout
    runs.run("git", "apply", stdin=patch)
    assert (runs.path / "train.py").read_text() == "print('loss=0.25')\n"


@pytest.mark.parametrize(
    ("options", "there", "not_there"),
    [
        (("--only", "params"), "Params", "Metrics"),
        (("--only", "metrics,packages"), "Packages", "diff --git"),
        (("--stat",), "train.py | 2 +-", "diff --git"),
        (("--only", "run"), "the same in both: run", "Params"),
    ],
)
def test_parts_that_are_chosen(runs: GitFolder, options: tuple[str, ...], there: str, not_there: str) -> None:
    text = runs.run("exp", "diff", "k3v9", "t2zc", *options).stdout.decode()
    assert there in text
    assert not_there not in text


def test_the_last_two_unless_others_are_named(runs: GitFolder) -> None:
    lines = runs.run("exp", "diff").stdout.decode().splitlines()
    assert (lines[0][:13], lines[1][:13]) == ("a  t2zc9x1k0f", "b  q9ne1w3t6k")


def test_the_same_code_is_said(runs: GitFolder) -> None:
    result = runs.run("exp", "diff", "k3v9", "p7qw", "--only", "code")
    assert (result.stdout, result.stderr) == (b"", b"the code is the same\n")


def test_json(runs: GitFolder) -> None:
    data = json.loads(runs.run("exp", "diff", "k3v9", "t2zc", "--json").stdout)["data"]
    assert data["a"] == {"id": "k3v9x2mabc", "name": "amber-fox-k3v9"}
    assert data["params"] == [{"key": "lr", "kind": "changed", "a": 0.1, "b": 0.01}]
    (auc, loss) = data["metrics"]
    assert (auc["delta"], auc["better"]) == (0.25, True)
    assert (loss["a"], loss["delta"]) == (None, None)
    assert data["packages"] == [{"key": "numpy", "kind": "changed", "a": "1.26.0", "b": "2.0.0"}]
    assert data["code"]["equal"] is False
    only = json.loads(runs.run("exp", "diff", "k3v9", "t2zc", "--json", "--only", "params").stdout)["data"]
    assert sorted(only) == ["a", "b", "packages_unknown", "params"]


def test_a_terminal_gets_colour_and_the_pager(runs: GitFolder, tmp_path: pathlib.Path) -> None:
    seen = tmp_path / "seen"
    status, text = run_on_terminal(runs, "exp", "diff", "k3v9", "t2zc", env={"GIT_PAGER": f"tee {seen}"})
    assert status == 0
    assert "\x1b[32mprint('loss=0.25')\x1b[m" in text
    assert seen.read_text().replace("\r\n", "\n") == text
    quiet = run_on_terminal(runs, "exp", "diff", "k3v9", "t2zc", env={"GIT_PAGER": "true"})
    assert quiet == (0, "")


def test_a_pager_that_is_missing_hides_nothing(runs: GitFolder) -> None:
    status, text = run_on_terminal(runs, "exp", "diff", "k3v9", "t2zc", env={"GIT_PAGER": "no-such-pager-here"})
    assert status == 0
    assert "Params" in text


def test_nothing_of_the_code_acts_upon_the_terminal(runs: GitFolder) -> None:
    runs.gen({"evil.txt": "\x1b]0;title\x07\x1b[2J\n"})
    runs.commit("evil")
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60))
    text = run_on_terminal(runs, "exp", "diff", "k3v9", "z5jw", env={"GIT_PAGER": "cat"})[1]
    assert r"\e]0;title\x07\e[2J" in text
    assert "\x1b[2J" not in text


def test_no_program_of_the_configuration_runs(runs: GitFolder, tmp_path: pathlib.Path) -> None:
    ran = tmp_path / "ran"
    runs.git("config", "diff.external", f"touch {ran} #")
    assert b"diff --git" in runs.run("exp", "diff", "k3v9", "t2zc").stdout
    assert not ran.exists()


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("--only", "paramz"), "--only params"),
        (("--only", ""), "one of run, tags, params"),
        (("--only", "everything"), "one of run, tags, params"),
    ],
)
def test_wrong_usage(runs: GitFolder, options: tuple[str, ...], hint: str) -> None:
    result = runs.run("exp", "diff", *options)
    assert result.returncode == 2
    assert f"hint: {hint}" in result.stderr.decode()


def test_a_seed_is_told_once(runs: GitFolder) -> None:
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60, seed=1, params={"train.seed": 1}))
    store_run(runs, plan_run(runs, "z6jw2b8p4m", minutes=61, seed=2, params={"train.seed": 2}))
    store_run(runs, plan_run(runs, "z7jw2b8p4m", minutes=62, seed=3, params={"train.seed": 2}))
    text = runs.run("exp", "diff", "z5jw", "z6jw", "--only", "run,params").stdout.decode()
    assert "\nParams\n              a  b\n  train.seed  1  2\n\nthe same in both: run\n" in text
    other = runs.run("exp", "diff", "z6jw", "z7jw", "--only", "run,params").stdout.decode()
    assert "\nRun\n        a  b\n  seed  2  3\n" in other


def test_code_with_changes_inside_a_submodule_is_never_the_same(runs: GitFolder) -> None:
    head = runs.git("rev-parse", "HEAD")

    def store(run_id: str, minutes: int, lib: Submodule) -> None:
        code = Code(head, "main", dirty=lib.dirty, snapshot=head, submodules=(lib,))
        store_run(runs, plan_run(runs, run_id, minutes=minutes, code=code))

    store("z5jw2b8p4m", 60, Submodule(TreePath("lib"), "a" * 40, dirty=False))
    store("z6jw2b8p4m", 61, Submodule(TreePath("lib"), "a" * 40, dirty=True))
    store("z7jw2b8p4m", 62, Submodule(TreePath("lib"), "b" * 40, dirty=False))
    dirty = runs.run("exp", "diff", "z5jw", "z6jw")
    assert dirty.stdout.decode().endswith(
        f"\nCode\n  - {head} on main\n  + {head} on main with uncommitted changes\n"
        "  lib had changes that no run holds\n"
        "\nthe same in both: run, command, environment\n"
    )
    alone = runs.run("exp", "diff", "z5jw", "z6jw", "--only", "code")
    assert (alone.stdout, alone.stderr) == (b"", b"lib had changes that no run holds\n")
    moved = runs.run("exp", "diff", "z5jw", "z7jw").stdout.decode()
    assert f"       {'a':<40}  b\n  lib  {'a' * 40}  {'b' * 40}\n" in moved
    assert json.loads(runs.run("exp", "diff", "z5jw", "z6jw", "--json").stdout)["data"]["code"]["equal"] is False


def test_a_run_that_goes_is_compared_as_it_stands(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc", metrics={"loss": 0.5}))
    with Going(folder) as run:
        run.tell("log(4, loss=0.25)")
        shown = run_exp(folder, "diff", "k3v9", run.id, "--only", "metrics").out
    assert re.search(r"\n  loss +0.5 +0.25 +-0.25\n", shown)
