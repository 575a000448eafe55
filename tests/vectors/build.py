"""Builds the vectors of format 1 from fixed inputs: ``python tests/vectors/build.py FOLDER NAME``.

The bundles in this folder were built once and are never replaced: they stand for every repository out there. The test
beside them builds anew and compares commit ids with the last one, so a change of what is written cannot go unnoticed.
"""

from __future__ import annotations

import json
import math
import pathlib
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from gitexp.format.series import format_series
from gitexp.git.commits import Person, RawCommit
from gitexp.git.objects import ObjectWriter
from gitexp.git.refs import RefChange, update_refs
from gitexp.git.repository import open_repository
from gitexp.git.trees import FILE
from gitexp.model.ids import RunId
from gitexp.model.metrics import Point, Summary
from gitexp.model.refs import parse_experiment
from gitexp.model.run import Run, Status
from gitexp.store.writing import store_ended, store_live
from kit.runs import STARTED, make_full_run, make_run

PERSON = Person("Ada Lovelace", "ada@example.org", 1_795_424_000)


def runs() -> list[tuple[Run, dict[bytes, bytes]]]:
    """The runs of the vectors, each with the files of its record."""
    points = [Point("val_auc", 0.61 + 0.01 * step, step, step / 2) for step in range(3)]
    wide = b"".join(format_series(lambda: iter(points))[1])
    sparse = [Point(f"metric {number}", number, number, None) for number in range(6)]
    long = b"".join(format_series(lambda: iter(sparse))[1])
    odd = [Point("loss", value, None, None) for value in (math.nan, math.inf, -math.inf, 1e-05, 3)]
    return [
        (make_run(), {b".exp/metrics.csv": wide, b".exp/output.log": b"val_auc=0.61\n"}),
        (
            replace(make_full_run(), id=RunId("m4f6nq0123"), name="full", experiment=parse_experiment("trees.v2")),
            {
                b".exp/metrics.long.csv": long,
                b".exp/environment/packages.txt": b"numpy==2.1.0\ntorch==2.13.0\n",
                b".exp/data/data/train.csv.dvc": b"outs:\n- md5: " + b"a" * 32 + b"\n  size: 123\n  hash: md5\n"
                b"  path: train.csv\n",
            },
        ),
        (
            make_run(
                id=RunId("z000000000"),
                name="odd",
                status=Status.KILLED,
                exit_code=None,
                signal="SIGKILL",
                command=("python", "-c", "print('a\nb')", "\u2028", "caf\udce9"),
                params={"a key": "line\nend", "nan": math.nan, "text": "NaN", "list": [1, [2.5, "x"], {"k": None}]}
                | {f"p{number:02}": number for number in range(64)},
                metrics={"loss": Summary(3, -math.inf, math.inf, math.nan, None, 5, "metrics.csv")},
                fingerprint=None,
                tags={"ünïcode": True},
            ),
            {b".exp/metrics.csv": b"".join(format_series(lambda: iter(odd))[1])},
        ),
        (
            make_run(
                id=RunId("g999999999"),
                name="going",
                status=Status.RUNNING,
                exit_code=None,
                started_at=STARTED + timedelta(days=1),
                ended_at=None,
                metrics={},
                fingerprint=None,
            ),
            {},
        ),
    ]


def build(folder: pathlib.Path) -> dict[str, str]:
    """Makes the repository of the vectors; returns ref → commit id."""
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(folder)], check=True)
    repository = open_repository(str(folder))
    refs: dict[str, str] = {}
    with ObjectWriter(repository) as writer:
        code = writer.write_blob(b"print('val_auc=0.61')\n")
        head_tree = writer.write_tree([(FILE, b"train.py", code)])
        head = writer.write_commit(RawCommit(head_tree, (), PERSON, PERSON, b"start\n"))
        changed = writer.write_blob(b"print('val_auc=0.62')\n")
        tree = writer.compose_tree(head_tree, {b"train.py": (FILE, changed)})
        author = Person("gitexp", "gitexp@localhost", PERSON.seconds)
        snapshot = writer.write_commit(RawCommit(tree, (head,), author, author, b"snapshot of a working tree\n"))
        update_refs(repository, [RefChange("refs/heads/main", head, None)])
        for run, files in runs():
            coded = replace(run, code=run.code._replace(commit=head, snapshot=snapshot))
            if run.status is Status.RUNNING:
                stored = store_live(repository, writer, coded, tree)
            else:
                stored = store_ended(repository, writer, coded, files, tree, live=None, sign=False)
            refs[stored.ref] = stored.commit
    return refs


def main() -> None:
    """Writes ``NAME.bundle`` and ``NAME.json`` into this folder; refuses to replace them."""
    here, name = pathlib.Path(__file__).parent, sys.argv[2]
    bundle = here / f"{name}.bundle"
    if bundle.exists():
        raise SystemExit(f"{bundle} is frozen")
    refs = build(pathlib.Path(sys.argv[1]))
    subprocess.run(["git", "bundle", "create", str(bundle), "--all"], cwd=sys.argv[1], check=True)
    (here / f"{name}.json").write_text(json.dumps(refs, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
