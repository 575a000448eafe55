"""`exp promote`, as it is typed: a run becomes a version, a version moves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitexp.model.paths import TreePath
from gitexp.model.run import DataItem, Status
from kit.exp import envelope, run_exp
from kit.git import GitFolder
from kit.models import SETTINGS, make_artifact, read_models, store_model, where, write_policy

OLD, NEW, OTHER = "k3v9x2mabc", "p7qw4n8hde", "t2zc9x1k0f"
ADA = "Ada Lovelace <ada@example.org>"


@pytest.fixture
def models(folder: GitFolder) -> GitFolder:
    """Two runs with a model each, the second one better."""
    folder.gen({".exp.yaml": SETTINGS})
    folder.commit("settings")
    store_model(folder, OLD, auc=0.90)
    store_model(folder, NEW, auc=0.95, minutes=10, params={"lr": 0.2, "seed": 1})
    return folder


def promote(folder: GitFolder, *words: str, **options: Any) -> None:
    """Promotes, and asserts that it was done."""
    done = run_exp(folder, "promote", *words, **options)
    assert done.status == 0, done.err


def entries(folder: GitFolder, number: int) -> list[dict[str, str]]:
    """What a version's history says, without when."""
    (version,) = (one for one in read_models(folder)["fraud"] if one["version"] == number)
    return [{key: one for key, one in entry.items() if key != "at"} for entry in version["history"]]


def test_the_numbers_of_a_file_that_was_emptied_are_not_used_again(models: GitFolder) -> None:
    for run in (OLD, NEW):
        promote(models, run, "--model", "fraud")
    models.commit("two versions")
    (models.path / "registry.yaml").write_text("")
    store_model(models, OTHER, auc=0.96, minutes=20)
    promote(models, OTHER, "--model", "fraud")
    assert [one["version"] for one in read_models(models)["fraud"]] == [3]


def test_a_run_becomes_a_version(models: GitFolder) -> None:
    done = run_exp(models, "promote", "last", "--model", "fraud", "--stage", "staging", "--why", "the best so far")

    assert (done.status, done.err.splitlines()) == (
        0,
        [
            "fraud:v1 is model.pt of run amber-fox-p7qw, in staging",
            "fraud is a new model in registry.yaml",
            "registry.yaml is changed; to share it: git add registry.yaml && git commit registry.yaml",
        ],
    )
    (version,) = read_models(models)["fraud"]
    assert {key: one for key, one in version.items() if key != "history"} == {
        "version": 1,
        "run": f"refs/runs/default/{NEW}",
        "commit": models.git("rev-parse", f"refs/runs/default/{NEW}"),
        "artifact": {"path": "model.pt", "md5": make_artifact(content=NEW.encode()).md5, "bytes": 10},
        "stage": "staging",
        "metrics": {"auc": 0.95},
    }
    assert entries(models, 1) == [{"stage": "staging", "by": ADA, "why": "the best so far"}]
    assert NEW in run_exp(models, "show", "fraud@staging").out


def test_without_a_stage_it_is_registered_only(models: GitFolder) -> None:
    promote(models, "last", "--model", "fraud")
    assert where(models) == {1: "none"}
    assert entries(models, 1) == [{"stage": "none", "by": ADA}]


def test_a_version_moves_on_and_the_one_before_is_archived(models: GitFolder) -> None:
    promote(models, OLD, "--model", "fraud", "--stage", "production")
    promote(models, NEW, "--model", "fraud", "--stage", "staging")

    held = run_exp(models, "promote", "fraud:v2", "--stage", "production")
    assert (held.status, where(models)) == (1, {1: "production", 2: "staging"})
    assert "exp: fraud:v1 is in production, which holds one version\nhint: --archive-previous" in held.err

    done = run_exp(models, "promote", "fraud:v2", "--stage", "production", "--archive-previous")
    assert done.status == 0
    assert where(models) == {1: "archived", 2: "production"}
    assert entries(models, 1)[-1] == {"stage": "archived", "by": ADA, "why": "replaced by fraud:v2"}
    assert "nothing of fraud is in staging now" in done.err


def test_what_would_change_is_shown(models: GitFolder) -> None:
    promote(models, OLD, "--model", "fraud", "--stage", "production")
    shown = run_exp(models, "promote", NEW, "--model", "fraud", "--stage", "production", "--archive-previous").out
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "v1 v2 v2 - v1" in lines
    assert "auc 0.9 0.95 +0.04999999999999993 better" in lines
    assert "lr 0.1 0.2" in lines
    assert "the same in both: code" in lines


def test_the_verdict_over_seeds(models: GitFolder) -> None:
    for place, (old, new) in enumerate((("m1", "n1"), ("m2", "n2")), 2):
        store_model(models, f"{old}aaaaaaaa", auc=0.90 + place / 1000, params={"lr": 0.1, "seed": place})
        store_model(models, f"{new}aaaaaaaa", auc=0.95 + place / 1000, params={"lr": 0.2, "seed": place})
    promote(models, OLD, "--model", "fraud", "--stage", "production")

    done = run_exp(models, "promote", NEW, "-m", "fraud", "-s", "production", "--archive-previous", "--json")

    (verdict,) = envelope(done.out)["data"]["change"]["seeds"]
    assert (verdict["metric"], verdict["verdict"], verdict["n"], verdict["baseline_n"]) == ("auc", "better", 3, 3)


def test_two_runs_of_one_seed_are_no_two_samples(models: GitFolder) -> None:
    for run_id in ("m1aaaaaaaa", "m2aaaaaaaa", "n1aaaaaaaa", "n2aaaaaaaa"):
        lr = 0.1 if run_id[0] == "m" else 0.2
        store_model(models, run_id, auc=0.9 + lr, params={"lr": lr, "seed": 1})
    promote(models, OLD, "--model", "fraud", "--stage", "production")

    shown = run_exp(models, "promote", NEW, "-m", "fraud", "-s", "production", "--archive-previous")

    assert "no verdict over seeds: 1 of the new and 1 of the old differ by nothing else" in shown.out


def test_data_and_code_that_differ_are_shown(models: GitFolder) -> None:
    promote(models, OLD, "--model", "fraud", "--stage", "production")
    models.gen({"train.py": "print('loss=0.4')\n"})
    models.commit("A better loss")
    data = (DataItem(TreePath("data/train.csv"), "c" * 32, 7),)
    store_model(models, OTHER, auc=0.8, minutes=20, data=data)

    shown = run_exp(models, "promote", OTHER, "-m", "fraud", "-s", "production", "--archive-previous").out

    assert "worse" in shown
    assert "data/train.csv" in shown
    assert "A better loss" in shown
    assert "train.py" in shown


def test_a_dry_run_writes_nothing(models: GitFolder) -> None:
    promote(models, OLD, "--model", "fraud", "--stage", "production")
    before = (models.path / "registry.yaml").read_bytes()
    done = run_exp(models, "promote", NEW, "-m", "fraud", "-s", "production", "--archive-previous", "--dry-run")
    assert done.status == 0
    assert "would write: fraud:v2 is model.pt of run amber-fox-p7qw, in production\nnothing was written" in done.err
    assert (models.path / "registry.yaml").read_bytes() == before


def test_what_is_so_already_writes_nothing_and_says_so(models: GitFolder) -> None:
    promote(models, OLD, "--model", "fraud", "--stage", "production", "--alias", "champion")
    before = (models.path / "registry.yaml").read_bytes()
    again = run_exp(models, "promote", "fraud:v1", "--stage", "production", "--alias", "champion")
    assert (again.status, again.err) == (0, "fraud:v1 is in production and fraud@champion already: nothing to write\n")
    assert (models.path / "registry.yaml").read_bytes() == before


def test_an_alias_is_taken_from_who_has_it(models: GitFolder) -> None:
    promote(models, OLD, "--model", "fraud", "--alias", "champion", "--alias", "eu")
    promote(models, NEW, "--model", "fraud", "--alias", "champion")
    first, second = read_models(models)["fraud"]
    assert (first["aliases"], second["aliases"]) == (["eu"], ["champion"])
    assert entries(models, 1)[-1] == {"unalias": "champion", "by": ADA}

    promote(models, "fraud@eu", "--unalias", "eu")
    assert "aliases" not in read_models(models)["fraud"][0]
    gone = run_exp(models, "promote", "fraud:v1", "--unalias", "eu")
    assert (gone.status, "fraud:v1 has no alias 'eu'" in gone.err) == (1, True)


def test_a_version_is_taken_out_of_its_stage_even_where_its_run_is_gone(models: GitFolder) -> None:
    promote(models, OLD, "--model", "fraud", "--stage", "production")
    models.git("update-ref", "-d", f"refs/runs/default/{OLD}")
    held = run_exp(models, "promote", "fraud:v1", "--stage", "staging")
    assert (held.status, "hint: exp pull k3v9x2mabc" in held.err) == (1, True)
    promote(models, "fraud:v1", "--stage", "archived", "--why", "it drifts")
    assert entries(models, 1)[-1] == {"stage": "archived", "by": ADA, "why": "it drifts"}
    promote(models, "fraud:v1", "--stage", "none")
    assert where(models) == {1: "none"}


def test_a_rollback_goes_back_and_twice_goes_back_by_two(models: GitFolder) -> None:
    store_model(models, OTHER, auc=0.7, minutes=20)
    for run in (OLD, NEW, OTHER):
        promote(models, run, "--model", "fraud", "--stage", "production", "--archive-previous")

    promote(models, "fraud", "--stage", "production", "--rollback", "--why", "it drifts")
    assert where(models) == {1: "archived", 2: "production", 3: "archived"}
    assert entries(models, 2)[-1] == {"stage": "production", "by": ADA, "why": "it drifts", "rollback": True}
    assert entries(models, 3)[-1] == {"stage": "archived", "by": ADA, "why": "rolled back to fraud:v2"}

    promote(models, "fraud", "--stage", "production", "--rollback")
    assert where(models) == {1: "production", 2: "archived", 3: "archived"}
    end = run_exp(models, "promote", "fraud", "--stage", "production", "--rollback")
    assert (end.status, "nothing of fraud stood in production before fraud:v1" in end.err) == (1, True)

    promote(models, "fraud:v3", "--stage", "production", "--rollback")
    assert where(models) == {1: "archived", 2: "archived", 3: "production"}


def test_a_rollback_of_what_never_stood_there_is_refused(models: GitFolder) -> None:
    promote(models, OLD, "--model", "fraud", "--stage", "production")
    promote(models, NEW, "--model", "fraud", "--stage", "staging")
    never = run_exp(models, "promote", "fraud:v2", "--stage", "production", "--rollback")
    assert (never.status, "fraud:v2 never stood in production" in never.err) == (1, True)
    there = run_exp(models, "promote", "fraud:v1", "--stage", "production", "--rollback")
    assert there.err.splitlines()[0].startswith("exp: fraud:v1 is in production now: a rollback names the model, or")
    assert there.err.splitlines()[1] == "hint: exp promote fraud --stage production --rollback"
    whole = run_exp(models, "promote", "fraud", "--stage", "production")
    assert whole.err.splitlines()[1] == "hint: exp promote fraud:v2 --stage production"
    promote(models, "fraud:v1", "--stage", "none")
    empty = run_exp(models, "promote", "fraud", "--stage", "production", "--rollback")
    assert "hint: exp promote fraud:v1 --stage production --rollback" in empty.err


def test_the_clock_may_go_back_and_the_history_does_not(models: GitFolder) -> None:
    promote(models, OLD, "--model", "fraud")
    text = (models.path / "registry.yaml").read_text()
    (at,) = [line for line in text.splitlines() if "stage: none" in line]
    later = at.replace(at[at.index("at: ") : at.index(", by")], "at: 2099-01-01T00:00:00.000000Z")
    models.gen({"registry.yaml": text.replace(at, later)})
    promote(models, "fraud:v1", "--stage", "staging")
    (version,) = read_models(models)["fraud"]
    assert str(version["history"][1]["at"]).startswith("2099-01-01")
    assert version["history"][1]["at"] > version["history"][0]["at"]


def test_hand_edits_and_comments_stay(models: GitFolder) -> None:
    models.gen({"registry.yaml": "# ours\nformat: 1   # the form\nstages: [canary, live]\nmodels: {}\n"})
    promote(models, OLD, "--model", "fraud", "--stage", "canary")
    text = (models.path / "registry.yaml").read_text()
    assert text.startswith("# ours\nformat: 1   # the form\nstages: [canary, live]\n")
    promote(models, NEW, "--model", "fraud", "--stage", "canary", "--archive-previous")
    assert where(models) == {1: "none", 2: "canary"}


def test_the_registry_is_that_of_the_project(models: GitFolder) -> None:
    models.gen({"services/fraud/.exp.yaml": SETTINGS, "services/fraud/src/x.py": ""})
    promote(models, OLD, "--model", "fraud", "--stage", "staging", where="services/fraud/src")
    assert read_models(models, "services/fraud/registry.yaml")["fraud"][0]["stage"] == "staging"


def test_json_has_all_of_it(models: GitFolder) -> None:
    done = run_exp(models, "promote", OLD, "--model", "fraud", "--stage", "staging", "--json")
    data = envelope(done.out)["data"]
    assert (data["name"], data["stage"], data["is_new"]) == ("fraud:v1", "staging", True)
    assert data["written"] == "registry.yaml"
    assert data["version"]["artifact"]["path"] == "model.pt"
    assert [one["stage"] for one in data["entries"]] == ["staging"]
    assert done.err == ""


def test_a_policy_is_judged_all_at_once_and_nothing_is_written(models: GitFolder) -> None:
    write_policy(models, "require: ['metrics.auc >= 0.99', 'params.lr < 0.1']\ndata: known")
    before = (models.path / "registry.yaml").read_bytes()

    done = run_exp(models, "promote", NEW, "--model", "fraud", "--stage", "production")

    assert done.status == 1
    assert done.err == (
        "exp: fraud:v1 may not go to production:\n"
        "    metrics.auc >= 0.99: metrics.auc is 0.95\n"
        "    params.lr < 0.1: params.lr is 0.2\n"
        f"hint: exp show {NEW}\n"
    )
    assert "no metrics.auc >= 0.99: metrics.auc is 0.95" in done.out
    assert (models.path / "registry.yaml").read_bytes() == before
    as_json = run_exp(models, "promote", NEW, "--model", "fraud", "--stage", "production", "--json")
    assert as_json.status == 1
    document = envelope(as_json.out)
    assert document["errors"][0]["code"] == "policy-failed"
    assert [one["is_met"] for one in document["data"]["requirements"]] == [True, False, False, True]
    assert run_exp(models, "promote", NEW, "--model", "fraud", "--stage", "production", "--dry-run").status == 1


def test_the_policy_speaks_of_what_is_in_the_stage_now(models: GitFolder) -> None:
    write_policy(models, "require: ['metrics.auc > production.metrics.auc']")
    promote(models, NEW, "--model", "fraud", "--stage", "production")
    worse = run_exp(models, "promote", OLD, "--model", "fraud", "--stage", "production", "--archive-previous")
    assert (worse.status, where(models)) == (1, {1: "production"})
    assert "metrics.auc is 0.9, production.metrics.auc is 0.95 (v1)" in worse.err
    assert f"hint: exp diff {NEW} {OLD}" in worse.err


def test_what_is_asked_on_the_command_line_is_asked_too(models: GitFolder) -> None:
    held = run_exp(models, "promote", OLD, "--model", "fraud", "--require", "metrics.auc > 0.92")
    assert (held.status, "metrics.auc > 0.92: metrics.auc is 0.9" in held.err) == (1, True)
    unknown = run_exp(models, "promote", OLD, "--model", "fraud", "--require", "metrics.acu > 0.92")
    assert (unknown.status, "--require: no run has metrics.acu" in unknown.err) == (2, True)
    promote(models, NEW, "--model", "fraud", "--require", "metrics.auc > 0.92")


def test_force_is_the_policys_to_allow_and_stays_in_the_history(models: GitFolder) -> None:
    write_policy(models, "require: ['metrics.auc >= 0.99']")
    words = ("promote", NEW, "--model", "fraud", "--stage", "production", "--force")
    assert "--force needs --why" in run_exp(models, *words).err
    refused = run_exp(models, *words, "--why", "an incident")
    assert (refused.status, "the policy of production does not allow it" in refused.err) == (1, True)

    write_policy(models, "require: ['metrics.auc >= 0.99']\nforce: true")
    held = run_exp(models, *words, "--why", "an incident", "--require", "params.lr == 7")
    assert (held.status, "params.lr == 7" in held.err, "metrics.auc >= 0.99:" in held.err) == (1, True, False)
    promote(models, *words[1:], "--why", "an incident")
    assert entries(models, 1) == [
        {"stage": "production", "by": ADA, "why": "an incident", "forced": ["metrics.auc >= 0.99"]}
    ]


def test_several_versions_stand_where_the_policy_says_so(models: GitFolder) -> None:
    write_policy(models, "several: true")
    promote(models, OLD, "--model", "fraud", "--stage", "production")
    promote(models, NEW, "--model", "fraud", "--stage", "production")
    assert where(models) == {1: "production", 2: "production"}
    back = run_exp(models, "promote", "fraud", "--stage", "production", "--rollback")
    assert (back.status, "several versions are in production: fraud:v1, fraud:v2" in back.err) == (1, True)


def test_metrics_of_a_policy_come_first_and_twenty_are_kept(models: GitFolder) -> None:
    write_policy(models, "require: ['metrics.m35 > 0', 'metrics.m36 >= production.metrics.m36']")
    metrics = {f"m{place:02}": float(place) for place in range(40)} | {"auc": 0.5}
    store_model(models, OTHER, minutes=20, metrics=metrics)
    promote(models, OTHER, "--model", "fraud", "--stage", "production")
    kept = read_models(models)["fraud"][0]["metrics"]
    assert len(kept) == 20
    assert {"m35", "m36", "auc"} <= kept.keys()


@pytest.mark.parametrize(
    ("fields", "why", "hint"),
    [
        ({"status": Status.RUNNING}, "is still going", "exp watch"),
        ({"status": Status.FAILED, "exit_code": 1}, "is failed: only a run that finished", "exp ls --where"),
        ({"artifacts": ()}, "no artifact, and so nothing to deploy", "exp run --artifact"),
        (
            {"artifacts": (make_artifact("b.txt"), make_artifact("model.pt"))},
            "has 2 artifacts: which one is the model?",
            "--artifact b.txt, --artifact model.pt",
        ),
        (
            {"artifacts": (make_artifact(kept="no", why="no room"),)},
            "model.pt of run amber-fox-t2zc was not kept: no room",
            "exp reproduce t2zc9x1k0f",
        ),
    ],
)
def test_what_cannot_be_promoted(models: GitFolder, fields: dict[str, Any], why: str, hint: str) -> None:
    store_model(models, OTHER, minutes=20, **fields)
    done = run_exp(models, "promote", OTHER, "--model", "fraud", "--stage", "staging")
    assert done.status == 1
    assert why in done.err
    assert f"hint: {hint}" in done.err
    assert not (models.path / "registry.yaml").exists()


def test_a_hidden_run_and_one_that_was_purged(models: GitFolder) -> None:
    run_exp(models, "rm", OLD)
    hidden = run_exp(models, "promote", OLD, "--model", "fraud")
    assert (hidden.status, "is hidden" in hidden.err, f"hint: exp rm {OLD} --undo" in hidden.err) == (1, True, True)
    run_exp(models, "purge", OLD, "--yes")
    assert run_exp(models, "promote", OLD, "--model", "fraud").status == 1
    assert not (models.path / "registry.yaml").exists()


def test_a_run_and_artifact_are_registered_once(models: GitFolder) -> None:
    artifacts = (make_artifact("a.pt"), make_artifact("b.pt"))
    store_model(models, OTHER, minutes=20, artifacts=artifacts)
    promote(models, OTHER, "--model", "fraud", "--artifact", "a.pt")
    again = run_exp(models, "promote", OTHER, "--model", "fraud", "--artifact", "./a.pt")
    assert again.status == 1
    assert "a.pt of run amber-fox-t2zc is fraud:v1 already\nhint: exp promote fraud:v1 --stage STAGE" in again.err
    promote(models, OTHER, "--model", "fraud", "--artifact", "b.pt")
    promote(models, "fraud:v1", "--model", "credit")
    assert read_models(models)["credit"][0]["artifact"]["path"] == "a.pt"
    unknown = run_exp(models, "promote", OTHER, "--model", "fraud", "--artifact", "c.pt")
    assert (unknown.status, "hint: --artifact a.pt, --artifact b.pt" in unknown.err) == (1, True)


def test_a_version_whose_run_or_artifact_is_another_is_refused(models: GitFolder) -> None:
    promote(models, OLD, "--model", "fraud")
    text = (models.path / "registry.yaml").read_text()
    own = make_artifact(content=OLD.encode()).md5 or ""
    models.gen({"registry.yaml": text.replace(own, "f" * 32)})
    forged = run_exp(models, "promote", "fraud:v1", "--stage", "staging")
    assert (forged.status, f"and run amber-fox-k3v9 has {own} there" in forged.err) == (1, True)
    other = models.git("rev-parse", f"refs/runs/default/{NEW}")
    models.gen({"registry.yaml": text.replace(models.git("rev-parse", f"refs/runs/default/{OLD}"), other)})
    swapped = run_exp(models, "promote", "fraud:v1", "--stage", "staging")
    assert (swapped.status, "which is no earlier state of run amber-fox-k3v9" in swapped.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("last",), "last is a run: of which model"),
        (("last", "--stage", "staging"), "last is a run: of which model"),
        (("fraud", "--stage", "staging"), "fraud is a model: which version of it?"),
        (("fraud:v1",), "fraud:v1: where to?"),
        (("fraud:v9", "--stage", "staging"), "no version fraud:v9: fraud has v1"),
        (("fraud:v1", "--stage", "stagign"), "hint: --stage staging"),
        (("fraud:v1", "--alias", "production"), "it is a stage"),
        (("fraud:v1", "--alias", "v2"), "looks like the number of a version"),
        (("fraud:v1", "--alias", "a b"), "cannot be called so"),
        (("fraud:v1", "--alias", "x", "--unalias", "x"), "one of them"),
        (("fraud:v1", "--stage", "staging", "--artifact", "model.pt"), "--artifact is for a new version"),
        (("last", "--model", "a/b"), "cannot be called so"),
        (("fraud", "--rollback"), "in which stage?"),
        (("fraud", "--rollback", "--stage", "staging", "--force", "--why", "x"), "--rollback goes without --force"),
        (("fraud:v1", "--stage", "staging", "--branch", "x"), "--branch is where --commit goes"),
        (("fraud:v1", "--stage", "staging", "--why", "ghp_" + "a1B2c3D4e5" * 3 + "f6G7h8"), "looks like a secret"),
    ],
)
def test_words_that_mean_nothing(models: GitFolder, words: tuple[str, ...], said: str) -> None:
    promote(models, OLD, "--model", "fraud")
    before = (models.path / "registry.yaml").read_bytes()
    done = run_exp(models, "promote", *words)
    assert done.status in (1, 2)
    assert said in done.err
    assert "hint: " in done.err
    assert (models.path / "registry.yaml").read_bytes() == before


def test_a_broken_file_is_refused_with_its_line(models: GitFolder) -> None:
    models.gen({"registry.yaml": "format: 1\nstages: [staging]\nmodels:\n  fraud:\n    version: 3\n"})
    before = (models.path / "registry.yaml").read_bytes()
    done = run_exp(models, "promote", OLD, "--model", "fraud")
    assert (done.status, "registry.yaml:5: " in done.err) == (1, True)
    assert (models.path / "registry.yaml").read_bytes() == before


def test_who_promotes_has_to_be_known(models: GitFolder) -> None:
    (models.path.parent / "none").write_text("")
    env = {"GIT_CONFIG_GLOBAL": str(models.path.parent / "none"), "EMAIL": ""}
    done = run_exp(models, "promote", OLD, "--model", "fraud", env=env)
    assert (done.status, "who promotes is not known" in done.err) == (1, True)


def test_a_file_that_is_a_link_stays_one(models: GitFolder) -> None:
    models.gen({"shared/registry.yaml": "format: 1\nmodels:\n"})
    (models.path / "registry.yaml").symlink_to("shared/registry.yaml")
    promote(models, OLD, "--model", "fraud", "--stage", "staging")
    assert list(read_models(models, "shared/registry.yaml")) == ["fraud"]
    assert (models.path / "registry.yaml").is_symlink()


def test_a_bare_repository_has_no_file_to_write(models: GitFolder) -> None:
    models.git("clone", "--quiet", "--mirror", ".", "../bare.git")
    bare = GitFolder(models.path.parent / "bare.git")
    done = run_exp(bare, "promote", OLD, "--model", "fraud")
    assert (done.status, "this repository has none" in done.err) == (1, True)


def test_what_a_record_says_acts_on_no_terminal(models: GitFolder) -> None:
    store_model(models, OTHER, minutes=20, name="\x1b[2Jevil\u202e", params={"\x1b]0;x\x07": "<b>", "seed": 1})
    promote(models, OLD, "--model", "fraud", "--stage", "staging")
    done = run_exp(models, "promote", OTHER, "--model", "fraud", "--stage", "staging", "--archive-previous")
    assert done.status == 0
    assert "evil" in done.out
    assert not set("\x1b\x07\u202e") & set(done.out + done.err)
    assert json.loads(run_exp(models, "promote", "fraud:v2", "--alias", "x", "--json").out)["errors"] == []
