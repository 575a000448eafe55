"""``exp registry diff``: what changed since a base, as text, Markdown, names and JSON."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from gitexp.model.registry import ARCHIVE, Entry, Model, Registry
from gitexp.model.registry_changes import add_entry
from gitexp.render.text import neutralise
from kit.exp import envelope, run_exp
from kit.hostile_runs import ODD_KEYS, ODD_NAMES
from kit.registries import (
    BEGAN,
    BY,
    FIRST,
    SECOND,
    THIRD,
    edit,
    get_registry,
    give_registry,
    plan_version,
    put_registry,
    store_model_run,
)

if TYPE_CHECKING:
    from kit.git import GitFolder

MARK = "<!-- exp registry registry.yaml -->"
ALLOWED = {"table", "thead", "tbody", "tr", "th", "td", "ul", "li", "p", "code", "pre", "strong", "h3", "h4"}
ALLOWED |= {"details", "summary", "sub", "br"}


class Elements(HTMLParser):
    """The names of the elements of a page, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.names: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        assert not [name for name, _ in attrs if name != "align"], attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def show(markdown: str) -> Elements:
    """Markdown by the parser that GitHub uses."""
    elements = Elements()
    elements.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))
    return elements


@pytest.fixture
def promoted(folder: GitFolder) -> GitFolder:
    """The second version in production, on a branch; ``main`` has the first one there."""
    folder.gen({".exp.yaml": "metrics:\n  val_auc: maximize\n"})
    give_registry(folder)
    folder.git("checkout", "--quiet", "-b", "promote")
    registry = add_entry(get_registry(folder), "fraud", 1, Entry(BEGAN.replace(day=24), BY, stage=ARCHIVE))
    why = "it is better"
    put_registry(folder, add_entry(registry, "fraud", 2, Entry(BEGAN.replace(day=25), BY, stage="production", why=why)))
    return folder


def test_what_would_be_committed_is_told(promoted: GitFolder) -> None:
    ran = run_exp(promoted, "registry", "diff")

    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "          stage                   against           approvals\n"
        "fraud:v1  production -> archived\n"
        "fraud:v2  staging -> production   v1 in production             val_auc 0.95 (+0.05 better)\n"
        "\n"
        "fraud:v2: no verdict over seeds: the two runs differ by their seed alone\n"
    )
    promoted.commit("Promote")
    assert run_exp(promoted, "registry", "diff").err.startswith("no version of registry.yaml changed since ")
    assert run_exp(promoted, "registry", "diff", "--base", "main").out == ran.out
    assert run_exp(promoted, "registry", "diff", env={"GITHUB_BASE_REF": "main"}).out == ran.out


def test_what_others_promoted_meanwhile_is_no_change_of_ours(promoted: GitFolder) -> None:
    promoted.commit("Promote")
    promoted.git("checkout", "--quiet", "-b", "docs", "main")
    promoted.gen({"README.md": "# fraud\n"})
    promoted.commit("Docs")
    promoted.git("branch", "--quiet", "--force", "main", "promote")

    assert run_exp(promoted, "registry", "diff", "--base", "main").out == ""
    # What is deployed is what the base had, though: a branch that was put back brings its version back.
    assert run_exp(promoted, "registry", "diff", "--base", "main", "--arrived", "production").out == "fraud:v1\n"


def test_which_way_is_better_is_said_by_the_base(promoted: GitFolder) -> None:
    promoted.gen({".exp.yaml": "metrics:\n  val_auc: minimize\n"})
    promoted.commit("Promote")

    assert "(+0.05 better)" in run_exp(promoted, "registry", "diff", "--base", "main").out


def test_names_of_what_came_to_a_stage(promoted: GitFolder) -> None:
    arrived = run_exp(promoted, "registry", "diff", "--arrived", "production")
    assert (arrived.status, arrived.out) == (0, "fraud:v2\n")
    assert run_exp(promoted, "registry", "diff", "--arrived", "staging").out == ""
    everything = run_exp(promoted, "registry", "diff", "--base", "0" * 40, "--arrived", "production")
    assert everything.out == "fraud:v2\n"


def test_json_has_what_a_deployment_asks(promoted: GitFolder) -> None:
    data = envelope(run_exp(promoted, "registry", "diff", "--json").out)["data"]

    assert [one["spec"] for one in data["versions"]] == ["fraud:v1", "fraud:v2"]
    came = data["versions"][1]
    assert came["stage"] == {"from": "staging", "to": "production"}
    assert (came["run"], came["replaces"], came["arrived"]) == (SECOND, "fraud:v1", ["production"])
    assert came["artifact"]["path"] == "model.pt"
    assert came["change"]["metrics"][0] == {
        "key": "val_auc",
        "was": 0.9,
        "now": 0.95,
        "difference": pytest.approx(0.05),
        "better": True,
    }
    assert data["problems"] is None
    checked = envelope(run_exp(promoted, "registry", "diff", "--json", "--check", "--format", "md").out)["data"]
    assert checked["problems"] == []
    assert checked["markdown"].startswith(MARK)


def test_markdown_says_what_a_reviewer_asks(promoted: GitFolder) -> None:
    ran = run_exp(promoted, "registry", "diff", "--format", "md", "--check")

    assert ran.status == 0, ran.err
    shown = show(ran.out)
    assert shown.names <= ALLOWED
    assert "table" in shown.names
    for words in (
        "fraud:v2 goes to production",
        "✅ The registry holds",
        "fraud:v2: staging → production, in place of v1",
        f"to production by {BY}, 2026-11-25T12:00:00Z: it is better",
        "Policy of production: met",
        "fraud:v1: production → archived",
        SECOND,
    ):
        assert words in shown.text, shown.text
    assert shown.text.index("fraud:v2: staging") < shown.text.index("fraud:v1: production")


def test_what_is_wrong_is_told_with_its_line(promoted: GitFolder) -> None:
    line = edit(promoted, "val_auc: 0.95", "val_auc: 0.99")

    ran = run_exp(promoted, "registry", "diff", "--format", "md", "--check")

    assert ran.status == 1
    assert f"\n- line {line}: " in ran.out
    assert run_exp(promoted, "registry", "diff", "--format", "md").status == 0


def test_a_file_that_cannot_be_read_is_told_where_the_check_is_asked(promoted: GitFolder) -> None:
    line = edit(promoted, "stage: archived", "stage: [")

    ran = run_exp(promoted, "registry", "diff", "--format", "md", "--check")

    assert ran.status == 1
    assert "cannot be read" in ran.out
    assert f"- line {line + 1}: " in ran.out or f"- line {line + 2}: " in ran.out  # where what is open is not ended
    refused = run_exp(promoted, "registry", "diff")
    assert (refused.status, refused.out) == (1, "")


def test_a_run_that_is_not_here_is_a_note(promoted: GitFolder) -> None:
    promoted.commit("Promote")
    promoted.git("clone", "--quiet", "--no-local", ".", "../clone")

    ran = run_exp(promoted, "-C", "../clone", "registry", "diff", "--base", "HEAD~1")

    assert ran.status == 0
    assert f"fraud:v2: the run of fraud:v2, {SECOND}, is not here: exp pull {SECOND}" in ran.out
    assert "val_auc 0.95 (+0.05 better)" in ran.out


def test_one_model_alone_and_none_of_that_name(promoted: GitFolder) -> None:
    assert run_exp(promoted, "registry", "diff", "fraud").out.startswith("          stage ")

    missing = run_exp(promoted, "registry", "diff", "frodo")

    assert missing.status == 1
    assert "has no model 'frodo'" in missing.err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--format", "html"), 2, "--format html: there is text and md"),
        (("--remote",), 2, "--remote is of the check"),
        (("--base", "nowhere"), 2, "there is no such commit here"),
    ],
)
def test_what_cannot_be_told_is_refused(
    promoted: GitFolder, arguments: tuple[str, ...], status: int, words: str
) -> None:
    ran = run_exp(promoted, "registry", "diff", *arguments)

    assert (ran.status, ran.out) == (status, "")
    assert words in ran.err


def test_in_a_subfolder_and_a_bare_repository(promoted: GitFolder) -> None:
    promoted.gen({"src/x": ""})
    assert run_exp(promoted, "registry", "diff", where="src").out.count("fraud:v") == 3
    promoted.commit("Promote")
    promoted.git("clone", "--quiet", "--bare", ".", "../bare.git")
    promoted.git("--git-dir=../bare.git", "fetch", "--quiet", "--no-prune", ".", "refs/runs/*:refs/runs/*")

    bare = run_exp(promoted, "-C", "../bare.git", "registry", "diff", "--base", "main")

    assert bare.out.count("fraud:v") == 3, bare.err


def test_nothing_that_a_registry_or_a_run_says_is_a_mark(folder: GitFolder) -> None:
    texts = [*ODD_NAMES, *ODD_KEYS]
    hostile = "\n".join(texts)
    first = store_model_run(folder, FIRST, 0.9, params={text: 1 for text in texts if text}, name=ODD_NAMES[3])
    second = store_model_run(
        folder,
        SECOND,
        0.95,
        minutes=10,
        params={text: text for text in texts if text},
        name=ODD_NAMES[4],
        command=("python", *texts),
        metrics={"val_auc": 0.95, **{text: 1.0 for text in texts if text}},
    )
    by = "<b>@org/all</b> [x](javascript:y) <x@example.org>"
    versions = (plan_version(1, FIRST, first, 0.9, "production"), plan_version(2, SECOND, second, 0.95, "staging"))
    entry = versions[1].history[0]._replace(by=by, why=hostile)
    registry = Registry({"fraud": Model("fraud", (versions[0], versions[1]._replace(history=(entry,))))})
    folder.commit("start")
    put_registry(folder, registry)

    ran = run_exp(folder, "registry", "diff", "--format", "md", "--check")

    shown = show(ran.out)
    assert shown.names <= ALLOWED, shown.names - ALLOWED
    assert neutralise("<b>@org/all</b>") in shown.text.replace("\u200b", "")
    assert "@org" not in ran.out
    assert "\x1b" not in ran.out


def test_a_comment_has_room_for_it_however_much_changes(folder: GitFolder) -> None:
    """300 versions at once, each with a long reason: GitHub takes 65,536 characters."""
    commit = store_model_run(folder, THIRD, 0.9, params={f"param-{number}": number for number in range(60)})
    folder.commit("start")
    version = plan_version(1, THIRD, commit, 0.9, "staging")
    entry = version.history[0]._replace(why="🚀<" * 400)
    models = {f"m{number}": Model(f"m{number}", (version._replace(history=(entry,)),)) for number in range(300)}
    put_registry(folder, Registry(models))

    ran = run_exp(folder, "registry", "diff", "--format", "md")

    assert ran.status == 0, ran.err
    size = len(ran.out.encode("utf-16-le")) // 2
    assert 5_000 < size <= 65_000
    assert "No room here for " in ran.out
    assert ran.out.count("<details>") == ran.out.count("</details>")
