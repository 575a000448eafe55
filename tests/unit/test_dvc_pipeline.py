"""A DVC pipeline is read from its files, and what of it cannot be believed is told."""

from __future__ import annotations

import pytest

from gitexp.errors import InvalidValue
from gitexp.format.dvc_pipeline import DeclaredOut, parse_pipeline
from gitexp.format.dvc_stages import parse_state
from gitexp.model.pipeline import Stage, StageFile, find_doubts, list_inputs, select_keys

PIPELINE = b"""
vars:
- conf.yaml:depth, width
- rounds: 3
- names: [red, blue]
params: [more.toml]
metrics: [live/metrics.json, {other.json: {type: x}}]
plots:
- plots/a.csv: {x: step}
- Both curves: {y: {b.csv: loss, c.csv: [x, y]}}
- d.png
artifacts:
  best: {path: model.bin, type: model}
  nothing: 5
stages:
  prepare:
    cmd: python prepare.py
    wdir: src
    params: [lr, {../conf.yaml: [a, b.c]}, {whole.json: null}]
    outs: [../data/out, {big.bin: {cache: false, persist: true}}]
    plots: [p.csv, {q.csv: {cache: false}}]
  train:
    foreach: ${names}
    do:
      cmd: train ${item}
      outs: ["${item}.bin"]
  grid:
    matrix: {lr: [0.1, 1], kind: [x, {deep: 1}]}
    cmd: fit
    wdir: ${item.kind}
    metrics: ["${item.lr}-${key}.json"]
  far:
    foreach: ${models}
    do: {cmd: fit, outs: ["${item.path}/out.bin"]}
"""


def test_what_a_pipeline_declares() -> None:
    found = parse_pipeline(PIPELINE, "dvc.yaml")
    assert found.variables == {"rounds": 3, "names": ["red", "blue"]}
    assert found.params == {"conf.yaml": ("depth", "width"), "more.toml": None}
    assert found.metrics == ("live/metrics.json", "other.json")
    assert found.plots == ("plots/a.csv", "b.csv", "c.csv", "d.png")
    assert found.artifacts == ("model.bin",)
    prepare = found.find_stage("prepare")
    assert prepare is not None
    assert prepare.folder == "src"
    assert prepare.params == {"params.yaml": ("lr",), "../conf.yaml": ("a", "b.c"), "whole.json": None}
    assert prepare.outs == (
        DeclaredOut("../data/out", "out", is_cached=True),
        DeclaredOut("big.bin", "out", is_cached=False),
        DeclaredOut("p.csv", "plot", is_cached=True),
        DeclaredOut("q.csv", "plot", is_cached=False),
    )


@pytest.mark.parametrize(
    ("name", "folder", "out"),
    [
        ("train@red", ".", "red.bin"),
        ("train@blue", ".", "blue.bin"),
        ("grid@0.1-x", "x", "0.1-0.1-x.json"),
        ("grid@1-kind1", None, "1-1-kind1.json"),
        ("far@0", ".", "${item.path}/out.bin"),
    ],
)
def test_stages_of_a_foreach_and_a_matrix(name: str, folder: str | None, out: str) -> None:
    stage = parse_pipeline(PIPELINE, "dvc.yaml").find_stage(name)
    assert stage is not None
    assert stage.folder == folder
    assert [one.path for one in stage.outs] == [out]


def test_a_template_that_is_not_worked_out_stands_for_anything() -> None:
    out = DeclaredOut("models/${item.path}/out.bin", "metric", is_cached=False)
    assert out.matches("models/a/b/out.bin")
    assert out.matches("./models/a/out.bin")
    assert not out.matches("models//out.bin")
    assert not out.matches("models/a/outxbin")


def test_paths_are_those_of_the_repository() -> None:
    lock = (
        b"schema: '2.0'\nstages:\n  prepare:\n    cmd: x\n"
        b"    deps:\n    - {path: ../raw, hash: md5, md5: 0123456789abcdef0123456789abcdef.dir, size: 5, nfiles: 2}\n"
        b"    - {path: 's3://bucket/x', etag: abc}\n    - {path: old.txt, md5: 0123456789abcdef0123456789abcdef}\n"
        b"    params:\n      params.yaml: {lr: 1}\n"
        b"    outs:\n    - {path: big.bin, hash: md5, md5: 0123456789abcdef0123456789abcdef, size: 7}\n"
        b"  gone:\n    cmd: y\n"
    )
    state = parse_state("sub", PIPELINE, lock)
    (stage,) = state.stages
    assert stage.name == "sub/dvc.yaml:prepare"
    assert stage.deps == (
        StageFile("sub/raw", "0123456789abcdef0123456789abcdef.dir", 5, 2),
        StageFile("sub/src/old.txt", None, None),  # DVC 2 hashed other bytes than it has
    )
    assert stage.unhashed == ("s3://bucket/x",)
    assert stage.params == {"sub/src/params.yaml": {"lr": 1}}
    assert stage.outs == (
        StageFile("sub/src/big.bin", "0123456789abcdef0123456789abcdef", 7, None, "out", is_cached=False),
    )
    assert state.params["sub/conf.yaml"] == ("depth", "width", "a", "b.c")
    assert state.metrics == ("sub/live/metrics.json", "sub/other.json")


@pytest.mark.parametrize(
    ("pipeline", "lock"),
    [
        (b"stages: [", None),
        (b"- a\n", None),
        (b"a: &a [1]\nb: [" + b"*a," * 200 + b"]", None),
        (b"[" * 10_000, None),
        (b"stages: {}\n#" + b"x" * 5_000_000, None),
        (b"stages: {}\n", b"stages: ["),
        (b"stages: {}\n", b"schema: '2.0'\nstages: [1]\n"),
    ],
)
def test_what_is_no_pipeline_is_refused(pipeline: bytes, lock: bytes | None) -> None:
    with pytest.raises(InvalidValue):
        parse_state(".", pipeline, lock)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"stages: 5\nvars: {a: 1}\nmetrics: {a: b}\nplots: 7\nparams: x\nartifacts: [1]\n",
        b"stages: {a: null, b: [], c: {outs: {x: 1}, params: [null, 5, {x: {y: 1}}], wdir: [1]}}\n",
        b"stages: {a: {foreach: 5, do: 6}, b: {matrix: [1]}, c: {matrix: {x: 5}}, d: {foreach: [1]}}\n",
        b"stages: {a: {matrix: {x: " + b"[1,2,3,4,5,6,7,8,9,10]" + b", y: [1,2,3,4,5,6,7,8,9]}}}\n",
    ],
)
def test_odd_pipelines_have_nothing_to_say(text: bytes) -> None:
    assert parse_pipeline(text, "dvc.yaml").metrics == ()


def test_a_matrix_of_millions_ends_soon() -> None:
    axes = ", ".join(f"a{axis}: [{', '.join(map(str, range(60)))}]" for axis in range(6))
    text = f"stages:\n  grid:\n    matrix: {{{axes}}}\n    cmd: x\n"
    assert len(parse_pipeline(text.encode(), "dvc.yaml").stages) == 10_001


def stage(name: str, deps: dict[str, str], outs: dict[str, str]) -> Stage:
    return Stage(
        name,
        tuple(StageFile(path, md5, 1) for path, md5 in deps.items()),
        tuple(StageFile(path, md5, 1, kind="out") for path, md5 in outs.items()),
        {},
    )


CHAIN = (
    stage("c", {"two/part": "x", "code.py": "k"}, {"three": "3"}),
    stage("b", {"one": "1", "raw": "r"}, {"two": "2"}),
    stage("a", {"raw": "r"}, {"one": "1"}),
    stage("d", {"three": "3"}, {"four": "4"}),
)


def test_data_is_what_no_stage_writes() -> None:
    assert sorted(list_inputs(CHAIN)) == ["code.py", "raw"]


def test_what_comes_after_a_doubtful_stage_is_doubtful() -> None:
    assert find_doubts(CHAIN, lambda one: None) == {}
    doubts = find_doubts(CHAIN, lambda one: "no" if one.name == "a" else None)
    assert doubts == {
        "a": "no",
        "b": "it comes after stage a",
        "c": "it comes after stage b",
        "d": "it comes after stage c",
    }


def test_a_stage_that_read_an_earlier_output_is_doubtful() -> None:
    stages = (stage("a", {}, {"one": "new"}), stage("b", {"one": "old"}, {"two": "2"}), stage("c", {"two": "2"}, {}))
    doubts = find_doubts(stages, lambda one: None)
    assert doubts == {
        "b": "it read one as it was before stage a wrote it anew",
        "c": "it comes after stage b",
    }


def test_keys_with_all_that_is_below_them() -> None:
    values = {"train.lr": 1, "train.depth": 2, "trainer": 3, "seed": 4}
    assert select_keys(values, ("train", "seed")) == {"train.lr": 1, "train.depth": 2, "seed": 4}
    assert select_keys(values, None) == values
