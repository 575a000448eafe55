"""Git's configuration, as one listing of it says; and who the user is."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from gitexp.git.command import run_git, start_git
from gitexp.git.commits import clean_name
from gitexp.model.urls import strip_credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitexp.git.repository import Repository

_ALL = "--filter=blob:limit=1000g"
LIST_CONFIG = ("config", "--list", "-z", "--includes")


class Identity(NamedTuple):
    """Who the user is. ``guessed``: Git was never told, and the name is made up from the system's."""

    name: str
    email: str
    guessed: bool


@dataclass(frozen=True, slots=True)
class GitConfig:
    """All settings that hold in one place, in order of rising strength. A value of None: the key without '='."""

    entries: tuple[tuple[str, str | None], ...]
    _last: dict[str, str | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_last", dict(self.entries))

    def get(self, key: str) -> str | None:
        """The value that counts; None where the key is not set. A key without '=' reads as ``true``."""
        key = _canonical(key)
        if key not in self._last:
            return None
        value = self._last[key]
        return "true" if value is None else value

    def get_all(self, key: str) -> list[str]:
        """Every value of the key, in order."""
        key = _canonical(key)
        return ["true" if value is None else value for name, value in self.entries if name == key]

    def is_true(self, key: str) -> bool:
        """Whether the key is set to one of the words that Git reads as true."""
        value = self.get(key)
        if value is None:
            return False
        return value.lower() in ("true", "yes", "on") or (
            re.fullmatch(r"[+-]?\d+", value) is not None and int(value) != 0
        )

    @property
    def signs_commits(self) -> bool:
        """Whether Git signs commits here."""
        return self.is_true("commit.gpgSign")

    @property
    def is_partial(self) -> bool:
        """Whether objects are missing here that some remote promised to give."""
        return self.get("extensions.partialClone") is not None or any(
            key.startswith("remote.") and key.endswith(".promisor") for key, _ in self.entries
        )

    def remotes(self) -> dict[str, str]:
        """The URL of each remote, as it is written: it may hold credentials."""
        found: dict[str, str] = {}
        for key, value in self.entries:
            if key.startswith("remote.") and key.endswith(".url") and value:
                found.setdefault(key[len("remote.") : -len(".url")], value)
        return found

    def main_url(self) -> str | None:
        """The URL of ``origin``, else of the first remote, without credentials; None where there is none."""
        remotes = self.remotes()
        url = remotes.get("origin") or next(iter(remotes.values()), None)
        return strip_credentials(url) if url is not None else None

    def filters(self) -> tuple[str, ...]:
        """The names of the filters that are configured."""
        names = (key[len("filter.") : key.rindex(".")] for key, _ in self.entries if key.startswith("filter."))
        return tuple(dict.fromkeys(name for name in names if name))


def parse_config(listing: bytes) -> GitConfig:
    """Reads what ``git config --list -z`` prints."""
    entries: list[tuple[str, str | None]] = []
    for item in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        key, equals, value = item.partition("\n")
        entries.append((key, value if equals else None))
    return GitConfig(tuple(entries))


def read_config(place: Repository | str, environment: Mapping[str, str | None] | None = None) -> GitConfig:
    """The configuration that holds in a repository or folder."""
    return parse_config(run_git(place, *LIST_CONFIG, environment=environment))


def filters_off(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Settings under which Git runs none of the named filters and stores or writes what is there."""
    settings: list[tuple[str, str]] = []
    for name in names:
        settings += [(f"filter.{name}.{key}", "") for key in ("clean", "smudge", "process")]
        settings.append((f"filter.{name}.required", ""))  # an empty value is false
    return tuple(settings)


def push_alone(config: GitConfig, remote: str) -> tuple[tuple[str, str], ...]:
    """Settings under which a push is of the refs that it is told: no mirror, no submodule that goes along."""
    # Of the two keys Git takes the one that is set last; ours comes after both. Who asked for a check keeps it.
    goes_along = (config.get("push.recurseSubmodules") or "").lower() in ("on-demand", "only")
    goes_along = goes_along or config.is_true("submodule.recurse")
    return ((f"remote.{remote}.mirror", ""), *((("push.recurseSubmodules", "check"),) if goes_along else ()))


def fetch_whole(config: GitConfig, remote: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The option and settings under which all that is fetched comes, into a partial clone as well.

    There ``--no-filter`` fails where objects are checked: Git then misses those that were promised before. A filter
    that lets everything pass spares them. Any other remote would be written down as one that promises.
    """
    if not config.is_partial or f"remote.{remote}=".count("=") > 1:
        return "--no-filter", ()
    known = f"remote.{remote}"
    if config.is_true(f"{known}.promisor") and config.get(f"{known}.partialCloneFilter"):
        return _ALL, ()
    return _ALL, ((f"{known}.promisor", "true"), (f"{known}.partialCloneFilter", "blob:none"))


def author_identity(repository: Repository, config: GitConfig | None = None) -> Identity:
    """The user as author, as Git would write them."""
    return _identity(repository, config, "author")


def committer_identity(repository: Repository, config: GitConfig | None = None) -> Identity:
    """The user as committer, as Git would write them."""
    return _identity(repository, config, "committer")


def _identity(repository: Repository, config: GitConfig | None, role: Literal["author", "committer"]) -> Identity:
    config = config if config is not None else read_config(repository)
    prefix = f"GIT_{role.upper()}_"
    name = os.environ.get(prefix + "NAME") or config.get(f"{role}.name") or config.get("user.name") or ""
    email = (
        os.environ.get(prefix + "EMAIL")
        or config.get(f"{role}.email")
        or config.get("user.email")
        or os.environ.get("EMAIL")
        or ""
    )
    name, email = clean_name(name), clean_name(email)
    if name and email:
        return Identity(name, email, guessed=False)
    # Git makes something up from the password file and the host's name, or refuses to: ask it.
    output = start_git(repository, "var", f"GIT_{role.upper()}_IDENT").collect()
    found = re.match(r"(.*) <(.*)> ", output.out.decode("utf-8", "surrogateescape")) if output.status == 0 else None
    if found:
        return Identity(found[1], found[2], guessed=True)
    return Identity(name or _user(), email or f"{_user()}@{_host()}", guessed=True)


def _user() -> str:
    import getpass

    try:
        return clean_name(getpass.getuser()) or "unknown"
    except (KeyError, OSError, ImportError):  # a container may run under a number that has no name
        return "unknown"


def _host() -> str:
    import socket

    return clean_name(socket.gethostname()) or "localhost"


def _canonical(key: str) -> str:
    section, first, rest = key.partition(".")
    subsection, last, variable = rest.rpartition(".")
    if not first:
        return key.lower()
    return ".".join(part for part in (section.lower(), subsection if last else "", variable.lower()) if part)
