"""What a difference between two groups comes to, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.model.precision import find_precision, format_p
from gitexp.model.statistics import NO_PAIR_VARIES, NOTHING_VARIES

if TYPE_CHECKING:
    from gitexp.model.group_comparison import GroupDifference, Procedure, Verdict
    from gitexp.model.metrics import Direction


def judge(difference: float, p: float | None, direction: Direction | None, alpha: float) -> Verdict:
    """The verdict on a tested difference: which way it goes where p is below α."""
    if p is None:
        return "untested"
    if p >= alpha or difference == 0:
        return "unclear"
    if direction is None:
        return "higher" if difference > 0 else "lower"
    return "better" if (difference > 0) == (direction == "maximize") else "worse"


def write_sentence(found: GroupDifference, procedure: Procedure, family: int) -> str:
    """``better by 0.012 (95 % CI 0.004 to 0.020, p = 0.008, n = 5 and 5)``.

    ``family`` is how many groups were tested on the metric. What is better, worse, higher or lower is said as a
    positive number, its interval with it; else the difference is group - baseline.
    """
    if (
        found.difference == 0
        and found.p is None
        and any(note in found.notes for note in (NOTHING_VARIES, NO_PAIR_VARIES))
    ):
        return f"the same in every run ({count_runs(found, procedure)})"
    if found.difference is None:
        return f"not tested: {'; '.join(found.notes)}"
    shift, low, high = _turn(found)
    text, said = f"{shift:.4g}", []
    if low is not None and high is not None:
        precision = find_precision((high - low) / 2, low, high)
        text = precision.format(shift)
        said.append(f"{procedure.level * 100:.4g} % CI {precision.format(low)} to {precision.format(high)}")
    alpha = 1 - procedure.level
    if found.p is not None:
        said.append(f"p {format_p(found.p, alpha)}")
    if found.adjusted_p is not None and family > 1:
        said.append(f"{format_p(found.adjusted_p, alpha).removeprefix('= ')} after Holm over {family} groups")
    said.append(count_runs(found, procedure))
    return f"{_lead(found, alpha, family)} {text} ({', '.join(said)})"


def count_runs(found: GroupDifference, procedure: Procedure) -> str:
    """``n = 5 and 5``, the baseline last; of pairs there is one number."""
    if procedure.test in ("paired-t", "wilcoxon"):
        return f"n = {found.n} {'pair' if found.n == 1 else 'pairs'}"
    return f"n = {found.n} and {found.baseline_n}"


def _turn(found: GroupDifference) -> tuple[float, float | None, float | None]:
    difference = found.difference or 0.0
    if found.verdict in ("unclear", "untested") or difference >= 0:
        return difference, found.low, found.high
    low = None if found.high is None else -found.high
    return -difference, low, None if found.low is None else -found.low


def _lead(found: GroupDifference, alpha: float, family: int) -> str:
    if found.verdict == "untested":
        return f"not tested, {'; '.join(found.notes)}:" if found.notes else "not tested:"
    if found.verdict != "unclear":
        return f"{found.verdict} by"
    if found.p is not None and found.p < alpha and found.difference:
        return f"no difference that holds among {family} groups:"
    if found.test in ("paired-t", "wilcoxon"):
        return f"no difference that {found.n} pairs could show:"
    return f"no difference that {found.n} and {found.baseline_n} runs could show:"
