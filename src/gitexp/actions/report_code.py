"""The code of the runs of a report: what was not committed, and what changed from one run to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.errors import GitFailed, GitMissing
from gitexp.git.difference import diff_commits
from gitexp.model.report import CodeDiff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.head import RunHead
    from gitexp.model.run import Run
    from gitexp.store.runs import RunStore

MOST_DIFFS = 60
MOST_OF_A_DIFF = 60_000
MOST_BYTES = 1_500_000
_FEW_CODES = 8
"""With so many different codes, or fewer, every two are held against each other; with more, neighbours alone."""


def read_code(store: RunStore, runs: Sequence[tuple[RunHead, Run]]) -> tuple[tuple[CodeDiff, ...], list[str]]:
    """The differences, each once, and what is left out. Nothing of the code is executed."""
    pairs = _choose_pairs(runs)
    found: list[CodeDiff] = []
    said: list[str] = []
    taken = 0
    for done, (before, after) in enumerate(pairs):
        if done >= MOST_DIFFS or taken >= MOST_BYTES:
            said.append(f"{len(pairs) - done} of {len(pairs)} differences of code; exp diff A B --only code has them")
            break
        try:
            patch = diff_commits(store.repository, before, after, colour=False, stat=False)
        except GitMissing:
            raise
        except GitFailed as error:
            words = str(error.fields["stderr"]).strip().partition("\n")[0]
            said.append(f"the code from {before[:7]} to {after[:7]}: {words}")
            continue
        text = patch[:MOST_OF_A_DIFF].decode("utf-8", "replace")
        found.append(CodeDiff(before, after, text, max(len(patch) - MOST_OF_A_DIFF, 0)))
        taken += min(len(patch), MOST_OF_A_DIFF)
    return tuple(found), said


def _choose_pairs(runs: Sequence[tuple[RunHead, Run]]) -> list[tuple[str, str]]:
    """The pairs of commits, most wanted first: what was not committed, then code against code, the older before it."""
    pairs: dict[tuple[str, str], None] = {}
    for _, run in runs:
        if run.code.commit is not None and run.code.commit != run.code.snapshot:
            pairs[run.code.commit, run.code.snapshot] = None
    ordered = sorted(runs, key=lambda pair: (pair[0].started_at, pair[0].id))
    codes = list(dict.fromkeys(run.code.snapshot for _, run in ordered))
    for place, before in enumerate(codes):
        for after in codes[place + 1 :] if len(codes) <= _FEW_CODES else codes[place + 1 : place + 2]:
            pairs.setdefault((before, after))
    return list(pairs)
