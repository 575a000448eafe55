"""What an approval signs, byte by byte."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from gitexp.format.approval_statement import build_statement, format_statement
from gitexp.model.paths import TreePath
from gitexp.model.registry import Approval, Entry, Version, VersionArtifact

AT = datetime(2026, 11, 27, 9, 43, 5, tzinfo=UTC)
VERSION = Version(
    number=3,
    run="refs/runs/default/k3v9x2mabc",
    commit="1f" * 20,
    artifact=VersionArtifact(TreePath("model.pt"), "68cc9af49557ea9711dad503a6907437", 9),
    history=(Entry(AT, "Ada <ada@example.org>", stage="staging"),),
)
APPROVAL = Approval("production", "Léa <lea@example.org>", AT, "sha256:ab", "ssh:AAAA", "fine")


def test_the_bytes_are_these_for_ever() -> None:
    assert format_statement("fraud", VERSION, APPROVAL) == (
        b'{"_type":"https://in-toto.io/Statement/v1","predicate":{"at":"2026-11-27T09:43:05.000000Z",'
        b'"by":"L\\u00e9a <lea@example.org>","decision":"approved","policy":"sha256:ab","stage":"production",'
        b'"version":"fraud:v3","why":"fine"},"predicateType":"urn:gitexp:approval:v1","subject":[{"digest":{"md5":'
        b'"68cc9af49557ea9711dad503a6907437"},"name":"model.pt"},{"digest":{"gitCommit":'
        b'"1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f1f"},"name":"refs/runs/default/k3v9x2mabc"}]}\n'
    )


def test_a_folder_a_withdrawal_and_no_reason() -> None:
    folder = VERSION._replace(artifact=VERSION.artifact._replace(md5="68cc9af49557ea9711dad503a6907437.dir"))
    found = build_statement("fraud", folder, APPROVAL._replace(why=None, is_withdrawal=True))
    assert found["subject"][0]["digest"] == {"dvcDirectory": "68cc9af49557ea9711dad503a6907437"}
    assert found["predicate"]["decision"] == "withdrawn"
    assert "why" not in found["predicate"]


def test_the_zone_in_which_a_time_is_written_changes_nothing() -> None:
    there = APPROVAL._replace(at=AT.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert format_statement("fraud", VERSION, there) == format_statement("fraud", VERSION, APPROVAL)
    assert json.loads(format_statement("fraud", VERSION, there))["predicate"]["at"] == "2026-11-27T09:43:05.000000Z"
