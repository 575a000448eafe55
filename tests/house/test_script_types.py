"""What a script says through the API is checked by mypy in the script's own project."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(__file__).parents[2] / "src"
SCRIPT = """\
from pathlib import Path

import gitexp
from gitexp import log

gitexp.log({"loss": 0.1, "nested": {"auc": 1}}, step=3)
log(loss=0.1)
gitexp.log_params({"lr": 0.1}, depth=3)
gitexp.log_artifact(Path("model.pt"), name="model.pt")
gitexp.log_table("t", [{"a": 1}], step=2)
gitexp.log_text("t", "text")
gitexp.tag("baseline", team="fraud")
gitexp.note("text")
gitexp.summary["best"] = max(gitexp.summary.get("best", 0.0), 0.9)
run = gitexp.current()
reveal_type(run.folder if run is not None else None)
with gitexp.start("trees", params={"lr": 0.1}, tags=["baseline"], data=[Path("train.csv")]) as started:
    reveal_type(started.id)
runs = gitexp.runs("metrics.loss < 1", limit=3)
reveal_type(runs[0].params)
reveal_type(runs[:2].series("loss"))
try:
    reveal_type(gitexp.run("last").ended)
except gitexp.errors.RunNotFound as error:
    reveal_type(error.hint)
gitexp.note(3)
gitexp.lag(3)
"""


def test_a_script_is_checked(tmp_path: pathlib.Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-color-output", "script.py"],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(SOURCE)}, capture_output=True, encoding="utf-8", check=False,
        timeout=300,
    )  # fmt: skip

    assert [line.partition(" ")[2] for line in done.stdout.splitlines() if line.startswith("script.py:")] == [
        'note: Revealed type is "str | None"',
        'note: Revealed type is "str"',
        'note: Revealed type is "dict[str, bool | int | float | str | None | list[...] | dict[str, ...]]"',
        'note: Revealed type is "gitexp.integrations.series.SeriesTable"',
        'note: Revealed type is "datetime.datetime | None"',
        'note: Revealed type is "str | None"',
        'error: Argument 1 to "note" has incompatible type "int"; expected "str"  [arg-type]',
        'error: Module has no attribute "lag"  [attr-defined]',
    ], done.stdout
