from __future__ import annotations

import os
import subprocess
import sys
import venv
from typing import TYPE_CHECKING

import pytest

from gitexp.capture.installation import describe_installation, list_package_folders
from kit.trees import make_tree

if TYPE_CHECKING:
    import pathlib


def test_the_base_installation_has_itself_as_prefix() -> None:
    found = describe_installation(os.path.realpath(sys.executable))
    assert found.prefix == found.base_prefix == sys.base_prefix
    assert found.version == "{}.{}.{}".format(*sys.version_info)
    assert found.system_site_packages


def test_a_foreign_python_tells_its_version_by_its_headers(tmp_path: pathlib.Path) -> None:
    make_tree(
        tmp_path,
        {
            "lib/python3.8/os.py": "",
            "lib/python3.12/os.py": "",
            "bin/python3.12": "not started",
            "include/python3.12/patchlevel.h": '#define PY_MAJOR_VERSION 3\n#define PY_VERSION      "3.12.4"\n',
        },
    )
    found = describe_installation(str(tmp_path / "bin" / "python3.12"))
    assert (found.version, found.implementation, found.prefix) == ("3.12.4", "CPython", str(tmp_path))


def test_conda_tells_its_version_by_the_name_of_a_file(tmp_path: pathlib.Path) -> None:
    make_tree(
        tmp_path,
        {
            "lib/python3.10/os.py": "",
            "bin/python": "not started",
            "conda-meta/python-3.10.14-hd12c33a_0_cpython.json": "{}",
            "conda-meta/python-dateutil-2.9.0-pyhd8ed1ab_0.json": "{}",
        },
    )
    assert describe_installation(str(tmp_path / "bin" / "python")).version == "3.10.14"


@pytest.fixture
def unmarked(tmp_path: pathlib.Path) -> pathlib.Path:
    """A Python of which no file tells the full version, and that counts how often it was started."""
    make_tree(tmp_path, {"lib/python3.9/os.py": "", "bin/python3.9": f"#!/bin/sh\necho x >> {tmp_path}/starts\n"})
    with open(tmp_path / "bin" / "python3.9", "a") as file:
        file.write('echo \'["3.9.19", "pypy"]\'\n')
    (tmp_path / "bin" / "python3.9").chmod(0o755)
    return tmp_path


def test_a_python_that_no_file_describes_is_started_once(unmarked: pathlib.Path) -> None:
    executable = str(unmarked / "bin" / "python3.9")
    found = [describe_installation(executable, str(unmarked / "cache")) for _ in range(3)]
    assert {(one.version, one.implementation) for one in found} == {("3.9.19", "PyPy")}
    assert (unmarked / "starts").read_text() == "x\n"
    (unmarked / "bin" / "python3.9").touch()
    assert describe_installation(executable, str(unmarked / "cache")).version == "3.9.19"
    assert (unmarked / "starts").read_text() == "x\nx\n"


def test_a_python_that_cannot_be_started_leaves_what_pyvenv_says(tmp_path: pathlib.Path) -> None:
    make_tree(tmp_path, {"bin/python": "", "pyvenv.cfg": "home = /nowhere/bin\nversion_info = 3.12.1.final.0\n"})
    found = describe_installation(str(tmp_path / "bin" / "python"))
    assert (found.version, found.prefix, found.system_site_packages) == ("3.12.1", str(tmp_path), False)


@pytest.mark.parametrize("system", [False, True])
@pytest.mark.parametrize("flags", [(), ("-I",), ("-s",)])
def test_package_folders_are_those_that_python_itself_names(
    tmp_path: pathlib.Path, sealed: pathlib.Path, system: bool, flags: tuple[str, ...]
) -> None:
    venv.create(tmp_path / "v", with_pip=False, symlinks=True, system_site_packages=system)
    executable = str(tmp_path / "v" / "bin" / "python")
    family = "python{}.{}".format(*sys.version_info)
    (sealed / ".local" / "lib" / family / "site-packages").mkdir(parents=True)
    (tmp_path / "extra").mkdir()
    variables = {**os.environ, "PYTHONPATH": str(tmp_path / "extra")}
    script = "import sys; print('\\n'.join(p for p in sys.path if p.endswith(('-packages', 'extra'))))"
    said = subprocess.run([executable, *flags, "-c", script], env=variables, capture_output=True, text=True, check=True)
    assert list_package_folders(describe_installation(executable), variables, flags) == said.stdout.split()
