"""No secret that a script tells through the API comes into an object of the repository, or into the cache."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from kit.exp import PATIENCE, only_run, part, run_exp
from kit.going import Going

if TYPE_CHECKING:
    from kit.exp import Ran
    from kit.git import GitFolder

TOKEN = "ghp_" + "Zq7xY2kLm9Pw4Rt6Vb8Nc3Hd5Jf1Gs0Ae2Qu"
"""Of a form that is known wherever it stands."""
PRELUDE = """
import os, sys, gitexp
tok = "ghp_" + os.environ["REST"]
"""


def record(folder: GitFolder, script: str, *options: str) -> Ran:
    """Records a script that has a token, ``tok``, which is nowhere else."""
    (folder.path / "train.py").write_text(PRELUDE + script)
    return run_exp(folder, "run", *options, "--", sys.executable, "train.py", env={"REST": TOKEN[4:]})


def places_of(folder: GitFolder, secret: str) -> list[str]:
    """Every object of the repository and every file of the cache that holds a text."""
    names = folder.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
    assert names
    found = [name for name in names if secret in folder.git("cat-file", "-p", name)]
    for place, _, files in os.walk(folder.path / ".git" / "exp" / "cache"):
        for file in files:
            with open(os.path.join(place, file), "rb") as cached:
                if secret.encode() in cached.read() or secret in file:
                    found.append(os.path.join(place, file))
    return found


def test_texts_and_tables_are_kept_with_their_secrets_hidden(folder: GitFolder) -> None:
    record(
        folder,
        """
gitexp.log_text("notes", f"logged in with {tok}\\nand {tok}\\n")
gitexp.log_table("rows", [{"a": tok, "b": 1}, {"a": "x", "b": 2}])
gitexp.log_table("columns", {tok: [1, 2]})
gitexp.log_text("large", "line\\n" * 1_000_000 + tok + "\\n" + "line\\n" * 10)
gitexp.log_text("plain", "nothing")
for step in range(3):
    gitexp.log_text("many", tok, step=step)
""",
    )
    run = only_run(folder)
    assert part(folder, run["ref"], "artifacts/notes.txt") == "logged in with [redacted]\nand [redacted]"
    assert part(folder, run["ref"], "artifacts/rows.csv") == "a,b\n[redacted],1\nx,2"
    assert part(folder, run["ref"], "artifacts/columns.csv") == "[redacted]\n1\n2"
    assert {one["path"]: (one["kept"], one["bytes"]) for one in run["artifacts"]} == {
        "columns.csv": ("git", len("[redacted]\n1\n2\n")),
        "large.txt": ("dvc", 5_000_000 + len("[redacted]\n") + 50),
        "many/00000000.txt": ("git", 10),
        "many/00000001.txt": ("git", 10),
        "many/00000002.txt": ("git", 10),
        "notes.txt": ("git", len("logged in with [redacted]\nand [redacted]\n")),
        "plain.txt": ("git", 7),
        "rows.csv": ("git", len("a,b\n[redacted],1\nx,2\n")),
    }
    assert "2 secrets in artifact notes.txt hidden" in run["warnings"]
    assert "1 secret in artifact large.txt hidden" in run["warnings"]
    assert len(run["warnings"]) == 7
    assert places_of(folder, TOKEN) == []


def test_a_file_of_the_script_in_the_place_of_a_text_stays_as_it_is(folder: GitFolder) -> None:
    record(
        folder,
        """
os.mkdir("own")
open("own/a.txt", "w").write(f"with {tok}")
gitexp.log_text("own/a", tok)
gitexp.log_artifact("own")
gitexp.log_artifact("own/a.txt", name="b.txt")
gitexp.log_text("b", tok)
""",
    )
    run = only_run(folder)
    assert part(folder, run["ref"], "artifacts/own/a.txt") == f"with {TOKEN}"
    assert part(folder, run["ref"], "artifacts/b.txt") == "[redacted]"
    assert run["warnings"] == [
        "1 secret in artifact b.txt hidden",
        "artifact own/a.txt looks like it holds a secret; the run keeps it",
    ]


def test_a_secret_in_the_name_of_an_artifact_is_hidden(folder: GitFolder) -> None:
    record(
        folder,
        """
open("own.txt", "w").write("own")
open(".env", "w").write("A=1")
gitexp.log_artifact("own.txt", name=tok + "/own.txt")
gitexp.log_artifact(".env", name=tok + "/settings.txt")
gitexp.log_text(tok, "x" + tok)
gitexp.log_text("é/" + tok, "in a folder", step=3)
""",
    )
    run = only_run(folder)
    assert {one["path"]: one["kept"] for one in run["artifacts"]} == {
        "[redacted].txt": "git",
        "[redacted]/own.txt": "git",
        "[redacted]/settings.txt": "no",
        "é/[redacted]/00000003.txt": "git",
    }
    assert part(folder, run["ref"], "artifacts/[redacted].txt") == "x[redacted]"
    assert "artifact [redacted]/own.txt is called so to hide a secret in its name" in run["warnings"]
    assert places_of(folder, TOKEN) == []


def test_texts_of_a_recording_that_died_have_their_secrets_hidden(folder: GitFolder) -> None:
    with Going(folder, env={"REST": TOKEN[4:]}) as going:
        going.tell("import gitexp", "gitexp.log_text('notes', 'with ghp_' + os.environ['REST'])")
        going.kill()
    run_exp(folder, "recover")
    run = only_run(folder)
    assert part(folder, run["ref"], "artifacts/notes.txt") == "with [redacted]"
    assert "1 secret in artifact notes.txt hidden" in run["warnings"]
    assert places_of(folder, TOKEN) == []


def test_credential_files_are_no_artifacts(folder: GitFolder) -> None:
    """By their name, by the name that they had, and by what is in them; alone, in a folder, and in a large one."""
    (folder.path / ".exp.yaml").write_text("artifacts: [declared]\n")
    record(
        folder,
        """
open(".env", "w").write("A=" + tok)
for name, many in [("conf", 1), ("large", 1100), ("declared", 1)]:
    os.mkdir(name)
    open(f"{name}/.env", "w").write("A=" + tok)
    for number in range(many):
        open(f"{name}/{number}", "w").write("plain")
gitexp.log_artifact(".env")
gitexp.log_artifact(".env", name="settings.txt")
gitexp.log_artifact("conf")
gitexp.log_artifact("large")
open("key", "w").write("-----BEGIN " + "RSA PRIVATE KEY-----\\n" + tok + "\\n-----END " + "RSA PRIVATE KEY-----\\n")
gitexp.log_artifact("key")
""",
        "--artifact",
        ".env",
        "--artifact",
        "key",
    )
    run = only_run(folder)
    kept = {one["path"]: (one["kept"], one.get("why")) for one in run["artifacts"]}
    environment = ("no", "it looks like credentials (environment file)")
    assert kept == {
        ".env": environment,
        "conf/.env": environment,
        "conf/0": ("git", None),
        "declared": ("dvc", None),
        "key": ("no", "it looks like credentials (private key)"),
        "large": ("dvc", None),
        "settings.txt": environment,
    }
    assert [one["files"] for one in run["artifacts"] if one["kept"] == "dvc"] == [1100, 1]
    aside = folder.path / ".git" / "exp" / "unkept" / run["id"]
    said = "artifact {} was not kept: it looks like credentials ({})"
    for name, why in [("settings.txt", "environment file"), ("large/.env", "environment file"), ("key", "private key")]:
        assert f"{said.format(name, why)}; it is in {aside}" in run["warnings"]
        assert TOKEN in (aside / "artifacts" / name).read_text()
    assert said.format("declared/.env", "environment file") in run["warnings"]
    assert places_of(folder, TOKEN) == []


PLANTED = """
import types

class Shell:
    kernel = True
    user_ns = {"In": ["", "token_of_cell = '" + tok + "'"]}
    def __init__(self): self.events = self
    def register(self, event, call): pass
    def unregister(self, event, call): pass

shell = Shell()
module = types.ModuleType("IPython")
module.get_ipython = lambda: shell
sys.modules["IPython"] = module
with gitexp.start(params={"given": tok, "a": {tok: 1}}, tags={"start": tok}, note="begun by " + tok, hypothesis=tok):
    gitexp.log_params({"value": tok, tok: 1, "listed": [{tok: tok}], "rank0." + tok: 2})
    gitexp.tag(tok, who=tok)
    gitexp.note("note of " + tok)
    for step in range(3):
        gitexp.log({"loss": 1.0 / (step + 1), tok: 2.0, "train/" + tok: step}, step=step)
    gitexp.log({"odd": tok, tok + "x": "no number"})
    gitexp.summary["best"] = 1.0
    gitexp.summary[tok] = 5.0
    gitexp.summary["only " + tok] = 6.0
    gitexp.log_text("text", tok)
    gitexp.log_table("table", {"a": [tok], tok: [1]})
    print("printed", tok)
    raise ValueError("cannot log in with " + tok)
"""


def test_a_secret_in_all_that_the_api_takes_is_nowhere(folder: GitFolder) -> None:
    """In names as in values: of params, tags and metrics; in texts, tables, cells, output and exceptions."""
    (folder.path / "train.py").write_text(PRELUDE + PLANTED)
    done = subprocess.run(
        [sys.executable, "train.py"],
        cwd=folder.path,
        env={**os.environ, "REST": TOKEN[4:]},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    run = only_run(folder)
    assert run["status"] == "failed"
    assert run["params"] == {
        "given": "[redacted]",
        "a.[redacted]": 1,
        "value": "[redacted]",
        "[redacted]": 1,
        "listed": [{"[redacted]": "[redacted]"}],
        "rank0.[redacted]": 2,
    }
    assert set(run["param_sources"]) == set(run["params"])
    assert run["tags"] == {"start": "[redacted]", "[redacted]": True, "who": "[redacted]"}
    assert {name: one["last"] for name, one in run["metrics"].items()} == {
        "loss": 1.0 / 3,
        "[redacted]": 5.0,
        "train/[redacted]": 2,
        "best": 1.0,
        "only [redacted]": 6.0,
    }
    assert part(folder, run["ref"], "metrics.csv").splitlines()[0] == "step,time,loss,[redacted],train/[redacted]"
    assert {"params.[redacted]", "tags.[redacted]", "metrics.[redacted]", "note", "hypothesis"} < set(run["redacted"])
    assert "cannot log in with [redacted]" in part(folder, run["ref"], "output.log")
    assert part(folder, run["ref"], "artifacts/notebook_cells.py") == "# %% [1]\ntoken_of_cell = '[redacted]'"
    assert part(folder, run["ref"], "artifacts/table.csv") == "a,[redacted]\n[redacted],1"
    assert places_of(folder, TOKEN) == []
    assert TOKEN not in folder.git("for-each-ref", "--format=%(refname)")


def test_a_secret_in_a_name_is_hidden_while_the_run_is_going(folder: GitFolder) -> None:
    with Going(folder, env={"REST": TOKEN[4:]}) as going:
        going.tell(
            "tok = 'ghp_' + os.environ['REST']",
            "say(frames.PARAMS, {tok: 1, 'lr': 0.5})",
            "say(frames.TAGS, {tok: True})",
            "log(0, **{tok: 0.25, 'loss': 0.75})",
            "say(frames.SUMMARY, {'best ' + tok: 9})",
        )
        for arguments in (
            ("ls",),
            ("ls", "--json"),
            ("show",),
            ("show", "--json"),
            ("watch",),
            ("diff", going.id, going.id),
        ):
            shown = run_exp(folder, *arguments)
            assert shown.status == 0, shown.err
            assert TOKEN not in shown.out + shown.err
        shown = run_exp(folder, "show").out
        for text in ("0.75", "best [redacted]", "[redacted]"):
            assert text in shown
        assert TOKEN not in shown


def test_a_whole_number_of_any_length_hurts_nobody(folder: GitFolder) -> None:
    """Python writes none of more than 4,300 digits."""
    with Going(folder) as going:
        going.tell(
            "import gitexp",
            "gitexp.log_params(p=10**5000, q=[10**5000], r={'s': -10**5000}, lr=0.5)",
            "gitexp.tag(t=10**5000)",
            "gitexp.log({'m': 10**5000, 'n': 1}, step=10**5000)",
            "gitexp.summary['s'] = 10**5000",
        )
        for arguments in (
            ("ls",),
            ("ls", "--json"),
            ("show",),
            ("show", "--json"),
            ("watch",),
            ("diff", going.id, going.id),
        ):
            shown = run_exp(folder, *arguments)
            assert (shown.status, shown.err) == (0, ""), arguments
        assert "0x" in run_exp(folder, "show").out
        assert going.end() == 0
    run = only_run(folder)
    assert (run["params"]["p"], run["params"]["lr"]) == (hex(10**5000), 0.5)
