""".exp.yaml: what each key means, and every mistake with its line, key and the near name."""

from __future__ import annotations

import pathlib

import pytest

from gitexp.errors import ConfigError
from gitexp.format.settings import parse_settings
from gitexp.format.settings_template import format_settings
from gitexp.model.settings import PushRules, RedactionRules, Settings, SnapshotRules

FULL = b"""\
project: fraud
experiment: baseline
metrics: {val_auc: maximize, loss: minimize}
params: {files: [conf/*.yaml], command: false}
metrics_files: [out/scores.json]
data: [data/train.csv]
artifacts: {paths: [model.pt], git_limit: 2 MB}
output: {limit: 1.5 MiB, metrics: false}
system: {record: off, interval: 5}
snapshot: {scope: all, max_file: 500 kB, max_total: 10_0, include: ['*.bin'], exclude: [tmp/]}
redaction: {names: [pin], patterns: ['ab+'], allow: [token_count], files: ['*.secret']}
push: {allow: [tests/keys/, 0123456789abcdef], with_history: true}
environment: {variables: [MY_*]}
cost: {currency: EUR, rates: {default: 0.1, gpu-*: 2}}
"""


def test_every_key_is_read() -> None:
    settings = parse_settings(FULL.replace(b"10_0", b"100"), ".exp.yaml")
    assert settings == Settings(
        file=".exp.yaml",
        project="fraud",
        experiment="baseline",
        directions={"val_auc": "maximize", "loss": "minimize"},
        params_files=("conf/*.yaml",),
        params_from_command=False,
        metrics_files=("out/scores.json",),
        metrics_from_output=False,
        data=("data/train.csv",),
        artifacts=("model.pt",),
        artifact_git_bytes=2_000_000,
        snapshot=SnapshotRules("all", 500_000, 100, ("*.bin",), ("tmp/",)),
        redaction=RedactionRules(("pin",), ("ab+",), ("token_count",), ("*.secret",)),
        push=PushRules(("tests/keys/", "0123456789abcdef"), with_history=True),
        variables=("MY_*",),
        output_bytes=1_572_864,
        system=False,
        system_interval=5.0,
        cost_rates={"default": 0.1, "gpu-*": 2.0},
        currency="EUR",
    )


@pytest.mark.parametrize("text", [b"", b"# nothing\n", b"metrics:\nsnapshot:\n"])
def test_what_is_not_said_has_its_default(text: bytes) -> None:
    assert parse_settings(text, ".exp.yaml") == Settings(file=".exp.yaml")


@pytest.mark.parametrize("name", ["fraud", "it's", "a: b", "{x}"])
def test_what_init_writes_is_read_as_the_defaults(name: str) -> None:
    text = format_settings(name)
    assert parse_settings(text.encode(), ".exp.yaml") == Settings(file=".exp.yaml", project=name)


def test_what_init_comments_out_is_right_when_uncommented() -> None:
    lines = format_settings("fraud").splitlines()
    opened = [line.removeprefix("# ") if line.startswith(("# ", "#  ")) and _is_key(line) else line for line in lines]
    settings = parse_settings("\n".join(opened).encode(), ".exp.yaml")
    plain = Settings(file=".exp.yaml", project="fraud", cost_rates={"default": 0.1}, currency="EUR")
    assert settings == plain


def _is_key(line: str) -> bool:
    word = line.removeprefix("# ").strip().split(":")[0]
    return ":" in line and word.replace("_", "").isalpha() and not line.startswith("# Reference")


@pytest.mark.parametrize(
    ("text", "line", "key", "hint"),
    [
        (b"project: a\nexperimnt: b\n", 2, "experimnt", "did you mean experiment?"),
        (b"snapshot:\n  scope: code\n  max_fil: 1\n", 3, "snapshot.max_fil", "did you mean snapshot.max_file?"),
        (b"metrics:\n  auc: maximise\n", 2, "metrics.auc", "auc: maximize"),
        (b"snapshot: trackd\n", 1, "snapshot.scope", "scope: tracked"),
        (b"\noutput:\n  limit: much\n", 3, "output.limit", "limit: 1 MB"),
        (b"experiment: Base Line\n", 1, "experiment", "experiment: base-line"),
        (b"redaction:\n  patterns: ['(']\n", 2, "redaction.patterns", None),
        (b"params:\n  command: 3\n", 2, "params.command", None),
        (b"push:\n  with_histor: true\n", 2, "push.with_histor", "did you mean push.with_history?"),
        (b"push:\n  with_history: perhaps\n", 2, "push.with_history", None),
        (b"push:\n  allow: [1]\n", 2, "push.allow", "allow: [first, second]"),
        (b"output: 3\n", 1, "output", "with limit, metrics"),
        (b"system: of\n", 1, "system.record", None),
        (b"system:\n  interval: 0\n", 2, "system.interval", None),
        (b"cost:\n  rates: {a: -1}\n", 2, "cost.rates.a", None),
        (b"- a\n", 1, "YAML", "exp init writes a commented one"),
        (b"a: [\n", 2, "YAML", None),
        (b"data: [a]\ndata: [b]\n", 2, "YAML", None),
        (b"data:\n  track: false\n", 2, "data.track", "did you mean data.tracked?"),
    ],
)
def test_a_mistake_is_told_with_line_key_and_the_near_name(text: bytes, line: int, key: str, hint: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings(text, ".exp.yaml")
    assert (caught.value.fields["line"], caught.value.fields["key"]) == (line, key)
    assert caught.value.hint == hint


def test_the_example_of_the_reference_is_valid() -> None:
    page = (pathlib.Path(__file__).parents[2] / "docs/reference/configuration.md").read_text()
    example = page.split("```yaml\n")[1].split("```")[0]
    settings = parse_settings(example.encode(), ".exp.yaml")
    assert settings.redaction.patterns == ("corp-[0-9a-f]{32}",)
    assert settings.cost_rates["NVIDIA A100*"] == 3.2
    assert settings.snapshot.exclude == ("scratch/",)
