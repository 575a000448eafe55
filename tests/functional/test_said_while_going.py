"""What is said of a run while it goes: it is seen at once, and in the run when it has ended, however it ended."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from gitexp.actions.waiting_annotations import store_waiting
from gitexp.format.annotation import format_annotation, name_annotation
from gitexp.git.repository import open_repository
from gitexp.model.annotations import Statement
from gitexp.model.run import User
from gitexp.store.journal import Journal
from gitexp.store.journal_annotations import close_annotations, write_annotation
from kit.exp import manifest, refs, run_exp
from kit.going import Going
from kit.saying import message, said_of
from kit.terminal import wait_until

if TYPE_CHECKING:
    from kit.git import GitFolder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="scripts that are told what to do read a pipe")


def ended_ref(folder: GitFolder, run_id: str) -> str:
    (ref,) = refs(folder, "refs/runs")
    assert ref.endswith(run_id)
    assert refs(folder, "refs/exp") == []
    assert os.listdir(folder.path / ".git" / "exp" / "live") == []
    folder.git("fsck", "--strict", "--no-dangling")
    return ref


def say_something(folder: GitFolder, run_id: str) -> None:
    tagged = run_exp(folder, "tag", run_id, "team=fraud", "n=1")
    assert tagged.status == 0
    assert "tagged run " in tagged.err
    assert "still going; the record at the end will have it" in tagged.err
    assert run_exp(folder, "note", run_id, "looks good").status == 0
    assert run_exp(folder, "link", run_id, "https://example.org/t").status == 0
    assert run_exp(folder, "tag", run_id, "n=2").status == 0


SAID = [
    {"tag": {"team": "fraud", "n": 1}},
    {"note": "looks good"},
    {"link": {"url": "https://example.org/t"}},
    {"tag": {"n": 2}},
]


def test_it_is_seen_at_once_and_stored_at_the_end(folder: GitFolder) -> None:
    with Going(folder, "-q", "-t", "own=1") as going:
        say_something(folder, going.id)
        live = folder.git("rev-parse", f"refs/exp/live/default/{going.id}")
        assert run_exp(folder, "tag", going.id).out == "n=2\nown=1\nteam=fraud\n"
        assert json.loads(run_exp(folder, "ls", "--json").out)["data"]["runs"][0]["tags"] == {
            "own": 1,
            "team": "fraud",
            "n": 2,
        }
        assert "looks good" in run_exp(folder, "show", going.id).out
        again = run_exp(folder, "tag", going.id, "n=2")
        assert "tagged so already: n=2" in again.err
        assert folder.git("rev-parse", f"refs/exp/live/default/{going.id}") == live
        going.tell("import gitexp", "gitexp.tag(n=3, script=True)")
        assert going.end() == 0
    ref = ended_ref(folder, going.id)
    assert said_of(folder, ref) == SAID
    assert [line for line in message(folder, ref) if line.startswith("Tag: ")] == [
        "Tag: own=1",
        "Tag: n=2",
        "Tag: script=true",
        'Tag: team="fraud"',
    ]
    # The run's own commit is as it would have been, and what was said is one more on top of it.
    assert manifest(folder, f"{ref}^2")["tags"] == {"own": 1, "n": 3, "script": True}
    assert run_exp(folder, "ls").err == ""


@pytest.mark.parametrize("who", ["recorder", "recorder and keeper"])
def test_it_outlives_who_records(folder: GitFolder, who: str) -> None:
    with Going(folder, "-q") as going:
        say_something(folder, going.id)
        if who == "recorder":
            going.process.kill()
            going.process.wait()
            run_exp(folder, "tag", going.id, "after=1")
            going.process.communicate()  # the script reads its end, and the keeper stores the run
            wait_until(lambda: not os.path.exists(going.journal))
        else:
            going.kill()
            run_exp(folder, "tag", going.id, "after=1")
            run_exp(folder, "recover")
    ref = ended_ref(folder, going.id)
    assert manifest(folder, ref)["status"] == ("finished" if who == "recorder" else "lost")
    assert said_of(folder, ref) == [*SAID, {"tag": {"after": 1}}]


def test_what_came_between_the_store_and_the_end_of_the_journal_is_stored_too(folder: GitFolder) -> None:
    run_exp(folder, "run", "-q", "--", sys.executable, "train.py")
    (ref,) = refs(folder)
    run_id = ref.rpartition("/")[2]
    place = folder.path / ".git" / "exp" / "live" / run_id
    (place / "annotations").mkdir(parents=True)
    journal = Journal(str(place), -1)
    repository = open_repository(str(folder.path))
    before = folder.git("rev-parse", ref)
    data = format_annotation(
        Statement("note", "late"), datetime(2030, 1, 1, tzinfo=UTC), User("Ada", "ada@example.org")
    )
    name = name_annotation(data)
    assert write_annotation(journal, name, data)
    assert not close_annotations(journal)
    assert store_waiting(repository, journal, sign=False) == ()
    assert said_of(folder, ref) == [{"note": "late"}]
    # Closed: who comes now is told so, and says it of the stored run instead.
    assert not write_annotation(journal, name, data)
    assert close_annotations(journal)
    # The same once more, as after a kill between the commit and the removal: nothing is said twice.
    (place / "annotations").mkdir()
    assert write_annotation(journal, name, data)
    tip = folder.git("rev-parse", ref)
    assert store_waiting(repository, journal, sign=False) == ()
    assert folder.git("rev-parse", ref) == tip != before


def test_a_file_that_is_no_annotation_is_put_aside(folder: GitFolder) -> None:
    with Going(folder, "-q") as going:
        assert run_exp(folder, "note", going.id, "fine").status == 0
        name = f"{'0' * 64}.yaml"
        with open(os.path.join(going.journal, "annotations", name), "w", encoding="ascii") as file:
            file.write("torn")
        assert "fine" in run_exp(folder, "show", going.id).out
        going.process.communicate(timeout=120)
    ref = ended_ref(folder, going.id)
    assert said_of(folder, ref) == [{"note": "fine"}]
    kept = folder.path / ".git" / "exp" / "unkept" / going.id / "annotations" / name
    assert kept.read_text() == "torn"


def test_a_secret_of_the_run_is_refused(folder: GitFolder) -> None:
    with Going(folder, "-q", "-p", "api_key=correct-horse-battery-9") as going:
        refused = run_exp(folder, "note", going.id, "it was correct-horse-battery-9 all along")
        assert (refused.status, "looks like a secret" in refused.err) == (1, True)
        assert os.listdir(os.path.join(going.journal, "annotations")) == []


def test_a_run_that_goes_elsewhere_is_refused(folder: GitFolder) -> None:
    with Going(folder, "-q") as going:
        path = os.path.join(going.journal, "start")
        with open(path, encoding="ascii") as file:
            start = file.read()
        with open(path, "w", encoding="ascii") as file:
            file.write(json.dumps({**json.loads(start), "host": "gpu-7", "boot": "another"}))
        refused = run_exp(folder, "tag", going.id, "a=1")
        assert refused.status == 1
        assert "is going on gpu-7; nothing can be said of it here before it has ended\nhint: ssh gpu-7" in refused.err
        with open(path, "w", encoding="ascii") as file:
            file.write(start)
    assert run_exp(folder, "tag", going.id, "a=1").status == 0


def test_a_live_ref_without_a_journal_is_of_another_machine(runs: GitFolder) -> None:
    refused = run_exp(runs, "tag", "k3v9", "q9ne", "a=1")
    assert (refused.status, "is going on gpu-7" in refused.err) == (1, True)
    assert run_exp(runs, "tag", "k3v9").out == ""
