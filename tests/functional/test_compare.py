"""`exp compare`, as it is typed."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.model.run import Environment, Gpu, Status
from kit.exp import run_exp
from kit.going import Going
from kit.screen import run_on_terminal
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

MATRIX = """\
                  amber-fox-q9ne                            amber-fox-t2zc        amber-fox-p7qw        amber-fox-k3v9
status                   running                                  finished                failed              finished
started     2026-11-23T09:44:03Z                      2026-11-23T09:34:03Z  2026-11-23T09:24:03Z  2026-11-23T09:14:03Z
seconds                        -                                       2.5                  97.0                  97.0
command          python train.py                 python train.py --lr 0.01       python train.py       python train.py
Params
  lr                         0.5                                      0.01                    30                   0.1
Metrics
  auc                          -                                     *0.75                     -                   0.5
  loss                         -                                      0.25                     -                     -
Tags
  team                         -                                     fraud                     -                     -
Code
  dirty                    false                                      true                 false                 false
  snapshot                     -  {snapshot}                     -                     -

The same in all
  run     experiment=default  user=Ada Lovelace  host=gpu-7
  params  seed=1
  code    commit={commit}  branch=main

* the best of its row
"""

NARROW = """\
            amber-fox-k3v9  amber-fox-p7qw
status          ✓ finished        ✗ failed
seconds             1m 37s          1m 37s
command                  …               …
Params
  lr                   0.1              30
Metrics
  auc                  0.5               –
  loss                   –               –
Code
  dirty              false           false
  snapshot               –               –

            amber-fox-t2zc
status          ✓ finished
seconds             2.50 s
command        … --lr 0.01
Params
  lr                  0.01
Metrics
  auc                *0.75
  loss                0.25
Code
  dirty               true
  snapshot      {snapshot}
"""


def _run(folder: GitFolder, *options: str) -> Any:
    return folder.run("exp", "compare", *options)


def _no_colour(folder: GitFolder, *command: str, columns: int) -> list[str]:
    status, text = run_on_terminal(folder, *command, columns=columns, env={"NO_COLOR": "1", "GIT_PAGER": "cat"})
    assert status == 0, text
    return [line.rstrip() for line in text.splitlines()]


def test_the_present_experiment_in_a_pipe(runs: GitFolder) -> None:
    result = _run(runs)
    commit, snapshot = runs.git("rev-parse", "HEAD"), runs.git("rev-parse", "refs/runs/default/t2zc9x1k0f^")
    assert result.stdout.decode() == MATRIX.format(commit=commit, snapshot=snapshot)
    assert (result.returncode, result.stderr) == (0, b"")


def test_a_narrow_terminal_gets_blocks_that_begin_with_the_keys(runs: GitFolder) -> None:
    lines = _no_colour(runs, "exp", "compare", "k3v9", "p7qw", "t2zc", columns=45)
    shown = [line for line in lines if not line.startswith(("started", "Tags", "  team"))]
    snapshot = runs.git("rev-parse", "refs/runs/default/t2zc9x1k0f^")[:10]
    assert shown[: NARROW.count("\n")] == NARROW.format(snapshot=snapshot).splitlines()
    assert max(map(len, lines)) <= 45
    wide = _no_colour(runs, "exp", "compare", "k3v9", "p7qw", "t2zc", columns=100)
    assert wide[0].split() == ["amber-fox-k3v9", "amber-fox-p7qw", "amber-fox-t2zc"]
    assert max(map(len, wide)) <= 100


def test_colour_and_the_pager(runs: GitFolder) -> None:
    text = run_on_terminal(runs, "exp", "compare", "k3v9", "t2zc", env={"GIT_PAGER": "cat"})[1]
    assert "\x1b[1;32m*0.75\x1b[0m" in text
    assert run_on_terminal(runs, "exp", "compare", "k3v9", "t2zc", env={"GIT_PAGER": "true"}) == (0, "")


def test_runs_in_the_order_in_which_they_are_named(runs: GitFolder) -> None:
    heads = _run(runs, "last~1", "max:auc", "k3v9", "refs/runs/other/h8yb3d6m2g").stdout.decode().splitlines()[0]
    assert heads.split() == ["amber-fox-t2zc", "amber-fox-k3v9", "amber-fox-h8yb"]


def test_a_run_that_is_named_twice_is_shown_once(runs: GitFolder) -> None:
    result = _run(runs, "t2zc", "k3v9", "max:auc")
    assert result.stdout.decode().splitlines()[0].split() == ["amber-fox-t2zc", "amber-fox-k3v9"]
    assert "max:auc is a run that was named before: it is shown once\n" in result.stderr.decode()


def test_ids_on_standard_input(runs: GitFolder) -> None:
    piped = runs.run("sh", "-c", "exp ls --ids --sort lr | exp compare - --rows lr")
    assert piped.stdout.decode() == (
        "    amber-fox-t2zc  amber-fox-k3v9  amber-fox-q9ne  amber-fox-p7qw\n"
        "lr            0.01             0.1             0.5              30\n"
    )
    mixed = runs.run("exp", "compare", "k3v9", "-", "--rows", "lr", stdin=b"\n t2zc \r\n")
    assert mixed.stdout.decode().splitlines()[0].split() == ["amber-fox-k3v9", "amber-fox-t2zc"]
    nothing = runs.run("exp", "compare", "-")
    assert (nothing.returncode, nothing.stderr.decode()) == (
        2,
        "exp: -: no run on standard input\nhint: exp ls --ids | exp compare -\n",
    )


def test_one_run_alone(runs: GitFolder) -> None:
    result = _run(runs, "k3v9", "--rows", "lr,seed,auc")
    assert result.stdout.decode() == (
        "      amber-fox-k3v9\nlr               0.1\nseed               1\nauc              0.5\n"
    )
    assert result.stderr.decode() == "one run alone: there is nothing to compare it with\n"


def test_runs_that_are_the_same(runs: GitFolder) -> None:
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60))
    store_run(runs, plan_run(runs, "z6jw2b8p4m", minutes=60))
    result = _run(runs, "z5jw", "z6jw")
    head = runs.git("rev-parse", "HEAD")
    assert result.stdout.decode() == (
        "  amber-fox-z5jw  amber-fox-z6jw\n\n"
        "The same in all\n"
        "  run   status=finished  started=2026-11-23T10:14:03Z  seconds=97.0  experiment=default  user=Ada Lovelace"
        "  command=python train.py  host=gpu-7\n"
        f"  code  commit={head}  branch=main  dirty=false\n"
    )
    assert " finished " in _run(runs, "z5jw", "z6jw", "--all").stdout.decode()
    assert "The same" not in _run(runs, "z5jw", "z6jw", "--all").stdout.decode()


def test_null_is_a_value_and_missing_is_none(folder: GitFolder) -> None:
    store_run(folder, plan_run(folder, "k3v9x2mabc", params={"clip": None, "amp": True}, metrics={"f1": 1}))
    store_run(folder, plan_run(folder, "p7qw4n8hde", minutes=1, params={"amp": 1, "name": ""}, metrics={"f1": 0.5}))
    lines = _run(folder, "k3v9", "p7qw", "--rows", "clip,amp,params.name").stdout.decode().splitlines()
    assert [line.split() for line in lines[1:]] == [["clip", "null", "-"], ["amp", "true", "1"], ["name", "-", '""']]
    data = json.loads(_run(folder, "k3v9", "p7qw", "--json").stdout)["data"]
    rows = {row["key"]: row for row in data["rows"]}
    assert rows["params.clip"]["values"] == {"k3v9x2mabc": None}
    assert rows["params.amp"]["values"] == {"k3v9x2mabc": True, "p7qw4n8hde": 1}
    told = _run(folder, "k3v9", "p7qw").stderr.decode()
    assert (
        told
        == "no best of f1 is marked: is more or less of it better? In .exp.yaml, metrics: {f1: maximize}, or minimize\n"
    )


def test_json(runs: GitFolder) -> None:
    document = json.loads(_run(runs, "k3v9", "t2zc", "--json").stdout)
    data = document["data"]
    assert (document["errors"], data["experiment"], data["undirected"]) == ([], None, [])
    assert [run["id"] for run in data["runs"]] == ["k3v9x2mabc", "t2zc9x1k0f"]
    rows = {row.pop("key"): row for row in data["rows"]}
    assert rows["metrics.auc"] == {
        "part": "metrics",
        "same": False,
        "values": {"k3v9x2mabc": 0.5, "t2zc9x1k0f": 0.75},
        "best": ["t2zc9x1k0f"],
    }
    assert rows["params.seed"]["same"] is True
    assert rows["started"]["values"]["k3v9x2mabc"] == "2026-11-23T09:14:03Z"
    assert json.loads(_run(runs, "--json").stdout)["data"]["experiment"] == "default"


def test_csv_has_a_row_for_each_run(runs: GitFolder) -> None:
    rows = list(csv.DictReader(io.StringIO(_run(runs, "k3v9", "t2zc", "--csv").stdout.decode())))
    assert [row["id"] for row in rows] == ["k3v9x2mabc", "t2zc9x1k0f"]
    assert (rows[0]["params.seed"], rows[1]["metrics.auc"], rows[0]["tags.team"]) == ("1", "0.75", "")
    assert (rows[0]["code.dirty"], rows[1]["code.dirty"]) == ("false", "true")
    chosen = _run(runs, "k3v9", "t2zc", "--csv", "--rows", "name,lr").stdout.decode()
    assert chosen == "id,name,params.lr\nk3v9x2mabc,amber-fox-k3v9,0.1\nt2zc9x1k0f,amber-fox-t2zc,0.01\n"


def test_markdown(runs: GitFolder) -> None:
    assert _run(runs, "k3v9", "t2zc", "--md", "--rows", "lr,auc,loss").stdout.decode() == (
        "|              |   amber-fox-k3v9 |   amber-fox-t2zc |\n"
        "|:-------------|-----------------:|-----------------:|\n"
        "| params.lr    |              0.1 |             0.01 |\n"
        "| metrics.auc  |              0.5 |         **0.75** |\n"
        "| metrics.loss |                – |             0.25 |\n"
    )


def test_the_rest_is_told_where_nobody_asked_for_that_many(runs: GitFolder) -> None:
    for number in range(18):
        store_run(runs, plan_run(runs, f"g{number:02}e1w3t6k", minutes=number - 60))
    result = _run(runs)
    assert len(result.stdout.decode().splitlines()[0].split()) == 20
    assert result.stderr.decode() == "20 of 22 runs; exp compare -n 0 compares all\n"
    assert len(_run(runs, "-n", "0").stdout.decode().splitlines()[0].split()) == 22
    few = _run(runs, "-n", "2", "-e", "default")
    assert (few.stdout.decode().splitlines()[0].split(), few.stderr) == (["amber-fox-q9ne", "amber-fox-t2zc"], b"")


def test_data_packages_and_hardware_where_they_differ(folder: GitFolder) -> None:
    same = {"python": "3.11.7", "cores": 8}
    one = Environment(packages="a" * 64, gpus=(Gpu("A100"), Gpu("A100")), **same)
    other = Environment(packages="b" * 64, gpus=(Gpu("H100"),), **same)
    store_run(folder, plan_run(folder, "k3v9x2mabc", environment=one, host="a", seed=1))
    store_run(folder, plan_run(folder, "p7qw4n8hde", environment=other, host="b", seed=2))
    lines = _no_colour(folder, "exp", "compare", "k3v9", "p7qw", columns=80)
    assert [line.split(maxsplit=1) for line in lines if line.startswith(("host", "seed", "  p", "  g"))][:4] == [
        ["seed", "1               2"],
        ["host", "a               b"],
        ["packages", "aaaaaaaaaa      bbbbbbbbbb"],
        ["gpus", "2 x A100            H100"],
    ]
    assert "  environment  python=3.11.7  cores=8" in lines


def test_a_broken_run_is_a_warning_and_the_others_are_compared(broken: GitFolder) -> None:
    result = _run(broken, "k3v9", "m4ra7v5s9j", "t2zc", "v6sx")
    assert result.stdout.decode().splitlines()[0].split() == ["amber-fox-k3v9", "amber-fox-t2zc"]
    first, second = result.stderr.decode().splitlines()
    assert first.startswith("exp: run refs/runs/default/m4ra7v5s9j cannot be read: ")
    assert second.startswith("exp: run refs/runs/default/v6sx0c7r1n cannot be read: it has format 9")
    assert result.returncode == 0
    assert [one["code"] for one in json.loads(_run(broken, "--json").stdout)["errors"]] == [
        "broken-record",
        "newer-format",
    ]
    alone = _run(broken, "m4ra7v5s9j")
    assert (alone.returncode, alone.stdout) == (1, b"")


def test_a_manifest_that_is_gone_is_told_and_the_message_is_shown(runs: GitFolder) -> None:
    lost = runs.git("rev-parse", "refs/runs/default/k3v9x2mabc:.exp/run.yaml")
    os.remove(runs.path / ".git" / "objects" / lost[:2] / lost[2:])
    result = _run(runs, "k3v9", "t2zc")
    assert "  lr                         0.1  " in result.stdout.decode()
    (warning,) = result.stderr.decode().splitlines()
    assert warning.startswith("exp: run k3v9x2mabc cannot be read: ")
    # Nothing of the manifest is asked for.
    assert _run(runs, "k3v9", "t2zc", "--rows", "params.lr").stderr == b""


def test_a_damaged_manifest_takes_no_other_along(runs: GitFolder) -> None:
    damaged = runs.git("rev-parse", "refs/runs/default/p7qw4n8hde:.exp/run.yaml")
    path = runs.path / ".git" / "objects" / damaged[:2] / damaged[2:]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-20])
    result = _run(runs, "k3v9", "p7qw", "t2zc", "--json")
    document = json.loads(result.stdout)
    assert [error["code"] for error in document["errors"]] == ["broken-record"]
    (dirty,) = [row for row in document["data"]["rows"] if row["key"] == "code.dirty"]
    assert dirty["values"] == {"k3v9x2mabc": False, "t2zc9x1k0f": True}


def test_more_metrics_than_a_message_holds(folder: GitFolder) -> None:
    many = {f"layer{number}.loss": number / 2 for number in range(500)}
    store_run(folder, plan_run(folder, "k3v9x2mabc", metrics=many))
    store_run(folder, plan_run(folder, "p7qw4n8hde", minutes=1, metrics={**many, "layer499.loss": 7.0}))
    lines = _no_colour(folder, "exp", "compare", columns=80)
    assert [line.split() for line in lines if line.startswith("  layer")] == [["layer499.loss", "7.0", "249.5"]]
    assert "layer11.loss=5.5 and 487 more (--all) code commit=" in " ".join(" ".join(lines).split())
    assert _run(folder, "--all").stdout.decode().count("\n  layer") == 500


def test_names_that_two_runs_share_give_way_to_ids(runs: GitFolder) -> None:
    for run_id in ("z5jw2b8p4m", "z6jw2b8p4m"):
        store_run(runs, plan_run(runs, run_id, minutes=60, name="baseline"))
    assert _run(runs, "z5jw", "z6jw", "k3v9", "--rows", "name").stdout.decode() == (
        "      z5jw2b8p4m  z6jw2b8p4m  amber-fox-k3v9\nname    baseline    baseline  amber-fox-k3v9\n"
    )
    lines = _no_colour(runs, "exp", "compare", "z5jw", "z6jw", "--rows", "name", columns=60)
    assert lines[0].split() == ["z5jw", "z6jw"]


HOSTILE = "<b>|`*[x]\x1b]0;t\x07\x1b[2J\u202eevil\U0001f98a\n"


def test_hostile_names_and_values_are_shown_and_do_nothing(folder: GitFolder) -> None:
    for place, run_id in enumerate(("k3v9x2mabc", "p7qw4n8hde")):
        fields = {"params": {HOSTILE: f"{HOSTILE}{place}"}, "metrics": {HOSTILE: place}, "tags": {HOSTILE: place}}
        store_run(folder, plan_run(folder, run_id, minutes=place, name=f"{HOSTILE.strip()}{place}", **fields))
    escaped = r"<b>|`*[x]\e]0;t\x07\e[2J\u202eevil" + "\U0001f98a" + r"\n"
    piped = _run(folder).stdout.decode()
    assert f"  {escaped}  " in piped
    shown = "".join(_no_colour(folder, "exp", "compare", columns=50))
    assert r"evil" in shown
    for text in (piped, shown, *(_run(folder, form).stdout.decode() for form in ("--md", "--csv", "--json"))):
        assert not re.search("[\x1b\x07\u202e]", text)
    markdown = _run(folder, "--md").stdout.decode()
    assert r"&lt;b>\|\`\*\[x]" in markdown
    assert "<b>" not in markdown


def test_a_run_that_goes_has_what_it_said_so_far(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "metrics:\n  loss: minimize\n"})
    store_run(folder, plan_run(folder, "k3v9x2mabc", metrics={"loss": 0.5}))
    with Going(folder, "-p", "lr=0.1") as run:
        run.tell("log(4, loss=0.25)", "say(frames.TAGS, {'team': 'fraud'})")
        out = run_exp(folder, "compare", "k3v9", run.id, "--rows", "status,lr,loss,team,code.dirty").out
    assert [line.split() for line in out.splitlines()[1:-2]] == [
        ["status", "finished", "running"],
        ["lr", "-", "0.1"],
        ["loss", "0.5", "*0.25"],
        ["team", "-", "fraud"],
        ["code.dirty", "false", "true"],
    ]


def test_from_a_subfolder_and_in_a_bare_clone(runs: GitFolder) -> None:
    here = _run(runs, "--rows", "lr").stdout
    assert b"amber-fox-q9ne" in here
    (runs.path / "deep").mkdir()
    assert runs.run("exp", "-C", "deep", "compare", "--rows", "lr").stdout == here
    runs.git("clone", "--quiet", "--mirror", ".", "../bare.git")
    assert runs.run("exp", "-C", "../bare.git", "compare", "--rows", "lr").stdout == here


def test_without_runs(folder: GitFolder) -> None:
    result = _run(folder)
    assert (result.returncode, result.stdout) == (0, b"")
    assert result.stderr.decode() == "no runs in experiment 'default'; exp ls --all lists those of others\n"


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--json", "--csv"), 2, "--json and --csv: one form at a time"),
        (("--rows", "metrics.acu"), 2, "did you mean metrics.auc"),
        (("--rows", "code.commits"), 2, "did you mean code.commit"),
        (("k3v9", "nope"), 1, "no run 'nope'"),
        (("-n", "-1"), 2, "-n"),
    ],
)
def test_wrong_usage(runs: GitFolder, options: tuple[str, ...], status: int, words: str) -> None:
    result = _run(runs, *options)
    assert result.returncode == status
    assert words in result.stderr.decode() + result.stdout.decode()
    assert b"hint" in result.stderr + result.stdout


def test_what_the_shell_completes(runs: GitFolder) -> None:
    def complete(words: str) -> list[str]:
        environment = {"_EXP_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        return runs.run("exp", env=environment).stdout.decode().split()

    assert complete("exp compare k3v9 amber-fox-t") == ["amber-fox-t2zc"]
    assert complete("exp compare --rows code.c") == ["code.commit"]
    assert complete("exp compare --rows lr,metrics.") == ["lr,metrics.auc", "lr,metrics.loss"]


def test_a_status_keeps_its_word(runs: GitFolder) -> None:
    store_run(runs, plan_run(runs, "z5jw2b8p4m", minutes=60, status=Status.LOST))
    assert _run(runs, "z5jw", "k3v9", "--rows", "status").stdout.decode().splitlines()[1].split() == [
        "status",
        "lost",
        "finished",
    ]


def test_the_name_of_a_part_is_whole_where_its_keys_are_short(folder: GitFolder) -> None:
    for run_id, python in (("k3v9x2mabc", "3.11.7"), ("p7qw4n8hde", "3.12.1")):
        store_run(folder, plan_run(folder, run_id, environment=Environment(python=python)))

    lines = _no_colour(folder, "exp", "compare", "k3v9", "p7qw", columns=80)

    assert "Environment" in lines
