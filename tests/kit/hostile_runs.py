"""Runs that finding, comparing, plotting and reporting have to bear, stored by the hundred in a moment.

    plans = plan_all(folder)              every set below but the long one
    commits = store_many(folder, plans)   by id

A set is a list of plans; ``plan_names(folder)`` and the like make one each. Equal calls give equal runs.
"""

from __future__ import annotations

import hashlib
import math
import random
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

from gitexp.format.manifest import format_manifest
from gitexp.format.message import format_message
from gitexp.format.series import format_series
from gitexp.model.ids import id_from_random
from gitexp.model.metrics import Point, summarize
from gitexp.model.refs import Experiment, live_ref, run_ref
from gitexp.model.run import Cost, Environment, Gpu, Lineage, Status
from kit.stored import plan_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gitexp.model.ids import RunId
    from gitexp.model.run import Run
    from kit.git import GitFolder

ODD_NAMES = (
    "plain",
    "v1.2.final",
    'it\'s-"quoted"-`so`',
    "<script>alert(1)</script>",
    "<img/src=x/onerror=alert(1)>",
    "a|b&amp;c",
    "@everyone-#1",
    "https://example.org/x",
    "[link](javascript:alert)",
    "red-\x1b[31mred\x1b[0m",
    "title-\x1b]0;owned\x07",
    "bell\x07-back\x08\x08space",
    "rtl-\u202egnp.exe",
    "שלום-עולם",
    "rocket-🚀-👩‍👩‍👧",
    "zero\u200bwidth",
    "=1+1",
    "$HOME-%s-{0}-{{x}}",
    "x" * 300,
)
"""Names as a remote may send them. No whitespace: no reader takes a run with one."""
ODD_KEYS = (
    *ODD_NAMES[:-1],
    "with space",
    "tab\tand\nline",
    "params.lr",
    "lr=0.1",
    "a.b.c",
    'say "no"',
    "k" * 200,
    "'",
    "",
)
"""Keys of params, metrics and tags: what names can be, and whitespace, and nothing at all."""
ODD_VALUES: tuple[Any, ...] = (
    math.nan,
    math.inf,
    -math.inf,
    0.1,
    1,
    1.0,
    True,
    None,
    "",
    "adam",
    "0.1",
    "<b>bold</b>",
    "\x1b[31mred",
    "two\nlines",
    "long " * 100,
    [64, 32],
    [],
    [{"kind": "conv", "size": math.nan}],
    10**40,
    -(2**63) - 1,
    5e-324,
    -0.0,
    1e308,
)
"""Values of one param. No two of them are equal, told apart as ``equal_values`` does."""
WIDE_METRICS = 500
LONG_POINTS = 1_000_000


class MadeRun(NamedTuple):
    """A run to store, and its series; ``points`` is called when it is stored, twice."""

    run: Run
    points: Callable[[], Iterable[Point]] = tuple


def made_id(label: str) -> RunId:
    """The id of a made run: equal labels, equal ids."""
    return id_from_random(hashlib.sha256(label.encode()).digest()[:9])


def store_many(folder: GitFolder, made: Sequence[MadeRun]) -> dict[RunId, str]:
    """Stores runs through one ``git fast-import``, those that are going under their live refs; commits by id."""
    stream = b"".join(part for one in made for part in _format_commit(one))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder.path, input=stream, check=True)
    listed = folder.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/runs", "refs/exp/live")
    commits = {line.split()[0].rpartition("/")[2]: line.split()[1] for line in listed.splitlines()}
    return {one.run.id: commits[one.run.id] for one in made}


def plan_all(folder: GitFolder) -> list[MadeRun]:
    """Every set but the long series: about a hundred runs of one experiment."""
    sets = (plan_names, plan_keys, plan_values, plan_halves, plan_states, plan_chain, plan_seeds, plan_numbers)
    return [one for plan in sets for one in plan(folder)] + [plan_wide(folder)]


def plan_names(folder: GitFolder) -> list[MadeRun]:
    """A run for each odd name; ``loss`` falls from run to run."""
    return [
        plan_made(folder, f"name {number}", minutes=number, name=name, metrics={"loss": 1 / (1 + number)})
        for number, name in enumerate(ODD_NAMES)
    ]


def plan_keys(folder: GitFolder) -> list[MadeRun]:
    """Two runs whose params, metrics and tags have every odd key; the values of the second are other ones."""
    return [
        plan_made(
            folder,
            f"keys {number}",
            minutes=100 + number,
            params={key: place + number for place, key in enumerate(ODD_KEYS)},
            metrics={key: place / 7 + number for place, key in enumerate(ODD_KEYS)},
            tags={key: key for key in ODD_KEYS},
        )
        for number in range(2)
    ]


def plan_values(folder: GitFolder) -> list[MadeRun]:
    """A run for each odd value of ``lr``, all with the constant ``model``; ``score`` is the number of the run."""
    return [
        plan_made(
            folder,
            f"value {number}",
            minutes=200 + number,
            params={"lr": value, "model": "mlp"},
            metrics={"score": float(number)},
        )
        for number, value in enumerate(ODD_VALUES)
    ]


def plan_halves(folder: GitFolder) -> list[MadeRun]:
    """Ten runs with ``loss``; every other one has ``f1`` and the param ``depth`` as well, none of them both alone."""
    return [
        plan_made(
            folder,
            f"half {number}",
            minutes=300 + number,
            params={"lr": 0.1 / (1 + number)} | ({} if number % 2 else {"depth": number}),
            metrics={"loss": 1.0 - number / 20} | ({} if number % 2 else {"f1": number / 10}),
        )
        for number in range(10)
    ]


def plan_states(folder: GitFolder) -> list[MadeRun]:
    """A run for each status, the last one going on another machine; those that failed have no metric."""
    ends: dict[Status, dict[str, Any]] = {
        Status.FINISHED: {"metrics": {"loss": 0.5}},
        Status.FAILED: {"exit_code": 1},
        Status.KILLED: {"exit_code": None, "signal": "SIGKILL"},
        Status.INTERRUPTED: {"exit_code": None, "signal": "SIGINT", "metrics": {"loss": 0.7}},
        Status.PREEMPTED: {"exit_code": None, "signal": "SIGTERM", "metrics": {"loss": 0.8}},
        Status.LOST: {"exit_code": None},
        Status.RUNNING: {"host": "elsewhere"},
    }
    return [
        plan_made(folder, f"state {status}", minutes=400 + number, status=status, **fields)
        for number, (status, fields) in enumerate(ends.items())
    ]


def plan_chain(folder: GitFolder) -> list[MadeRun]:
    """A chain of three: the first two were preempted; steps 0 to 9, 8 to 19 and 18 to 29, of an hour each."""
    parts: list[MadeRun] = []
    for number, (first, end) in enumerate(((0, 10), (8, 20), (18, 30))):
        points = tuple(Point("loss", 1 / (1 + step), step, float(step - first)) for step in range(first, end))
        parts.append(
            plan_made(
                folder,
                f"chain {number}",
                points=points,
                minutes=500 + 90 * number,
                seconds=3600.0,
                params={"lr": 0.1},
                status=Status.FINISHED if number == 2 else Status.PREEMPTED,
                lineage=Lineage(resumes=parts[-1].run.id if parts else None),
                cost=Cost(3600.0, 2.5, "EUR", 2.5, 0.2),
            )
        )
    return parts


def plan_seeds(folder: GitFolder) -> list[MadeRun]:
    """Three groups of five seeds: ``lr`` 0.1 and 0.01 differ in ``val_auc`` by much, 0.01 and 0.011 by noise alone.

    Each has a curve of 20 steps and a cost: 1 EUR an hour, and for ``lr`` 0.011 2 USD; only ``lr`` 0.1 has energy.
    """
    made: list[MadeRun] = []
    for group, (lr, level) in enumerate(((0.1, 0.80), (0.01, 0.90), (0.011, 0.9005))):
        for seed in range(5):
            chance = random.Random(100 * group + seed)
            noise = [chance.gauss(0, 0.01) for _ in range(20)]
            curve = [level * (1 - math.exp(-(step + 1) / 4)) + noise[step] for step in range(20)]
            seconds = 3600.0 * (1 + seed)
            hours = 1.0 + seed
            cost = (
                Cost(seconds, 2.0, "USD", 2 * hours)
                if group == 2
                else Cost(seconds, 1.0, "EUR", hours, None if group else hours / 10)
            )
            made.append(
                plan_made(
                    folder,
                    f"seed {group} {seed}",
                    points=tuple(Point("val_auc", value, step, float(step)) for step, value in enumerate(curve)),
                    minutes=1000 + 10 * group + seed,
                    seconds=seconds,
                    params={"lr": lr, "seed": seed, "model": "mlp"},
                    seed=seed,
                    cost=cost,
                    environment=Environment(python="3.11.7", gpus=(Gpu("Example GPU"),)),
                )
            )
    return made


def plan_numbers(folder: GitFolder) -> list[MadeRun]:
    """Runs whose series are odd, one each, by the name of the run: what a curve may be."""
    series: Mapping[str, Sequence[tuple[Any, Any]]] = {
        "constant": [(step, 0.5) for step in range(10)],
        "one-point": [(0, 0.5)],
        "all-nan": [(step, math.nan) for step in range(10)],
        "some-nan": [(step, math.nan if step % 3 == 0 else step / 10) for step in range(10)],
        "infinite": [(0, -math.inf), (1, 1.0), (2, math.inf)],
        "negative": [(step, -float(step)) for step in range(10)],
        "huge": [(0, 1e308), (1, -1e308), (2, 5e-324)],
        "big-ints": [(0, 2**70), (1, -(2**70))],
        "no-steps": [(None, step / 10) for step in range(10)],
        "backwards": [(step, step / 10) for step in range(10, 0, -1)],
        "repeated": [(step // 2, step / 10) for step in range(10)],
        "fractions": [(step / 4, step / 10) for step in range(10)],
        "spike": [(step, 100.0 if step == 57 else 0.5) for step in range(100)],
    }
    return [
        plan_made(
            folder,
            f"number {name}",
            name=name,
            minutes=2000 + number,
            points=tuple(Point("odd", value, step, float(place)) for place, (step, value) in enumerate(values)),
        )
        for number, (name, values) in enumerate(series.items())
    ]


def plan_wide(folder: GitFolder) -> MadeRun:
    """A run with 500 metrics and as many params: its message has 64 of each, and says so."""
    return plan_made(
        folder,
        "wide",
        name="wide",
        minutes=3000,
        params={f"p{number}": number for number in range(WIDE_METRICS)},
        metrics={f"m{number}": number / 10 for number in range(WIDE_METRICS)},
    )


def plan_long(folder: GitFolder, points: int = LONG_POINTS) -> MadeRun:
    """A run with a million points of ``loss``, made when it is stored; all fall from 1 to 0 but one, which is 1000."""
    spike = points // 3

    def series() -> Iterable[Point]:
        return (
            Point("loss", 1000.0 if step == spike else round(1 - step / points, 6), step, step / 100)
            for step in range(points)
        )

    return plan_made(folder, "long", name="long", minutes=4000, points=series, seconds=points / 100)


def plan_made(
    folder: GitFolder,
    label: str,
    *,
    points: Sequence[Point] | Callable[[], Iterable[Point]] = (),
    **fields: Any,
) -> MadeRun:
    """A plan of one run: fields are those of ``plan_run``, metrics beside those of the points among them."""
    series = points if callable(points) else lambda: points
    if points:
        fields["metrics"] = {**summarize(series(), "api"), **fields.get("metrics", {})}
    fields.setdefault("experiment", Experiment("default"))
    return MadeRun(plan_run(folder, made_id(label), **fields), series)


def _format_commit(made: MadeRun) -> Iterable[bytes]:
    run, who = made.run, f"{made.run.user.name} <{made.run.user.email}>"
    ref = (live_ref if run.status is Status.RUNNING else run_ref)(run.experiment, run.id)
    ended = run.ended_at or run.started_at
    subject, _, rest = format_message(run).partition(b"\n")
    command = subject.decode().partition(": ")[2] if ":" not in run.name else "python train.py"
    message = f"run {run.name}: {command}".encode() + b"\n" + rest
    files = {"run.yaml": format_manifest(run)}
    if any(True for _ in made.points()):
        name, chunks = format_series(made.points)
        files[name] = b"".join(chunks)
    yield (
        f"commit {ref}\nauthor {who} {run.started_at.timestamp():.0f} +0000\n"
        f"committer {who} {ended.timestamp():.0f} +0000\n"
    ).encode()
    yield b"data %d\n%s\nfrom %s\n" % (len(message), message, run.code.snapshot.encode())
    for path, content in files.items():
        yield b"M 100644 inline .exp/%s\ndata %d\n%s\n" % (path.encode(), len(content), content)
    yield b"\n"
