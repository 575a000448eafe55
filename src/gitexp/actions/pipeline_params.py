"""The params of a DVC pipeline: what ``dvc.yaml`` declares, with the values that ``dvc.lock`` has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitexp.model.params import ParamSource, Rank, flatten
from gitexp.model.pipeline import select_keys
from gitexp.model.run import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gitexp.model.pipeline import FoundPipeline


def find_pipeline_params(
    found: FoundPipeline, sources: Sequence[ParamSource], read: Callable[[str], ParamSource | None], status: Status
) -> list[ParamSource]:
    """The sources of params with those that the pipeline declares; of a file's value ``dvc.lock`` has the last word.

    ``read`` gives the params of a file. Of a run that did not finish ``dvc.lock`` speaks only for the stages that ran:
    for the others it has earlier values.
    """
    locked: dict[str, dict[str, Any]] = {}
    for stage in found.stages:
        if status is Status.FINISHED or stage.name in found.ran:
            for file, values in stage.params.items():
                locked.setdefault(file, {}).update(flatten(values))
    known = {source.name for source in sources}
    merged = [
        source._replace(values={**flatten(source.values), **locked[source.name]}) if source.name in locked else source
        for source in sources
    ]
    declared = {file: keys for state in found.states for file, keys in state.params.items()}
    for file in dict.fromkeys((*declared, *locked)):
        if file not in known:
            source = read(file)
            values = select_keys(flatten(source.values), declared.get(file, ())) if source is not None else {}
            merged.append(ParamSource(file, {**values, **locked.get(file, {})}, Rank.FILE))
    merged += [ParamSource(state.file, state.variables, Rank.FILE) for state in found.states if state.variables]
    return merged
