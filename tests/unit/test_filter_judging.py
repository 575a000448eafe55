"""What a filter is true of."""

from __future__ import annotations

import fnmatch
import math
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import InvalidFilter
from gitexp.model.filter_judging import compile_filter
from gitexp.model.filter_names import Evidence, know_names
from gitexp.model.filter_parsing import parse_filter
from gitexp.model.filter_times import Clock, Period, parse_duration, parse_time
from gitexp.model.filter_values import compile_pattern
from gitexp.model.run import Lineage, Status
from kit.heads import START, make_head, make_summary

if TYPE_CHECKING:
    from gitexp.model.head import RunHead

CLOCK = Clock(START + timedelta(days=1), UTC)
BIG = 2**63
RUN = make_head(
    params={
        "lr": 0.1,
        "model.depth": 4,
        "opt": "adam",
        "amp": True,
        "layers": [64, 32],
        "big": BIG + 1,
        "text": "0.10",
        "nothing": None,
        "a b": 1,
    },
    metrics={
        "val/auc": make_summary(0.9, min=0.1, max=0.95, first=0.2, step=40, count=41),
        "loss": math.nan,
        "loss.min": 7.0,
        "up": math.inf,
    },
    tags={"team": "fraud", "baseline": True, "dropped": False, "lr": 1},
    fingerprint="sha256:" + "ab" * 32,
    lineage=Lineage(resumes="p7qw4n8hde"),  # type: ignore[arg-type]
)
DETAILS: dict[str, Any] = {
    "code.commit": "abc12" + "0" * 35,
    "code.dirty": False,
    "code.branch": "dead",
    "seed": 42,
    "data.data/train.csv": "12ab" + "0" * 28,
}


def judge(text: str, head: RunHead = RUN, details: Any = DETAILS, others: tuple[RunHead, ...] = ()) -> bool | None:
    known = know_names([RUN, head, *others])
    return compile_filter(parse_filter(text), text, known, CLOCK).judge(Evidence(head, details))


@pytest.mark.parametrize(
    "text",
    [
        "params.lr == 0.1",
        "param.lr = '0.1'",
        "params.text == 0.1",  # a text that spells a number
        "params.text < 0.2",
        "params.text == '0.10' and params.text != '0.1'",  # two texts are compared as they are
        "params.amp and params.amp == 'True' and params.amp is true",
        "params.amp != 1",
        "params.opt != 3",
        "not params.opt < 3",
        "not params.opt > 3",
        "params.opt < 'b'",
        f"params.big == {BIG + 1} and params.big > {float(BIG)!r} and params.big != {BIG}",
        "layers == '[64, 32]' and 64 in layers and not 65 in layers and '64' in layers",
        "'da' in opt and 'x' not in opt",
        "model.depth in (3, 4) and model.depth not in (5, '6')",
        'params."model.depth" == 4 and params.`a b` = 1',
        "metrics.val/auc.min < metrics.val/auc.first < metrics.val/auc < metrics.val/auc.max",
        "val/auc.step == 40 and val/auc.count == 41 and metrics.val/auc.last == 0.9",
        "metrics.loss.min == 7",  # a metric of that name comes before a summary
        "metrics.loss == nan and metrics.loss is nan and metrics.loss in (nan, 1)",
        "metrics.loss != 1 and metrics.loss != metrics.loss and not metrics.loss == metrics.loss",
        "not metrics.loss < 1 and not metrics.loss >= 1 and metrics.loss is not null",
        "metrics.up == inf and metrics.up is not nan and metrics.up > 1e308",
        "tags.baseline and not tags.dropped and tags.team",
        "tags.team == 'fraud' and tag.team not like 'FRAUD' and tags.team ilike 'FRAUD'",
        "id == 'k3v9' and id == 'K3V9X2' and id != 'k3v8' and id in ('p7qw', 'k3v9x2mabc')",
        "fingerprint == 'abab' and fingerprint == 'sha256:abab' and fingerprint != 'abac'",
        "commit like '6b%' or commit like '%'",
        "code.commit == 'abc12' and code.commit == 'ABC12' and 'abc12' == code.commit and code.commit != 'abc13'",
        "data.data/train.csv == '12ab'",
        "code.branch == 'dead' and code.branch != 'dea'",  # a branch is no hash
        "not code.dirty and seed = 42 and not hidden",
        "resumes == 'p7qw' and reproduces is null",
        "status == 'FINISHED' and attributes.status != 'failed' and status in ('Finished', 'lost')",
        "attributes.run_name like 'amber%' and run_id == 'k3v9' and run.name == attr.name",
        "user == 'Ada Lovelace' and user.email like '%@example.org' and user ilike '%love%'",
        "started == 'yesterday' and started > '7 days ago' and started < 'today' and started < 'now'",
        "started == '2026-11-23' and started == '2026-11' and started == '2026' and started != '2026-11-24'",
        "started > '2026-11-23' and started <= '2026-11-24' and started in ('2026-01-01', '2026-11-23')",
        "start_time == '2026-11-23T10:14:03+01:00' and start_time == '2026-11-23 09:14:03'",
        f"attributes.start_time >= {int(START.timestamp() * 1000)}",
        "started < ended and started like '2026-11-%'",
        "seconds == 97 and seconds > '1m 30s' and '2 min' > seconds and 90 < seconds < 100",
        "nothing is null and params.nothing is null",
        "params.lr like '0.%' and params.lr not like '1%'",
        "true and not false",
    ],
)
def test_true_of_a_run(text: str) -> None:
    assert judge(text) is True
    assert judge(f"not ({text})") is False


@pytest.mark.parametrize(
    "text",
    [
        "params.x > 1",
        "not params.x > 1",
        "params.x == 1 and true",
        "params.x == 1 or false",
        "params.x in (1, 2)",
        "params.x not in (1, 2)",
        "params.x like '%'",
        "params.x is nan",
        "params.x",
        "params.nothing != 1",
        "params.x < params.lr",
        "3 in params.x",
        "ended > '2020'",
    ],
)
def test_not_known_of_a_run_without_the_value(text: str) -> None:
    other = make_head("p7qw4n8hde", params={"x": True})
    running = RUN._replace(status=Status.RUNNING, seconds=None)
    assert judge(text, running, others=(other,)) is None


def test_what_is_not_known_does_not_hide_what_is() -> None:
    other = make_head("p7qw4n8hde", params={"x": 1}, tags={"new": True})
    assert judge("params.x > 1 or params.lr == 0.1", others=(other,)) is True
    assert judge("params.x > 1 and params.lr == 1", others=(other,)) is False
    assert judge("not tags.new", others=(other,)) is True


@pytest.mark.parametrize(
    ("text", "place", "why", "hint"),
    [
        ("metrics.val_acu > 1", 0, "no run has metrics.val_acu", "metrics.val/auc"),
        ("1 < metrics.vl/auc.max", 4, "no run has metrics.vl/auc.max", "metrics.val/auc.max"),
        ("metrics.opt > 1", 0, "no run has metrics.opt", "params.opt"),
        ("lr > 1", 0, "lr is more than one thing", "params.lr or tags.lr?"),
        ("zzz > 1", 0, "no run has zzz", "one of"),
        ("attrs2.name > 'a'", 0, "no run has", "one of"),
        ("attributes.statos = 'failed'", 0, "no run has statos", "status"),
        ("opt == adam", 7, "no run has adam", '"adam" in quotes'),
        ("params.`a c` == 1", 0, "no run has params.`a c`", "params.`a b`"),
        ("tags.tema = 'x'", 0, "no run has tags.tema", "tags.team"),
        ("code.commi == 'abcd'", 0, "no run has code.commi", "code.commit"),
        ("status == 'finisht'", 10, '"finisht" is no status', "finished"),
        ("status in ('failed', 'los')", 21, '"los" is no status', "lost"),
        ("started > 'sevn days'", 10, '"sevn days" is no time', "7 days ago"),
        ("started > '2026-02-30'", 10, "no time", "7 days ago"),
        ("started > '999999 years ago'", 10, "no time", "7 days ago"),
        ("started > 2026", 10, "2026 is no time", "2026-11-01"),
        ("seconds > 'long'", 10, '"long" is no duration', "3600"),
        ("code.commit == 'abc'", 15, '"abc" is too short', "at least 4"),
        ("code.commit == 1234567", 15, "1234567 is a number", "in quotes"),
        ("id == 'k3'", 6, '"k3" is too short', "at least 4"),
        ("status", 0, "status alone says nothing", "not null"),
        ("params.lr", 0, "params.lr alone says nothing", "params.lr is not null"),
        ("true and name", 9, "name alone says nothing", "not null"),
    ],
)
def test_a_filter_that_asks_for_nothing_is_refused(text: str, place: int, why: str, hint: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        judge(text)
    assert caught.value.fields["place"] == place
    assert why in caught.value.message
    assert hint in (caught.value.hint or "")


def test_without_a_run_any_name_will_do() -> None:
    text = "metrics.val_acu > 1 and zzz == 'a' and tags.x"
    compile_filter(parse_filter(text), text, know_names([]), CLOCK)


def test_what_only_a_manifest_has_is_not_known_before_it_is_read() -> None:
    short = make_head(metrics={"loss": make_summary(1.0, first=math.nan, count=0)})
    for text in ("metrics.loss.first > 0", "code.commit is null", "not code.dirty", "seed in (1, 42)"):
        assert judge(text, short, None, others=(short,)) is None
    assert judge("metrics.loss.max == 1 and hidden or code.dirty", short, None) is None
    assert judge("metrics.loss.max == 2 and code.dirty", short, None) is False


def test_extremes_of_a_long_run_that_is_going_are_missing() -> None:
    going = make_head(
        status=Status.RUNNING, metrics={"loss": make_summary(1.0, min=math.nan, max=math.nan, first=math.nan, count=0)}
    )
    assert judge("metrics.loss.min is null and metrics.loss.first is null and metrics.loss == 1", going, None) is True


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2h", 7200), ("1h 30m", 5400), ("1m37s", 97), ("90 min", 5400), ("1.5 hours", 5400), ("3d 04h", 273600)],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "2", "2 fortnights", "-2h", "2h x"])
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


def test_days_are_those_of_the_zone_summer_time_included() -> None:
    berlin = Clock(datetime(2026, 11, 1, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert parse_time("2026-10-25", berlin) == Period(
        datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)
    )
    assert parse_time("2026-12", berlin) == Period(
        datetime(2026, 11, 30, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)
    )
    assert parse_time("a week ago", berlin) == datetime(2026, 10, 25, tzinfo=UTC)
    assert parse_time("2026-07-01 12:00", berlin) == datetime(2026, 7, 1, 10, tzinfo=UTC)


@given(st.text(alphabet="ab%_\\.\n", max_size=8), st.text(alphabet="ab%_\\.\n", max_size=8))
def test_patterns_are_those_of_fnmatch(pattern: str, text: str) -> None:
    glob = ""
    letters = iter(pattern)
    for letter in letters:
        if letter == "\\":
            following = next(letters, "")
            literal = following if following in ("%", "_", "\\") else letter + following
            glob += "".join(f"[{one}]" for one in literal)
        else:
            glob += {"%": "*", "_": "?"}.get(letter, f"[{letter}]")
    assert compile_pattern(pattern, fold_case=False)(text) is fnmatch.fnmatchcase(text, glob)


def test_a_hostile_pattern_takes_no_time() -> None:
    began = time.process_time()
    assert not compile_pattern("%a" * 2_000 + "%b", fold_case=True)("a" * 5_000)
    assert time.process_time() - began < 5


VALUES = st.sampled_from([None, True, False, 0, 1, 2, 0.5, 1.0, BIG, BIG + 1, float(BIG), math.nan, math.inf, "a", "b"])
SIGNS = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
KEYS = ("x", "y")
FORMULAS = st.recursive(
    st.tuples(
        st.sampled_from(KEYS),
        st.sampled_from(list(SIGNS)),
        VALUES.filter(lambda one: one == one and one is not None)
        | st.sampled_from(KEYS).map(lambda key: ("name", key)),
    )
    | st.tuples(st.sampled_from(KEYS), st.sampled_from(["is null", "is not null", "is nan"])),
    lambda inner: st.tuples(st.just("not"), inner) | st.tuples(inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=6,
)


def spell(formula: Any) -> str:
    match formula:
        case ("not", inner):
            return f"not ({spell(inner)})"
        case (one, "and" | "or" as word, other):
            return f"({spell(one)}) {word} ({spell(other)})"
        case (key, word):
            return f"params.{key} {word}"
        case (key, sign, ("name", other)):
            return f"params.{key} {sign} params.{other}"
        case (key, sign, value):
            return f"params.{key} {sign} {str(value).lower() if isinstance(value, bool) else repr(value)}"
    raise AssertionError(formula)


def expect(formula: Any, run: dict[str, Any]) -> bool | None:
    """What Python says, written anew and as plainly as possible."""
    match formula:
        case ("not", inner):
            found = expect(inner, run)
            return None if found is None else not found
        case (one, "and" | "or" as word, other):
            pair = [expect(one, run), expect(other, run)]
            decisive = word == "or"
            return decisive if decisive in pair else None if None in pair else not decisive
        case (key, "is null" | "is not null" as word):
            return (run[key] is None) is (word == "is null")
        case (key, "is nan"):
            return None if run[key] is None else isinstance(run[key], float) and math.isnan(run[key])
        case (key, sign, value):
            left, right = run[key], run[value[1]] if isinstance(value, tuple) else value
            if left is None or right is None:
                return None
            types = [
                float if isinstance(one, int) and not isinstance(one, bool) else type(one) for one in (left, right)
            ]
            if types[0] is not types[1]:
                return sign == "!="
            if types[0] is bool and sign not in ("==", "!="):
                return False
            return SIGNS[sign](left, right)
    raise AssertionError(formula)


@given(FORMULAS, VALUES, VALUES)
def test_as_python_has_it(formula: Any, x: Any, y: Any) -> None:
    run = {"x": x, "y": y}
    assert judge(spell(formula), make_head(params=run)) is expect(formula, run)
