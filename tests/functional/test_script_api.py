"""Scripts under ``exp run`` that speak of their own run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kit.exp import only_run, run_exp

if TYPE_CHECKING:
    from kit.git import GitFolder


def test_a_script_knows_its_run(folder: GitFolder) -> None:
    folder.gen(
        {"train.py": "import gitexp, os\nrun = gitexp.current()\nprint(run.id, run.name, os.listdir(run.folder))\n"}
    )

    ran = run_exp(folder, "run", "--name", "first", "--", "python", "train.py")

    assert ran.out == f"{only_run(folder)['id']} first []\n"


TELL = (
    "import gitexp, json, os\ngitexp.log(x=1)\n"
    "log = os.path.join(os.environ['GITEXP_RUN'], 'log')\n"
    "print(json.dumps([os.environ.get('GITEXP_RANKS'), os.environ.get('GITEXP_ALL_RANKS'), len(os.listdir(log))]))\n"
)


@pytest.mark.parametrize(
    ("options", "variables", "told"),
    [
        ([], {}, [None, None, 1]),
        ([], {"SLURM_PROCID": "3", "RANK": "x"}, ["SLURM_PROCID=3", None, 1]),
        ([], {"GITEXP_RANKS": "RANK=1", "GITEXP_ALL_RANKS": "1"}, [None, "1", 1]),
        (["--all-ranks"], {"RANK": "1", "LOCAL_RANK": "0"}, ["RANK=1;LOCAL_RANK=0", "1", 1]),
    ],
)
def test_ranks_of_the_run_as_a_whole(
    folder: GitFolder, options: list[str], variables: dict[str, str], told: list[object]
) -> None:
    """``srun -n4 exp run`` is four runs, and each of them is heard."""
    folder.gen({"train.py": TELL})

    ran = run_exp(folder, "run", *options, "--", "python", "train.py", env=variables)

    assert json.loads(ran.out) == told, ran.err


def test_ranks_within_a_run(folder: GitFolder) -> None:
    folder.gen({"train.py": TELL})

    ran = run_exp(folder, "run", "--", "env", "RANK=1", "python", "train.py")

    assert json.loads(ran.out) == [None, None, 0], ran.err
