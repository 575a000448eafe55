"""Which runs are to be tagged and with what, and the tags that runs have."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gitexp.actions.heads import complete_heads
from gitexp.actions.named_run import find_earlier_tip, find_runs
from gitexp.actions.show import load_so_far
from gitexp.model.run import Status
from gitexp.model.selection import Scope, match_text
from gitexp.model.spec import Text, VersionSpec, is_commit_prefix, parse_spec
from gitexp.model.tag_words import split_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.values import Scalar
    from gitexp.store.runs import RunStore


class TaggedRuns(NamedTuple):
    """The runs of a command, and the words that are its tags."""

    heads: list[RunHead]
    tags: tuple[str, ...]


def find_tagged(
    store: RunStore, typed: Sequence[str], piped: Sequence[str] | None, experiment: str | None
) -> TaggedRuns:
    """Tells the runs from the tags; ``piped`` words are runs. Raises UsageError, and what ``find_run`` raises."""
    known = store.heads()
    scope = Scope(store.experiment)

    def names_run(word: str) -> bool:
        spec = parse_spec(word) if word.isprintable() and word else Text(word)
        if not isinstance(spec, Text | VersionSpec):
            return True  # 'last', 'max:…', a ref: whatever is wrong with it is told by who looks for it
        if match_text(word, known.runs, scope):
            return True
        return is_commit_prefix(word) and bool(find_earlier_tip(store, word, known.runs))

    words = split_words(
        typed,
        names_run,
        {head.name for head in known.runs},
        {key for head in known.runs for key in head.tags} if len(typed) > 1 else (),
        has_runs=piped is not None,
    )
    return TaggedRuns(find_runs(store, (*(piped or ()), *words.runs), experiment, known), words.tags)


def read_tags_of(store: RunStore, heads: Sequence[RunHead]) -> list[tuple[RunHead, dict[str, Scalar]]]:
    """All tags of runs, those of one that is going here with what was said so far. Raises BrokenRecord."""
    completed, broken = complete_heads(store, heads, wanted=lambda head: "tags" in head.more)
    if broken:
        raise broken[0]
    return [(head, load_so_far(store, head).tags if head.status is Status.RUNNING else head.tags) for head in completed]
