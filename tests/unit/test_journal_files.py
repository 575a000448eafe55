"""The journal's notes and records: written, read back, and nothing where they are torn."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from gitexp.format.frames import HEADER, METRICS, PARAMS, format_frame
from gitexp.store.journal import Journal, JournalStart
from gitexp.store.journal_notes import (
    EndNote,
    ProcessNote,
    read_end,
    read_processes,
    write_end,
    write_processes,
)
from gitexp.store.journal_records import Damage, read_log, read_records
from gitexp.store.journals import claim_journal
from gitexp.store.machine import host_name, read_boot

if TYPE_CHECKING:
    import pathlib

START = JournalStart("here", "boot-1", extract=True, traces=(), wall=1_000_000.0, monotonic=500.0)


def test_notes_come_back(tmp_path: pathlib.Path) -> None:
    journal = Journal(str(tmp_path), -1)
    processes, end = ProcessNote(10, None, 12), EndNote(143, None, "SIGTERM", None, ("SIGTERM",), 1.5, 1_000_001.5)
    write_processes(journal, processes)
    write_end(journal, end)

    assert read_processes(journal) == processes
    assert read_end(journal) == end


def test_a_torn_note_says_nothing(tmp_path: pathlib.Path) -> None:
    journal = Journal(str(tmp_path), -1)
    write_end(journal, EndNote(0, 0, None, None, (), 1.0, 2.0))
    os.truncate(journal.ended, 20)

    assert read_end(journal) is None
    assert read_processes(journal) is None


def test_records_of_several_processes_are_in_order_of_time_since_the_start(tmp_path: pathlib.Path) -> None:
    journal = Journal(str(tmp_path), -1)
    os.mkdir(journal.log)
    same_clock = (HEADER, 1, "other name", "boot-1", 7, None, 1_000_003.0, 502.0)  # its calendar was set meanwhile
    other_clock = (HEADER, 1, "there", "boot-2", 8, 1, 1_000_001.0, 90.0)
    (tmp_path / "log" / "7.log").write_bytes(
        b"".join(map(format_frame, [same_clock, (METRICS, 502.0, 1, {"a": 1}), (METRICS, 504.0, 2, {"a": 2})]))
    )
    (tmp_path / "log" / "8.log").write_bytes(
        b"".join(map(format_frame, [other_clock, (PARAMS, 92.0, {"lr": 0.1})])) + b"\xe7\x00"
    )

    assert list(read_records(journal, START)) == [
        (METRICS, 2.0, 1, {"a": 1}),
        (PARAMS, 3.0, {"lr": 0.1}),
        (METRICS, 4.0, 2, {"a": 2}),
    ]


needs_root = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files to others")


@needs_root
def test_a_log_of_another_user_is_not_read(tmp_path: pathlib.Path) -> None:
    journal = Journal(str(tmp_path), -1)
    os.mkdir(journal.log)
    for name in ("1.log", "2.log"):
        (tmp_path / "log" / name).write_bytes(format_frame((PARAMS, 0.0, {"name": name})))
    damage = Damage()
    assert [record[2]["name"] for record in read_records(journal, START, damage)] == ["1.log", "2.log"]
    assert damage.foreign == 0

    os.chown(tmp_path / "log" / "2.log", 1234, 1234)

    assert [record[2]["name"] for record in read_records(journal, START, damage)] == ["1.log"]
    assert damage.foreign == 1


@needs_root
def test_a_journal_of_another_user_is_not_claimed(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "k3v9x2mabc"
    folder.mkdir()
    (folder / "start").write_text(json.dumps(START._replace(host=host_name(), boot=read_boot())._asdict()))
    (folder / "lock").touch()
    claimed = claim_journal(str(folder))
    assert claimed is not None
    claimed[0].release()

    os.chown(folder, 1234, 1234)

    assert claim_journal(str(folder)) is None


def test_places_of_damage_are_counted(tmp_path: pathlib.Path) -> None:
    journal = Journal(str(tmp_path), -1)
    os.mkdir(journal.log)
    whole = format_frame((PARAMS, 0.0, {"lr": 0.1}))
    (tmp_path / "log" / "1.log").write_bytes(whole + b"nothing\xe7of\xe7ours" + whole + whole[:9])
    damage = Damage()
    assert len(list(read_records(journal, START, damage))) == 2
    assert damage.places == 2
    size = len(whole)
    assert len(list(read_log(str(tmp_path / "log" / "1.log"), START, None, size))) == 1
