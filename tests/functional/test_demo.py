"""``make demo`` tells its story to the end, and leaves whoever runs it alone."""

from __future__ import annotations

import pathlib
import subprocess
import sys

from kit.git import GitFolder

DEMO = pathlib.Path(__file__).parents[2] / "examples" / "demo.py"


def test_the_demo(tmp_path: pathlib.Path, sealed: pathlib.Path) -> None:
    before = sorted(sealed.rglob("*"))

    done = subprocess.run(
        [sys.executable, DEMO, "--keep", tmp_path / "demo"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    folder = GitFolder(tmp_path / "demo" / "digits")
    assert len(folder.git("for-each-ref", "refs/runs").splitlines()) == 8 + 12
    assert "activation" in done.stdout
    assert "failed" in done.stdout
    assert "identical" in done.stdout.partition("$ exp reproduce relu")[2]
    assert "n = 4 and 4)" in done.stdout.partition("$ exp compare -e sweep")[2]
    assert "Content-Security-Policy" in (tmp_path / "demo" / "sweep.html").read_text(encoding="utf-8")
    assert (tmp_path / "demo" / "served" / "model.pkl").stat().st_size > 1000
    # One was cut short: what it had said is there.
    subjects = {
        folder.git("show", "-s", "--format=%s", ref).split()[1]: ref
        for ref in folder.git("for-each-ref", "--format=%(refname)", "refs/runs").splitlines()
    }
    assert "\nRun-Status: lost\n" in folder.git("show", "-s", "--format=%B", subjects["cut-short:"])
    assert len(folder.git("show", f"{subjects['cut-short:']}:.exp/metrics.csv").splitlines()) > 20
    registry = done.stdout.partition("# Into production")[2]
    assert "approvals: 2: 0 of 2" in registry
    assert "2 transitions since" in registry.partition("$ exp registry check")[2]
    assert (tmp_path / "demo" / "production" / "model.pkl").read_bytes() == (
        tmp_path / "demo" / "served" / "model.pkl"
    ).read_bytes()
    assert "metric-changed" in registry.partition("$ sed")[2]
    picture = done.stdout.partition("$ exp watch linear")[2]
    assert "val.acc  0.9" in picture
    assert "step 400/400" in picture
    assert sorted(sealed.rglob("*")) == before
    # Two clones said something of one run; both have all of it, and the run with the key in its history went nowhere.
    team = GitFolder(tmp_path / "demo" / "team.git")
    shared = team.git("for-each-ref", "refs/runs")
    assert shared == folder.git("for-each-ref", "refs/runs")
    assert {"Tag: candidate=true", 'Tag: team="digits"', "Tag: reviewed=true"} <= set(
        team.git("show", "-s", "--format=%B", subjects["tanh:"]).splitlines()
    )
    assert "deploy_key:1 private key" in done.stdout
    for one in (team, folder):
        one.git("fsck", "--strict", "--no-dangling")
    pushed = team.run("git", "cat-file", "--batch", "--batch-all-objects", "--buffer").stdout
    assert b"Train on digits" in pushed
    assert b"OPENSSH" not in pushed
    # The key stands where it is typed, and in no object of the repository.
    assert "4f9a1c07b2e85d36" in done.stdout
    objects = folder.run("git", "cat-file", "--batch", "--batch-all-objects", "--buffer").stdout
    assert b"--api-key" in objects
    assert b"4f9a1c07b2e85d36" not in objects
