"""Data and artifacts on a real S3: in parallel, and on its bad days."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kit.exp import run_exp
from kit.sharing import Team, share, tips
from kit.storage import BUCKET, cache_of, cached, fetch, md5_of, use_s3
from kit.terminal import wait_until

if TYPE_CHECKING:
    import pathlib

    from kit.git import GitFolder
    from kit.storage import S3, Between

OWN = "team/gitexp/files/md5/"
WEIGHTS = b"w" * 1_500_000
SCRIPT = "open('model.pt', 'wb').write(b'w' * 1_500_000)\nprint('loss=0.5')\n"
COUNT = 12
FILES: dict[str, str | bytes] = {f"set/{number:02}.txt": f"{number}\n" for number in range(COUNT)}
AGAIN = "what was moved stays: run the command again"


@pytest.fixture
def team(tmp_path: pathlib.Path) -> Team:
    return Team.create(tmp_path)


@pytest.fixture
def ada(team: Team, between: Between) -> GitFolder:
    """A clone with one run that read twelve files and wrote weights; DVC's remote is the S3, behind the proxy."""
    folder = team.clone("ada")
    folder.gen({"train.py": SCRIPT, ".gitignore": "model.pt\n/set/\n"})
    use_s3(folder, between.url)
    folder.commit("train")
    folder.git("push", "--quiet", "origin", "main")
    folder.gen(FILES)
    ran = run_exp(folder, "run", "--data", "set", "--artifact", "model.pt", "--", sys.executable, "train.py")
    assert ran.status == 0, ran.err
    return folder


def use_one_at_a_time(folder: GitFolder, between: Between) -> None:
    use_s3(folder, between.url, jobs=1)


def test_bytes_go_in_parallel_and_come_back(team: Team, ada: GitFolder, s3: S3, between: Between) -> None:
    ran = share(ada, "push")

    assert ran.err.splitlines()[1] == f"sent 14 objects, 1.5 MB, to storage (s3://{BUCKET}/team)"
    assert len(s3.list_keys()) == COUNT + 2
    assert all(key.startswith(OWN) for key in s3.list_keys())
    assert between.objects("PUT")[-1].endswith(".dir")
    asked = len(between.passed)
    assert "sent" not in share(ada, "push").err
    assert len(between.passed) == asked
    bob = team.clone("bob")
    share(bob, "pull")
    assert fetch(bob) == {"missing": {}}
    assert len(cached(bob)) == COUNT + 2
    assert "sent" not in share(bob, "push").err


def test_a_dropped_push_goes_on_where_it_was(ada: GitFolder, s3: S3, between: Between) -> None:
    use_one_at_a_time(ada, between)
    between.fault = lambda method, _: "drop" if method == "PUT" and len(between.objects("PUT")) >= 5 else None

    ran = share(ada, "push", status=1)

    assert ran.err.splitlines()[0].startswith("pushed 1 new run: ")
    assert ran.err.splitlines()[1].startswith(f"exp: s3://{BUCKET}/team: the connection was lost: ")
    assert ran.err.splitlines()[2] == f"hint: {AGAIN}"
    assert ran.err.splitlines()[3].startswith("sent 5 objects, ")
    first = between.objects("PUT")
    assert len(first) == len(s3.list_keys()) == 5
    between.fault = lambda _method, _path: None
    assert "sent 9 objects, " in share(ada, "push").err
    assert len(between.objects("PUT")) == COUNT + 2
    assert not set(first) & set(between.objects("PUT")[5:])


def test_a_dropped_fetch_keeps_what_came_and_goes_on(team: Team, ada: GitFolder, between: Between) -> None:
    share(ada, "push")
    bob = team.clone("bob")
    share(bob, "pull")
    use_one_at_a_time(bob, between)
    between.fault = lambda method, _: "drop" if method == "GET" and len(between.objects("GET")) >= 6 else None

    found = fetch(bob)

    assert found["code"] == "transfer-failed"
    assert found["message"].startswith(f"s3://{BUCKET}/team: the connection was lost: ")
    assert found["hint"] == AGAIN
    came = cached(bob)
    assert len(came) == len(between.objects("GET")) == 6
    assert os.listdir(cache_of(bob) / "tmp") == []
    between.fault = lambda _method, _path: None
    assert fetch(bob) == {"missing": {}}
    assert len(between.objects("GET")) == COUNT + 2
    assert len(cached(bob)) == COUNT + 2


def test_a_remote_that_refuses_is_told_in_one_sentence(team: Team, ada: GitFolder, between: Between) -> None:
    between.fault = lambda _method, _path: "403"

    ran = share(ada, "push", status=1)

    assert ran.err.splitlines()[1].startswith(f"exp: s3://{BUCKET}/team: it refuses: ")
    assert ran.err.splitlines()[2] == "hint: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    assert len(ran.err.splitlines()) == 3
    assert tips(team.there) == tips(ada)
    bob = team.clone("bob")
    share(bob, "pull")
    assert fetch(bob)["message"].startswith(f"s3://{BUCKET}/team: it refuses: ")


def test_a_remote_without_credentials_bucket_or_answer_is_told(
    ada: GitFolder, s3: S3, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = run_exp(ada, "push", env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
    assert "s3://bucket/team: no credentials: Unable to locate credentials\n" in secret.err
    use_s3(ada, between.url)
    (ada.path / ".dvc" / "config").write_text(
        (ada.path / ".dvc" / "config").read_text().replace(f"s3://{BUCKET}", "s3://elsewhere")
    )
    assert "it is not there: The specified bucket does not exist\n" in share(ada, "push", status=1).err
    s3.close()
    use_s3(ada, s3.url)
    ran = share(ada, "push", status=1)
    assert f"s3://{BUCKET}/team: it cannot be reached: " in ran.err
    assert "Traceback" not in ran.err


def test_what_is_damaged_there_is_told_and_not_kept(team: Team, ada: GitFolder, s3: S3) -> None:
    share(ada, "push")
    md5 = md5_of(WEIGHTS)
    s3.call("PUT", f"{OWN}{md5[:2]}/{md5[2:]}", b"x" * len(WEIGHTS))
    bob = team.clone("bob")
    share(bob, "pull")

    place = f"s3://{BUCKET}/{OWN}{md5[:2]}/{md5[2:]}"
    assert fetch(bob) == {"missing": {"model.pt": f"the bytes are damaged there: what lies at {place} is not {md5}"}}
    assert md5 not in cached(bob)
    assert len(cached(bob)) == COUNT + 1


def test_an_interrupted_push_ends_at_once_and_keeps_what_went(ada: GitFolder, s3: S3, between: Between) -> None:
    use_one_at_a_time(ada, between)
    between.fault = lambda method, _: "hold" if method == "PUT" and len(between.objects("PUT")) >= 3 else None
    command = [sys.executable, "-m", "gitexp", "push"]
    process = subprocess.Popen(command, cwd=ada.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: bool(between.faults))

    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)

    assert process.returncode == 130, told
    assert b"Traceback" not in told
    assert len(s3.list_keys()) == 3
    between.fault = lambda _method, _path: None
    assert "sent 11 objects, " in share(ada, "push").err


def test_secrets_of_the_configuration_are_not_shown(ada: GitFolder, s3: S3, between: Between) -> None:
    config = ada.path / ".dvc" / "config.local"
    config.write_text(
        "['remote \"storage\"']\n    access_key_id = AKIAhunter2\n    secret_access_key = hunter2hunter2\n"
    )
    between.fault = lambda _method, _path: "403"

    ran = share(ada, "push", status=1)

    assert "it refuses" in ran.err
    assert "hunter2" not in ran.err
