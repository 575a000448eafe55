"""``exp registry check``: what passes, and every forgery that does not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from gitexp.errors import InvalidValue, NotFound, Refused
from gitexp.model.policy import Better, MinimumAge, Policy
from gitexp.model.registry import Entry, Model, Registry
from gitexp.model.registry_changes import add_entry, add_version
from kit.exp import envelope, run_exp
from kit.git import GitFolder
from kit.registries import (
    BEGAN,
    BY,
    FIRST,
    REGISTRY,
    SECOND,
    THIRD,
    check,
    codes,
    edit,
    get_registry,
    give_registry,
    line_of,
    plan_version,
    put_registry,
    store_model_run,
    weights_of,
)
from kit.storage import md5_of

if TYPE_CHECKING:
    import pathlib

LATER = BEGAN + timedelta(days=5)


@pytest.fixture
def models(folder: GitFolder) -> GitFolder:
    give_registry(folder)
    return folder


def move(folder: GitFolder, number: int, stage: str, *, hours: float = 0, **fields: object) -> None:
    """A transition as ``exp promote`` writes it."""
    entry = Entry(LATER + timedelta(hours=hours), BY, stage=stage, **fields)  # type: ignore[arg-type]
    put_registry(folder, add_entry(get_registry(folder), "fraud", number, entry))


def replace_present(folder: GitFolder) -> None:
    """Version 2 in place of version 1, which is archived in the same moment."""
    move(folder, 1, "archived")
    move(folder, 2, "production")


def test_what_promotions_write_passes(models: GitFolder) -> None:
    assert codes(check(models)) == []
    replace_present(models)
    commit = models.git("rev-parse", f"refs/runs/default/{THIRD}")
    third = plan_version(3, THIRD, commit, 0.97, "staging", history=(Entry(LATER, BY, stage="staging"),))
    put_registry(models, add_version(get_registry(models), "fraud", third))
    state = models.state()

    found = check(models)

    assert (codes(found), found.versions, found.base) == ([], 3, models.git("rev-parse", "HEAD"))
    moves = [(one.version, one.stage, one.present) for one in found.transitions]
    assert moves == [(1, "archived", None), (2, "production", 1), (3, "staging", 2)]
    ran = run_exp(models, "registry", "check", "--base", "HEAD")
    assert (ran.status, ran.err) == (0, f"registry.yaml: 3 versions, 3 transitions since {found.base[:7]}: it holds\n")
    assert run_exp(models, "registry", "check").status == 0
    assert models.state() == state


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("metrics: {val_auc: 0.9}", "metrics: {val_auc: 0.99}", "version-changed metric-changed"),
        ("{val_auc: 0.95}", "{val_auc: 0.95, loss: 0.1}", "metric-unknown version-changed"),
        (f"run: refs/runs/default/{SECOND}", f"run: refs/runs/default/{FIRST}", "version-changed run-swapped"),
        (f"run: refs/runs/default/{SECOND}", "run: refs/runs/default/z999999999", "run-missing version-changed"),
        (f"run: refs/runs/default/{SECOND}", f"run: refs/runs/other/{SECOND}", "run-elsewhere version-changed"),
        ("md5: ", "md5: 0123456789abcdef0123456789abcdef #", "artifact"),
        ("bytes: 2200", "bytes: 2201", "artifact-changed version-changed"),
        ("path: model.pt", "path: other.pt", "artifact-unknown version-changed"),
        ("stage: staging\n        metrics", "stage: production\n        metrics", "stage-shared stage-unfounded"),
        ("stage: production\n        metrics", "stage: archived\n        metrics", "stage-unfounded"),
        ("stage: production\n", "stage: production\n        aliases: [champion]\n", "alias-unfounded"),
        ("why: it is better", "why: it is best", "history-changed"),
        ("by: Ada Lovelace <ada", "by: Eve <eve", "history-changed"),
        ("version: 2", "version: 5", "version-removed"),
    ],
)
def test_one_edit_by_hand_is_caught_at_its_line(models: GitFolder, old: str, new: str, code: str) -> None:
    if old == "md5: ":
        text = (models.path / REGISTRY).read_text()
        start = text.index("md5: ") + len("md5: ")
        old, new = text[start : start + 32], "0123456789abcdef0123456789abcdef"
        code = "artifact-changed version-changed"
    line = edit(models, old, new)
    found = check(models)
    assert set(codes(found)) == set(code.split()), found.problems
    if code != "version-removed":
        lines = {one.line for one in found.problems}
        assert lines <= {line, line + old.count("\n"), line + 1}, found.problems
    assert all(one.message and one.hint for one in found.problems)


def test_a_number_that_is_used_again_is_caught(models: GitFolder) -> None:
    registry = get_registry(models)
    model = registry.models["fraud"]
    commit = models.git("rev-parse", f"refs/runs/default/{THIRD}")
    other = plan_version(2, THIRD, commit, 0.97, "staging")
    put_registry(models, registry._replace(models={"fraud": model._replace(versions=(model.versions[0], other))}))
    found = check(models)
    assert "version-reused" in codes(found)
    problem = next(one for one in found.problems if one.code == "version-reused")
    assert problem.line == line_of(models, THIRD)
    assert SECOND in problem.message

    put_registry(models, registry._replace(models={"fraud": model._replace(versions=(model.versions[1],))}))
    models.commit("only the second")
    put_registry(models, registry)
    assert codes(check(models)) == ["version-reused"]


def test_a_history_that_is_shortened_or_reordered_is_caught(models: GitFolder) -> None:
    registry = get_registry(models)
    model = registry.models["fraud"]
    one = model.versions[0]
    for history, wanted in (
        (one.history[1:], ["history-shortened"]),
        (one.history[::-1], ["history-backwards", "history-reordered", "stage-unfounded"]),
        (one.history[:1], ["history-shortened", "stage-unfounded"]),
        ((*one.history[:1], one.history[0]._replace(stage="archived"), one.history[1]), ["history-changed"]),
    ):
        versions = (one._replace(history=history), model.versions[1])
        put_registry(models, registry._replace(models={"fraud": model._replace(versions=versions)}))
        assert sorted(codes(check(models))) == wanted
    put_registry(models, registry)
    assert codes(check(models)) == []


def test_what_is_taken_away_is_caught(models: GitFolder) -> None:
    registry = get_registry(models)
    put_registry(models, registry._replace(models={}))
    assert codes(check(models)) == ["model-removed"]
    (models.path / REGISTRY).unlink()
    found = check(models)
    assert codes(found) == ["registry-deleted"]
    assert found.problems[0].hint == f"git checkout {models.git('rev-parse', 'HEAD')[:12]} -- registry.yaml"
    with pytest.raises(NotFound, match=r"there is no registry\.yaml here"):
        check(models, None)


def test_a_file_that_cannot_be_read_is_told_by_line(models: GitFolder) -> None:
    line = edit(models, "version: 2", "version: two")
    found = check(models)
    assert [(one.line, one.code) for one in found.problems] == [(line, "broken-registry")]
    assert found.problems[0].message.endswith(".version: 'two' where a whole number from 1 on is expected")
    assert found.problems[0].message.startswith("models.fraud.versions.")
    models.commit("broken")
    edit(models, "version: two", "version: 2")
    assert codes(check(models)) == ["broken-base"]
    assert codes(check(models, "HEAD~1")) == []


def test_times_go_forward_and_not_beyond_now(models: GitFolder) -> None:
    move(models, 1, "archived", hours=-24 * 30)
    assert codes(check(models)) == ["history-backwards"]
    models.git("checkout", "--quiet", REGISTRY)
    move(models, 1, "archived", hours=24 * 365 * 50)
    assert codes(check(models)) == ["history-ahead"]


def test_runs_that_are_hidden_rewritten_purged_or_not_here_are_told_apart(models: GitFolder) -> None:
    ref = f"refs/runs/default/{SECOND}"
    line = line_of(models, f"run: {ref}")
    old = models.git("rev-parse", ref)

    def only() -> tuple[int | None, str, str | None]:
        (problem,) = check(models).problems
        return problem.line, problem.code, problem.hint

    assert run_exp(models, "tag", SECOND, "team=fraud").status == 0
    assert models.git("rev-parse", ref) != old
    assert codes(check(models)) == []  # an earlier tip
    tip = models.git("rev-parse", ref)
    rewritten = models.git(
        "commit-tree", "-p", f"{old}^", "-m", models.git("log", "-1", "--format=%B", old), f"{old}^{{tree}}"
    )
    models.git("update-ref", ref, rewritten)
    assert only()[:2] == (line + 1, "run-rewritten")
    models.git("update-ref", "-d", ref)
    assert only() == (line, "run-missing", f"exp pull {SECOND}")
    models.git("update-ref", ref, tip)
    assert codes(check(models)) == []


def test_a_run_that_was_hidden_or_purged_is_no_version(models: GitFolder) -> None:
    commit = store_model_run(models, "m444444444", 0.5, minutes=40)
    assert run_exp(models, "rm", "m444444444").status == 0
    put_registry(
        models, add_version(get_registry(models), "fraud", plan_version(3, "m444444444", commit, 0.5, "archived"))
    )
    (problem,) = check(models).problems
    assert (problem.code, problem.hint) == ("run-hidden", "exp rm --undo m444444444")
    assert problem.line == line_of(models, "m444444444")
    models.git("stash", "--quiet")
    assert run_exp(models, "purge", "m444444444", "--yes").status == 0
    models.git("stash", "pop", "--quiet")
    assert codes(check(models)) == ["run-purged"]


def test_it_works_in_a_bare_repository_and_in_a_folder(models: GitFolder, tmp_path: pathlib.Path) -> None:
    bare = tmp_path / "bare.git"
    edit(models, "why: it is better", "why: it is best")
    models.commit("forged")
    models.git("clone", "--quiet", "--mirror", str(models.path), str(bare))
    ran = run_exp(GitFolder(bare), "registry", "check", "--base", "HEAD~1")
    assert (ran.status, "history-changed" in ran.out) == (1, True), ran.err
    models.gen({"sub/x": ""})
    ran = run_exp(models, "registry", "check", "--base", "HEAD~1", where="sub")
    assert ran.out.startswith("registry.yaml:"), ran.err
    models.git("checkout", "--quiet", "--detach")
    assert run_exp(models, "registry", "check", "--base", "HEAD~1").status == 1


def test_a_run_in_a_fold_is_the_same_run(models: GitFolder) -> None:
    assert run_exp(models, "tag", SECOND, "team=fraud").status == 0
    assert run_exp(models, "fold", "--all").status == 0
    assert models.git("for-each-ref", "refs/runs") == ""
    assert codes(check(models)) == []
    line = edit(models, "metrics: {val_auc: 0.95}", "metrics: {val_auc: 0.96}")
    assert [(one.line, one.code) for one in check(models, None).problems] == [(line, "metric-changed")]


def test_a_shallow_clone_says_what_it_cannot_know(models: GitFolder, tmp_path: pathlib.Path) -> None:
    assert run_exp(models, "tag", SECOND, "team=fraud").status == 0
    shallow = tmp_path / "shallow"
    models.git("clone", "--quiet", str(models.path), str(shallow))
    there = GitFolder(shallow)
    there.git("fetch", "--quiet", "--no-prune", "--depth=1", f"file://{models.path}", "refs/runs/*:refs/runs/*")
    (problem,) = check(there, None).problems
    assert (problem.code, problem.hint) == ("run-cut", "git fetch --unshallow")


def test_a_commit_of_no_run_and_an_artifact_that_was_not_kept_are_told(models: GitFolder) -> None:
    from gitexp.model.paths import TreePath
    from gitexp.model.run import Artifact

    second = models.git("rev-parse", f"refs/runs/default/{SECOND}")
    edit(models, second, models.git("rev-parse", "HEAD"))
    assert sorted(codes(check(models, None))) == ["commit-unknown"]
    models.git("checkout", "--quiet", REGISTRY)
    lost = Artifact(TreePath("model.pt"), md5_of(weights_of("m444444444")), 2200, "no", why="too large")
    commit = store_model_run(models, "m444444444", 0.5, minutes=40, artifacts=(lost,))
    version = plan_version(3, "m444444444", commit, 0.5, "archived")
    put_registry(models, add_version(get_registry(models), "fraud", version))
    (problem,) = check(models).problems
    assert (problem.code, "too large" in problem.message) == ("artifact-lost", True)


def test_a_run_that_did_not_finish_is_no_version(models: GitFolder) -> None:
    from gitexp.model.run import Status

    commit = store_model_run(models, "m444444444", 0.5, minutes=40, status=Status.FAILED, exit_code=1)
    version = plan_version(3, "m444444444", commit, 0.5, "staging")
    put_registry(models, add_version(get_registry(models), "fraud", version))
    assert "run-unfinished" in codes(check(models))


class TestPolicies:
    """Every transition since the base, as of its own time."""

    def test_each_of_several_transitions_is_judged_against_the_one_before(self, folder: GitFolder) -> None:
        better = "metrics.val_auc > production.metrics.val_auc"
        give_registry(folder, policies={"production": Policy(require=(better,))})
        commit = folder.git("rev-parse", f"refs/runs/default/{THIRD}")
        replace_present(folder)
        version = plan_version(3, THIRD, commit, 0.97, "staging")
        put_registry(folder, add_version(get_registry(folder), "fraud", version))
        move(folder, 2, "archived", hours=1)
        move(folder, 3, "production", hours=1)
        found = check(folder)
        assert codes(found) == []
        assert [(one.version, one.present) for one in found.transitions if one.stage == "production"] == [
            (2, 1),
            (3, 2),
        ]
        move(folder, 3, "archived", hours=2)
        move(folder, 2, "production", hours=2)
        found = check(folder)
        (problem,) = found.problems
        assert problem.code == "policy-failed"
        assert problem.message == (
            f"fraud:v2 may not be in production: {better}: "
            "metrics.val_auc is 0.95, production.metrics.val_auc is 0.97 (v3)"
        )

    def test_a_policy_is_not_weakened_beside_what_it_keeps_out(self, folder: GitFolder) -> None:
        give_registry(folder, policies={"production": Policy(require=("metrics.val_auc >= 0.96",))})
        replace_present(folder)
        assert codes(check(folder)) == ["policy-failed"]
        line = edit(folder, "0.96", "0.5")
        assert codes(check(folder)) == ["policy-changed", "policy-failed"]
        put_registry(folder, get_registry(folder)._replace(policies={}))
        assert codes(check(folder)) == ["policy-changed", "policy-failed"]
        folder.git("checkout", "--quiet", REGISTRY)
        assert line == edit(folder, "0.96", "0.5")
        found = check(folder)
        assert (codes(found), found.notes) == ([], ("the policy of production changes",))

    def test_a_date_of_long_ago_chooses_no_weaker_rival(self, folder: GitFolder) -> None:
        give_registry(
            folder, policies={"production": Policy(require=("metrics.val_auc > production.metrics.val_auc",))}
        )
        commit = store_model_run(folder, "m444444444", 0.5, minutes=40)
        long_ago = (Entry(BEGAN - timedelta(days=300), BY, stage="production"),)
        version = plan_version(3, "m444444444", commit, 0.5, "production", history=long_ago)
        registry = add_entry(get_registry(folder), "fraud", 1, Entry(LATER, BY, stage="archived"))
        put_registry(folder, add_version(registry, "fraud", version))
        found = check(folder)
        assert codes(found) == ["policy-failed"]
        assert "production.metrics.val_auc is 0.9 (v1)" in found.problems[0].message
        assert found.notes == ("an entry of fraud is older than others that landed before it",)

    def test_which_way_is_better_is_said_by_the_base(self, folder: GitFolder) -> None:
        folder.gen({".exp.yaml": "metrics:\n  val_auc: maximize\n"})
        commits = {}
        for letter, lr, values in (("g", 0.1, (0.90, 0.91, 0.92)), ("h", 0.2, (0.80, 0.81, 0.82))):
            for seed, auc in enumerate(values):
                run_id = f"{letter}{seed}aaaaaaaa"
                fields = {"seed": seed, "params": {"lr": lr, "seed": seed}, "minutes": seed}
                commits[run_id] = store_model_run(folder, run_id, auc, **fields)
        old, new = "g0aaaaaaaa", "h0aaaaaaaa"
        versions = (
            plan_version(1, old, commits[old], 0.9, "staging", "production"),
            plan_version(2, new, commits[new], 0.8, "staging"),
        )
        policies = {"production": Policy(better=Better("val_auc"))}
        put_registry(folder, Registry({"fraud": Model("fraud", versions)}, policies=policies))
        folder.commit("registry")
        replace_present(folder)
        assert codes(check(folder)) == ["policy-failed"]
        folder.gen({".exp.yaml": "metrics:\n  val_auc: minimize\n"})
        (problem,) = check(folder).problems
        assert "worse by 0.1" in problem.message

    def test_force_is_for_policies_that_allow_it(self, folder: GitFolder) -> None:
        asked = "metrics.val_auc >= 0.96"
        give_registry(folder, policies={"production": Policy(require=(asked,), force=True)})
        move(folder, 1, "archived")
        move(folder, 2, "production", forced=(asked,), why="it is Friday")
        assert codes(check(folder)) == []
        edit(folder, ", why: it is Friday", "")
        assert codes(check(folder)) == ["force-without-why"]
        folder.git("checkout", "--quiet", REGISTRY)
        edit(folder, "force: true", "force: false")
        folder.commit("no force")
        move(folder, 1, "archived")
        move(folder, 2, "production", forced=(asked,), why="it is Friday")
        assert sorted(codes(check(folder))) == ["force-refused", "policy-failed"]

    def test_a_minimum_age_is_proven_by_the_base(self, folder: GitFolder) -> None:
        give_registry(folder, policies={"production": Policy(minimum_age=MinimumAge("staging", 3 * 86400.0))})
        replace_present(folder)
        assert codes(check(folder)) == []
        folder.git("checkout", "--quiet", REGISTRY)
        commit = folder.git("rev-parse", f"refs/runs/default/{THIRD}")
        version = plan_version(3, THIRD, commit, 0.97, "staging")
        put_registry(folder, add_version(get_registry(folder), "fraud", version))
        move(folder, 1, "archived")
        move(folder, 3, "production")
        assert codes(check(folder)) == ["age-unproven"]

    def test_a_policy_that_names_an_unknown_metric_is_told(self, folder: GitFolder) -> None:
        give_registry(folder, policies={"production": Policy(require=("metrics.val_acu > 1",))})
        replace_present(folder)
        found = check(folder)
        assert codes(found) == ["policy-broken"]
        assert "no run has metrics.val_acu" in found.problems[0].message


class TestBases:
    """What the file is held against."""

    def test_a_branch_is_held_against_where_it_began(self, models: GitFolder) -> None:
        models.git("checkout", "--quiet", "-b", "change")
        replace_present(models)
        models.commit("promote")
        models.git("checkout", "--quiet", "main")
        models.gen({"README": "more\n"})
        models.commit("main goes on")
        models.git("checkout", "--quiet", "change")
        found = check(models, "main")
        assert (codes(found), found.base, len(found.transitions)) == ([], models.git("rev-parse", "main~1"), 2)
        models.git("checkout", "--quiet", "main")
        commit = models.git("rev-parse", f"refs/runs/default/{THIRD}")
        version = plan_version(3, THIRD, commit, 0.97, "staging")
        put_registry(models, add_version(get_registry(models), "fraud", version))
        models.commit("a third")
        models.git("checkout", "--quiet", "change")
        (problem,) = check(models, "main").problems
        assert (problem.code, problem.hint) == ("base-moved", "git merge main")

    def test_a_stale_branch_is_judged_by_the_policy_of_today(self, models: GitFolder) -> None:
        models.git("checkout", "--quiet", "-b", "change")
        replace_present(models)
        models.commit("promote")
        models.git("checkout", "--quiet", "main")
        registry = get_registry(models)
        put_registry(models, registry._replace(policies={"production": Policy(require=("metrics.val_auc >= 0.99",))}))
        models.commit("a stricter policy")
        models.git("checkout", "--quiet", "change")
        assert codes(check(models, "main")) == ["policy-failed"]

    def test_a_pull_request_names_its_base(self, models: GitFolder, tmp_path: pathlib.Path) -> None:
        clone = tmp_path / "clone"
        models.git("clone", "--quiet", str(models.path), str(clone))
        there = GitFolder(clone)
        there.git("fetch", "--quiet", "--no-prune", "origin", "refs/runs/*:refs/runs/*")
        edit(there, "why: it is better", "why: it is best")
        for variable in ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"):
            ran = run_exp(there, "registry", "check", env={variable: "main"})
            assert ran.status == 1
            assert "history-changed" in ran.out
        ran = run_exp(there, "registry", "check", env={"GITHUB_BASE_REF": ""})
        assert ran.status == 0
        assert "note: no base" in ran.err
        with pytest.raises(InvalidValue) as caught:
            check(there, None, environment={"GITHUB_BASE_REF": "release"})
        assert str(caught.value.hint).startswith("git fetch origin +refs/heads/release:")

    def test_a_base_that_is_not_here_is_an_error(self, models: GitFolder, tmp_path: pathlib.Path) -> None:
        with pytest.raises(InvalidValue, match="no such commit"):
            check(models, "origin/main")
        models.git("checkout", "--quiet", "-b", "change")
        models.commit("more")
        models.git("checkout", "--quiet", "main")
        models.commit("main goes on")
        shallow = tmp_path / "shallow"
        models.git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{models.path}", str(shallow))
        there = GitFolder(shallow)
        there.git("checkout", "--quiet", "change")
        with pytest.raises(Refused, match="shallow clone") as caught:
            check(there, "origin/main")
        assert "fetch-depth: 0" in str(caught.value.hint)
        models.git("checkout", "--quiet", "--orphan", "alone")
        models.commit("alone")
        with pytest.raises(Refused, match="no commit in common"):
            check(models, "main")


def test_the_first_registry_brings_its_own_policies(folder: GitFolder) -> None:
    folder.gen({"README": "a project\n"})
    folder.commit("before")
    give_registry(folder, policies={"production": Policy(require=("metrics.val_auc >= 0.89",))})
    found = check(folder, "HEAD~1")
    assert codes(found) == []
    assert found.notes == ("the base has no registry: the policies are those that came with it",)
    assert [one.stage for one in found.transitions] == ["staging", "staging", "production"]


def test_a_registry_does_not_leave_its_past_by_moving(models: GitFolder) -> None:
    models.gen({"sub/.exp.yaml": ""})
    models.git("mv", REGISTRY, f"sub/{REGISTRY}")
    models.commit("moved")
    ran = run_exp(models, "registry", "check", "--base", "HEAD~1", where="sub")
    assert ran.status == 1
    assert "registry.yaml was deleted, and this file is not held against it" in ran.out
    assert "hint: git mv sub/registry.yaml registry.yaml" in ran.out


def test_a_policy_that_names_what_no_run_has_is_noted(models: GitFolder) -> None:
    registry = get_registry(models)
    put_registry(models, registry._replace(policies={"production": Policy(require=("metrics.val_acu > 0.9",))}))
    notes = check(models, "HEAD").notes
    assert any("policies.production.require: no run has metrics.val_acu (did you mean" in note for note in notes), notes
    put_registry(models, registry._replace(policies={"production": Policy(require=("metrics.val_auc > 0.9",))}))
    assert not any("no run has" in note for note in check(models, "HEAD").notes)


def test_json_has_everything(models: GitFolder) -> None:
    edit(models, "metrics: {val_auc: 0.9}", "metrics: {val_auc: 0.99}")
    replace_present(models)
    ran = run_exp(models, "registry", "check", "--base", "HEAD", "--json")
    data = envelope(ran.out)["data"]
    assert (ran.status, data["holds"], data["path"], data["base"]) == (
        1,
        False,
        REGISTRY,
        models.git("rev-parse", "HEAD"),
    )
    assert [set(one) for one in data["problems"]] == [{"line", "key", "code", "message", "hint"}] * 2
    assert [one["stage"] for one in data["transitions"]] == ["archived", "production"]


def test_in_github_actions_problems_stand_at_their_lines(models: GitFolder, tmp_path: pathlib.Path) -> None:
    hostile = "evil%0A::error::gotcha,line=1 ##[error]x"
    edit(models, "why: it is better", f"why: '{hostile}'")
    models.commit("a hostile reason")
    line = edit(models, "metrics: {val_auc: 0.9}", "metrics: {'::stop-commands::x|<b>@ada</b>': 0.99}")
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    ran = run_exp(models, "registry", "check", "--base", "HEAD", env=environment)
    assert ran.status == 1
    lines = ran.out.splitlines()
    assert lines
    assert all(one.startswith(f"::error file=registry.yaml,line={line},title=registry%3A ") for one in lines), ran.out
    assert not any("##[" in one or one.lstrip().startswith("::") for one in ran.err.splitlines())
    text = summary.read_text()
    assert text.startswith("before\n")
    assert "metric-unknown" in text
    assert "<b>" not in text
    assert "@ada" not in text
    assert "x|" not in text
    ran = run_exp(models, "registry", "check", "--base", "HEAD", "--format", "text", env=environment)
    assert ran.out.startswith(f"registry.yaml:{line}  ")
    assert run_exp(models, "registry", "check", "--format", "yaml").status == 2
