"""`exp report --format md`: runs in a comment on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, run_exp
from kit.hostile_runs import plan_names, plan_seeds, store_many

if TYPE_CHECKING:
    from kit.git import GitFolder


@pytest.fixture
def seeds(folder: GitFolder) -> GitFolder:
    """Three groups of five seeds."""
    folder.gen({".exp.yaml": "metrics: {val_auc: maximize}\n"})
    store_many(folder, plan_seeds(folder))
    return folder


def test_it_goes_to_standard_output(seeds: GitFolder) -> None:
    done = run_exp(seeds, "report", "--format", "md", "--group-by", "auto", "--baseline", "lr=0.1")
    assert done.status == 0
    assert done.err == ""
    assert done.out.startswith("<!-- exp report -->\n### Runs of default\n\n**15 runs**: 15 finished · ")
    assert "<code>lr=0.01</code>: ✅ better by 0.1" in done.out
    assert "(95 % CI" in done.out
    assert "30.00 EUR + 30.00 USD" in done.out


def test_it_is_of_the_runs_that_were_chosen(seeds: GitFolder) -> None:
    out = run_exp(seeds, "report", "--format", "md", "--where", "params.lr == 0.1", "--title", "Only *these*").out
    assert "### Only &#42;these&#42;" in out
    assert "**5 runs**" in out
    assert "**2 runs** of 15" in run_exp(seeds, "report", "--format", "md", "-n", "2").out
    none = run_exp(seeds, "report", "--format", "md", "--where", "params.lr == 9")
    assert none.status == 0
    assert "No runs." in none.out
    assert none.err == "no run passes --where 'params.lr == 9': the report is empty\n"


def test_a_file_of_ours_is_written_over_and_no_other(seeds: GitFolder) -> None:
    assert run_exp(seeds, "report", "--format", "md", "-o", "runs.md").out == "runs.md\n"
    first = (seeds.path / "runs.md").read_text()
    assert first.startswith("<!-- exp report -->")
    assert run_exp(seeds, "report", "--format", "md", "-o", "runs.md").status == 0
    assert (seeds.path / "runs.md").read_text() == first
    refused = run_exp(seeds, "report", "--format", "md", "-o", "README.md")
    assert refused.status == 1
    assert "README.md is there" in refused.err
    assert (seeds.path / "README.md").read_text() == "# scratch\n"


def test_as_json_it_comes_with_what_it_is_of(seeds: GitFolder) -> None:
    data = envelope(run_exp(seeds, "report", "--format", "md", "--json", "-n", "3").out)["data"]
    assert len(data["runs"]) == 3
    assert data["total"] == 15
    assert data["markdown"].startswith("<!-- exp report -->")


def test_hostile_names_come_through_a_pipe(folder: GitFolder) -> None:
    store_many(folder, plan_names(folder))
    done = run_exp(folder, "report", "--format", "md")
    assert done.status == 0
    assert "\x1b" not in done.out
    assert "<script" not in done.out
    assert "&#64;<!-- -->everyone" in done.out


def test_results_from_production_stand_beside_the_metric(folder: GitFolder) -> None:
    store_many(folder, plan_seeds(folder)[:2])
    result = b'{"ctr": {"a": 0.11}, "val_auc": 0.5, "<b>n</b>|": "@everyone"}'
    assert run_exp(folder, "link", "last", "--online", "-", stdin=result).status == 0
    out = run_exp(folder, "report", "--format", "md").out

    table = out.partition("**Online**\n\n")[2].partition("\n\n")[0].splitlines()
    assert table[0] == "| run | id | result | online | offline |"
    cells = [[cell.strip() for cell in line.split("|")[3:6]] for line in table[2:]]
    assert cells[0] == ["<code>ctr.a</code>", "0.11", "–"]
    assert cells[1][:2] == ["<code>val_auc</code>", "0.5"]
    assert cells[1][2] != "–"
    assert "<b>n" not in out
    assert "@everyone" not in out
