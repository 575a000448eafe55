"""Tutorials and how-tos, typed word for word."""

from __future__ import annotations

import pathlib
import shutil
from typing import TYPE_CHECKING

import pytest

from kit.git import GitFolder
from kit.pages import Reader, Typed, parse_page
from kit.pipelines import dvc, make_pipeline, seal_dvc

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = pathlib.Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("tutorial/*.md"), *DOCS.glob("how-to/*.md")])
SCRIPT = """import sys

lr = float(sys.argv[sys.argv.index("--lr") + 1]) if "--lr" in sys.argv else 0.1
loss = 1.0
for epoch in range(1, 4):
    loss *= 1 - lr
    print(f"epoch={epoch} loss={loss:.4f}", flush=True)
if lr > 1:
    sys.exit("the loss diverged")
with open("model.txt", "w") as file:
    file.write(f"{loss}\\n")
"""


def give_script(folder: GitFolder) -> None:
    """A repository with a script that trains in no time."""
    folder.gen({"train.py": SCRIPT, ".gitignore": "model.txt\n"})
    folder.commit("Train")


def give_runs(folder: GitFolder) -> None:
    """The same with three runs: two settings, and the first one again with an edit that was not committed."""
    give_script(folder)
    record(folder, "--lr", "0.1")
    record(folder, "--lr", "0.5")
    edited = SCRIPT.replace("loss = 1.0", "loss = 2.0")
    assert edited != SCRIPT
    folder.gen({"train.py": edited})
    record(folder, "--lr", "0.1")


def record(folder: GitFolder, *flags: str) -> None:
    """Records a run."""
    done = folder.run("exp", "run", "--quiet", "--", "python", "train.py", *flags)
    assert done.returncode == 0, done.stderr.decode()


def give_team(folder: GitFolder) -> None:
    """The same, pushed, with weights that go to a data remote of the team's and a metric whose direction is known."""
    weights = SCRIPT.replace("model.txt", "model.bin").replace('{loss}\\n")', '{loss}\\n" * 200_000)')
    assert weights.count("model.bin") == weights.count("200_000") == 1
    settings = "metrics: {loss: minimize}\nstorage: ../store\n"
    folder.gen({"train.py": weights, ".gitignore": "model.bin\n", ".exp.yaml": settings})
    folder.commit("Train")
    folder.git("init", "--quiet", "--bare", "../team.git")
    folder.git("remote", "add", "origin", "../team.git")
    folder.git("push", "--quiet", "origin", "main")


def give_data(folder: GitFolder) -> None:
    """A run that read a folder and wrote weights, in a repository whose code was pushed."""
    folder.gen({"train.py": "open('model.bin', 'wb').write(bytes(2_000_000))\n", ".gitignore": "model.bin\ndata/\n"})
    folder.commit("Train")
    folder.git("init", "--quiet", "--bare", "../team.git")
    folder.git("remote", "add", "origin", "../team.git")
    folder.git("push", "--quiet", "origin", "main")
    folder.gen({"data/a.csv": "1\n", "data/b.csv": "2\n"})
    done = folder.run("exp", "run", "-q", "--data", "data", "--artifact", "model.bin", "--", "python", "train.py")
    assert done.returncode == 0, done.stderr.decode()


def give_pipeline(folder: GitFolder) -> None:
    """A repository with a pipeline of DVC's that has not run yet."""
    shutil.rmtree(folder.path)
    make_pipeline(folder.path, seal_dvc(folder.path.parent))


def give_experiments(folder: GitFolder) -> None:
    """The same with two experiments of DVC's."""
    give_pipeline(folder)
    dvc(folder, "repro", "--quiet")
    folder.commit("Reproduce")
    for name, rate in (("low-rate", "0.2"), ("high-rate", "0.5")):
        dvc(folder, "exp", "run", "--quiet", "--name", name, "-S", f"train.lr={rate}")
    folder.git("reset", "--hard", "--quiet")


GIVEN: dict[str, Callable[[GitFolder], None]] = {
    "an empty folder": lambda folder: shutil.rmtree(folder.path / ".git"),
    "a repository with train.py": give_script,
    "a repository with three runs": give_runs,
    "a repository of a team with train.py": give_team,
    "a repository with a run that read data and wrote weights": give_data,
    "a repository with a DVC pipeline": give_pipeline,
    "a repository with DVC experiments": give_experiments,
}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_a_page_does_what_it_says(path: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in seal_dvc(tmp_path).items():
        monkeypatch.setenv(name, value)
    page = parse_page(path.read_text(encoding="utf-8"))
    folder = GitFolder.create(tmp_path / "project")
    if page.given is not None:
        GIVEN[page.given](folder)

    Reader(folder.path, tmp_path / "where").follow(page)

    assert page.given is not None or not any(isinstance(step, Typed) for step in page.steps)
