"""`exp registry`, as it is typed."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import pytest

from gitexp.model.registry import Entry
from gitexp.model.registry_changes import add_entry
from kit.exp import envelope, run_exp
from kit.git import GitFolder
from kit.registered import (
    ADA,
    HOSTILE,
    PREPARED,
    RUNS,
    on_day,
    plan_trained,
    store_registry,
    weights_of,
)
from kit.registries import put_registry
from kit.signers import allow

if TYPE_CHECKING:
    import pathlib

    from kit.signers import KeyRing

MD5 = {number: hashlib.md5(weights_of(number)).hexdigest() for number in (1, 2, 3)}


@pytest.fixture
def registered(folder: GitFolder) -> GitFolder:
    """A repository with a registry that has a past, committed."""
    store_registry(folder)
    folder.commit("registry")
    return folder


def read_json(folder: GitFolder, *words: str) -> Any:
    """The data of a command's envelope."""
    ran = run_exp(folder, "registry", *words, "--json")
    assert ran.status == 0, ran.err
    return envelope(ran.out)["data"]


def test_every_version_stands_on_a_line(registered: GitFolder) -> None:
    state = registered.state()
    listed = run_exp(registered, "registry", "ls")

    assert (listed.status, listed.err) == (0, "")
    assert listed.out == run_exp(registered, "registry").out
    rows = [line.split("  ") for line in listed.out.splitlines()]
    assert [row[0].strip() for row in rows] == ["version", "fraud:v3", "fraud:v2", "fraud:v1"]
    second = listed.out.splitlines()[2]
    for word in ("production", "champion", "val_auc=0.92", "amber-fox-p7qw", "2026-03-05T12:00:00Z"):
        assert word in second
    assert registered.state() == state


def test_a_listing_as_json(registered: GitFolder) -> None:
    data = read_json(registered, "ls", "fraud")

    assert data["path"] == "registry.yaml"
    (model,) = data["models"]
    assert (model["name"], [one["version"] for one in model["versions"]]) == ("fraud", [1, 2, 3])
    second = model["versions"][1]
    assert (second["stage"], second["aliases"], second["since"]) == ("production", ["champion"], "2026-03-05T12:00:00Z")
    assert second["run"] == {
        "id": RUNS[1],
        "name": "amber-fox-p7qw",
        "ref": f"refs/runs/default/{RUNS[1]}",
        "commit": registered.git("rev-parse", f"refs/runs/default/{RUNS[1]}"),
        "is_here": True,
    }
    assert second["artifact"] == {"path": "out/model.pt", "md5": MD5[2], "bytes": len(weights_of(2))}


def test_where_there_is_no_registry(folder: GitFolder) -> None:
    listed = run_exp(folder, "registry", "ls")
    assert (listed.status, listed.out) == (0, "")
    assert listed.err == "there is no registry.yaml here; exp promote last --model NAME --stage staging begins one\n"
    assert read_json(folder, "ls") == {"path": None, "models": []}
    for words in (("ls", "fraud"), ("show", "fraud@production"), ("history", "fraud"), ("get", "fraud:v1")):
        refused = run_exp(folder, "registry", *words)
        assert (refused.status, refused.out) == (1, "")
        assert refused.err.startswith("exp: there is no registry.yaml here\nhint: exp promote last --model")


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("lss",), 2, "there is ls, show, history, diff, check, get, card"),
        (("show",), 2, "of which?"),
        (("show", "fraud"), 2, "'fraud' names no version of a model\nhint: fraud@production, or fraud:v1"),
        (("show", "last"), 2, "names no version of a model"),
        (("show", "fraud:v9"), 1, "fraud has v1, v2, v3"),
        (("show", "fruad:v1"), 1, "did you mean fraud?"),
        (("show", "fraud@prodution"), 1, "did you mean production?"),
        (
            ("history", "fruad"),
            1,
            "exp: no version fruad: registry.yaml has no model 'fruad'\nhint: did you mean fraud?",
        ),
        (("history", "fraud", "--stage", "prod"), 2, "one of staging, production, archived"),
        (("history", "fraud", "--at", "soon"), 2, "2026-03-01"),
        (("show", "fraud:v1", "--at", "2026-03-01"), 2, "--at is for exp registry history"),
        (("ls", "--lineage"), 2, "--lineage is for exp registry show"),
        (("check", "fraud"), 2, "looks at the whole file"),
    ],
)
def test_what_cannot_be_done_says_what_can(
    registered: GitFolder, words: tuple[str, ...], status: int, says: str
) -> None:
    refused = run_exp(registered, "registry", *words)

    assert (refused.status, refused.out) == (status, "")
    assert says in refused.err


def test_a_version_and_how_it_came_where_it_stands(registered: GitFolder) -> None:
    shown = run_exp(registered, "registry", "show", "fraud@champion")

    assert (shown.status, shown.err) == (0, "")
    assert shown.out.startswith("fraud:v2  production  champion  since 2026-03-05T12:00:00Z\n")
    for line in (
        f"  run       amber-fox-p7qw  refs/runs/default/{RUNS[1]}\n",
        f"  artifact  out/model.pt  {len(weights_of(2))} bytes  md5 {MD5[2]}\n",
        "  replaced  fraud:v1  in production until 2026-03-05T12:00:00Z\n",
        "  val_auc  0.92\n",
    ):
        assert line in shown.out
    history = shown.out.partition("\nHistory\n")[2].splitlines()[1:4]
    assert [line.split()[2] for line in history] == ["staging", "staging", "+champion"]
    assert "forced" in history[1]
    assert "Warnings" not in shown.out
    data = read_json(registered, "show", "fraud@champion")
    assert data["replaced"]["version"] == 1
    assert [one.get("stage") or one.get("alias") for one in data["history"]] == ["staging", "production", "champion"]


def test_a_run_that_says_otherwise_or_is_gone_is_told(registered: GitFolder) -> None:
    text = (registered.path / "registry.yaml").read_text()
    registered.gen({"registry.yaml": text.replace(MD5[2], MD5[1], 1)})
    told = f"out/model.pt of run amber-fox-p7qw is {MD5[2]}, the registry says {MD5[1]}"
    assert told in run_exp(registered, "registry", "show", "fraud:v2").out
    refused = run_exp(registered, "registry", "get", "fraud:v2", "--json")
    assert refused.status == 1
    assert told in envelope(refused.out)["errors"][0]["message"]

    registered.gen({"registry.yaml": text.replace("path: out/model.pt", "path: out/other.pt")})
    refused = run_exp(registered, "registry", "get", "fraud:v2")
    assert refused.status == 1
    assert "run amber-fox-p7qw wrote no out/other.pt; it is not to be deployed" in refused.err

    commit = registered.git("rev-parse", f"refs/runs/default/{RUNS[2]}")
    registered.gen({"registry.yaml": text.replace(commit, registered.git("rev-parse", "HEAD"))})
    assert "is no commit that run amber-fox-t2zc ever had" in run_exp(registered, "registry", "show", "fraud:v3").out

    registered.gen({"registry.yaml": text})
    registered.git("update-ref", "-d", f"refs/runs/default/{RUNS[2]}")
    assert f"refs/runs/default/{RUNS[2]} is not here" in run_exp(registered, "registry", "ls").out
    shown = run_exp(registered, "registry", "show", "fraud:v3")
    assert (shown.status, f"it is not here: exp pull {RUNS[2]}\n" in shown.out) == (0, True)
    assert "this run is not here" in run_exp(registered, "registry", "show", "fraud:v3", "--lineage").out


def test_history_is_in_order_of_time(registered: GitFolder) -> None:
    lines = run_exp(registered, "registry", "history", "fraud").out.splitlines()[1:]
    assert [line.split()[1] for line in lines] == ["v1", "v1", "v2", "v1", "v3", "v1", "v2", "v1", "v2"]
    assert [line.split()[0] for line in lines] == sorted(line.split()[0] for line in lines)

    production = read_json(registered, "history", "fraud", "--stage", "production")["history"]
    assert [(one["version"], one["from"], one["stage"]) for one in production] == [
        (1, "staging", "production"),
        (1, "production", "archived"),
        (2, "staging", "production"),
    ]
    only = read_json(registered, "history", "fraud:v3")["history"]
    assert [(one["version"], one["why"]) for one in only] == [(3, "try 3")]


@pytest.mark.parametrize(
    ("at", "stood"),
    [
        ("2026-03-02T11:59:59Z", {("staging", 1)}),
        ("2026-03-02T12:00:00Z", {("production", 1)}),
        ("2026-03-04T12:00:00+00:00", {("production", 1), ("staging", 2), ("staging", 3), ("champion", 1)}),
        # A whole day names what stood there at any time of it.
        (
            "2026-03-05",
            {("production", 1), ("production", 2), ("archived", 1), ("staging", 2), ("staging", 3), ("champion", 1)},
        ),
        ("2026-03-07", {("production", 2), ("archived", 1), ("staging", 3), ("champion", 2)}),
        ("now", {("production", 2), ("archived", 1), ("staging", 3), ("champion", 2)}),
        ("2026-03-01", set()),
    ],
)
def test_what_stood_where_at_a_time(registered: GitFolder, at: str, stood: set[tuple[str, int]]) -> None:
    found = read_json(registered, "history", "fraud", "--at", at)["stood"]

    assert {(one.get("stage") or one["alias"], one["version"]) for one in found} == stood
    shown = run_exp(registered, "registry", "history", "fraud", "--at", at)
    assert shown.status == 0
    assert len(shown.out.splitlines()) == (len(stood) + 1 if stood else 0)


def test_what_was_in_production_on_a_day(registered: GitFolder) -> None:
    shown = run_exp(registered, "registry", "history", "fraud", "--stage", "production", "--at", "2026-03-04")
    assert [line.split()[:3] for line in shown.out.splitlines()[1:]] == [["production", "v1", "2026-03-02T12:00:00Z"]]
    none = run_exp(registered, "registry", "history", "fraud", "--stage", "production", "--at", "2026-03-01")
    assert (none.out, none.err) == ("", "nothing of fraud stood in production then\n")


def test_lineage_goes_down_to_the_run_that_wrote_the_data(registered: GitFolder) -> None:
    shown = run_exp(registered, "registry", "show", "fraud@production", "--lineage")

    assert (shown.status, shown.err) == (0, "")
    lines = shown.out.splitlines()
    assert lines[0].startswith("fraud:v2  production")
    order = [
        next(place for place, line in enumerate(lines) if text in line)
        for text in (
            "is artifact out/model.pt",
            "written by amber-fox-p7qw",
            "ran code ",
            "read data features.csv",
            "written, as build/features.csv, by prepare",
            "replaced fraud:v1",
        )
    ]
    assert order == sorted(order)

    graph = read_json(registered, "show", "fraud@production", "--lineage")["lineage"]
    names = {one["id"] for one in graph["nodes"]}
    assert {edge[end] for edge in graph["edges"] for end in ("source", "target")} <= names
    assert graph["root"] == "version:fraud:v2"
    assert f"run:{PREPARED}" in names
    assert {one["kind"] for one in graph["nodes"]} >= {"version", "artifact", "run", "code", "data"}


def test_lineage_says_what_was_not_committed_and_what_was_since(folder: GitFolder) -> None:
    edited = dict[int, Any]()
    edited[1] = plan_trained(folder, 1)
    folder.gen({"train.py": "print('more')\n"})
    head = folder.commit("more trees")
    folder.gen({"train.py": "print('more')\nprint('and more')\n", "new.py": "x = 1\n"})
    folder.git("add", "--all")
    snapshot = folder.git("commit-tree", "-p", head, "-m", "snapshot", folder.git("write-tree"))
    folder.git("reset", "--hard", "--quiet")
    edited[2] = plan_trained(folder, 2, snapshot=snapshot)
    store_registry(folder, edited)

    shown = run_exp(folder, "registry", "show", "fraud:v2", "--lineage").out

    assert "uncommitted: 2 files, +2 -0\n" in shown
    assert f"git diff {head} {snapshot}\n" in shown
    assert "since fraud:v1: 1 commit\n" in shown
    assert f"{head[:10]} more trees\n" in shown


def test_the_object_that_a_deployment_reads(registered: GitFolder, tmp_path: pathlib.Path) -> None:
    registered.git("config", "gitexp.dataRemote", f"{tmp_path}/store")
    data = read_json(registered, "get", "fraud@production")

    assert (data["model"], data["version"], data["name"], data["stage"]) == ("fraud", 2, "fraud:v2", "production")
    assert data["artifact"] == {
        "path": "out/model.pt",
        "md5": MD5[2],
        "bytes": len(weights_of(2)),
        "kept": "dvc",
        "path_in_git": None,
    }
    assert data["data_remote"] == {
        "name": None,
        "url": f"{tmp_path}/store",
        "key": f"gitexp/files/md5/{MD5[2][:2]}/{MD5[2][2:]}",
    }
    assert data["metrics"] == {"val_auc": 0.92, "loss": 0.5}
    assert data["code"]["commit"] == registered.git("rev-parse", "HEAD~")
    assert data["registry"] == {
        "path": "registry.yaml",
        "commit": registered.git("rev-parse", "HEAD"),
        "is_committed": True,
    }
    registered.git("config", "gitexp.dataRemote", "nowhere")
    doubtful = run_exp(registered, "registry", "get", "fraud@production", "--json")
    assert envelope(doubtful.out)["data"]["data_remote"] is None
    assert [one["code"] for one in envelope(doubtful.out)["errors"]] == ["no-storage"]
    plain = run_exp(registered, "registry", "get", "fraud@production")
    assert "there is no data remote 'nowhere'" in plain.err
    assert f"artifact.md5\t{MD5[2]}\n" in plain.out
    registered.gen({"other.txt": "x"})
    later = registered.commit("something else")
    assert read_json(registered, "get", "fraud@production")["registry"]["commit"] != later
    with open(registered.path / "registry.yaml", "a", encoding="utf-8") as file:
        file.write("# a remark\n")
    assert read_json(registered, "get", "fraud@production")["registry"]["is_committed"] is False


def test_it_reads_from_a_bare_repository_and_from_a_folder_inside(
    registered: GitFolder, tmp_path: pathlib.Path
) -> None:
    registered.gen({"deep/er/x": ""})
    assert "fraud:v2" in run_exp(registered, "registry", "ls", where="deep/er").out
    registered.git("clone", "--quiet", "--bare", "--mirror", ".", os.fspath(tmp_path / "bare.git"))
    bare = GitFolder(tmp_path / "bare.git")

    assert read_json(bare, "get", "fraud@production")["artifact"]["md5"] == MD5[2]
    assert (
        "written, as build/features.csv, by prepare" in run_exp(bare, "registry", "show", "fraud:v2", "--lineage").out
    )


def test_what_a_remote_wrote_is_made_harmless(folder: GitFolder) -> None:
    run = plan_trained(folder, 2, command=("python", HOSTILE), host=HOSTILE)
    registry = store_registry(folder, {2: run})
    put_registry(folder, add_entry(registry, "fraud", 2, Entry(on_day(9), ADA, stage="staging", why=HOSTILE)))

    for words in (
        ("ls",),
        ("show", "fraud:v2"),
        ("show", "fraud:v2", "--lineage"),
        ("history", "fraud"),
        ("get", "fraud:v2"),
    ):
        ran = run_exp(folder, "registry", *words)
        assert ran.status == 0, ran.err
        assert "amber-fox" in ran.out or "fraud" in ran.out or r"\u202eevil" in ran.out
        assert "\x1b" not in ran.out
        assert "\u202e" not in ran.out
    assert r"\u202eevil" in run_exp(folder, "registry", "show", "fraud:v2", "--lineage").out
    assert "\x1b" not in run_exp(folder, "registry", "show", "fraud:v2", "--lineage", "--json").out


def test_what_each_approval_is_worth_is_told(registered: GitFolder, signers: KeyRing) -> None:
    bob, eve = signers.ssh("Bob", "bob@example.org"), signers.ssh("Eve", "eve@example.org")
    allow(registered, bob, eve)
    for signer, why in ((bob, "looks right"), (eve, "me too")):
        signer.use(registered)
        approved = run_exp(registered, "approve", "fraud:v3", "--stage", "production", "--why", why)
        assert approved.status == 0, approved.err
    (registered.path / ".allowed_signers").write_text(bob.line())  # she left

    shown = run_exp(registered, "registry", "show", "fraud:v3")
    approvals = shown.out.partition("\nApprovals\n")[2].partition("\n\n")[0].splitlines()
    assert "Bob <bob@example.org>" in approvals[0]
    assert "good" in approvals[0]
    assert "waits" in approvals[0]
    assert approvals[0].endswith("looks right")
    assert "Eve" in approvals[1]
    assert "good" not in approvals[1]
    got = read_json(registered, "get", "fraud:v3")["approvals"]
    assert [(one["by"], one["standing"] == "good", one["waiting"]) for one in got] == [
        ("Bob <bob@example.org>", True, True),
        ("Eve <eve@example.org>", False, True),
    ]
    nodes = read_json(registered, "show", "fraud:v3", "--lineage")["lineage"]["nodes"]
    doubts = {one["title"]: one["doubt"] for one in nodes if one["kind"] == "approval"}
    assert doubts["Bob <bob@example.org>"] is None
    assert doubts["Eve <eve@example.org>"].startswith("unknown: ")

    text = (registered.path / "registry.yaml").read_text()
    registered.gen({"registry.yaml": text.replace("looks right", "looks fine")})
    forged = read_json(registered, "show", "fraud:v3")["approvals"][0]
    assert (forged["why"], forged["standing"]) == ("looks fine", "bad")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("exp registry ", {"ls", "show", "history", "check", "get", "card"}),
        ("exp registry show fr", {"fraud", "fraud:v1", "fraud:v2", "fraud:v3", "fraud@production", "fraud@champion"}),
        ("exp get fraud@", {"fraud@production", "fraud@champion", "fraud@staging", "fraud@archived"}),
        ("exp show fraud:", {"fraud:v1", "fraud:v2", "fraud:v3"}),
    ],
)
def test_the_shell_completes_versions(registered: GitFolder, line: str, offered: set[str]) -> None:
    words = line.split(" ")
    env = {"_EXP_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    assert offered <= set(registered.run("exp", env=env).stdout.decode().split())
