"""Groups of runs held against a baseline."""

import math

import numpy as np
import pytest
from scipy import stats

from gitexp.errors import UsageError
from gitexp.model.comparison import Candidate
from gitexp.model.group_comparison import Procedure
from gitexp.model.grouped_metrics import measure_groups
from gitexp.model.grouping import group_runs
from gitexp.model.run import Status
from kit.heads import make_head

FIRST = [0.90, 0.91, 0.92, 0.905, 0.915]
SECOND = [0.93, 0.94, 0.95, 0.935, 0.945]


def runs(group, values, *, key="auc", start=1, **fields):
    return [
        Candidate(
            make_head(
                f"k{group}v{place:07d}",
                params={"group": group, "seed": place},
                metrics={} if value is None else {key: value},
                **fields,
            ),
            {},
        )
        for place, value in enumerate(values, start)
    ]


def compare(*candidates, baseline=0, directions=None, metrics=(), **procedure):
    grouping = group_runs([one for group in candidates for one in group], ["group"])
    return measure_groups(
        grouping,
        {"auc": "maximize"} if directions is None else directions,
        lambda: np.random.default_rng(1),
        baseline=baseline,
        metrics=metrics,
        procedure=Procedure(**procedure),
    )


def sentence(*candidates, **options):
    (row,) = compare(*candidates, **options).metrics
    return row.differences[1].sentence


def test_better_worse_higher_lower():
    words = "by 0.030 (95 % CI 0.018 to 0.042, p < 0.001, n = 5 and 5)"
    assert sentence(runs("a", FIRST), runs("b", SECOND)) == f"better {words}"
    assert sentence(runs("a", SECOND), runs("b", FIRST)) == f"worse {words}"
    assert sentence(runs("a", FIRST), runs("b", SECOND), directions={"auc": "minimize"}) == f"worse {words}"
    assert sentence(runs("a", FIRST), runs("b", SECOND), directions={}) == f"higher {words}"
    assert sentence(runs("a", SECOND), runs("b", FIRST), directions={}) == f"lower {words}"


def test_no_difference_is_said_with_what_could_be():
    near = [value + 0.002 for value in FIRST]
    assert sentence(runs("a", FIRST), runs("b", near)) == (
        "no difference that 5 and 5 runs could show: 0.002 (95 % CI -0.010 to 0.014, p = 0.7, n = 5 and 5)"
    )


def test_all_numbers_are_those_of_scipy():
    (row,) = compare(runs("a", FIRST), runs("b", SECOND)).metrics
    found, known = row.differences[1], stats.ttest_ind(SECOND, FIRST, equal_var=False)
    assert row.differences[0] is None
    assert found.p == found.adjusted_p == pytest.approx(known.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval()))
    assert found.percent == pytest.approx(100 * 0.03 / 0.91)
    assert found.effect_name == "Hedges' g"
    values = row.values[0]
    assert (values.n, values.mean, values.sd) == (5, pytest.approx(0.91), pytest.approx(np.std(FIRST, ddof=1)))
    assert (values.minimum, values.maximum) == (0.9, 0.92)
    assert row.best == {1}


def test_holm_is_over_the_groups_that_were_tested():
    third, few = [value + 0.009 for value in FIRST], [0.5, 0.6]
    found = compare(runs("a", FIRST), runs("b", SECOND), runs("c", third), runs("d", few))
    b, c, d = found.metrics[0].differences[1:]
    assert found.family == 2
    assert b.adjusted_p == pytest.approx(2 * b.p)
    assert c.p == pytest.approx(c.adjusted_p)
    assert (d.p, d.adjusted_p, d.verdict) == (None, None, "untested")
    assert "after Holm over 2 groups" in b.sentence


def test_a_difference_that_does_not_hold_among_many():
    others = [runs(letter, [value + 0.0125 for value in FIRST]) for letter in "bcdef"]
    found = compare(runs("a", FIRST), *others).metrics[0].differences[1]
    assert found.p < 0.05 <= found.adjusted_p
    assert found.verdict == "unclear"
    assert found.sentence.startswith("no difference that holds among 5 groups: 0.012 (95 % CI ")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ([0.95], "not tested, n is too small (at least 3 runs of each): 0.04 (n = 1 and 5)"),
        ([0.95, 0.97], "not tested, n is too small (at least 3 runs of each): 0.05 (n = 2 and 5)"),
        ([None, None, None], "not tested: no value in the group"),
        ([math.nan, math.inf, -math.inf], "not tested: no value in the group"),
    ],
)
def test_too_few_to_say_anything(other, said):
    assert sentence(runs("a", FIRST), runs("b", other)) == said


def test_nothing_varies():
    same, other = [0.9] * 4, [0.91] * 3
    assert sentence(runs("a", same), runs("b", [0.9] * 3)) == "the same in every run (n = 3 and 4)"
    assert sentence(runs("a", same), runs("b", other)) == (
        "not tested, nothing varies in either group: there is no noise to test against: 0.01 (n = 3 and 4)"
    )


def test_what_is_no_number_is_left_out_and_counted():
    one = runs("a", [0.9, math.nan, math.inf, 10**400, None, 0.8, 0.7])
    (row,) = compare(one, baseline=None).metrics
    assert (row.values[0].n, row.values[0].left_out, row.values[0].absent) == (3, 3, 1)
    (row,) = compare(runs("a", [2**80, 2**80, 2**81]), baseline=None).metrics
    assert row.values[0].maximum == 2.0**81


def test_only_finished_runs_count_and_the_others_are_there():
    failed = runs("a", [0.1], start=9, status=Status.FAILED, seconds=3.0)
    found = compare(runs("a", FIRST, seconds=1.0) + failed, baseline=None)
    (group,) = found.groups
    assert (len(group.finished), [head.status for head in group.others]) == (5, [Status.FAILED])
    assert group.seconds == 8.0
    assert found.metrics[0].values[0].n == 5


def test_costs_are_summed_by_currency():
    first, second, third = runs("a", FIRST[:3])
    paid = [
        first._replace(details={"cost.amount": 0.5, "cost.currency": "EUR"}),
        second._replace(details={"cost.amount": 1, "cost.currency": "EUR"}),
        third,
    ]
    (group,) = compare(paid, baseline=None).groups
    assert (group.costs, group.uncosted) == ((("EUR", 1.5),), 1)


def test_pairs_are_made_by_seed():
    shifted = [value + 0.004 + wobble for value, wobble in zip(FIRST, (0, 1e-3, -1e-3, 5e-4, 0), strict=True)]
    assert sentence(runs("a", FIRST), runs("b", shifted)).startswith("no difference that 5 and 5 runs could show")
    one = runs("a", FIRST)
    found = compare(one, runs("b", [*shifted, 0.99]), test="paired-t").metrics[0].differences[1]
    assert found.sentence.startswith("better by 0.0041 (95 % CI 0.0032 to 0.0050, p < 0.001, n = 5 pairs)")
    assert found.p == pytest.approx(stats.ttest_rel(shifted, FIRST).pvalue)
    assert found.notes == ("1 run has no partner of the same seed",)
    twice = one + runs("b", FIRST, start=20)
    assert "no seed is in both groups once" in sentence(twice, test="paired-t")


@pytest.mark.parametrize("is_turned", [False, True])
def test_a_seed_that_a_group_has_twice_makes_no_pair(is_turned):
    again = runs("a", [0.99])[0]
    twice = [*runs("a", FIRST), again._replace(head=again.head._replace(ref=f"{again.head.ref}x"))]
    sides = (runs("b", SECOND), twice) if is_turned else (twice, runs("b", SECOND))
    found = compare(*sides, test="paired-t").metrics[0].differences[1]
    assert (found.n, found.notes[0]) == (4, "3 runs have no partner of the same seed")


def test_equal_seeds_are_pointed_at():
    found = compare(runs("a", FIRST), runs("b", SECOND))
    assert found.notes == ("all groups ran the same seeds: --test paired-t compares them seed by seed",)
    assert compare(runs("a", FIRST), runs("b", SECOND, start=3)).notes == ()


def test_ranks_say_when_so_few_cannot_show_anything():
    assert sentence(runs("a", FIRST[:3]), runs("b", SECOND[:3]), test="mann-whitney") == (
        "not tested, the least p that mann-whitney can give of so few is 0.1: 0.03 (n = 3 and 3)"
    )
    found = compare(runs("a", FIRST), runs("b", SECOND), test="mann-whitney").metrics[0].differences[1]
    assert found.p == pytest.approx(stats.mannwhitneyu(SECOND, FIRST).pvalue)
    assert (found.effect, found.effect_name) == (1.0, "rank-biserial correlation")


def test_the_bootstrap_gives_the_same_interval_each_time_and_for_each_choice_of_metrics():
    one = [one._replace(head=one.head) for one in runs("a", FIRST)]
    first = compare(one, runs("b", SECOND), interval="bootstrap").metrics[0]
    again = compare(one[::-1], runs("b", SECOND), interval="bootstrap", metrics=["auc"]).metrics[0]
    assert first.differences[1].low == again.differences[1].low
    assert first.values[0].low == again.values[0].low
    assert first.values[0].low != compare(one).metrics[0].values[0].low


def test_a_metric_in_some_runs_and_one_that_is_no_metric():
    mixed = runs("a", FIRST, seconds=2.0) + runs("b", SECOND[:2], start=9) + runs("b", [1.0], key="f1")
    auc, f1 = compare(mixed).metrics
    assert [values.n for values in auc.values] == [5, 2]
    assert [values.n for values in f1.values] == [0, 1]
    (row,) = compare(mixed, metrics=["seconds"]).metrics
    assert row.values[0].mean == 2.0
    with pytest.raises(UsageError, match="--metric name: no run here has a number there"):
        compare(mixed, metrics=["name"])
    with pytest.raises(UsageError, match="--metric acu"):
        compare(mixed, metrics=["acu"])


def test_no_more_metrics_than_asked_for_are_looked_at():
    heads = [one.head for one in runs("a", FIRST)]
    many = [
        Candidate(make_head(head.id, params=head.params, metrics={"auc": 1, "b": place, "c": 2, "d": place}), {})
        for place, head in enumerate(heads)
    ]
    grouping = group_runs(many, ["group"])
    found = measure_groups(grouping, {"d": "minimize"}, lambda: np.random.default_rng(1), most=1)
    assert [row.column.name for row in found.metrics] == ["d"]
    assert found.further == ("auc", "b", "c")


def test_no_runs_and_no_metrics():
    assert compare(baseline=None).groups == ()
    found = compare(runs("a", [None, None]), baseline=None)
    assert (found.metrics, len(found.groups)) == ((), 1)
