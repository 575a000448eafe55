"""Which params and metrics files are there, and which a run wrote."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.found_files import (
    changed_files,
    find_dvclive_root,
    find_hydra_configs,
    find_hydra_roots,
    find_params_files,
    scan_metrics_files,
)

if TYPE_CHECKING:
    import pathlib


def write(root: pathlib.Path, *names: str, text: str = "x: 1\n") -> list[str]:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return [str(root / name) for name in names]


def relative(root: pathlib.Path, paths: list[str]) -> list[str]:
    return [os.path.relpath(path, root) for path in paths]


def test_params_files_declared_and_found(tmp_path: pathlib.Path) -> None:
    write(tmp_path, "params.yaml", "sub/params.yaml", "conf/b.yaml", "conf/a.yaml", "other.yaml")
    found = find_params_files(str(tmp_path / "sub"), str(tmp_path), ("conf/*.yaml", "missing.toml", "params.yaml"))
    assert relative(tmp_path, found) == ["conf/a.yaml", "conf/b.yaml", "missing.toml", "params.yaml", "sub/params.yaml"]
    assert relative(tmp_path, find_params_files(str(tmp_path), str(tmp_path))) == ["params.yaml"]
    assert find_params_files(str(tmp_path / "conf"), str(tmp_path / "conf")) == []


def test_only_metrics_files_that_the_run_wrote(tmp_path: pathlib.Path) -> None:
    write(tmp_path, "metrics.json", "metrics.csv", "results/a.json", "sub/notes.json")
    project, directory = str(tmp_path), str(tmp_path / "sub")
    before = scan_metrics_files(directory, project, ("results/*.json",))
    assert sorted(relative(tmp_path, list(before))) == ["metrics.csv", "metrics.json", "results/a.json"]
    (tmp_path / "metrics.csv").write_text("step,loss\n1,2\n")
    write(
        tmp_path,
        "sub/metrics.jsonl",
        "results/b.json",
        "sub/dvclive/metrics.json",
        "sub/dvclive/plots/metrics/train/loss.tsv",
    )
    write(tmp_path, "sub/metrics.csv", text="")
    after = scan_metrics_files(directory, project, ("results/*.json",))
    assert relative(tmp_path, changed_files(before, after)) == [
        "results/b.json",
        "sub/metrics.jsonl",
        "sub/dvclive/metrics.json",
        "sub/dvclive/plots/metrics/train/loss.tsv",
        "metrics.csv",
    ]
    assert changed_files(after, after) == []


def test_a_file_written_again_with_the_same_bytes_has_changed(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "metrics.json"
    path.write_text("{}")
    os.utime(path, ns=(1, 1))
    before = scan_metrics_files(str(tmp_path), str(tmp_path))
    path.write_text("{}")
    assert changed_files(before, scan_metrics_files(str(tmp_path), str(tmp_path))) == [str(path)]


def test_a_declared_folder_is_searched_by_name(tmp_path: pathlib.Path) -> None:
    write(tmp_path, "out/metrics.json", "out/other.json", "out/plots/metrics/loss.tsv")
    found = scan_metrics_files(str(tmp_path), str(tmp_path), ("out",))
    assert relative(tmp_path, list(found)) == ["out/metrics.json", "out/plots/metrics/loss.tsv"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO here")
def test_a_fifo_of_that_name_is_no_metrics_file(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "metrics.json")
    write(tmp_path, "metrics.csv")
    assert relative(tmp_path, list(scan_metrics_files(str(tmp_path), str(tmp_path)))) == ["metrics.csv"]


def test_the_folder_of_dvclive() -> None:
    root = os.path.join("a", "dvclive")
    assert find_dvclive_root(os.path.join(root, "metrics.json")) == root
    assert find_dvclive_root(os.path.join(root, "plots", "metrics", "train", "loss.tsv")) == root
    assert find_dvclive_root(os.path.join("a", "metrics.json")) is None


def test_hydra_configs_written_since_the_start(tmp_path: pathlib.Path) -> None:
    old, new, sweep, own, elsewhere = write(
        tmp_path,
        "outputs/2026-01-01/10-00-00/.hydra/config.yaml",
        "outputs/2026-01-02/10-00-00/.hydra/config.yaml",
        "multirun/2026-01-02/10-00-00/0/.hydra/config.yaml",
        ".hydra/config.yaml",
        "runs/x/.hydra/config.yaml",
    )
    for path in (old, new, sweep, own, elsewhere):
        os.utime(path, ns=(5_000, 5_000))
    os.utime(old, ns=(1_000, 1_000))
    assert find_hydra_configs(str(tmp_path), 5_000) == sorted([new, sweep, own])
    assert elsewhere in find_hydra_configs(str(tmp_path), 5_000, ("runs",))
    assert find_hydra_configs(str(tmp_path / "runs"), 5_001) == []


def test_the_search_for_hydra_is_bounded(tmp_path: pathlib.Path) -> None:
    for number in range(60):
        write(tmp_path, f"outputs/{number:02}/.hydra/config.yaml")
    os.symlink(tmp_path, tmp_path / "outputs" / "loop")
    assert len(find_hydra_configs(str(tmp_path), 0)) == 50


def test_where_a_command_tells_hydra_to_write() -> None:
    argv = ["python", "train.py", "hydra.run.dir=out/a", "++hydra.sweep.dir='b'", "hydra.run.dir=${now:%H}", "lr=1"]
    assert find_hydra_roots(argv) == ["out/a", "b"]
