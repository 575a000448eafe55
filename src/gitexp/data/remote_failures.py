"""What went wrong with a data remote, in one sentence, whichever library said it."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from gitexp.errors import ExpError, StorageFailed, TransferFailed
from gitexp.model.storage import hide_secrets

if TYPE_CHECKING:
    from gitexp.model.storage import DataPlace

_LONGEST = 300
_EXTRAS = {"s3": "s3", "gs": "gs", "azure": "azure", "ssh": "ssh"}
_NO_CREDENTIALS = ("NoCredentials", "PartialCredentials", "CredentialRetrieval", "AuthError", "DefaultCredentials")
_REFUSED_WORDS = ("403", "Forbidden", "AccessDenied", "Access Denied", "401", "Unauthorized", "InvalidAccessKeyId")
_UNREACHABLE = (
    "EndpointConnection",
    "ConnectTimeout",
    "ClientConnector",
    "ConnectionRefused",
    "ConnectionTimeout",
    "ServiceRequestError",
    "gaierror",
)
_DROPPED = (
    "ConnectionClosed",
    "ServerDisconnected",
    "ConnectionReset",
    "IncompleteRead",
    "ReadTimeout",
    "PayloadError",
    "ResponseStreaming",
    "HTTPClientError",
    "BrokenPipe",
    "ConnectionLost",
    "FSTimeout",
)
_DISK_FAILURES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
"""No remote that is read says so of itself: it is the disk here."""


class Interrupted(Exception):
    """A transfer was given up: another one failed, or whoever waited for it does no longer."""


class TooLong(Exception):
    """More bytes come than the object can have."""


def explain_failure(
    error: Exception, place: DataPlace, settings: dict[str, object], target: str | None = None
) -> Exception:
    """The error to raise in place of what a library of a remote raised; what is ours already stays as it is.

    ``target`` is the file here that was written, if one was.
    """
    if isinstance(error, (ExpError, Interrupted, TooLong)) and not isinstance(error, StorageFailed):
        return error
    if target is not None and isinstance(error, OSError) and error.errno in _DISK_FAILURES:
        return StorageFailed(os.path.dirname(os.path.dirname(target)), error.strerror or str(error))
    names = [kind.__name__ for one in _chain(error) for kind in type(one).__mro__[:-2]]
    words = _find_words(error)
    text = hide_secrets(words, settings)
    again = "what was moved stays: run the command again"

    def is_one_of(known: tuple[str, ...]) -> bool:
        return any(one in name for name in names for one in known)

    if isinstance(error, StorageFailed):
        return TransferFailed(place.url, f"{error.fields['why']}: {error.fields['path']}", hint=again)
    if is_one_of(_NO_CREDENTIALS):
        return TransferFailed(place.url, f"no credentials: {text}", hint=_name_login(place))
    if isinstance(error, PermissionError) or any(word in words for word in _REFUSED_WORDS):
        return TransferFailed(place.url, f"it refuses: {text}", hint=_name_login(place))
    if is_one_of(_UNREACHABLE):
        return TransferFailed(
            place.url,
            f"it cannot be reached: {text}",
            hint=f"is it spelt right, and is the network up?  ({_name_list(place)})",
        )
    if is_one_of(_DROPPED):
        return TransferFailed(place.url, f"the connection was lost: {text}", hint=again)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TransferFailed(place.url, f"it is full: {text}", hint=again)
    if isinstance(error, FileNotFoundError):
        return TransferFailed(place.url, f"it is not there: {text}", hint=_name_list(place))
    return TransferFailed(place.url, text, hint=again)


def name_extra(scheme: str) -> str:
    """What is to be installed to speak to a kind of remote."""
    return f"'gitexp[{_EXTRAS[scheme]}]'" if scheme in _EXTRAS else f"dvc-{scheme}"


def _name_list(place: DataPlace) -> str:
    """What shows where the place is said."""
    return "dvc remote list" if place.name is not None else "exp remote"


def _name_login(place: DataPlace) -> str:
    scheme = place.url.partition("://")[0]
    if scheme == "s3":
        return "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    named = place.name or "NAME"
    return f"dvc remote modify --local {named} OPTION VALUE" if "://" in place.url else f"ls -ld {place.url}"


def _find_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if isinstance(error.filename, str) else ""
        return f"{error.strerror}{where}"
    said = [str(one).strip() for one in _chain(error)]
    words = next((one for one in said if one), type(error).__name__)
    return " ".join(words.split())[:_LONGEST]


def _chain(error: BaseException) -> list[BaseException]:
    """An error and those that it came from."""
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or one.__context__
    return found
