"""``gitexp.start``: runs of scripts and notebooks that no ``exp run`` began."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.exp import Ran, manifest, only_run, part, refs, run_exp
from kit.terminal import PATIENCE, Terminal, wait_until

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder


def run_script(folder: GitFolder, code: str, *arguments: str, where: str = ".") -> Ran:
    """Runs a script that is committed, and waits for its end."""
    folder.gen({"script.py": code})
    folder.commit("script")
    done = subprocess.run(
        [sys.executable, str(folder.path / "script.py"), *arguments],
        cwd=folder.path / where, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def journals(folder: GitFolder) -> list[pathlib.Path]:
    """What is left of runs that were going."""
    place = folder.path / ".git" / "exp" / "live"
    return list(place.iterdir()) if place.exists() else []


def test_a_block_is_a_run(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        "import gitexp, sys\n"
        "with gitexp.start('trees', name='first', params={'lr': 0.1}, tags={'team': 'fraud'}, note='why',\n"
        "                  hypothesis='deeper', seed=3) as run:\n"
        "    print('loss=0.5')\n    print('to err', file=sys.stderr)\n"
        "    gitexp.log(auc=0.9, step=1)\n"
        "    gitexp.log_text('notes', 'kept')\n"
        "    assert gitexp.current().id == run.id\n"
        "    print(run.id, run.name)\n"
        "assert gitexp.current() is None\n"
        "print('after')\n",
        "--depth",
        "4",
    )

    assert ran.status == 0, ran.err
    run = only_run(folder)
    assert ran.out == f"loss=0.5\n{run['id']} first\nafter\n"
    said = ran.err.splitlines()
    assert said[0] == "to err"
    assert said[1].startswith("exp: finished  first in ")
    assert len(said) == 2
    assert (run["experiment"], run["name"], run["status"], run["exit_code"]) == ("trees", "first", "finished", 0)
    assert run["command"] == ["python", str(folder.path / "script.py"), "--depth", "4"]
    assert (run["note"], run["hypothesis"], run["seed"]) == ("why", "deeper", 3)
    assert (run["params"]["depth"], run["params"]["lr"], run["tags"]) == (4, 0.1, {"team": "fraud"})
    assert run["metrics"]["loss"]["last"] == 0.5
    assert run["metrics"]["auc"]["source"] == "api"
    assert part(folder, run["ref"], "artifacts/notes.txt") == "kept"
    assert part(folder, run["ref"], "output.log") == f"loss=0.5\nto err\n{run['id']} first"
    assert run["environment"]["executable"].startswith(sys.prefix)
    assert journals(folder) == []
    assert folder.state()["status"] == ""


ENDS = """
import gitexp, sys
def work():
    {}
if sys.argv[1] == "with":
    with gitexp.start():
        gitexp.log(x=1)
        print("going")
        work()
else:
    run = gitexp.start()
    gitexp.log(x=1)
    print("going")
    work()
"""


@pytest.mark.parametrize("how", ["with", "without"])
@pytest.mark.parametrize(
    ("code", "status", "word", "facts"),
    [
        ("pass", 0, "finished", {"exit_code": 0}),
        ("raise ValueError('too deep')", 1, "failed", {"exit_code": 1}),
        ("raise KeyboardInterrupt", -signal.SIGINT, "interrupted", {"signal": "SIGINT"}),
    ],
)
def test_the_end_is_that_of_the_script(
    folder: GitFolder, how: str, code: str, status: int, word: str, facts: dict[str, object]
) -> None:
    ran = run_script(folder, ENDS.format(code), how)

    assert ran.status == status, ran.err
    run = only_run(folder)
    assert (run["status"], {name: run.get(name) for name in facts}) == (word, facts)
    output = part(folder, run["ref"], "output.log")
    assert output.startswith("going")
    assert ("Traceback" in output) == (code != "pass")
    assert f"exp: {word}" in ran.err
    assert journals(folder) == []


@pytest.mark.parametrize(
    ("code", "status", "word"),
    [("sys.exit(3)", 3, "failed"), ("sys.exit()", 0, "finished"), ("sys.exit('bad')", 1, "failed")],
)
def test_an_exit_from_a_block(folder: GitFolder, code: str, status: int, word: str) -> None:
    ran = run_script(folder, ENDS.format(code), "with")

    assert ran.status == status
    run = only_run(folder)
    assert (run["status"], run["exit_code"]) == (word, status)


def test_an_exception_that_was_caught_elsewhere(folder: GitFolder) -> None:
    """The block failed, and the script goes on, with another run."""
    ran = run_script(
        folder,
        "import gitexp\n"
        "for n in range(2):\n"
        "    try:\n"
        "        with gitexp.start(name=f'run{n}'):\n            print('in', n)\n            1 / n\n"
        "    except ZeroDivisionError:\n        print('caught')\n"
        "run = gitexp.start(name='third')\nrun.end()\nrun.end()\n",
    )

    assert ran.status == 0, ran.err
    found = {run["name"]: run for run in (manifest(folder, ref) for ref in refs(folder))}
    assert {name: run["status"] for name, run in found.items()} == {
        "run0": "failed",
        "run1": "finished",
        "third": "finished",
    }
    output = part(folder, found["run0"]["ref"], "output.log")
    assert output.startswith("in 0\nTraceback")
    assert "ZeroDivisionError" in output
    assert part(folder, found["run1"]["ref"], "output.log") == "in 1"


def test_outside_a_repository_the_script_runs_as_ever(tmp_path: pathlib.Path) -> None:
    (tmp_path / "script.py").write_text(
        "import gitexp\nwith gitexp.start(params={'lr': 1}) as run:\n"
        "    gitexp.log(x=1)\n    print(run, gitexp.current())\n"
    )
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )

    assert done.returncode == 0
    assert done.stdout == "<gitexp run that is not recorded> None\n"
    (line,) = done.stderr.splitlines()
    assert line.startswith("gitexp: NOT RECORDED: ")
    assert "git init" in line


def test_a_name_that_is_none_is_said(folder: GitFolder) -> None:
    ran = run_script(folder, "import gitexp\nwith gitexp.start('Not A Name'): print('ran')\n")

    assert (ran.status, ran.out) == (0, "ran\n")
    assert ran.err.startswith("gitexp: NOT RECORDED: ")
    assert refs(folder) == []


def test_a_secret_is_kept_out(folder: GitFolder) -> None:
    run_script(
        folder,
        "import gitexp\nsecret = 'hunter2' * 3\n"
        "with gitexp.start(params={'api_key': secret}, note='the key is ' + secret): print('with', secret)\n",
    )

    run = only_run(folder)
    assert "params.api_key" in run["redacted"]
    assert "hunter2hunter2" not in folder.git("show", run["ref"]).replace("'hunter2' * 3", "")


def test_in_a_subfolder_that_has_a_file_named_as_a_module(folder: GitFolder) -> None:
    folder.gen({"sub/json.py": "raise RuntimeError('not this one')\n", "sub/gitexp.py": "raise RuntimeError\n"})

    ran = run_script(folder, "import gitexp\nwith gitexp.start(): gitexp.log(x=1)\n", where="sub")

    assert ran.status == 0, ran.err
    assert only_run(folder)["directory"] == "sub"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_a_script_that_is_killed_leaves_a_run(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        "import gitexp, os, signal\nrun = gitexp.start()\nprint('loss=0.25', flush=True)\n"
        "gitexp.log(x=1)\nos.kill(os.getpid(), signal.SIGKILL)\n",
    )

    assert ran.status == -signal.SIGKILL
    wait_until(lambda: refs(folder) != [])
    run = only_run(folder)
    assert run["status"] == "lost"
    assert any("without a word" in warning for warning in run["warnings"])
    assert part(folder, run["ref"], "output.log") == "loss=0.25"
    assert {name: metric["last"] for name, metric in run["metrics"].items()} == {"x": 1, "loss": 0.25}
    assert "lost" in run_exp(folder, "ls").out


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_ctrl_c_on_a_terminal(folder: GitFolder) -> None:
    """It reaches the script alone, and the run is stored before the prompt is back."""
    folder.gen({
        "script.py": "import gitexp, signal\nwith gitexp.start(name='stopped'):\n    print('going', flush=True)\n"
        "    while True: signal.pause()\n"
    })  # fmt: skip
    folder.commit("script")
    with Terminal([sys.executable, "script.py"], cwd=folder.path) as terminal:
        terminal.expect(rb"going")
        terminal.send(b"\x03")
        assert terminal.wait() == -signal.SIGINT

    assert re.search(r"exp: ■ interrupted \(SIGINT\)  stopped in ".encode(), terminal.screen), terminal.screen
    run = only_run(folder)
    assert (run["status"], run["signal"]) == ("interrupted", "SIGINT")
    assert journals(folder) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_a_recorder_that_is_killed_leaves_a_run(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        "import gitexp, json, os, signal\nwith gitexp.start() as run:\n"
        "    gitexp.log(x=1)\n    print('going')\n"
        "    child = json.load(open(os.path.join(os.environ['GITEXP_RUN'], 'child')))\n"
        "    assert child['command'] == os.getpid()\n"
        "    os.kill(child['recorder'], signal.SIGKILL)\n    gitexp.log(x=2)\nprint('after')\n",
    )

    assert (ran.status, ran.out) == (0, "going\nafter\n")
    assert ran.err.startswith("gitexp: the process that was to record the run has ended without a word")
    run_exp(folder, "ls")
    run = only_run(folder)
    assert (run["status"], run["exit_code"], run["metrics"]["x"]["count"]) == ("finished", 0, 2)
    assert part(folder, run["ref"], "output.log") == "going"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_a_script_that_outlives_its_recorder_loses_nothing(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        "import gitexp, json, os, signal, subprocess, sys\n"
        "def ask(*words):\n"
        "    done = subprocess.run([sys.executable, '-m', 'gitexp', *words], capture_output=True, text=True)\n"
        "    print(done.stdout.strip(), done.stderr.strip())\n"
        "gitexp.start(name='own')\n"
        "gitexp.log(x=-1)\n"
        "child = json.load(open(os.path.join(os.environ['GITEXP_RUN'], 'child')))\n"
        "if os.fork() == 0:\n    os._exit(0)\n"
        "os.wait()\n"
        "os.kill(child['recorder'], signal.SIGKILL)\n"
        "for n in range(59):\n"
        "    gitexp.log(x=n)\n"
        "    if n == 20: ask('ls', '--csv'), ask('recover')\n",
    )

    assert ran.status == 0, ran.err
    assert ",running," in ran.out
    assert "run own is going; its recorder was killed, so any command" in ran.out
    assert "own was lost" not in ran.out
    assert "own ended while nobody recorded it" in run_exp(folder, "ls").err
    run = only_run(folder)
    assert (run["status"], run["metrics"]["x"]["count"], run["metrics"]["x"]["last"]) == ("finished", 60, 58)
    assert journals(folder) == []


def test_within_exp_run_it_is_that_run(folder: GitFolder) -> None:
    folder.gen({
        "train.py": "import gitexp\nwith gitexp.start('other', name='other', note='inner') as run:\n"
        "    print(run.name)\nrun.end()\ngitexp.log(x=1)\nprint(gitexp.current().name)\n"
    })  # fmt: skip

    ran = run_exp(folder, "run", "--name", "outer", "--", "python", "train.py")

    assert ran.out == "outer\nouter\n", ran.err
    assert only_run(folder)["name"] == "outer"


def test_within_a_started_run_it_is_that_run(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        "import gitexp, subprocess, sys\n"
        "with gitexp.start(name='outer') as outer:\n"
        "    with gitexp.start(name='inner') as inner: pass\n"
        "    assert inner.id == outer.id == gitexp.current().id\n"
        "    code = 'import gitexp; print(gitexp.start().name)'\n"
        "    print(subprocess.run([sys.executable, '-c', code], capture_output=True, text=True).stdout)\n",
    )

    assert ran.status == 0, ran.err
    assert ran.out == "outer\n\n"
    assert only_run(folder)["name"] == "outer"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_forked_children_do_not_end_it(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        "import gitexp, os, sys\n"
        "with gitexp.start() as run:\n"
        "    print('parent', flush=True)\n"
        "    if os.fork() == 0:\n        gitexp.log(x=1)\n        print('child', flush=True)\n        sys.exit(3)\n"
        "    try:\n"
        "        while True: os.wait()\n"
        "    except ChildProcessError: pass\n"  # the recorder is none of them
        "    print('parent again')\n",
    )

    assert ran.status == 0, ran.err
    run = only_run(folder)
    assert (run["status"], run["metrics"]["x"]["last"]) == ("finished", 1)
    assert ran.out == "parent\nchild\nparent again\n"
    assert part(folder, run["ref"], "output.log") == "parent\nparent again"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and there are no signals of this kind")
def test_a_child_that_lives_on_does_not_hide_the_end(folder: GitFolder) -> None:
    """It has a copy of all descriptors, but the recorder hears of its parent's death."""
    folder.gen({"gate": ""})
    ran = run_script(
        folder,
        "import gitexp, os, signal\nrun = gitexp.start()\n"
        "read, write = os.pipe()\n"
        "child = os.fork()\n"
        "if child == 0:\n    os.closerange(0, 3)\n    os.close(write)\n    os.read(read, 1)\n    signal.pause()\n"
        "print(child, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n",
    )

    try:
        wait_until(lambda: refs(folder) != [])
        assert only_run(folder)["status"] == "lost"
    finally:
        subprocess.run(["kill", "-9", ran.out.strip()], check=True)


def test_other_ranks_start_none(folder: GitFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    script = "import gitexp\nwith gitexp.start() as run: print(run)\n"

    ran = run_script(folder, script)
    assert (ran.status, ran.out, ran.err) == (0, "<gitexp run that is not recorded>\n", "")
    assert refs(folder) == []

    monkeypatch.setenv("RANK", "0")
    run_script(folder, script)
    assert len(refs(folder)) == 1


def test_streams_that_others_replace(folder: GitFolder) -> None:
    ran = run_script(
        folder,
        "import contextlib, gitexp, io, logging, sys\n"
        "class Wrapper:\n"
        "    def __init__(self, stream): self.stream = stream\n"
        "    def write(self, text): return self.stream.write(text.upper())\n"
        "    def flush(self): self.stream.flush()\n"
        "own = sys.stdout\n"
        "with gitexp.start(name='a'):\n"
        "    logging.basicConfig(stream=sys.stderr, format='%(message)s')\n    logging.warning('logged')\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as kept: print('hidden')\n"
        "    sys.stdout = Wrapper(own)\n    print('shout')\n"
        "assert 'write' not in vars(own)\n"
        "print('after')\n"
        "with gitexp.start(name='b', capture=False): print('not kept')\n",
    )

    assert ran.out == "SHOUT\nAFTER\nNOT KEPT\n", ran.err
    found = {run["name"]: run["ref"] for run in (manifest(folder, ref) for ref in refs(folder))}
    assert part(folder, found["a"], "output.log") == "logged\nSHOUT"
    assert ".exp/output.log" not in folder.git("ls-tree", "-r", "--name-only", found["b"])


NOTEBOOK = """
import sys, types
class Events:
    def __init__(self): self.calls = []
    def register(self, name, call): self.calls.append((name, call))
    def unregister(self, name, call): self.calls.remove((name, call))
class Shell:
    kernel = object()
    user_ns = {"In": ["", "import gitexp", "gitexp.log(x=1)\\n"]}
    events = Events()
    def run(self, cell):
        own = sys.stdout.write
        sys.stdout.write = lambda text: own(text)
        for name, call in self.events.calls: call(name)
        cell()
        sys.stdout.write = own
shell = Shell()
module = types.ModuleType("IPython")
module.get_ipython = lambda: shell
sys.modules["IPython"] = module
import gitexp, os
if len(sys.argv) > 1:
    os.environ["JPY_SESSION_NAME"] = sys.argv[1]
sys.last_value = ValueError("of a cell before")
runs = []
shell.run(lambda: runs.append(gitexp.start(name="first")))
shell.run(lambda: print("one"))
shell.run(lambda: print("two"))
shell.run(lambda: runs.append(gitexp.start(name="second")))
assert runs[0].id != runs[1].id
shell.run(lambda: print("three"))
"""


@pytest.mark.parametrize(("arguments", "command"), [([], "notebook"), (["/x/y/train.ipynb"], "train.ipynb")])
def test_a_notebook(folder: GitFolder, arguments: list[str], command: str) -> None:
    """A stand-in for IPython, which has a ``write`` of its own for each cell and then takes it back.

    A cell that starts a run and is executed again ends the run before; that a cell failed before it does not matter.
    """
    ran = run_script(folder, NOTEBOOK, *arguments)

    assert (ran.status, ran.out) == (0, "one\ntwo\nthree\n"), ran.err
    runs = [manifest(folder, ref) for ref in refs(folder)]
    assert {run["name"]: (run["status"], run["command"]) for run in runs} == {
        "first": ("finished", [command]),
        "second": ("finished", [command]),
    }
    outputs = {run["name"]: part(folder, run["ref"], "output.log") for run in runs}
    assert outputs == {"first": "one\ntwo", "second": "three"}
    assert part(folder, runs[0]["ref"], "artifacts/notebook_cells.py") == (
        "# %% [1]\nimport gitexp\n\n# %% [2]\ngitexp.log(x=1)"
    )
