"""The lineage of a version, read: its run and the runs before it, what each ran and read, who approved, what went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.data_writers import WriterSearch
from gitexp.errors import BrokenRecord, GitFailed, GitMissing
from gitexp.git.ancestry import read_subject
from gitexp.git.between import find_ways, measure_files
from gitexp.model.refs import parse_run_ref
from gitexp.model.registry import name_version
from gitexp.model.registry_past import find_earlier
from gitexp.model.version_lineage import ApprovalFacts, CodeFacts, RunFacts, VersionFacts, make_lineage
from gitexp.render.times import format_iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.actions.registry_view import OpenedVersion, ShownApproval
    from gitexp.git.between import ChangedFile
    from gitexp.model.head import RunHead
    from gitexp.model.ids import RunId
    from gitexp.model.lineage import Lineage
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

_DEEPEST = 4
_MOST_RUNS = 30
_MOST_COMMITS = 5
_SHORT = 10


def read_lineage(store: RunStore, opened: OpenedVersion, search: WriterSearch | None = None) -> Lineage:
    """The lineage of a version that was opened; ``search`` where several are looked at.

    What cannot be found out is in its notes or a doubt of its node.
    """
    ref = parse_run_ref(opened.version.run)
    assert ref is not None, "the reader of the registry lets nothing else through"
    notes: list[str] = [] if opened.missing is None else [opened.missing.message]
    runs: dict[RunId, RunFacts] = {}
    if opened.run is not None and opened.head is not None:
        found = WriterSearch(store, opened.heads) if search is None else search
        runs = _read_runs(store, opened, (opened.run, opened.head), found)
        notes += found.unread
        code = _look_at_code(store, opened.run, _compare_with(store, opened))
        runs[opened.run.id] = runs[opened.run.id]._replace(code=code)
    replaced = None
    if opened.replaced is not None:
        standing = opened.replaced
        until = None if standing.until is None else format_iso(standing.until)
        told = (("in", standing.word), ("since", format_iso(standing.since)), ("until", until or "now"))
        replaced = (standing.version, told)
    return make_lineage(
        VersionFacts(
            opened.model.name,
            opened.version,
            ref.id,
            runs,
            [_tell_approval(one) for one in opened.approvals],
            replaced,
            opened.doubts,
            tuple(notes),
        )
    )


def _read_runs(
    store: RunStore, opened: OpenedVersion, first: tuple[Run, RunHead], search: WriterSearch
) -> dict[RunId, RunFacts]:
    """The run and those before it, level by level: who wrote what it read, and what it went on from."""
    by_id = {one.id: one for one in opened.heads}
    found: dict[RunId, RunFacts] = {}
    level: list[tuple[Run, RunHead]] = [first]
    for _ in range(_DEEPEST):
        hashes = {item.md5 for one, _ in level for item in one.data if item.md5 is not None}
        written = search.find(hashes)
        before: dict[RunId, RunHead] = {}
        for one, own in level:
            writers: dict[str, tuple[RunId, str]] = {}
            for item in one.data:
                earlier = [
                    writer for writer in written.get(item.md5 or "", ())
                    if writer.head.id != one.id and writer.head.started_at < own.started_at
                ]  # fmt: skip
                if earlier:
                    writers[item.md5 or ""] = (earlier[-1].head.id, earlier[-1].path)
                    before[earlier[-1].head.id] = earlier[-1].head
            parents = _find_parents(one)
            before |= {parent: by_id[parent] for parent, _ in parents if parent in by_id}
            code = CodeFacts() if one.id == first[0].id else _look_at_code(store, one, None)
            found[one.id] = RunFacts(one, code, writers, parents)
        level = []
        for other, other_head in before.items():
            if other not in found and len(found) + len(level) < _MOST_RUNS:
                try:
                    level.append((store.load(other_head), other_head))
                except BrokenRecord as error:
                    search.unread.append(error.message)
        if not level:
            break
    return found | {one.id: RunFacts(one) for one, _ in level}


def _find_parents(run: Run) -> tuple[tuple[RunId, str], ...]:
    known = run.lineage
    step = f" at step {known.forked_at_step}" if known.forked_at_step is not None else ""
    pairs = ((known.resumes, "resumes"), (known.forked_from, f"forked{step} from"), (known.reproduces, "reproduces"))
    return tuple((parent, label) for parent, label in pairs if parent is not None)


def _compare_with(store: RunStore, opened: OpenedVersion) -> tuple[str, str] | None:
    """The version whose code this one's is held against, by name, and its commit: the one replaced, else before."""
    other = opened.replaced.version if opened.replaced is not None else find_earlier(opened.model, opened.version)
    ref = parse_run_ref(other.run) if other is not None else None
    head = next((one for one in opened.heads if ref is not None and one.id == ref.id), None)
    if other is None or head is None:
        return None
    try:
        code = store.load(head).code
    except BrokenRecord:
        return None
    return name_version(opened.model.name, other.number), code.commit or code.snapshot


def _look_at_code(store: RunStore, run: Run, before: tuple[str, str] | None) -> CodeFacts:
    code, repository = run.code, store.repository
    facts: list[tuple[str, str]] = []
    doubts: list[str] = []
    if code.left_out:
        doubts.append(f"{len(code.left_out)} of its files are not in the run: exp show {run.id}")
    try:
        if code.commit is not None:
            facts.append(("subject", read_subject(repository, code.commit)))
        if code.commit is None:
            facts.append(("uncommitted", "everything: there was no commit yet"))
        elif code.commit != code.snapshot:
            facts.append(("uncommitted", _sum_up(measure_files(repository, code.commit, code.snapshot))))
            facts.append(("shown by", f"git diff {code.commit} {code.snapshot}"))
        else:
            facts.append(("uncommitted", "nothing"))
        if before is not None and code.commit is not None:
            name, commit = before
            ways = find_ways(repository, commit, code.commit, _MOST_COMMITS)
            behind = f", and without {ways.behind} of its" if ways.behind else ""
            facts.append((f"since {name}", f"{ways.ahead} {'commit' if ways.ahead == 1 else 'commits'}{behind}"))
            facts += [("", f"{one[:_SHORT]} {subject}") for one, subject in ways.steps]
            if ways.ahead > len(ways.steps):
                facts.append(("", f"and {ways.ahead - len(ways.steps)} more"))
    except GitMissing:
        raise
    except GitFailed as error:
        words = str(error.fields["stderr"]).strip().partition("\n")[0]
        doubts.append(f"its commits cannot be read here: {words}")
    return CodeFacts(tuple(facts), "; ".join(doubts) or None)


def _sum_up(files: Sequence[ChangedFile]) -> str:
    added, deleted = (sum(getattr(one, name) or 0 for one in files) for name in ("added", "deleted"))
    return f"{len(files)} {'file' if len(files) == 1 else 'files'}, +{added} -{deleted}"


def _tell_approval(one: ShownApproval) -> ApprovalFacts:
    approval = one.approval
    facts = [("for", approval.stage), ("at", format_iso(approval.at)), ("why", approval.why or "")]
    facts.append(("standing", one.standing))
    if one.is_waiting:
        facts.append(("waits", f"for the transition to {approval.stage}"))
    doubt = f"{one.standing}: {one.why}" if one.standing != "good" else None
    return ApprovalFacts(approval.by, tuple((name, text) for name, text in facts if text), doubt)
