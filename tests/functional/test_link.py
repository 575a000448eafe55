"""`exp link`, as it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kit.exp import envelope, run_exp
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


RESULT = b'{"ctr": {"a": 0.11, "b": 0.125}, "auc": 0.48, "verdict": "<b>ship</b>"}'


def test_what_came_of_it_in_use_stands_beside_the_metrics(runs: GitFolder) -> None:
    runs.gen({"result.json": RESULT})
    linked = run_exp(runs, "link", "k3v9", "--online", "result.json", "--title", "A/B, week 9")
    assert (linked.status, linked.out, linked.err) == (0, "", "linked run amber-fox-k3v9 to 4 online values\n")
    (said,) = said_of(runs, K3V9)
    results = {"ctr": {"a": 0.11, "b": 0.125}, "auc": 0.48, "verdict": "<b>ship</b>"}
    assert said == {"online": {"title": "A/B, week 9", "results": results}}
    assert run_exp(runs, "link", "k3v9", "--online", "-", "--title", "A/B, week 9", stdin=RESULT).err.endswith(
        "so already\n"
    )

    shown = run_exp(runs, "show", "k3v9").out
    online = shown.partition("\nOnline\n")[2].partition("\n\n")[0].splitlines()
    assert "A/B, week 9" in online[0]
    assert online[1].split() == ["online", "offline"]
    assert [line.split() for line in online[2:]] == [
        ["ctr.a", "0.11"],
        ["ctr.b", "0.125"],
        ["auc", "0.48", "0.5"],
        ["verdict", "<b>ship</b>"],
    ]
    assert "online  ctr.a=0.11" in shown

    compared = run_exp(runs, "compare", "k3v9", "t2zc").out
    part = compared.partition("\nOnline\n")[2].splitlines()
    assert [line.split() for line in part[:4]] == [
        ["ctr.a", "0.11", "-"],
        ["ctr.b", "0.125", "-"],
        ["auc", "0.48", "-"],
        ["verdict", "<b>ship</b>", "-"],
    ]
    rows = envelope(run_exp(runs, "compare", "k3v9", "t2zc", "--rows", "online.*", "--json").out)["data"]["rows"]
    assert {row["key"]: row["values"] for row in rows}["online.auc"] == {"k3v9x2mabc": 0.48}


def test_later_results_go_before_earlier_ones(runs: GitFolder) -> None:
    for text in (b'{"ctr": 0.1, "users": 10}', b'{"ctr": 0.2}'):
        assert run_exp(runs, "link", "k3v9", "p7qw", "--online", "-", stdin=text).status == 0
    rows = envelope(run_exp(runs, "compare", "k3v9", "p7qw", "--rows", "online.*", "--json").out)["data"]["rows"]
    assert {row["key"]: set(row["values"].values()) for row in rows} == {"online.ctr": {0.2}, "online.users": {10}}
    online = run_exp(runs, "show", "k3v9").out.partition("\nOnline\n")[2].partition("\n\n")[0].splitlines()
    values = [line.split() for line in online if line.split()[0] in ("ctr", "users")]
    assert values == [["ctr", "0.2"], ["ctr", "0.1"], ["users", "10"]]


@pytest.mark.parametrize(
    ("words", "text", "says"),
    [
        (("k3v9", "--online", "nowhere.json"), b"", "--online nowhere.json: No such file"),
        (("k3v9", "--online", "-"), b"{", "no JSON: "),
        (("k3v9", "--online", "-"), b"[" * 100_000, "no JSON: "),
        (("k3v9", "--online", "-"), b"\xff\xfe\xff", "no JSON: "),
        (("k3v9", "--online", "-"), b"[1]", "a mapping of names to numbers is expected"),
        (("k3v9", "--online", "-"), b'{"a": NaN}', "a number that is not finite"),
        (("k3v9", "--online", "-"), b'{"a": ' + b"9" * 1_000_000 + b"}", "more than 1,000,000 bytes"),
        (("k3v9", "--online", "-"), b'{"a": "ghp_0123456789abcdefghijABCDEFGHIJ012345"}', "looks like a secret"),
        (("k3v9", "--online", "-"), b'{"x": {"api_key": "hunter2hunter2"}}', "looks like a secret"),
        (("k3v9", "https://example.org/x", "--online", "-"), b"{}", "a page or --online, one of them"),
        (("-", "--online", "-"), b"{}", "cannot both come through the pipe"),
        (("nope", "--online", "-"), b'{"a": 1}', "no run 'nope'"),
    ],
)
def test_what_is_no_result_writes_nothing(runs: GitFolder, words: tuple[str, ...], text: bytes, says: str) -> None:
    before = runs.git("for-each-ref")
    refused = run_exp(runs, "link", *words, stdin=text)
    assert refused.status in (1, 2)
    assert says in refused.err
    assert runs.git("for-each-ref") == before
