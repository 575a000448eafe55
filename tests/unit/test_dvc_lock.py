from __future__ import annotations

import pytest

from gitexp.errors import InvalidValue
from gitexp.format.dvc_lock import parse_lock
from gitexp.model.locked import LockedStage
from gitexp.model.pointer import Pointer

RAW, FOLDER, MODEL = "68cc9af49557ea9711dad503a6907437", "4c9cbe98818073744bd69c56995db405.dir", "9af" + "0" * 29

PRESENT = f"""\
schema: '2.0'
stages:
  train@0:
    cmd:
    - python train.py
    - python test.py
    deps:
    - path: data/raw.csv
      hash: md5
      md5: {RAW}
      size: 12
    - path: images
      hash: md5
      md5: {FOLDER}
      size: 300
      nfiles: 3
    - path: s3://bucket/far.csv
      etag: '"abc"'
      size: 5
    params:
      params.yaml:
        lr: 0.1
        model.depth: 4
    outs:
    - path: model.pt
      hash: md5
      md5: {MODEL}
      size: 7
"""


def test_stages_are_read_with_what_they_read_and_gave() -> None:
    assert parse_lock(PRESENT.encode()) == (
        LockedStage(
            name="train@0",
            command=("python train.py", "python test.py"),
            deps=(Pointer("data/raw.csv", RAW, 12), Pointer("images", FOLDER, 300, 3)),
            params={"params.yaml": {"lr": 0.1, "model.depth": 4}},
            outs=(Pointer("model.pt", MODEL, 7),),
            unhashed=("s3://bucket/far.csv",),
        ),
    )


def test_a_lock_of_dvc_2_hashed_text_in_its_own_way() -> None:
    lock = f"schema: '2.0'\nstages:\n  a:\n    cmd: make\n    deps:\n    - path: x\n      md5: {RAW}\n      size: 1\n"
    assert parse_lock(lock.encode())[0].deps == (Pointer("x", RAW, 1, None, "md5-dos2unix"),)


def test_a_lock_of_dvc_1_has_its_stages_alone() -> None:
    (stage,) = parse_lock(f"a:\n  cmd: make\n  outs:\n  - path: x\n    md5: {RAW}\n".encode())
    assert (stage.name, stage.command) == ("a", ("make",))
    assert [one.path for one in stage.outs] == ["x"]


@pytest.mark.parametrize("data", [b"", b"schema: '2.0'\nstages: {}\n", b"schema: '2.0'\n"])
def test_a_lock_without_stages_has_none(data: bytes) -> None:
    assert parse_lock(data) == ()


def test_entries_that_make_no_sense_are_passed_over() -> None:
    lock = "schema: '2.0'\nstages:\n  a:\n    cmd: 3\n    deps: [1, {md5: x}, {path: p, md5: ../x}]\n    params: 3\n"
    assert parse_lock(lock.encode()) == (LockedStage("a", (), (), {}, (), ("p",)),)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"- a\n", "not what DVC writes"),
        (b"schema: '2.0'\nstages: 3\n", "no mapping"),
        (b"a: [\n", "dvc.lock"),
        (b"\xff\xfe\x00", "dvc.lock"),
    ],
)
def test_what_is_no_lock_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        parse_lock(data)
