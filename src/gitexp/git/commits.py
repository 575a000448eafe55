"""Commits as bytes: made and read here, so that equal inputs give equal ids whoever writes them."""

from __future__ import annotations

import re
from typing import NamedTuple

from gitexp.errors import BrokenObject

# Git before 2.42 also took away a '.' at the ends: "Sammy Davis, Jr." lost his.
_CRUD = re.compile(r"^[\x00- ,:;<>\"\\']+|[\x00- ,:;<>\"\\']+$|[\n<>]")
_PERSON = re.compile(rb"(.*?) ?<(.*)> (-?\d+) ([+-]\d+)", re.DOTALL)


class Person(NamedTuple):
    """Who and when: ``seconds`` since 1970 and the offset from UTC as Git writes it."""

    name: str
    email: str
    seconds: int
    offset: str = "+0000"


class RawCommit(NamedTuple):
    """A commit as it is stored. ``message`` is UTF-8 wherever the commit's encoding is known.

    ``extra`` holds the headers between committer and message, such as a signature, in order.
    """

    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: bytes
    extra: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def signed(self) -> bool:
        """Whether the commit bears a signature; not whether it is a good one."""
        return any(name.startswith(b"gpgsig") for name, _ in self.extra)


def clean_name(text: str) -> str:
    """A name or address as Git stores it: without '<', '>', line ends, and punctuation at its ends."""
    # Both sides can uncover each other only once: Git strips the ends first and the middle after.
    return re.sub(r"[\x00\n<>]", "", _CRUD.sub("", text))


def format_commit(commit: RawCommit) -> bytes:
    """The bytes of a commit."""
    lines = [b"tree " + commit.tree.encode()]
    lines += [b"parent " + parent.encode() for parent in commit.parents]
    lines.append(b"author " + _format_person(commit.author))
    lines.append(b"committer " + _format_person(commit.committer))
    lines += [name + b" " + value.replace(b"\n", b"\n ") for name, value in commit.extra]
    return b"\n".join(lines) + b"\n\n" + commit.message


def _format_person(person: Person) -> bytes:
    name, email = clean_name(person.name), clean_name(person.email)
    return f"{name} <{email}> {person.seconds} {person.offset}".encode("utf-8", "surrogateescape")


def parse_commit(data: bytes) -> RawCommit:
    """Reads a commit's bytes. Raises BrokenObject."""
    head, _, message = data.partition(b"\n\n")
    tree: str | None = None
    parents: list[str] = []
    people: dict[bytes, Person] = {}
    extra: list[tuple[bytes, bytes]] = []
    for name, value in _headers(head):
        if name == b"tree" and tree is None:
            tree = value.decode("ascii", "replace")
        elif name == b"parent":
            parents.append(value.decode("ascii", "replace"))
        elif name in (b"author", b"committer") and name not in people:
            people[name] = _parse_person(value)
        else:
            extra.append((name, value))
    if tree is None or len(people) != 2:
        raise BrokenObject("a commit without tree, author or committer")
    encoding = next((value for name, value in extra if name == b"encoding"), None)
    return RawCommit(
        tree, tuple(parents), people[b"author"], people[b"committer"], _to_utf8(message, encoding), tuple(extra)
    )


def _headers(head: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    for line in head.split(b"\n"):
        if line.startswith(b" ") and found:
            name, value = found[-1]
            found[-1] = (name, value + b"\n" + line[1:])
        else:
            name, _, value = line.partition(b" ")
            found.append((name, value))
    return found


def _parse_person(value: bytes) -> Person:
    found = _PERSON.fullmatch(value)
    if not found:
        raise BrokenObject(f"not a name, address and date: {value[:200]!r}")
    name, email, seconds, offset = found.groups()
    return Person(
        name.decode("utf-8", "surrogateescape"),
        email.decode("utf-8", "surrogateescape"),
        int(seconds),
        offset.decode("ascii"),
    )


def _to_utf8(message: bytes, encoding: bytes | None) -> bytes:
    if encoding is None:
        return message
    try:
        return message.decode(encoding.decode("ascii", "replace")).encode()
    except (LookupError, ValueError):
        return message
