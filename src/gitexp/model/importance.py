"""Which params tell most of a metric: permutation importance of a random forest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.errors import MissingPackage, NothingToPlot, UsageError
from gitexp.model.free_columns import free_columns
from gitexp.model.parallel import MOST_CATEGORIES
from gitexp.model.plot_axes import PlotAxis, describe_left_out, find_column, name_some, read_axis
from gitexp.model.plots import ImportancePlot, ImportanceRow
from gitexp.model.seed import is_seed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gitexp.model.comparison import Candidate

FEWEST_RUNS = 20
RUNS_PER_PARAM = 10
_FEWEST = 5
_FOLDS = 5
_TREES = 100
_SHUFFLES = 20
_MOST_RUNS = 5000
_NOTHING = 0.1
METHOD = (
    f"loss of R² on held-out runs ({_FOLDS} folds) when the values of a param are shuffled ({_SHUFFLES} times); "
    f"random forests of {_TREES} trees"
)


class Judged(NamedTuple):
    """What forests learned: R² on runs that they had not seen, and by param the losses of it, one for each shuffle."""

    r2: float
    losses: list[list[float]]


def make_importance(candidates: Sequence[Candidate], metric: str) -> ImportancePlot:
    """How much each param that differs tells of a metric, or of another column of numbers.

    A param of texts is one param, whatever they are. The seed, params that are the same in all runs and those with a
    text for nearly each run are left out and named. The same runs give the same numbers. Raises MissingPackage,
    UsageError, NothingToPlot where there are fewer than five runs or no param differs.
    """
    column = find_column(metric, candidates, what="--importance")
    target = read_axis(candidates, column)
    if target.categories:
        raise UsageError(f"--importance {metric}: it is no number", hint="exp plot --importance METRIC")
    said = list(describe_left_out(candidates, [target]))
    known = [candidate for candidate, value in zip(candidates, target.places, strict=True) if value is not None]
    values = [value for value in target.places if value is not None]
    if len(known) > _MOST_RUNS:
        said.append(f"all but the first {_MOST_RUNS} of {len(known)} runs")
        known, values = known[:_MOST_RUNS], values[:_MOST_RUNS]
    if len(known) < _FEWEST:
        why = f"{len(known)} {'run has' if len(known) == 1 else 'runs have'} a finite {target.title}"
        raise NothingToPlot(f"{why}: importance needs {_FEWEST} and is worth something from {FEWEST_RUNS}")
    axes, left_out = _choose_params(known)
    if not axes:
        raise NothingToPlot("no param differs among the runs" + (f" ({'; '.join(left_out)})" if left_out else ""))
    if len(set(values)) < 2:
        raise NothingToPlot(f"{target.title} is {values[0]:g} in all {len(values)} runs: no param tells anything of it")
    judged = judge_params([_encode(axis) for axis in axes], values)
    rows = [ImportanceRow(axis.title, *_describe(losses)) for axis, losses in zip(axes, judged.losses, strict=True)]
    rows.sort(key=lambda row: -row.importance)
    warning = _warn(len(known), len(axes), judged.r2)
    return ImportancePlot(target.title, tuple(rows), len(known), METHOD, warning, (*said, *left_out), judged.r2)


def judge_params(params: Sequence[Sequence[Sequence[float]]], values: Sequence[float]) -> Judged:
    """Fits forests to all but a fold of the runs, and predicts that fold: as it is, and with one param shuffled.

    Each param is a list of features, each feature a number for each run (NaN where it has none); the features of one
    param are shuffled together. A shuffle is one of all runs and R² that of all folds together, so that small folds do
    no harm: Breiman, Random Forests (2001), section 10, with held-out folds in place of out-of-bag runs, which the
    trees of one forest do not share. Raises MissingPackage.
    """
    try:
        import numpy
        from sklearn.ensemble import RandomForestRegressor
        from sklearn.model_selection import KFold
    except ImportError as error:
        raise MissingPackage("scikit-learn", "exp plot --importance", "importance") from error
    features = numpy.array([feature for param in params for feature in param], dtype=float).T
    scale = max(map(abs, values)) or 1.0
    wanted = numpy.array(values) / scale
    folds = list(KFold(min(_FOLDS, len(values)), shuffle=True, random_state=0).split(features))
    forests = [
        RandomForestRegressor(_TREES, min_samples_leaf=1, random_state=number, n_jobs=1).fit(features[fit], wanted[fit])
        for number, (fit, _) in enumerate(folds)
    ]

    chance = numpy.random.default_rng(0)
    spread = float(((wanted - wanted.mean()) ** 2).sum())

    def score(given: NDArray[Any]) -> list[float]:
        """R² of each of several sets of features, predicted at once: one by one takes four times as long."""
        found = numpy.empty(given.shape[:2])
        for forest, (_, held) in zip(forests, folds, strict=True):
            part = given[:, held]
            found[:, held] = forest.predict(part.reshape(-1, given.shape[2])).reshape(part.shape[:2])
        return [1 - float(error) / spread for error in ((wanted - found) ** 2).sum(axis=1)]

    (whole,) = score(features[None])
    losses: list[list[float]] = []
    begin = 0
    for param in params:
        own = slice(begin, begin + len(param))
        begin += len(param)
        shuffled = numpy.repeat(features[None], _SHUFFLES, axis=0)
        for one in shuffled:
            one[:, own] = features[chance.permutation(len(values)), own]
        losses.append([whole - part for part in score(shuffled)])
    return Judged(whole, losses)


def _choose_params(candidates: Sequence[Candidate]) -> tuple[list[PlotAxis], tuple[str, ...]]:
    free = free_columns([candidate.head for candidate in candidates])
    axes = [read_axis(candidates, column) for column in free if column.kind == "param"]
    seeds = [axis.title for axis in axes if is_seed(axis.column.name)]
    others = [axis for axis in axes if not is_seed(axis.column.name)]
    same = [axis.title for axis in others if not _differs(axis)]
    wordy = [axis.title for axis in others if _differs(axis) and len(axis.categories) > MOST_CATEGORIES]
    reasons = (
        (seeds, "the random seed"),
        (same, "the same in all"),
        (wordy, f"with more than {MOST_CATEGORIES} different texts"),
    )
    chosen = [axis for axis in others if _differs(axis) and len(axis.categories) <= MOST_CATEGORIES]
    return chosen, tuple(f"{name_some(names)} ({why})" for names, why in reasons if names)


def _differs(axis: PlotAxis) -> bool:
    """Whether two runs differ in it, be it that one has a value and the other none."""
    return len(set(axis.places)) > 1


def _encode(axis: PlotAxis) -> list[list[float]]:
    """The features of a param: its numbers, or for each of its texts whether the run has that one."""
    if not axis.categories:
        return [[math.nan if place is None else place for place in axis.places]]
    return [[float(place == number) for place in axis.places] for number in range(len(axis.categories))]


def _describe(losses: Sequence[float]) -> tuple[float, float]:
    mean = math.fsum(losses) / len(losses)
    return mean, math.sqrt(math.fsum((loss - mean) ** 2 for loss in losses) / (len(losses) - 1))


def _warn(runs: int, params: int, r2: float) -> str | None:
    said: list[str] = []
    if r2 < _NOTHING:
        said.append(f"the forest explains nothing of runs that it has not seen (R² {r2:.2f})")
    if runs < FEWEST_RUNS or runs < RUNS_PER_PARAM * params:
        wanted = max(FEWEST_RUNS, RUNS_PER_PARAM * params)
        said.append(f"{runs} runs for {params} {'param' if params == 1 else 'params'} are few: {wanted} would do")
    return "; ".join(said) or None
