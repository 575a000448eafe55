"""Why a run that was run again may have come out otherwise: the likely first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from gitexp.model.values import format_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.model.difference import Change, RunDifference
    from gitexp.model.run import Run

SuspectPart: TypeAlias = Literal[
    "code", "command", "data", "params", "seed", "packages", "python", "hardware", "variables", "script"
]
HARDWARE = ("platform", "cpu", "cores", "cuda", "gpus.")
PYTHON = ("python", "implementation")
_NAMED = 4
_ADVICE = (
    ("torch", "PyTorch: torch.use_deterministic_algorithms(True), and CUBLAS_WORKSPACE_CONFIG=:4096:8 on a GPU"),
    ("tensorflow", "TensorFlow: tf.config.experimental.enable_op_determinism()"),
)


class Suspect(NamedTuple):
    """Something that is not as it was, or of which nobody knows whether it is."""

    part: SuspectPart
    what: str


def list_suspects(
    difference: RunDifference, unplaced: Iterable[str] = (), *, same_tree: bool, packages: str = ""
) -> tuple[Suspect, ...]:
    """What may have made b, the reproduction, another than a.

    ``unplaced`` are files that a had and b had not; ``same_tree``: the code that ran is the same, file for file. Where
    nothing else is to be blamed the script is; ``packages`` are those of b, by which to give advice.
    """
    was, now = difference.a, difference.b
    found = [*_suspect_code(difference, tuple(unplaced), same_tree=same_tree)]
    found += [Suspect("command", f"{change.key}: {_arrow(change)}") for change in difference.command]
    found += [Suspect("data", f"{change.key} {_tell_data(change)}") for change in difference.data]
    known = {change.key for change in difference.data}
    found += [
        Suspect("data", f"{item.path}: whether it is the same nobody knows ({item.why or 'it has no hash'})")
        for item in was.data
        if item.md5 is None and item.path not in known
    ]
    if difference.params:
        found.append(Suspect("params", _name(difference.params)))
    found += _suspect_seed(was, now)
    if difference.packages:
        found.append(Suspect("packages", tell_packages(difference.packages)))
    elif difference.packages is None:
        whose = " and ".join("it" if one == "a" else "this run" for one in difference.packages_unknown)
        found.append(Suspect("packages", f"not recorded of {whose}"))
    for part, keys in (("python", PYTHON), ("hardware", HARDWARE), ("variables", ("variables.",))):
        changes = tuple(change for change in difference.environment if change.key.startswith(keys))
        if changes:
            found.append(Suspect(part, _name(changes)))  # type: ignore[arg-type]
    if all(one.part == "seed" for one in found):
        if not found:
            found.append(Suspect("script", "code, data, params, seed and environment are as they were: it is chance"))
        installed = {name.partition("==")[0].lower() for name in packages.splitlines()}
        found += [Suspect("script", advice) for name, advice in _ADVICE if name in installed]
    return tuple(found)


def tell_packages(changes: tuple[Change, ...]) -> str:
    """How a list of packages changed, in a line: what changed before what is gone, and that before what is new."""
    parts = []
    for kind, word in (("changed", "changed"), ("only in a", "gone"), ("only in b", "new")):
        own = [change for change in changes if change.kind == kind]
        if own:
            names = [f"{one.key} {one.a} -> {one.b}" if kind == "changed" else one.key for one in own[:_NAMED]]
            more = f" and {len(own) - _NAMED} more" if len(own) > _NAMED else ""
            parts.append(f"{len(own)} {word} ({', '.join(names)}{more})")
    return "; ".join(parts)


def _suspect_code(difference: RunDifference, unplaced: tuple[str, ...], *, same_tree: bool) -> Iterable[Suspect]:
    if not same_tree:
        yield Suspect("code", "the files that ran are not those of the snapshot")
    if unplaced:
        more = f" and {len(unplaced) - _NAMED} more" if len(unplaced) > _NAMED else ""
        yield Suspect("code", f"not there: {', '.join(unplaced[:_NAMED])}{more}")
    for change in difference.code.submodules:
        yield Suspect("code", f"submodule {change.key} {_arrow(change)}")
    for path in difference.code.unheld:
        yield Suspect("code", f"submodule {path} had changes that no run holds")
    hidden = [place for place in difference.a.redacted if place.startswith(("command", "params"))]
    if hidden:
        yield Suspect("code", f"hidden in the record, and so unknown: {', '.join(hidden)}")


def _suspect_seed(was: Run, now: Run) -> Iterable[Suspect]:
    if was.seed is None and now.seed is None:
        yield Suspect("seed", "no seed was recorded: is one set?")
    elif was.seed != now.seed:
        yield Suspect("seed", f"{was.seed} then, {now.seed} now")


def _name(changes: tuple[Change, ...]) -> str:
    shown = ", ".join(f"{change.key.removeprefix('variables.')} {_arrow(change)}" for change in changes[:_NAMED])
    return shown + (f" and {len(changes) - _NAMED} more" if len(changes) > _NAMED else "")


def _arrow(change: Change) -> str:
    if change.kind == "only in a":
        return f"{format_value(change.a)}, now gone"
    return (
        f"{format_value(change.b)}, new"
        if change.kind == "only in b"
        else (f"{format_value(change.a)} -> {format_value(change.b)}")
    )


def _tell_data(change: Change) -> str:
    if change.kind == "only in a":
        return "is not there"
    return "is new" if change.kind == "only in b" else "is another one"
