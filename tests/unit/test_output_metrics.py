"""Metrics in a script's output: a corpus of what is found, and one of what must give nothing."""
# ruff: noqa: E501 - tables of cases

from __future__ import annotations

import math
import pathlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.capture.metric_names import Kind, classify_name
from gitexp.capture.output_metrics import parse_output_metrics
from gitexp.capture.output_reading import read_line

CORPUS = pathlib.Path(__file__).parent / "corpus_output"
SIGNS = str.maketrans({"␍": "\r", "␛": "\x1b", "␈": "\x08"})  # so that the corpus survives editors and Git
FOUND = sorted((CORPUS / "found").glob("*.txt"))
NOTHING = sorted((CORPUS / "nothing").glob("*.txt"))


def show(data: bytes, **options: object) -> list[str]:
    return [f"{one.metric} {one.value} {one.step}" for one in parse_output_metrics(data, **options)]  # type: ignore[arg-type]


def load(path: pathlib.Path) -> tuple[bytes, list[str]]:
    output, _, expected = path.read_text(encoding="utf-8").partition("---- metrics\n")
    return output.translate(SIGNS).encode(), expected.splitlines()


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_found(path: pathlib.Path) -> None:
    output, expected = load(path)
    assert show(output) == expected
    assert show(output + output)[-len(expected) :] == expected[-len(expected) :]  # lines seen before read the same


@pytest.mark.parametrize("path", NOTHING, ids=lambda path: path.stem)
def test_nothing(path: pathlib.Path) -> None:
    output, _ = load(path)
    assert show(output) == []
    if "traceback" not in path.stem:  # its lines are only known as such by the first
        assert [line for line in output.split(b"\n") if show(line)] == []


def test_the_corpus_is_not_lost() -> None:
    assert len(FOUND) >= 25
    assert sum(len(load(path)[0].splitlines()) for path in NOTHING) >= 100


def test_a_number_that_repeats_a_param_is_no_metric() -> None:
    output = b"loss: 0.5\nstep 1 | loss 0.4 | lr 0.1\nstep 2 | loss 0.3 | lr 0.05\n"
    params = {"optimizer.lr": 0.1, "loss": 0.5, "name": "x", "amp": True}
    assert show(output, params=params) == ["loss 0.4 1", "loss 0.3 2", "lr 0.05 2"]


def test_a_known_name_counts_wherever_it_stands() -> None:
    assert show(b"widgets: 3\nother: 4\n", known=("widgets",)) == ["widgets 3 None"]
    assert show(b'{"widgets": 3}\n', known=("widgets",)) == ["widgets 3 None"]


def test_a_heading_holds_until_the_next() -> None:
    output = b"=== Epoch 1/3 ===\nval_loss: 0.5\nstep 70 loss: 0.4\nval_loss: 0.3\nEpoch 2/3\nval_loss: 0.2\n"
    assert show(output) == ["val_loss 0.5 1", "loss 0.4 70", "val_loss 0.3 1", "val_loss 0.2 2"]


def test_only_the_last_state_of_a_redrawn_line_counts() -> None:
    states = "\r".join(f"{n}%| | {n}/100 [loss={n / 100}]" for n in range(101))
    assert show(f"\r{states}\n\r{states}".encode()) == ["loss 1.0 None"] * 2


def test_bytes_that_are_no_text() -> None:
    assert show(b"\xff\xfe loss=0.5 \xc3\nloss=\xff0.5\n\x00loss: 0.25\n") == ["loss 0.5 None", "loss 0.25 None"]


NUMBERS = st.one_of(
    st.integers(-1000, 1000).map(str),
    st.floats(-1e6, 1e6).map(repr),
    st.sampled_from(
        ["0", "007", "1e-5", "1E5", "-0.0", ".5", "5.", "nan", "-inf", "1.2.3", "00:10", "12ms", "3/10", "91.2%"]
    ),
)
SHAPES = st.sampled_from(
    [
        "epoch {} step {} loss: {} acc={}", "iter {}: loss {}, time {}ms, mfu {}%", "{{'loss': {}, 'acc@{}': {}, 'epoch': {}}}", '{{"step": {}, "loss": {}, "x": "{}", "y": {}}}',
        "Epoch {}/{}", "Epoch {} | top{}_acc: {} | mAP50-{}: 0.5", "[{}]\ttrain-auc:{}\teval-auc@{}:{}", "recall@{}: {} (best {}) at step {}", "{} {} {} {}", "loss={}{}{}{}", "{}:{}={}-{}",
    ]
)  # fmt: skip


@given(SHAPES, st.lists(st.lists(NUMBERS, min_size=4, max_size=4), min_size=1, max_size=6))
def test_lines_of_known_words_are_read_as_if_new(shape: str, rows: list[list[str]]) -> None:
    lines = [shape.format(*row) for row in rows]
    together = show("\n".join(line for line in lines if not read_line(line, ()).heading).encode())
    assert together == [one for line in lines for one in show(line.encode())]


@given(st.text(alphabet=st.sampled_from("lossacc=:0.5 e-,|[]{}()'\"\r\n\x1b[%/INFOstep1")) | st.text())
def test_any_output_can_be_read(text: str) -> None:
    for point in parse_output_metrics(text.encode("utf-8", "surrogatepass")):
        assert isinstance(point.value, (int, float))
        assert not isinstance(point.value, bool)
        assert point.step is None or math.isfinite(point.step) or point.step == math.inf


HOSTILE = [
    b" " * 1999 + b"1\n", b"a " * 990 + b"= 1\n", b"a=1 " * 490 + b"\n", b"loss=1 " * 280 + b"\n", b":" * 1900 + b"1\n", b"1 " * 990 + b"\n", b"epoch 1 " * 240 + b"\n",
    b"{" * 19_000 + b"1}\n", b"{'a'" * 4000 + b"1}\n", b"float(" * 3000 + b"{'a':1}\n", b"\x1b[1m" * 400 + b"1\n", b"- " * 900 + b"1\n", b"INFO" * 450 + b"1\n", b"train " * 300 + b"1\n",
    b"a((" * 600 + b"1)x\n", b"np.float64(" * 170 + b"1\n", b"= " * 900 + b"1\n", b"\n1", b"\r1", b"a://" * 400 + b"1\n",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE, ids=lambda unit: repr(unit[:8]))
def test_reading_takes_time_in_proportion_to_the_output(unit: bytes) -> None:
    def seconds(size: int) -> float:
        # A number on each line, so that no line's words were seen before.
        data = b"".join(b"%x %b" % (n, unit) for n in range(max(1, size // len(unit))))
        start = time.process_time()
        for _ in parse_output_metrics(data):
            pass
        return time.process_time() - start

    assert seconds(400_000) < 12 * max(seconds(100_000), 0.02)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("val_loss", Kind.METRIC), ("train/top1_acc", Kind.METRIC), ("valLoss", Kind.METRIC), ("mAP50", Kind.WEAK), ("total_loss", Kind.METRIC), ("error", Kind.WEAK),
        ("lr", Kind.SETTING), ("widgets", Kind.UNKNOWN), ("loss_weight", Kind.NEVER), ("step_time", Kind.NEVER), ("", Kind.NEVER), ("__", Kind.NEVER),
    ],
)  # fmt: skip
def test_what_a_name_tells(name: str, kind: Kind) -> None:
    assert classify_name(name) is kind
