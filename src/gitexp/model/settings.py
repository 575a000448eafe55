"""What a project says in ``.exp.yaml``, with the defaults that hold without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gitexp.model.refs import DEFAULT_EXPERIMENT

if TYPE_CHECKING:
    from gitexp.model.metrics import Direction
    from gitexp.model.refs import Experiment
    from gitexp.model.tolerance import MetricTolerance

SETTINGS_FILE = ".exp.yaml"
MB = 1_000_000


class SnapshotRules(NamedTuple):
    """What of the working tree a run keeps. Sizes are in bytes; globs are those of ``.gitignore``.

    ``scope``: ``tracked`` takes what Git tracks; ``code`` also untracked text files under the limits; ``all`` every
    untracked file under the limits, binary ones too.
    """

    scope: Literal["tracked", "code", "all"] = "code"
    max_file_bytes: int = MB
    max_total_bytes: int = 20 * MB
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class RedactionRules(NamedTuple):
    """What is a secret beyond what the detector knows. ``names`` and ``allow`` are globs, matched without case."""

    names: tuple[str, ...] = ()
    """Params, flags and variables whose values are hidden."""
    patterns: tuple[str, ...] = ()
    """Regular expressions; what they match is hidden wherever it stands."""
    allow: tuple[str, ...] = ()
    """Params, flags and variables whose values are no secret, whatever they look like."""
    files: tuple[str, ...] = ()
    """Globs of further credential files, left out of the snapshot."""


class ShareRules(NamedTuple):
    """Whether runs are mirrored to the remote while they go, and after how many seconds each time."""

    live: bool = False
    interval: float = 30.0


class PushRules(NamedTuple):
    """What may leave with a push. ``allow`` has globs of paths, as in ``.gitignore``, and fingerprints of finds."""

    allow: tuple[str, ...] = ()
    with_history: bool = False
    """Whether the user's own commits that are not on the remote yet go along unasked."""


class ReproduceRules(NamedTuple):
    """What counts as the same when a run is run again. ``ignore`` has globs of metrics and of artifacts' paths."""

    tolerances: tuple[MetricTolerance, ...] = ()
    ignore: tuple[str, ...] = ()


class StorageRules(NamedTuple):
    """Where bytes too large for Git go: to a data remote, by name or URL, or ``none``; None: where DVC says."""

    remote: str | None = None
    data: bool = True
    """Whether data goes there too, or artifacts alone."""


_EMPTY: dict[str, Any] = {}
_LIMITS = SnapshotRules()
_NO_RULES = RedactionRules()
_UNSHARED = ShareRules()
_ASKED = PushRules()
_AS_FLOATS = ReproduceRules()
_AS_DVC_SAYS = StorageRules()


class Settings(NamedTuple):
    """A project's settings. ``file`` is None where there is no ``.exp.yaml``."""

    file: str | None = None
    project: str | None = None
    experiment: Experiment = DEFAULT_EXPERIMENT
    directions: dict[str, Direction] = _EMPTY
    params_files: tuple[str, ...] = ()
    params_from_command: bool = True
    metrics_files: tuple[str, ...] = ()
    metrics_from_output: bool = True
    data: tuple[str, ...] = ()
    data_tracked: bool = True
    """Whether what DVC tracks is recorded without being named."""
    artifacts: tuple[str, ...] = ()
    artifact_git_bytes: int = MB
    snapshot: SnapshotRules = _LIMITS
    redaction: RedactionRules = _NO_RULES
    push: PushRules = _ASKED
    variables: tuple[str, ...] = ()
    """Further environment variables to record; globs."""
    output_bytes: int = 10 * MB
    system: bool = True
    """Whether the use of the machine is sampled."""
    system_interval: float | None = None
    """Seconds between two samples; None for an interval that grows with the run."""
    cost_rates: dict[str, float] = _EMPTY
    """Rate per hour by host name or GPU name (globs), as ``cost_of`` reads them; ``default`` for any other."""
    currency: str | None = None
    share: ShareRules = _UNSHARED
    reproduce: ReproduceRules = _AS_FLOATS
    storage: StorageRules = _AS_DVC_SAYS
