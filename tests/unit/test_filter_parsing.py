"""The filter language, read and written; what is wrong is pointed at."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import InvalidFilter
from gitexp.model.filter_parsing import parse_filter
from gitexp.model.filter_tokens import LONGEST
from gitexp.model.filter_tree import (
    KEYWORDS,
    PREFIXES,
    SUFFIXES,
    Among,
    And,
    Comparison,
    Constant,
    Is,
    Like,
    Name,
    Not,
    Or,
    Truth,
    find_names,
    format_filter,
)

WORDS = ["lr", "model.depth", "val/auc", "a b", "x`y", 'q"', "0.lr", "été", "损失", "🚀", "\x1b[31m", "a..b", ".", "-"]
KEYS = st.sampled_from([*WORDS, *KEYWORDS, *PREFIXES, *SUFFIXES, "loss.min", "params.lr", "Tags.x"]) | st.text(
    min_size=1, max_size=6
)
NAMES = st.builds(
    lambda kind, key, suffix: Name(kind, key, suffix if kind in (None, "metrics") else ""),
    st.sampled_from([None, "params", "metrics", "tags", "attributes"]),
    KEYS,
    st.sampled_from(["", *SUFFIXES]),
)
CONSTANTS = (st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just(math.nan) | st.text(max_size=8)).map(
    Constant
)
OPERANDS = NAMES | CONSTANTS
SIGNS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def is_not_read_as_is(test: Comparison) -> bool:
    """A NaN on the right is read as ``is nan``."""
    return all(isinstance(one, Name) or one.value == one.value for one in test.operands[1:])


COMPARISONS = (
    st.lists(st.tuples(SIGNS, OPERANDS), min_size=1, max_size=3)
    .flatmap(
        lambda pairs: OPERANDS.map(
            lambda first: Comparison((first, *(operand for _, operand in pairs)), tuple(sign for sign, _ in pairs))
        )
    )
    .filter(is_not_read_as_is)
)
LEAVES = (
    COMPARISONS
    | st.tuples(OPERANDS, st.lists(CONSTANTS, min_size=1, max_size=3).map(tuple) | NAMES, st.booleans()).map(
        lambda parts: Among(*parts)
    )
    | st.tuples(OPERANDS, st.text(max_size=6), st.booleans(), st.booleans()).map(lambda parts: Like(*parts))
    | st.tuples(NAMES, st.sampled_from(["null", "nan"]), st.booleans()).map(lambda parts: Is(*parts))
    | (NAMES | st.booleans().map(Constant)).map(Truth)
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, min_size=2, max_size=3).map(lambda tests: And(tuple(tests)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda tests: Or(tuple(tests)))
    ),
    max_leaves=8,
)


def forget_places(part: Any) -> Any:
    """A tree as if it had been made by hand."""
    if not isinstance(part, tuple):
        return part
    if not hasattr(part, "_fields"):
        return tuple(map(forget_places, part))
    fields = {key: forget_places(value) for key, value in part._asdict().items()}
    if isinstance(part, Comparison):
        fields["places"] = ()
    elif "place" in fields:
        fields["place"] = 0
    return type(part)(**fields)


@given(TREES)
def test_what_is_written_is_read_again(tree: Any) -> None:
    text = format_filter(tree)
    assert forget_places(parse_filter(text)) == tree
    assert format_filter(parse_filter(text)) == text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("param.lr = .5", "params.lr == 0.5"),
        ("Parameters.lr <> 1e-3", "params.lr != 0.001"),
        ("metric.loss<=-inf", "metrics.loss <= -inf"),
        ('params."model.depth" == 1_000', "params.model.depth == 1000"),
        ('metrics.`val/auc`.max > 0 AND Tag.x = "a""b"', 'metrics.val/auc.max > 0 and tags.x == "a\\"b"'),
        ("x = 'it''s'", 'x == "it\'s"'),
        (r'x = "C:\data\x"', r'x == "C:\\data\\x"'),
        ("not a < 1 and b < 2 or c < 3", "not a < 1 and b < 2 or c < 3"),
        ("not (a < 1 and (b < 2 or c < 3))", "not (a < 1 and (b < 2 or c < 3))"),
        ("((a < 1))", "a < 1"),
        ("0.1 < lr < 1", "0.1 < lr < 1"),
        ("lr == None and loss != NaN", "lr is null and loss is not nan"),
        ("x is not true", "x != true"),
        ("status NOT IN ('failed', 'lost')", 'status not in ("failed", "lost")'),
        ("64 in params.layers", "64 in params.layers"),
        ("learning-rate < 1", "learning-rate < 1"),
        ("`learning rate` < 1", "`learning rate` < 1"),
        ("params.in == 1 and params.true", "params.in == 1 and params.true"),
        ("not not true", "not not true"),
    ],
)
def test_one_form_of_many_spellings(text: str, form: str) -> None:
    assert format_filter(parse_filter(text)) == form


@pytest.mark.parametrize(
    ("text", "place", "why", "hint"),
    [
        ("", 0, "an empty filter", "params.lr"),
        ("  ", 0, "an empty filter", "params.lr"),
        ("lr =< 3", 3, "=< is no sign", "<="),
        ("lr => 3", 3, "=> is no sign", ">="),
        ("lr === 3", 3, "=== is no sign", "=="),
        ("lr < 3 && x", 7, "&& is no sign", "and"),
        ("lr < 3 || x", 7, "|| is no sign", "or"),
        ("!hidden", 0, "! is no sign", "not"),
        ("lr in [1]", 6, "[ is no sign", "in ( … )"),
        ("lr < 1 + 2", 7, "does not calculate", "known"),
        ("lr 3", 3, "3 where 'and'", "comparison is missing"),
        ("lr less 3", 3, "less where 'and'", "<"),
        ("lr < 3 andx x", 7, "andx where 'and'", "and"),
        ("status is failed", 10, "after 'is' comes null", '== "failed"'),
        ("(lr < 1", 0, "this bracket is not closed", None),
        ("lr < 1)", 6, "this bracket was not opened", None),
        ("(lr) < 1", 5, "what stands in brackets is not compared", None),
        ("lr == ", 5, "here it ends", None),
        ("lr < null", 5, "nothing is less or more than null", "is null"),
        ("lr in (a, b)", 7, "values alone stand in a list", '"a"'),
        ("lr in 3", 6, "after 'in' come brackets", "status in"),
        ("lr in (1 2)", 9, "a list goes on with a comma", None),
        ("lr not 3", 3, "after 'not' comes in, like", None),
        ("name like 3", 10, "after 'like' comes a text", "base%"),
        ("name == 'x", 8, "has no end", None),
        ("metrics.`x", 8, "has no end", None),
        ("metrics.`` > 1", 8, "is empty", None),
        ("metrics. > 1", 8, "the name has no end", "val auc"),
        ("code.commit == 12ab", 15, "12ab is neither a number nor a name", '"12ab"'),
        ("seconds > 2h", 10, "2h is neither a number", '"2h"'),
        ("🚀 > 1", 0, "no word begins so", "`🚀…`"),
        ("3", 0, "a value alone says nothing", "compares one"),
        ("'a' and lr < 1", 0, "a value alone says nothing", "compares one"),
        ("x == " + "9" * 4301, 5, "4,300 digits", None),
    ],
)
def test_what_is_wrong_is_pointed_at(text: str, place: int, why: str, hint: str | None) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(text)
    assert (caught.value.fields["place"], caught.value.fields["text"]) == (place, text)
    assert why in caught.value.message
    assert hint in (caught.value.hint or "") if hint else caught.value.hint is None


def test_the_caret_stands_under_the_cell() -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter('name == "损失 🚀e\u0301\x1b" =< 3')
    _, shown, caret = caught.value.message.split("\n")
    assert shown == '    name == "损失 🚀e\u0301·" =< 3'
    # Seven more than the letters before it: each of three wide ones takes two cells, the accent none.
    assert caret.index("^") == shown.index("=<") + 3 - 1


def test_of_a_long_filter_the_part_that_matters_is_shown() -> None:
    text = " or ".join(f"x == {number}" for number in range(200)) + " andx y"
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(text)
    _, shown, caret = caught.value.message.split("\n")
    assert len(shown) < 120
    assert shown[caret.index("^") :] == "andx y"


@pytest.mark.parametrize(
    "text",
    ["(" * 5_000 + "x" + ")" * 5_000, "not " * 2_000 + "x", "x" * (LONGEST + 1), "((" * 26 + "x" + "))" * 26],
)
def test_a_hostile_filter_is_refused(text: str) -> None:
    with pytest.raises(InvalidFilter, match=r"within one another|longer than"):
        parse_filter(text)


@given(st.text(alphabet="ab.`'\"\\ ()<>=!1e-notiadr,%", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        tree = parse_filter(text)
    except InvalidFilter as error:
        place = error.fields["place"]
        assert isinstance(place, int)
        assert 0 <= place <= len(text)
    else:
        assert all(0 <= name.place < len(text) for name in find_names(tree))
