"""The page of `exp report`, and that of plots, in a real browser."""

from __future__ import annotations

import dataclasses
import math
import os
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.model.metrics import Point
from gitexp.model.plots import ParallelAxis, ParallelPlot, PlottedRun, ScatterPlot, ScatterPoint, TablePlot
from gitexp.model.run import Status
from gitexp.render.plotly_page import format_plot_page
from kit.browser import SeenPage, open_page, start_browser
from kit.exp import run_exp
from kit.git import GitFolder
from kit.hostile_runs import plan_all, plan_made, store_many
from kit.registered import HOSTILE, plan_trained, store_registry

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

MANY = 1000
OPTIMISERS = ("adam", "sgd", "<i>lion</i>")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for the module: it takes a second to start."""
    with start_browser() as started:
        yield started


def make_repository(place: pathlib.Path) -> GitFolder:
    """A repository that says which way its metrics are better."""
    folder = GitFolder.create(place)
    folder.gen({"train.py": "print(1)\n", ".exp.yaml": "metrics: {auc: maximize, val_auc: maximize}\n"})
    folder.commit("Train")
    return folder


def plan_few(folder: GitFolder, count: int, points: int) -> list[Any]:
    """Runs whose ``auc`` rises with ``lr``, the first one the worst; every fourth failed."""
    return [
        plan_made(
            folder,
            f"run {number}",
            name=f"run-{number:04d}",
            minutes=number,
            seconds=60.0 + 7 * (number % 13),
            params={"lr": round(0.001 * (number + 1), 3), "opt": OPTIMISERS[number % 3], "epochs": 10},
            status=Status.FAILED if number % 4 == 3 else Status.FINISHED,
            exit_code=1 if number % 4 == 3 else 0,
            points=tuple(
                Point("auc", (number + 1) / count * (1 - math.exp(-step - 1)), step, float(step))
                for step in range(points)
            ),
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def made() -> dict[str, pathlib.Path]:
    """Pages that were written before: writing one takes seconds, and none of these tests changes it."""
    return {}


@pytest.fixture
def few(tmp_path_factory: pytest.TempPathFactory, made: dict[str, pathlib.Path]) -> pathlib.Path:
    """A page of twelve runs of two codes."""
    if "few" not in made:
        folder = make_repository(tmp_path_factory.mktemp("few") / "repository")
        store_many(folder, plan_few(folder, 12, 20)[:6])
        folder.gen({"train.py": "print(2)  # </script>\n"})
        folder.commit("Train more")
        store_many(folder, plan_few(folder, 12, 20)[6:])
        made["few"] = write_report(folder)
    return made["few"]


def write_report(folder: GitFolder, *options: str) -> pathlib.Path:
    """The page of all runs there."""
    result = folder.run("exp", "report", *options)
    assert result.returncode == 0, result.stderr
    return folder.path / "report.html"


def assert_quiet(seen: SeenPage, file: pathlib.Path) -> None:
    """Nothing was asked for but the file itself, and pictures that it holds; and nothing was complained of."""
    assert seen.asked[0] == file.as_uri()
    assert {address.partition(":")[0] for address in seen.asked[1:]} <= {"data", "blob"}
    assert seen.said == []


def drag_axis(seen: SeenPage, key: str, low: float, high: float) -> None:
    """Draws a brush along an axis with the mouse, from one share of its height to another."""
    room = seen.page.locator(f"[data-key='{key}'] .parallel-room")
    room.scroll_into_view_if_needed()
    box = room.bounding_box()
    assert box is not None
    across, foot, top = box["x"] + box["width"] / 2, box["y"] + box["height"] - 8, box["y"] + 8
    seen.page.mouse.move(across, foot - low * (foot - top))
    seen.page.mouse.down()
    seen.page.mouse.move(across, foot - (low + high) / 2 * (foot - top), steps=3)
    seen.page.mouse.move(across, foot - high * (foot - top), steps=3)
    seen.page.mouse.up()


def curves_drawn(seen: SeenPage) -> list[str]:
    """The names of the curves that Plotly has."""
    names: list[str] = seen.page.evaluate("byId('curve-figure').data.map((trace) => trace.name)")
    return names


def test_it_opens_without_a_complaint_or_a_request(browser: Browser, few: pathlib.Path) -> None:
    with open_page(browser, few) as seen:
        assert seen.page.title() == "Runs of default"
        assert seen.names() == [f"run-{number:04d}" for number in range(11, -1, -1)]
        assert len(curves_drawn(seen)) == 12
        assert "epochs=10" in str(seen.page.locator("#same").text_content())
        assert_quiet(seen, few)


def test_no_script_but_its_own_runs_and_nothing_can_be_fetched(browser: Browser, few: pathlib.Path) -> None:
    with open_page(browser, few) as seen:
        seen.page.evaluate(
            """() => {
                const script = document.createElement('script');
                script.textContent = 'window.hacked = true';
                document.body.append(script);
                const image = document.createElement('img');
                image.src = 'https://example.org/x.png';
                document.body.append(image);
            }"""
        )
        outcome = seen.page.evaluate("fetch('https://example.org/').then(() => 'went', () => 'refused')")
        assert outcome == "refused"
        assert seen.page.evaluate("window.hacked") is None
        assert len(seen.said) >= 2


def test_sorting_by_a_column_and_back(browser: Browser, few: pathlib.Path) -> None:
    with open_page(browser, few) as seen:
        head = seen.page.locator("#table th[data-key='metrics.auc'] button")
        head.click()
        best_first = seen.cells("metrics.auc")
        assert best_first[0] == max(best_first, key=float)
        assert [float(text) for text in best_first] == sorted(map(float, best_first), reverse=True)
        assert seen.page.locator("#table th[data-key='metrics.auc']").get_attribute("aria-sort") == "descending"
        seen.page.keyboard.press("Enter")
        assert seen.cells("metrics.auc") == best_first[::-1]
        seen.page.locator("#table th[data-key='name'] button").click()
        assert seen.names() == [f"run-{number:04d}" for number in range(12)]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("status=failed", 3),
        ("lr<0.005", 4),
        ("params.lr>=0.005 status!=failed", 6),
        ('opt="<i>lion</i>"', 4),
        ("name~0003", 1),
        ("LION", 4),
        ("auc>0.5 and opt=adam", 2),
    ],
)
def test_filtering(browser: Browser, few: pathlib.Path, text: str, count: int) -> None:
    with open_page(browser, few) as seen:
        seen.page.fill("#search", text)
        seen.wait_for_count(f"{count} of 12 runs")
        assert len(seen.names()) == count
        assert sorted(curves_drawn(seen)) == sorted(seen.names())
        assert seen.page.locator(".parallel-frame").get_attribute("data-shown") == str(count)


def test_a_filter_with_a_typo_is_told_and_changes_nothing(browser: Browser, few: pathlib.Path) -> None:
    with open_page(browser, few) as seen:
        seen.page.fill("#search", "learning<0.1")
        assert seen.page.locator("#search-error").text_content() == "no run has learning"
        assert len(seen.names()) == 12


def test_brushing_an_axis_filters_table_and_curves_and_a_click_lets_go(browser: Browser, few: pathlib.Path) -> None:
    with open_page(browser, few) as seen:
        assert len(seen.names()) == 12
        drag_axis(seen, "metrics.auc", 0.76, 1.0)
        seen.wait_for_count("3 of 12 runs")
        assert seen.names() == ["run-0011", "run-0010", "run-0009"]
        assert sorted(curves_drawn(seen)) == ["run-0009", "run-0010", "run-0011"]
        drag_axis(seen, "params.opt", 0.9, 1.0)
        seen.wait_for_count("1 of 12 runs")
        seen.page.locator("[data-key='params.opt'] .parallel-room").click()
        seen.wait_for_count("3 of 12 runs")
        seen.page.click("#parallel-clear")
        seen.wait_for_count("12 of 12 runs")
        assert_quiet(seen, few)


def test_an_axis_is_brushed_by_the_keyboard(browser: Browser, few: pathlib.Path) -> None:
    with open_page(browser, few) as seen:
        seen.page.locator(".parallel-axis[data-key='metrics.auc']").focus()
        seen.page.keyboard.press("ArrowUp")
        seen.wait_for_count("6 of 12 runs")
        seen.page.keyboard.press("Escape")
        seen.wait_for_count("12 of 12 runs")


def test_two_runs_are_held_against_each_other_with_their_code(browser: Browser, few: pathlib.Path) -> None:
    with open_page(browser, few) as seen:
        for name in ("run-0002", "run-0008"):
            seen.page.get_by_label(f"select {name}").check()
        seen.wait_for_count("12 of 12 runs, 2 selected")
        lines = seen.page.locator("#difference tbody tr").all_inner_texts()
        rows = dict(line.split("\t", 1) for line in lines if "\t" in line)
        assert rows["lr"].split() == ["0.003", "0.009", "+0.006"]
        assert rows["auc"].endswith("+0.5 better")
        assert "epochs" not in rows
        assert "+print(2)  # </script>" in seen.page.locator("#difference pre.code .added").all_text_contents()
        assert sorted(curves_drawn(seen)) == ["run-0002", "run-0008"]
        seen.page.check("#show-equal")
        assert "epochs" in seen.page.locator("#difference").inner_text()
        seen.page.click("#swap")
        assert "-0.006" in seen.page.locator("#difference").inner_text()


def test_one_run_is_shown_by_its_name(browser: Browser, few: pathlib.Path) -> None:
    with open_page(browser, few) as seen:
        seen.page.get_by_role("button", name="run-0003").click()
        shown = seen.page.locator("#run-place").inner_text()
        assert shown.startswith("run-0003")
        assert "exit_code\t1" in shown


def test_hostile_runs_show_as_text(browser: Browser, tmp_path: pathlib.Path) -> None:
    folder = make_repository(tmp_path / "repository")
    store_many(folder, plan_all(folder))
    file = write_report(folder, "--title", "</title><script>alert(1)</script>")
    with open_page(browser, file) as seen:
        assert seen.page.title() == "</title><script>alert(1)</script>"
        names = seen.names()
        assert "<script>alert(1)</script>" in names
        assert "rtl-\\u202egnp.exe" in names
        assert "red-\\e[31mred\\e[0m" in names
        for row in range(seen.page.evaluate("report.runs.length")):
            seen.page.evaluate("row => showRun(row, false)", row)
        for metric in seen.page.locator("#curve-metric option").all_text_contents():
            seen.page.select_option("#curve-metric", label=metric)
        seen.page.check("#curve-log")
        assert seen.page.locator("main img").count() == 0
        assert seen.page.locator("svg a").count() == 0
        assert_quiet(seen, file)


def test_a_thousand_runs(browser: Browser, tmp_path: pathlib.Path) -> None:
    folder = make_repository(tmp_path / "repository")
    store_many(folder, plan_few(folder, MANY, 30))
    file = write_report(folder)
    assert os.path.getsize(file) < 20_000_000
    with open_page(browser, file) as seen:
        seen.wait_for_count(f"{MANY} of {MANY} runs")
        assert len(seen.names()) == 100
        seen.page.click("#page-after")
        assert seen.names()[0] == "run-0899"
        assert "60 of 1000 curves" in str(seen.page.locator("#curve-told").text_content())
        drag_axis(seen, "metrics.auc", 0.95, 1.0)
        seen.page.wait_for_function("() => state.visible.length > 45 && state.visible.length < 55")
        shown = [float(text) for text in seen.cells("metrics.auc")]
        assert (len(shown), max(shown)) == (pytest.approx(50, abs=5), 1.0)
        assert_quiet(seen, file)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1400, "light")])
def test_it_fits_screens_of_every_width(browser: Browser, few: pathlib.Path, width: int, scheme: str) -> None:
    with open_page(browser, few, viewport={"width": width, "height": 800}, color_scheme=scheme) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        ground = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 23, 28)")


def test_paper_is_light_whatever_the_screen_is(browser: Browser, few: pathlib.Path) -> None:
    with open_page(browser, few, color_scheme="dark") as seen:
        text = seen.page.locator("#curve-figure .ytick text").first
        assert "rgb(228, 232, 238)" in str(text.get_attribute("style"))
        seen.page.emulate_media(media="print")
        seen.page.wait_for_function(
            "() => document.querySelector('#curve-figure .ytick text').style.fill === 'rgb(0, 0, 0)'"
        )


def test_groups_have_bands_and_verdicts(browser: Browser, tmp_path: pathlib.Path) -> None:
    folder = make_repository(tmp_path / "repository")
    store_many(folder, plan_all(folder))
    file = write_report(
        folder, "--where", "params.model = 'mlp' and seed >= 0", "--group-by", "lr", "--baseline", "lr=0.01"
    )
    with open_page(browser, file) as seen:
        seen.page.select_option("#curve-metric", label="val_auc")
        assert sorted(name for name in curves_drawn(seen) if name) == [
            "lr=0.01 (n = 5)",
            "lr=0.011 (n = 5)",
            "lr=0.1 (n = 5)",
        ]
        assert "lr=0.01 (baseline)" in seen.page.locator("#groups").inner_text()
        assert_quiet(seen, file)


def test_a_page_of_plots(browser: Browser, tmp_path: pathlib.Path) -> None:
    runs = (PlottedRun("k3v9x2mabc", "<b>fox</b>"), PlottedRun("p7qw4zmabc", "$x^2$"))
    axis = ParallelAxis("params.opt", "<i>opt</i>", "param", (0.0, 1.0), ("<u>adam</u>", "sgd"))
    plots = (
        ScatterPlot("<b>x</b>", "y", tuple(ScatterPoint(run, 1.0, 2.0) for run in runs), ("one", "<b>two</b>")),
        ParallelPlot(runs, (axis, ParallelAxis("metrics.auc", "auc", "metric", (0.5, None))), "metrics.auc"),
        TablePlot(runs[0], "errors", ("<b>a</b>",), (("</script>",),)),
    )
    file = tmp_path / "plots.html"
    file.write_text(format_plot_page(plots, "plots & more"), encoding="utf-8")
    with open_page(browser, file) as seen:
        assert seen.page.locator(".xtitle").text_content() == "<b>x</b>"
        assert "<b>two</b>" in seen.page.locator(".xtick").all_text_contents()
        assert seen.page.locator("td").text_content() == "</script>"
        marks: Locator = seen.page.locator(".parallel-mark")
        assert "<u>adam</u>" in marks.all_text_contents()
        drag_axis(seen, "params.opt", 0.9, 1.0)
        assert seen.page.locator(".parallel-frame").get_attribute("data-shown") == "1"
        assert_quiet(seen, file)


def test_versions_of_models_show_where_they_come_from(browser: Browser, folder: GitFolder) -> None:
    run = plan_trained(folder, 2)
    run = dataclasses.replace(run, name="<img/src=x/onerror=alert(1)>", command=("python", HOSTILE))
    store_registry(folder, {2: run})
    said = run_exp(folder, "link", "p7qw", "--online", "-", "--title", "A/B", stdin=b'{"ctr": 0.25, "<b>x</b>": "<i>"}')
    assert said.status == 0
    with open_page(browser, write_report(folder)) as seen:
        assert_quiet(seen, folder.path / "report.html")
        lineage = seen.page.locator("#lineage")
        titles = ["fraud:v3 (staging)", "fraud:v2 (production, champion)", "fraud:v1 (archived)"]
        assert lineage.locator("h3").all_text_contents() == titles
        boxes = lineage.locator("svg.lineage").nth(1).locator("g.lineage-box")
        kinds = boxes.locator(".lineage-kind").all_text_contents()
        assert kinds[:3] == ["version", "artifact", "run"]
        assert {"code", "data"} <= set(kinds)
        names = boxes.locator(".lineage-title").all_text_contents()
        assert names[2].startswith("<img/src=x/onerror")
        assert names[-1] == "fraud:v1"
        assert "prepare" in names
        # No two boxes lie over each other.
        places = boxes.evaluate_all("all => all.map((one) => one.getAttribute('transform'))")
        assert len(set(places)) == len(places)
        lineage.locator("details").nth(1).locator("summary").click()
        assert "written, as build/features.csv, by prepare" in lineage.locator("pre").nth(1).inner_text()
        assert seen.page.evaluate("document.querySelectorAll('#lineage img, #lineage script').length") == 0
        assert "0.25" in seen.cells("online.ctr")
        seen.page.locator("#run-one").select_option(label="<img/src=x/onerror=alert(1)>")
        shown = seen.page.locator("#run-place").inner_text()
        assert "online: A/B\nctr = 0.25\n<b>x</b> = <i>" in shown
        assert "Online\nctr\t0.25" in shown
        assert seen.said == []


def test_a_page_without_a_registry_has_no_such_section(browser: Browser, few: pathlib.Path) -> None:
    with open_page(browser, few) as seen:
        assert seen.page.locator("#runs").is_visible()
        assert not seen.page.locator("#lineage").is_visible()


def test_a_broken_registry_is_told_and_the_page_is_written(browser: Browser, folder: GitFolder) -> None:
    store_registry(folder)
    folder.gen({"registry.yaml": "models: [\n"})
    with open_page(browser, write_report(folder)) as seen:
        assert "where its models come from: registry.yaml" in seen.page.locator("#left-out").inner_text()
        assert not seen.page.locator("#lineage").is_visible()
