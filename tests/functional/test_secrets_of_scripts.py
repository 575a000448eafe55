"""No secret that a script tells through the API comes into an object of the repository, or into the cache."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from kit.exp import only_run, part, run_exp
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
