"""GitHub as an action meets it: a runner that starts its script, and an API on loopback that keeps comments."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kit.git import GitFolder

ROOT = pathlib.Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "exp"
EVENTS = ROOT / "tests" / "events"
BOT = "github-actions[bot]"
_LISTED = re.compile(r"/repos/org/models/issues/(\d+)/comments(?:\?per_page=(\d+)&page=(\d+))?")
_ONE = re.compile(r"/repos/org/models/issues/comments/(\d+)")


@dataclass(frozen=True)
class Asked:
    """A request that came."""

    method: str
    path: str
    token: str


class GitHubApi:
    """Comments of pull requests of ``org/models``. ``login`` is whose the token is.

    ``refusal``: the status that every write gets; ``failures``: statuses that the next requests get, in turn.
    """

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.asked: list[Asked] = []
        self.login = BOT
        self.refusal: int | None = None
        self.failures: list[int] = []
        self.redirects_to: str | None = None
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                api.answer(self)

            do_POST = do_PATCH = do_GET  # noqa: N815  the names are the library's

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: what was asked is kept."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stops it."""
        self._server.shutdown()
        self._server.server_close()

    def add_comment(self, login: str, body: str, number: int = 7) -> dict[str, Any]:
        """A comment that somebody made."""
        known = len(self.comments) + 1
        url = f"https://github.example/org/models/pull/{number}#issuecomment-{known}"
        comment = {"id": known, "issue": number, "body": body, "user": {"login": login}, "html_url": url}
        self.comments.append(comment)
        return comment

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Does what a request says."""
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self.asked.append(Asked(request.command, request.path, request.headers.get("Authorization", "")))
        status, said = self._answer(request.command, request.path, json.loads(body) if body else {})
        data = json.dumps(said).encode()
        request.send_response(status)
        if self.redirects_to is not None:
            request.send_header("Location", self.redirects_to)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def _answer(self, method: str, path: str, body: Mapping[str, str]) -> tuple[int, Any]:
        if self.redirects_to is not None:
            return 307, {"message": "Temporary Redirect"}
        if self.failures:
            return self.failures.pop(0), {"message": "Server Error"}
        if method != "GET" and self.refusal is not None:
            return self.refusal, {"message": "Resource not accessible by integration"}
        if len(body.get("body", "").encode("utf-16-le")) // 2 > 65_536:
            return 422, {"message": "Validation Failed: body is too long"}
        listed, one = _LISTED.fullmatch(path), _ONE.fullmatch(path)
        if listed and method == "GET":
            size, page = int(listed[2]), int(listed[3])
            found = [comment for comment in self.comments if comment["issue"] == int(listed[1])]
            return 200, found[size * (page - 1) : size * page]
        if listed and method == "POST":
            return 201, self.add_comment(self.login, body["body"], int(listed[1]))
        if one and method == "PATCH":
            comment = next(each for each in self.comments if each["id"] == int(one[1]))
            comment["body"] = body["body"]
            return 200, comment
        return 404, {"message": "Not Found"}


@dataclass(frozen=True)
class Step:
    """What a step of a job did."""

    status: int
    log: str
    outputs: dict[str, str]
    summary: str

    def annotations(self, level: str) -> list[str]:
        """What stands at the top of the job's page: commands that the runner would not have been told to pass over."""
        found, stopped = [], None
        for line in self.log.splitlines():
            said = line.strip()
            if stopped is not None:
                stopped = None if said == f"::{stopped}::" else stopped
            elif said.startswith("::stop-commands::"):
                stopped = said.removeprefix("::stop-commands::")
            elif shown := re.fullmatch(rf"::{level}(?: [^:]*)?::(.*)", said):
                found.append(shown[1].replace("%0A", "\n").replace("%25", "%"))
        return found


def make_event(folder: pathlib.Path, name: str, **words: str) -> pathlib.Path:
    """A file of an event as GitHub writes it, its placeholders filled in."""
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
    for word, value in words.items():
        assert word in text, word
        text = text.replace(word, value)
    file = folder / "event.json"
    file.write_text(text, encoding="utf-8")
    return file


def run_step(
    checkout: GitFolder,
    event: pathlib.Path,
    name: str,
    api: GitHubApi,
    env: Mapping[str, str] | None = None,
    **inputs: str,
) -> Step:
    """Runs what the action runs, as a runner would: defaults from action.yml, the token's stand-in among them."""
    place = event.parent
    files = {key: place / key.lower() for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("")
    temporary = place / "runner"
    temporary.mkdir(exist_ok=True)
    script = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"][-1]["run"]
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=checkout.path,
        capture_output=True,
        check=False,
        timeout=240,
        env={
            **os.environ,
            "EXP_ACTION_PYTHON": sys.executable,
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_API_URL": api.address,
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REPOSITORY": "org/models",
            "NO_PROXY": "127.0.0.1",
            "RUNNER_TEMP": str(temporary),
            **{key: str(file) for key, file in files.items()},
            **read_inputs(inputs),
            **(env or {}),
        },
    )
    log = (done.stdout + done.stderr).decode("utf-8", "replace")
    return Step(done.returncode, log, _read_outputs(files["GITHUB_OUTPUT"]), files["GITHUB_STEP_SUMMARY"].read_text())


def read_inputs(given: Mapping[str, str]) -> dict[str, str]:
    """The environment that action.yml gives to the script: what was given, else its own defaults."""
    action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
    values = {name: str(one["default"]) for name, one in action["inputs"].items()}
    values |= {"token": "a-token", **{name.replace("_", "-"): value for name, value in given.items()}}
    assert values.keys() == action["inputs"].keys(), given
    found = {}
    for variable, expression in action["runs"]["steps"][-1]["env"].items():
        name = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", expression)
        if name:
            found[variable] = values[name[1]]
    return found


def _read_outputs(file: pathlib.Path) -> dict[str, str]:
    found = re.findall(r"^([a-z-]+)<<([0-9a-f]+)\n(.*?)\n\2\n", file.read_text(), re.MULTILINE | re.DOTALL)
    return {name: value for name, _, value in found}
