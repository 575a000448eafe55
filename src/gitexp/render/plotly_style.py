"""What all figures of a page share: colours, layout, and texts that Plotly shows as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitexp.render.text import neutralise, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gitexp.model.plots import PlottedRun
    from gitexp.render.embedded import Embedded

COLOURS = ("#3b7dd8", "#d9622b", "#2f9e67", "#b04fc4", "#c79a00", "#17a2b8", "#d6447f", "#7a8a1f", "#8a6d5a", "#6c74e0")
"""By the number of a group: told apart by most eyes, and on a light ground as well as on a dark one."""
RAMP: list[Embedded] = [[0, "#4446a0"], [0.25, "#3176b6"], [0.5, "#219e91"], [0.75, "#5fbe58"], [1, "#debe2e"]]
"""From low to high, to be seen on both grounds; ``scales.js`` has the same."""
MUTED = "#8d949e"
LONGEST = 60
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;"})


def colour_of(group: int) -> str:
    """The colour of a group; after the last colour it begins again."""
    return COLOURS[group % len(COLOURS)]


def plain(text: str, longest: int = LONGEST) -> str:
    """A text that Plotly shows as it is: of markup it knows a few tags, and between dollars TeX."""
    return shorten(neutralise(text), longest).translate(_MARKUP)


def name_runs(runs: Iterable[PlottedRun]) -> dict[str, str]:
    """What each run is called, by its id: its name, and the id with it where another run has that name too."""
    known = {run.id: run for run in runs}
    counts: dict[str, int] = {}
    for run in known.values():
        counts[run.name] = counts.get(run.name, 0) + 1
    return {
        run.id: plain(run.name) if counts[run.name] == 1 else f"{plain(run.name)} ({plain(run.id)})"
        for run in known.values()
    }


def make_layout(*, x: dict[str, Embedded], y: dict[str, Embedded], **more: Embedded) -> dict[str, Embedded]:
    """A layout without ground and font colour, which the page sets by its scheme."""
    return {
        "margin": {"l": 60, "r": 20, "t": 20, "b": 50},
        "hovermode": "closest",
        "xaxis": {"automargin": True, **x},
        "yaxis": {"automargin": True, **y},
        "legend": {"orientation": "h", "y": -0.2, "yanchor": "top"},
        **more,
    }


def title_axis(text: str, *, log: bool = False, categories: Sequence[str] = ()) -> dict[str, Embedded]:
    """An axis: its title, its scale, and the texts that whole numbers from 0 on stand for."""
    axis: dict[str, Embedded] = {"title": {"text": plain(text)}, "exponentformat": "power"}
    if categories:
        axis |= {
            "tickmode": "array",
            "zeroline": False,
            "tickvals": list(range(len(categories))),
            "ticktext": [plain(one, 30) for one in categories],
        }
    elif log:
        axis["type"] = "log"
    return axis
