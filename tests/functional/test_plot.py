"""`exp plot`, as it is typed."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from gitexp.model.run import Artifact, Status
from kit.exp import envelope, run_exp
from kit.going import Going
from kit.screen import run_on_terminal
from kit.stored import make_summary, plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

IDS = ("k3v9x2mabc", "p7qw4n8hde", "t2zc9x1k0f", "h8yb3d6m2g")
CONFUSION = b"actual,cat,dog\ncat,8,2\ndog,1,9\n"
PREDICTIONS = b"id,actual,predicted,score\n1,cat,cat,0.9\n2,dog,cat,0.25\n"


def series(*values: float) -> bytes:
    """A `metrics.csv` with a loss at every tenth step, two seconds each."""
    rows = [f"{10 * place},{2.0 * place},{value!r}" for place, value in enumerate(values)]
    return ("step,time,loss\n" + "\n".join(rows) + "\n").replace("nan", "NaN").encode()


def keep(path: str, data: bytes) -> tuple[Artifact, tuple[str, bytes]]:
    """An artifact in the run's tree, and its file."""
    return Artifact(path, hashlib.md5(data).hexdigest(), len(data), "git"), (f"artifacts/{path}", data)


@pytest.fixture
def plotted(folder: GitFolder) -> GitFolder:
    """Four runs: two settings with two seeds each, a loss that falls and an auc that is told once."""
    folder.gen({".exp.yaml": "metrics:\n  auc: maximize\n"})
    folder.commit("settings")
    kept = [keep("confusion.csv", CONFUSION), keep("val/predictions/00000020.csv", PREDICTIONS)]
    for place, run_id in enumerate(IDS):
        lr = (0.1, 0.001)[place // 2]
        values = [2.0, 1.0 + lr, 0.5 + place / 8, 0.25]
        params = {"lr": lr, "opt": ("adam", "sgd")[place % 2], "seed": place % 2}
        metrics = {"loss": make_summary(0.25, count=4), "auc": 0.5 + place / 10}
        run = plan_run(
            folder,
            run_id,
            minutes=place,
            seconds=10.0 + place,
            params=params,
            metrics=metrics,
            artifacts=tuple(artifact for artifact, _ in kept),
        )
        store_run(folder, run, {"metrics.csv": series(*values), **dict(file for _, file in kept)})
    return folder


def _plot(folder: GitFolder, *arguments: str, **more: Any) -> str:
    """What is printed; nothing may go wrong."""
    ran = run_exp(folder, "plot", *arguments, **more)
    assert ran.status == 0, ran.err
    return ran.out


def _json(folder: GitFolder, *arguments: str) -> list[dict[str, Any]]:
    document = envelope(_plot(folder, *arguments, "--json"))
    assert document["errors"] == []
    plots: list[dict[str, Any]] = document["data"]["plots"]
    return plots


CURVES = """\
loss
2 ┤aaa
  │   aaaa
  │      aaaa
  │         baaaa
1 ┤            baaaaab
  │                  aaaaabbbbbbb
  │                       aaaaaabbbbbbb
  │                             aaaaaaaaaaaa
  └┬────────────┬─────────────┬────────────┬
   0           10            20           30
   step
  a  amber-fox-k3v9  0.25
  b  amber-fox-t2zc  0.25
"""

BANDS = """\
loss
2 ┤aaaa
  │   aaaab
  │       aaaab
1 ┤          aaaaaa.
  │                aaaaaaaaaaaaaa.
  │                      .bbb.b.aaaaaaa
  │                            . .bbb.aaaaaa
  └┬────────────┬─────────────┬────────────┬
   0           10            20           30
   step
  a  lr=0.001  0.25  n = 2
  b  lr=0.1    0.25  n = 2
"""

SMOOTH = """\
loss  log, mean of 2 points
2 ┤⠉⠉⠒⠒⠢⠤⠤⠤⣀⣀⡀
  │          ⠈⠉⠉⠒⠢⢄⣀
1 ┤                 ⠉⠑⠒⠤⢄⡀
  │                      ⠈⠉⠒⠢⢄⣀
  │                            ⠉⠒⠤⢄⡀
  │                                ⠈⠑⠒⠤⣀
  └┬───────────┬───────────┬───────────┬
   0           2           4           6
   seconds since the start
  ━━ amber-fox-k3v9  0.25
"""

SCATTER = """\
auc by lr  4 runs, log x
0.8 ┤●
    │
    │▲
    │
0.6 ┤                                  ●
    │
    │                                  ▲
    └┬─────────────────────────────────┬
     0.001                           0.1
     lr
  ● opt=sgd
  ▲ opt=adam
"""

CATEGORIES = """\
auc by opt  4 runs
0.8 ┤                          ●
    │
    │        ●
0.6 ┤                          ●
    │
    │        ●
    └────────┬─────────────────┬────────
           adam               sgd
     opt
"""

BARS = """\
auc
amber-fox-h8yb  █████████████████████████████  0.8
amber-fox-t2zc  █████████████████████████▍     0.7
amber-fox-p7qw  █████████████████████▊         0.6
amber-fox-k3v9  ██████████████████▏            0.5
"""

MEANS = """\
auc, mean with 95 % confidence interval
lr=0.001  █████████████████  0.75  0.1147 to 1.3853  n = 2
lr=0.1    ████████████▌      0.55  -0.08531 to 1.1853  n = 2
"""

PARALLEL = """\
params and results  4 runs; -o FILE.html draws parallel axes
run                lr  opt   seed  loss  auc
amber-fox-h8yb  0.001  sgd      1  0.25  0.8
amber-fox-t2zc  0.001  adam     0  0.25  0.7
amber-fox-p7qw  0.1    sgd      1  0.25  0.6
amber-fox-k3v9  0.1    adam     0  0.25  0.5
"""

PARETO = """\
Pareto front: least seconds and least auc
● on the front: 1 of 4 runs, which no other one beats in everything
auc
0.8 ┤                                  ·
    │
    │                       ·
0.6 ┤           ·
    │
    │●
    └┬──────────┬───────────┬──────────┬
     10        11          12         13
     seconds

  run             seconds  auc  dominated by
● amber-fox-k3v9     10.0  0.5  on the front
  amber-fox-p7qw     11.0  0.6  amber-fox-k3v9
  amber-fox-t2zc     12.0  0.7  amber-fox-k3v9
  amber-fox-h8yb     13.0  0.8  amber-fox-k3v9
"""

MATRICES = r"""confusion of amber-fox-h8yb  accuracy 0.85 of 20
true \ predicted  cat  dog  recall
cat               8 █  2 ░     0.8
dog               1 ░  9 █     0.9

val/predictions of amber-fox-h8yb  accuracy 0.5 of 2
true \ predicted  cat  dog  recall
cat               1 █  0       1.0
dog               1 █  0       0.0
"""

TABLE = """\
val/predictions of amber-fox-k3v9  2 rows, 4 columns
id  actual  predicted  score
 1  cat     cat         0.9
 2  dog     cat         0.25
"""


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("loss k3v9 t2zc --width 44 --height 10", CURVES),
        ("loss --group-by lr --width 44 --height 9", BANDS),
        ("loss k3v9 --log --smooth 2 --x time --width 40 --height 8", SMOOTH),
        ("--scatter lr,auc --group-by opt --width 40 --height 9", SCATTER),
        ("--scatter opt,auc --width 40 --height 8", CATEGORIES),
        ("--bars auc --width 50", BARS),
        ("--bars auc --group-by lr --width 60", MEANS),
        ("--parallel", PARALLEL),
        ("--objectives min:seconds,min:auc --width 40 --height 8", PARETO),
        ("--confusion", MATRICES),
        ("--table val/predictions k3v9", TABLE),
    ],
)
def test_what_is_drawn(plotted: GitFolder, arguments: str, text: str) -> None:
    assert _plot(plotted, *arguments.split()) == text


def test_on_a_screen_in_colour_and_without(plotted: GitFolder) -> None:
    _, coloured = run_on_terminal(plotted, "exp", "plot", "loss", columns=60)
    assert "\x1b[36m" in coloured
    assert "⠑" in coloured
    _, plain = run_on_terminal(plotted, "exp", "plot", "loss", columns=60, env={"NO_COLOR": "1"})
    assert "\x1b[3" not in plain
    assert "  a  amber-fox-h8yb  0.25" in plain
    assert max(map(len, plain.splitlines())) <= 60


def test_letters_that_any_terminal_has(plotted: GitFolder) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    for arguments in (["loss", "k3v9"], ["--bars", "auc"], ["--pareto"], ["--confusion"], ["--scatter", "opt,auc"]):
        out = _plot(plotted, *arguments, "--width", "60", env=ascii_only)
        assert out.isascii()
        assert "\\u" not in out


def test_values_as_json(plotted: GitFolder) -> None:
    (curves,) = _json(plotted, "loss", "k3v9", "--smooth", "0.5")
    assert (curves["plot"], curves["metric"], curves["smoothing"]) == ("curves", "loss", "smoothed 0.5")
    assert curves["curves"][0]["points"] == [[0.0, 2.0], [10.0, 1.1], [20.0, 0.5], [30.0, 0.25]]
    assert curves["curves"][0]["smooth"][1][1] == pytest.approx((0.5 * 0.5 * 2 + 0.5 * 1.1) / 0.75)
    (pareto,) = _json(plotted, "--objectives", "min:seconds,min:auc")
    assert [point["dominated_by"] and point["dominated_by"]["name"] for point in pareto["points"]] == [
        "amber-fox-k3v9",
        "amber-fox-k3v9",
        "amber-fox-k3v9",
        None,
    ]
    (matrix, _) = _json(plotted, "--confusion", "k3v9")
    assert matrix["counts"] == [[8, 2], [1, 9]]
    (parallel,) = _json(plotted, "--parallel", "auc")
    assert parallel["coloured_by"] == "metrics.auc"


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        ("loss", ["loss", "step", "amber-fox-k3v9"]),
        ("loss --group-by lr", ["lr=0.1 (n = 2)"]),
        ("--scatter opt,auc", ["adam", "sgd", "opt", "auc"]),
        ("--bars auc --group-by lr", ["lr=0.1 (n = 2)", "auc, mean with 95 % confidence interval"]),
        ("--parallel", ["lr (log)", "opt", "adam", "4 runs, yellow: much auc"]),
        ("--objectives min:seconds,max:auc,min:loss", ["seconds (less is better)", "auc (more is better)"]),
        ("--confusion", ["true", "predicted", "confusion of amber-fox-h8yb", "9"]),
        ("--table confusion", ["confusion of amber-fox-h8yb", "dog"]),
    ],
)
def test_pictures(plotted: GitFolder, arguments: str, texts: list[str]) -> None:
    assert _plot(plotted, *arguments.split(), "-o", "plot.svg") == ""
    first = (plotted.path / "plot.svg").read_bytes()
    root = ElementTree.fromstring(first)
    shown = {"".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")}
    assert not set(texts) - shown
    _plot(plotted, *arguments.split(), "-o", "plot.svg")  # a picture that is there is replaced
    assert (plotted.path / "plot.svg").read_bytes() == first
    assert b"<dc:date>" not in first
    _plot(plotted, *arguments.split(), "-o", "plot.png", "--width", "640", "--height", "400")
    with Image.open(io.BytesIO((plotted.path / "plot.png").read_bytes())) as picture:
        assert (picture.format, picture.size) == ("PNG", (640, 400))
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 10
    assert not [name for name in os.listdir(plotted.path) if name.endswith(".part")]


def test_a_page(plotted: GitFolder) -> None:
    _plot(plotted, "--parallel", "-o", "plot.html")
    page = (plotted.path / "plot.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "amber-fox-k3v9" in page
    assert not re.search(r"""<(script|link|img)[^>]+(src|href)=["']?https?:""", page)


def test_what_was_left_out_is_said(plotted: GitFolder) -> None:
    ran = run_exp(plotted, "plot")
    assert "auc: a value and no series; exp plot --bars auc\n" in ran.err
    store_run(plotted, plan_run(plotted, "z5jw2b8p4m", minutes=9, params={"lr": 1}, metrics={"auc": math.nan}))
    assert "not shown: amber-fox-z5jw has no series of it\n" in _plot(plotted, "loss")
    out = _plot(plotted, "--scatter", "lr,auc")
    assert "not shown: auc of amber-fox-z5jw is not finite\n" in out
    assert "amber-fox-z5jw has no opt" in _plot(plotted, "--scatter", "opt,loss")


def test_the_newest_ten_curves(folder: GitFolder) -> None:
    for number in range(12):
        run = plan_run(folder, f"k{number:09d}", minutes=number, name=f"run-{number}", metrics={"loss": 1.0})
        store_run(folder, run, {"metrics.csv": series(1.0, 2.0 + number)})
    ran = run_exp(folder, "plot", "loss")
    assert re.findall(r"run-\d+", ran.out) == [f"run-{number}" for number in range(11, 1, -1)]
    assert ran.err == "the newest 10 of 12 runs; exp plot -n 0 draws all\n"
    assert len(re.findall(r"run-\d+", _plot(folder, "loss", "-n", "0"))) == 12
    assert len(re.findall(r"run-\d+", _plot(folder, "loss", "-n", "3"))) == 3
    _, screen = run_on_terminal(folder, "exp", "plot", "loss")
    assert "and 4 more, without a colour" in screen


def test_a_gap_is_a_gap_and_a_single_point_is_seen(folder: GitFolder) -> None:
    store_run(
        folder,
        plan_run(folder, "k3v9x2mabc", metrics={"loss": 1.0}),
        {"metrics.csv": series(1.0, 1.0, math.nan, math.inf, 1.0, 1.0)},
    )
    assert _plot(folder, "loss", "--width", "30", "--height", "5").splitlines()[2] == "1 ┤⠤⠤⠤⠤⠤⠤               ⠤⠤⠤⠤⠤⠤"
    store_run(
        folder, plan_run(folder, "p7qw4n8hde", minutes=1, metrics={"loss": 1.0}), {"metrics.csv": series(math.nan)}
    )
    assert "no finite value" in _plot(folder, "loss", "p7qw")
    store_run(folder, plan_run(folder, "t2zc9x1k0f", minutes=2, metrics={"loss": 1.0}), {"metrics.csv": series(-1.0)})
    assert "no finite value above 0" in _plot(folder, "loss", "t2zc", "--log")
    for form in ("svg", "png"):
        for arguments in (["loss"], ["loss", "t2zc", "--log"], ["loss", "p7qw"]):
            _plot(folder, *arguments, "-o", f"x.{form}")


def test_a_run_that_goes_and_a_chain(folder: GitFolder) -> None:
    with Going(folder, "-p", "lr=0.1") as run:
        run.tell("log(4, loss=0.25)", "log(5, loss=0.125)")
        (plot,) = _json(folder, "loss", run.id)
        assert plot["curves"][0]["points"] == [[4.0, 0.25], [5.0, 0.125]]
        (timed,) = _json(folder, "loss", run.id, "--x", "time")
        (first, second) = timed["curves"][0]["points"]
        assert 0 <= first[0] <= second[0] < 120


def test_many_metrics(folder: GitFolder) -> None:
    names = [f"layer{number}.loss" for number in range(500)]
    header = "step,time," + ",".join(names)
    rows = "\n".join(f"{step},{step}.0," + ",".join(["0.5"] * 500) for step in range(3))
    run = plan_run(folder, "k3v9x2mabc", metrics=dict.fromkeys(names, 0.5))
    store_run(folder, run, {"metrics.csv": f"{header}\n{rows}\n".encode()})
    ran = run_exp(folder, "plot")
    assert re.findall(r"^layer\d+", ran.out, re.MULTILINE) == [f"layer{number}" for number in range(12)]
    assert "488 more metrics are not drawn" in ran.err
    assert _plot(folder, "layer499.loss").startswith("layer499.loss\n")  # one that only the manifest names
    assert re.findall(r"^layer\d+", _plot(folder, "layer49*"), re.MULTILINE) == [
        "layer49",
        *(f"layer{number}" for number in range(490, 500)),
    ]


HOSTILE = "<b>$x$_|`\x1b]0;t\x07\n\x1b[2J\u202eevil\U0001f98a"


def test_hostile_names_are_shown_and_do_nothing(folder: GitFolder) -> None:
    table = b'"<script>alert(1)</script>","\x1b[2J"\n1,"\xe2\x80\xaeevil"\n'
    artifact, file = keep("evil.csv", table)
    for place, run_id in enumerate(IDS):
        run = plan_run(
            folder,
            run_id,
            minutes=place,
            name=f"_{HOSTILE}{place}".replace("\n", ""),
            params={HOSTILE: f"{HOSTILE}{place}", "lr": place + 1},
            metrics={HOSTILE: float(place)},
            artifacts=(artifact,),
        )
        values = f'step,time,"{HOSTILE}"\n0,0,1\n1,1,{place}\n'
        store_run(folder, run, {"metrics.csv": values.encode(), **dict([file])})
    key = f"metrics.{HOSTILE}"
    kinds: list[tuple[str, ...]] = [
        (),
        ("--parallel",),
        ("--scatter", f"params.{HOSTILE},{key}"),
        ("--bars", key),
        ("--bars", key, "--group-by", f"params.{HOSTILE}"),
        ("--objectives", f"min:{key},min:seconds"),
        ("--table", "evil"),
    ]
    for kind in kinds:
        for text in (_plot(folder, *kind), _plot(folder, *kind, "--json")):
            assert not re.search("[\x1b\x07\u202e]", text)
        _, screen = run_on_terminal(folder, "exp", "plot", *kind, columns=60)
        assert "\x1b[2J" not in screen
        assert "evil" in screen
        for form in ("svg", "html"):
            assert run_exp(folder, "plot", *kind, "-o", f"x.{form}").status == 0, kind
        assert "<script>alert" not in (folder.path / "x.html").read_text()
        ElementTree.fromstring((folder.path / "x.svg").read_bytes())


def test_from_a_subfolder_and_in_a_bare_clone(plotted: GitFolder) -> None:
    here = _plot(plotted, "loss")
    (plotted.path / "deep").mkdir()
    assert _plot(plotted, "loss", where="deep") == here
    plotted.git("clone", "--quiet", "--mirror", ".", "../bare.git")
    assert plotted.run("exp", "-C", "../bare.git", "plot", "loss").stdout.decode() == here


def test_broken_series_are_told_and_the_others_drawn(plotted: GitFolder) -> None:
    store_run(
        plotted,
        plan_run(plotted, "z5jw2b8p4m", minutes=9, metrics={"loss": 1.0}),
        {"metrics.csv": b"step,time,loss\nx\n"},
    )
    lost = plotted.git("rev-parse", "refs/runs/default/k3v9x2mabc:.exp/metrics.csv")
    os.remove(plotted.path / ".git" / "objects" / lost[:2] / lost[2:])
    ran = run_exp(plotted, "plot", "loss")
    assert ran.status == 0
    assert "2 runs cannot be read; exp plot went on" in ran.err
    assert re.findall(r"amber-fox-\w+", ran.out) == ["amber-fox-h8yb", "amber-fox-t2zc", "amber-fox-p7qw"]
    document = json.loads(run_exp(plotted, "plot", "loss", "--json").out)
    assert [error["code"] for error in document["errors"]] == ["broken-record", "broken-record"]
    alone = run_exp(plotted, "plot", "loss", "z5jw")
    assert (alone.status, alone.out) == (1, "")


def test_without_runs(folder: GitFolder) -> None:
    for kind in ([], ["loss"], ["--pareto"], ["--scatter", "lr,loss"], ["--importance", "auc"], ["--confusion"]):
        ran = run_exp(folder, "plot", *kind)
        assert (ran.status, ran.out) == (1, ""), kind
        assert ran.err.startswith("exp: no runs"), kind


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ("los", 2, "did you mean loss?"),
        ("loss nope", 2, "'nope' is neither a run nor a metric"),
        ("loss last~9", 1, "no run 'last~9'"),
        ("auc", 1, "no run has a series of auc"),
        ("--bars nope", 2, "no run here has it"),
        ("--bars opt", 2, "it is no number"),
        ("--scatter lr", 2, "two columns"),
        ("--scatter lr,opt", 2, "opt is no number"),
        ("--scatter lr,au", 2, "did you mean"),
        ("--pareto --bars auc", 2, "one kind of plot at a time"),
        ("--objectives auc", 2, "two or three"),
        ("--importance auc", 1, "importance needs 5"),
        ("--table nope", 1, "its tables: confusion, val/predictions"),
        ("--confusion --table nope", 1, "its tables: confusion, val/predictions"),
        ("loss -o x.pdf", 2, "ends in .png, .svg or .html"),
        ("loss -o no/x.png", 1, "No such file or directory"),
        ("loss -o x.png --width 5", 2, "pixels"),
        ("loss --smooth 1", 2, "a weight from 0"),
        ("--pareto --smooth 0.9", 2, "--smooth is for curves"),
        ("--pareto --group-by lr", 2, "--group-by is for curves"),
        ("loss --x epoch", 2, "step or time"),
        ("loss --group-by nope", 2, "no run here has it"),
        ("loss -n -1", 2, "-n"),
    ],
)
def test_wrong_usage(plotted: GitFolder, arguments: str, status: int, words: str) -> None:
    ran = run_exp(plotted, "plot", *arguments.split())
    assert ran.status == status, ran.err
    assert words in ran.err
    assert ran.out == ""


def test_what_needs_a_package_says_so(plotted: GitFolder) -> None:
    """A package that cannot be imported, as one that is not installed."""
    (plotted.path / "blocked").mkdir()
    for package in ("matplotlib", "sklearn"):
        plotted.gen({f"blocked/{package}.py": f"raise ModuleNotFoundError('no {package}')\n"})
    blocked = {"PYTHONPATH": os.fspath(plotted.path / "blocked")}
    ran = run_exp(plotted, "plot", "loss", "-o", "x.png", env=blocked)
    assert (ran.status, ran.err) == (
        1,
        "exp: a PNG needs matplotlib, which is not installed\nhint: pip install 'gitexp[plots]'\n",
    )
    for number in range(6):
        store_run(
            plotted,
            plan_run(plotted, f"z{number:09d}", minutes=9, params={"lr": number}, metrics={"auc": float(number)}),
        )
    ran = run_exp(plotted, "plot", "--importance", "auc", env=blocked)
    assert ran.status == 1
    assert ran.err.startswith(
        "exp: exp plot --importance needs scikit-learn, which is not installed\nhint: pip install"
    )


def test_importance(folder: GitFolder) -> None:
    for number in range(24):
        params = {"lr": 10.0 ** -(number % 3), "depth": number % 4}
        run = plan_run(folder, f"k{number:09d}", minutes=number, params=params, metrics={"auc": float(number % 3)})
        store_run(folder, run)
    out = _plot(folder, "--importance", "auc", "--width", "60")
    lines = out.splitlines()
    assert lines[0].startswith("importance for auc  24 runs, R² of held-out runs ")
    assert [line.split()[0] for line in lines[1:3]] == ["lr", "depth"]
    _plot(folder, "--importance", "auc", "-n", "8", "-o", "x.svg")
    assert "8 runs for 2 params are few: 20 would do" in (folder.path / "x.svg").read_text()


def test_a_table_of_a_hidden_cache_says_where_it_is(plotted: GitFolder) -> None:
    gone = Artifact("big.csv", "0" * 32, 5, "dvc")
    store_run(plotted, plan_run(plotted, "z5jw2b8p4m", minutes=9, artifacts=(gone,)))
    ran = run_exp(plotted, "plot", "--table", "big", "z5jw")
    assert ran.status == 1
    assert ran.err == (
        "exp: big.csv (00000000000000000000000000000000): its bytes are not here\nhint: exp get z5jw2b8p4m big.csv\n"
    )


def test_runs_from_standard_input(plotted: GitFolder) -> None:
    (plot,) = _json(plotted, "loss", "k3v9", "t2zc")
    out = _plot(plotted, "loss", "-", "--json", stdin=b"k3v9\nt2zc\n")
    assert envelope(out)["data"]["plots"] == [plot]


def test_what_the_shell_completes(plotted: GitFolder) -> None:
    def complete(words: str) -> list[str]:
        environment = {"_EXP_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        return plotted.run("exp", env=environment).stdout.decode().split()

    assert complete("exp plot lo") == ["loss"]
    assert complete("exp plot loss amber-fox-k") == ["amber-fox-k3v9"]
    assert complete("exp plot --importance a") == ["auc"]
    assert complete("exp plot --scatter lr,metrics.") == ["lr,metrics.auc", "lr,metrics.loss"]


def test_a_status_other_than_finished_is_drawn_too(plotted: GitFolder) -> None:
    run = plan_run(plotted, "z5jw2b8p4m", minutes=60, status=Status.FAILED, metrics={"loss": 1.0})
    store_run(plotted, run, {"metrics.csv": series(1.0, 2.0)})
    assert "amber-fox-z5jw" in _plot(plotted, "loss")
