"""What a run that resumed or forked another one began from, put in place before it is run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitexp.actions.reproduction_inputs import MissingInput
    from gitexp.actions.request import RecordRequest
    from gitexp.data.progress import TransferProgress
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore


def fetch_beginning(
    store: RunStore, run: Run, *, remote: str | None = None, progress: TransferProgress | None = None
) -> tuple[MissingInput, ...]:
    """Brings the checkpoints of the run that ``run`` went on from into the cache, and says what cannot be had.

    The worktree has the code of then, and with it the settings of then: the remotes are those of now. Raises
    RunNotFound where that run is not here.
    """
    earlier = run.lineage.resumes or run.lineage.forked_from
    if earlier is None:
        return ()
    from gitexp.actions.fetch_objects import fetch_objects
    from gitexp.actions.get import name_host
    from gitexp.actions.named_run import find_run
    from gitexp.actions.reproduction_inputs import MissingInput
    from gitexp.model.chains import Chains
    from gitexp.model.pointed import list_pointed

    heads = store.heads()
    head = find_run(store, earlier, heads=heads)
    parts = [store.load(one) for one in (*Chains(heads.runs).earlier(head), head)]
    # Of each path the newest part that kept it counts.
    wanted = {one.path: (part, one) for part in parts for one in list_pointed(part) if one.kind == "artifact"}
    owners = {one: part for part, one in wanted.values()}
    fetched = fetch_objects(store, owners, remote=remote, progress=progress)
    return tuple(
        MissingInput(one.pointed.path, one.why, one.hint or name_host(owners[one.pointed])) for one in fetched.missing
    )


class Resumed(NamedTuple):
    """The request, which knows the run gone on from as the script may ask; and what is to be said, in sentences."""

    request: RecordRequest
    notes: tuple[str, ...]


def restore_beginning(
    store: RunStore, request: RecordRequest, run: Run, *, progress: TransferProgress | None = None
) -> Resumed:
    """Puts the checkpoints of the run that ``run`` went on from into the working tree of ``store``.

    The reproduction is a part of no chain. Raises RunNotFound where that run is not here.
    """
    earlier = run.lineage.resumes or run.lineage.forked_from
    if earlier is None:
        return Resumed(request, ())
    from gitexp.actions.named_run import find_run
    from gitexp.actions.resume import fork_named, resume_run
    from gitexp.actions.resume_state import restore_state
    from gitexp.model.chains import Chains

    heads = store.heads()
    head = find_run(store, earlier, heads=heads)
    if run.lineage.resumes is not None:
        continuation = resume_run(store, request, head, Chains(heads.runs))
    else:
        step = run.lineage.forked_at_step
        continuation = fork_named(store, request, earlier if step is None else f"{earlier}@{step}")
    restored = restore_state(store, continuation, progress=progress)
    continued = restored.continuation.request.continued
    assert continued is not None
    return Resumed(
        request._replace(continued=continued._replace(tags={})),
        (*restored.sentences, *restored.warnings),
    )
