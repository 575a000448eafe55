"""`exp tag`, as it is typed."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.exp import PATIENCE, envelope, refs, run_exp
from kit.git import GitFolder
from kit.saying import message, said_of
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    import pathlib

K3V9 = "refs/runs/default/k3v9x2mabc"
P7QW = "refs/runs/default/p7qw4n8hde"
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def tags(folder: GitFolder, ref: str) -> list[str]:
    return [line.removeprefix("Tag: ") for line in message(folder, ref) if line.startswith("Tag: ")]


def test_several_runs_and_several_tags(runs: GitFolder) -> None:
    before = runs.state()
    tip, snapshot = runs.git("rev-parse", K3V9, f"{K3V9}^").split()

    tagged = run_exp(runs, "tag", "k3v9", "p7qw", "team=fraud", "baseline", "n=3", "x=0.5", "s='3'", "off=false")

    assert (tagged.status, tagged.out) == (0, "")
    assert tagged.err == "tagged 2 runs: team=fraud baseline n=3 x=0.5 s=3 off=false\n"
    for ref in (K3V9, P7QW):
        assert tags(runs, ref) == ['team="fraud"', "baseline=true", "n=3", "x=0.5", 's="3"', "off=false"]
    (said,) = said_of(runs, K3V9)
    assert said == {"tag": {"team": "fraud", "baseline": True, "n": 3, "x": 0.5, "s": "3", "off": False}}
    assert runs.git("rev-parse", f"{K3V9}^1", f"{K3V9}^2").split() == [snapshot, tip]
    assert "team=fraud" in run_exp(runs, "ls").out
    assert runs.state() == before
    runs.git("fsck", "--strict", "--no-dangling")


def test_who_says_it_is_the_committer_and_the_author_stays(runs: GitFolder) -> None:
    env = {"GIT_COMMITTER_NAME": "Grace", "GIT_COMMITTER_EMAIL": "grace@example.org"}
    run_exp(runs, "tag", "k3v9", "a=1", env=env)
    assert runs.git("log", "-1", "--format=%an %cn", K3V9) == "Ada Lovelace Grace"
    shown = json.loads(run_exp(runs, "show", "k3v9", "--json").out)["data"]["annotations"]
    assert [one["by"] for one in shown] == [{"name": "Grace", "email": "grace@example.org"}]


def test_a_tag_that_is_there_writes_nothing_and_says_so(runs: GitFolder) -> None:
    run_exp(runs, "tag", "k3v9", "team=fraud")
    tip = runs.git("rev-parse", K3V9)

    again = run_exp(runs, "tag", "k3v9", "p7qw", "team=fraud")

    assert again.err == "tagged run amber-fox-p7qw: team=fraud\nrun amber-fox-k3v9: tagged so already: team=fraud\n"
    assert runs.git("rev-parse", K3V9) == tip
    assert run_exp(runs, "tag", "k3v9", "team=credit").err == "tagged run amber-fox-k3v9: team=credit\n"
    assert tags(runs, K3V9) == ['team="credit"']


def test_tags_are_taken_away(runs: GitFolder) -> None:
    run_exp(runs, "tag", "k3v9", "a=1", "b=2", "c")
    gone = run_exp(runs, "tag", "k3v9", "--remove", "a", "c", "d")
    assert gone.err == "untagged run amber-fox-k3v9: a, c\nno such tag: d\n"
    assert tags(runs, K3V9) == ["b=2"]
    assert run_exp(runs, "tag", "k3v9", "--remove", "a").err == "run amber-fox-k3v9: no such tag: a\n"
    valued = run_exp(runs, "tag", "k3v9", "--remove", "b=2")
    assert (valued.status, valued.err.splitlines()[1]) == (2, "hint: --remove b")
    # A tag of the manifest as well.
    run_exp(runs, "tag", "t2zc", "--remove", "team")
    assert tags(runs, "refs/runs/default/t2zc9x1k0f") == []


def test_tags_are_printed(runs: GitFolder) -> None:
    run_exp(runs, "tag", "k3v9", "n=3", "ok", "team=a b")
    one = run_exp(runs, "tag", "k3v9")
    assert (one.status, one.out, one.err) == (0, "n=3\nok\nteam=a b\n", "")
    both = run_exp(runs, "tag", "k3v9", "t2zc")
    assert [line.split() for line in both.out.splitlines()] == [
        ["id", "name", "n", "ok", "team"],
        ["k3v9x2mabc", "amber-fox-k3v9", "3", "true", "a", "b"],
        ["t2zc9x1k0f", "amber-fox-t2zc", "-", "-", "fraud"],
    ]
    found = envelope(run_exp(runs, "tag", "k3v9", "t2zc", "--json").out)["data"]["runs"]
    assert [run["tags"] for run in found] == [{"n": 3, "ok": True, "team": "a b"}, {"team": "fraud"}]


def test_json_tells_what_was_written(runs: GitFolder) -> None:
    first = envelope(run_exp(runs, "tag", "k3v9", "a=1", "--json").out)["data"]["runs"]
    assert first == [
        {
            "id": "k3v9x2mabc",
            "name": "amber-fox-k3v9",
            "changed": True,
            "commit": runs.git("rev-parse", K3V9),
            "said": [{"kind": "tag", "value": {"a": 1}}],
        }
    ]
    (again,) = envelope(run_exp(runs, "tag", "k3v9", "a=1", "--json").out)["data"]["runs"]
    assert (again["changed"], again["commit"]) == (False, None)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("k3v9", "p7qz"), "'p7qz' looks like a run, and names none"),
        (("k3v9", "1f0c2e"), "looks like a run"),
        (("k3v9", "amber-fox-k3v8"), "looks like a run"),
        (("k3v9", "amber-fox"), "looks like a run"),
        (("k3v9", "a=1", "p7qw"), "'p7qw' names a run and comes after a tag"),
        (("k3v9", "good", "p7qw"), "'p7qw' names a run and comes after a tag"),
        (("team=fraud", "k3v9"), "no run is named before 'team=fraud'"),
        (("team",), "'team' names no run, and the runs come first"),
        (("k3v9", "a b"), "names no run, and is no tag"),
        (("k3v9", "=x"), "has no name"),
        (("k3v9", "a\x1bb=x"), "control character"),
        (("k3v9", "last~9"), "only 4 runs"),
        (("k3v9", "max:none"), "no finished run with a value of 'none'"),
    ],
)
def test_what_may_be_a_run_is_never_taken_for_a_tag(runs: GitFolder, words: tuple[str, ...], says: str) -> None:
    before = runs.git("for-each-ref")
    refused = run_exp(runs, "tag", *words)
    assert refused.status in (1, 2)
    assert says in refused.err
    assert "hint: " in refused.err or "control" in says
    assert runs.git("for-each-ref") == before


def test_a_run_that_is_called_like_a_tag(runs: GitFolder) -> None:
    store_run(runs, plan_run(runs, "m4ra7v5s9j", minutes=1, name="baseline"))
    before = runs.git("for-each-ref")
    table = run_exp(runs, "tag", "k3v9", "baseline")
    assert table.err == "'baseline' is the name of a run; as a tag: baseline=true\n"
    assert runs.git("for-each-ref") == before
    assert run_exp(runs, "tag", "k3v9", "baseline=true").err == "tagged run amber-fox-k3v9: baseline\n"
    either = run_exp(runs, "tag", "p7qw", "baseline", "x=1")
    assert (either.status, either.err.splitlines()[0]) == (2, "exp: 'baseline' is a run and a tag in use")
    assert run_exp(runs, "tag", "k3v9", "--remove", "baseline").status == 2
    assert run_exp(runs, "tag", "baseline", "x=1").err == "tagged run baseline: x=1\n"


def test_runs_on_standard_input(runs: GitFolder) -> None:
    ids = run_exp(runs, "ls", "--ids", "--sort", "auc").out.encode()
    assert len(ids.split()) == 4
    piped = run_exp(runs, "tag", "-", "swept", stdin=b"k3v9x2mabc\n\n  p7qw \n")
    assert piped.err == "tagged 2 runs: swept\n"
    assert tags(runs, P7QW) == ["swept=true"]
    wrong = run_exp(runs, "tag", "-", "x=1", stdin=b"k3v9x2mabc\nnope\n")
    assert (wrong.status, "no run 'nope'" in wrong.err) == (1, True)
    assert tags(runs, K3V9) == ["swept=true"]
    none = run_exp(runs, "tag", "-", "x=1")
    assert (none.status, none.err.splitlines()[0]) == (1, "exp: no run came on standard input")


@pytest.mark.parametrize(
    "words",
    [
        ("api_key=abc123def456",),
        ("note=ghp_0123456789abcdefghijABCDEFGHIJ012345",),
        ("fine=1", "url=https://ada:hunter2@example.org/"),
        ("x=the-value-of-a-variable-9",),
    ],
)
def test_a_secret_is_refused_before_anything_is_written(runs: GitFolder, words: tuple[str, ...]) -> None:
    before = (runs.git("for-each-ref"), runs.git("count-objects"))
    refused = run_exp(runs, "tag", "k3v9", *words, env={"HF_TOKEN": "the-value-of-a-variable-9"})
    assert (refused.status, refused.out) == (1, "")
    assert "looks like a secret, and Git never forgets" in refused.err
    assert not any(word.partition("=")[2] in refused.err for word in words if len(word) > 8)
    assert (runs.git("for-each-ref"), runs.git("count-objects")) == before


def test_what_the_settings_allow_is_no_secret(runs: GitFolder) -> None:
    runs.gen({".exp.yaml": "redaction:\n  allow: [api_key]\n"})
    assert run_exp(runs, "tag", "k3v9", "api_key=abc123def456").status == 0


@pytest.mark.parametrize("text", ["\x1b[2J\x1b]0;x\x07", "<script>alert(1)</script>", "\u202edrow", "a\nb", "\x00"[1:]])
def test_hostile_values_stay_what_they_are_and_do_nothing(runs: GitFolder, text: str) -> None:
    tagged = run_exp(runs, "tag", "k3v9", f"t={text}")
    assert tagged.status == 0
    (said,) = said_of(runs, K3V9)
    assert said == {"tag": {"t": text}}
    for shown in (tagged.err, *(run_exp(runs, *words).out for words in (["tag", "k3v9"], ["show", "k3v9"], ["ls"]))):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "\x07" not in shown
    assert json.loads(run_exp(runs, "tag", "k3v9", "--json").out)["data"]["runs"][0]["tags"] == {"t": text}


def test_bytes_that_are_no_text_and_a_value_that_is_too_large(runs: GitFolder) -> None:
    done = runs.run(sys.executable, "-m", "gitexp", "tag", "k3v9", b"t=caf\xe9")
    assert done.returncode == 0
    assert said_of(runs, K3V9) == [{"tag": {"t": "caf\\xe9"}}]
    large = run_exp(runs, "tag", "k3v9", f"t={'x' * 100_000}")
    assert (large.status, "too large" in large.err) == (2, True)
    assert run_exp(runs, "tag", "k3v9", f"t={'x' * 90_000}").status == 0
    assert "Run-More: tags" in message(runs, K3V9)
    assert run_exp(runs, "tag", "k3v9").out == f"t={'x' * 90_000}\n"


def test_many_processes_tag_one_run_at_once_and_nothing_is_lost(runs: GitFolder) -> None:
    count = 12
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "gitexp", "tag", "k3v9", "p7qw", f"t{number}={number}"],
            cwd=runs.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        for number in range(count)
    ]  # fmt: skip
    outputs = [one.communicate(timeout=PATIENCE)[0].decode() for one in started]
    assert [one.returncode for one in started] == [0] * count, outputs
    for ref in (K3V9, P7QW):
        assert sorted(tags(runs, ref)) == sorted(f"t{number}={number}" for number in range(count))
        assert len(said_of(runs, ref)) == count
    runs.git("fsck", "--strict", "--no-dangling")


def test_three_hundred_runs_in_one_go(folder: GitFolder) -> None:
    first = store_run(folder, plan_run(folder, "k3v9x2mabc"))
    text = folder.git("cat-file", "commit", first)
    manifest = folder.git("show", f"{first}:.exp/run.yaml")
    ids = ["m4ra7v5" + "".join(tail) for tail in itertools.islice(itertools.product(ALPHABET, repeat=3), 300)]
    stream = []
    for number, run_id in enumerate(ids, 1):
        body, own = text.partition("\n\n")[2].replace("k3v9x2mabc", run_id), manifest.replace("k3v9x2mabc", run_id)
        stream.append(
            f"blob\nmark :{number}\ndata {len(own) + 1}\n{own}\n"
            f"commit refs/runs/default/{run_id}\n"
            "author Ada Lovelace <ada@example.org> 1795425243 +0000\n"
            "committer Ada Lovelace <ada@example.org> 1795425340 +0000\n"
            f"data {len(body) + 1}\n{body}\nfrom {folder.git('rev-parse', 'HEAD')}\nM 100644 :{number} .exp/run.yaml\n"
        )
    folder.git("fast-import", "--quiet", stdin="\n".join(stream).encode())
    piped = "\n".join(ids).encode()
    log = folder.path / "trace"

    tagged = run_exp(folder, "tag", "-", "swept", stdin=piped, env={"GIT_TRACE2_EVENT": str(log)})

    assert tagged.err == "tagged 300 runs: swept\n"
    assert log.read_text().count('"event":"start"') < 15
    log.unlink()
    assert run_exp(folder, "tag", "-", "b=1", stdin=piped, env={"GIT_TRACE2_EVENT": str(log)}).status == 0
    assert log.read_text().count('"event":"start"') < 20
    counted = [len(said_of(folder, ref)) for ref in refs(folder)[1:4]]
    assert counted == [2, 2, 2]
    assert run_exp(folder, "tag", "-", "b=1", stdin=piped).err == "300 runs: tagged so already: b=1\n"
    folder.git("fsck", "--strict", "--no-dangling")


def test_everywhere_that_git_works(runs: GitFolder, tmp_path: pathlib.Path) -> None:
    (runs.path / "sub").mkdir()
    assert run_exp(runs, "tag", "k3v9", "sub=1", where="sub").status == 0
    runs.git("checkout", "--quiet", "--detach")
    assert run_exp(runs, "tag", "k3v9", "detached=1").status == 0
    bare = GitFolder(tmp_path / "bare.git")
    runs.git("clone", "--quiet", "--mirror", ".", str(bare.path))
    assert run_exp(bare, "tag", "k3v9", "bare=1").err == "tagged run amber-fox-k3v9: bare=1\n"
    assert tags(bare, K3V9) == ["sub=1", "detached=1", "bare=1"]
    bare.git("fsck", "--strict", "--no-dangling")
    # What one clone said is a fast-forward for the other.
    runs.git("fetch", "--quiet", str(bare.path), f"{K3V9}:{K3V9}")
    assert run_exp(runs, "tag", "k3v9").out == "bare=1\ndetached=1\nsub=1\n"


def test_a_signature_that_cannot_be_made_is_told(runs: GitFolder) -> None:
    runs.git("config", "commit.gpgSign", "true")
    runs.git("config", "gpg.program", "false")
    tagged = run_exp(runs, "tag", "k3v9", "a=1")
    assert tagged.status == 0
    assert tagged.err.startswith("tagged run amber-fox-k3v9: a=1\nexp: stored unsigned: ")


def test_a_broken_run_is_named(broken: GitFolder) -> None:
    assert run_exp(broken, "tag", "k3v9", "a=1").status == 0
    refused = run_exp(broken, "tag", "refs/runs/default/m4ra7v5s9j", "a=1")
    assert (refused.status, "cannot be read" in refused.err) == (1, True)
