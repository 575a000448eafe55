"""Writes the pages that are made from the code and from other pages; ``--check`` only says which of them are stale."""

from __future__ import annotations

import difflib
import inspect
import os
import re
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

from gitexp import errors
from gitexp.cli.commands import COMMANDS
from gitexp.errors import ExpError

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = os.path.dirname(os.path.abspath(__file__))
DECISION = re.compile(r"\d{4}-.+\.md")
HEAD = "<!-- Made by docs/generate.py: change what it is made from, then `make tidy`. -->\n\n"

EXAMPLES: tuple[ExpError, ...] = (
    errors.ExpError("what happened to which thing", hint="what to type next"),
    errors.UsageError("exp diff takes two runs", hint="exp diff last~1 last"),
    errors.InvalidValue("experiment", "My Experiment", "only a-z, 0-9, '.', '_' and '-'", hint="my-experiment"),
    errors.InvalidFilter("metrics.val_acu > 0.9", 0, "no run has metrics.val_acu", hint="metrics.val_auc"),
    errors.InvalidQuery("select nme from runs", 7, "no such column: nme", hint="did you mean name?"),
    errors.QueryTooLong(60),
    errors.NotFound("no file 'weights.bin'"),
    errors.NotARepository("/data"),
    errors.RunNotFound("k3v9"),
    errors.MissingPackage("matplotlib", "a PNG", "plots"),
    errors.PartNotFound("amber-fox-k3v9", "output"),
    errors.NothingToPlot("no run has both lr and val_auc", hint="exp ls --columns lr,val_auc"),
    errors.NoRemote(["origin", "upstream"]),
    errors.NoStorage("2 artifacts (312.0 MB) are here alone: no data remote is set"),
    errors.ObjectMissing("model.pt", "68cc9af49557ea9711dad503a6907437", "its bytes are neither here nor on s3://runs"),
    errors.AmbiguousRun("k3v9", ["k3v9x2mabc", "k3v9r7t0ww"]),
    errors.DirectionUnknown("loss"),
    errors.ConfigError(".exp.yaml", 7, "artefacts", "unknown key", hint="did you mean artifacts?"),
    errors.ParamsFileError("params.yaml", 3, "mapping values are not allowed here"),
    errors.BrokenRegistry(
        "registry.yaml", 12, "models.fraud.versions.0.stage", "no stage 'prod'", hint="one of staging, production"
    ),
    errors.VersionNotFound("fraud@production", "nothing of it is in production", hint="exp registry ls"),
    errors.PolicyFailed(
        "fraud:v3",
        "production",
        ["metrics.val_auc >= 0.9: it is 0.87", "2 approvals: there is 1, of ada@example.org"],
        hint="exp approve fraud:v3 --stage production",
    ),
    errors.BrokenRecord("refs/runs/default/k3v9x2mabc", "its message has no Run-Id"),
    errors.BrokenObject("a tree that ends too early"),
    errors.ObjectDamaged("model.pt", "68cc9af49557ea9711dad503a6907437", "s3://runs"),
    errors.NewerFormat("refs/runs/default/k3v9x2mabc", 2),
    errors.Refused("the folder 'runs/old' is not empty", hint="exp checkout last ANOTHER-FOLDER"),
    errors.RunDiverged("k3v9x2mabc", "both sides changed .exp/run.yaml", ours="1" * 40, theirs="2" * 40),
    errors.RemoteFailed("origin", 128, "fatal: '../gone.git' does not appear to be a git repository"),
    errors.TransferFailed("s3://runs", "access denied", hint="dvc remote list"),
    errors.SecretsFound(
        [{"place": "3f2a1b9 lib/conf.py:2 GitHub token", "fingerprint": "5966b8512f679b6b"}],
        "exp push --allow 5966b8512f679b6b, if it is none; if it is: revoke it, then erase what keeps it "
        "(exp purge k3v9x2mabc)",
    ),
    errors.HistoryUnasked("origin", [{"commit": "3f2a1b9", "subject": "a faster loader"}]),
    errors.RefMoved("refs/runs/default/k3v9x2mabc", "expected 5db2e9b, found c8c530d"),
    errors.GitFailed("git worktree add", 128, "fatal: could not create leading directories"),
    errors.GitMissing(),
    errors.StorageFailed(".git/objects", "No space left on device"),
)


def all_errors() -> Iterator[type[ExpError]]:
    """The classes of ``errors.py`` in the order in which they stand there."""
    for found in vars(errors).values():
        if inspect.isclass(found) and issubclass(found, ExpError):
            yield found


def write_errors() -> str:
    """The page of errors."""
    tree = (errors.__doc__ or "").strip()
    lines = [
        "# Errors",
        "",
        "Every refusal is one message on standard error that says what happened to which thing, then a `hint:` with",
        "something to type. `--json` puts the same into the envelope's `errors`, as `code`, `message` and `hint`; a",
        "code is a promise that scripts may rely on, a message is not.",
        "",
        "| exit status | means |",
        "| --- | --- |",
        "| 0 | fine |",
        "| 1 | refused, or not found |",
        "| 2 | wrong usage |",
        "| 70 | a bug of gitexp's own; a file with the report is named |",
        "| 125 | `exp run` or `exp reproduce` refused before the command started |",
        "| 130 | interrupted |",
        "",
        "`exp run` otherwise exits as its command did: with its status, 126 where it could not be executed, 127 where",
        "it was not found, 128 + n where signal n ended it.",
        "",
        "## The tree",
        "",
        "```text",
        textwrap.dedent(tree.split("\n\n")[1]),
        "```",
        "",
        "## Each of them",
    ]
    examples = {type(example): example for example in EXAMPLES}
    for error in all_errors():
        example = examples[error]
        lines += ["", f"### `{error.code}`", "", inspect.getdoc(error) or "", ""]
        lines += [f"Exit status {error.exit_status}. Fields: {_name_fields(example)}.", "", "```text", example.message]
        lines += [f"hint: {example.hint}"] if example.hint else []
        lines += ["```"]
    return HEAD + "\n".join(lines) + "\n"


def _name_fields(example: ExpError) -> str:
    return ", ".join(f"`{name}`" for name in example.fields) or "none of its own"


def write_commands() -> str:
    """The page of commands: what ``--help`` prints, in 80 columns."""
    lines = [
        "# Commands",
        "",
        "Installed as `exp` and as `git-exp`, so that `git exp ls` works too. Data goes to standard output, everything",
        "else to standard error. Colour, width limits and pagers are for terminals only; `NO_COLOR` and `--color` are",
        "heeded. [Errors](errors.md) lists the exit statuses.",
        "",
        *(f"- [`exp {entry.name}`](#exp-{entry.name}): {entry.summary}" for entry in COMMANDS),
        "",
        "```text",
        _print_help(),
        "```",
    ]
    for entry in COMMANDS:
        lines += ["", f"## exp {entry.name}", "", "```text", _print_help(entry.name), "```"]
    return HEAD + "\n".join(lines) + "\n"


def _print_help(*name: str) -> str:
    kept = {key: value for key, value in os.environ.items() if key not in {"FORCE_COLOR", "CLICOLOR_FORCE"}}
    done = subprocess.run(
        [sys.executable, "-m", "gitexp", *name, "--help"],
        env=kept | {"COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
        encoding="utf-8",
    )
    return done.stdout.strip()


def write_decisions() -> str:
    """The list of decisions, from their titles."""
    folder = os.path.join(DOCS, "decisions")
    lines = [
        "# Decisions",
        "",
        "What binds later work, each on a page of its own, numbered in order, never rewritten: a decision that is",
        "overturned gets a new page, and the old one a line that says so. [The template](template.md) has the form.",
        "",
    ]
    for name in sorted(filter(DECISION.fullmatch, os.listdir(folder))):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            title = file.readline().removeprefix("# ").strip()
        lines.append(f"- [{title}]({name})")
    return HEAD + "\n".join(lines) + "\n"


PAGES = {
    "reference/cli.md": write_commands,
    "reference/errors.md": write_errors,
    "decisions/README.md": write_decisions,
}


def main() -> int:
    stale = 0
    for name, write in PAGES.items():
        path = os.path.join(DOCS, name)
        wanted, there = write(), ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                there = file.read()
        if wanted == there:
            continue
        if "--check" in sys.argv[1:]:
            stale += 1
            print(f"docs/{name} is not what the code says; make tidy writes it", file=sys.stderr)
            sys.stderr.writelines(
                list(difflib.unified_diff(there.splitlines(True), wanted.splitlines(True), name, "code", n=1))[:30]
            )
        else:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.write(wanted)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
