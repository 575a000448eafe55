"""What a run's manifest has that runs are compared by, and that no commit message holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitexp.model.columns import FIELDS, Column
from gitexp.model.cost import AMOUNT, CURRENCY, ENERGY, RATE
from gitexp.model.online import latest_online
from gitexp.model.run import Cost

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.model.run import Gpu, Run
    from gitexp.model.values import Value

SEED = "seed"
DETAILS = (
    SEED,
    "host",
    AMOUNT,
    CURRENCY,
    RATE,
    ENERGY,
    *(f"code.{key}" for key in ("commit", "branch", "dirty", "snapshot")),
    *(
        f"environment.{key}"
        for key in ("python", "packages", "platform", "cpu", "cores", "memory_bytes", "gpus", "cuda")
    ),
)
"""Every key but those of data, which are ``data.`` and a path, and of online results, ``online.`` and a name."""
HASHES = ("commit", "code.", "data.", "environment.packages")
"""The keys, or their beginnings, whose values are hashes: the first digits of one name it to people."""

ONLINE = "online."
"""Before the names of what came of the model in use, which stand beside the metrics."""

_NO_COST = Cost(0.0)
_ROOTS = frozenset(("data", "online", *(key.partition(".")[0] for key in DETAILS if "." in key)))
_IN_THE_HEAD = ("params.", "metrics.", "tags.")


def find_details(run: Run) -> dict[str, Value]:
    """The details of a run by the key of their row; what is not known is not there.

    ``code.snapshot`` is there only where it is not the commit that was checked out: else it says the same again.
    """
    known, code = run.environment, run.code
    cost = run.cost or _NO_COST
    fields: dict[str, Value] = {
        SEED: run.seed,
        "host": run.host,
        AMOUNT: cost.amount,
        CURRENCY: cost.currency if cost.amount is not None else None,
        RATE: cost.rate_per_hour,
        ENERGY: cost.energy_kwh,
        "code.commit": code.commit,
        "code.branch": code.branch,
        "code.dirty": code.dirty,
        "code.snapshot": code.snapshot if code.snapshot != code.commit else None,
        **{f"data.{path}": value for path, value in data_hashes(run).items()},
        "environment.python": known.python,
        "environment.packages": known.packages,
        "environment.platform": known.platform,
        "environment.cpu": known.cpu,
        "environment.cores": known.cores,
        "environment.memory_bytes": known.memory_bytes,
        "environment.gpus": describe_gpus(known.gpus) or None,
        "environment.cuda": known.cuda,
        **{f"{ONLINE}{name}": value for name, value in latest_online(run).items()},
    }
    return {key: value for key, value in fields.items() if value is not None}


def data_hashes(run: Run) -> dict[str, Value]:
    """What the run read, by path: its hash, or why there is none."""
    return {item.path: item.md5 if item.md5 is not None else f"not hashed: {item.why}" for item in run.data}


def describe_gpus(gpus: Iterable[Gpu]) -> str:
    """The GPUs of a machine in one line: ``2 x Example GPU``."""
    counts = Counter(gpu.name for gpu in gpus)
    return ", ".join(name if count == 1 else f"{count} x {name}" for name, count in counts.items())


def detail_column(key: str) -> Column:
    """The column of a detail."""
    return Column(key, "detail", key)


def may_be_details(keys: Iterable[str]) -> bool:
    """Whether any of the keys or globs can name a detail, so that the manifests have to be read."""
    return any(key not in FIELDS and not key.startswith(_IN_THE_HEAD) for key in keys)


def names_detail(key: str) -> bool:
    """Whether a key or glob begins as that of a detail does; a bare key of a param or metric does not."""
    return key in DETAILS or key.partition(".")[0] in _ROOTS


def is_hash(key: str) -> bool:
    """Whether the values under a key are hashes."""
    return key not in ("code.branch", "code.dirty") and key.startswith(HASHES)
