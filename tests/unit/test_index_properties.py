"""The index says what Git says, whatever happened to the runs between two listings."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gitexp.actions.choose_runs import RunChoice, choose_runs
from gitexp.actions.focused_runs import know_names_at
from gitexp.actions.list_runs import ListingChoice, list_project
from gitexp.errors import ExpError, InvalidFilter
from gitexp.model.filter_names import know_names
from gitexp.model.listing import ListingRequest
from gitexp.model.run import Lineage, Status
from gitexp.store.gathering import gather_heads
from gitexp.store.index import index_path
from gitexp.store.index_columns import find_places
from gitexp.store.index_reading import read_indexed
from gitexp.store.runs import open_store
from kit.exp import run_exp
from kit.git import GitFolder
from kit.stored import make_summary, plan_run, store_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore

EXPERIMENTS = ("default", "fraud")
FILTERS = (
    "params.lr < 0.6 and loss >= 0.3",
    "flag and lr > 0.1",
    "tags.team is not null or näme like 'x%'",
    "metrics.loss.min == metrics.loss and status != 'failed'",
    "params.typo == 1",
)
BEST = ("+loss", "-metrics.loss.min", "metrics.loss.max", "-params.lr", "tags.team", "seconds", "typo", "loss", "")
IDS = tuple(f"{letter}{number}xaaaaaaa" for letter in "ghjk" for number in range(3))


def describe(heads: Heads) -> object:
    return heads.runs, heads.removed, [(type(error), error.message, error.hint) for error in heads.broken]


def compare(store: RunStore) -> None:
    for experiment in (None, *EXPERIMENTS):
        indexed = read_indexed(store.repository, experiment)
        told = gather_heads(store.repository, experiment)
        if indexed is not None:
            assert describe(indexed) == describe(told)
        assert describe(store.heads(experiment)) == describe(told)
    heads = store.heads(with_values=True).runs
    assert know_names_at(find_places(store.repository, heads), heads) == know_names(heads)
    for hidden, parts in ((False, False), (True, False), (False, True)):
        shown = list_newest(store, hidden=hidden, parts=parts)
        judged = [filter_all(store, where, hidden=hidden, parts=parts) for where in FILTERS]
        best = [list_best(store, by, hidden=hidden, parts=parts) for by in BEST]
        with no_index(store):
            assert [list_best(store, by, hidden=hidden, parts=parts) for by in BEST] == best
            assert list_newest(store, hidden=hidden, parts=parts) == shown
            assert [filter_all(store, where, hidden=hidden, parts=parts) for where in FILTERS] == judged


def filter_all(store: RunStore, where: str, *, hidden: bool, parts: bool) -> object:
    """What a filter leaves, or why it cannot be read."""
    try:
        chosen = choose_runs(store, RunChoice(where=where, everything=True, hidden=hidden, parts=parts))
    except InvalidFilter as error:
        return error.message, error.hint
    return [(head.id, head.params, head.metrics) for head in chosen.heads], chosen.total


def list_best(store: RunStore, by: str, *, hidden: bool, parts: bool) -> object:
    """The best by a column, or why there is no such order."""
    choice = ListingChoice(everything=True, hidden=hidden, parts=parts, by=by)
    try:
        listing = list_project(store, ListingRequest(limit=3), choice)
    except ExpError as error:
        return error.message, error.hint
    return listing.table, listing.by, listing.valueless


def list_newest(store: RunStore, *, hidden: bool, parts: bool) -> list[object]:
    found = []
    for experiment in (None, *EXPERIMENTS):
        request = ListingRequest(limit=3)
        choice = ListingChoice(experiment, everything=experiment is None, hidden=hidden, parts=parts)
        listing = list_project(store, request, choice)
        broken = sorted(error.message for error in listing.broken)
        found.append((listing._replace(broken=()), broken))
    return found


@contextlib.contextmanager
def no_index(store: RunStore) -> Iterator[None]:
    """A folder in its place: nothing can be opened or made there."""
    path = index_path(store.repository)
    os.rename(path, f"{path}.away")
    os.mkdir(path)
    yield
    os.rmdir(path)
    os.rename(f"{path}.away", path)


class History:
    """A repository to which things happen, by number: every number is some thing, in whatever state it is."""

    def __init__(self, folder: GitFolder) -> None:
        self.folder = folder
        self.steps: tuple[Callable[[int], object], ...] = (
            self.store,
            self.store,
            self.store,
            self.begin,
            self.tag,
            self.move,
            self.hide,
            self.fold,
            self.purge,
            self.pack,
            self.lose,
            self.point_elsewhere,
            self.delete,
            self.forget_index,
        )

    def take(self, step: int, number: int) -> None:
        self.steps[step](number)

    def _id(self, number: int) -> str:
        return IDS[number % len(IDS)]

    def _refs(self) -> list[str]:
        return self.folder.git("for-each-ref", "--format=%(refname)", "refs/runs", "refs/exp/live").split()

    def _any_ref(self, number: int) -> str | None:
        refs = self._refs()
        return refs[number % len(refs)] if refs else None

    def _plan(self, number: int, **fields: object) -> None:
        experiment = EXPERIMENTS[number % 2]
        run_id = self._id(number)
        kind = "refs/exp/live/" if "status" in fields else "refs/runs/"
        if any(ref.startswith(kind) and ref.endswith(run_id) for ref in self._refs()):
            return
        lineage = Lineage(resumes=self._id(number // 3)) if number % 3 == 0 else Lineage()  # type: ignore[arg-type]
        store_run(
            self.folder,
            plan_run(
                self.folder,
                run_id,
                minutes=number % 7,
                experiment=experiment,
                params={
                    "lr": number / 7,
                    "näme": "x\ud800y" if number % 5 == 0 else "é",
                    **({"flag": number % 4 == 0, "sizes": [number]} if number % 2 == 0 else {}),
                },
                metrics={"loss": make_summary(number / 3, min=number / 4, step=number), "nan": float("nan")},
                lineage=lineage,
                **fields,
            ),
        )

    def store(self, number: int) -> None:
        self._plan(number)

    def begin(self, number: int) -> None:
        self._plan(number, status=Status.RUNNING)

    def _say(self, *words: str) -> None:
        run_exp(self.folder, *words)

    def tag(self, number: int) -> None:
        self._say("tag", self._id(number), f"team={number}")

    def move(self, number: int) -> None:
        self._say("mv", self._id(number), "--to", EXPERIMENTS[number // 2 % 2])

    def hide(self, number: int) -> None:
        self._say("rm", self._id(number))

    def fold(self, number: int) -> None:
        self._say("fold", *{ref for ref in (self._any_ref(number), self._any_ref(number // 2)) if ref is not None})

    def purge(self, number: int) -> None:
        """Erases elsewhere: only the list comes."""
        tree = self.folder.git("mktree", stdin=f"100644 blob {self._blob()}\t{self._id(number)}\n".encode())
        self.folder.git(
            "update-ref", f"refs/exp/removed/w{number % 2}", self.folder.git("commit-tree", tree, "-m", "x")
        )

    def _blob(self) -> str:
        return self.folder.git("hash-object", "-w", "--stdin", stdin=b"x\n")

    def pack(self, _: int) -> None:
        self.folder.git("pack-refs", "--all")

    def lose(self, number: int) -> None:
        """A ref to a commit that is not there, as after a power cut."""
        path = self.folder.path / ".git" / "refs" / "runs" / EXPERIMENTS[number % 2] / self._id(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name("unfinished.lock")
        unfinished.write_text("1" * 40 + "\n", encoding="ascii")
        unfinished.rename(path)

    def point_elsewhere(self, number: int) -> None:
        """A ref that holds the commit of another run, or of none, or is another ref, or has an odd name."""
        name = f"refs/runs/{EXPERIMENTS[number % 2]}/{self._id(number // 2)}"
        ref = self._any_ref(number)
        if number % 4 == 0:
            self.folder.git("update-ref", name, "HEAD")
        elif number % 4 == 1:
            odd = ("refs/runs/Odd/näme", "refs/exp/removed/Odd_", "refs/exp/fold/w1/202611", "refs/runs/odd")
            self.folder.git("update-ref", odd[number // 4 % 4], "HEAD")
        elif number % 4 == 2 and ref is not None and ref != name:
            self.folder.git("symbolic-ref", name, ref)
        elif ref is not None and self.folder.git("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", check=False):
            self.folder.git("update-ref", name, ref)

    def delete(self, number: int) -> None:
        ref = self._any_ref(number)
        if ref is not None:
            self.folder.git("update-ref", "--no-deref", "-d", ref)

    def forget_index(self, _: int) -> None:
        path = index_path(open_store(os.fspath(self.folder.path)).repository)
        if os.path.exists(path):
            os.unlink(path)


STEPS = st.lists(st.tuples(st.integers(0, 13), st.integers(0, 200)), min_size=2, max_size=10)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@example(steps=[(0, 1), (0, 3), (0, 4), (5, 1), (4, 1), (7, 0), (4, 3), (7, 0), (8, 4), (9, 0), (6, 3)])
@example(steps=[(0, 0), (0, 1), (3, 2), (9, 0), (10, 2), (11, 4), (11, 5), (11, 6), (11, 7), (12, 0), (12, 1), (12, 2)])
@example(steps=[(0, 3), (0, 9), (0, 30), (13, 0), (8, 3), (8, 9), (7, 1), (9, 0), (11, 5), (13, 0), (0, 3)])
@example(steps=[(0, 3), (11, 9), (0, 4), (9, 0), (10, 3)])
def test_listings_are_equal_with_and_without_an_index(
    steps: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = GitFolder.create(tmp_path_factory.mktemp("history"))
    folder.commit("start")
    history = History(folder)
    store = open_store(os.fspath(folder.path))
    for step, number in steps:
        history.take(step, number)
        compare(store)
