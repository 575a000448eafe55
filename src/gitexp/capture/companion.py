"""A process of our own beside the user's command: in a session of its own, at the lowest priority, spoken to in lines.

Without a terminal nothing that it starts can ask anything, and Ctrl-C does not reach it. The end of its input tells it
that whoever started it is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PROGRAM = """\
import os, signal, sys
if os.name == "posix":
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
sys.path.append(sys.argv.pop())
from gitexp.capture.priority import lower_priority
lower_priority()
from importlib import import_module
import_module(sys.argv[1]).main()
"""
_LONGEST_LINE = 1 << 20
_SILENT = {
    # What asks by a window of its own is not asked either.
    "GIT_ASKPASS": "",
    "SSH_ASKPASS_REQUIRE": "never",
    "GIT_TERMINAL_PROMPT": "0",
}

Answer = dict[str, Any]


class Companion:
    """A companion at work. ``hear`` gets, in a thread, what it says without having been asked."""

    def __init__(self, module: str, request: Mapping[str, object], hear: Callable[[Answer], None]) -> None:
        """Starts ``main()`` of a module and hands it a request; returns at once. Raises OSError."""
        place = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        # Without -P a file json.py in the current folder would be taken for the library's.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, module, place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **_SILENT},
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.pid = self._process.pid
        self._hear = hear
        self._news = threading.Condition()
        self._answers: dict[str, Answer] = {}
        self._words = ""
        self._is_open = True
        self._listener = threading.Thread(target=self._listen, name="gitexp-companion", daemon=True)
        self._listener.start()
        self._say(request)

    def ask(self, word: str, request: Mapping[str, object], seconds: float) -> Answer:
        """What it answers to a word within that time; where it does not, ``error`` says why."""
        if not self._say({"word": word, **request}):
            return {"error": self._describe_death()}
        with self._news:
            self._news.wait_for(lambda: word in self._answers or not self._is_open, seconds)
            if word in self._answers:
                return self._answers[word]
            return {"error": f"no answer within {seconds:g} s" if self._is_open else self._describe_death()}

    def end(self) -> None:
        """Ends it and all that it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()
        self._process.wait()

    def _say(self, request: Mapping[str, object]) -> bool:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError):  # it is gone; what it said at last is told instead
            return False
        return True

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError):  # closed by our own end of it
            while line := self._process.stdout.readline(_LONGEST_LINE):
                self._take(line)
        with self._news:
            self._is_open = False
            self._news.notify_all()

    def _take(self, line: bytes) -> None:
        try:
            answer = json.loads(line)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):  # a traceback, or what a program that it called has printed
            self._words = line.decode("utf-8", "replace").strip() or self._words
            return
        word = answer.get("to")
        if not isinstance(word, str):
            self._hear(answer)
            return
        with self._news:
            self._answers[word] = answer
            self._news.notify_all()

    def _describe_death(self) -> str:
        return "the process that did it has ended" + (f": {self._words}" if self._words else " without a word")
