"""Four clones that say things of the same runs, move, hide, fold, push and pull them in any order: nothing is lost."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from gitexp.store.runs import open_store
from kit.exp import run_exp
from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib

    from gitexp.model.head import RunHead

WHO = ("ada", "bob", "cem", "dora")
RUNS_EACH = 2
OPERATIONS = 60
MOST_ROUNDS = 6


class Team:
    """Four clones of one bare repository, and what each of them said."""

    def __init__(self, place: pathlib.Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.said: list[tuple[str, str]] = []
        self.done: Counter[str] = Counter()
        first = GitFolder.create(place / WHO[0])
        first.gen({"train.py": "print('loss=0.5')\n"})
        first.commit("start")
        first.git("clone", "--quiet", "--bare", ".", str(place / "origin.git"))
        first.git("remote", "add", "origin", str(place / "origin.git"))
        first.git("fetch", "--quiet", "origin")
        self.clones = {WHO[0]: first}
        for who in WHO[1:]:
            first.git("clone", "--quiet", str(place / "origin.git"), str(place / who))
            self.clones[who] = GitFolder(place / who)
        for who, clone in self.clones.items():
            clone.git("config", "user.name", who)
            clone.git("config", "user.email", f"{who}@example.org")
            for _ in range(RUNS_EACH):
                self.call(who, "run", "--quiet", "--", "true")

    def call(self, who: str, *line: str) -> None:
        ran = run_exp(self.clones[who], *line)
        assert ran.status == 0, (who, line, ran.out, ran.err)
        self.done[line[0]] += 1

    def heads(self, who: str) -> dict[str, RunHead]:
        heads = open_store(str(self.clones[who].path)).heads()
        assert heads.broken == ()
        return {head.id: head for head in heads.runs}

    def do_something(self, number: int) -> None:
        who = self.random.choice(WHO)
        runs = sorted(self.heads(who))
        what = self.random.choice(("tag", "tag", "note", "note", "mv", "rm", "undo", "fold", "push", "pull", "pull"))
        run = self.random.choice(runs)
        text = f"{who} said {number}"
        if what == "tag":
            self.call(who, "tag", run, f"by={who}", f"n{number}={number}")
        elif what == "note":
            self.call(who, "note", run, text)
            self.said.append((run, text))
        elif what == "mv":
            self.call(who, "mv", run, self.random.choice(("default", "base", "fraud")))
        elif what == "rm":
            self.call(who, "rm", run)
        elif what == "undo":
            self.call(who, "rm", "--undo", run)
        elif what == "fold":
            self.call(who, "fold", *self.random.sample(runs, self.random.randint(1, len(runs))))
        elif what == "push":
            self.call(who, "push", "--all", "--quiet")
        else:
            self.call(who, "pull", "--quiet")

    def view(self, who: str) -> dict[str, tuple[object, ...]]:
        store = open_store(str(self.clones[who].path))
        return {
            head.id: (head.commit, head.experiment, head.hidden, head.tags, store.load(head).annotations)
            for head in store.heads().runs
        }

    def converge(self) -> int:
        for rounds in range(1, MOST_ROUNDS + 1):
            for who in WHO:
                self.call(who, "pull", "--quiet")
                self.call(who, "push", "--all", "--quiet")
            views = [self.view(who) for who in WHO]
            if all(view == views[0] for view in views):
                return rounds
        raise AssertionError(f"after {MOST_ROUNDS} rounds of pull and push the clones differ: {views}")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_four_clones_converge_and_nothing_is_lost(tmp_path: pathlib.Path, seed: int) -> None:
    team = Team(tmp_path, seed)
    everything = {run for who in WHO for run in team.heads(who)}

    for number in range(OPERATIONS):
        team.do_something(number)
    rounds = team.converge()

    assert rounds <= 3
    view = team.view(WHO[0])
    notes = {run: [one.value for one in said[4] if one.kind == "note"] for run, said in view.items()}  # type: ignore[attr-defined]
    lost = [(run, text) for run, text in team.said if text not in notes[run]]
    assert (lost, sum(map(len, notes.values()))) == ([], len(team.said))
    assert view.keys() == everything
    assert len(everything) == len(WHO) * RUNS_EACH
    assert min(team.done[word] for word in ("tag", "note", "mv", "rm", "fold", "push", "pull")) > 0
    for clone in [*team.clones.values(), GitFolder(tmp_path / "origin.git")]:
        clone.git("fsck", "--strict", "--no-dangling")
