"""`exp report`, as it is typed."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.model.run import Artifact, Environment, Lineage, Status
from kit.exp import run_exp
from kit.hostile_runs import plan_chain, store_many
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from kit.git import GitFolder

DATA = re.compile(r'<script type="application/json" id="report-data">(.*?)</script>', re.DOTALL)


def read_data(page: str) -> dict[str, Any]:
    """The values that a page holds."""
    found = DATA.search(page)
    assert found is not None
    values: dict[str, Any] = json.loads(found[1])
    return values


def write_report(folder: GitFolder, *options: str) -> dict[str, Any]:
    """Writes a page and returns its values."""
    result = folder.run("exp", "report", *options)
    assert result.returncode == 0, result.stderr
    return read_data((folder.path / "report.html").read_text(encoding="utf-8"))


def names(values: dict[str, Any]) -> list[str]:
    """The names of the runs of a page."""
    return [run["name"] for run in values["runs"]]


def cells(values: dict[str, Any], key: str) -> list[Any]:
    """The cells of a column of a page."""
    found: list[Any] = next(column["cells"] for column in values["columns"] if column["key"] == key)
    return found


def test_the_present_experiment(runs: GitFolder) -> None:
    result = runs.run("exp", "report")

    assert (result.returncode, result.stdout) == (0, b"report.html\n")
    assert re.search(rb"^4 runs, \d\.\d MB\n", result.stderr)
    values = read_data((runs.path / "report.html").read_text(encoding="utf-8"))
    assert values["title"] == "Runs of default"
    assert names(values) == ["amber-fox-q9ne", "amber-fox-t2zc", "amber-fox-p7qw", "amber-fox-k3v9"]
    assert cells(values, "status") == ["running", "finished", "failed", "finished"]
    assert cells(values, "params.lr") == [0.5, 0.01, 30, 0.1]
    assert cells(values, "metrics.loss") == [None, 0.25, None, None]
    assert next(one for one in values["columns"] if one["key"] == "params.seed")["same"]


def test_runs_that_are_named_filtered_and_piped(runs: GitFolder) -> None:
    assert names(write_report(runs, "max:auc", "k3v9")) == ["amber-fox-t2zc", "amber-fox-k3v9"]
    assert names(write_report(runs, "--where", "params.lr < 0.2")) == ["amber-fox-t2zc", "amber-fox-k3v9"]
    assert names(write_report(runs, "-e", "other")) == ["amber-fox-h8yb"]
    piped = runs.run("sh", "-c", "exp ls --ids --sort lr -n 2 | exp report - -o - --title 'two of them'")
    values = read_data(piped.stdout.decode())
    assert (values["title"], names(values)) == ("two of them", ["amber-fox-t2zc", "amber-fox-k3v9"])
    assert runs.run("exp", "report", "-").returncode == 2


def test_a_filter_with_a_typo_is_told_before_anything_is_written(runs: GitFolder) -> None:
    result = runs.run("exp", "report", "--where", "params.lrr < 1")

    assert result.returncode == 2
    assert b"params.lr" in result.stderr
    assert not (runs.path / "report.html").exists()


def test_the_same_runs_give_the_same_bytes(runs: GitFolder) -> None:
    runs.git("update-ref", "-d", "refs/exp/live/default/q9ne1w3t6k")
    pages = [runs.run("exp", "report", "-o", "-").stdout for _ in range(2)]

    assert len(pages[0]) > 1_000_000
    assert pages[0] == pages[1]


def test_only_a_page_of_ours_is_written_over(runs: GitFolder) -> None:
    file = runs.path / "report.html"
    file.write_text("<!doctype html>my thesis")
    refused = runs.run("exp", "report")
    assert refused.returncode == 1
    assert b"report.html is there, and is no page of gitexp" in refused.stderr
    assert file.read_text() == "<!doctype html>my thesis"

    assert runs.run("exp", "report", "--force").returncode == 0
    assert names(read_data(file.read_text(encoding="utf-8")))
    assert runs.run("exp", "report", "k3v9").returncode == 0
    assert names(read_data(file.read_text(encoding="utf-8"))) == ["amber-fox-k3v9"]
    assert sorted(one.name for one in runs.path.iterdir() if "report" in one.name) == ["report.html"]


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("-o", "."), 1, "is a folder"),
        (("-o", "nowhere/report.html"), 1, "nowhere/report.html: No such file or directory"),
        (("-o", "-", "--open"), 2, "there is no page to open"),
        (("--baseline", "k3v9"), 2, "--baseline needs groups"),
        (("--group-by", "nothing"), 2, "--group-by nothing"),
        (("--format", "pdf"), 2, "html or md"),
        (("zzzz",), 1, "no run 'zzzz'"),
    ],
)
def test_what_is_refused(runs: GitFolder, options: tuple[str, ...], status: int, words: str) -> None:
    result = run_exp(runs, "report", *options)

    assert result.status == status
    assert words in result.err
    assert not (runs.path / "report.html").exists()


def test_json_says_what_was_written(runs: GitFolder) -> None:
    told = json.loads(runs.run("exp", "report", "k3v9", "-o", "one.html", "--json").stdout)["data"]

    assert told["path"] == "one.html"
    assert told["runs"] == ["k3v9x2mabc"]
    assert told["bytes"] == (runs.path / "one.html").stat().st_size
    assert told["left_out"] == []
    both = runs.run("exp", "report", "-o", "-", "--json")
    assert both.returncode == 2
    assert b"standard output cannot have both" in both.stdout


def test_a_run_that_cannot_be_read_is_told_and_the_others_come(broken: GitFolder) -> None:
    result = broken.run("exp", "report")

    assert result.returncode == 0
    assert b"refs/runs/default/m4ra7v5s9j cannot be read" in result.stderr
    assert len(names(read_data((broken.path / "report.html").read_text(encoding="utf-8")))) == 4


def test_no_run_and_a_single_one(folder: GitFolder) -> None:
    folder.gen({"train.py": ""})
    folder.commit("Train")
    empty = folder.run("exp", "report")
    assert (empty.returncode, empty.stdout) == (0, b"report.html\n")
    assert b"no runs in experiment 'default': the page is empty" in empty.stderr
    assert names(read_data((folder.path / "report.html").read_text(encoding="utf-8"))) == []

    store_run(folder, plan_run(folder, "k3v9x2mabc"))
    assert names(write_report(folder)) == ["amber-fox-k3v9"]


def test_a_subfolder_and_a_bare_repository(runs: GitFolder) -> None:
    (runs.path / "deep").mkdir()
    assert run_exp(runs, "report", where="deep").out == "report.html\n"
    assert (runs.path / "deep" / "report.html").is_file()
    runs.git("clone", "--quiet", "--mirror", ".", "deep/bare.git")
    assert run_exp(runs, "report", "-o", "../bare.html", where="deep/bare.git").status == 0
    assert "amber-fox-k3v9" in names(read_data((runs.path / "deep" / "bare.html").read_text(encoding="utf-8")))


def make_png() -> bytes:
    """A picture of one point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0abc")) + chunk(b"IEND", b"")


def test_pictures_tables_code_and_lineage(folder: GitFolder) -> None:
    folder.gen({"train.py": "print(1)\n"})
    head = folder.commit("Train")
    folder.gen({"train.py": "print(2)\n"})
    folder.git("add", "--all")
    edited = folder.git("commit-tree", "-p", head, "-m", "snapshot", folder.git("write-tree"))
    folder.git("reset", "--hard", "--quiet")
    files = {
        "plots/roc.png": make_png(),
        "plots/page.png": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "plots/draw.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "confusion.csv": b"actual,predicted,count\ncat,cat,10\ncat,dog,2\ndog,cat,3\ndog,dog,20\n",
        "errors.csv": b"id,label\n1,</script>\n",
    }
    artifacts = tuple(
        Artifact(path, hashlib.md5(data).hexdigest(), len(data), "git")  # type: ignore[arg-type]
        for path, data in files.items()
    )
    artifacts = (*artifacts, Artifact("gone.png", "0" * 32, 100, "dvc"))  # type: ignore[arg-type]
    first = plan_run(folder, "k3v9x2mabc", artifacts=artifacts)
    store_run(folder, first, {f"artifacts/{path}": data for path, data in files.items()})
    known = Environment(python="3.11.7", packages="a" * 64)
    lineage = Lineage(reproduces=first.id)
    second = plan_run(folder, "p7qw4n8hde", minutes=5, snapshot=edited, lineage=lineage, environment=known)
    store_run(folder, second, {"environment/packages.txt": b"NumPy==2.0.0\n"})

    values = write_report(folder)

    assert [(one["run"], one["path"]) for one in values["pictures"]] == [("k3v9x2mabc", "plots/roc.png")]
    assert values["pictures"][0]["source"].startswith("data:image/png;base64,iVBOR")
    assert [one["heading"] for one in values["tables"]] == ["confusion of amber-fox-k3v9", "errors of amber-fox-k3v9"]
    assert values["tables"][1]["table"]["rows"] == [["1", "</script>"]]
    assert values["leftOut"] == [
        "1 picture (no PNG, JPEG, GIF or WebP), the first plots/page.png of amber-fox-k3v9",
        "1 picture (not here; exp get brings them), the first gone.png of amber-fox-k3v9",
    ]
    assert [(one["before"], one["after"]) for one in values["code"]] == [(head, edited)]
    assert values["code"][0]["lines"][-2:] == ["-print(1)", "+print(2)"]
    assert values["pool"][values["runs"][0]["sections"]["lineage"]] == {"reproduces": "k3v9x2mabc"}
    assert values["packages"] == {"a" * 64: {"numpy": "2.0.0"}}


def test_a_chain_costs_what_its_parts_cost(folder: GitFolder) -> None:
    store_many(folder, plan_chain(folder))
    values = write_report(folder)
    assert cells(values, "seconds") == [3 * 3600.0]
    assert cells(values, "cost.amount") == [7.5]


def test_groups_are_held_against_a_baseline(folder: GitFolder) -> None:
    folder.gen({"train.py": "", ".exp.yaml": "metrics: {auc: maximize}\n"})
    folder.commit("Train")
    for number, (lr, auc) in enumerate([(0.1, 0.5), (0.1, 0.51), (0.1, 0.52), (0.2, 0.9), (0.2, 0.91), (0.2, 0.92)]):
        run = plan_run(
            folder, f"k3v9x2mab{number}", minutes=number, params={"lr": lr, "seed": number}, metrics={"auc": auc}
        )
        store_run(folder, run)

    comparison = write_report(folder, "--group-by", "auto", "--baseline", "lr=0.1")["comparison"]

    labels = [group["label"] for group in comparison["groups"]]
    assert sorted(labels) == ["lr=0.1", "lr=0.2"]
    assert labels[comparison["baseline"]] == "lr=0.1"
    (difference,) = [one for one in comparison["metrics"][0]["differences"] if one is not None]
    assert difference["verdict"] == "better"
    assert "0.4" in difference["sentence"]


def test_open_starts_the_browser_that_is_set(runs: GitFolder) -> None:
    runs.gen({"browser.sh": '#!/bin/sh\necho "$1" > opened.txt\n'})
    (runs.path / "browser.sh").chmod(0o755)
    result = run_exp(runs, "report", "--open", env={"BROWSER": "./browser.sh %s"})

    assert result.status == 0
    assert (runs.path / "opened.txt").read_text().strip() == (runs.path / "report.html").resolve().as_uri()


def test_a_run_that_failed_has_no_metric_and_is_there(runs: GitFolder) -> None:
    values = write_report(runs, "p7qw", "t2zc")
    assert cells(values, "status") == [Status.FAILED.value, Status.FINISHED.value]
    assert cells(values, "metrics.auc") == [None, 0.75]
