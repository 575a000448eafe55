"""Curves and bars in a picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gitexp.render.numbers import format_number
from gitexp.render.text import neutralise, shorten

if TYPE_CHECKING:
    from gitexp.model.plots import BarsPlot, CurvesPlot, ImportancePlot

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Told apart with any colour vision: Okabe and Ito, Color Universal Design (2008), its yellow too pale for lines."""
STYLES = ("-", "--", "-.", ":")
MUTED = "#9a9a9a"
MOST_IN_LEGEND = 20
WIDEST_NAME = 60


def colour_of(number: int) -> str:
    """The colour of a run or group."""
    return COLOURS[number % len(COLOURS)]


def style_of(number: int) -> str:
    """The stroke of a run or group: beyond the colours another one begins."""
    return STYLES[number // len(COLOURS) % len(STYLES)]


def label(text: str) -> str:
    """A text from a record in a picture: safe, and short enough.

    Matplotlib sets what stands between two dollars as a formula, and leaves out of a legend what begins with ``_``.
    """
    shown = shorten(neutralise(text), WIDEST_NAME).replace("$", r"\$")
    return f" {shown}" if shown.startswith("_") else shown


def note_below(panel: Any, text: str) -> None:
    """A small text beneath all else of a plot."""
    shown = panel.get_xlabel()
    panel.set_xlabel(f"{shown}\n{neutralise_lines(text)}" if shown else neutralise_lines(text), fontsize=8)


def neutralise_lines(text: str) -> str:
    """Lines of ours with names from records in them."""
    return "\n".join(neutralise(line).replace("$", r"\$") for line in text.split("\n"))


def draw_curves(plot: CurvesPlot, panel: Any) -> None:
    """Each run a line, what was logged faint behind what was smoothed; each group its mean and a band."""
    if plot.bands:
        for place, band in enumerate(plot.bands):
            panel.fill_between(band.places, band.low, band.high, color=colour_of(place), alpha=0.2, linewidth=0)
            named = f"{label(band.label)} (n = {band.size})"
            mean = _finite(tuple(zip(band.places, band.mean, strict=True)))
            panel.plot(*mean, color=colour_of(place), linestyle=style_of(place), label=named)
    else:
        for place, curve in enumerate(plot.curves):
            if plot.smoothing:
                panel.plot(*_finite(curve.points), color=colour_of(place), alpha=0.25, linewidth=0.8)
            marker = "o" if len(curve.points) == 1 else ""
            style = {"color": colour_of(place), "linestyle": style_of(place), "marker": marker}
            panel.plot(*_finite(curve.smooth), label=label(curve.run.name), linewidth=1.3, **style)
    if plot.log:
        panel.set_yscale("log", nonpositive="mask")
    aside = f" ({plot.smoothing})" if plot.smoothing else ""
    panel.set_title(f"{label(plot.metric)}{aside}", loc="left")
    panel.set_xlabel("seconds since the start" if plot.x == "time" else "step")
    panel.margins(x=0.01)
    panel.grid(alpha=0.25)
    _add_legend(panel)


def draw_bars(plot: BarsPlot, panel: Any) -> None:
    """A bar for each value from the top down, with its interval."""
    errors = None
    if any(bar.low is not None for bar in plot.bars):
        errors = [
            [bar.value - (bar.value if bar.low is None else bar.low) for bar in plot.bars],
            [(bar.value if bar.high is None else bar.high) - bar.value for bar in plot.bars],
        ]
    names = [label(bar.label) + (f" (n = {bar.runs})" if bar.run is None else "") for bar in plot.bars]
    values = [bar.value for bar in plot.bars]
    _draw_bars(panel, names, values, errors)
    panel.set_title(label(plot.title), loc="left")


def draw_importance(plot: ImportancePlot, panel: Any) -> None:
    """A bar for each param, and above them whether to believe it."""
    spread = [row.deviation for row in plot.rows]
    _draw_bars(panel, [label(row.param) for row in plot.rows], [row.importance for row in plot.rows], [spread, spread])
    r2 = "" if plot.r2 is None else f", R² of held-out runs {plot.r2:.2f}"
    panel.set_title(f"importance for {label(plot.metric)}: {plot.runs} runs{r2}", loc="left")
    panel.set_xlabel("\n".join(filter(None, ["loss of R² when shuffled", plot.warning])))


def _draw_bars(panel: Any, names: list[str], values: list[float], errors: list[list[float]] | None) -> None:
    places = range(len(values))
    # A bar for each place, not for each name: two runs may have one.
    style = {"color": COLOURS[0], "ecolor": "#333333", "capsize": 3}
    panel.barh(list(places), values, xerr=errors, **style)
    panel.set_yticks(list(places), names)
    panel.invert_yaxis()
    panel.axvline(0, color="#333333", linewidth=0.8)
    panel.grid(axis="x", alpha=0.25)
    if len(values) <= MOST_IN_LEGEND:
        for place, value in zip(places, values, strict=True):
            panel.annotate(
                format_number(value),
                (value, place),
                xytext=(4, 7),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )


def _finite(points: tuple[tuple[float, float], ...]) -> tuple[list[float], list[float]]:
    """The points as Matplotlib takes them: what is not finite is a gap."""
    return [place for place, _ in points], [value if math.isfinite(value) else math.nan for _, value in points]


def _add_legend(panel: Any) -> None:
    handles, labels = panel.get_legend_handles_labels()
    if len(handles) > MOST_IN_LEGEND:
        labels[MOST_IN_LEGEND - 1] = f"{labels[MOST_IN_LEGEND - 1]}  and {len(handles) - MOST_IN_LEGEND} more"
    if handles:
        shown = handles[:MOST_IN_LEGEND], labels[:MOST_IN_LEGEND]
        panel.legend(*shown, loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8, frameon=False)
