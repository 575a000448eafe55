"""`exp registry card`: the front matter as another reader of YAML takes it, the text as nothing but text."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import yaml

from gitexp.model.paths import TreePath
from kit.exp import envelope, run_exp
from kit.registered import HOSTILE, plan_trained, store_registry, weights_of

if TYPE_CHECKING:
    from kit.git import GitFolder


def read_card(text: str) -> tuple[dict[str, Any], str]:
    """The front matter, and the text behind it."""
    assert text.startswith("---\n")
    header, rule, body = text.removeprefix("---\n").partition("\n---\n")
    assert rule
    document: dict[str, Any] = yaml.safe_load(header)
    return document, body


def test_results_stand_in_the_form_of_the_model_index(folder: GitFolder) -> None:
    run = plan_trained(folder, 2)
    store_registry(folder, {2: dataclasses.replace(run, tags={"task": "tabular-classification"})})
    state = folder.state()
    header, body = read_card(run_exp(folder, "registry", "card", "fraud@production").out)

    assert header["tags"] == ["gitexp", "champion", "production"]
    assert header["metrics"] == ["val_auc", "loss"]
    (index,) = header["model-index"]
    assert index["name"] == "fraud:v2"
    (result,) = index["results"]
    md5 = run.data[0].md5
    assert result["task"] == {"type": "tabular-classification"}
    assert result["dataset"] == {"name": "features.csv", "type": "features.csv", "revision": md5}
    assert result["metrics"] == [
        {"type": "val_auc", "value": 0.92, "name": "val_auc", "verified": False},
        {"type": "loss", "value": 0.5, "name": "loss", "verified": False},
    ]
    headings = [line for line in body.splitlines() if line.startswith("#")]
    assert headings[0] == "# Model card of fraud:v2"
    wanted = ("Intended use", "Training data", "Training procedure", "Evaluation", "Environment", "Lineage", "History")
    assert [one for one in wanted if f"## {one}" not in headings] == []
    assert "*To be filled in.*" in body
    assert "exp get fraud:v2\n" in body
    assert "written, as build/features.csv, by prepare" in body
    assert folder.state() == state


def test_it_is_written_once_and_not_over_what_people_wrote(folder: GitFolder) -> None:
    store_registry(folder)
    written = run_exp(folder, "registry", "card", "fraud:v1", "-o", "CARD.md")
    assert (written.status, written.out, written.err) == (0, "CARD.md\n", "")
    text = (folder.path / "CARD.md").read_text()
    assert text == run_exp(folder, "registry", "card", "fraud:v1").out
    assert envelope(run_exp(folder, "registry", "card", "fraud:v1", "--json").out)["data"] == {
        "path": None,
        "card": text,
    }

    folder.gen({"CARD.md": text.replace("*To be filled in.*", "For fraud alone.")})
    refused = run_exp(folder, "registry", "card", "fraud:v1", "-o", "CARD.md")
    assert (refused.status, refused.out) == (1, "")
    assert "CARD.md is there: people may have filled it in" in refused.err
    assert "For fraud alone." in (folder.path / "CARD.md").read_text()
    assert run_exp(folder, "registry", "card", "fraud:v1", "-o", "CARD.md", "--force").status == 0
    assert (folder.path / "CARD.md").read_text() == text


def test_what_a_record_holds_is_text(folder: GitFolder) -> None:
    odd = "---\n# <script>alert(1)</script> | [x](javascript:1) `` @everyone"
    run = plan_trained(folder, 2)
    hostile = dataclasses.replace(
        run,
        command=("python", odd, HOSTILE),
        params={"a|b": odd, odd: "```\n# heading"},
        hypothesis=odd,
        tags={"task": odd},
        data=(run.data[0]._replace(path=TreePath("<b>data</b>|x.csv")),),
    )
    store_registry(folder, {2: hostile})
    folder.gen({"result.json": '{"<b>ctr</b>|x": "--- <i>", "n": 1}'})
    assert run_exp(folder, "link", "p7qw", "--online", "result.json", "--title", odd.replace("\n", " ")).status == 0

    text = run_exp(folder, "registry", "card", "fraud:v2").out
    header, body = read_card(text)
    assert header["model-index"][0]["results"][0]["task"]["type"] == odd
    fenced = body.split("```")
    plain = "".join(fenced[::2])
    for mark in ("<script", "<img", "<b>", "<i>", "](javascript", "@everyone", "\x1b", "\u202e"):
        assert mark not in plain
    assert "&#60;script&#62;" in plain
    assert "\x1b" not in text
    headings = [line for line in plain.splitlines() if line.startswith("#")]
    assert "# <script" not in "".join(headings)
    tables = [line for line in plain.splitlines() if line.startswith("|")]
    assert {line.count(" | ") for line in tables} <= {1, 2, 3}


def test_a_version_without_its_run_has_a_card(folder: GitFolder) -> None:
    store_registry(folder)
    folder.git("update-ref", "-d", "refs/runs/default/p7qw4n8hde")
    header, body = read_card(run_exp(folder, "registry", "card", "fraud:v2").out)
    assert header["model-index"][0]["results"][0]["dataset"]["name"] == "not recorded"
    assert "The run is not here." in body
    assert str(len(weights_of(2)) // 1000) in body
