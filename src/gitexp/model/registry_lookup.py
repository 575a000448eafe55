"""The version that a spec names: ``fraud:v3``, ``fraud@production``, ``fraud@champion``."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from gitexp.errors import VersionNotFound
from gitexp.model.registry import NO_STAGE
from gitexp.model.spec import format_spec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.model.registry import Model, Registry, Version
    from gitexp.model.spec import VersionSpec


class FoundVersion(NamedTuple):
    """A version with its model. ``others`` stand in the same stage, and came there before it."""

    model: Model
    version: Version
    others: tuple[Version, ...] = ()


def find_version(registry: Registry, spec: VersionSpec) -> FoundVersion:
    """The version that a spec names; of several in a stage the one that came there last. Raises VersionNotFound."""
    text = format_spec(spec)
    model = find_model(registry, spec.model, text)
    if spec.version is not None:
        version = model.version(spec.version)
        if version is None:
            numbers = ", ".join(f"v{one.number}" for one in model.versions[-8:])
            raise VersionNotFound(
                text, f"{spec.model} has {numbers or 'no versions yet'}", hint=f"exp registry history {spec.model}"
            )
        return FoundVersion(model, version)
    word = spec.stage or ""
    found = model.at(word) if word != NO_STAGE else ()
    if found:
        return FoundVersion(model, found[0], found[1:])
    if word in registry.stages:
        why = f"nothing of {spec.model} is in {word}"
        raise VersionNotFound(text, why, hint=f"exp registry history {spec.model}")
    known = [*registry.stages, *dict.fromkeys(alias for one in model.versions for alias in one.aliases)]
    hint = _suggest(word, known) or "one of " + ", ".join(known)
    raise VersionNotFound(text, f"{word!r} is neither a stage nor an alias of {spec.model}", hint=hint)


def find_model(registry: Registry, name: str, text: str | None = None) -> Model:
    """A model by its name; ``text`` is what was typed, where that is more. Raises VersionNotFound."""
    model = registry.models.get(name)
    if model is None:
        hint = _suggest(name, registry.models) or "exp registry ls"
        raise VersionNotFound(text or name, f"registry.yaml has no model {name!r}", hint=hint)
    return model


def _suggest(word: str, known: Iterable[str]) -> str | None:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else None
