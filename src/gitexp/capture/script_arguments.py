"""Which words of a command are the script's own: behind wrappers, launchers and the interpreter's options."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PYTHON = re.compile(r"(?:python|pythonw|pypy|ipython|graalpy)[0-9.]*t?")
_PYTHON_OPTION = re.compile(r"-[bBdEhiIOPqRsSuvVx]*([mc])(.*)", re.DOTALL)
_SCRIPT = re.compile(r".+\.(?:py|pyc|pyz|r|jl|js|mjs|cjs|ts|rb|pl|lua|sh)", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WRAPPERS: dict[str, tuple[frozenset[str], int]] = {
    "env": (frozenset(("-u", "--unset", "-C", "--chdir")), 0),
    "nohup": (frozenset(), 0),
    "setsid": (frozenset(), 0),
    "unbuffer": (frozenset(), 0),
    "caffeinate": (frozenset(("-t", "-w")), 0),
    "time": (frozenset(("-f", "--format", "-o", "--output")), 0),
    "nice": (frozenset(("-n", "--adjustment")), 0),
    "ionice": (frozenset(("-c", "--class", "-n", "--classdata")), 0),
    "stdbuf": (frozenset(("-i", "-o", "-e", "--input", "--output", "--error")), 0),
    "timeout": (frozenset(("-k", "--kill-after", "-s", "--signal")), 1),
    "chrt": (frozenset(("-T", "-P", "-D")), 1),
    "taskset": (frozenset(), 1),
    "numactl": (frozenset(("-N", "-m", "-C", "-i", "-p", "-l")), 0),
    "sudo": (frozenset(("-u", "-g", "-h", "-p", "-C", "-r", "-t", "-D", "--user", "--group", "--chdir")), 0),
    "xvfb-run": (frozenset(("-s", "-n", "-f", "-e", "-p", "-w", "--server-args", "--server-num")), 0),
}
"""Programs that run the rest of their words: their options that take a word, and how many words come first."""

_RUNNERS: dict[str, frozenset[str]] = {
    "uv": _words(
        "-p --python --with --with-requirements --with-editable --extra --group --only-group --no-group --no-extra "
        "--env-file --directory --project --package --index --default-index --index-url --extra-index-url "
        "--find-links -f --cache-dir --config-file --refresh-package --upgrade-package -P --color"
    ),
    "poetry": frozenset(("-C", "--directory", "-P", "--project")),
    "pdm": frozenset(("-p", "--project", "--venv", "-s", "--site-packages")),
    "pipenv": frozenset(("--python",)),
    "rye": frozenset(("--pyproject",)),
    "hatch": frozenset(("-e", "--env", "-p", "--project")),
    "pixi": frozenset(("-e", "--environment", "--manifest-path")),
    "conda": frozenset(("-n", "--name", "-p", "--prefix", "--cwd")),
    "mamba": frozenset(("-n", "--name", "-p", "--prefix", "--cwd")),
    "micromamba": frozenset(("-n", "--name", "-p", "--prefix", "--cwd", "-r", "-a", "--attach", "-e", "--env")),
}
"""Programs whose sub-command ``run`` starts the rest of their words, and the options that take a word."""

_PYTHON_LAUNCHERS = _words(
    "torchrun accelerate deepspeed horovodrun ray composer "
    "colossalai bagua fleetrun paddle ipexrun coverage kernprof mprof scalene viztracer memray "
    "torch.distributed.run torch.distributed.launch accelerate.commands.launch cprofile profile pdb trace "
    "memory_profiler line_profiler debugpy torch_xla.distributed.xla_dist paddle.distributed.launch"
)
_LAUNCHERS = _PYTHON_LAUNCHERS | _words(
    "mpirun mpiexec mpiexec.hydra orterun prun srun jsrun aprun docker podman nerdctl singularity apptainer enroot "
    "kubectl py-spy austin nsys ncu nvprof perf strace ltrace valgrind"
)
"""Programs and modules that start a script named among their words, behind options that are too many to know.

Of the first kind ``-m`` names a module; of the others it is an option of their own.
"""

_LAUNCHER_SWITCHES = _words(
    "--standalone --no-python --no_python --multi_gpu --multi-gpu --cpu --tpu --use_deepspeed --use_fsdp --quiet -q "
    "--oversubscribe --bind-to-core --exclusive --verbose -v --run-path --run_path --debug --rm -it -i -t --tty"
)
_SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ksh", "fish"))
_OTHER_SHELLS = frozenset(("cmd", "powershell", "pwsh"))
_MAKERS = frozenset(("make", "gmake", "just", "task", "ninja", "invoke", "snakemake"))
_INTERPRETERS = frozenset(
    ("rscript", "julia", "node", "deno", "bun", "ruby", "perl", "lua", "java", "octave", "matlab")
)
_PYTHON_WORD_OPTIONS = frozenset(("-W", "-X", "--check-hash-based-pycs"))


def find_script_arguments(argv: Sequence[str]) -> list[str]:
    """The words that the script itself gets; none where a shell's or another program's text hides them.

    Of ``make`` and its like only ``NAME=value`` counts: the rest are targets and options of the tool.
    """
    words = list(argv)
    done = False
    while words and not done:
        words, done = _peel(words)
    return words


def _peel(words: list[str]) -> tuple[list[str], bool]:
    """One layer less: a further command, or the script's own words and True."""
    name = _program_name(words[0])
    if name in _WRAPPERS:
        return _behind_wrapper(words, name), False
    if name in _RUNNERS and "run" in words[1:4]:
        rest = _behind_options(words[words.index("run") + 1 :], _RUNNERS[name])
        return (rest[2:], True) if rest[:1] in (["-m"], ["--module"]) else (rest, False)
    if _PYTHON.fullmatch(name):
        module, rest = _behind_python(words)
        return ([module, *rest], False) if module.lower() in _LAUNCHERS else (rest, True)
    if name in _LAUNCHERS:
        return _behind_launcher(words[1:], name in _PYTHON_LAUNCHERS)
    return _own_words(words, name), True


def _own_words(words: list[str], name: str) -> list[str]:
    """The words of a program that is no Python, for its script if it runs one."""
    if name in _SHELLS:
        return _behind_shell(words[1:])
    if name in _OTHER_SHELLS:
        return []
    if name in _MAKERS:
        return [word for word in words[1:] if _ASSIGNMENT.fullmatch(word)]
    if name in _INTERPRETERS:
        at = next((at for at, word in enumerate(words[1:], 2) if _SCRIPT.fullmatch(word)), 1)
        return words[at:]
    return words[1:]


def _program_name(word: str) -> str:
    return os.path.basename(word.replace("\\", "/")).lower().removesuffix(".exe")


def _behind_options(words: list[str], with_word: frozenset[str]) -> list[str]:
    """The words after leading options; ``--`` ends them."""
    at = 0
    while at < len(words) and words[at].startswith("-") and words[at] not in ("-", "-m", "--module"):
        if words[at] == "--":
            return words[at + 1 :]
        at += 2 if words[at] in with_word else 1
    return words[at:]


def _behind_wrapper(words: list[str], name: str) -> list[str]:
    with_word, first = _WRAPPERS[name]
    rest = _behind_options(words[1:], with_word)[first:]
    if name in ("env", "sudo"):
        while rest and _ASSIGNMENT.fullmatch(rest[0]):
            rest = rest[1:]
    return rest


def _behind_python(words: list[str]) -> tuple[str, list[str]]:
    """The module (empty for a script or code) and the words after it."""
    at = 1
    while at < len(words):
        word = words[at]
        option = _PYTHON_OPTION.fullmatch(word)
        if option:
            given = option[2] or "".join(words[at + 1 : at + 2])
            rest = words[at + 1 :] if option[2] else words[at + 2 :]
            return (given if option[1] == "m" else ""), rest
        if word == "-" or not word.startswith("-"):
            return "", words[at + 1 :]
        at += 2 if word in _PYTHON_WORD_OPTIONS else 1
    return "", []


def _behind_launcher(words: list[str], modules: bool) -> tuple[list[str], bool]:
    for at, word in enumerate(words):
        if modules and word in ("-m", "--module") and at + 1 < len(words) and not words[at + 1].startswith("-"):
            return words[at + 2 :], True
        if _SCRIPT.fullmatch(word):
            return words[at + 1 :], True
        name = _program_name(word)
        if word == "--":
            return words[at + 1 :], False
        if _PYTHON.fullmatch(name) or name in _SHELLS or name in _LAUNCHERS:
            return words[at:], False
    at = 0
    while at < len(words) and words[at].startswith("-"):
        lone = "=" in words[at] or words[at] in _LAUNCHER_SWITCHES
        at += 1 if lone else 2
    return words[at + 1 :], True


def _behind_shell(words: list[str]) -> list[str]:
    """The words of a shell's script; none with ``-c``, whose text is not read."""
    at = 0
    while at < len(words) and words[at].startswith(("-", "+")):
        if not words[at].startswith("--") and "c" in words[at]:
            return []
        at += 2 if words[at] in ("-o", "+o", "-O", "--rcfile", "--init-file") else 1
    return words[at + 1 :]
