"""The rows about data and weights: hashing, keeping and fetching against DVC and cp on the same files."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from measure import Command, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from rows import Ground

GB = 1_000_000_000
MB = 1_000_000
FILES = 10_000


def keep_gb(beside: str) -> Callable[[Ground], Row]:
    """1 GB of weights into the cache, against ``dvc add`` or ``cp`` of the same file."""

    def make(ground: Ground) -> Row:
        folder = _project(ground)
        big = _write(os.path.join(folder, "big.bin"), GB)
        cache, theirs = os.path.join(folder, ".git", "exp", "cache"), os.path.join(folder, ".dvc", "cache")
        copy = os.path.join(ground.scratch, "copy.bin")

        def forget() -> None:
            for place in (cache, theirs, f"{folder}/.dvc/tmp", f"{ground.scratch}/site"):
                shutil.rmtree(place, ignore_errors=True)
            for file in (copy, f"{big}.dvc"):
                if os.path.exists(file):
                    os.remove(file)

        line = {"dvc": [ground.python, "-m", "dvc", "add", "--quiet", "big.bin"], "cp": ["cp", big, copy]}[beside]
        return Row(
            f"keep-1gb-{beside}",
            f"`exp run --artifact big.bin` of 1 GB, against `{'dvc add' if beside == 'dvc' else 'cp'}`",
            {"dvc": 1.0, "cp": 4.0}[beside],
            {
                "a": Command(
                    [ground.exp, "run", "--quiet", "--artifact", "big.bin", "--", "touch", "big.bin"],
                    folder,
                    prepare=forget,
                ),
                "b": Command(line, folder, prepare=forget),
            },
            note="one core makes 0.7 GB of MD5 a second; cp hashes nothing" if beside == "cp" else "",
            most=5,
        )

    return make


def data_again(ground: Ground) -> Row:
    """A second run on a folder that did not change."""
    folder = _project(ground)
    data = os.path.join(folder, "data")
    if not os.path.isdir(data):
        for number in range(FILES):
            os.makedirs(f"{data}/{number % 100:02}", exist_ok=True)
            with open(f"{data}/{number % 100:02}/{number}.bin", "wb") as file:
                file.write(os.urandom(100_000))
        _settle(folder)
    line = [ground.exp, "run", "--quiet", "--data", "data", "--", "true"]
    return Row(
        "data-again",
        f"a second run on unchanged data: {FILES:,} files, 1 GB",
        2.0,
        {"a": Command(line, folder), "b": Command([ground.exp, "run", "--quiet", "--", "true"], folder)},
        note="b is the same run without data",
        most=9,
    )


def get_weights(ground: Ground) -> Row:
    """100 MB of weights from a folder that is the data remote, against ``dvc pull`` of the same file."""
    folder = _project(ground)
    weights = _write(os.path.join(folder, "weights.bin"), 100 * MB)
    remote = os.path.join(ground.scratch, "storage")
    bare = os.path.join(ground.scratch, "storage.git")
    if not os.path.isdir(remote):
        _run(ground, folder, ground.python, "-m", "dvc", "remote", "add", "--quiet", "--default", "storage", remote)
        _run(ground, folder, "git", "init", "--quiet", "--bare", bare)
        _run(ground, folder, "git", "push", "--quiet", bare, "HEAD:refs/heads/main")
        line = ("run", "--quiet", "--name", "weights", "--artifact", "weights.bin", "--", "touch", "weights.bin")
        _run(ground, folder, ground.exp, *line)
        _run(ground, folder, ground.exp, "push", "--quiet", "--to", bare, "last")
        _run(ground, folder, ground.python, "-m", "dvc", "add", "--quiet", "weights.bin")
        _run(ground, folder, ground.python, "-m", "dvc", "push", "--quiet")
    out = os.path.join(ground.scratch, "got")
    places = (out, f"{folder}/.git/exp/cache", f"{folder}/.dvc/cache", f"{folder}/.dvc/tmp", f"{ground.scratch}/site")

    def forget() -> None:
        for place in places:
            shutil.rmtree(place, ignore_errors=True)
        if os.path.exists(weights):
            os.remove(weights)

    return Row(
        "get-100mb",
        "`exp get` of 100 MB from a data remote that is a folder, nothing cached, against `dvc pull`",
        1.0,
        {
            "a": Command([ground.exp, "get", "weights", "weights.bin", "-o", out], folder, prepare=forget),
            "b": Command([ground.python, "-m", "dvc", "pull", "--quiet", "weights.bin.dvc"], folder, prepare=forget),
        },
        most=9,
    )


def _project(ground: Ground) -> str:
    """A repository in which DVC is set up, with sealed folders of its own."""
    folder = os.path.join(ground.scratch, "data-project")
    ground.environment |= {"DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": os.path.join(ground.scratch, "site")}
    if not os.path.isdir(folder):
        os.makedirs(folder)
        _run(ground, folder, "git", "init", "--quiet")
        _run(ground, folder, ground.python, "-m", "dvc", "init", "--quiet")
        with open(os.path.join(folder, ".gitignore"), "w", encoding="utf-8") as file:
            file.write("*.bin\n/data\n")
        _run(ground, folder, "git", "add", "-A")
        _run(ground, folder, "git", "commit", "--quiet", "-m", "project")
    return folder


def _write(path: str, size: int) -> str:
    """A file of random bytes, made once."""
    if not os.path.exists(path):
        with open(path, "wb") as file:
            for _ in range(size // MB):
                file.write(os.urandom(MB))
    return path


def _settle(folder: str) -> None:
    """Makes files old enough that their times tell whether they changed."""
    for place, _, names in os.walk(os.path.join(folder, "data")):
        for name in names:
            os.utime(os.path.join(place, name), (1_700_000_000, 1_700_000_000))


def _run(ground: Ground, folder: str, *line: str) -> None:
    subprocess.run(line, cwd=folder, env=ground.environment, check=True, stdin=subprocess.DEVNULL, capture_output=True)


DATA_ROWS: dict[str, Callable[[Ground], Row]] = {
    "keep-1gb-dvc": keep_gb("dvc"),
    "keep-1gb-cp": keep_gb("cp"),
    "data-again": data_again,
    "get-100mb": get_weights,
}
