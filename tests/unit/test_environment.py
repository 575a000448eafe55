from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.capture.environment import describe_environment
from gitexp.capture.interpreter import Interpreter, InterpreterWatch, Unknown
from gitexp.capture.lock_files import find_lock_files, read_lock_files
from gitexp.capture.priority import lower_priority
from gitexp.capture.variables import select_variables
from gitexp.model.urls import strip_credentials_in

if TYPE_CHECKING:
    import pathlib


def test_only_listed_variables_are_recorded() -> None:
    environ = {
        "CUDA_VISIBLE_DEVICES": "0,1",
        "SLURM_JOB_ID": "7",
        "SLURM_JWT": "eyJ",
        "NCCL_DEBUG": "INFO",
        "OMP_NUM_THREADS": "8",
        "AWS_SECRET_ACCESS_KEY": "x",
        "HOME": "/home/ada",
        "VIRTUAL_ENV": "/home/ada/.venv",
        "TOKENIZERS_PARALLELISM": "false",
        "PASSWORD": "x",
    }
    names = ["CUDA_VISIBLE_DEVICES", "NCCL_DEBUG", "OMP_NUM_THREADS", "SLURM_JOB_ID", "TOKENIZERS_PARALLELISM"]
    assert list(select_variables(environ)) == names


def test_a_glob_never_takes_a_secret_and_a_full_name_does() -> None:
    environ = {"MYLAB_QUEUE": "a", "MYLAB_API_KEY": "b", "TORCH_AUTH_TOKEN": "c"}
    assert select_variables(environ, ["MYLAB_*"]) == {"MYLAB_QUEUE": "a"}
    assert select_variables(environ, ["MYLAB_API_KEY"]) == {"MYLAB_API_KEY": "b"}


def test_values_are_bounded_and_printable() -> None:
    selected = select_variables({"TZ": "x" * 5000, "LANG": os.fsdecode(b"caf\xe9")})
    assert selected["TZ"] == "x" * 1000 + "… (5000 characters)"
    assert selected["LANG"] == "caf\\xe9"


@pytest.mark.parametrize(
    ("url", "stripped"),
    [
        ("https://user:pass@example.org/a", "https://example.org/a"),
        ("https://ghp_token@example.org/a", "https://example.org/a"),
        ("https://user:p@ss@example.org/a", "https://example.org/a"),
        ("x https://u:p@q@h/a, y https://h/b@c", "x https://h/a, y https://h/b@c"),
        ("git+ssh://git@example.org/a", "git+ssh://git@example.org/a"),
        ("ssh://git:pass@example.org/a", "ssh://git@example.org/a"),
        ("https://${USER}:${TOKEN}@example.org/a", "https://${USER}:${TOKEN}@example.org/a"),
        ("https://__token__:${TOKEN}@example.org/a", "https://example.org/a"),
        ("a @ https://example.org/b@1.0#egg=c", "a @ https://example.org/b@1.0#egg=c"),
        ("--index-url 'http://a:b@h/x' https://c:d@h/y", "--index-url 'http://h/x' https://h/y"),
    ],
)
def test_credentials_are_taken_out_of_urls(url: str, stripped: str) -> None:
    assert strip_credentials_in(url) == stripped


@given(st.text(alphabet="abc:/@ ${}.#\n'", max_size=40))
def test_taking_credentials_out_twice_changes_nothing_more(text: str) -> None:
    assert strip_credentials_in(strip_credentials_in(text)) == strip_credentials_in(text)


def test_the_nearest_lock_file_of_each_name_is_read(tmp_path: pathlib.Path) -> None:
    top, project = tmp_path / "repo", tmp_path / "repo" / "services" / "fraud"
    project.mkdir(parents=True)
    (tmp_path / "poetry.lock").write_text("outside")
    (top / "uv.lock").write_text("top")
    (top / "requirements.txt").write_text("top")
    (project / "requirements.txt").write_text("-i https://ada:secret@example.org/simple\nnumpy\n")
    (project / "requirements-dev.txt").write_text("pytest\n")
    (project / "notes.txt").write_text("")
    read = read_lock_files(str(project), str(top))
    assert read.files == {
        "requirements.txt": b"-i https://example.org/simple\nnumpy\n",
        "requirements-dev.txt": b"pytest\n",
        "uv.lock": b"top",
    }
    assert read.warnings == ("requirements.txt was recorded without the credentials in its URLs",)


def test_a_lock_file_out_of_the_repository_or_too_large_is_left_out(tmp_path: pathlib.Path) -> None:
    top = tmp_path / "repo"
    top.mkdir()
    (tmp_path / "outside").write_text("secret")
    (top / "uv.lock").symlink_to(tmp_path / "outside")
    (top / "pylock.toml").write_bytes(b"\xff" * 5_000_001)
    (top / "poetry.lock").write_bytes(b"caf\xe9")
    assert sorted(find_lock_files(str(top), str(top))) == ["poetry.lock", "pylock.toml"]
    read = read_lock_files(str(top), str(top))
    assert read.files == {"poetry.lock": b"caf\xe9"}
    assert read.warnings == ("pylock.toml was not recorded: it is larger than 5 MB",)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a thread a priority of its own to read back")
def test_only_the_calling_thread_gives_way() -> None:
    before = os.getpriority(os.PRIO_PROCESS, 0)
    seen: list[object] = []

    def work() -> None:
        seen.append(lower_priority())
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        said = subprocess.run(["ionice", "-p", str(threading.get_native_id())], capture_output=True, check=True)
        seen.append(said.stdout.strip())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [None, 19, b"idle"]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


def test_an_environment_is_described_as_a_whole(tmp_path: pathlib.Path) -> None:
    (tmp_path / "uv.lock").write_text("version = 1\n")
    variables = {**os.environ, "PYTHONHASHSEED": "0"}
    found = InterpreterWatch([sys.executable, "train.py"], variables, str(tmp_path)).answer()
    assert isinstance(found, Interpreter)
    record = describe_environment(
        found, variables, project=str(tmp_path), top=str(tmp_path), cache=str(tmp_path / "cache")
    )
    assert sorted(record.files) == ["packages.txt", "uv.lock"]
    assert b"\npytest==" in record.files["packages.txt"]
    environment = record.environment
    assert environment.packages == hashlib.sha256(record.files["packages.txt"]).hexdigest()
    assert environment.locks == ("uv.lock",)
    assert environment.python == "{}.{}.{}".format(*sys.version_info)
    assert environment.variables["PYTHONHASHSEED"] == "0"
    assert environment.unknown is None
    assert record.warnings == ()


def test_an_unknown_interpreter_leaves_the_machine_known(tmp_path: pathlib.Path) -> None:
    record = describe_environment(Unknown("not a Python program"), {}, project=str(tmp_path), top=str(tmp_path))
    assert record.environment.unknown == "not a Python program"
    assert record.environment.python is None
    assert record.environment.packages is None
    assert record.environment.cores is not None
    assert record.files == {}


def test_what_could_not_be_found_out_is_said(tmp_path: pathlib.Path) -> None:
    python = Interpreter(
        executable=str(tmp_path / "repo" / ".venv" / "bin" / "python"),
        prefix=str(tmp_path / "repo" / ".venv"),
        base_prefix="/usr",
        version=None,
        implementation="CPython",
        package_folders=(),
        how="process",
        others=("/opt/other",),
    )
    record = describe_environment(python, {}, project=str(tmp_path / "repo"), top=str(tmp_path / "repo"))
    assert record.environment.executable == ".venv/bin/python"
    assert record.warnings == (
        "the version of .venv/bin/python could not be found out",
        "more than one Python ran: the packages are those of .venv, not of /opt/other",
        "no package folder was found for .venv/bin/python",
    )
