"""``log_artifact`` and what is made into artifacts: text, tables, images and figures."""

from __future__ import annotations

import os
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import gitexp

if TYPE_CHECKING:
    import pathlib

    from kit.scripts import ScriptJournal


@pytest.fixture(autouse=True)
def place(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The folder that the script is in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def partial(journal: ScriptJournal) -> list[str]:
    """What is half made."""
    folder = journal.folder / "partial"
    return os.listdir(folder) if folder.exists() else []


def test_a_file_is_kept_as_it_was(journal: ScriptJournal, place: pathlib.Path) -> None:
    (place / "out").mkdir()
    model = place / "out" / "model.bin"
    model.write_bytes(b"first")
    gitexp.log_artifact("out/model.bin")
    gitexp.log_artifact(model, name="best/model.bin")
    model.write_bytes(b"second")
    gitexp.log_artifact(model)
    model.unlink()

    assert journal.artifacts == {"best/model.bin": b"first", "out/model.bin": b"second"}
    assert partial(journal) == []
    names = ("out/model.bin", "best/model.bin", "out/model.bin")
    assert journal.records("f") == [(name, str(model)) for name in names]


def test_a_file_from_elsewhere_has_its_own_name(journal: ScriptJournal, tmp_path: pathlib.Path) -> None:
    (tmp_path / "elsewhere.txt").write_bytes(b"x" * 3_000_000)

    gitexp.log_artifact(tmp_path / "elsewhere.txt")

    assert journal.artifacts == {"elsewhere.txt": b"x" * 3_000_000}


def test_a_folder_is_kept_with_all_files_in_it(journal: ScriptJournal, place: pathlib.Path) -> None:
    for name in ("out/a.txt", "out/deep/b.txt", "out/.git/config", "aim.txt"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)
    (place / "out" / "link.txt").symlink_to("../aim.txt")
    (place / "out" / "gone.txt").symlink_to("nowhere")
    (place / "out" / "loop").symlink_to("..")
    os.mkfifo(place / "out" / "fifo")

    gitexp.log_artifact("out")
    gitexp.log_artifact("out/")

    assert journal.artifacts == {"out/a.txt": b"out/a.txt", "out/deep/b.txt": b"out/deep/b.txt",
                                 "out/link.txt": b"aim.txt"}  # fmt: skip
    assert sorted(journal.warnings) == [
        "log_artifact: 'out/fifo' is left out: a FIFO is no file",
        "log_artifact: 'out/gone.txt' is left out: No such file or directory",
        "log_artifact: 'out/loop' is left out: a link to a folder",
    ]
    assert partial(journal) == []


def test_a_file_takes_the_place_of_a_folder_and_the_other_way_round(
    journal: ScriptJournal, place: pathlib.Path
) -> None:
    (place / "folder").mkdir()
    (place / "folder" / "a").write_text("a")
    (place / "file").write_text("b")

    gitexp.log_artifact("folder", name="x")
    gitexp.log_artifact("file", name="x")
    assert journal.artifacts == {"x": b"b"}

    gitexp.log_artifact("folder", name="x")
    assert journal.artifacts == {"x/a": b"a"}

    gitexp.log_artifact("file", name="x/a/deeper")
    assert journal.warnings == ["log_artifact: 'x/a/deeper' is left out: 'a' is a file"]
    assert partial(journal) == []


@pytest.mark.parametrize(
    "name", ["", "/", "/etc/x", "../x", "a/../b", "a//b", "./a", ".git/x", "a/.GIT", "a\nb", "a\x1b[2J", "a\ud800"]
)
def test_a_name_that_is_no_path_is_refused(journal: ScriptJournal, place: pathlib.Path, name: str) -> None:
    (place / "file").write_text("x")

    gitexp.log_artifact("file", name=name)
    gitexp.log_artifact("file")

    assert list(journal.artifacts) == ["file"]
    (warning,) = journal.warnings
    assert warning.startswith("log_artifact: ")
    assert "is left out: " in warning


def test_what_cannot_be_kept_is_told(journal: ScriptJournal, place: pathlib.Path) -> None:
    os.mkfifo(place / "fifo")

    gitexp.log_artifact("fifo")
    gitexp.log_artifact("nowhere")
    gitexp.log_artifact("/dev/null")
    gitexp.log_artifact(None)  # type: ignore[arg-type]

    assert journal.artifacts == {}
    assert journal.warnings[:3] == [
        "log_artifact: 'fifo' is left out: a FIFO is no file",
        "log_artifact: nowhere: No such file or directory",
        "log_artifact: '/dev/null' is left out: a device is no file",
    ]
    assert len(journal.warnings) == 4


def test_a_folder_that_is_gone_is_told_and_not_made_anew(
    journal: ScriptJournal, place: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (place / "file").write_text("x")
    os.rename(journal.folder, journal.folder.with_name("gone"))

    gitexp.log_artifact("file")

    assert not journal.folder.exists()
    assert "the run has ended" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("name", "step", "path"),
    [
        ("notes", None, "notes.txt"),
        ("notes.md", None, "notes.md"),
        ("deep/notes", 3, "deep/notes/00000003.txt"),
        ("notes.md", np.int64(12), "notes/00000012.md"),
        ("notes", 0.5, "notes/0.5.txt"),
        ("notes", 2.0, "notes/00000002.txt"),
        ("notes", 123456789, "notes/123456789.txt"),
    ],
)
def test_text(journal: ScriptJournal, name: str, step: Any, path: str) -> None:
    gitexp.log_text(name, "Grüße\ud800\n", step=step)

    assert journal.artifacts == {path: "Grüße\\ud800\n".encode()}


def test_a_step_that_is_none_costs_the_step_alone(journal: ScriptJournal) -> None:
    gitexp.log_text("notes", "x", step="third")

    assert journal.artifacts == {"notes.txt": b"x"}
    assert journal.warnings == ["the step of an artifact is left out: a str is no number"]


@pytest.mark.parametrize(
    ("table", "columns", "text"),
    [
        ([{"a": 1, "b": 0.1}, {"b": "x,y", "c": None}], None, 'a,b,c\n1,0.1,\n,"x,y",\n'),
        ({"a": [1, 2], "b": np.array([0.5])}, None, "a,b\n1,0.5\n2,\n"),
        ([(1, 2), [3, 'say "x"']], ["a", "b"], 'a,b\n1,2\n3,"say ""x"""\n'),
        (np.array([[1.5, 2.0]]), ("a", "b"), "a,b\n1.5,2.0\n"),
        ([{"a": np.float64(0.1)}], None, "a\n0.1\n"),
        ([], None, "\n"),
    ],
)
def test_tables(journal: ScriptJournal, table: Any, columns: Any, text: str) -> None:
    gitexp.log_table("t", table, columns=columns)
    gitexp.log_table("t.csv", table, 7, columns=columns)

    assert journal.artifacts == {"t.csv": text.encode(), "t/00000007.csv": text.encode()}


def test_data_frames(journal: ScriptJournal) -> None:
    import pandas
    import polars

    gitexp.log_table("pandas", pandas.DataFrame({"a": [1, 2], "b": [0.5, None]}))
    gitexp.log_table("named", pandas.DataFrame({"a": [1]}, index=pandas.Index(["x"], name="key")))
    gitexp.log_table("polars", polars.DataFrame({"a": [1, 2], "b": [0.5, None]}))

    assert journal.artifacts == {
        "named.csv": b"key,a\nx,1\n", "pandas.csv": b"a,b\n1,0.5\n2,\n", "polars.csv": b"a,b\n1,0.5\n2,\n",
    }  # fmt: skip


@pytest.mark.parametrize("table", [3, "text", [1, 2], [[1, 2]], {"a": 3}, None])
def test_what_is_no_table_is_told(journal: ScriptJournal, table: Any) -> None:
    gitexp.log_table("t", table)

    assert journal.artifacts == {}
    (warning,) = journal.warnings
    assert "is left out: " in warning


def read_png(data: bytes) -> tuple[int, int, int, bytes]:
    """Width, height, colour type and the rows of a PNG file of ours, its checksums checked."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(kind + content),)
        chunks[kind] = content
        at += length + 12
    assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
    width, height, depth, colours, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert depth == 8
    rows = zlib.decompress(chunks[b"IDAT"])
    stride = len(rows) // height
    assert {rows[row * stride] for row in range(height)} == {0}
    return width, height, colours, b"".join(rows[row * stride + 1 : (row + 1) * stride] for row in range(height))


GREY = [[0, 128, 255], [1, 2, 3]]
RED = [[[255, 0, 0], [0, 0, 0]]]


@pytest.mark.parametrize(
    ("image", "found"),
    [
        (np.array(GREY, "uint8"), (3, 2, 0, bytes([0, 128, 255, 1, 2, 3]))),
        (np.array(GREY, "int64") + 1, (3, 2, 0, bytes([1, 129, 255, 2, 3, 4]))),
        (np.array(GREY, "uint8")[:, :, None], (3, 2, 0, bytes([0, 128, 255, 1, 2, 3]))),
        (np.array([[[1, 2], [3, 4]]], "uint8"), (2, 2, 0, bytes([1, 2, 3, 4]))),
        (np.array(RED, "uint8"), (2, 1, 2, bytes([255, 0, 0, 0, 0, 0]))),
        (np.array(RED, "uint8").transpose(2, 0, 1), (2, 1, 2, bytes([255, 0, 0, 0, 0, 0]))),
        (np.zeros((4, 4, 4), "uint8"), (4, 4, 6, bytes(64))),
        (np.array([[0.0, 0.5, 1.0, 2.0, -1.0, np.nan, np.inf]]), (7, 1, 0, bytes([0, 128, 255, 255, 0, 0, 255]))),
        (np.array([[0.5]], "float16"), (1, 1, 0, bytes([128]))),
        (np.array([[True, False]]), (2, 1, 0, bytes([255, 0]))),
        (GREY, (3, 2, 0, bytes([0, 128, 255, 1, 2, 3]))),
    ],
)
def test_images_from_arrays(journal: ScriptJournal, image: Any, found: tuple[int, int, int, bytes]) -> None:
    gitexp.log_image("i", image)

    assert {name: read_png(data) for name, data in journal.artifacts.items()} == {"i.png": found}


def test_images_without_numpy(journal: ScriptJournal) -> None:
    """What has lists alone: a tensor where NumPy is not installed."""
    journal.run(
        "import sys\nsys.modules['numpy'] = None\nimport gitexp\n"
        f"gitexp.log_image('grey', {GREY})\ngitexp.log_image('red', {RED})\n"
        "gitexp.log_image('first', [[[0.5, 1.0]], [[0.0, float('nan')]], [[2.0, -1.0]]])\n"
        "gitexp.log_image('odd', [[1, 2], [3]])\n"
    )

    assert {name: read_png(data) for name, data in journal.artifacts.items()} == {
        "grey.png": (3, 2, 0, bytes([0, 128, 255, 1, 2, 3])),
        "red.png": (2, 1, 2, bytes([255, 0, 0, 0, 0, 0])),
        "first.png": (2, 1, 2, bytes([128, 0, 255, 255, 0, 0])),
    }
    assert len(journal.warnings) == 1


def test_images_from_files_and_bytes(journal: ScriptJournal, place: pathlib.Path) -> None:
    png, jpeg = b"\x89PNG\r\n\x1a\n...", b"\xff\xd8\xff..."
    (place / "photo.webp").write_bytes(b"webp")

    gitexp.log_image("a", png)
    gitexp.log_image("b.jpg", jpeg, step=1)
    gitexp.log_image("c", "photo.webp")
    gitexp.log_image("d", b"GIF89a")
    gitexp.log_image("e", ".")

    assert journal.artifacts == {"a.png": png, "b/00000001.jpg": jpeg, "c.webp": b"webp"}
    assert journal.warnings == [
        "log_image: bytes are left out: they are no PNG or JPEG file",
        "log_image: '.' is left out: a folder is no image",
    ]


@pytest.mark.parametrize(
    "image", [None, 3, np.zeros(3), np.zeros((2, 2, 2)), np.zeros((0, 3)), np.array([["a"]]), [["a"]], []]
)
def test_what_is_no_image_is_told(journal: ScriptJournal, image: Any) -> None:
    gitexp.log_image("i", image)

    assert journal.artifacts == {}
    (warning,) = journal.warnings
    assert "is left out: " in warning


class Figure:
    """Stands for Matplotlib's."""

    def savefig(self, file: Any, *, format: str, bbox_inches: str) -> None:
        file.write(format.encode())


class Axes:
    figure = Figure()


class Plotly:
    def to_plotly_json(self) -> dict[str, object]:
        return {}

    def to_json(self) -> str:
        return '{"data": []}'


class Picture:
    """Stands for PIL's."""

    mode, size = "CMYK", (1, 1)

    def convert(self, mode: str) -> Picture:
        self.mode = mode
        return self

    def save(self, file: Any, format: str) -> None:
        if self.mode == "CMYK":
            raise OSError("cannot write mode CMYK as PNG")
        file.write(f"{self.mode} {format}".encode())


def test_figures(journal: ScriptJournal) -> None:
    gitexp.log_figure("a", Figure())
    gitexp.log_figure("b.svg", Figure(), step=2)
    gitexp.log_figure("epoch.1", Axes())
    gitexp.log_figure("c", Plotly(), 3)
    gitexp.log_figure("d", Picture())
    gitexp.log_image("e", Picture())
    gitexp.log_figure("f", 3)

    assert journal.artifacts == {
        "a.png": b"png", "b/00000002.svg": b"svg", "epoch.1.png": b"png", "c/00000003.plotly.json": b'{"data": []}',
        "d.png": b"RGB PNG", "e.png": b"RGB PNG",
    }  # fmt: skip
    assert journal.warnings == ["log_figure: an int is left out: a figure is one of Matplotlib, Plotly or PIL"]


def test_figures_of_matplotlib(journal: ScriptJournal) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots()
    gitexp.log_figure("a", figure)
    gitexp.log_figure("b", axes)
    gitexp.log_figure("c", pyplot)

    assert [data[:4] for data in journal.artifacts.values()] == [b"\x89PNG"] * 3
