"""What other commands make of what was said of runs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kit.exp import run_exp

if TYPE_CHECKING:
    from kit.git import GitFolder

K3V9 = "refs/runs/default/k3v9x2mabc"


def shown(folder: GitFolder, *words: str) -> str:
    ran = run_exp(folder, "show", *words, "--json")
    assert ran.status == 0, ran.err
    found: str = json.loads(ran.out)["data"]["id"]
    return found


def test_a_commit_that_was_a_tip_names_the_run(runs: GitFolder) -> None:
    first = runs.git("rev-parse", K3V9)
    run_exp(runs, "tag", "k3v9", "a=1")
    second = runs.git("rev-parse", K3V9)
    run_exp(runs, "tag", "k3v9", "a=2")
    assert len({first, second, runs.git("rev-parse", K3V9)}) == 3
    for commit in (first, first[:9], second, second[:9].upper()):
        assert shown(runs, commit) == "k3v9x2mabc"
    assert run_exp(runs, "tag", first[:12], "b=1").err == "tagged run amber-fox-k3v9: b=1\n"


def test_any_other_commit_names_none(runs: GitFolder) -> None:
    head = runs.git("rev-parse", "HEAD")
    # Another commit with the message of a run, that no run comes from.
    message = runs.git("log", "-1", "--format=%B", K3V9)
    forged = runs.git("commit-tree", "-m", message, "HEAD^{tree}")
    for commit in (head, forged, "0" * 40, runs.git("rev-parse", "HEAD^{tree}")):
        ran = run_exp(runs, "show", commit)
        assert (ran.status, ran.err.splitlines()[0]) == (1, f"exp: no run {commit!r}")


def test_tags_are_compared_as_they_are_now(runs: GitFolder) -> None:
    run_exp(runs, "tag", "k3v9", "team=credit", "n=1")
    changes = json.loads(run_exp(runs, "diff", "k3v9", "t2zc", "--json").out)["data"]["tags"]
    assert [(one["key"], one["a"], one["b"]) for one in changes] == [("n", 1, None), ("team", "credit", "fraud")]
    page = run_exp(runs, "diff", "k3v9", "t2zc", "--only", "tags").out
    assert page.splitlines()[3:] == ["Tags", "        a       b", "  n     1       -", "  team  credit  fraud"]


def test_a_listing_sorts_and_chooses_by_tags_as_they_are_now(runs: GitFolder) -> None:
    for run, value in (("k3v9", 2), ("p7qw", 3), ("t2zc", 1)):
        run_exp(runs, "tag", run, f"rank={value}")
    assert run_exp(runs, "ls", "--ids", "--sort", "-tags.rank", "-n", "3").out.split() == [
        "p7qw4n8hde",
        "k3v9x2mabc",
        "t2zc9x1k0f",
    ]


def test_a_run_that_was_said_something_of_is_shown_as_it_was_recorded(runs: GitFolder) -> None:
    before = json.loads(run_exp(runs, "show", "t2zc", "--json").out)["data"]
    run_exp(runs, "note", "t2zc", "a note")
    run_exp(runs, "tag", "t2zc", "n=1")
    after = json.loads(run_exp(runs, "show", "t2zc", "--json").out)["data"]
    same = {"commit", "annotations", "tags", "parts"}
    assert {key: value for key, value in after.items() if key not in same} == {
        key: value for key, value in before.items() if key not in same
    }
    assert after["tags"] == {"team": "fraud", "n": 1}
    assert [(one["kind"], one["value"]) for one in after["annotations"]] == [("note", "a note"), ("tag", {"n": 1})]
    assert run_exp(runs, "diff", "t2zc", "k3v9", "--only", "code").out != ""
    assert run_exp(runs, "logs", "t2zc").out == "\x1b[32mgreen\x1b[0m\x1b[2J\r\nlast"


def test_a_file_that_is_no_annotation_is_a_warning(runs: GitFolder) -> None:
    run_exp(runs, "note", "k3v9", "a note")
    tip = runs.git("rev-parse", K3V9)
    blob = runs.git("hash-object", "-w", "--stdin", stdin=b"note: forged\n")
    runs.git("read-tree", "--index-output=.git/other", f"{tip}^{{tree}}")
    path = f".exp/annotations/{'0' * 64}.yaml"
    tree = runs.run(
        "sh", "-c", f"git update-index --add --cacheinfo 100644,{blob},{path} && git write-tree",
        env={"GIT_INDEX_FILE": ".git/other"},
    ).stdout.decode().strip()  # fmt: skip
    message = runs.git("log", "-1", "--format=%B", tip)
    forged = runs.git("commit-tree", tree, "-p", f"{tip}^1", "-p", tip, "-F", "-", stdin=message.encode())
    runs.git("update-ref", K3V9, forged)
    page = run_exp(runs, "show", "k3v9")
    assert page.status == 0
    assert "a note" in page.out
    assert "its name is not that of its content" in page.out.partition("Warnings")[2]
    assert run_exp(runs, "tag", "k3v9", "a=1").status == 0
    assert run_exp(runs, "tag", "k3v9").out == "a=1\n"


def test_completion_knows_runs_and_tags(runs: GitFolder) -> None:
    run_exp(runs, "rm", "p7qw")

    def complete(line: str) -> list[str]:
        words = line.split(" ")
        env = {"_EXP_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
        return run_exp(runs, env=env).out.split()

    assert {"amber-fox-k3v9", "last"} <= set(complete("exp tag "))
    assert "amber-fox-p7qw" not in complete("exp show ")
    assert complete("exp tag k3v9 tea") == ["team=fraud"]
    assert "other" in complete("exp mv k3v9 ")
    assert complete("exp rm --undo ") == ["amber-fox-p7qw"]
    assert "amber-fox-k3v9" in complete("exp rm ")
