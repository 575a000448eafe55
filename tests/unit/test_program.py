from __future__ import annotations

import pytest

from gitexp.capture.program import find_script, is_launcher, is_python, program_name


@pytest.mark.parametrize("name", ["python", "python3", "python3.13t", "/a/b/python3.11", "pypy3", "PYTHON.EXE"])
def test_names_under_which_python_is_installed(name: str) -> None:
    assert is_python(name)


@pytest.mark.parametrize("name", ["ipython", "python-config", "pythonic", "train.py", "python3-dbg.sh", "pip"])
def test_other_names_are_no_python(name: str) -> None:
    assert not is_python(name)


@pytest.mark.parametrize(
    ("words", "script"),
    [
        ("python train.py -c x", "train.py"),
        ("python -u -W error -X dev train.py", "train.py"),
        ("python -m torch.distributed.run train.py", "torch.distributed.run"),
        ("python -um dvc", "dvc"),
        ("python -c pass", None),
        ("python -", None),
        ("python", None),
    ],
)
def test_the_script_of_a_python(words: str, script: str | None) -> None:
    assert find_script(words.split()) == script


def test_a_script_of_the_user_is_no_launcher_whatever_its_name() -> None:
    assert is_launcher(["python", "/opt/bin/poetry", "run"])
    assert is_launcher(["python", "-m", "dvc"])
    assert not is_launcher(["python", "exp.py"])
    assert program_name(["/usr/bin/docker", "run"]) == "docker"
