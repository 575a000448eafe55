"""`exp link`, as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import run_exp
from kit.saying import said_of

if TYPE_CHECKING:
    from kit.git import GitFolder

K3V9 = "refs/runs/default/k3v9x2mabc"


def test_a_page_and_its_title(runs: GitFolder) -> None:
    linked = run_exp(runs, "link", "k3v9", "p7qw", "https://example.org/report/7?a=b#c", "--title", "the  report\n")
    assert (linked.status, linked.out) == (0, "")
    assert linked.err == "linked 2 runs to https://example.org/report/7?a=b#c\n"
    (said,) = said_of(runs, K3V9)
    assert said == {"link": {"url": "https://example.org/report/7?a=b#c", "title": "the report"}}
    assert "https://example.org/report/7?a=b#c" in run_exp(runs, "show", "k3v9").out


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("http://localhost:8080/x", "http://localhost:8080/x"),
        ("mailto:ada@example.org", "mailto:ada@example.org"),
        ("www.example.org/a", "https://www.example.org/a"),
        ("example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org/wiki/caf\u00e9", "https://example.org/wiki/caf\u00e9"),
    ],
)
def test_what_is_a_page(runs: GitFolder, typed: str, url: str) -> None:
    assert run_exp(runs, "link", "k3v9", typed).err == f"linked run amber-fox-k3v9 to {url}\n"
    assert said_of(runs, K3V9) == [{"link": {"url": url}}]
    assert run_exp(runs, "link", "k3v9", typed).err == "run amber-fox-k3v9: linked so already\n"
    assert len(said_of(runs, K3V9)) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("k3v9",), "a run and a page, both are needed"),
        (("k3v9", "p7qw"), "not the address of a page"),
        (("k3v9", "javascript:alert(1)"), "not the address of a page"),
        (("k3v9", "file:///etc/passwd"), "not the address of a page"),
        (("k3v9", "data:text/html,x"), "not the address of a page"),
        (("k3v9", "ssh://example.org/x"), "not the address of a page"),
        (("k3v9", "https:///x"), "names no host"),
        (("k3v9", "https://[::1/x"), "names no host"),
        (("k3v9", "https://example.org/a b"), "a space or control character"),
        (("k3v9", "https://example.org/\u202ex"), "a space or control character"),
        (("k3v9", "https://example.org/" + "x" * 2000), "longer than 2000"),
        (("k3v9", "https://ada:hunter2@example.org/x"), "holds a user or password"),
        (("k3v9", "https://example.org/?token=ghp_0123456789abcdefghijABCDEFGHIJ012345"), "looks like a secret"),
        (("k3v9", "https://example.org", "--title", "ghp_0123456789abcdefghijABCDEFGHIJ012345"), "looks like a secret"),
        (("nope", "https://example.org"), "no run 'nope'"),
    ],
)
def test_what_is_refused_writes_nothing(runs: GitFolder, words: tuple[str, ...], says: str) -> None:
    before = runs.git("for-each-ref")
    refused = run_exp(runs, "link", *words)
    assert refused.status in (1, 2)
    assert says in refused.err
    assert "hunter2" not in refused.err
    assert runs.git("for-each-ref") == before
