"""The gate before a push: what would become public is looked through, and secrets are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.outgoing_scan import RawFind, scan_outgoing
from gitexp.actions.push_exceptions import PushExceptions
from gitexp.errors import HistoryUnasked, SecretsFound
from gitexp.git.outgoing import find_introductions, list_outgoing
from gitexp.model.inspection import Excused, Find, Inspection, UnpushedCommit, make_fingerprint
from gitexp.model.paths import quote_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitexp.git.outgoing import Introduction, Outgoing
    from gitexp.store.commit_forms import CommitForm
    from gitexp.store.runs import RunStore


def inspect_outgoing(
    store: RunStore, tips: Sequence[str], known: Iterable[str], *, allow: Sequence[str] = ()
) -> Inspection:
    """Looks through all that ``tips`` bring to a remote that has the commits ``known``.

    ``tips`` and ``known`` are ids; those of ``known`` that are not here are passed over. ``allow`` are globs and
    fingerprints beside those of the settings. Nothing is fetched, written or refused: ``check_inspection`` does that.
    Raises GitFailed, BrokenObject where an object cannot be read.
    """
    repository, rules = store.repository, store.settings.push
    outgoing = list_outgoing(repository, tips, known)
    scanned = scan_outgoing(repository, outgoing, store.settings.redaction)
    unpushed = tuple(
        UnpushedCommit(commit, scanned.commits[commit].subject)
        for commit in outgoing.commits
        if scanned.commits[commit].is_own
    )
    exceptions = PushExceptions(store.project.folder, rules.allow, allow)
    finds: list[Find] = []
    excused: list[Excused] = []
    origins = _Origins(outgoing, scanned.commits, _introduce(store, outgoing, scanned.finds))
    for raw in scanned.finds:
        fingerprint = make_fingerprint(raw.object_id, raw.line, raw.kind)
        why = exceptions.explain(fingerprint, has_pragma=raw.has_pragma)
        # A file that lies in several places may leave when it may from each of them.
        by_path = {path: exceptions.explain_path(path) for path in raw.paths}
        path = next((path for path, reason in by_path.items() if reason is None), None)
        if path is None and by_path:
            path = raw.paths[0]
            why = why or by_path[path]
        find = origins.trace(raw, path, fingerprint)
        if why is None:
            finds.append(find)
        else:
            excused.append(Excused(find, why))
    return Inspection(
        tuple(dict.fromkeys(finds)),
        tuple(dict.fromkeys(excused)),
        unpushed,
        len(outgoing.commits),
        len(outgoing.commits) + len(outgoing.objects),
        scanned.bytes,
        rules.with_history,
    )


def check_inspection(inspection: Inspection, *, with_history: bool | None, remote: str = "the remote") -> None:
    """Refuses what must not leave. ``with_history`` None: as the settings say. Raises SecretsFound, HistoryUnasked."""
    if inspection.finds:
        raise SecretsFound(
            [find._asdict() | {"place": find.place} for find in inspection.finds], _how_to_get_out(inspection.finds[0])
        )
    allowed = inspection.with_history if with_history is None else with_history
    if inspection.unpushed and not allowed:
        raise HistoryUnasked(remote, [commit._asdict() for commit in inspection.unpushed])


def _introduce(store: RunStore, outgoing: Outgoing, finds: Sequence[RawFind]) -> Mapping[str, Sequence[Introduction]]:
    wanted = {find.object_id for find in finds if find.paths}
    return find_introductions(store.repository, outgoing.commits, wanted)


class _Origins:
    """Which commit brought a find, and which runs it is part of."""

    __slots__ = ("_commits", "_introductions", "_order", "_runs")

    def __init__(
        self,
        outgoing: Outgoing,
        commits: Mapping[str, CommitForm],
        introductions: Mapping[str, Sequence[Introduction]],
    ) -> None:
        self._order = outgoing.commits
        self._commits = commits
        self._introductions = introductions
        self._runs: dict[tuple[str, ...], tuple[str, ...]] = {}

    def trace(self, raw: RawFind, path: bytes | None, fingerprint: str) -> Find:
        if raw.object_id in self._commits:
            holders = [raw.object_id]
        else:
            ways = self._introductions.get(raw.object_id, ())
            here = [way.commit for way in ways if way.path == path]
            holders = list(dict.fromkeys(here or (way.commit for way in ways)))
        return Find(
            commit=holders[0] if holders else None,
            path=quote_path(path) if path is not None else None,
            line=raw.line,
            kind=raw.kind,
            fingerprint=fingerprint,
            runs=self._find_runs(holders),
            is_own=any(self._commits[commit].is_own for commit in holders),
        )

    def _find_runs(self, holders: Sequence[str]) -> tuple[str, ...]:
        """The outgoing runs that are one of these commits or hang off one."""
        key = tuple(holders)
        if key not in self._runs:
            self._runs[key] = self._walk_to_runs(holders)
        return self._runs[key]

    def _walk_to_runs(self, holders: Sequence[str]) -> tuple[str, ...]:
        reached = set(holders)
        runs: dict[str, None] = {}
        for commit in reversed(self._order):
            form = self._commits[commit]
            if commit in reached or not reached.isdisjoint(form.parents):
                reached.add(commit)
                if form.run is not None:
                    runs[form.run] = None
        return tuple(runs)


def _how_to_get_out(find: Find) -> str:
    runs = " ".join(find.runs[:3]) + (f" and {len(find.runs) - 3} more" if len(find.runs) > 3 else "")
    ways = []
    if find.is_own and find.commit is not None:
        ways.append(f"rewrite your commit (git rebase -i {find.commit[:7]}~)")
    if runs:
        ways.append(f"erase what keeps it (exp purge {runs})")
    secret = f"revoke it, then {' and '.join(ways)}" if ways else "revoke it"
    return f"exp push --allow {find.fingerprint}, if it is none; if it is: {secret}"
