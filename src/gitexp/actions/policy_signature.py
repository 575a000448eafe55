"""Whether a run's commit bears the signature of an allowed signer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.actions.signed_commits import check_commit
from gitexp.errors import ExpError
from gitexp.git.objects import ObjectWriter
from gitexp.git.reading import read_commits_of
from gitexp.model.policy_verdict import Judged
from gitexp.store.head_reading import read_head
from gitexp.store.histories import read_histories
from gitexp.store.later_tips import check_later_tip

if TYPE_CHECKING:
    from gitexp.model.approval import CheckedSignature, Signers
    from gitexp.model.head import RunHead
    from gitexp.model.policy_verdict import Case
    from gitexp.store.runs import RunStore

_MOST = 50
"""Earlier tips of one run that are looked at: each signature takes a process or two."""


def judge_signed(store: RunStore, case: Case, signers: Signers) -> Judged:
    """Whether the commit that was judged is signed by its committer, and they may sign.

    What was said of a run later makes another commit, which a merge leaves unsigned: then that of the run itself will
    do, where nothing but annotations came to it since.
    """
    found = _check(store, case.head.commit, signers)
    if isinstance(found, str):
        return _say(case.head, found)
    if found.standing == "good":
        return _say(case.head, found.why, met=True)
    for earlier in _find_earlier(store, case.head):
        before = _check(store, earlier.commit, signers)
        if not isinstance(before, str) and before.standing == "good" and _only_says_more(store, earlier, case.head):
            words = f"the run itself is {before.why}; what was said of it since is not signed"
            return _say(earlier, words, met=True)
    return _say(case.head, found.why)


def _check(store: RunStore, commit: str, signers: Signers) -> CheckedSignature | str:
    """What its signature is worth; why that cannot be told, where it cannot."""
    try:
        return check_commit(store, commit, signers)
    except ExpError as error:
        return error.message


def _find_earlier(store: RunStore, head: RunHead) -> list[RunHead]:
    earlier = sorted(read_histories(store.repository, [head.commit]).all_earlier(head.commit))[:_MOST]
    found = read_commits_of(store.repository, [(head.ref, one) for one in earlier])
    return [read_head(one) for one in found]


def _only_says_more(store: RunStore, earlier: RunHead, later: RunHead) -> bool:
    with ObjectWriter(store.repository) as writer:
        try:
            check_later_tip(writer, earlier, later)
        except ExpError:  # then the signature is not of what is judged
            return False
    return True


def _say(head: RunHead, found: str, *, met: bool = False) -> Judged:
    return Judged("signed: true", is_met=met, found=f"commit {head.commit[:7]}: {found}", kind="signed")
