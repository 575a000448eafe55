"""Trainings with scikit-learn and PyTorch, run again: the same to the last digit."""

from __future__ import annotations

import pathlib
import sys
from typing import TYPE_CHECKING, Any

import pytest

from kit.exp import envelope, run_exp

if TYPE_CHECKING:
    from kit.git import GitFolder

TORCH = pathlib.Path(__file__).parents[2] / "benchmarks" / "train_torch.py"
FOREST = """
import pickle
import time

import gitexp
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

inputs, targets = load_breast_cancer(return_X_y=True)
fit, test, fit_targets, test_targets = train_test_split(inputs, targets, random_state=7)
model = RandomForestClassifier(warm_start=True, random_state=7)
for trees in (10, 20, 30):
    started = time.perf_counter()
    model.set_params(n_estimators=trees).fit(fit, fit_targets)
    guess = model.predict_proba(test)[:, 1]
    scores = {"auc": roc_auc_score(test_targets, guess), "loss": log_loss(test_targets, guess)}
    gitexp.log({**scores, "fit_time": time.perf_counter() - started}, step=trees)
with open("model.pkl", "wb") as file:
    pickle.dump(model, file)
"""


def reproduce(folder: GitFolder, *options: str) -> dict[str, Any]:
    """The verdict on the last run; its status is 0."""
    done = run_exp(folder, "reproduce", "last", "--exact", "--json", *options)
    assert done.status == 0, done.err
    data: dict[str, Any] = envelope(done.out)["data"]
    return data


def test_a_forest_grows_again(folder: GitFolder) -> None:
    folder.gen({"train.py": FOREST, ".gitignore": "model.pkl\n"})
    folder.commit("a forest")
    assert run_exp(folder, "run", "-q", "-a", "model.pkl", "--", sys.executable, "train.py").status == 0

    verdict = reproduce(folder)

    held = {one["key"]: one["held"] for one in verdict["metrics"]}
    assert held == {"auc": "identical", "fit_time": "ignored", "loss": "identical"}
    assert [(one["path"], one["held"]) for one in verdict["artifacts"]] == [("model.pkl", "identical")]
    assert verdict["suspects"] == []


def test_a_network_learns_the_same_again(folder: GitFolder) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
    script = TORCH.read_text("utf-8").replace("range(40)", "range(3)")
    folder.gen({"train.py": f"{script}\ntorch.save(model.state_dict(), 'model.pt')\n", ".gitignore": "model.pt\n"})
    folder.commit("a network")
    done = run_exp(folder, "run", "-q", "-a", "model.pt", "--", sys.executable, "train.py", "--log")
    assert done.status == 0, done.err

    verdict = reproduce(folder)

    assert verdict["outcome"] == "identical"
    assert {one["key"]: one["held"] for one in verdict["metrics"]}["loss"] == "identical"
    assert [(one["path"], one["held"]) for one in verdict["artifacts"]] == [("model.pt", "identical")]


def test_a_network_without_a_seed_does_not(folder: GitFolder) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch==2.13.0")
    script = TORCH.read_text("utf-8").replace("range(40)", "range(2)")
    assert "torch.manual_seed(0)\n" in script
    folder.gen({"train.py": script.replace("torch.manual_seed(0)\n", "")})
    folder.commit("a network")
    assert run_exp(folder, "run", "-q", "--", sys.executable, "train.py").status == 0

    done = run_exp(folder, "reproduce", "last")

    assert done.status == 1, done.err
    assert "no seed was recorded" in done.out
    assert "PyTorch: torch.use_deterministic_algorithms(True)" in done.out
