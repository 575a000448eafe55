"""DVC beside us: it reads what runs kept, and nothing that it does takes a byte from a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import refs, run_exp
from kit.kept import give_training, record
from kit.pipelines import dvc, seal_dvc

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder

FROM_THE_CACHE = ("--remote", "exp", "--remote-config", "url=.git/exp/cache")


@pytest.fixture(autouse=True)
def quiet_dvc(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    for name, value in seal_dvc(tmp_path).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def training(folder: GitFolder) -> GitFolder:
    give_training(folder)
    return folder


@pytest.mark.parametrize("setting", ["no DVC", "DVC before the run", "DVC after the run"])
def test_dvc_get_reads_artifacts_of_a_run(training: GitFolder, tmp_path: pathlib.Path, setting: str) -> None:
    if setting == "DVC before the run":
        dvc(training, "init", "--quiet")
        training.commit("dvc")
    record(training, "1")
    if setting == "DVC after the run":
        dvc(training, "init", "--quiet")
    state = training.state()
    (run,) = refs(training)

    for path in ("model.pt", "points"):
        target = str(tmp_path / f"got-{path}")
        dvc(training, "get", ".", f".exp/artifacts/{path}", "--rev", run, "--out", target, *FROM_THE_CACHE)

    assert (tmp_path / "got-model.pt").read_bytes() == (training.path / "model.pt").read_bytes()
    for name in ("a.bin", "b.bin"):
        assert (tmp_path / "got-points" / name).read_bytes() == (training.path / "points" / name).read_bytes()
    assert training.state() == state


def test_no_garbage_collection_of_dvc_takes_a_byte_of_a_run(training: GitFolder, tmp_path: pathlib.Path) -> None:
    first = record(training, "1")
    dvc(training, "init", "--quiet")
    dvc(training, "remote", "add", "--quiet", "--default", "storage", str(tmp_path / "storage"))
    training.gen({"old.bin": b"old" * 1000})
    dvc(training, "add", "--quiet", "old.bin")
    dvc(training, "push", "--quiet")
    (training.path / "old.bin.dvc").unlink()
    training.commit("dvc")
    record(training, "2")
    objects = list((training.path / ".dvc" / "cache" / "files" / "md5").glob("*/*"))
    assert len(objects) == 1
    for mode in (("-w",), ("-a",), ("-A",), ("--all-experiments",), ("-w", "--cloud"), ("-A", "--cloud")):
        dvc(training, "gc", *mode, "--force")
        verified = run_exp(training, "verify")
        assert (verified.status, verified.out) == (0, ""), mode
        assert verified.err == "2 runs, 7 objects, 4.9 MB read: all hold\n"
    assert not any(path.exists() for path in objects), "DVC collected nothing, so nothing was tried"
    assert first in refs(training)[0] + refs(training)[1]


def test_dvc_is_as_well_as_before(training: GitFolder) -> None:
    dvc(training, "init", "--quiet")
    training.commit("dvc")
    training.gen({"big.bin": b"big" * 1000})
    dvc(training, "add", "--quiet", "big.bin")
    training.commit("tracked")
    before = dvc(training, "status"), dvc(training, "data", "status")
    doctor = dvc(training, "doctor").splitlines()

    record(training, "1")

    assert (dvc(training, "status"), dvc(training, "data", "status")) == before
    assert dvc(training, "doctor").splitlines() == doctor
    assert (training.path / ".dvc" / "cache").is_dir()
