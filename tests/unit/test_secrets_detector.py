"""The gate before detect-secrets: it never says no where a detector says yes, and does not load it in vain."""

from __future__ import annotations

import functools
import importlib
import re
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gitexp.capture.redaction import make_redactor
from gitexp.capture.secret_detector import find_tokens, may_hold_token
from gitexp.capture.secret_forms import FORMS, NARROWER
from gitexp.model.settings import RedactionRules

DETECTORS = sorted({form.detector for form in FORMS if form.detector is not None})
# The part of each detector's patterns that is used as it is; what NARROWER says is asked of the rest below.
WHOLE = [name for name in DETECTORS if name.partition(".")[2] not in NARROWER]
OTHERS_NOT_USED = {
    "BasicAuthDetector", "CloudantDetector", "IbmCloudIamDetector", "IbmCosHmacDetector", "IPPublicDetector",
    "KeywordDetector", "NpmDetector", "PrivateKeyDetector", "SoftlayerDetector", "TwilioKeyDetector",
    "Base64HighEntropyString", "HexHighEntropyString",
}  # fmt: skip


@functools.cache
def load(name: str) -> object:
    module, _, plugin = name.partition(".")
    return getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), plugin)()


def finds(name: str, text: str) -> bool:
    return any(load(name).analyze_string(text))  # type: ignore[attr-defined]


def patterns_of(names: list[str]) -> list[tuple[str, re.Pattern[str]]]:
    return [(name, pattern) for name in names for pattern in load(name).denylist]  # type: ignore[attr-defined]


def test_every_detector_is_either_used_or_left_out_on_purpose() -> None:
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class

    there = {plugin.__name__ for plugin in get_mapping_from_secret_type_to_class().values()}
    assert there == {name.partition(".")[2] for name in DETECTORS} | OTHERS_NOT_USED


@pytest.mark.parametrize(("name", "pattern"), patterns_of(WHOLE), ids=lambda part: getattr(part, "pattern", part)[:40])
def test_gate_says_yes_wherever_a_detector_does(name: str, pattern: re.Pattern[str]) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
    @given(
        st.from_regex(pattern), st.sampled_from(["", " ", "x", "=", '"', "\n"]), st.sampled_from(["", " ", '"', "\n"])
    )
    def check(token: str, before: str, behind: str) -> None:
        text = (before + token + behind).encode("utf-8", "replace")
        assume(finds(name, text.decode("latin-1")))
        assert may_hold_token(text)
        large = b"x " * 40_000 + text
        assert may_hold_token(large)

    check()


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("aws.AWSKeyDetector", "(AKIA|ASIA|ABIA)[A-Z2-7]{16}"),
        ("artifactory.ArtifactoryDetector", "AKCp[A-Za-z0-9]{69}"),
        ("discord.DiscordBotTokenDetector", r"[MNO][A-Za-z0-9]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}"),
        ("telegram_token.TelegramBotTokenDetector", r"[1-9][0-9]{7,9}:AA[A-Za-z0-9_-]{33}"),
        ("openai.OpenAIDetector", "sk-(proj-)?[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}"),
        ("jwt.JwtTokenDetector", r"eyJhbGciOiJIUzI1NiJ9\.eyJzdWIiOiJtZSJ9\.[A-Za-z0-9_-]{43}"),
    ],
)
def test_real_tokens_of_the_narrowed_detectors_pass(name: str, pattern: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.from_regex(pattern, fullmatch=True))
    def check(token: str) -> None:
        assume(len(set(token)) >= 12)
        last = re.split("[.:]", token)[-1]
        assume((re.search("[a-z]", last) and re.search("[0-9]", last)) or name.startswith(("aws", "openai", "jwt")))
        assume(re.search("[A-Z]", last))
        assert finds(name, token)
        assert [kind for _, _, kind in find_tokens(token.encode(), token.lower().encode())]

    check()


def test_all_of_a_token_goes_though_the_detector_sees_a_part() -> None:
    text = "sk-proj-" + "aB3_" * 20 + "a" * 20 + "T3BlbkFJ" + "Zz9" * 24
    assert make_redactor(RedactionRules()).redact_text(f"x {text} y") == ("x [redacted] y", 1)


def test_detector_is_loaded_for_one_of_its_forms_and_never_for_an_ordinary_command() -> None:
    code = """
import sys
from gitexp.capture.redaction import make_redactor
from gitexp.model.settings import RedactionRules
redactor = make_redactor(RedactionRules())
plain = ["python", "train.py", "--lr", "0.1", "--api-key", "abcdef", "--url=https://u:" + "pw@h/x",
         "--out=/mnt/data/2024-01-01/resnet50_imagenet1k_v2-epoch90/part-00001.parquet", "--commit", "0a" * 20]
assert "[redacted]" in redactor.redact_command(plain)[0]
redactor.redact_output(b"epoch=1 loss=0.5 tokens/s=100 saved checkpoints_resnet50_imagenet/epoch-1.pt\\n" * 2000)
assert not {"detect_secrets", "requests"} & set(sys.modules), "loaded in vain"
assert redactor.redact_command(["x", "gh" + "p_" + "aB3" * 12])[0] == ("x", "[redacted]")
assert "detect_secrets" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
