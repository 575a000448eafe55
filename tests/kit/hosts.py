"""Hosts of repositories on this machine: a real sshd, and Git's own CGI behind a small HTTP server."""

from __future__ import annotations

import base64
import getpass
import http.server
import os
import pathlib
import shutil
import socket
import subprocess
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from kit.terminal import wait_until

if TYPE_CHECKING:
    from types import TracebackType

USER, PASSWORD = "ada", "correct-horse"
Drop = Literal["before", "after"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class SshHost:
    """An sshd with keys, configuration and a port of its own. ``newer``: whether it lets protocol 2 through."""

    def __init__(self, folder: pathlib.Path, *, newer: bool = True) -> None:
        self._folder = folder
        self.port = _free_port()
        folder.mkdir(mode=0o700)
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        (folder / "authorized").write_bytes((folder / "user.pub").read_bytes())
        (folder / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile none\n"
            f"AuthorizedKeysFile {folder / 'authorized'}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
            f"PermitRootLogin yes\nLogLevel ERROR\n{'AcceptEnv GIT_PROTOCOL' if newer else ''}\n"
        )
        if os.geteuid() == 0:
            pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        assert program is not None, "there is no sshd: apt-get install openssh-server"
        self._process = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "config")], stderr=subprocess.DEVNULL)
        wait_until(self._listens)

    @property
    def command(self) -> str:
        """What GIT_SSH_COMMAND has to be."""
        known = self._folder / "known"
        return (
            f"ssh -F none -i {self._folder / 'user'} -o IdentitiesOnly=yes -o BatchMode=yes "
            f"-o UserKnownHostsFile={known} -o StrictHostKeyChecking=accept-new"
        )

    def url(self, path: pathlib.Path) -> str:
        """The URL of a repository."""
        return f"ssh://{getpass.getuser()}@127.0.0.1:{self.port}{path}"

    def _listens(self) -> bool:
        assert self._process.poll() is None, "sshd has ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()


@dataclass
class Manners:
    """What an HTTP host does to who asks: a password, and connections that break.

    ``drops``: for each push to come, whether the connection ends before or after it is done, or not. ``cut``: after so
    many bytes of a pack that is fetched; None: never.
    """

    asks: bool = False
    drops: list[Drop | None] = field(default_factory=list)
    cut: int | None = None
    pushes: int = 0


class HttpHost:
    """Git's own CGI on 127.0.0.1, for the repositories in a folder."""

    def __init__(self, root: pathlib.Path, *, asks: bool = False) -> None:
        self.manners = Manners(asks)
        handler = type("Handler", (_Handler,), {"root": str(root), "manners": self.manners})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, name: str) -> str:
        """The URL of a repository."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{name}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    root: ClassVar[str]
    manners: ClassVar[Manners]

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""

    def _serve(self) -> None:
        body = self._read_body()
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.manners.asks and self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="runs"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        drop: Drop | None = None
        path, _, query = self.path.partition("?")
        if path.endswith("/git-receive-pack") and len(body) > 4:  # four bytes alone ask whether it may speak
            self.manners.pushes += 1
            drop = self.manners.drops.pop(0) if self.manners.drops else None
        if drop == "before":
            self.close_connection = True
            return
        answer = self._ask_git(path, query, body)
        if drop == "after":
            self.close_connection = True
            return
        self._answer(answer, cut=self.manners.cut if path.endswith("/git-upload-pack") else None)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _ask_git(self, path: str, query: str, body: bytes) -> bytes:
        surroundings = {
            **os.environ,
            "GIT_PROJECT_ROOT": self.root,
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
            "REMOTE_USER": USER,
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=surroundings, capture_output=True, check=False, timeout=60
        )
        return done.stdout

    def _answer(self, answer: bytes, *, cut: int | None) -> None:
        head, _, content = answer.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if cut is not None and b"packfile" in content[:4096]:
            content = content[:cut]
            self.close_connection = True
        self.wfile.write(content)
