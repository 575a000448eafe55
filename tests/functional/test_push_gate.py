"""The gate before a push: whatever would become public is looked through, wherever it hides."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from gitexp.actions.push_gate import check_inspection, inspect_outgoing
from gitexp.errors import HistoryUnasked, SecretsFound
from gitexp.store.runs import open_store
from kit.exp import run_exp
from kit.git import GitFolder
from kit.stored import plan_run, store_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitexp.model.inspection import Find, Inspection

TOKEN = "ghp_" + "a1B2" * 9
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA" * 8 + "\n-----END RSA " + "PRIVATE KEY-----\n"
RUN = "k3v9x2mabc"


@pytest.fixture
def known(folder: GitFolder) -> str:
    """The commit that the remote has."""
    return folder.git("rev-parse", "HEAD")


def inspect(folder: GitFolder, tip: str, *known: str, allow: Sequence[str] = (), where: str = ".") -> Inspection:
    store = open_store(str(folder.path / where))
    return inspect_outgoing(store, [folder.git("rev-parse", tip)], known, allow=allow)


def only(inspection: Inspection) -> Find:
    (find,) = inspection.finds
    return find


def refused(inspection: Inspection) -> SecretsFound:
    with pytest.raises(SecretsFound) as caught:
        check_inspection(inspection, with_history=True)
    assert TOKEN not in repr(vars(caught.value))
    return caught.value


def test_what_is_clean_may_go(folder: GitFolder, known: str) -> None:
    store_run(folder, plan_run(folder, RUN), {"output.log": b"fine\n"})
    inspection = inspect(folder, f"refs/runs/default/{RUN}", known)
    assert inspection == ((), (), (), 1, 5, inspection.bytes, False)
    assert inspection.bytes > 300
    check_inspection(inspection, with_history=None)


def test_a_secret_that_a_later_commit_took_out_again(folder: GitFolder, known: str) -> None:
    folder.gen({"lib/conf.py": f"first = 1\ntoken = '{TOKEN}'\n"})
    bad = folder.commit("add the loader")
    folder.gen({"lib/conf.py": "first = 1\n"})
    head = folder.commit("oops")
    store_run(folder, plan_run(folder, RUN))
    inspection = inspect(folder, f"refs/runs/default/{RUN}", known)
    find = only(inspection)
    assert (find.commit, find.path, find.line, find.kind) == (bad, "lib/conf.py", 2, "GitHub token")
    assert (find.runs, find.is_own) == ((RUN,), True)
    assert [(one.commit, one.subject) for one in inspection.unpushed] == [(head, "oops"), (bad, "add the loader")]

    error = refused(inspection)
    assert error.message == (
        f"1 place that looks like a secret would become public with this push: {bad[:7]} lib/conf.py:2 GitHub token"
    )
    assert error.hint == (
        f"exp push --allow {find.fingerprint}, if it is none; if it is: revoke it, then rewrite your commit "
        f"(git rebase -i {bad[:7]}~) and erase what keeps it (exp purge {RUN})"
    )
    assert error.fields["count"] == 1


def test_a_secret_in_a_run_alone(folder: GitFolder, known: str) -> None:
    run = plan_run(folder, RUN)
    commit = store_run(folder, run, {"output.log": b"one\n" + TOKEN.encode(), "artifacts/a.txt": KEY.encode()})
    inspection = inspect(folder, f"refs/runs/default/{RUN}", known)
    assert [(find.commit, find.path, find.line, find.kind) for find in inspection.finds] == [
        (commit, ".exp/artifacts/a.txt", 1, "private key"),
        (commit, ".exp/output.log", 2, "GitHub token"),
    ]
    assert all(find.runs == (RUN,) and not find.is_own for find in inspection.finds)
    error = refused(inspection)
    assert error.message.startswith("2 places that look like a secret would become public with this push, the first: ")
    assert str(error.hint).endswith(f"if it is: revoke it, then erase what keeps it (exp purge {RUN})")


def test_a_secret_in_what_was_not_committed(folder: GitFolder, known: str) -> None:
    folder.gen({"train.py": f"print('loss=1')\nt = '{TOKEN}'\n"})
    run_exp(folder, "run", "--", "true")
    run_exp(folder, "run", "--", "true")
    refs = folder.git("for-each-ref", "--format=%(refname)", "refs/runs").split("\n")
    assert len(refs) == 2
    snapshot = folder.git("rev-parse", f"{refs[0]}^")
    inspection = inspect_outgoing(open_store(), [folder.git("rev-parse", ref) for ref in refs], [known])
    find = only(inspection)
    assert (find.commit, find.path, find.is_own) == (snapshot, "train.py", False)
    assert set(find.runs) == {ref.rpartition("/")[2] for ref in refs}
    assert inspection.unpushed == ()


def test_a_secret_in_a_message(folder: GitFolder, known: str) -> None:
    folder.gen({"a.py": "1\n"})
    bad = folder.commit(f"add a\n\nwith {TOKEN}")
    find = only(inspect(folder, "HEAD", known))
    assert (find.commit, find.path, find.line, find.is_own) == (bad, None, 3, True)
    assert find.place == f"{bad[:7]} message:3 GitHub token"
    folder.git("tag", "-a", "v1", "-m", f"v1 {TOKEN}", known)
    find = only(inspect(folder, "refs/tags/v1", known))
    assert (find.path, find.line, find.runs, find.is_own) == (None, 1, (), False)


def test_a_secret_in_the_name_of_a_file(folder: GitFolder, known: str) -> None:
    folder.gen({f"out/{TOKEN}.txt": "x\n", "out/plain.txt": "x\n"})
    bad = folder.commit()
    find = only(inspect(folder, "HEAD", known))
    assert (find.commit, find.path, find.line, find.kind) == (bad, f"out/{TOKEN}.txt", None, "GitHub token")
    known = bad
    # What lies under that name was there before: only the tree is new.
    folder.git("mv", "train.py", f"{TOKEN}.py")
    bad = folder.commit()
    find = only(inspect(folder, "HEAD", known))
    assert (find.commit, find.path) == (bad, f"{TOKEN}.py")
    assert inspect(folder, "HEAD", known, allow=[f"{TOKEN}.py"]).finds == ()


def test_files_that_are_credentials_by_name(folder: GitFolder, known: str) -> None:
    folder.gen({
        ".env": "A=1\n", "di\nr/id_rsa": "x\n", "caf\udce9/.netrc": "y\n", "copy/.env": "", "notes.env": "PORT=1\n",
        ".env.example": "A=\n", "plain.txt": "y2\n", "pub.pem": "-----BEGIN CERTIFICATE-----\n", "own.pem": "z\n",
    })  # fmt: skip
    (folder.path / "secrets.yaml").symlink_to("elsewhere")
    folder.commit()
    found = {str(find.path): (find.kind, find.line) for find in inspect(folder, "HEAD", known).finds}
    assert found == {
        ".env": ("environment file", None),
        '"di\\nr/id_rsa"': ("SSH private key", None),
        '"caf\\351/.netrc"': ("logins", None),
        "own.pem": ("private key", None),
    }


def test_every_name_of_a_file_counts(folder: GitFolder, known: str) -> None:
    folder.gen({"a/plain.txt": "A=1\n", "b/c/plain.txt": "A=1\n", "z/.ssh/plain.txt": "A=1\n", "y/.env": "A=1\n"})
    head = folder.commit()
    finds = inspect(folder, "HEAD", known).finds
    assert {(find.commit, find.path, find.kind) for find in finds} == {
        (head, "y/.env", "environment file"),
        (head, "z/.ssh/plain.txt", "private keys"),
    }


def test_files_that_are_credentials_by_what_is_in_them(folder: GitFolder, known: str) -> None:
    login = '{"refresh_token": "1//abc", "client_secret": "d"}'
    folder.gen({"login.json": login, "reads.py": login, "u16.txt": f"a\n{TOKEN}\n".encode("utf-16")})
    folder.commit()
    found = {(find.path, find.line, find.kind) for find in inspect(folder, "HEAD", known).finds}
    assert found == {("login.json", None, "cloud login"), ("u16.txt", 2, "GitHub token")}


def test_a_projects_own_rules(folder: GitFolder, known: str) -> None:
    folder.gen({".exp.yaml": "redaction: {patterns: ['corp-[0-9]+'], files: ['*.vault']}\n"})
    folder.gen({"a.txt": "x\ncorp-77\n", "b.vault": "1\n"})
    folder.commit()
    found = {(find.path, find.line) for find in inspect(folder, "HEAD", known).finds}
    assert found == {("a.txt", 2), ("b.vault", None)}


def test_exceptions(folder: GitFolder, known: str) -> None:
    folder.gen({"services/a/conf/x.py": TOKEN, "services/b/conf/x.py": TOKEN + "\n", "c.py": TOKEN + " "})
    folder.gen({"services/a/.exp.yaml": "push: {allow: [conf/]}\n"})
    folder.commit()

    def paths(*allow: str, where: str = ".") -> list[str]:
        return sorted(str(find.path) for find in inspect(folder, "HEAD", known, allow=allow, where=where).finds)

    assert paths() == ["c.py", "services/a/conf/x.py", "services/b/conf/x.py"]
    assert paths(where="services/a") == ["c.py", "services/b/conf/x.py"]
    assert paths("services/b/conf/x.py", "/c.py") == ["services/a/conf/x.py"]
    assert paths("x.py") == ["c.py"]
    assert paths("*.txt", "b") == ["c.py", "services/a/conf/x.py"]
    fingerprint = next(find.fingerprint for find in inspect(folder, "HEAD", known).finds if find.path == "c.py")
    inspection = inspect(folder, "HEAD", known, allow=[fingerprint, "services/b/"], where="services/a")
    assert inspection.finds == ()
    assert {(one.find.path, one.why) for one in inspection.excused} == {
        ("c.py", f"--allow: {fingerprint}"),
        ("services/a/conf/x.py", "push.allow in .exp.yaml: conf/"),
        ("services/b/conf/x.py", "--allow: services/b/"),
    }
    check_inspection(inspection, with_history=True)


def test_a_fingerprint_is_of_the_text_and_not_of_its_place(folder: GitFolder, known: str) -> None:
    folder.gen({"a.py": TOKEN})
    folder.commit()
    first = only(inspect(folder, "HEAD", known)).fingerprint
    folder.git("mv", "a.py", "b.py")
    folder.commit()
    assert only(inspect(folder, "HEAD", known)).fingerprint == first
    folder.gen({"b.py": "\n" + TOKEN})
    folder.commit()
    assert {find.fingerprint == first for find in inspect(folder, "HEAD", known).finds} == {True, False}


def test_a_file_in_two_places_needs_leave_for_both(folder: GitFolder, known: str) -> None:
    folder.gen({"tests/key": TOKEN, "prod/key": TOKEN})
    folder.commit()
    assert only(inspect(folder, "HEAD", known, allow=["tests/"])).path == "prod/key"
    assert inspect(folder, "HEAD", known, allow=["tests/", "prod/"]).finds == ()


def test_a_word_on_the_line_excuses_its_secret_alone(folder: GitFolder, known: str) -> None:
    lines = [f"a = '{TOKEN}'  # pragma: allowlist secret", "# pragma: allowlist nextline secret", f"b = '{TOKEN}'"]
    folder.gen({"a.py": "\n".join([*lines, f"c = '{TOKEN}'"])})
    folder.gen({".env": "A=1  # pragma: allowlist secret\n"})
    folder.commit()
    inspection = inspect(folder, "HEAD", known)
    assert {(find.path, find.line) for find in inspection.finds} == {("a.py", 4), (".env", None)}
    assert [(one.find.line, one.why) for one in inspection.excused] == [
        (1, "pragma: allowlist secret"), (3, "pragma: allowlist secret"),
    ]  # fmt: skip


def test_history_is_asked_for(folder: GitFolder, known: str) -> None:
    for number in range(5):
        folder.gen({"a.py": f"{number}\n"})
        folder.commit(f"step {number}")
    store_run(folder, plan_run(folder, RUN))
    tip = f"refs/runs/default/{RUN}"
    inspection = inspect(folder, tip, known)
    assert (inspection.commits, len(inspection.unpushed)) == (6, 5)
    with pytest.raises(HistoryUnasked) as caught:
        check_inspection(inspection, with_history=None, remote="origin")
    ids = [commit.commit[:7] for commit in inspection.unpushed]
    assert caught.value.message == (
        "5 commits that are not on origin yet would become public with this push: "
        f"{ids[0]} step 4, {ids[1]} step 3, {ids[2]} step 2 and 2 more"
    )
    assert caught.value.hint == "exp push --with-history"
    check_inspection(inspection, with_history=True)

    folder.gen({".exp.yaml": "push: {with_history: true}\n"})
    inspection = inspect(folder, tip, known)
    check_inspection(inspection, with_history=None)
    with pytest.raises(HistoryUnasked):
        check_inspection(inspection, with_history=False)


def test_secrets_come_before_history(folder: GitFolder, known: str) -> None:
    folder.gen({"a.py": TOKEN})
    folder.commit()
    with pytest.raises(SecretsFound):
        check_inspection(inspect(folder, "HEAD", known), with_history=False)


def test_what_gitexp_made_is_nobodys_history(folder: GitFolder, known: str) -> None:
    ours = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", "gitexp"), ("EMAIL", "gitexp@localhost"))}  # fmt: skip
    made = folder.run("git", "commit-tree", "-p", known, "-m", "a list", "HEAD^{tree}", env=ours).stdout.decode()
    quoted = folder.git("commit-tree", "-p", known, "-m", f"as in {RUN}\n\nRun-Id: {RUN} it was", "HEAD^{tree}")
    assert inspect(folder, made.strip(), known).unpushed == ()
    assert [one.commit for one in inspect(folder, quoted, known).unpushed] == [quoted]


def test_thousands_of_clean_files_and_a_huge_one(folder: GitFolder, known: str) -> None:
    folder.gen({f"d{number % 20}/f{number}.csv": f"{number},{number / 7!r}\n" * 10 for number in range(2000)})
    huge = random.Random(1).randbytes(1 << 16) * 320
    folder.gen({"huge.bin": huge})
    folder.commit()
    inspection = inspect(folder, "HEAD", known)
    assert inspection.finds == ()
    assert inspection.objects == 1 + 1 + 20 + 2000 + 1
    assert inspection.bytes > 20_000_000
    folder.gen({"huge.bin": huge + b"\0" + TOKEN.encode()})
    folder.commit()
    assert only(inspect(folder, "HEAD", known)).path == "huge.bin"


def test_a_partial_clone_is_inspected_without_its_server(folder: GitFolder) -> None:
    bare = folder.path.parent / "server.git"
    folder.git("clone", "--quiet", "--bare", ".", str(bare))
    GitFolder(bare).git("config", "uploadpack.allowFilter", "true")
    path = folder.path.parent / "partial"
    folder.git("clone", "--quiet", "--filter=blob:none", "--no-checkout", f"file://{bare}", str(path))
    partial = GitFolder(path)
    base = partial.git("rev-parse", "HEAD")
    partial.git("read-tree", "HEAD")
    new = partial.git("hash-object", "-w", "--stdin", stdin=TOKEN.encode())
    partial.git("update-index", "--add", "--cacheinfo", f"100644,{new},new.py")
    head = partial.git("commit-tree", "-p", base, "-m", "new", partial.git("write-tree", "--missing-ok"))
    assert "?" in partial.git("rev-list", "--objects", "--all", "--missing=print")
    shutil.rmtree(bare)
    find = only(inspect(partial, head, base, "d" * 40))
    assert (find.commit, find.path) == (head, "new.py")
    assert only(inspect(partial, head)).path == "new.py"
