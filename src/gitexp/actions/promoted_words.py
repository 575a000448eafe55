"""What the words of a promotion mean: which version of which model, and where it is to go."""

from __future__ import annotations

import difflib
import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.unsayable import check_reason
from gitexp.capture.redaction import make_redactor
from gitexp.errors import InvalidValue, UsageError
from gitexp.format.registry_reading import is_alias, is_model_name
from gitexp.model.registry import NO_STAGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitexp.model.registry import Registry
    from gitexp.store.runs import RunStore

_LONGEST_WHY = 2_000
_NUMBER = re.compile(r"v\d+")


class PromotionRequest(NamedTuple):
    """What is to be promoted: ``spec`` names a run where there is a ``model``, else a version (``fraud:v3``).

    With ``rollback`` it may be a model alone.
    """

    spec: str
    model: str | None = None
    stage: str | None = None
    artifact: str | None = None
    aliases: tuple[str, ...] = ()
    unaliases: tuple[str, ...] = ()
    why: str | None = None
    require: tuple[str, ...] = ()
    archive_previous: bool = False
    force: bool = False
    rollback: bool = False
    experiment: str | None = None


def check_request(store: RunStore, request: PromotionRequest, registry: Registry) -> PromotionRequest:
    """The request with its reason on one line. Raises UsageError and InvalidValue for what cannot be meant."""
    if request.model is not None and not is_model_name(request.model):
        raise InvalidValue("model", request.model, "cannot be called so", hint="letters, digits, '.', '_', '-'")
    if request.stage is not None:
        _check_stage(request.stage, registry)
    _check_aliases(request, registry)
    if request.rollback:
        _check_rollback(request)
    if request.model is None and request.artifact is not None:
        raise UsageError(
            "--artifact is for a new version; what a version deploys never changes",
            hint="exp promote RUN --model MODEL --artifact PATH",
        )
    if request.force and not (request.why or "").strip():
        raise UsageError("--force needs --why: it stays in the history", hint="--force --why 'what justifies it'")
    return request._replace(why=_read_why(store, request.why))


def _check_stage(stage: str, registry: Registry) -> None:
    if stage in registry.stages or stage == NO_STAGE:
        return
    known = (*registry.stages, NO_STAGE)
    near = difflib.get_close_matches(stage, known, n=1)
    hint = f"--stage {near[0]}" if near else "one of " + ", ".join(known)
    raise InvalidValue("stage", stage, "registry.yaml has no such stage", hint=hint)


def _check_aliases(request: PromotionRequest, registry: Registry) -> None:
    for alias in (*request.aliases, *request.unaliases):
        if _NUMBER.fullmatch(alias):
            raise InvalidValue("alias", alias, "it looks like the number of a version", hint="champion, blue, eu")
        if not is_alias(alias):
            raise InvalidValue("alias", alias, "cannot be called so", hint="letters, digits, '.', '_', '-'")
        if alias in registry.stages:
            raise InvalidValue("alias", alias, "it is a stage", hint=f"--stage {alias}")
    both = [alias for alias in request.aliases if alias in request.unaliases]
    if both:
        raise UsageError(f"--alias {both[0]} and --unalias {both[0]}: one of them", hint=f"--alias {both[0]}")


def _check_rollback(request: PromotionRequest) -> None:
    if request.stage is None or request.stage == NO_STAGE:
        raise UsageError(
            "--rollback: in which stage?", hint=f"exp promote {request.spec} --stage production --rollback"
        )
    others: Iterable[tuple[str, object]] = (
        ("--model", request.model),
        ("--force", request.force),
        ("--require", request.require),
    )
    for option, given in others:
        if given:
            raise UsageError(f"--rollback goes without {option}", hint="exp promote MODEL --stage STAGE --rollback")


def _read_why(store: RunStore, why: str | None) -> str | None:
    """The reason on one line. Raises Refused for what looks like a secret: everybody reads it."""
    text = " ".join((why or "").split())
    if not text:
        return None
    if not text.isprintable():
        raise InvalidValue("why", text[:60], "it has a control character", hint="plain text")
    if len(text) > _LONGEST_WHY:
        raise UsageError(f"--why has {len(text):,} letters, at most {_LONGEST_WHY:,}", hint="exp note, exp link")
    redactor = make_redactor(store.settings.redaction)
    redactor.remember_variables(os.environ)
    check_reason(text, redactor)
    return text
