"""The process that records a run which the script itself began: it goes on when the script is killed.

It reads one line of JSON, what is asked, and answers with one; then it waits for the word ``end``, or for the end of
its input, which the script's death brings about, and answers with another line once the run is stored.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# It forks first: a script that waits for all its children is not to wait for this one.
_PROGRAM = """\
import os, sys
if os.name == "posix" and os.fork():
    os._exit(0)
sys.path.append(sys.argv.pop())
from gitexp.actions.attend import main
main()
"""
_NO_ANSWER = "the process that was to record the run has ended without a word"


class Recorder:
    """A recorder at work. Its input belongs to this process alone: a forked child must not keep it open."""

    __slots__ = ("_process",)

    def __init__(self) -> None:
        """Starts it, in a session of its own, so that Ctrl-C does not reach it. Raises OSError."""
        if not sys.executable:
            raise OSError("this Python does not know its own interpreter")
        place = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        # Without -P a file json.py in the current folder would be taken for the library's.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        if os.name == "posix":
            self._process.wait()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """What it answers to the request; an answer with ``error`` says why nothing is recorded."""
        return self._say(json.dumps(request))

    def finish(self) -> dict[str, Any]:
        """Tells it that the run has ended, and waits until that is stored."""
        answer = self._say("end")
        self.leave()
        return answer

    def leave(self) -> None:
        """Closes what leads to it, as the death of this process would."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # it is gone already, and what was to be flushed with it
                    continue

    def _say(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
        except (OSError, ValueError):
            return {"error": _NO_ANSWER}
        return answer if isinstance(answer, dict) else {"error": _NO_ANSWER}


def make_plain(request: dict[str, Any]) -> dict[str, Any]:
    """The request as JSON can hold it. Raises TypeError and ValueError for what is none of its kind."""
    plain: dict[str, Any] = {key: None if value is None else str(value) for key, value in request.items()}
    plain["seed"] = None if request["seed"] is None else int(request["seed"])
    for key in ("data", "artifacts"):  # one path is one path, and not its characters
        given = request[key]
        paths = [given] if isinstance(given, (str, bytes, os.PathLike)) else given or ()
        plain[key] = [os.fsdecode(path) for path in paths]
    return plain
