"""What a listing of the newest runs needs of the index: a few heads and counts, however many runs there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.chains import Chains
from gitexp.model.ids import RunId
from gitexp.store.index import use_index
from gitexp.store.index_reading import SELECT, make_heads, make_ready

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gitexp.errors import BrokenRecord
    from gitexp.git.repository import Repository
    from gitexp.model.head import RunHead

# Two questions, each with an index of its own; as one, every run would be looked at.
_CHAINED = (
    "number IN (SELECT number FROM stored_runs WHERE resumes IS NOT NULL AND shown = 1 UNION SELECT number"
    " FROM stored_runs WHERE id IN (SELECT resumes FROM stored_runs WHERE resumes IS NOT NULL) AND shown = 1)"
)


class NewestRuns(NamedTuple):
    """The runs that are going and the newest, and how many there are besides.

    ``chained`` are all runs that go on from another one, or that another one goes on from. ``total`` counts the runs
    that ``heads`` are the first of, ``here`` each part of a chain as well, ``hidden`` those left out for being hidden,
    ``elsewhere`` those of other experiments, ``going_elsewhere`` those of them that are going. ``near`` are the ids
    next to those of ``heads``.
    """

    heads: tuple[RunHead, ...]
    chained: tuple[RunHead, ...]
    total: int
    here: int
    hidden: int
    elsewhere: int
    going_elsewhere: int
    near: tuple[RunId, ...]
    broken: tuple[BrokenRecord, ...]
    is_empty: bool
    """Whether there is no run at all."""


def read_newest_runs(
    repository: Repository, experiment: str | None, limit: int, *, hidden: bool = False, parts: bool = False
) -> NewestRuns | None:
    """The newest runs of an experiment, or of all; of a chain the newest run alone, unless its ``parts`` are wanted.

    None where the index cannot help, and where there are runs that somebody erased: all heads are looked at then.
    """

    def work(connection: sqlite3.Connection) -> NewestRuns | None:
        broken = make_ready(connection, repository)
        if connection.execute("SELECT EXISTS (SELECT 1 FROM stored_runs WHERE shown = 2)").fetchone()[0]:
            return None
        return _read(connection, repository, experiment, limit, hidden, parts)._replace(
            broken=tuple(error for _, error in broken)
        )

    return use_index(repository, work)


def _read(
    connection: sqlite3.Connection,
    repository: Repository,
    experiment: str | None,
    limit: int,
    hidden: bool,
    parts: bool,
) -> NewestRuns:
    counts = connection.execute(
        "SELECT experiment, hidden, going, count(*) FROM stored_runs WHERE shown = 1 GROUP BY experiment, hidden, going"
    ).fetchall()
    own = [row for row in counts if experiment in (None, row[0])]
    here = sum(row[3] for row in own if hidden or not row[1])
    others = [row for row in counts if experiment not in (None, row[0]) and not row[1]]
    chained: tuple[RunHead, ...] = ()
    passed: set[RunId] = set()
    if not parts:
        chained = make_heads(repository, connection.execute(f"{SELECT} WHERE {_CHAINED}"))
        listed = [one for one in chained if experiment in (None, one.experiment) and (hidden or not one.hidden)]
        passed = {one.id for one in listed} - {one.id for one in Chains(chained).find_newest(listed)}
    where, values = ["shown = 1"], list[object]()
    if experiment is not None:
        where.append("experiment = ?")
        values.append(experiment)
    if not hidden:
        where.append("hidden = 0")
    rows = connection.execute(
        f"{SELECT} WHERE {' AND '.join(where)} ORDER BY going DESC, started DESC, id DESC LIMIT ?",
        (*values, limit + len(passed)),
    ).fetchall()
    heads = make_heads(repository, [row for row in rows if row[4] not in passed][:limit])
    return NewestRuns(
        heads,
        chained,
        total=here - len(passed),
        here=here,
        hidden=0 if hidden else sum(row[3] for row in own if row[1]),
        elsewhere=sum(row[3] for row in others),
        going_elsewhere=sum(row[3] for row in others if row[2]),
        near=_find_near(connection, [head.id for head in heads]),
        broken=(),
        is_empty=not counts,
    )


def _find_near(connection: sqlite3.Connection, ids: Sequence[RunId]) -> tuple[RunId, ...]:
    """The ids right before and after each: no other one can have more letters in common with it."""
    near: set[RunId] = set()
    for run_id in ids:
        for question in (
            "SELECT max(id) FROM stored_runs WHERE id < ? AND shown = 1",
            "SELECT min(id) FROM stored_runs WHERE id > ? AND shown = 1",
        ):
            found = connection.execute(question, (run_id,)).fetchone()[0]
            if found is not None:
                near.add(RunId(found))
    return tuple(near)
