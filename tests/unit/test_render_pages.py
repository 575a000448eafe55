"""Pages as they are shown: listing, run, difference; on a screen, in a pipe, hostile."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest

from gitexp.model.difference import PARTS, compare_runs
from gitexp.model.listing import ListingRequest, list_runs
from gitexp.model.paths import TreePath
from gitexp.model.run import Code, Environment, Gpu, LeftOut, Status, Submodule, User
from gitexp.model.usage import Usage
from gitexp.render.difference import build_difference
from gitexp.render.listing import build_listing, format_csv, format_markdown
from gitexp.render.page import Look
from gitexp.render.run_page import build_run_page
from gitexp.render.screen import write_page
from kit.heads import START, make_head, make_summary
from kit.runs import make_full_run, make_run

if TYPE_CHECKING:
    from gitexp.render.page import Page

NOW = START + timedelta(minutes=10)
PIPE = Look(None, colour=False, glyphs=True, now=NOW, zone=UTC)
SCREEN = PIPE._replace(width=90)
BARE = SCREEN._replace(glyphs=False)
EVIL = "\x1b]0;x\x07\u202e\x9b2J\nrow"
HEADS = [
    make_head("k3v9x2mabc", params={"lr": 0.1, "depth": 4}, metrics={"auc": 0.75}, tags={"team": "a", "base": True}),
    make_head("p7qw4n8hde", minutes=5, params={"lr": 0.001, "depth": 4}, metrics={"auc": 0.8125}, seconds=2.5),
    make_head("t2zc9x1k0f", minutes=9, params={"lr": 30, "depth": 4}, status=Status.RUNNING, seconds=None),
]


def shown(page: Page, look: Look) -> str:
    """The page as text, without the spaces that fill lines on a screen."""
    file = io.StringIO()
    write_page(page, look, file)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


def test_listing_on_a_screen() -> None:
    table = list_runs(HEADS, ListingRequest(), {"auc": "maximize"})
    assert shown(build_listing(table, SCREEN), SCREEN) == (
        "id    name            status      when          time      lr     auc  tags\n"
        "t2zc  amber-fox-t2zc  ● running   1 min ago   1m 00s  30           –  –\n"
        "p7qw  amber-fox-p7qw  ✓ finished  5 min ago   2.50 s   0.001  0.8125  –\n"
        "k3v9  amber-fox-k3v9  ✓ finished  10 min ago  1m 37s   0.1    0.75    team=a base\n"
        "\n"
        "the same in all: depth=4\n"
    )


def test_listing_without_signs_and_in_colour() -> None:
    table = list_runs(HEADS, ListingRequest(), {"auc": "maximize"})
    bare = shown(build_listing(table, BARE), BARE)
    assert "  running   1 min" in bare
    assert bare.isascii()
    coloured = shown(build_listing(table, SCREEN), SCREEN._replace(colour=True))
    assert "\x1b[1;32m0.8125\x1b[0m" in coloured
    assert "\x1b[32m✓ finished\x1b[0m" in coloured


def test_listing_in_a_pipe_has_every_digit() -> None:
    head = make_head(metrics={"auc": 0.123456789012345}, params={"note": "a long text that is not cut " * 3})
    text = shown(build_listing(list_runs([head], ListingRequest(), {}), PIPE), PIPE)
    assert "0.123456789012345" in text
    assert "k3v9x2mabc" in text
    assert "2026-11-23T09:14:03Z" in text
    assert "…" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_what_has_no_room_is_told(width: int) -> None:
    heads = [
        make_head(f"g00000000{place}", params={f"param{key}": place * key for key in range(9)}, metrics={"auc": place})
        for place in range(3)
    ]
    look = SCREEN._replace(width=width)
    lines = shown(build_listing(list_runs(heads, ListingRequest(), {}), look), look).splitlines()
    assert all(len(line) <= width for line in lines)
    text = " ".join(lines)
    missing = [f"param{key}" for key in range(1, 9) if f" param{key} " not in lines[0] + " "]
    assert ("no room for: " in text) == bool(missing)
    assert width != 40 or missing
    assert width != 200 or not missing
    named = text.partition("no room for: ")[2]
    hidden = 6 - sum(f"{key}" in named for key in (*missing, "time", "auc", "when"))
    assert not missing or hidden <= 0 or " more" not in named


def test_long_titles_keep_their_end_and_equal_titles_are_told_apart() -> None:
    head = make_head(params={"model.encoder.layers.depth": 4, "loss": 1}, metrics={"loss": 2})
    look = SCREEN._replace(width=120)
    first = shown(build_listing(list_runs([head], ListingRequest(), {}), look), look).splitlines()[0]
    assert " ….layers.depth " in first
    assert "params.loss" in first
    assert "metrics.loss" in first


def test_csv_is_read_back_by_anybody() -> None:
    heads = [
        make_head("g000000000", params={"a,b": 'x"y', "n": None}, metrics={"m": float("nan")}, user=User("A\nB", "")),
        make_head("h000000000", params={"list": [1, 2]}, seconds=None),
    ]
    rows = list(csv.DictReader(io.StringIO(format_csv(list_runs(heads, ListingRequest(choice="all"), {})))))
    assert [row["id"] for row in rows] == ["h000000000", "g000000000"]
    assert rows[1]["params.a,b"] == 'x"y'
    assert (rows[1]["params.n"], rows[0]["params.n"]) == ("null", "")
    assert rows[1]["metrics.m"] == "NaN"
    assert rows[0]["params.list"] == "[1,2]"
    assert rows[1]["user"] == r"A\nB"
    assert rows[0]["seconds"] == ""


def test_markdown_holds_no_markup_of_a_run() -> None:
    head = make_head(name="a|b", params={"x": "<img src=x onerror=y>", "y": "[a](javascript:b)"})
    text = format_markdown(list_runs([head], ListingRequest(), {}), PIPE)
    assert text.splitlines()[1].startswith("|:--")
    assert r"a\|b" in text
    assert "<img" not in text
    assert "[a]" not in text.replace(r"\[a]", "")
    assert "params" not in format_markdown(list_runs([], ListingRequest(), {}), PIPE)


def test_a_run_in_full() -> None:
    text = shown(
        build_run_page(make_full_run(), make_head(), PIPE, parts=["output.log", "run.yaml"], id_length=4), PIPE
    )
    assert text == FULL


def test_a_plain_run_shows_no_empty_part() -> None:
    run = make_run(params={}, metrics={}, tags={}, code=Code("c" * 40, None, dirty=False, snapshot="c" * 40))
    text = shown(build_run_page(run, make_head(), SCREEN, is_newest=True), SCREEN)
    headings = [line for line in text.splitlines() if line and line[0].isupper()]
    assert headings == ["Code", "Record", "Next"]
    assert "commit    cccccccccc (no branch)" in text
    assert "the commit itself: nothing was uncommitted" in text
    assert "exp diff  " in text


USED = {
    "memory_bytes": Usage(1.26e9, 3400000000, 1),
    "cpu_percent": Usage(180.04, 390.2, 0),
    "gpu10.utilization_percent": Usage(1.0, 2, 0),
    "gpu0.memory_bytes": Usage(3e10, 38200000000, 1),
    "gpu0.utilization_percent": Usage(87.25, 99, 0),
    "gpu0.power_watts": Usage(1.0, 2, 0),
    "gpu\x1b[0m.utilization_percent": Usage(3.0, 3, 0),
}


def test_the_use_of_the_machine_stands_beside_what_there_is() -> None:
    environment = Environment(cores=4, memory_bytes=16000000000, gpus=(Gpu("H100", 80000000000),))
    run = make_run(environment=environment)
    lines = shown(build_run_page(run, make_head(), SCREEN, usage=USED), SCREEN).splitlines()
    at = lines.index("System")
    assert [re.split("  +", line.strip()) for line in lines[at + 1 : at + 8]] == [
        ["mean", "peak", "of"],
        ["cpu", "180 %", "390.2 %", "4 cores"],
        ["memory", "1.3 GB", "3.4 GB", "16 GB"],
        ["gpu\\e[0m", "3 %", "3 %"],
        ["gpu0", "87.2 %", "99 %", "H100"],
        ["gpu0 memory", "30 GB", "38.2 GB", "80 GB"],
        ["gpu10", "1 %", "2 %"],
    ]
    at_once_over = {name: one for name, one in USED.items() if name != "cpu_percent"}
    assert "System" not in shown(build_run_page(run, make_head(), SCREEN, usage=at_once_over), SCREEN)


@pytest.mark.parametrize(
    ("fields", "heading"),
    [
        ({"status": Status.FAILED, "exit_code": 3}, "✗ failed  in 1m 37s  exit status 3"),
        ({"status": Status.KILLED, "exit_code": None, "signal": "SIGKILL"}, "✗ killed  in 1m 37s  SIGKILL"),
        ({"status": Status.RUNNING, "exit_code": None, "ended_at": None}, "● running  for 10m 00s"),
        ({"status": Status.LOST, "exit_code": None, "ended_at": None}, "? lost"),
    ],
)
def test_how_it_ended_stands_first(fields: dict[str, object], heading: str) -> None:
    run = make_run(**{"started_at": START, **fields})
    if run.ended_at is not None:
        run = dataclasses.replace(run, ended_at=START + timedelta(seconds=97))
    assert shown(build_run_page(run, make_head(), SCREEN), SCREEN).splitlines()[0] == f"amber-fox-k3v9  {heading}"


def test_long_lists_are_cut_on_a_screen_alone() -> None:
    left_out = tuple(LeftOut(f"f{place}", "binary") for place in range(40))  # type: ignore[arg-type]
    run = make_run(code=Code("c" * 40, "main", dirty=True, snapshot="d" * 40, left_out=left_out))
    screen, pipe = (shown(build_run_page(run, make_head(), look), look) for look in (SCREEN, PIPE))
    assert "and 28 more" in screen
    assert "f39" not in screen
    assert "f39" in pipe


def test_two_runs_side_by_side() -> None:
    a = make_run(params={"lr": 0.1, "same": 1}, metrics={"auc": make_summary(0.75), "n": make_summary(3)})
    b = make_run(
        id="p7qw4n8hde",
        name="calm-owl-p7qw",
        params={"lr": 0.25, "same": 1, "new": None},
        metrics={"auc": make_summary(0.5), "n": make_summary(3)},
        command=("python", "train.py", "--lr", "0.25"),
        code=Code("c" * 40, "main", dirty=True, snapshot="d" * 40),
    )
    found = compare_runs(a, b, packages_a="numpy==1\n", directions={"auc": "maximize"})
    assert shown(build_difference(found, SCREEN), SCREEN) == TWO
    only = shown(build_difference(found, SCREEN, ["metrics"]), SCREEN)
    assert "Metrics" in only
    assert "Params" not in only
    assert "the same" not in only


def test_equal_runs_are_the_same_in_all_parts() -> None:
    run = make_full_run()
    run = dataclasses.replace(run, code=run.code._replace(submodules=(Submodule(TreePath("libs"), "3" * 40, False),)))
    found = compare_runs(run, run, packages_a="x==1", packages_b="x==1")
    text = shown(build_difference(found, PIPE), PIPE)
    same = text.splitlines()[-1].removeprefix("the same in both: ").split(", ")
    assert same == [part for part in PARTS if part != "metrics"]


def test_no_field_of_a_record_reaches_the_terminal_as_it_is() -> None:
    run = dataclasses.replace(
        make_full_run(),
        name=EVIL,
        host=EVIL,
        command=("python", EVIL),
        params={EVIL: EVIL, "list": [EVIL]},
        metrics={EVIL: make_summary(1.0, source=EVIL)},
        tags={EVIL: EVIL},
        note=EVIL,
        hypothesis=EVIL,
        warnings=(EVIL,),
        redacted=(EVIL,),
        user=User(EVIL, EVIL),
        code=Code("c" * 40, EVIL, dirty=True, snapshot="d" * 40, remote=EVIL, left_out=(LeftOut(EVIL, EVIL),)),  # type: ignore[arg-type]
    )
    head = make_head(name=EVIL, params={EVIL: EVIL}, metrics={EVIL: 1.0}, tags={EVIL: EVIL}, user=User(EVIL, EVIL))
    table = list_runs([head, make_head("p7qw4n8hde")], ListingRequest(), {})
    for look in (PIPE, SCREEN):
        texts = [
            shown(build_run_page(run, head, look, parts=[EVIL]), look),
            shown(build_difference(compare_runs(run, make_run()), look), look),
            shown(build_listing(table, look), look),
            format_markdown(table, look),
            format_csv(table),
        ]
        for text in texts:
            assert r"\e]0;x\x07\u202e\x9b2J" in text or "\\\\e]0;x" in text or "…" in text
            assert not set(text) & set("\x1b\x07\u202e\x9b")


FULL = """\
amber-fox-k3v9  finished  in 97.0 s
k3v9x2mabc · experiment default · 2026-11-23T09:14:03.123456Z
by Ada Lovelace <ada@example.org> on rechner

  $ python train.py --lr 0.1   in services/fraud

  hypothesis  deeper trees help
  note        first try
  tags        team=fraud baseline
  redacted    command.3, params.api_key

Metrics
           last   min   max  first  step  points  from
  val_auc  0.94  0.61  0.94   0.61    40      41  output

Params
  lr           0.1      flag
  layers       [64,32]  params.yaml
  model.depth  4
  opt          adam
  amp          true
  clip         null
  x            1e-05

Code
  commit      2222222222222222222222222222222222222222 on main
  snapshot    1111111111111111111111111111111111111111 with uncommitted changes
              git diff 2222222222222222222222222222222222222222 1111111111111111111111111111111111111111
              without the changes inside libs/ops: they are not in the run
  remote      https://example.org/fraud.git
  submodules  libs/ops 3333333333333333333333333333333333333333 with changes
  left out    data/big.bin  5 GB  larger than 1 MB

Data
  data/train.csv  123 bytes  1 file  md5 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa

Artifacts
  model.pt  5000000 bytes  md5 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb  in the cache
  exp get k3v9 model.pt

Environment
  python     CPython 3.11.7  /opt/venv/bin/python
  platform   Linux-6.1
  machine    Example CPU, 8 cores, 16 GB
  gpu        Example GPU, 80 GB, driver 555.1
  cuda       12.4
  variables  CUDA_VISIBLE_DEVICES=0

Lineage
  resumes      g000000000
  forked from  h111111111 at step 400

Cost
  amount  0.06736 EUR  at 2.5 an hour

Record
  ref          refs/runs/default/k3v9x2mabc
  commit       6b33763978326d6162636b33763978326d616263
  fingerprint  sha256:0000000000000000000000000000000000000000000000000000000000000000
  seed         42
  parts        output.log  run.yaml

Warnings
  ! nvidia-smi did not answer

Next
  exp logs k3v9       what it printed
  exp diff k3v9 last  what is different in the newest run
  exp checkout k3v9   its code, in a new worktree
"""

TWO = """\
a  k3v9x2mabc  amber-fox-k3v9  ✓ finished  1m 37s  9 min ago
b  p7qw4n8hde  calm-owl-p7qw   ✓ finished  1m 37s  9 min ago

Params  1 other is equal
       a    b
  lr   0.1  0.25
  new  –    null

Metrics
          a    b  b - a
  auc  0.75  0.5  -0.25  worse
  n    3     3        =

Command
  - python train.py --lr 0.1
  + python train.py --lr 0.25

Packages  not recorded in b

Code
  - 1111111111 on main with uncommitted changes
  + dddddddddd on main with uncommitted changes

the same in both: run, tags, environment
"""
