"""Texts of a run that are no Unicode: arguments in another encoding, escapes of half a character."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gitexp.model.texts import replace_surrogates, replace_surrogates_in

if TYPE_CHECKING:
    from gitexp.model.run import Run
    from gitexp.model.values import Params


def clean_run(run: Run) -> Run:
    """The run with every lone surrogate spelt as an escape: no YAML parser but our own would read it."""
    if _is_clean(run):
        return run
    return replace(
        run,
        command=tuple(map(replace_surrogates, run.command)),
        directory=replace_surrogates(run.directory),
        project=replace_surrogates(run.project),
        params=_clean_params(run.params),
        param_sources={replace_surrogates(key): replace_surrogates(name) for key, name in run.param_sources.items()},
        tags={
            replace_surrogates(key): replace_surrogates(value) if isinstance(value, str) else value
            for key, value in run.tags.items()
        },
        note=replace_surrogates(run.note) if run.note is not None else None,
        hypothesis=replace_surrogates(run.hypothesis) if run.hypothesis is not None else None,
    )


def _clean_params(params: Params) -> Params:
    return {replace_surrogates(key): replace_surrogates_in(value) for key, value in params.items()}


def _is_clean(run: Run) -> bool:
    try:
        _encode_all([*run.command, run.directory, run.project, run.note, run.hypothesis])
        _encode_all([run.params, run.tags, run.param_sources])
    except UnicodeEncodeError:
        return False
    return True


def _encode_all(value: object) -> None:
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        for key, one in value.items():
            _encode_all(key)
            _encode_all(one)
    elif isinstance(value, list):
        for one in value:
            _encode_all(one)
