"""``registry.yaml``, read: every value of its form, or the line and what was expected there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import InvalidValue
from gitexp.format.registry_nodes import Node, Place, explain_no_yaml, show_value
from gitexp.format.registry_policies import read_policy
from gitexp.format.yaml_text import YamlError, load_yaml_with_lines
from gitexp.model.paths import TreePath, unquote_path
from gitexp.model.refs import parse_run_ref
from gitexp.model.registry import (
    FORMAT,
    NO_STAGE,
    STAGES,
    Approval,
    Entry,
    Model,
    Registry,
    Version,
    VersionArtifact,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitexp.format.yaml_text import Path
    from gitexp.model.metrics import Number

MOST_BYTES = 8_000_000

_STAGE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_NUMBER = re.compile(r"v\d+")
_MD5 = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_NUMBERS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}


class RegistryFile(NamedTuple):
    """The registry with the text it was read from, and the line of each part by its path, from 1."""

    registry: Registry
    text: str
    file: str
    lines: Mapping[Path, int]


def parse_registry(data: bytes, file: str) -> RegistryFile:
    """Reads a registry; ``file`` names it in errors. Raises BrokenRegistry, with the line and what was expected.

    Whether it is true of the runs, and of its own past, is another question.
    """
    try:
        document, lines = load_yaml_with_lines(data, what=file, max_bytes=MOST_BYTES)
    except YamlError as error:
        raise explain_no_yaml(data, file, error) from error
    root = Node({} if document is None else document, (), Place(file, lines))
    if document is not None:
        root.mapping(("format", "stages", "policies", "models"))
        _check_format(root.need("format"))
    stages = _read_stages(root)
    policies = {}
    for name, node in (root.get("policies") or Node({}, (), root.place)).items():
        if name not in stages:
            raise node.wrong(f"no stage {show_value(name)}", hint="stages: " + ", ".join(stages))
        policies[name] = read_policy(node, stages)
    models = {
        name: _read_model(name, node, stages) for name, node in (root.get("models") or Node({}, (), root.place)).items()
    }
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    return RegistryFile(Registry(models, stages, policies), text, file, lines)


def is_model_name(text: str) -> bool:
    """Whether a model can be called so: letters, digits, '.', '_', '-'."""
    return _WORD.fullmatch(text) is not None


def is_alias(text: str) -> bool:
    """Whether an alias can be called so: as a model, but not like a version's number."""
    return _WORD.fullmatch(text) is not None and text != NO_STAGE and not _NUMBER.fullmatch(text)


def _check_format(node: Node) -> None:
    version = node.count(1)
    if version > FORMAT:
        hint = "pip install --upgrade gitexp"
        raise node.wrong(f"it has format {version}, this gitexp reads format {FORMAT}", hint=hint)


def _read_stages(root: Node) -> tuple[str, ...]:
    node = root.get("stages")
    if node is None:
        return STAGES
    stages: list[str] = []
    for one in node.each():
        name = one.text()
        if not _STAGE.fullmatch(name) or name == NO_STAGE:
            raise one.wrong(f"{show_value(name)} cannot be a stage", hint="a-z, 0-9, '.', '_', '-'")
        if name in stages:
            raise one.wrong(f"{show_value(name)} stands twice")
        stages.append(name)
    if not stages:
        raise node.wrong("no stage at all", hint="[staging, production, archived]")
    return tuple(stages)


def _read_model(name: str, node: Node, stages: tuple[str, ...]) -> Model:
    if not is_model_name(name):
        raise node.wrong(f"{show_value(name)} cannot be a model", hint="letters, digits, '.', '_', '-'")
    node.mapping(("description", "versions"))
    versions: list[Version] = []
    listed = node.get("versions")
    for one in listed.each() if listed is not None else ():
        version = _read_version(one, stages)
        if versions and version.number <= versions[-1].number:
            why = f"version {version.number} after version {versions[-1].number}: numbers only grow"
            raise one.wrong(why, key="version", hint=f"version: {versions[-1].number + 1}")
        versions.append(version)
    description = node.get("description")
    return Model(name, tuple(versions), description.text() if description else None)


def _read_version(node: Node, stages: tuple[str, ...]) -> Version:
    node.mapping(("version", "run", "commit", "artifact", "stage", "aliases", "metrics", "approvals", "history"))
    run = node.need("run")
    ref = parse_run_ref(run.text())
    if ref is None or ref.kind != "ended":
        raise run.wrong(f"{show_value(run.value)} is not the ref of a run", hint="refs/runs/<experiment>/<id>")
    commit = node.need("commit")
    if not _COMMIT.fullmatch(commit.text()):
        raise commit.wrong("not a whole commit id", hint="40 hexadecimal digits")
    stage = node.get("stage")
    aliases, metrics, waiting = node.get("aliases"), node.get("metrics"), node.get("approvals")
    history = tuple(_read_entry(one, stages) for one in node.need("history").each())
    if not history:
        raise node.need("history").wrong("no entry: how the version came to be is not said")
    return Version(
        number=node.need("version").count(1),
        run=ref.name,
        commit=commit.value,
        artifact=_read_artifact(node.need("artifact")),
        history=history,
        stage=_read_stage(stage, stages) if stage else NO_STAGE,
        aliases=tuple(_read_alias(one, stages) for one in aliases.each()) if aliases else (),
        metrics={key: _read_metric(one) for key, one in metrics.items()} if metrics else {},
        approvals=tuple(_read_approval(one, stages) for one in waiting.each()) if waiting else (),
    )


def _read_artifact(node: Node) -> VersionArtifact:
    node.mapping(("path", "md5", "bytes"))
    path, md5, size = node.need("path"), node.need("md5"), node.get("bytes")
    try:
        parts = unquote_path(path.text()).split(b"/")
    except InvalidValue as error:
        raise path.wrong(error.message) from error
    if any(part in (b"", b".", b"..") for part in parts):
        raise path.wrong("not a path inside the project", hint="model.pt, or models/best.pt")
    if not _MD5.fullmatch(md5.text()):
        raise md5.wrong("not an MD5 hash", hint="32 hexadecimal digits, and .dir for a folder")
    return VersionArtifact(TreePath(path.value), md5.value, size.count() if size else None)


def _read_stage(node: Node, stages: tuple[str, ...]) -> str:
    stage = node.text()
    if stage not in stages and stage != NO_STAGE:
        raise node.wrong(f"no stage {show_value(stage)}", hint="one of " + ", ".join((*stages, NO_STAGE)))
    return stage


def _read_alias(node: Node, stages: tuple[str, ...]) -> str:
    alias = node.text()
    if not is_alias(alias):
        raise node.wrong(f"{show_value(alias)} cannot be an alias", hint="letters, digits, '.', '_', '-'")
    if alias in stages:
        raise node.wrong(f"{show_value(alias)} is a stage, and so no alias", hint="another word")
    return alias


def _read_metric(node: Node) -> Number:
    return _NUMBERS[node.value] if isinstance(node.value, str) and node.value in _NUMBERS else node.number()


def _read_entry(node: Node, stages: tuple[str, ...]) -> Entry:
    node.mapping(("stage", "alias", "unalias", "at", "by", "why", "approvals", "forced", "rollback"))
    said = [key for key in ("stage", "alias", "unalias") if node.get(key)]
    if len(said) != 1:
        found = " and ".join(said) or "none of them"
        raise node.wrong(f"one of stage, alias and unalias is expected, {found} found")
    stage, alias, unalias = (node.get(key) for key in ("stage", "alias", "unalias"))
    why, approvals, forced, rollback = (node.get(key) for key in ("why", "approvals", "forced", "rollback"))
    entered = _read_stage(stage, stages) if stage else None
    return Entry(
        at=read_time(node.need("at")),
        by=node.need("by").line(),
        stage=entered,
        alias=_read_alias(alias, stages) if alias else None,
        unalias=_read_alias(unalias, stages) if unalias else None,
        why=why.text() if why else None,
        approvals=tuple(_read_approval(one, stages, entered) for one in approvals.each()) if approvals else (),
        forced=forced.texts() if forced else (),
        is_rollback=rollback.flag() if rollback else False,
    )


def _read_approval(node: Node, stages: tuple[str, ...], stage: str | None = None) -> Approval:
    """An approval; one in a history is for the stage of its entry, one that waits names its own."""
    own = ("by", "at", "policy", "why", "withdrawn", "signature")
    node.mapping(own if stage is not None else ("stage", *own))
    why, withdrawn = node.get("why"), node.get("withdrawn")
    return Approval(
        stage=stage if stage is not None else _read_stage(node.need("stage"), stages),
        by=node.need("by").line(),
        at=read_time(node.need("at")),
        policy=node.need("policy").text(),
        signature=node.need("signature").text(),
        why=why.text() if why else None,
        is_withdrawal=withdrawn.flag() if withdrawn else False,
    )


def read_time(node: Node) -> datetime:
    """An instant that names its zone."""
    text = node.text()
    try:
        at = datetime.fromisoformat(text.upper())
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):  # of the years 1 and 9999 UTC lacks some hours
        pass
    raise node.wrong(f"{text[:60]!r} where a time is expected", hint="2026-11-23T09:14:03.123456Z")
