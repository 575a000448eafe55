"""`gitexp.runs` and `gitexp.run`, as a script or a notebook calls them."""

from __future__ import annotations

import html.parser
import os
import subprocess
import sys
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

import gitexp
from gitexp.format.series import WIDE_NAME, format_series
from gitexp.model.ids import RunId
from gitexp.model.metrics import Point
from gitexp.model.refs import Experiment
from gitexp.model.run import Lineage, SeriesNote, Status
from kit.exp import refs, run_exp
from kit.stored import plan_run, store_run
from kit.terminal import PATIENCE

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e\"'&"


def series(*values: float, metric: str = "loss", first: int = 0) -> dict[str, bytes]:
    """A record's file with a point for each value, at steps that count."""
    points = [Point(metric, value, first + place, float(place)) for place, value in enumerate(values)]
    name, chunks = format_series(lambda: points)
    assert name == WIDE_NAME
    return {name: b"".join(chunks)}


@pytest.fixture
def stored(folder: GitFolder) -> GitFolder:
    """Three runs, the newest of them failed, and one of another experiment."""
    store_run(folder, plan_run(folder, "k3v9x2mabc", params={"lr": 0.1, "depth": 4}, metrics={"loss": 0.5}, seed=7),
              series(1.0, 0.5))  # fmt: skip
    store_run(folder, plan_run(folder, "p7qw4t2zcd", minutes=10, params={"lr": 0.2, "depth": None},
                               metrics={"loss": 0.25}, tags={"team": "fraud"}, note="why"),
              series(0.75, 0.25))  # fmt: skip
    store_run(folder, plan_run(folder, "t2zc5d8hkm", minutes=20, params={"lr": "auto"}, status=Status.FAILED))
    store_run(folder, plan_run(folder, "v5hk8m1npq", minutes=30, experiment=Experiment("trees")))
    return folder


def test_runs_are_a_sequence(stored: GitFolder) -> None:
    runs = gitexp.runs()

    assert runs.ids == ["t2zc5d8hkm", "p7qw4t2zcd", "k3v9x2mabc"]
    assert (len(runs), [run.id for run in runs], runs[-1].id) == (3, runs.ids, "k3v9x2mabc")
    assert runs[:2].ids == runs.ids[:2]
    assert runs[:2] == gitexp.runs(limit=2)
    assert runs[0] in runs
    assert gitexp.runs(limit=0).ids == []
    assert gitexp.runs(experiment="trees").ids == ["v5hk8m1npq"]
    assert len(gitexp.runs(everything=True)) == 4
    assert gitexp.runs(sort="metrics.loss").ids == ["p7qw4t2zcd", "k3v9x2mabc", "t2zc5d8hkm"]
    assert gitexp.runs(names=["k3v9", "last"], experiment="default").ids == ["k3v9x2mabc", "t2zc5d8hkm"]


def test_a_filter_chooses(stored: GitFolder) -> None:
    assert gitexp.runs("metrics.loss < 0.4").ids == ["p7qw4t2zcd"]
    assert gitexp.runs("seed == 7").ids == ["k3v9x2mabc"]
    assert gitexp.runs().where("status != 'failed'").where("params.lr > 0.15").ids == ["p7qw4t2zcd"]
    with pytest.raises(gitexp.errors.InvalidFilter):
        gitexp.runs("metrics.loss <")


def test_a_run_says_what_is_known_of_it(stored: GitFolder) -> None:
    run = gitexp.run("p7qw")

    assert (run.id, run.name, run.status, run.experiment) == ("p7qw4t2zcd", "amber-fox-p7qw", "finished", "default")
    assert run.params == {"lr": 0.2, "depth": None}
    assert run.metrics == {"loss": 0.25}
    assert (run.summaries["loss"].last, run.summaries["loss"].count) == (0.25, 1)
    assert (run.tags, run.notes) == ({"team": "fraud"}, ("why",))
    assert run.started == datetime(2026, 11, 23, 9, 24, 3, tzinfo=UTC)
    assert run.ended is not None
    assert (run.ended - run.started).total_seconds() == run.seconds == 97.0
    assert (run.user.name, run.command, run.host) == ("Ada Lovelace", "python train.py", "gpu-7")
    assert run.code.commit == stored.git("rev-parse", "HEAD")
    assert run.commit == stored.git("rev-parse", run.ref)
    assert gitexp.run("k3v9").seed == 7
    assert gitexp.run("k3v9").to_dict()["seed"] == 7


def test_a_series_is_whole(stored: GitFolder) -> None:
    found = gitexp.run("k3v9").series("loss")

    assert (found.steps, found.times, found.values) == ([0, 1], [0.0, 1.0], [1.0, 0.5])
    assert found.to_pandas().to_dict("list") == {"step": [0, 1], "time": [0.0, 1.0], "value": [1.0, 0.5]}
    table = gitexp.runs().series("loss")
    assert table.missing == ["t2zc5d8hkm"]
    assert table.to_polars().rows() == [
        ("p7qw4t2zcd", 0, 0.0, 0.75), ("p7qw4t2zcd", 1, 1.0, 0.25),
        ("k3v9x2mabc", 0, 0.0, 1.0), ("k3v9x2mabc", 1, 1.0, 0.5),
    ]  # fmt: skip
    with pytest.raises(gitexp.errors.PartNotFound, match="metric 'los'"):
        gitexp.run("k3v9").series("los")
    with pytest.raises(gitexp.ExpError, match="metric 'los'"):
        gitexp.runs().series("los")


def test_a_chain_is_one_run(stored: GitFolder) -> None:
    resumed = plan_run(
        stored, "w9xy2z3abc", minutes=40, metrics={"loss": 0.125}, lineage=Lineage(resumes=RunId("k3v9x2mabc"))
    )
    store_run(stored, resumed, series(0.375, 0.125, first=1))

    (run,) = [one for one in gitexp.runs() if one.id == "w9xy2z3abc"]

    assert [part.id for part in run.parts] == ["k3v9x2mabc", "w9xy2z3abc"]
    assert (run.series("loss").steps, run.series("loss").values) == ([0, 1, 2], [1.0, 0.375, 0.125])
    assert run.summaries["loss"].count == 2
    assert run.seconds == 194.0
    assert "k3v9x2mabc" not in gitexp.runs().ids
    assert gitexp.runs(parts=True)[0].parts == ()


def test_a_series_of_which_a_part_can_be_had_is_told(stored: GitFolder) -> None:
    note = SeriesNote(WIDE_NAME, 1_000_000, 2, None)
    store_run(stored, plan_run(stored, "w9xy2z3abc", minutes=50, series=note, metrics={"loss": 1.0}), series(2.0, 1.0))

    with pytest.warns(gitexp.GitexpWarning, match="2 of 1000000 points: the whole series was not kept") as told:
        found = gitexp.run().series("loss")

    assert found.values == [2.0, 1.0]
    assert told[0].filename == __file__


def test_a_broken_run_is_a_warning(stored: GitFolder) -> None:
    stored.git("update-ref", "refs/runs/default/zzzzzzzzzz", "HEAD")

    with pytest.warns(gitexp.GitexpWarning, match="zzzzzzzzzz") as told:
        runs = gitexp.runs()

    assert len(runs) == 3
    assert [one.filename for one in told] == [__file__]


def test_what_cannot_be_found_is_an_error_of_the_tree(stored: GitFolder, tmp_path: pathlib.Path) -> None:
    with pytest.raises(gitexp.errors.RunNotFound, match="no run 'nowhere'"):
        gitexp.run("nowhere")
    with pytest.raises(gitexp.errors.UsageError, match="no run here has it"):
        gitexp.runs().to_dicts(["params.lrr"])
    with pytest.raises(gitexp.errors.NotARepository):
        gitexp.runs(repo=tmp_path)
    with pytest.raises(gitexp.ExpError):
        gitexp.runs(limit=-1)


def test_another_folder_may_be_gone_to_meanwhile(
    stored: GitFolder, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = gitexp.runs(repo=stored.path)[-1]
    os.mkdir("elsewhere")
    monkeypatch.chdir("elsewhere")

    assert (run.host, run.series("loss").values) == ("gpu-7", [1.0, 0.5])


def test_files_are_read_and_brought(folder: GitFolder) -> None:
    folder.gen({"train.py": "open('model.txt', 'w').write('weights')\nprint('loss=0.5')\n"})
    folder.commit("Train")
    assert run_exp(folder, "run", "--artifact", "model.txt", "--", "python", "train.py").status == 0
    (folder.path / "model.txt").unlink()

    run = gitexp.run()

    assert run.read("model.txt") == b"weights"
    assert run.output() == "loss=0.5\n"
    assert [artifact.path for artifact in run.artifacts] == ["model.txt"]
    assert run.get("model.txt", folder="out") == ["out/model.txt"]
    assert (folder.path / "out" / "model.txt").read_text() == "weights"
    with pytest.raises(gitexp.errors.PartNotFound):
        run.read("model.bin")


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert {name for name, _ in attrs} <= {"style"}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_notebook_shows_text_and_nothing_else(stored: GitFolder) -> None:
    hostile = plan_run(stored, "w9xy2z3abc", minutes=60, name="evil-one", params={HOSTILE: HOSTILE, "lr": 1},
                       metrics={HOSTILE: 1.0}, tags={"t": HOSTILE}, command=("python", HOSTILE))  # fmt: skip
    store_run(stored, hostile)

    for shown in (gitexp.runs()._repr_html_(), gitexp.run()._repr_html_()):
        page = _Tags()
        page.feed(shown)
        assert page.tags <= {"div", "b", "table", "tr", "th", "td"}
        assert any("<script>" in text for text in page.texts)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    for text in (repr(gitexp.runs()), repr(gitexp.run())):
        assert "alert" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_what_is_shown_fits_a_screen(folder: GitFolder) -> None:
    for number in range(30):
        params = {f"param-{key}": number for key in range(20)}
        store_run(folder, plan_run(folder, f"k{number:02d}v9x2mab", minutes=number, params=params))

    runs = gitexp.runs()

    assert repr(runs).splitlines()[0] == "30 runs of default"
    assert len(repr(runs).splitlines()) <= 30
    assert max(map(len, repr(runs).splitlines())) <= 100
    assert "10 more runs are not shown" in repr(runs)
    assert "10 more runs are not shown" in runs._repr_html_()
    assert runs._repr_html_().count("<tr>") == 21
    assert repr(gitexp.runs(experiment="nothing")) == "0 runs of nothing"
    assert "<table" not in gitexp.runs(experiment="nothing")._repr_html_()


IN_A_RUN = """
import sys
import gitexp
gitexp.log(loss=1.0, step=1)
before = gitexp.runs()
assert [run.status for run in before] == ["running", "finished"], before
assert before[0].id == gitexp.current().id == gitexp.run().id
assert before[0].metrics == {}, "its own file is not read"
assert before[0].params["lr"] == 0.3
gitexp.run().summaries, before.to_dicts(everything=True), before.series("loss")
gitexp.log(loss=0.5, step=2)
from gitexp.tracker.writer import WRITER
import glob, os, subprocess
(path,) = glob.glob(os.path.join(WRITER.journal, "log", "*"))
locked = "import sys; from gitexp.store.file_lock import is_record_locked as is_locked; print(is_locked(sys.argv[1]))"
said = subprocess.run([sys.executable, "-c", locked, path], capture_output=True, text=True).stdout
assert said == "True\\n", said
print("best so far", min(run.metrics["loss"] for run in gitexp.runs() if run.metrics))
"""


def test_a_run_reads_others_while_it_goes(stored: GitFolder) -> None:
    for ref in refs(stored):
        if "k3v9" not in ref:
            stored.git("update-ref", "-d", ref)
    stored.gen({"search.py": IN_A_RUN})
    stored.commit("Search")

    ran = run_exp(stored, "run", "-p", "lr=0.3", "--", sys.executable, "search.py")

    assert ran.status == 0, ran.err + ran.out
    assert "best so far 0.5" in ran.out
    run = gitexp.run()
    assert (run.status, run.metrics, run.series("loss").values) == ("finished", {"loss": 0.5}, [1.0, 0.5])


def test_a_missing_package_is_named(stored: GitFolder) -> None:
    script = (
        "import sys, gitexp\nsys.modules['pandas'] = sys.modules['polars'] = None\n"
        "for name in ('to_pandas', 'to_polars'):\n"
        "    try:\n        getattr(gitexp.runs(), name)()\n"
        "    except gitexp.ExpError as error:\n        print(error.code, error.message, error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=stored.path, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.stdout.splitlines() == [
        f"missing-package to_{name}() needs {name}, which is not installed pip install 'gitexp[analysis]'"
        for name in ("pandas", "polars")
    ], done.stderr


def test_nothing_is_told_where_nothing_is_wrong(stored: GitFolder) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        gitexp.runs()

    assert told == []
