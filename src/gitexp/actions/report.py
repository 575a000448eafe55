"""What a report of runs shows, read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.choose_runs import choose_runs
from gitexp.actions.compare_groups import compare_groups
from gitexp.actions.details_of_runs import read_details
from gitexp.actions.report_code import read_code
from gitexp.actions.report_curves import read_report_curves
from gitexp.actions.report_lineage import read_lineages
from gitexp.actions.report_media import read_pictures, read_report_tables
from gitexp.actions.show import view_going
from gitexp.errors import BrokenRecord, MissingPackage, NothingToPlot, UsageError
from gitexp.model.comparison import Candidate, detail_columns
from gitexp.model.details import find_details
from gitexp.model.difference import parse_packages
from gitexp.model.free_columns import free_columns
from gitexp.model.grouping import group_runs
from gitexp.model.importance import make_importance
from gitexp.model.plot_axes import read_axis
from gitexp.model.report import Report
from gitexp.model.run import Status
from gitexp.model.weights import weigh_columns
from gitexp.store.layout import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitexp.actions.choose_runs import ChosenRuns, RunChoice
    from gitexp.errors import ExpError
    from gitexp.model.columns import Column
    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.plots import ImportancePlot
    from gitexp.model.run import Run
    from gitexp.model.values import Value
    from gitexp.store.runs import RunStore

_MOST_LISTS = 20
_MOST_IMPORTANCES = 2
FEWEST_FOR_IMPORTANCE = 5


class ReportRead(NamedTuple):
    """A report, the choice it was made from, and what could not be read."""

    report: Report
    chosen: ChosenRuns
    broken: tuple[ExpError, ...]


class ReportRequest(NamedTuple):
    """What to report on. ``group_by`` are keys of columns, or ``auto``; ``baseline`` a run, or a group by its label."""

    choice: RunChoice
    title: str
    group_by: tuple[str, ...] = ()
    baseline: str | None = None


def read_report(store: RunStore, request: ReportRequest) -> ReportRead:
    """Chooses runs and reads all that a report shows of them, bounded in size, what is left out said.

    Raises as ``choose_runs`` and ``group_runs`` do.
    """
    chosen = choose_runs(store, request.choice)
    heads = chosen.heads
    manifests, unread = _load(store, heads)
    # Of a chain the parts before it count, too: what it cost is not in its own manifest.
    joined, unjoined = read_details(store, [head for head in heads if head.chain])
    own = {ref: find_details(run) for ref, run in manifests.items()}
    candidates = tuple(Candidate(head, joined.get(head.ref) or own.get(head.ref) or {}) for head in heads)
    columns = _find_columns(candidates, store)
    curves, broken, said = read_report_curves(store, heads)
    comparison = None
    if request.group_by and heads:
        comparison, ungrouped = compare_groups(store, chosen, request.group_by, baseline=request.baseline)
        unread += ungrouped
    importances, unimportant = _find_importances(candidates, columns, store)
    runs = [(head, manifests[head.ref]) for head in heads if head.ref in manifests]
    tables, untold = read_report_tables(store, runs)
    pictures, unseen = read_pictures(store, runs)
    code, uncoded = read_code(store, runs)
    packages, unlisted = _read_packages(store, runs)
    lineages, untraced = read_lineages(store, heads)
    report = Report(
        request.title or _make_title(chosen),
        candidates,
        manifests,
        tuple(columns),
        frozenset(column.key for column in columns if read_axis(candidates, column).log),
        store.settings.directions,
        curves,
        group_runs(candidates, request.group_by) if request.group_by and heads else None,
        comparison,
        importances,
        tables,
        pictures,
        code,
        packages,
        _name_others(runs, chosen),
        (*said, *unimportant, *untold, *unseen, *uncoded, *unlisted, *untraced),
        lineages,
    )
    errors = {error.message: error for error in (*chosen.broken, *unread, *unjoined, *broken)}
    return ReportRead(report, chosen, tuple(errors.values()))


def _make_title(chosen: ChosenRuns) -> str:
    experiments = list(dict.fromkeys(str(head.experiment) for head in chosen.heads)) or [str(chosen.experiment)]
    return f"Runs of {', '.join(experiments)}" if len(experiments) <= 3 else f"Runs of {len(experiments)} experiments"


def _load(store: RunStore, heads: Sequence[RunHead]) -> tuple[dict[str, Run], list[ExpError]]:
    manifests: dict[str, Run] = {}
    broken: list[ExpError] = []
    for head, run in store.load_many(heads):
        if isinstance(run, BrokenRecord):
            broken.append(run)
            continue
        view = view_going(store, head) if head.status is Status.RUNNING else None
        manifests[head.ref] = run if view is None else view.run
    return manifests, broken


def _find_columns(candidates: Sequence[Candidate], store: RunStore) -> list[Column]:
    """Params, metrics, tags and details of the runs, each with how much it tells."""
    heads = [candidate.head for candidate in candidates]
    free = weigh_columns(free_columns(heads), heads, store.settings.directions, asked=False)
    details = [column.with_weight(0) for column in detail_columns(candidates)]
    return [*free, *details]


def _find_importances(
    candidates: Sequence[Candidate], columns: Sequence[Column], store: RunStore
) -> tuple[tuple[ImportancePlot, ...], list[str]]:
    """The importance of params for the metrics that tell most; nothing is said where there are too few runs for any."""
    if len(candidates) < FEWEST_FOR_IMPORTANCE:
        return (), []
    metrics = sorted((column for column in columns if column.kind == "metric"), key=lambda column: -column.weight)
    directed = [column for column in metrics if column.name in store.settings.directions]
    found: list[ImportancePlot] = []
    said: list[str] = []
    for column in directed[:_MOST_IMPORTANCES] or metrics[:1]:
        try:
            found.append(make_importance(candidates, column.key))
        except MissingPackage as error:
            return (), [f"importance of params: {error.message} ({error.hint})"]
        except (NothingToPlot, UsageError) as error:
            said.append(f"importance for {column.name}: {error.message}")
    return tuple(found), said


def _read_packages(
    store: RunStore, runs: Sequence[tuple[RunHead, Run]]
) -> tuple[dict[str, Mapping[str, Value]], list[str]]:
    first: dict[str, RunHead] = {}
    for head, run in runs:
        if run.environment.packages is not None:
            first.setdefault(run.environment.packages, head)
    found: dict[str, Mapping[str, Value]] = {}
    for key, head in list(first.items())[:_MOST_LISTS]:
        try:
            data = store.read_part(head, PACKAGES)
        except BrokenRecord as error:
            return found, [f"lists of packages: {error.message}"]
        if data is not None:
            found[key] = parse_packages(data.decode("utf-8", "replace"))
    more = len(first) - _MOST_LISTS
    return found, [f"{more} further lists of packages"] if more > 0 else []


def _name_others(runs: Sequence[tuple[RunHead, Run]], chosen: ChosenRuns) -> dict[RunId, str]:
    inside = {head.id for head, _ in runs}
    lineages = (run.lineage for _, run in runs)
    wanted = {one for known in lineages for one in (known.resumes, known.reproduces, known.forked_from) if one}
    return {head.id: head.name for head in chosen.known.runs if head.id in wanted and head.id not in inside}
