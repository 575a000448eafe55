"""Data remotes for tests: a folder, a real S3 on loopback, and what stands between it and us on a bad day."""

from __future__ import annotations

import hashlib
import http.client
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import urllib.request
from typing import TYPE_CHECKING, Any

from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Callable, Mapping

    from kit.git import GitFolder

BUCKET = "bucket"
S3_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_AUTHORISED = (
    "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=none"
)
"""moto looks at no signature, but wants one."""
FETCH = """
import json, sys
from gitexp.actions.fetch_objects import fetch_objects
from gitexp.errors import ExpError
from gitexp.model.pointed import list_pointed
from gitexp.store.runs import open_store
store = open_store()
wanted = [one for head in store.heads().runs for one in list_pointed(store.load(head))]
try:
    found = fetch_objects(store, wanted, remote=sys.argv[1] if len(sys.argv) > 1 else None)
    print(json.dumps({"missing": {one.pointed.path: one.why for one in found.missing}}))
except ExpError as error:
    print(json.dumps({"code": error.code, "message": error.message, "hint": error.hint}))
"""


def md5_of(data: bytes) -> str:
    """The hash under which bytes lie."""
    return hashlib.md5(data).hexdigest()


def objects_in(folder: pathlib.Path) -> list[str]:
    """The hashes below ``<folder>/files/md5``, and nothing else may lie there."""
    found = [path.relative_to(folder / "files" / "md5").parts for path in folder.rglob("*") if path.is_file()]
    assert all(len(parts) == 2 for parts in found), found
    return sorted("".join(parts) for parts in found)


def cache_of(folder: GitFolder) -> pathlib.Path:
    """Our cache in a repository."""
    return folder.path / ".git" / "exp" / "cache"


def cached(folder: GitFolder) -> list[str]:
    """The hashes that our cache has."""
    base = cache_of(folder) / "files" / "md5"
    return sorted(path.parent.name + path.name for path in base.rglob("*") if path.is_file())


def fetch(folder: GitFolder, *remote: str, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Fetches what all runs point at, in a process of its own: what is missing and why, or the error."""
    done = folder.run(sys.executable, "-c", FETCH, *remote, env=env)
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


class S3:
    """moto's server, which is a process of its own."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._log = folder / "moto.log"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **S3_ENVIRONMENT})
        wait_until(lambda: self._find_port() is not None or self.process.poll() is not None)
        port = self._find_port()
        assert port is not None, self._log.read_text()
        self.port = int(port)
        self.call("PUT", "")

    def _find_port(self) -> str | None:
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self._log.read_text())
        return found[1] if found else None

    @property
    def url(self) -> str:
        """Its endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def call(self, method: str, key: str, data: bytes | None = None) -> bytes:
        """Asks it for something in the bucket, past everything else."""
        headers = {"Content-Type": "application/octet-stream", "Authorization": _AUTHORISED}
        place = f"{self.url}/{BUCKET}{'/' + key if key else ''}"
        asked = urllib.request.Request(place, data, headers, method=method)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            content: bytes = answer.read()
        return content

    def list_keys(self) -> list[str]:
        """What the bucket holds."""
        return re.findall(r"<Key>([^<]*)</Key>", self.call("GET", "").decode())

    def close(self) -> None:
        """Ends it."""
        self.process.kill()
        self.process.wait()


class Between:
    """A proxy before an S3: it passes on what it is asked, unless ``fault`` says of a request what to do with it.

    ``fault`` gets the method and the path and returns None, or ``403``, ``drop`` (the connection is closed, half the
    answer sent), or ``hold`` (no answer comes).
    """

    def __init__(self, s3: S3) -> None:
        self.fault: Callable[[str, str], str | None] = lambda _method, _path: None
        self.passed: list[tuple[str, str]] = []
        self.faults: list[tuple[str, str]] = []
        self.released = threading.Event()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.between = self  # type: ignore[attr-defined]
        self._s3 = s3
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Passes a request on; the status, headers and bytes of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self._s3.port, timeout=60)
        try:
            kept = {key: value for key, value in headers.items() if key.lower() not in ("expect", "connection")}
            connection.request(method, path, body, kept)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def objects(self, method: str) -> list[str]:
        """The hashes of the objects for which such requests were passed on, in order."""
        found = [
            re.search(r"/files/md5/(..)/([0-9a-f]{30}(\.dir)?)", path) for one, path in self.passed if one == method
        ]
        return [match[1] + match[2] for match in found if match]

    def close(self) -> None:
        """Lets go of whoever waits, and ends it."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _between(self) -> Between:
        found: Between = self.server.between  # type: ignore[attr-defined]
        return found

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""

    def _answer(self) -> None:
        body = self._read_body()
        fault = self._between.fault(self.command, self.path)
        if fault is not None:
            self._between.faults.append((self.command, self.path))
        if fault == "hold":
            self._between.released.wait()
            self.close_connection = True
            return
        if fault == "403":
            self._say(403, {}, b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
            return
        if fault == "drop" and self.command != "GET":
            self.close_connection = True
            return
        status, headers, content = self._between.ask(self.command, self.path, dict(self.headers), body)
        if fault == "drop":
            self._say(status, headers, content, most=len(content) // 2)
            self.close_connection = True
            return
        self._between.passed.append((self.command, self.path))
        self._say(status, headers, content)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = _answer  # noqa: N815

    def _read_body(self) -> bytes:
        if "Expect" in self.headers:
            self.send_response_only(100)
            self.end_headers()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _say(self, status: int, headers: Mapping[str, str], content: bytes, most: int | None = None) -> None:
        self.send_response_only(status)
        for key, value in headers.items():
            if key.lower() not in ("content-length", "connection", "transfer-encoding", "server", "date"):
                self.send_header(key, value)
        length = headers.get("Content-Length", str(len(content))) if self.command == "HEAD" else len(content)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content if most is None else content[:most])


def use_s3(folder: GitFolder, url: str, *, jobs: int | None = None) -> None:
    """Makes the bucket the default remote of DVC in a repository, as ``dvc remote add`` would."""
    options = f"    endpointurl = {url}\n" + (f"    jobs = {jobs}\n" if jobs is not None else "")
    config = f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = s3://{BUCKET}/team\n{options}"
    folder.gen({".dvc/config": config})
