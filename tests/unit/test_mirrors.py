"""What mirrors hold, how they move the live ref, and how the end of a run takes its place."""

from __future__ import annotations

import dataclasses
import os
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.actions.going_journal import find_journal
from gitexp.actions.mirror_output import MOST_BYTES, OutputSoFar, parse_mirrored_output
from gitexp.actions.mirror_push import MirrorPush
from gitexp.actions.mirror_series import MOST_VALUES, SeriesSoFar
from gitexp.actions.mirroring import Mirroring
from gitexp.capture.redaction import make_redactor
from gitexp.errors import RefMoved, SecretsFound
from gitexp.format.frames import METRICS
from gitexp.git.objects import ObjectWriter
from gitexp.git.remotes import Remote
from gitexp.git.repository import open_repository
from gitexp.model.run import Status
from gitexp.model.settings import RedactionRules
from gitexp.store.mirrors import find_first_live
from gitexp.store.runs import open_store
from gitexp.store.writing import StoredRun, store_ended
from kit.exp import refs
from kit.going import Going
from kit.live import Shared
from kit.mirrored import mirror_run
from kit.stored import plan_run, store_run
from kit.terminal import wait_until

if TYPE_CHECKING:
    from kit.git import GitFolder

ID = "k3v9x2mabc"
LIVE = f"refs/exp/live/default/{ID}"
RUN = f"refs/runs/default/{ID}"


@given(st.lists(st.text("ab\n", max_size=12), max_size=20))
def test_a_follower_of_the_mirrors_reads_all_lines(pieces: list[str]) -> None:
    output, position, seen = OutputSoFar(), 0, b""
    for piece in pieces:
        output.take(piece.encode())
        mirrored = parse_mirrored_output(output.content())
        seen += mirrored.after(position)
        position = max(position, mirrored.end)

    whole = "".join(pieces).encode()
    assert output.content() == whole
    assert seen == whole[: whole.rfind(b"\n") + 1]


def test_of_long_output_the_end_is_kept_and_the_rest_counted() -> None:
    output = OutputSoFar()
    lines = b"".join(b"line %06d\n" % number for number in range(10_000))
    for start in range(0, len(lines), 7919):
        output.take(lines[start : start + 7919])

    content = output.content()
    mirrored = parse_mirrored_output(content)
    assert MOST_BYTES / 2 < len(content) <= MOST_BYTES + 60
    assert content.startswith(b"[gitexp: ")
    assert lines[mirrored.start :] == mirrored.text
    assert mirrored.text.startswith(b"line ")
    assert mirrored.after(mirrored.start - 12) == b"[gitexp: 12 bytes left out here]\n" + mirrored.text


def test_redrawn_lines_are_folded_and_take_no_room() -> None:
    output = OutputSoFar()
    output.take(b"start\n")
    for done in range(20_000):
        output.take(b"\r%5d/20000" % done)
    assert output.content() == b"start\n19999/20000"
    output.take(b"\nend\n")
    assert output.content() == b"start\n19999/20000\nend\n"
    output.take_dropped(1000)
    assert output.content().endswith(b"end\n[gitexp: 1,000 bytes left out here]\n")


def test_a_long_series_is_thinned_out_and_keeps_what_stands_out() -> None:
    series, redactor = SeriesSoFar(), make_redactor(RedactionRules())
    for step in range(20_000):
        series.take_record((METRICS, step / 10, step, {"loss": -5.0 if step == 7777 else 1.0, "lr": 0.1}))

    files, note = series.format(redactor)
    (text,) = (data.decode() for data in files.values())
    assert note is not None
    cells = [cell for line in text.splitlines()[1:] for cell in line.split(",")[2:]]
    assert (note.points, note.kept) == (40_000, sum(map(bool, cells)))
    assert MOST_VALUES / 4 < note.kept <= MOST_VALUES
    assert "\n7777," in text
    assert text.splitlines()[1].startswith("0,")
    assert text.splitlines()[-1].startswith("19999,")


def test_a_short_series_is_whole_and_secrets_in_names_are_hidden() -> None:
    series, redactor = SeriesSoFar(), make_redactor(RedactionRules(patterns=("corp-[0-9]+",)))
    series.take_record((METRICS, 0.5, 1, {"loss": 0.5}))
    series.take_record((METRICS, 0.6, 1, {"corp-1234": 2, "none": None}))

    files, note = series.format(redactor)

    assert note is None
    assert files == {b".exp/metrics.csv": b"step,time,loss,[redacted]\n1,0.5,0.5,2\n"}


def end_run(folder: GitFolder, live: str) -> None:
    """Stores the run's end in the place of a live ref that began with a commit."""
    repository = open_repository(str(folder.path))
    run = plan_run(folder, ID)
    with ObjectWriter(repository) as writer:
        tree = writer.read_commit(run.code.snapshot).tree
        store_ended(repository, writer, run, {}, tree, live=StoredRun(LIVE, live), sign=False)


def test_the_end_takes_the_place_of_whatever_mirrors_there_are(folder: GitFolder) -> None:
    run = plan_run(folder, ID, status=Status.RUNNING)
    first = store_run(folder, run)
    second = mirror_run(folder, run, 1.8e9)
    third = mirror_run(folder, dataclasses.replace(run, tags={"a": 1}), 1.8e9)
    assert folder.git("log", "-1", "--format=%P %ct", third) == f"{run.code.snapshot} {second} 1800000000"
    assert find_first_live(open_repository(str(folder.path)), third) == first

    end_run(folder, first)

    assert refs(folder, "refs/exp") == []
    assert folder.git("log", "-1", "--format=%P", RUN) == run.code.snapshot


def test_the_end_takes_no_place_of_what_is_no_mirror(folder: GitFolder) -> None:
    run = plan_run(folder, ID, status=Status.RUNNING)
    first = store_run(folder, run)
    folder.git("update-ref", LIVE, "HEAD")

    with pytest.raises(RefMoved):
        end_run(folder, first)

    assert folder.git("rev-parse", LIVE) == folder.git("rev-parse", "HEAD")
    assert refs(folder, "refs/runs") == []


def test_without_news_there_is_no_mirror(folder: GitFolder) -> None:
    shared = Shared.around(folder)
    folder.gen({".exp.yaml": "system: off\n"})
    folder.commit("settings")
    folder.git("push", "--quiet", "origin", "main")
    store = open_store(str(folder.path))
    with Going(folder) as run:
        run.tell("log(1, loss=0.5)")
        wait_until(lambda: os.path.exists(os.path.join(run.journal, "known", "run.yaml")))
        (head,) = store.heads().runs
        found = find_journal(store.repository, head)
        assert found is not None
        stop = threading.Event()
        push = MirrorPush(store, Remote("origin", str(shared.there.path), ""), with_history=None, stop=stop)
        mirroring = Mirroring(store, head, found, push, 30.0, stop)
        mirrors = []
        for line in ("pass", "pass", "log(2, loss=0.25)", "pass"):
            run.tell(line)
            mirroring.attempt()
            mirrors.append(shared.live(run.id))
        mirroring.close()
        assert mirroring.trouble is None
        assert 25 < mirroring.pause <= 30
    assert mirrors[0]
    assert mirrors[1] == mirrors[0]
    assert mirrors[2] != mirrors[1]
    assert mirrors[3] == mirrors[2]


def test_failures_make_the_pauses_longer(folder: GitFolder) -> None:
    shared = Shared.around(folder)
    store = open_store(str(folder.path))
    with Going(folder) as run:
        (head,) = store.heads().runs
        found = find_journal(store.repository, head)
        assert found is not None
        stop = threading.Event()
        push = MirrorPush(store, Remote("origin", str(shared.there.path), ""), with_history=None, stop=stop)
        mirroring = Mirroring(store, head, found, push, 30.0, stop)
        shared.there.path.rename(shared.there.path.with_name("away.git"))
        pauses = []
        for _ in range(6):
            mirroring.attempt()
            pauses.append(round(mirroring.pause, -1))
        assert pauses == [60, 120, 240, 480, 600, 600]
        assert mirroring.describe()[0].startswith("not mirrored to origin: ")
        shared.there.path.with_name("away.git").rename(shared.there.path)
        mirroring.attempt()
        assert mirroring.describe() == []
        assert shared.live(run.id)
        mirroring.close()


def test_each_mirror_is_looked_through(folder: GitFolder) -> None:
    shared = Shared.around(folder)
    store = open_store(str(folder.path))
    run = plan_run(folder, ID, status=Status.RUNNING)
    push = MirrorPush(store, Remote("origin", str(shared.there.path), ""), with_history=None, stop=threading.Event())
    push.push(StoredRun(LIVE, mirror_run(folder, run, 1.8e9, {"output.log": b"clean\n"})))
    assert shared.live(ID) == folder.git("rev-parse", LIVE)

    token = b"ghp_" + b"a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    with pytest.raises(SecretsFound):
        push.push(StoredRun(LIVE, mirror_run(folder, run, 1.8e9, {"output.log": token + b"\n"})))
    assert shared.live(ID) == folder.git("rev-parse", f"{LIVE}^2")
