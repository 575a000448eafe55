"""How two tips of a run stand to each other, and how what came of a push is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from gitexp.actions.push_batches import may_pass
from gitexp.errors import Refused, RemoteFailed
from gitexp.model.sync import Histories, SyncedRef
from gitexp.render.progress import draw_progress
from gitexp.render.sync import list_refusals, summarise
from kit.heads import START

if TYPE_CHECKING:
    from gitexp.model.sync import Relation

from gitexp.render.page import Look

CHAIN = Histories({"a": (), "b": ("a",), "c": ("b",), "x": ("b",), "m": ("c", "x")})
MIRRORED: dict[Relation, Relation] = {
    "same": "same",
    "here": "there",
    "there": "here",
    "ahead": "behind",
    "behind": "ahead",
    "diverged": "diverged",
}


def test_each_relation() -> None:
    assert [CHAIN.relate(*pair) for pair in (("c", "c"), ("c", None), (None, "c"), ("c", "a"), ("a", "c"))] == [
        "same",
        "here",
        "there",
        "ahead",
        "behind",
    ]
    assert CHAIN.relate("c", "x") == "diverged"
    assert CHAIN.relate("m", "x") == "ahead"
    assert CHAIN.relate("c", "unheard-of") == "unknown"


def test_the_base_is_the_newest_tip_in_common() -> None:
    assert CHAIN.find_base("c", "x") == "b"
    assert CHAIN.find_base("m", "x") == "x"
    assert Histories({"a": (), "b": ()}).find_base("a", "b") is None


def test_where_a_shallow_clone_is_cut_is_known_of_what_lies_above() -> None:
    cut = Histories({"b": (), "c": ("b",), "x": ()}, frozenset("b"))

    assert (cut.is_cut("c"), cut.is_cut("b"), cut.is_cut("x")) == (True, True, False)


@st.composite
def histories(draw: st.DrawFn) -> Histories:
    """Tips that each come after some of those before them."""
    count = draw(st.integers(1, 12))
    earlier: dict[str, tuple[str, ...]] = {}
    for number in range(count):
        known = sorted(earlier)
        earlier[f"{number:02}"] = (
            tuple(draw(st.lists(st.sampled_from(known), unique=True, max_size=2))) if known else ()
        )
    return Histories(earlier)


@given(histories(), st.data())
def test_the_other_side_sees_it_the_other_way_round(found: Histories, data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(sorted(found.earlier))) for _ in range(2))

    assert found.relate(other, one) == MIRRORED[found.relate(one, other)]
    base = found.find_base(one, other)
    assert base == found.find_base(other, one)
    if base is not None:
        assert all(base in found.all_earlier(tip) | {tip} for tip in (one, other))


def synced(outcome: str, count: int, ref: str = "refs/runs/default/") -> list[SyncedRef]:
    why = Refused("no", hint="do") if outcome == "refused" else None
    return [SyncedRef(f"{ref}{number}", outcome, None, why) for number in range(count)]  # type: ignore[arg-type]


def test_one_line_says_what_came_of_it() -> None:
    refs = [*synced("new", 3), *synced("moved", 1), *synced("same", 12), *synced("refused", 2)]

    assert summarise(refs, "push", "pushed", "there", dry_run=False) == (
        "pushed 3 new runs, 1 updated run, 12 were there, 2 were refused"
    )
    assert summarise(refs, "push", "pushed", "there", dry_run=True).startswith("would push 3 new runs, 1 updated run")
    assert summarise([], "pull", "pulled", "here", dry_run=False) == "nothing to pull"
    assert list_refusals(refs) == [("2 refs: no", "do")]
    folds = [*synced("new", 1, "refs/exp/fold/ada/2026"), *synced("same", 2, "refs/exp/fold/bob/2026")]
    assert summarise(folds, "pull", "pulled", "here", dry_run=False) == "pulled 1 fold"


def test_another_try_is_made_where_it_may_help() -> None:
    for words in ("fatal: the remote end hung up unexpectedly", "error: RPC failed; HTTP 502", ""):
        assert may_pass(RemoteFailed("origin", 128, words))
    for words in (
        "fatal: Authentication failed for 'https://example.org'",
        "git@example.org: Permission denied (publickey).\nfatal: Could not read from remote repository.",
        "error: failed to push some refs to 'origin'",
        "fatal: unable to access 'x': The requested URL returned error: 403",
    ):
        assert not may_pass(RemoteFailed("origin", 128, words))


def test_the_bar_fits_its_screen() -> None:
    wide, narrow = Look(80, colour=False, glyphs=True, now=START), Look(12, colour=False, glyphs=False, now=START)

    assert draw_progress("push", "Writing objects", 50, "500 of 1000 runs", wide) == (
        "push  Writing objects       ━━━━━━━━━━──────────   50 %  500 of 1000 runs"
    )
    assert draw_progress("push", "Writing objects", 50, "", narrow) == "push 50 %"
