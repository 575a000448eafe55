"""Whether a run and the bytes of its artifact are where others can have them: on the remotes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.data_remote import ask_data_remote, open_data_remote_of
from gitexp.actions.fetch_objects import open_objects
from gitexp.actions.remote_runs import find_remote, list_remote_runs
from gitexp.data.progress import SILENT
from gitexp.errors import ExpError
from gitexp.git.reading import find_absent
from gitexp.git.refs import is_ancestor
from gitexp.git.remote import Talk
from gitexp.model.pointed import FOLDER_SUFFIX
from gitexp.model.policy_verdict import Judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitexp.actions.remote_runs import RemoteRuns
    from gitexp.data.remote import DataRemote
    from gitexp.model.policy_verdict import Case
    from gitexp.store.runs import RunStore


def judge_pushed(store: RunStore, case: Case, *, ask: bool = True) -> Judged:
    """Asks the remote for the commit of the run, and the data remote for the bytes of the version's artifact.

    That one of them cannot be asked is told as what was found: nobody can tell then that others have them. Where nobody
    is to ``ask`` it is met.
    """
    if not ask:
        return Judged("pushed: true", is_met=True, found="no remote was asked", kind="pushed")
    found = [_ask(_find_run, store, case), _ask(_find_bytes, store, case)]
    words = "; ".join(words for words, _ in found)
    return Judged("pushed: true", is_met=all(is_there for _, is_there in found), found=words, kind="pushed")


def _ask(find: Callable[[RunStore, Case], tuple[str, bool]], store: RunStore, case: Case) -> tuple[str, bool]:
    try:
        return find(store, case)
    except ExpError as error:
        return error.message + (f" ({error.hint})" if error.hint else ""), False


def _find_run(store: RunStore, case: Case) -> tuple[str, bool]:
    there = list_remote_runs(store, find_remote(store, None), Talk())
    name, head = there.remote.name, case.head
    if _has_commit(store, there, head.ref, head.commit):
        return f"the run is on {name}", True
    tip = there.runs.get(head.ref)
    if tip is None:
        return f"the run is not on {name} (exp push {head.id})", False
    if find_absent(store.repository, [tip]):
        return f"{name} has another tip of the run, {tip[:7]}, that is not here (exp pull {head.id})", False
    return f"{name} has the run as it was at {tip[:7]}, not yet {head.commit[:7]} (exp push {head.id})", False


def _has_commit(store: RunStore, there: RemoteRuns, ref: str, commit: str) -> bool:
    """Whether a ref over there holds a commit: that of the run, or a fold, whose parents are the tips of its runs."""
    tips = [tip for tip in (there.runs.get(ref), *there.folds.values()) if tip is not None]
    absent = set(find_absent(store.repository, tips))
    return any(tip == commit or is_ancestor(store.repository, commit, tip) for tip in tips if tip not in absent)


def _find_bytes(store: RunStore, case: Case) -> tuple[str, bool]:
    artifact = case.version.artifact
    recorded = next((one for one in case.run.artifacts if one.path == artifact.path), None)
    if recorded is None or recorded.md5 != artifact.md5:
        return f"the run has no artifact {artifact.path} with the hash {artifact.md5}", False
    if recorded.kept == "git":
        return f"{artifact.path} is in its commit", True
    if recorded.kept == "no":
        return f"the bytes of {artifact.path} were not kept: {recorded.why or 'nobody knows why'}", False
    remote = open_data_remote_of(store, ask_data_remote(store))
    wanted = _expand(store, remote, artifact.md5)
    found = remote.find(wanted, wanted)
    absent = [md5 for md5 in wanted if md5 not in found.own | found.plain]
    if not absent:
        return f"{artifact.path} is on {remote.place.url}", True
    which = "" if len(wanted) == 1 else f" ({len(absent)} of {len(wanted)} objects)"
    return f"the bytes of {artifact.path}{which} are not on {remote.place.url} (exp push {case.head.id})", False


def _expand(store: RunStore, remote: DataRemote, md5: str) -> list[str]:
    """The hash, and of a folder those of its files, whose listing is brought here where it is not."""
    if not md5.endswith(FOLDER_SUFFIX):
        return [md5]
    objects = open_objects(store.repository, store.project.path(store.repository))
    if objects.find(md5) is None:
        from gitexp.data.receiving import receive_objects

        if md5 in receive_objects(remote, objects.cache, {md5: None}, progress=SILENT).absent:
            return [md5]
    return [md5, *dict.fromkeys(objects.read_listing(md5).values())]
