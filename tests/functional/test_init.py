"""``exp init``: one file, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.exp import envelope, run_exp
from kit.git import GitFolder

if TYPE_CHECKING:
    import pathlib


def test_a_commented_file_is_written_and_nothing_else(folder: GitFolder) -> None:
    before = folder.state()
    ran = run_exp(folder, "init")
    assert (ran.status, ran.out) == (0, ".exp.yaml\n")
    text = (folder.path / ".exp.yaml").read_text()
    assert "project: 'repo'" in text
    after = folder.state()
    assert after.pop("status") == f"{before.pop('status')}? .exp.yaml".strip()
    assert after == before
    assert not (folder.path / ".git" / "exp").exists()
    assert run_exp(folder, "run", "-q", "--", "true").status == 0


def test_a_project_of_a_monorepo_has_a_file_of_its_own(folder: GitFolder) -> None:
    folder.gen({"services/fraud/train.py": "print('auc=0.5')\n"})
    data = envelope(run_exp(folder, "init", "services/fraud", "--project", "it's", "--json").out)["data"]
    assert data == {"file": "services/fraud/.exp.yaml", "project": "it's"}
    assert "project: 'it''s'" in (folder.path / "services/fraud/.exp.yaml").read_text()


def test_a_file_that_is_there_is_not_written_over(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "experiment: mine\n"})
    ran = run_exp(folder, "init")
    assert ran.status == 1
    assert ".exp.yaml is there already" in ran.err
    assert (folder.path / ".exp.yaml").read_text() == "experiment: mine\n"


def test_a_typo_stops_the_next_command_with_its_line_and_the_near_name(folder: GitFolder) -> None:
    folder.gen({".exp.yaml": "project: a\n\nexperimnt: b\n"})  # codespell:ignore
    ran = run_exp(folder, "run", "--", "touch", "made")
    assert ran.status == 125
    assert ran.err == "exp: .exp.yaml:3: experimnt: no such key\nhint: did you mean experiment?\n"  # codespell:ignore
    assert not (folder.path / "made").exists()


def test_outside_a_repository_it_says_so(tmp_path: pathlib.Path) -> None:
    ran = run_exp(GitFolder(tmp_path), "init")
    assert ran.status == 1
    assert "not inside a Git repository" in ran.err
    assert "hint: git init" in ran.err
    assert not (tmp_path / ".exp.yaml").exists()
