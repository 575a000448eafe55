"""What a script said through the API, in the run's record."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

import pytest

from kit.exp import only_run, part, run_exp
from kit.said import run_script

if TYPE_CHECKING:
    from kit.git import GitFolder


def test_all_that_a_script_says_is_in_its_run(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        """
say(
    ("p", 0.0, {"lr": 0.1, "opt": "adam", "layers": [64, 32], "seed": 7}),
    ("t", 0.0, {"team": "fraud", "baseline": True}),
    ("n", 0.1, "first try"),
    ("m", 0.5, 0, {"loss": 1.0, "acc": 0.5}),
    ("m", 1.5, 1, {"loss": 0.5}),
    ("m", 1.6, 1, {"acc": 0.75}),
    ("s", 1.7, {"best": 0.75, "loss": 0.25}),
    ("n", 2.0, "it went well"),
    ("w", 2.0, "log: 'x' is left out: a list is no number"),
    ("l", 2.0, 1234, "No space left on device"),
)
keep("plots/curve.svg", b"<svg/>")
""",
        "--tag", "team=risk", "--tag", "owner=ada", "--note", "why not",
    )  # fmt: skip
    assert ran.status == 0, ran.err
    run = only_run(folder)
    assert run["params"] == {"lr": 0.1, "opt": "adam", "layers": [64, 32], "seed": 7}
    assert set(run["param_sources"].values()) == {"api"}
    assert run["seed"] == 7
    assert run["tags"] == {"team": "fraud", "owner": "ada", "baseline": True}
    assert run["note"] == "why not\n\nfirst try\n\nit went well"
    assert run["metrics"] == {
        "loss": {"last": 0.25, "min": 0.5, "max": 1.0, "first": 1.0, "step": 1, "count": 2, "source": "api"},
        "acc": {"last": 0.75, "min": 0.5, "max": 0.75, "first": 0.5, "step": 1, "count": 2, "source": "api"},
        "best": {"last": 0.75, "min": 0.75, "max": 0.75, "first": 0.75, "count": 1, "source": "summary"},
    }
    assert part(folder, run["ref"], "metrics.csv") == "step,time,loss,acc\n0,0.5,1.0,0.5\n1,1.5,0.5,0.75"
    assert part(folder, run["ref"], "artifacts/plots/curve.svg") == "<svg/>"
    assert [(one["path"], one["kept"]) for one in run["artifacts"]] == [("plots/curve.svg", "git")]
    assert run["warnings"] == [
        "log: 'x' is left out: a list is no number",
        "1,234 records could not be written: No space left on device",
    ]
    message = folder.git("log", "-1", "--format=%B", run["ref"])
    assert "Param: lr=0.1" in message
    assert "Metric: loss=0.25 min=0.5 max=1.0 step=1" in message
    assert 'Tag: team="fraud"' in message
    assert "0.25" in run_exp(folder, "ls").out
    shown = run_exp(folder, "show").out
    assert "it went well" in shown
    assert "api" in shown


def test_the_api_outranks_files_and_these_the_output(folder: GitFolder) -> None:
    run_script(
        folder,
        """
say(("m", 0.5, 0, {"loss": 0.123456}))
open("metrics.csv", "w").write("step,loss,f1\\n0,0.1235,0.5\\n")
print("loss: 0.12  f1: 0.5  accuracy: 0.75")
""",
    )
    run = only_run(folder)
    assert {name: (one["last"], one["source"]) for name, one in run["metrics"].items()} == {
        "loss": (0.123456, "api"),
        "f1": (0.5, "metrics.csv"),
        "accuracy": (0.75, "output"),
    }
    assert part(folder, run["ref"], "metrics.csv").splitlines()[0] == "step,time,loss,f1,accuracy"


def test_what_the_script_says_of_a_param_is_what_ran(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        'say(("p", 0.0, {"lr": 0.2, "epochs": 3.0, "depth": 1, "batch": 8}), ("p", 0.1, {"batch": 16}))',
        "--param", "depth=4",
        arguments=("--lr", "0.1", "--epochs", "3"),
    )  # fmt: skip
    assert ran.status == 0
    run = only_run(folder)
    assert run["params"] == {"depth": 4, "lr": 0.2, "epochs": 3.0, "batch": 16, "api:depth": 1, "flag:lr": 0.1}
    assert run["param_sources"]["lr"] == "api"
    assert run["param_sources"]["depth"] == "--param"
    assert run["warnings"] == [
        "param batch was changed by the script: the last value is recorded",
        "param depth: the script says another value than --param; it is recorded as api:depth",
    ]


def test_a_secret_that_the_script_says_is_hidden_everywhere(folder: GitFolder) -> None:
    secret = "Zq7-hunter2-Zq7xY"
    run_script(
        folder,
        """
secret = "Zq7-" + "hunter2-Zq7xY"
say(("p", 0.0, {"db_password": secret}), ("t", 0.0, {"who": secret}), ("n", 0.0, "with " + secret),
    ("w", 0.0, "cannot log in with " + secret), ("m", 0.0, 0, {"loss": 1.0}))
print("logged in with", secret)
print("end")
""",
    )
    run = only_run(folder)
    assert run["params"] == {"db_password": "[redacted]"}
    assert run["tags"] == {"who": "[redacted]"}
    assert run["note"] == "with [redacted]"
    assert "cannot log in with [redacted]" in run["warnings"]
    assert part(folder, run["ref"], "output.log") == "logged in with [redacted]\nend"
    objects = folder.git("rev-list", "--objects", "--no-object-names", run["ref"]).split()
    contents = [folder.git("cat-file", "-p", one) for one in objects]
    assert any("[redacted]" in content for content in contents)
    assert not any(secret in content for content in contents)


def test_numbers_of_every_kind_are_kept(folder: GitFolder) -> None:
    run_script(
        folder,
        """
nan, inf = float("nan"), float("inf")
for step, value in [(0, nan), (2, inf), (2, 1), (1, -inf), (0.5, 2.5)]:
    say(("m", 1.0, step, {"x": value, "n": 10**30}))
""",
    )
    run = only_run(folder)
    x = run["metrics"]["x"]
    assert (x["min"], x["max"], x["last"], x["count"]) == (-math.inf, math.inf, 2.5, 5)
    assert math.isnan(x["first"])
    big = 10**30
    assert part(folder, run["ref"], "metrics.csv").splitlines() == [
        "step,time,x,n",
        f"0.0,1.0,NaN,{big}",
        f"2.0,1.0,inf,{big}",
        f"2.0,1.0,1.0,{big}",
        f"1.0,1.0,-inf,{big}",
        f"0.5,1.0,2.5,{big}",
    ]


def test_processes_speak_in_order_of_time_and_damage_is_told(folder: GitFolder) -> None:
    run_script(
        folder,
        """
say(("m", 1.0, 0, {"a": 1.0}), b"\\xe7damaged", ("m", 3.0, 2, {"a": 3.0}))
say(("m", 2.0, 1, {"a": 2.0}), ("m", 4.0, 3, {"a": "no number"}), log="2.log")
""",
    )
    run = only_run(folder)
    assert part(folder, run["ref"], "metrics.csv").splitlines()[1:] == ["0,1.0,1.0", "1,2.0,2.0", "2,3.0,3.0"]
    assert run["warnings"] == ["2 records of the API were damaged"]


def test_a_large_artifact_is_in_the_cache_once(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        """
keep("model.pt", bytes(3_000_000))
keep("../partial/10-1", b"ha")
for number in range(1001):
    keep(f"images/{number}.png", b"%d" % number)
""",
    )
    assert ran.status == 0
    run = only_run(folder)
    images, model = run["artifacts"]
    assert (images["path"], images["kept"], images["files"]) == ("images", "dvc", 1001)
    assert images["md5"].endswith(".dir")
    assert (model["path"], model["kept"], model["bytes"]) == ("model.pt", "dvc", 3_000_000)
    assert run["warnings"] == ["1 artifact was still being copied when the script ended: not kept, for not whole"]
    cached = folder.path / ".git/exp/cache/files/md5" / model["md5"][:2] / model["md5"][2:]
    assert cached.stat().st_size == 3_000_000
    assert "model.pt" in part(folder, run["ref"], "artifacts/model.pt.dvc")
    assert not list((folder.path / ".git/exp/live").iterdir())


def test_what_the_script_kept_counts_before_what_was_declared(folder: GitFolder) -> None:
    run_script(
        folder,
        """
keep("out.txt", b"kept")
open("out.txt", "w").write("later")
open("other.txt", "w").write("other")
""",
        "--artifact", "out.txt", "--artifact", "other.txt",
    )  # fmt: skip
    run = only_run(folder)
    assert [one["path"] for one in run["artifacts"]] == ["out.txt", "other.txt"]
    assert part(folder, run["ref"], "artifacts/out.txt") == "kept"
    assert run["warnings"] == ["artifact out.txt: the script kept another file than the one there at the end"]


def test_a_large_series_is_an_artifact_and_git_has_a_part(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        """
import math
with open(os.path.join(JOURNAL, "log", "1.log"), "ab") as file:
    for step in range(350_000):
        loss = math.exp(-step / 1e5) + math.sin(step) / 7 + (999.0 if step == 123_457 else 0.0)
        file.write(format_frame(("m", step / 1000, step, {"train/loss": loss, "acc": loss / 3, "a": loss / 9})))
keep("metrics.full.csv", b"mine")
""",
    )
    assert ran.status == 0
    run = only_run(folder)
    series, loss = run["series"], run["metrics"]["train/loss"]
    assert list(run)[list(run).index("metrics") + 1] == "series"
    assert series["points"] == 1_050_000
    assert 150_000 < series["kept"] <= 200_000
    assert series["whole"] == "metrics.full-2.csv"
    assert loss["count"] == 350_000
    rows = part(folder, run["ref"], series["file"]).splitlines()
    assert any(repr(loss["max"]) in row for row in rows)
    whole = {one["path"]: one for one in run["artifacts"]}["metrics.full-2.csv"]
    cached = folder.path / ".git/exp/cache/files/md5" / whole["md5"][:2] / whole["md5"][2:]
    assert cached.stat().st_size == whole["bytes"] > 25_000_000
    with cached.open() as lines:
        assert sum(1 for _ in lines) == 350_001
    assert "1,050,000" in run_exp(folder, "show").out


def test_a_log_of_another_user_is_not_read(folder: GitFolder) -> None:
    if os.getuid() != 0:
        pytest.skip("only root gives files to others")
    run_script(folder, 'say(("m", 0.0, 0, {"loss": 1.0}))\nos.chown(os.path.join(JOURNAL, "log", "1.log"), 1234, 1234)')
    run = only_run(folder)
    assert "metrics" not in run
    assert run["warnings"] == ["1 file of the API's log not read: of another user"]


def test_what_the_cache_cannot_take_is_put_aside(folder: GitFolder) -> None:
    (folder.path / ".git/exp").mkdir()
    (folder.path / ".git/exp/cache").write_text("in the way")
    run_script(folder, 'keep("model.pt", bytes(3_000_000))\nkeep("small", b"1")')
    run = only_run(folder)
    assert [(one["path"], one["kept"]) for one in run["artifacts"]] == [("model.pt", "no"), ("small", "git")]
    place = folder.path / ".git/exp/unkept" / run["id"]
    assert (place / "artifacts/model.pt").stat().st_size == 3_000_000
    assert [warning.endswith(f"it is in {place}") for warning in run["warnings"]] == [True]
    assert not list((folder.path / ".git/exp/live").iterdir())
