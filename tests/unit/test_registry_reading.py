"""``registry.yaml``, read: every mistake is told by its line, and by what was expected there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gitexp.errors import BrokenRegistry
from gitexp.format.registry_reading import parse_registry
from gitexp.model.policy import Better, MinimumAge, Policy, hash_policy
from gitexp.model.registry import EMPTY, STAGES, Approval, Entry, email_of

GOOD = """\
format: 1
stages: [staging, production, archived]
policies:
  production:
    require: ["metrics.val_auc >= 0.9", "not code.dirty"]
    better: {metric: val_auc, p: 0.01, effect: 0.5}
    data: known
    age: {staging: 3 days}
    approvals: 2
    approvers: [lead@example.org, reviewer@example.org]
    self_approval: false
models:
  fraud:
    description: finds it
    versions:
      - version: 1
        run: refs/runs/default/k3v9x2mabc
        commit: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        artifact: {path: model.pt, md5: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, bytes: 12}
        stage: production
        aliases: [champion]
        metrics: {val_auc: 0.94, worst: -Infinity}
        history:
          - {stage: staging, at: 2026-11-27T09:14:03.123456Z, by: Ada <ada@example.org>, why: the first}
          - stage: production
            at: 2026-11-27T11:14:03+01:00
            by: Ada <ada@example.org>
            approvals:
              - {by: Lead <lead@example.org>, at: 2026-11-27T10:00:00Z, policy: "sha256:0", signature: "ssh:AAAA"}
          - {alias: champion, at: 2026-11-27T12:14:03Z, by: Ada <ada@example.org>}
      - version: 4
        run: refs/runs/base/g111111111
        commit: cccccccccccccccccccccccccccccccccccccccc
        artifact: {path: models/best, md5: dddddddddddddddddddddddddddddddd.dir}
        history:
          - {stage: none, at: 2026-11-27T09:14:03Z, by: ada@example.org, rollback: true, forced: [approvals]}
        approvals:
          - {stage: production, by: L <l@x>, at: 2026-11-27T10:00:00Z, policy: p, signature: s, withdrawn: true}
"""


def test_a_registry_is_read_with_the_line_of_each_part() -> None:
    found = parse_registry(GOOD.encode(), "registry.yaml")
    fraud = found.registry.models["fraud"]
    first, second = fraud.versions
    assert (fraud.description, first.number, second.number) == ("finds it", 1, 4)
    assert (first.stage, first.aliases, first.metrics["worst"]) == ("production", ("champion",), float("-inf"))
    assert first.history[1].approvals == (
        Approval(
            "production", "Lead <lead@example.org>", datetime(2026, 11, 27, 10, tzinfo=UTC), "sha256:0", "ssh:AAAA"
        ),
    )
    assert first.history[1].at == datetime(2026, 11, 27, 10, 14, 3, tzinfo=UTC)
    assert first.history[2] == Entry(
        datetime(2026, 11, 27, 12, 14, 3, tzinfo=UTC), "Ada <ada@example.org>", None, "champion"
    )
    assert (second.stage, second.history[0].stage, second.history[0].forced) == ("none", "none", ("approvals",))
    assert second.history[0].is_rollback
    assert second.approvals[0].is_withdrawal
    assert found.lines[("models", "fraud", "versions", 0, "stage")] == 20
    assert [one.number for one in fraud.at("production")] == [1]
    assert found.registry.policies["production"] == Policy(
        require=("metrics.val_auc >= 0.9", "not code.dirty"),
        better=Better("val_auc", 0.01, 0.5),
        data_known=True,
        minimum_age=MinimumAge("staging", 3 * 86400.0),
        approvals=2,
        approvers=("lead@example.org", "reviewer@example.org"),
        self_approval=False,
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "format: 1\n", "format: 1\nmodels:\n"])
def test_a_registry_of_nothing_is_one(text: str) -> None:
    assert parse_registry(text.encode(), "registry.yaml").registry == EMPTY._replace(stages=STAGES)


@pytest.mark.parametrize(
    ("old", "new", "line", "why", "hint"),
    [
        ("format: 1", "format: 2", 1, "it has format 2, this gitexp reads format 1", "pip install --upgrade gitexp"),
        ("format: 1", "formats: 1", 1, "formats: unknown key", "did you mean format?"),
        ("[staging, production, archived]", "[staging, Prod!]", 2, "'Prod!' cannot be a stage", "a-z, 0-9"),
        ("[staging, production, archived]", "[staging, staging]", 2, "'staging' stands twice", None),
        ("  production:\n    require", "  prod:\n    require", 4, "no stage 'prod'", "staging, production, archived"),
        ('"metrics.val_auc >= 0.9"', '"metrics.val_auc >="', 5, "metrics.val_auc >=", None),
        ("{metric: val_auc, p: 0.01", "{metric: val_auc, p: 5", 6, "a p value lies between 0 and 1", "0.05"),
        ("data: known", "data: maybe", 7, "that it is known", "data: known"),
        ("{staging: 3 days}", "{staging: 3}", 8, "3 where a duration is expected", "3 days, 12h"),
        ("approvals: 2", "approvals: two", 9, "'two' where a whole number from 0 on is expected", None),
        ("approvals: 2", "approvls: 2", 9, "unknown key", "did you mean approvals?"),
        ("self_approval: false", "self_approval: 0", 11, "0 where true or false is expected", None),
        ("  fraud:\n", "  'fra ud':\n", 13, "'fra ud' cannot be a model", "letters, digits"),
        ("version: 1", "version: 5", 31, "version 4 after version 5: numbers only grow", "version: 6"),
        ("refs/runs/default/k3v9x2mabc", "refs/heads/main", 17, "not the ref of a run", "refs/runs/<experiment>/<id>"),
        ("a" * 40, "abc123", 18, "not a whole commit id", "40 hexadecimal digits"),
        ("path: model.pt", "path: ../model.pt", 19, "not a path inside the project", "model.pt"),
        ("b" * 32, "xyz", 19, "not an MD5 hash", "32 hexadecimal digits"),
        ("bytes: 12", "bytes: many", 19, "'many' where a whole number", None),
        ("stage: production\n        aliases", "stage: prod\n        aliases", 20, "no stage 'prod'", "one of staging"),
        ("aliases: [champion]", "aliases: [staging]", 21, "is a stage, and so no alias", "another word"),
        ("val_auc: 0.94,", "val_auc: good,", 22, "'good' where a number is expected", None),
        ("at: 2026-11-27T09:14:03.123456Z", "at: 27 Nov", 24, "'27 Nov' where a time is expected", "2026-11-23T09"),
        ("at: 2026-11-27T09:14:03.123456Z", "at: 2026-11-27T09:14:03", 24, "where a time is expected", "Z"),
        ("{alias: champion,", "{alias: champion, stage: staging,", 30, "stage and alias found", None),
        ("by: Lead <lead@example.org>, ", "", 29, "by is missing", None),
        ("history:\n          - {stage: none", "histories:\n          - {stage: none", 35, "unknown key", "history"),
        ("by: ada@example.org", 'by: "ada\\n@example.org"', 36, "one line of plain text is expected", None),
        ("by: ada@example.org", 'by: "ada\\e[2J"', 36, "one line of plain text is expected", None),
        ("why: the first", 'why: "\\ud800"', 24, "half of a character", None),
        ("[champion]", f"[{'x' * 300}]", 21, "'xxxxxxxxxxxxx", None),
        ("  fraud:\n    description", "\tfraud:\n    description", 13, "", "no tabs"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(old: str, new: str, line: int, why: str, hint: str | None) -> None:
    assert old in GOOD
    with pytest.raises(BrokenRegistry) as caught:
        parse_registry(GOOD.replace(old, new, 1).encode(), "registry.yaml")
    assert caught.value.message.startswith(f"registry.yaml:{caught.value.fields['line']}: ")
    assert caught.value.fields["line"] == line
    assert why in caught.value.message
    assert hint is None or hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    "data", [b"\xff\xff", b"a: [1", b"- 1\n", b"a: &x [*x]\n", b"format: 1\nformat: 1\n", b"[" * 9000]
)
def test_what_is_no_registry_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(BrokenRegistry, match=r"registry\.yaml"):
        parse_registry(data, "registry.yaml")


def test_a_policy_has_a_hash_of_all_that_it_says() -> None:
    policy = parse_registry(GOOD.encode(), "registry.yaml").registry.policies["production"]
    others = [
        policy._replace(approvals=1),
        policy._replace(approvers=("lead@example.org",)),
        policy._replace(require=policy.require[:1]),
        policy._replace(better=None),
        policy._replace(self_approval=True),
        policy._replace(force=True),
    ]
    hashes = {hash_policy(one) for one in (policy, *others)}
    assert len(hashes) == 7
    assert hash_policy(policy._replace()) == hash_policy(policy)
    assert hash_policy(Policy()) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of {}


@pytest.mark.parametrize(
    ("by", "email"), [("Ada <ada@example.org>", "ada@example.org"), ("ada@example.org", "ada@example.org")]
)
def test_an_identity_has_an_address(by: str, email: str) -> None:
    assert email_of(by) == email
