"""OpenSSH's files of allowed signers, as values."""

from __future__ import annotations

import pytest

from gitexp.format.allowed_signers import AllowedLine, format_allowed, is_plain_address, parse_allowed

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILS"
SECURITY_KEY = "sk-ssh-ed25519@openssh.com AAAAGnNr"


def test_each_form_of_a_line() -> None:
    text = f"""\
# who may sign
ada@example.org {KEY} Ada's laptop

*@lab.example.org,!guest@lab.example.org namespaces="git,file",valid-before="20270101" {KEY}
"spaced, name" cert-authority {SECURITY_KEY}
"""
    found = parse_allowed(text.encode())
    assert found.broken == ()
    assert found.lines == (
        AllowedLine(2, "ada@example.org", (), KEY),
        AllowedLine(
            4,
            "*@lab.example.org,!guest@lab.example.org",
            ('namespaces="git,file"', 'valid-before="20270101"'),
            KEY,
        ),
        AllowedLine(5, "spaced, name", ("cert-authority",), SECURITY_KEY),
    )


def test_lines_that_are_none_are_told_and_passed_over() -> None:
    found = parse_allowed(f"ada@example.org\nada@example.org nonsense\n\xff{KEY}\nada@example.org {KEY}\n".encode())
    assert (found.broken, [line.number for line in found.lines]) == ((1, 2, 3), [4])


@pytest.mark.parametrize("end", ["\r", "\v", "\f", "\x1c", "\x85", "\u2028"])
def test_a_comment_hides_no_signer(end: str) -> None:
    text = f"# nothing to see{end}mal@example.org {KEY}\nada@example.org {KEY}\r\n"
    found = parse_allowed(text.encode())
    assert [(line.principals, line.key) for line in found.lines] == [("ada@example.org", KEY)]


@pytest.mark.parametrize(
    ("principals", "email", "expected"),
    [
        ("ada@example.org", "ada@example.org", True),
        ("ada@example.org", "ada@example.orgs", False),
        ("ada@example.org", "ADA@example.org", False),
        ("*@example.org", "ada@example.org", True),
        ("?da@example.org", "ada@example.org", True),
        ("*", "ada@example.org", True),
        ("bob@example.org,ada@example.org", "ada@example.org", True),
        ("*@example.org,!ada@example.org", "ada@example.org", False),
        ("!ada@example.org", "bob@example.org", False),
        ("[a]da@example.org", "ada@example.org", False),
    ],
)
def test_principals(principals: str, email: str, expected: bool) -> None:
    assert AllowedLine(1, principals, (), KEY).allows(email) is expected


def test_the_lines_of_one_address_name_it_alone() -> None:
    allowed = parse_allowed(f'*@example.org valid-before="20200101",namespaces="git" {KEY}\nzoe@z.org {KEY}\n'.encode())
    assert format_allowed(allowed, only="ada@example.org").decode() == (
        f'ada@example.org valid-before="20200101",namespaces="git" {KEY}\n'
    )
    assert format_allowed(allowed, only="ada@example.org", ever=True).decode() == (
        f'ada@example.org namespaces="git" {KEY}\n'
    )
    assert format_allowed(allowed, only="mal@mal.org") == b""
    assert parse_allowed(format_allowed(allowed)).lines == allowed.lines


@pytest.mark.parametrize("text", ["", "*", "a,b", "a b", "!a", 'a"b', "a\nb", "a?"])
def test_what_would_mean_more_than_itself_is_no_address(text: str) -> None:
    assert is_plain_address("ada+x@example.org")
    assert not is_plain_address(text)
