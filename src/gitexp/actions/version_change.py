"""What a version of a model would change against another one, read from their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.seed_groups import compare_over_seeds
from gitexp.actions.version_runs import load_version_run
from gitexp.errors import BrokenRecord, GitFailed, GitMissing
from gitexp.git.between import find_ways, measure_files
from gitexp.model.details import data_hashes
from gitexp.model.difference import compare_metrics, compare_runs
from gitexp.model.group_tests import FEWEST
from gitexp.model.metrics import Summary
from gitexp.model.paths import quote_path
from gitexp.model.refs import parse_run_ref
from gitexp.model.registry import name_version
from gitexp.model.values import equal_values
from gitexp.model.version_change import (
    CodeBetween,
    CodeStep,
    FileChange,
    SeedVerdict,
    VersionChange,
    VersionSide,
)
from gitexp.store.registry_file import registry_path

if TYPE_CHECKING:
    from gitexp.actions.seed_groups import SeedGroups
    from gitexp.model.head import RunHead
    from gitexp.model.registry import Version
    from gitexp.model.run import Run
    from gitexp.store.head_reading import Heads
    from gitexp.store.runs import RunStore

MOST_STEPS = 10
MOST_FILES = 10
MOST_VERDICTS = 5


class _Side(NamedTuple):
    version: Version
    shown: VersionSide
    head: RunHead | None
    run: Run | None
    why: str | None = None

    @property
    def metrics(self) -> dict[str, Summary]:
        """Those of the run; where it is not here those that the registry repeats."""
        if self.run is not None:
            return self.run.metrics
        return {key: Summary(one, one, one, one, None, 0, "registry.yaml") for key, one in self.version.metrics.items()}


def compare_versions(
    store: RunStore, model: str, old: Version | None, new: Version, heads: Heads | None = None
) -> VersionChange:
    """Holds a version against another one of the same model, None where there is none yet.

    ``heads`` where they were read already. What cannot be told, since a run or its code is not here, is a note; the
    metrics are then those that the registry repeats.
    """
    known = store.heads() if heads is None else heads
    after = _open_side(store, model, new, known)
    before = _open_side(store, model, old, known) if old is not None else None
    notes = [side.why for side in (before, after) if side is not None and side.why is not None]
    directions = store.settings.directions
    metrics = compare_metrics(before.metrics if before else {}, after.metrics, directions)
    change = VersionChange(model, before.shown if before else None, after.shown, metrics)
    if before is None or before.run is None or after.run is None or before.head is None or after.head is None:
        return change._replace(notes=tuple(notes))
    difference = compare_runs(before.run, after.run, directions=directions)
    code, why = _compare_code(store, before.run, after.run)
    seeds, why_untested = _judge_seeds(compare_over_seeds(store, known.runs, before.head, after.head))
    data = data_hashes(before.run), data_hashes(after.run)
    return change._replace(
        params=difference.params,
        params_equal=difference.params_equal,
        data=difference.data,
        data_equal=sum(key in data[1] and equal_values(value, data[1][key]) for key, value in data[0].items()),
        code=code,
        seeds=seeds,
        notes=(*notes, *(one for one in (why, why_untested) if one is not None)),
    )


def _open_side(store: RunStore, model: str, version: Version, known: Heads) -> _Side:
    """The run as it was when it was judged."""
    ref = parse_run_ref(version.run)
    assert ref is not None, "the reader of the registry lets nothing else through"
    now = next((one for one in known.runs if one.id == ref.id), None)
    name = name_version(model, version.number)
    shown = VersionSide(name, ref.id, now.name if now else None, version.artifact)
    try:
        head, run = load_version_run(store, version)
    except BrokenRecord as error:
        why = f"the run of {name}, {ref.id}, is not here: exp pull {ref.id}" if now is None else error.message
        return _Side(version, shown, None, None, why)
    return _Side(version, shown._replace(run_name=run.name), now or head, run)


def _compare_code(store: RunStore, old: Run, new: Run) -> tuple[CodeBetween | None, str | None]:
    """The way from one code to the other; or why it is not known."""
    before, after = old.code.snapshot, new.code.snapshot
    if before == after:
        return CodeBetween(is_equal=True), None
    try:
        registry = registry_path(store).encode()  # what runs became is no code
        files = [one for one in measure_files(store.repository, before, after) if one.path != registry]
        ways = None
        if old.code.commit is not None and new.code.commit is not None:
            ways = find_ways(store.repository, old.code.commit, new.code.commit, MOST_STEPS)
    except GitMissing:
        raise
    except GitFailed as error:
        words = str(error.fields["stderr"]).strip().partition("\n")[0].removeprefix("fatal: ")
        return None, f"the code of both cannot be compared: {words}"
    largest = sorted(files, key=lambda one: -((one.added or 0) + (one.deleted or 0)))[:MOST_FILES]
    shown = tuple(FileChange(quote_path(one.path), one.added, one.deleted) for one in largest)
    steps = tuple(CodeStep(commit, subject) for commit, subject in (ways.steps if ways else ()))
    return (
        CodeBetween(
            is_equal=not files,
            steps=steps,
            ahead=ways.ahead if ways else 0,
            behind=ways.behind if ways else 0,
            files=shown,
            files_changed=len(files),
            is_dirty=new.code.dirty,
        ),
        None,
    )


def _judge_seeds(groups: SeedGroups) -> tuple[tuple[SeedVerdict, ...], str | None]:
    """The verdicts on the metrics that differ, those with a direction first; or why there are none."""
    if groups.comparison is None:
        return (), f"no verdict over seeds: {groups.why}"
    fewest = min(len(groups.old), len(groups.new))
    if fewest < FEWEST:
        few = f"{len(groups.new)} of the new and {len(groups.old)} of the old"
        return (), f"no verdict over seeds: {few} differ by nothing else, and at least {FEWEST} of each are needed"
    rows = [row for row in groups.comparison.metrics if row.column.kind == "metric" and not row.is_same]
    rows.sort(key=lambda row: row.direction is None)
    found = [
        SeedVerdict(row.column.name, row.direction, one) for row in rows if (one := row.differences[1]) is not None
    ]
    directed = [one for one in found if one.direction is not None]
    return tuple((directed or found)[:MOST_VERDICTS]), None
