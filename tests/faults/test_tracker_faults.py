"""The in-script API on a bad day: it never raises into the script, and what ``log`` returned from is in the file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gitexp.format.frames import LOST
from kit.scripts import ScriptJournal
from kit.terminal import PATIENCE

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator


@pytest.fixture
def journal(tmp_path: pathlib.Path) -> ScriptJournal:
    """The journal of a run."""
    return ScriptJournal.create(tmp_path / "live")


def values(journal: ScriptJournal, name: str = "x") -> list[object]:
    """All numbers of a metric, sorted."""
    return sorted(found[name] for _, found in journal.metrics if name in found)


def test_a_million_names(journal: ScriptJournal) -> None:
    told = journal.run(
        "import gitexp\nmany = {f'layer{n}': n for n in range(1_000_000)}\n"
        "gitexp.log(many)\ngitexp.log(x=1)\ngitexp.log({'x': 2})\n"
    )

    assert told == ""
    (_, many), *others = journal.metrics
    assert (len(many), many["layer999999"]) == (1_000_000, 999_999)
    assert others == [(None, {"x": 1}), (None, {"x": 2})]


def test_a_process_that_outlives_its_run(journal: ScriptJournal, tmp_path: pathlib.Path) -> None:
    told = journal.run(
        "import gitexp, os, shutil, sys\ngitexp.log(x=1)\nshutil.rmtree(os.environ['GITEXP_RUN'])\n"
        "for n in range(1000): gitexp.log(x=n)\n"
    )

    assert told == "gitexp: the run ended before this process: what it logged since then is not recorded\n"
    assert not journal.folder.exists()


def test_a_process_that_begins_after_its_run(journal: ScriptJournal) -> None:
    told = journal.run(
        "import gitexp, os, shutil\nshutil.rmtree(os.environ['GITEXP_RUN'])\n"
        "for n in range(1000): gitexp.log(x=n); gitexp.log_text('a', 'b'); gitexp.note('c')\n"
        "assert gitexp.current() is None\n"
    )

    assert told == "gitexp: the run has ended: what is logged from now on is not recorded (told once)\n"
    assert not journal.folder.exists()


def test_a_process_that_ends_with_its_run_is_told_nothing(journal: ScriptJournal) -> None:
    told = journal.run(
        "import gitexp, os, shutil, time\ngitexp.log(x=1)\n"
        "end = time.monotonic() + 0.05\nwhile time.monotonic() < end: pass\n"  # a tick of the file system's clock
        "shutil.rmtree(os.environ['GITEXP_RUN'])\n"
    )

    assert told == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_logs_from_a_signal_handler(journal: ScriptJournal) -> None:
    journal.run(
        "import gitexp, itertools, signal\nnumbers = itertools.count()\ncount = 0\n"
        "def handle(number, frame):\n"
        "    global count\n    gitexp.log(x=(count := next(numbers)), y='bad')\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.0005)\n"
        "signal.signal(signal.SIGALRM, handle)\nsignal.setitimer(signal.ITIMER_REAL, 0.0005)\n"
        "main = 0\n"
        "while count < 200:\n    gitexp.log({'main': main})\n    main += 1\n"
        "signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
        "gitexp.log_params(main=main, count=next(numbers))\n"
    )

    ((params,),) = journal.records("p")
    assert values(journal) == list(range(params["count"]))
    assert values(journal, "main") == list(range(params["main"]))


def test_what_is_said_while_the_first_call_is_imported_is_said_then(journal: ScriptJournal) -> None:
    journal.run(
        "import gitexp, sys\n"
        "def interrupt(frame, event, argument):\n"  # as a signal's handler would, in the middle of the import
        "    if event == 'call' and frame.f_globals.get('__name__') == 'gitexp.tracker.metrics':\n"
        "        sys.setprofile(None)\n"
        "        gitexp.log(x=1)\n        gitexp.summary['best'] = 7\n"
        "sys.setprofile(interrupt)\n"
        "gitexp.log(x=0)\n"
    )

    assert sorted(values(journal)) == [0, 1]
    assert journal.records("s") == [({"best": 7},)]


def test_logs_while_the_interpreter_ends(journal: ScriptJournal) -> None:
    told = journal.run(
        "import atexit, gitexp\natexit.register(lambda: gitexp.log(x=1))\n"
        "class Model:\n    def __del__(self): gitexp.log(x=3)\n"
        "model = Model()\ngitexp.log(x=0)\natexit.register(lambda: gitexp.log(x=2, bad='text'))\n"
    )

    assert values(journal) == [0, 1, 2, 3]
    assert told == "gitexp: log: 'bad' is left out: a str is no number (told once)\n"


@pytest.mark.parametrize(
    "closing",
    [
        "",
        "import os; os.close(1); os.close(2)",
        "import sys; sys.stdout = sys.stderr = None",
        "import sys; sys.stderr.close()",
    ],
)
def test_streams_that_are_closed(journal: ScriptJournal, closing: str, tmp_path: pathlib.Path) -> None:
    command = journal.command(f"{closing}\nimport gitexp\ngitexp.log(x=1, bad=[])\ngitexp.log(x=2)\n")
    close = ">&- 2>&-" if not closing else ""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {close}', "sh", *command],
        env=journal.environment(), stdin=subprocess.DEVNULL, check=False, timeout=PATIENCE,
    )  # fmt: skip

    assert done.returncode == 0
    assert values(journal) == [1, 2]
    assert journal.warnings == ["log: 'bad' is left out: a list is no number"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_a_daemon_keeps_its_files_to_itself(journal: ScriptJournal, tmp_path: pathlib.Path) -> None:
    """It closes all it has and opens files of its own: those get the low numbers, that of standard error too."""
    journal.run(
        "import gitexp, os\ngitexp.log(x=0)\n"
        "read, write = os.pipe()\n"
        "if os.fork():\n    os.close(write)\n    os.read(read, 1)\n    os._exit(0)\n"
        "os.setsid()\n"
        "if os.fork(): os._exit(0)\n"
        "gitexp.log(x=1)\n"
        "os.closerange(0, write), os.closerange(write + 1, 4096)\n"
        "os.chdir('/')\n"
        f"for n in range(20): os.open({str(tmp_path)!r} + f'/own{{n}}', os.O_RDWR | os.O_CREAT)\n"
        "for n in range(20): gitexp.log(x=n + 2, bad='text')\n"
        "os._exit(0)\n"
    )

    assert [(tmp_path / f"own{number}").read_bytes() for number in range(20)] == [b""] * 20
    assert values(journal) == list(range(22))
    assert len(journal.warnings) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_a_low_limit_of_open_files(journal: ScriptJournal) -> None:
    journal.run(
        "import gitexp, os, resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))\n"
        "gitexp.log(x=0)\nos.closerange(3, 40)\ngitexp.log(x=1)\n"
    )

    assert values(journal) == [0, 1]


def test_elsewhere_and_without_an_environment(journal: ScriptJournal, tmp_path: pathlib.Path) -> None:
    journal.run("import gitexp, os\nos.environ.clear()\nos.chdir('/')\ngitexp.log(x=1)\ngitexp.log_text('a', 'b')\n")

    assert values(journal) == [1]
    assert journal.artifacts == {"a.txt": b"b"}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_forked_children_have_files_of_their_own(journal: ScriptJournal) -> None:
    journal.run(
        "import gitexp, os\ngitexp.log(x=-1)\n"
        "for child in range(4):\n"
        "    if not os.fork():\n"
        "        for n in range(100): gitexp.log(x=child * 100 + n)\n"
        "        os._exit(0)\n"
        "for n in range(100): gitexp.log(x=400 + n)\n"
        "for child in range(4): os.wait()\n"
    )

    assert values(journal) == list(range(-1, 500))
    assert sorted(map(len, journal.files)) == [101, 101, 101, 101, 102]
    assert len({file[0][4] for file in journal.files}) == 5


def test_threads(journal: ScriptJournal) -> None:
    journal.run(
        "import gitexp, threading\nbarrier = threading.Barrier(8)\n"
        "def work(first):\n    barrier.wait()\n    for n in range(500): gitexp.log({'x': first + n}, step=n)\n"
        "threads = [threading.Thread(target=work, args=(n * 500,)) for n in range(8)]\n"
        "[thread.start() for thread in threads]\n[thread.join() for thread in threads]\n"
    )

    assert values(journal) == list(range(4000))


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_workers_of_multiprocessing(journal: ScriptJournal, method: str) -> None:
    journal.run(
        "import gitexp, multiprocessing\n"
        "def work(n): gitexp.log(x=n)\n"
        "if __name__ == '__main__':\n"
        "    gitexp.log(x=-1)\n"
        f"    with multiprocessing.get_context({method!r}).Pool(2) as pool: pool.map(work, range(20))\n"
    )

    assert values(journal) == list(range(-1, 20))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_what_log_returned_from_survives_a_kill(journal: ScriptJournal) -> None:
    script = subprocess.Popen(
        journal.command(
            "import gitexp, itertools, sys\n"
            "for n in itertools.count():\n    gitexp.log(x=n)\n    sys.stdout.write(f'{n}\\n'); sys.stdout.flush()\n"
        ),
        env=journal.environment(),
        stdout=subprocess.PIPE,
    )
    assert script.stdout is not None
    said = [script.stdout.readline() for _ in range(1000)]
    script.send_signal(signal.SIGKILL)
    said += script.stdout.readlines()
    script.stdout.close()
    script.wait(PATIENCE)

    last = max(int(line) for line in said if line.endswith(b"\n"))
    assert set(range(int(last) + 1)) <= set(values(journal))


FULL = """
import gitexp, os, sys
if sys.argv[1] == "limit":
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, resource.RLIM_INFINITY))
said = 0
def log_some(count):
    global said
    for _ in range(count):
        gitexp.log(x=said)
        said += 1
log_some(10)
filler = os.path.join(os.environ["GITEXP_RUN"], "filler")
if sys.argv[1] == "disk":
    with open(filler, "wb", buffering=0) as file:
        try:
            while True: file.write(bytes(4096))
        except OSError:
            pass
log_some(5000)
gitexp.log_text("a", "b" * 10_000)
if sys.argv[1] == "disk":
    os.unlink(filler)
    log = os.path.join(os.environ["GITEXP_RUN"], "log")
    files = len(os.listdir(log))
    while len(os.listdir(log)) == files: log_some(1)
log_some(10)
print(said)
"""


@pytest.fixture
def small_disk(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A file system of one megabyte."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if (
        sys.platform != "linux"
        or os.getuid() != 0
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        pytest.skip("a small file system can only be mounted by root, on Linux")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_costs_what_came_meanwhile_and_that_is_counted(small_disk: pathlib.Path) -> None:
    journal = ScriptJournal.create(small_disk, torn=True)
    told = journal.run(FULL, "disk").splitlines()

    found = values(journal)
    assert found[:10] == list(range(10))
    assert found[-11:] == list(range(found[-11], found[-11] + 11))
    lost = [(count, why) for count, why in journal.records(LOST)]
    assert {why for _, why in lost} == {"No space left on device"}
    # What was told of the text is a record too, as is that it is one of ours: both were lost.
    assert len(found) + sum(count for count, _ in lost) == found[-1] + 1 + len(told)
    assert told == [
        "gitexp: nothing can be recorded: No space left on device (told once)",
        "gitexp: log_text: 'a.txt' is left out: nothing can be recorded (told once)",
    ]
    assert journal.artifacts == {}
    assert list(journal.folder.glob("partial/*")) == []


def test_a_disk_that_stays_full_is_told_at_the_end(small_disk: pathlib.Path) -> None:
    journal = ScriptJournal.create(small_disk, torn=True)
    told = journal.run(
        "import gitexp\n"
        f"with open({str(small_disk / 'filler')!r}, 'wb', buffering=0) as filler:\n"
        "    try:\n        while True: filler.write(bytes(4096))\n    except OSError: pass\n"
        "for n in range(100): gitexp.log(x=n)\n"
    ).splitlines()

    assert told == [
        "gitexp: nothing can be recorded: No space left on device (told once)",
        "gitexp: 100 records are lost: No space left on device",
    ]
    assert list((journal.folder / "log").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_a_limit_of_file_size_costs_nothing(tmp_path: pathlib.Path) -> None:
    journal = ScriptJournal.create(tmp_path, torn=True)
    told = journal.run(FULL, "limit")

    assert values(journal) == list(range(5020))
    assert len(journal.files) > 10
    assert told == "gitexp: log_text: File too large (told once)\n"


RANKS = """
import gitexp
gitexp.log(x=1)
gitexp.log(x=2)
gitexp.summary["y"] = 1
gitexp.note("n")
gitexp.log_text("a", "b")
"""


@pytest.mark.parametrize(
    ("variables", "names", "rank"),
    [
        ({}, {"x", "y"}, None),
        ({"RANK": "0"}, {"x", "y"}, 0),
        ({"RANK": "1"}, set(), None),
        ({"SLURM_PROCID": "2"}, set(), None),
        ({"OMPI_COMM_WORLD_RANK": "2"}, set(), None),
        ({"PMI_RANK": "1"}, set(), None),
        ({"LOCAL_RANK": "1"}, set(), None),
        ({"RANK": "0", "LOCAL_RANK": "1"}, {"x", "y"}, 0),
        ({"RANK": "", "LOCAL_RANK": "main"}, {"x", "y"}, None),
        ({"SLURM_PROCID": "3", "GITEXP_RANKS": "SLURM_PROCID=3"}, {"x", "y"}, None),
        ({"SLURM_PROCID": "3", "GITEXP_RANKS": "SLURM_PROCID=0"}, set(), None),
        ({"SLURM_PROCID": "3", "RANK": "1", "GITEXP_RANKS": "SLURM_PROCID=3"}, set(), None),
        ({"RANK": "2", "GITEXP_ALL_RANKS": "1"}, {"rank2.x", "rank2.y"}, 2),
        ({"RANK": "0", "GITEXP_ALL_RANKS": "1"}, {"x", "y"}, 0),
        ({"RANK": "2", "GITEXP_ALL_RANKS": "0"}, set(), None),
    ],
)
def test_who_is_heard_in_distributed_training(
    journal: ScriptJournal, variables: dict[str, str], names: set[str], rank: int | None
) -> None:
    told = journal.run(RANKS, env=variables)

    assert told == ""
    assert {name for kind in "ms" for record in journal.records(kind) for name in record[-1]} == names
    assert [file[0][5] for file in journal.files] == ([rank] if names else [])
    leads = bool(names) and not rank
    assert (journal.records("n"), journal.artifacts) == (([("n",)], {"a.txt": b"b"}) if leads else ([], {}))


def test_ranks_that_only_torch_knows(journal: ScriptJournal) -> None:
    """``torch.multiprocessing.spawn`` sets no variable."""
    stand_in = (
        "import sys, types\nmodule = types.ModuleType('torch.distributed')\n"
        "module.is_available = module.is_initialized = lambda: True\nmodule.get_rank = lambda: {}\n"
        "sys.modules['torch.distributed'] = module\n"
    )
    journal.run(stand_in.format(1) + RANKS)
    assert journal.files == []

    journal.run(stand_in.format(0) + RANKS)
    assert values(journal) == [1, 2]

    told = journal.run(stand_in.format("1 / 0") + RANKS)
    assert values(journal) == [1, 1, 2, 2]
    assert "the rank of this process is unknown" in told
