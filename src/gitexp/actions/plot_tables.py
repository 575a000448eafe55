"""Tables and confusion matrices that a run logged, read to be shown."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.fetch_objects import open_objects
from gitexp.actions.placing_files import read_small
from gitexp.actions.wanted_files import list_files
from gitexp.errors import BrokenRecord, ObjectDamaged, ObjectMissing, PartNotFound, Refused
from gitexp.format.tables import parse_table
from gitexp.model.confusion import find_matrix
from gitexp.model.ordering import natural_key
from gitexp.model.plots import MatrixPlot, PlottedRun, TablePlot
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.wanted_files import WantedFile
    from gitexp.errors import ExpError
    from gitexp.format.tables import LoggedTable
    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

MOST_BYTES = 50_000_000
MOST_ROWS = 1_000
_MOST_OF_A_MATRIX = 200_000
_SUFFIX = ".csv"
_STEP = re.compile(r"(.+)/(\d+(?:\.\d+)?)\.csv")


class FoundTable(NamedTuple):
    """An artifact that is a table: of those logged under one name at several steps that of the last."""

    name: str
    file: WantedFile
    steps: int

    @property
    def title(self) -> str:
        """Its name, and the step where there are several."""
        return str(self.file.path).removesuffix(_SUFFIX) if self.steps > 1 else self.name


def list_tables(run: Run) -> list[FoundTable]:
    """The tables among a run's artifacts, in natural order of their names."""
    steps: dict[str, list[tuple[float, WantedFile]]] = {}
    for one in list_files(run, {"artifact"}).wanted:
        path = str(one.path)
        if path.lower().endswith(_SUFFIX):
            match = _STEP.fullmatch(path)
            name, step = (match[1], float(match[2])) if match else (path[: -len(_SUFFIX)], 0.0)
            steps.setdefault(name, []).append((step, one))
    return [
        FoundTable(name, max(files, key=lambda pair: pair[0])[1], len(files))
        for name, files in sorted(steps.items(), key=lambda pair: natural_key(pair[0]))
    ]


def plot_table(store: RunStore, head: RunHead, run: Run, name: str) -> TablePlot:
    """The table that a run logged under a name, or at a path; of one logged at several steps that of the last.

    Raises PartNotFound, ObjectMissing where its bytes are elsewhere, BrokenRecord where they are no table.
    """
    found = _find_table(run, name)
    return _make_table(head, found, _read_table(store, head, found.file, MOST_ROWS))


def plot_matrices(
    store: RunStore, head: RunHead, run: Run, name: str | None = None
) -> tuple[tuple[MatrixPlot, ...], list[ExpError]]:
    """The confusion matrices among a run's tables, or the one of that name, and why a table could not be read.

    Raises as ``plot_table`` does.
    """
    found = list_tables(run) if name is None else [_find_table(run, name)]
    plots, broken = _read_plots(store, head, found)
    matrices = tuple(plot for plot in plots if isinstance(plot, MatrixPlot))
    if matrices:
        return matrices, broken
    if broken:
        raise broken[0]
    if name is not None:
        raise PartNotFound(
            run.name,
            f"confusion matrix in its table {name}: it is of another shape",
            hint=f"exp plot --table {shlex.quote(name)} {head.id}",
        )
    raise _find_nothing(run, "confusion matrix")


def read_tables(store: RunStore, head: RunHead, run: Run) -> tuple[list[TablePlot | MatrixPlot], list[ExpError]]:
    """Every table that a run logged, a confusion matrix as one, and why one could not be read."""
    return _read_plots(store, head, list_tables(run))


def _read_plots(
    store: RunStore, head: RunHead, found: Sequence[FoundTable]
) -> tuple[list[TablePlot | MatrixPlot], list[ExpError]]:
    plots: list[TablePlot | MatrixPlot] = []
    broken: list[ExpError] = []
    for one in found:
        try:
            table = _read_table(store, head, one.file, _MOST_OF_A_MATRIX)
        except (ObjectMissing, ObjectDamaged, BrokenRecord, Refused) as error:
            broken.append(error)
            continue
        matrix = find_matrix(one.name, table.columns, table.rows)
        if matrix is None:
            plots.append(_make_table(head, one, table))
            continue
        left_out = [f"the matrix at {one.steps - 1} other steps"] if one.steps > 1 else []
        if table.total > len(table.rows):
            left_out.append(f"samples {len(table.rows) + 1} to {table.total}")
        run = PlottedRun(head.id, head.name)
        plots.append(MatrixPlot(run, one.title, matrix.labels, matrix.counts, tuple(left_out)))
    return plots, broken


def _make_table(head: RunHead, found: FoundTable, table: LoggedTable) -> TablePlot:
    rows = table.rows[:MOST_ROWS]
    left_out = [f"rows {len(rows) + 1} to {table.total} of {table.total}"] if table.total > len(rows) else []
    if found.steps > 1:
        left_out.append(f"the table at {found.steps - 1} other steps")
    return TablePlot(PlottedRun(head.id, head.name), found.title, table.columns, rows, tuple(left_out))


def _find_table(run: Run, name: str) -> FoundTable:
    for one in list_tables(run):
        if name in (one.name, str(one.file.path)):
            return one
    # A step before the last one, by its path.
    for file in list_files(run, {"artifact"}).wanted:
        if str(file.path) in (name, name + _SUFFIX) and str(file.path).lower().endswith(_SUFFIX):
            return FoundTable(name.removesuffix(_SUFFIX), file, 1)
    raise _find_nothing(run, f"table {name}")


def _find_nothing(run: Run, what: str) -> PartNotFound:
    names = [one.name for one in list_tables(run)]
    if names:
        return PartNotFound(
            run.name, f"{what}; its tables: {', '.join(names[:8])}", hint=f"exp plot --table NAME {run.id}"
        )
    if run.status is Status.RUNNING:
        return PartNotFound(run.name, f"{what} yet: it is going", hint=f"exp watch {run.id}")
    hint = "gitexp.log_table('confusion', {'actual': […], 'predicted': […]})  (in the script)"
    return PartNotFound(run.name, what, hint=hint)


def _read_table(store: RunStore, head: RunHead, file: WantedFile, most: int) -> LoggedTable:
    if (file.bytes or 0) > MOST_BYTES:
        raise Refused(
            f"{file.path} has {file.bytes} bytes: it is not read as a table", hint=f"exp get {head.id} {file.path}"
        )
    try:
        return parse_table(_read_bytes(store, head, file), most)
    except ValueError as error:
        raise BrokenRecord(head.id, f"its artifact {file.path} is no table: {error}") from error


def _read_bytes(store: RunStore, head: RunHead, file: WantedFile) -> bytes:
    if file.is_in_git:
        return read_small(store, head, file)
    place = open_objects(store.repository, store.project.path(store.repository)).find(file.md5 or "")
    if place is None:
        hint = f"exp get {head.id} {shlex.quote(str(file.path))}"
        raise ObjectMissing(file.path, file.md5 or "", "its bytes are not here", hint=hint)
    with open(place, "rb") as opened:
        return opened.read(MOST_BYTES)
