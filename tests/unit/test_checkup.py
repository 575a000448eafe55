"""What a check makes of what was found, and which settings of Git endanger runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.model.checkup import (
    Finding,
    has_problem,
    judge_exp,
    judge_git,
    judge_identity,
    judge_objects,
    judge_refs,
)
from gitexp.model.config_hazards import find_hazards, judge_hidden

FETCH_ALL = ("remote.origin.fetch", "+refs/*:refs/*")
FETCH_RUNS = ("remote.origin.fetch", "refs/runs/*:refs/runs/*")
FETCH_HEADS = ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
PRUNE = ("fetch.prune", "true")


def told(*entries: tuple[str, str | None], is_bare: bool = False) -> list[tuple[str, str]]:
    return [(one.state, one.mend or "") for one in find_hazards(entries, is_bare=is_bare)]


@pytest.mark.parametrize(
    ("version", "state", "words"),
    [
        ((2, 33, 9), "problem", "2.33.9 is too old"),
        ((2, 34, 0), "ok", "2.34.0; Git syncs refs to the disk from 2.36 on, opens reftable repositories from 2.45 on"),
        ((2, 39, 5), "ok", "2.39.5; Git opens reftable repositories from 2.45 on"),
        ((3, 0, 0), "ok", "3.0.0"),
    ],
)
def test_git(version: tuple[int, ...], state: str, words: str) -> None:
    finding = judge_git(version)
    assert (finding.state, finding.found) == (state, words)


def test_advice_alone_is_no_problem() -> None:
    assert not has_problem([Finding("git", "ok", ""), Finding("refs", "advice", "")])
    assert has_problem([Finding("git", "ok", ""), Finding("refs", "problem", "")])


def test_which_exp_a_shell_starts() -> None:
    assert judge_exp("/bin/exp", "/bin", is_ours=True).state == "ok"
    assert judge_exp(None, "/a b", is_ours=False).mend == "export PATH='/a b':$PATH"
    assert judge_exp("/x/exp", "/bin", is_ours=False).state == "advice"


@pytest.mark.parametrize(
    ("runs", "loose", "mend"),
    [(5_000, 500, None), (501, 501, "git pack-refs --all"), (5_001, 5_001, "exp fold"), (0, 0, None)],
)
def test_refs(runs: int, loose: int, mend: str | None) -> None:
    assert judge_refs(runs, loose).mend == mend


@pytest.mark.parametrize(
    ("loose", "limit", "state"),
    [(6_700, None, "ok"), (6_701, None, "advice"), (51, 50, "advice"), (50, 50, "ok"), (100, 0, "ok")],
)
def test_objects(loose: int, limit: int | None, state: str) -> None:
    assert judge_objects(loose, limit).state == state


def test_identity() -> None:
    assert judge_identity("Ada", "a@e.org", guessed=False).found == "Ada <a@e.org>"
    assert judge_identity("root", "root@host", guessed=True).state == "advice"


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ((FETCH_HEADS, PRUNE), []),
        ((FETCH_RUNS,), []),
        ((FETCH_RUNS, PRUNE), [("problem", "git config remote.origin.prune false")]),
        ((FETCH_RUNS, ("remote.origin.prune", None)), [("problem", "git config remote.origin.prune false")]),
        ((FETCH_ALL, PRUNE), [("problem", "git config remote.origin.prune false")]),
        (
            (FETCH_ALL, PRUNE, ("remote.origin.prune", "false")),
            [("advice", "git config --fixed-value --unset-all remote.origin.fetch '+refs/*:refs/*'")],
        ),
        ((FETCH_ALL, PRUNE, ("remote.origin.fetch", "^refs/*")), []),
        ((("remote.origin.fetch", "+refs/runs/default/*"), PRUNE), []),
        ((("remote.my up.mirror", "yes"),), [("problem", "git config 'remote.my up.mirror' false")]),
        ((("remote.origin.mirror", "true"), ("remote.origin.mirror", "false")), []),
        (
            (("remote.o.push", "+refs/runs/*:refs/runs/*"), ("remote.o.push", "refs/runs/*:refs/runs/*")),
            [("problem", "git config --fixed-value --unset-all remote.o.push '+refs/runs/*:refs/runs/*'")],
        ),
        ((("remote.o.push", "+refs/heads/*:refs/heads/*"),), []),
        ((("gc.pruneexpire", "now"),), [("problem", "git config gc.pruneExpire 2.weeks.ago")]),
        ((("gc.pruneexpire", "30.seconds.ago"),), [("problem", "git config gc.pruneExpire 2.weeks.ago")]),
        ((("gc.pruneexpire", "now"), ("gc.pruneexpire", "2.weeks.ago")), []),
        ((("gc.pruneexpire", "never"),), []),
        ((("gc.auto", "0"),), [("advice", "git config gc.auto 6700")]),
        ((("gc.auto", "0"), ("maintenance.strategy", "incremental")), []),
        ((("transfer.hiderefs", "refs/runs"),), []),
    ],
)
def test_settings_that_endanger_runs(entries: tuple[tuple[str, str | None], ...], found: list[tuple[str, str]]) -> None:
    assert told(*entries) == found


@pytest.mark.parametrize(
    ("values", "mends"),
    [
        (["refs/runs"], ["git config --fixed-value --unset-all transfer.hideRefs refs/runs"]),
        (["^refs/runs/", "refs/heads"], ["git config --fixed-value --unset-all transfer.hideRefs '^refs/runs/'"]),
        (["refs"], ["git config --fixed-value --unset-all transfer.hideRefs refs"]),
        (["refs", "!refs/runs", "!refs/exp"], []),
        (["!refs/runs", "refs/pull"], []),
        (["refs/run"], []),
        (
            ["refs/runs", "refs/exp"],
            [" && ".join(f"git config --fixed-value --unset-all transfer.hideRefs refs/{x}" for x in ("runs", "exp"))],
        ),
    ],
)
def test_refs_that_a_remote_hides(values: list[str], mends: list[str]) -> None:
    entries = tuple(("transfer.hiderefs", value) for value in values)
    assert [one.mend for one in judge_hidden(entries, "git config", ("transfer.hiderefs",))] == mends
    assert [mend for _, mend in told(*entries, is_bare=True)] == mends


KEYS = st.sampled_from(
    [
        "fetch.prune",
        "remote.a.fetch",
        "remote.a.push",
        "remote.a.mirror",
        "remote.",
        "remote",
        "gc.auto",
        "gc.pruneexpire",
    ]
)
VALUES = st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["+refs/*:refs/*", "refs/runs/*", "^", "+", "*:*"]))


@given(st.lists(st.tuples(KEYS, VALUES)), st.booleans())
def test_no_setting_is_too_odd(entries: list[tuple[str, str | None]], is_bare: bool) -> None:
    for finding in find_hazards(tuple(entries), is_bare=is_bare):
        assert finding.mend
        assert "\0" not in finding.check
