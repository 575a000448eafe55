"""``registry.yaml``, changed: what is said more is there, and no other line is another one."""

from __future__ import annotations

import difflib
import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitexp.format.registry_reading import parse_registry
from gitexp.format.registry_writing import rewrite_registry
from gitexp.model.policy import MinimumAge, Policy
from gitexp.model.registry import EMPTY, Approval, Entry, Registry
from gitexp.model.registry_changes import add_approval, add_entry, add_version, next_number
from kit.registries import ADA, AT, make_version

BY_HAND = """\
# Our models. Ask Ada before you touch this.
format: 1
stages: [staging,   production, archived]   # ours

policies:
    production:
        require: ["metrics.val_auc >= 0.9",
                  "not code.dirty"]          # wrapped by hand
        approvals: 2

models:

    # the detector
    fraud:
        versions:
        -   version: 1
            run:    refs/runs/default/k3v9x2mabc
            commit: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            artifact: {path: model.pt,    md5: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb}
            stage: staging   # since monday
            metrics: {val_auc: 0.940}
            history:
            - {stage: staging, at: 2026-11-27T09:14:03.000000Z, by: "Ada <ada@example.org>", why: first}

    # the other one
    house:
        versions:
        -   version: 1
            run: refs/runs/default/k3v9x2mabc
            commit: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
            artifact: {path: model.pt, md5: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb}
            history:
            - {stage: none, at: 2026-11-27T09:14:03.000000Z, by: "Ada <ada@example.org>"}
# the end
"""


def read(text: str) -> Registry:
    """What a text says."""
    return parse_registry(text.encode(), "registry.yaml").registry


def changes(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    lines = [one for one in difflib.ndiff(before.splitlines(), after.splitlines()) if one[:2] in ("- ", "+ ")]
    return [one[2:] for one in lines if one[0] == "-"], [one[2:] for one in lines if one[0] == "+"]


def test_the_first_version_makes_the_file() -> None:
    text = rewrite_registry(None, EMPTY, add_version(EMPTY, "fraud", make_version(1, why="a: b # c")))
    assert text == (
        "# Which version of which model is where. `exp promote` writes here, people may too; `exp registry check` "
        "holds it\n# against the runs. Review changes of this file like code.\n"
        "format: 1\n"
        "stages: [staging, production, archived]\n"
        "models:\n"
        "  fraud:\n"
        "    versions:\n"
        "      - version: 1\n"
        "        run: refs/runs/default/k3v9x2mabc\n"
        "        commit: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
        "        artifact: {path: model.pt, md5: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, bytes: 12}\n"
        "        stage: staging\n"
        "        metrics: {val_auc: 0.94}\n"
        "        history:\n"
        "          - {stage: staging, at: 2026-11-27T09:14:03.000000Z, by: Ada <ada@example.org>, why: 'a: b # c'}\n"
    )


def test_a_transition_changes_its_own_lines_and_no_other() -> None:
    approval = Approval("production", "Lead <lead@example.org>", AT, "sha256:0", "ssh:AAAA")
    waiting = add_approval(read(BY_HAND), "fraud", 1, approval)
    text = rewrite_registry(BY_HAND, read(BY_HAND), waiting)
    assert changes(BY_HAND, text)[0] == []

    moved = add_entry(waiting, "fraud", 1, Entry(AT, ADA, stage="production", why="good", approvals=(approval,)))
    after = rewrite_registry(text, waiting, moved)

    gone, came = changes(BY_HAND, after)
    assert gone == ["            stage: staging   # since monday"]
    assert came == [
        "            stage: production # since monday",
        "            -   stage: production",
        "                at: 2026-11-27T09:14:03.000000Z",
        "                by: Ada <ada@example.org>",
        "                why: good",
        "                approvals:",
        "                -   by: Lead <lead@example.org>",
        "                    at: 2026-11-27T09:14:03.000000Z",
        "                    policy: 'sha256:0'",
        "                    signature: 'ssh:AAAA'",
    ]
    assert read(after) == moved


def test_what_is_added_stands_before_the_comment_of_what_comes_next() -> None:
    added = add_version(read(BY_HAND), "fraud", make_version(2))
    text = rewrite_registry(BY_HAND, read(BY_HAND), added)
    assert changes(BY_HAND, text)[0] == []
    lines = text.splitlines()
    assert lines.index("        -   version: 2") < lines.index("    # the other one")
    assert lines[lines.index("    # the other one") - 1] == ""
    last = rewrite_registry(text, added, add_version(added, "zebra", make_version(1)))
    assert last.endswith("# the end\n")
    assert read(last) == add_version(added, "zebra", make_version(1))


def test_an_alias_goes_from_one_version_to_another() -> None:
    two = add_version(read(BY_HAND), "fraud", make_version(2))
    first = add_entry(two, "fraud", 1, Entry(AT, ADA, alias="champion"))
    assert [one.number for one in first.models["fraud"].at("champion")] == [1]
    text = rewrite_registry(BY_HAND, read(BY_HAND), first)
    taken = add_entry(first, "fraud", 1, Entry(AT, ADA, unalias="champion"))
    moved = add_entry(taken, "fraud", 2, Entry(AT + timedelta(seconds=1), ADA, alias="champion"))
    after = rewrite_registry(text, first, moved)
    assert read(after) == moved
    assert [one.number for one in moved.models["fraud"].at("champion")] == [2]
    assert "aliases" not in after.split("version: 2")[0]


def test_numbers_are_never_used_again() -> None:
    assert next_number(EMPTY, "fraud") == 1
    registry = add_version(add_version(EMPTY, "fraud", make_version(1)), "fraud", make_version(7))
    assert next_number(registry, "fraud") == 8


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n# end", "\n# end\n"])
def test_the_end_of_a_file_stays_what_it_is(end: str) -> None:
    text = rewrite_registry(None, EMPTY, add_version(EMPTY, "fraud", make_version(1))).rstrip("\n") + end
    after = rewrite_registry(text, read(text), add_version(read(text), "fraud", make_version(2)))
    assert read(after) == add_version(read(text), "fraud", make_version(2))
    assert end.strip() in after.splitlines()[-1]


def test_windows_line_ends_are_read() -> None:
    data = BY_HAND.replace("\n", "\r\n").encode()
    found = parse_registry(data, "registry.yaml")
    assert found.registry == read(BY_HAND)
    assert rewrite_registry(found.text, found.registry, found.registry) == BY_HAND


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff\x85\u2028\u2029"),
    min_size=1,
    max_size=40,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["fraud", "house", "zebra", "alpha"]), st.sampled_from(["stage", "alias", "new"]), TEXTS),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_is_said_comes_back_and_nothing_of_the_hand_is_lost(steps: list[tuple[str, str, str]]) -> None:
    text, registry = BY_HAND, read(BY_HAND)
    for model, kind, why in steps:
        before = registry
        number = next_number(registry, model)
        if kind == "new" or model not in registry.models:
            registry = add_version(registry, model, make_version(number, why=why))
        else:
            name = "".join(letter for letter in why if unicodedata.category(letter) not in ("Cc", "Zl", "Zp"))
            entry = Entry(AT, f"{name} <ada@example.org>", why=why)
            said = {"stage": "production"} if kind == "stage" else {"alias": "champion"}
            registry = add_entry(registry, model, number - 1, entry._replace(**said))
        text = rewrite_registry(text, before, registry)
        assert read(text) == registry
    kept = [line for line in BY_HAND.splitlines() if "#" in line and "since monday" not in line]
    assert [line for line in text.splitlines() if line in kept] == kept


def test_what_a_file_leaves_unsaid_is_written_where_it_changes() -> None:
    text = "format: 1\npolicies:\n  production: {approvals: 2}   # two of us\n"
    before = read(text)
    assert before.models == {}

    made = rewrite_registry(text, before, add_version(before, "fraud", make_version(1)))

    assert made.startswith(text + "models:\n  fraud:\n")
    assert "stages" not in made


@pytest.mark.parametrize("seconds", [90.5, 1_234_567.0, 30 * 86400.0])
def test_a_duration_is_written_as_one_that_can_be_read(seconds: float) -> None:
    asked = EMPTY._replace(policies={"production": Policy(minimum_age=MinimumAge("staging", seconds))})
    assert read(rewrite_registry(None, EMPTY, asked)).policies == asked.policies
