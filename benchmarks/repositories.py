"""What is measured on: an interpreter with 300 packages, repositories of many files, repositories of many runs."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import site
import subprocess
import sys
import venv
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gitexp.format.manifest import format_manifest
from gitexp.format.message import format_message
from gitexp.format.series import format_series
from gitexp.model.fingerprint import fingerprint
from gitexp.model.ids import id_from_random, name_from_random
from gitexp.model.metrics import Point, summarize
from gitexp.model.refs import DEFAULT_EXPERIMENT, run_ref
from gitexp.model.run import Code, Environment, Run, Status, User

if TYPE_CHECKING:
    from typing import IO

ADA = User("Ada Lovelace", "ada@example.org")
PACKAGES = 300
CACHE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), ".cache", "benchmarks")


def seal(home: str) -> dict[str, str]:
    """The environment variables of every command that is timed: no configuration of whoever measures."""
    os.makedirs(home, exist_ok=True)
    with open(os.path.join(home, ".gitconfig"), "w", encoding="utf-8") as file:
        file.write(f"[user]\n\tname = {ADA.name}\n\temail = {ADA.email}\n[init]\n\tdefaultBranch = main\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "EXP_", "PYTHON"))}
    return kept | {
        "HOME": home,
        "XDG_CONFIG_HOME": os.path.join(home, ".config"),
        "XDG_CACHE_HOME": os.path.join(home, ".cache"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.path.join(home, ".gitconfig"),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "120",
    }


def make_interpreter(folder: str) -> str:
    """A virtual environment that sees this one's packages and, up to 300, made ones; returns its folder of programs.

    The made ones are a ``.dist-info`` with METADATA and RECORD each, and no code: listing packages reads just these.
    """
    venv.create(folder, symlinks=True)
    programs = os.path.join(folder, "bin")
    packages = os.path.join(folder, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}", "site-packages")
    real = [path for path in site.getsitepackages() if os.path.isdir(path)]
    with open(os.path.join(packages, "real.pth"), "w", encoding="utf-8") as file:
        file.writelines(f"import site; site.addsitedir({path!r})\n" for path in real)
    there = sum(name.endswith(".dist-info") for path in real for name in os.listdir(path))
    for number in range(PACKAGES - there):
        info = os.path.join(packages, f"made_{number}-1.0.{number}.dist-info")
        os.mkdir(info)
        with open(os.path.join(info, "METADATA"), "w", encoding="utf-8") as file:
            file.write(f"Metadata-Version: 2.4\nName: made-{number}\nVersion: 1.0.{number}\n" + "Classifier: x\n" * 40)
        with open(os.path.join(info, "RECORD"), "w", encoding="utf-8") as file:
            file.writelines(f"made_{number}/part_{part}.py,sha256=0,100\n" for part in range(30))
    program = os.path.join(programs, "exp")
    with open(program, "w", encoding="utf-8") as file:
        file.write(f"#!{os.path.join(programs, 'python')}\nfrom gitexp.__main__ import main\n\nmain()\n")
    os.chmod(program, 0o755)
    return programs


def make_files(folder: str, files: int, environment: dict[str, str], changed: int = 0) -> str:
    """A repository with a commit of so many files, 100 to a folder, the first few changed since."""
    os.makedirs(folder)
    for number in range(files):
        name = _file_name(folder, number)
        if number % 100 == 0:
            os.makedirs(os.path.dirname(name))
        with open(name, "w", encoding="ascii") as file:
            file.write(f"value = {number}\n" * 10)
    for line in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "files"]):
        subprocess.run(["git", *line], cwd=folder, env=environment, check=True)
    for number in range(changed):
        with open(_file_name(folder, number), "a", encoding="ascii") as file:
            file.write("changed = True\n")
    subprocess.run(["git", "status"], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return folder


def _file_name(folder: str, number: int) -> str:
    return os.path.join(folder, "src", f"part{number // 100:04d}", f"file{number % 100:02d}.py")


def make_runs(runs: int, environment: dict[str, str]) -> str:
    """A repository with so many runs of 10 params, 10 metrics and 10 steps, packed, kept for next time."""
    with open(__file__, "rb") as file:
        key = hashlib.sha256(file.read() + format_message(make_run(0, "0" * 40, "0" * 40)[0])).hexdigest()[:12]
    folder = os.path.join(CACHE, f"runs-{runs}-{key}")
    if os.path.isdir(folder):
        return folder
    unfinished = f"{folder}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    make_files(unfinished, 10, environment)
    head, tree = (
        subprocess.run(
            ["git", "rev-parse", "HEAD", "HEAD^{tree}"],
            cwd=unfinished,
            env=environment,
            check=True,
            capture_output=True,
        )
        .stdout.decode()
        .split()
    )
    with subprocess.Popen(
        ["git", "fast-import", "--quiet"], cwd=unfinished, env=environment, stdin=subprocess.PIPE
    ) as git:
        assert git.stdin is not None
        for number in range(runs):
            _write_run(git.stdin, number, head, tree)
    if git.returncode:
        raise RuntimeError(f"git fast-import ended with {git.returncode}")
    for line in (["pack-refs", "--all"], ["repack", "-adq"], ["commit-graph", "write"]):
        subprocess.run(["git", *line], cwd=unfinished, env=environment, check=True)
    os.rename(unfinished, folder)
    return folder


def make_run(number: int, head: str, tree: str) -> tuple[Run, list[Point]]:
    """The run of a number: always the same one."""
    chance = random.Random(number)
    entropy = chance.randbytes(9)
    run_id = id_from_random(entropy)
    started = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    command = ("python", "train.py", "--lr", str(chance.choice([0.1, 0.01, 0.001])), "--seed", str(number))
    params = {"lr": float(command[3]), "seed": number} | {
        f"model.p{place}": chance.randrange(100) for place in range(8)
    }
    points = [
        Point(f"m{metric}", chance.random(), step, step + metric / 100) for step in range(10) for metric in range(10)
    ]
    status = Status.FAILED if number % 10 == 9 else Status.FINISHED
    run = Run(
        id=run_id,
        name=name_from_random(run_id, entropy),
        experiment=DEFAULT_EXPERIMENT,
        project=".",
        status=status,
        exit_code=int(status is Status.FAILED),
        signal=None,
        started_at=started,
        ended_at=started + timedelta(seconds=chance.randrange(1, 5000)),
        command=command,
        directory=".",
        user=ADA,
        host="bench",
        params=params,
        metrics=summarize(points, "output"),
        code=Code(commit=head, branch="main", dirty=False, snapshot=head),
        environment=Environment(python="3.11.7", implementation="CPython", platform="Linux", cores=8),
        seed=number,
        fingerprint=fingerprint(
            tree=tree,
            directory=".",
            command=command,
            params=params,
            data={},
            packages=None,
            python="3.11.7",
            seed=number,
        ),
    )
    return run, points


def _write_run(stream: IO[bytes], number: int, head: str, tree: str) -> None:
    run, points = make_run(number, head, tree)
    assert run.ended_at is not None
    message = format_message(run)
    who = f"{ADA.name} <{ADA.email}>"
    stream.write(
        f"commit {run_ref(run.experiment, run.id)}\nauthor {who} {run.started_at.timestamp():.0f} +0000\n"
        f"committer {who} {run.ended_at.timestamp():.0f} +0000\ndata {len(message)}\n".encode()
    )
    stream.write(message + f"\nfrom {head}\n".encode())
    name, series = format_series(lambda: points)
    for path, content in (("run.yaml", format_manifest(run)), (name, b"".join(series)), ("output.log", b"")):
        stream.write(f"M 100644 inline .exp/{path}\ndata {len(content)}\n".encode() + content + b"\n")
    stream.write(b"\n")
