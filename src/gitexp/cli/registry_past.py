"""``exp registry ls`` and ``history``: what stands where, and what stood there before."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gitexp.cli.terminal import find_look, say
from gitexp.errors import InvalidValue, UsageError

if TYPE_CHECKING:
    from gitexp.model.registry import Registry
    from gitexp.render.page import Page
    from gitexp.store.runs import RunStore


class Shown(NamedTuple):
    """In which form it is wanted."""

    as_json: bool
    colour: str


def write_models(store: RunStore, name: str | None, shown: Shown) -> int:
    """All models, or one of them with every version."""
    from gitexp.actions.registry_view import list_models
    from gitexp.render.registry_fields import model_fields
    from gitexp.render.registry_listing import build_registry
    from gitexp.store.registry_file import registry_path

    listed = list_models(store, name)
    models = listed.models if listed is not None else ()
    heads = listed.heads if listed is not None else {}
    if shown.as_json:
        from gitexp.cli.output import write_envelope

        path = listed.path if listed is not None else None
        write_envelope({"path": path, "models": [model_fields(model, heads) for model in models]})
        return 0
    if listed is None:
        say(f"there is no {registry_path(store)} here; exp promote last --model NAME --stage staging begins one")
        return 0
    if not any(model.versions for model in models):
        say(f"{listed.path} has no versions yet; exp promote last --model NAME --stage staging makes one")
        return 0
    look = find_look(shown.colour)
    _write(build_registry(models, heads, look, whole=name is not None), shown)
    return 0


def write_history(store: RunStore, which: str, stage: str | None, at: str | None, shown: Shown) -> int:
    """The lines of a model's history, or what stood where at a time."""
    from gitexp.actions.registry_view import find_model, need_registry
    from gitexp.model.registry_lookup import find_version
    from gitexp.model.registry_past import find_standings, list_past
    from gitexp.model.spec import VersionSpec, parse_spec
    from gitexp.render.registry_fields import past_fields, standing_fields
    from gitexp.render.registry_listing import build_past, build_standings

    registry = need_registry(store).registry
    spec = parse_spec(which)
    number = None
    if isinstance(spec, VersionSpec):
        number = find_version(registry, spec).version.number
        which = spec.model
    model = find_model(registry, which)
    _check_stage(registry, stage)
    if at is not None:
        start, end = _read_time(at)
        stood = [one for one in find_standings(model) if one.overlaps(start, end) and stage in (None, one.word)]
        stood = [one for one in stood if number in (None, one.version.number)]
        stood.sort(key=lambda one: (one.kind == "alias", _place(registry, one.word), one.word, one.since))
        if shown.as_json:
            from gitexp.cli.output import write_envelope
            from gitexp.render.times import format_iso

            times = {"from": format_iso(start), "to": format_iso(end)}
            write_envelope({"model": model.name, **times, "stood": standing_fields(stood)})
        elif stood:
            _write(build_standings(stood, find_look(shown.colour)), shown)
        else:
            say(f"nothing of {model.name} stood {f'in {stage}' if stage else 'anywhere'} then")
        return 0
    lines = [one for one in list_past(model, stage) if number in (None, one.version.number)]
    if shown.as_json:
        from gitexp.cli.output import write_envelope

        write_envelope({"model": model.name, "stage": stage, "history": past_fields(lines)})
    elif lines:
        _write(build_past(lines, find_look(shown.colour)), shown)
    else:
        say(f"nothing of {model.name} was ever in {stage}" if stage else f"{model.name} has no versions yet")
    return 0


def _check_stage(registry: Registry, stage: str | None) -> None:
    if stage is not None and stage not in registry.stages:
        raise UsageError(f"--stage {stage}: no such stage", hint="one of " + ", ".join(registry.stages))


def _place(registry: Registry, word: str) -> int:
    """Stages stand in the order of the file, the last one (what is deployed, mostly) not first; aliases behind."""
    return registry.stages.index(word) if word in registry.stages else len(registry.stages)


def _read_time(text: str) -> tuple[datetime, datetime]:
    from gitexp.model.filter_times import Clock, Period, parse_time

    found = parse_time(text, Clock(datetime.now(UTC)))
    if found is None:
        raise InvalidValue("--at", text, "no time", hint="2026-03-01, 2026-03-01T14:30, 7 days ago, yesterday")
    return (found.start, found.end) if isinstance(found, Period) else (found, found)


def _write(page: Page, shown: Shown) -> None:
    from gitexp.render.screen import write_page

    write_page(page, find_look(shown.colour), sys.stdout)
