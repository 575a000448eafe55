"""Metrics files of each form, as points."""
# ruff: noqa: E501 - tables of cases

from __future__ import annotations

import itertools
import math

import pytest

from gitexp.format.metrics_file import parse_dvclive, parse_metrics_file
from gitexp.model.metrics import Point


def read(name: str, text: str | bytes) -> tuple[list[tuple], dict[str, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    ignored: dict[str, str] = {}
    points = parse_metrics_file(name, data.splitlines(keepends=True), ignored)
    return [(point.metric, point.value, point.step) for point in points], ignored


def test_a_json_object_gives_one_point_a_number() -> None:
    points, ignored = read(
        "metrics.json", '{"auc": 0.9, "n": 3, "val": {"loss": 0.5, "ok": true}, "name": "x", "bad": NaN}'
    )
    assert points[:3] == [("auc", 0.9, None), ("n", 3, None), ("val.loss", 0.5, None)]
    assert points[3][0] == "bad"
    assert math.isnan(points[3][1])
    assert ignored == {"name": "not a number"}


def test_the_step_of_a_json_object() -> None:
    assert read("m.json", '{"step": 7, "epoch": 2, "loss": 0.5, "timestamp": 1}')[0] == [("loss", 0.5, 7)]


def test_a_list_of_records_is_a_series() -> None:
    assert read("m.json", '[{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.4}]')[0] == [
        ("loss", 0.5, 1),
        ("loss", 0.4, 2),
    ]


def test_json_lines_stream_and_a_torn_line_is_named() -> None:
    text = '{"step": 1, "loss": 0.5}\n\n{"step": 2, "loss": 0.4, "lr": 1e-5}\n[1]\n{"step": 3, "lo'
    points, ignored = read("metrics.jsonl", text)
    assert points == [("loss", 0.5, 1), ("loss", 0.4, 2), ("lr", 1e-5, 2)]
    assert list(ignored) == ["line 4", "line 5"]
    assert read("metrics.json", text)[0] == points  # as Detectron2 names it
    endless = parse_metrics_file("m.jsonl", itertools.repeat(b'{"loss": 1}\n'), {})
    assert list(itertools.islice(endless, 2)) == [Point("loss", 1, None, None)] * 2


CSV = "epoch,step,train_loss,val_loss,note,time\n0,10,0.5,,start,00:01\n0,20,0.4,NaN,,00:02\n1,,,inf,end,00:03\n"


@pytest.mark.parametrize(
    ("name", "separator"), [("metrics.csv", ","), ("metrics.tsv", "\t"), ("m.csv", ";"), ("m.csv", "\t")]
)
def test_tables(name: str, separator: str) -> None:
    points, ignored = read(name, "\ufeff" + CSV.replace(",", separator).replace("\n", "\r\n"))
    assert points[:2] == [("train_loss", 0.5, 10), ("train_loss", 0.4, 20)]
    assert points[2][::2] == ("val_loss", 20)
    assert math.isnan(points[2][1])
    assert points[3:] == [("val_loss", math.inf, 1)]
    assert ignored == {"note": "has text that is no number"}


def test_tables_stream() -> None:
    lines = itertools.chain([b"step,loss\n"], itertools.repeat(b"1,0.5\n"))
    assert next(parse_metrics_file("m.csv", lines, {})) == Point("loss", 0.5, 1, None)


def test_padded_headers_and_an_index_of_pandas() -> None:
    assert read("results.csv", "   epoch,   box/loss\n  1,  0.5\n")[0] == [("box/loss", 0.5, 1)]
    assert read("m.csv", ",loss\n0,0.5\n1,0.4\n")[0] == [("loss", 0.5, 0), ("loss", 0.4, 1)]
    assert read("m.csv", ",step,loss\n0,5,0.5\n")[0] == [("loss", 0.5, 5)]
    assert read("m.csv", "loss,acc\n0.5,1\n")[0] == [("loss", 0.5, None), ("acc", 1, None)]


def test_a_file_of_our_own_form_keeps_its_times() -> None:
    points = list(parse_metrics_file("metrics.csv", [b"step,time,loss\n", b"1,0.25,0.5\n"], {}))
    assert points == [Point("loss", 0.5, 1, 0.25)]


def test_odd_tables_are_said() -> None:
    assert read("m.csv", "0,0.5\n1,0.4\n") == ([], {"m.csv": "no header with the names of the columns"})
    assert read("m.csv", "a,a\n1,2\n")[0] == [("a", 1, None), ("a#2", 2, None)]
    points, ignored = read("m.csv", "a,b\n1\n1,2,3\n")
    assert points == [("a", 1, None), ("a", 1, None), ("b", 2, None)]
    assert ignored == {"cells beyond the header": "no column has their name"}
    assert read("m.csv", "a\n" + "1" * 200_000) == (
        [],
        {"m.csv": "not a table: field larger than field limit (131072)"},
    )
    assert read("m.csv", b"a\n\xff\n1\x00\n")[0] == [("a", 1, None)]


@pytest.mark.parametrize("name", ["m.csv", "m.tsv", "m.jsonl"])
def test_an_empty_file_has_no_points(name: str) -> None:
    assert read(name, "") == ([], {})


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("m.json", "", "not JSON"), ("m.json", "{", "not JSON"), ("m.json", "3", "not a JSON object"), ("m.json", b"\xff", "UTF-8"),
        ("m.json", "[" * 200_000, "deep"), ("m.json", '{"a": ' + "9" * 5000 + "}", "digits"), ("m.json", " " * 16_000_001, "larger"),
        ("m.yaml", "a: [", "expected"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(name: str, text: str | bytes, why: str) -> None:
    points, ignored = read(name, text)
    assert points == []
    assert why in ignored[name]


def test_deep_json_does_not_end_the_reading() -> None:
    points, ignored = read("m.jsonl", '{"a":' * 900 + "1" + "}" * 900 + '\n{"loss": 1}\n')
    assert points[-1] == ("loss", 1, None)
    assert len(points) == 2 or ignored == {"line 1": "nested too deep"}


@pytest.mark.parametrize(("name", "text"), [("m.yaml", "loss: 1e-5\n"), ("m.toml", "loss = 1e-5\n")])
def test_yaml_and_toml_that_were_declared(name: str, text: str) -> None:
    assert read(name, text)[0] == [("loss", 1e-5, None)]


def test_dvclive() -> None:
    files = {
        "metrics.json": [b'{"step": 1, "train": {"loss": 0.2}, "test": {"auc": 0.9}}'],
        "params.yaml": [b"lr: 1"],
        "plots/metrics/train/loss.tsv": [
            b"timestamp\tstep\tloss\n",
            b"1623671484747\t0\t0.4\n",
            b"1623671484892\t1\t0.2\n",
        ],
        "plots/metrics/acc.tsv": [b"step\tacc\n", b"0\t0.5\n"],
    }
    assert list(parse_dvclive(files, {})) == [
        Point("acc", 0.5, 0, None),
        Point("train/loss", 0.4, 0, None),
        Point("train/loss", 0.2, 1, None),
        Point("test/auc", 0.9, 1, None),
    ]
