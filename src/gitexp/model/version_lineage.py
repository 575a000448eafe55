"""The lineage of a model's version: its artifact, the run that wrote it, code, data, machine, approvals, and before."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from gitexp.model.details import describe_gpus
from gitexp.model.lineage import Lineage, LineageEdge, LineageNode
from gitexp.model.registry import name_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitexp.model.ids import RunId
    from gitexp.model.lineage import NodeKind
    from gitexp.model.registry import Version
    from gitexp.model.run import Run

MOST_NODES = 200
_SHORT = 10


class CodeFacts(NamedTuple):
    """What is known of a run's code beside its manifest, as texts by their labels."""

    facts: tuple[tuple[str, str], ...] = ()
    doubt: str | None = None


class RunFacts(NamedTuple):
    """A run of a lineage. ``writers`` are by the hash of data that it read: the run that wrote it, and its path there.

    ``parents``: the runs that it went on from, each with how.
    """

    run: Run
    code: CodeFacts = CodeFacts()
    writers: Mapping[str, tuple[RunId, str]] = {}
    parents: tuple[tuple[RunId, str], ...] = ()


class ApprovalFacts(NamedTuple):
    """An approval in words: whose it is, for what, and how it stands."""

    title: str
    facts: tuple[tuple[str, str], ...]
    doubt: str | None = None


class VersionFacts(NamedTuple):
    """A version with all that its lineage is made of; ``runs`` by id, none of one that is not here."""

    model: str
    version: Version
    run: RunId
    runs: Mapping[RunId, RunFacts]
    approvals: Sequence[ApprovalFacts] = ()
    replaced: tuple[Version, tuple[tuple[str, str], ...]] | None = None
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class _Graph:
    """A graph that grows: each node once."""

    __slots__ = ("edges", "nodes")

    def __init__(self) -> None:
        self.nodes: dict[str, LineageNode] = {}
        self.edges: dict[LineageEdge, None] = {}

    def add(
        self,
        kind: NodeKind,
        key: str,
        title: str,
        facts: Iterable[tuple[str, str | None]] = (),
        doubt: str | None = None,
    ) -> str:
        """Adds a node, and gives its id."""
        known = tuple((name, text) for name, text in facts if text)
        return self.nodes.setdefault(f"{kind}:{key}", LineageNode(f"{kind}:{key}", kind, title, known, doubt)).id

    def join(self, source: str, target: str, label: str) -> None:
        """Adds an edge."""
        self.edges.setdefault(LineageEdge(source, target, label))


def make_lineage(known: VersionFacts) -> Lineage:
    """The graph of a version, in the order in which a reader asks: bytes, run, code, data, machine, people, before."""
    graph = _Graph()
    version = known.version
    name = name_version(known.model, version.number)
    facts = [("stage", version.stage), ("aliases", ", ".join(version.aliases))]
    root = graph.add("version", name, name, facts, "; ".join(known.doubts) or None)
    bytes_of = version.artifact
    size = None if bytes_of.bytes is None else f"{bytes_of.bytes} bytes"
    artifact = graph.add("artifact", bytes_of.md5, bytes_of.path, [("md5", bytes_of.md5), ("size", size)])
    graph.join(root, artifact, "is")
    graph.join(artifact, _add_runs(graph, known.run, known.runs), "written by")
    for place, approval in enumerate(known.approvals):
        node = graph.add("approval", f"{name}:{place}", approval.title, approval.facts, approval.doubt)
        graph.join(root, node, "approved by")
    if known.replaced is not None:
        before, told = known.replaced
        other = name_version(known.model, before.number)
        node = graph.add("version", other, other, [*told, ("run", before.run), ("md5", before.artifact.md5)])
        graph.join(root, node, "replaced")
    return Lineage(root, tuple(graph.nodes.values()), tuple(graph.edges), known.notes)


def _add_runs(graph: _Graph, first: RunId, runs: Mapping[RunId, RunFacts]) -> str:
    waiting, done = [first], {first}
    while waiting:
        one = waiting.pop(0)
        if one not in runs or len(graph.nodes) >= MOST_NODES:
            continue
        for other in _add_run(graph, runs[one], runs):
            if other not in done:
                done.add(other)
                waiting.append(other)
    return _add_head(graph, first, runs)


def _add_head(graph: _Graph, run_id: RunId, runs: Mapping[RunId, RunFacts]) -> str:
    """A run without what it came from."""
    if run_id not in runs:
        return graph.add("run", run_id, run_id, doubt="this run is not here")
    run = runs[run_id].run
    by = run.user.name or run.user.email
    facts = [("id", run.id), ("status", run.status.value), ("command", shlex.join(run.command)), ("by", by)]
    return graph.add("run", run.id, run.name, [*facts, ("host", run.host)])


def _add_run(graph: _Graph, known: RunFacts, runs: Mapping[RunId, RunFacts]) -> list[RunId]:
    """Adds a run with what it came from, and gives the runs among that."""
    run, code = known.run, known.run.code
    node = _add_head(graph, run.id, runs)
    before: list[RunId] = []
    told = [("commit", code.commit), ("branch", code.branch), *known.code.facts, ("snapshot", code.snapshot)]
    title = (code.commit or code.snapshot)[:_SHORT]
    graph.join(node, graph.add("code", code.snapshot, title, told, known.code.doubt), "ran")
    for item in run.data:
        doubt = None if item.md5 is not None else f"no hash: {item.why or 'nobody wrote down why'}"
        size = None if item.bytes is None else f"{item.bytes} bytes"
        key = f"{item.path}:{item.md5 or run.id}"
        data = graph.add("data", key, item.path, [("md5", item.md5), ("size", size)], doubt)
        graph.join(node, data, "read")
        if item.md5 is not None and item.md5 in known.writers:
            writer, path = known.writers[item.md5]
            label = "written by" if path == item.path else f"written, as {path}, by"
            graph.join(data, _add_head(graph, writer, runs), label)
            before.append(writer)
    environment = _describe_environment(run)
    if environment:
        title = environment[0][1]
        graph.join(
            node, graph.add("environment", f"{run.environment.packages or run.id}:{title}", title, environment), "in"
        )
    for parent, label in known.parents:
        graph.join(node, _add_head(graph, parent, runs), label)
        before.append(parent)
    return before


def _describe_environment(run: Run) -> list[tuple[str, str]]:
    known = run.environment
    python = f"{known.implementation or 'Python'} {known.python}" if known.python else None
    facts = {
        "python": python or known.unknown,
        "packages": None if known.packages is None else f"sha256 {known.packages}",
        "locks": ", ".join(known.locks),
        "platform": known.platform,
        "cpu": known.cpu,
        "gpus": describe_gpus(known.gpus),
        "cuda": known.cuda,
    }
    return [(name, text) for name, text in facts.items() if text]
