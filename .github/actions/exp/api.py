"""Comments on a pull request, through GitHub's REST API."""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typing import IO

_MOST_BYTES = 32_000_000
_PAGE = 100
_MOST_PAGES = 100
_SECONDS = 30
_WAITS = (1, 4)
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_LOCAL = ("127.0.0.1", "localhost", "::1")


class ApiFailed(Exception):
    """What the API did not do. ``status`` is 0 where it could not be reached."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(f"{status}: {why}" if status else why)
        self.status = status


class Comment(NamedTuple):
    """A comment that is there now; ``is_new`` and ``is_changed`` say what was done to have it so."""

    url: str
    author: str
    is_new: bool
    is_changed: bool


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other: followed, it would take the token along to another host."""

    def redirect_request(  # the signature is that of the library
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


class GitHub:
    """One repository on GitHub, as a token may see it."""

    def __init__(self, address: str, repository: str, token: str) -> None:
        parts = urllib.parse.urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in _LOCAL:
            raise ApiFailed(0, f"the token is sent over https alone, and GITHUB_API_URL is {address}")
        if not _REPOSITORY.fullmatch(repository):
            raise ApiFailed(0, f"GITHUB_REPOSITORY is no repository: {repository}")
        self._root = f"{address.rstrip('/')}/repos/{repository}"
        self._token = token
        self._opener = urllib.request.build_opener(_NoRedirects)

    def put_comment(self, number: int, mark: str, body: str, author: str) -> Comment:
        """Makes the one comment of ``author`` that begins with ``mark`` say ``body``; makes it where there is none.

        Somebody else's comment is never taken for it, whatever it begins with. Raises ApiFailed.
        """
        found = self.find_comment(number, mark, author)
        if found is None:
            made = self._call("POST", f"/issues/{number}/comments", {"body": body})
            return Comment(_text(made, "html_url"), _login(made), is_new=True, is_changed=True)
        if _text(found, "body").replace("\r\n", "\n").strip() == body.strip():
            return Comment(_text(found, "html_url"), author, is_new=False, is_changed=False)
        made = self._call("PATCH", f"/issues/comments/{_id(found)}", {"body": body})
        return Comment(_text(made, "html_url"), author, is_new=False, is_changed=True)

    def find_comment(self, number: int, mark: str, author: str) -> dict[str, Any] | None:
        """The comment of ``author`` that begins with ``mark``, the oldest where there are several. Raises ApiFailed."""
        for page in range(1, _MOST_PAGES + 1):
            listed = self._call("GET", f"/issues/{number}/comments?per_page={_PAGE}&page={page}")
            if not isinstance(listed, list):
                raise ApiFailed(0, "the list of comments is none")
            for one in listed:
                if isinstance(one, dict) and _login(one) == author and _text(one, "body").startswith(mark):
                    return one
            if len(listed) < _PAGE:
                return None
        return None

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        """The answer. What may be asked twice is asked again where the server was not well; POST may not."""
        for wait in (*_WAITS, None) if method != "POST" else (None,):
            try:
                return self._ask(method, path, body)
            except ApiFailed as error:
                if wait is None or 0 < error.status < 500:
                    raise
                time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _ask(self, method: str, path: str, body: dict[str, str] | None) -> Any:
        request = urllib.request.Request(  # noqa: S310  the scheme was looked at
            self._root + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "User-Agent": "gitexp",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                return json.loads(answer.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            raise ApiFailed(error.code, _words(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise ApiFailed(0, f"{urllib.parse.urlsplit(self._root).netloc} could not be reached: {error}") from error
        except ValueError as error:
            raise ApiFailed(0, f"what it answers is no JSON: {error}") from error


def _words(error: urllib.error.HTTPError) -> str:
    try:
        said = json.loads(error.read(_MOST_BYTES))["message"]
    except (OSError, ValueError, KeyError, TypeError):
        said = error.reason
    return str(said)[:300]


def _text(fields: object, key: str) -> str:
    value = fields.get(key) if isinstance(fields, dict) else None
    return value if isinstance(value, str) else ""


def _login(fields: object) -> str:
    return _text(fields.get("user"), "login") if isinstance(fields, dict) else ""


def _id(fields: dict[str, Any]) -> int:
    value = fields.get("id")
    if not isinstance(value, int):
        raise ApiFailed(0, "the comment has no id")
    return value
