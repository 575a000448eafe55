"""The redactor: places, what is remembered, the project's rules, and output byte for byte and in linear time."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitexp.capture.redaction import Redactor, make_redactor
from gitexp.capture.secret_names import HEADS, Secrecy, classify_name, is_secret_name
from gitexp.model.settings import RedactionRules

TOKEN = "hf" + "_" + "aB3" * 11 + "x"
PASSWORD = "correct-horse-7"
NAME_PARTS = ["api", "key", "db", "pass", "PW", "x", "Token", "auth", "1", "_", "-", "."]
TEXT_PARTS = ["api_key", "=", " ", "'", '"', "abc12345", ": ", "\n", TOKEN, "--token ", "é", "://u:p@h"]


def redactor(**rules: tuple[str, ...]) -> Redactor:
    return make_redactor(RedactionRules(**rules))


def test_places_name_each_argument_and_value_that_changed() -> None:
    one = redactor()
    values = {"lr": 0.1, "api_key": "abc", "nested": [1, {"token": TOKEN}, "x " + TOKEN], "n": None}
    assert one.redact_values(values, "params") == (
        {"lr": 0.1, "api_key": "[redacted]", "nested": [1, {"token": "[redacted]"}, "x [redacted]"], "n": None},
        ("params.api_key", "params.nested.1.token", "params.nested.2"),
    )
    assert one.redact_command(["python", "train.py", "--api-key", "abc", "--lr", "0.1", f"--x={TOKEN}"]) == (
        ("python", "train.py", "--api-key", "[redacted]", "--lr", "0.1", "--x=[redacted]"),
        ("command.3", "command.6"),
    )
    assert one.redact_text(f"with {TOKEN} and {TOKEN}") == ("with [redacted] and [redacted]", 2)


def test_what_was_secret_once_is_hidden_everywhere_after() -> None:
    one = redactor()
    assert one.redact_command(["train", PASSWORD, "--password", PASSWORD])[0] == (
        "train", "[redacted]", "--password", "[redacted]",
    )  # fmt: skip
    assert one.redact_output(b"connected with correct-horse-7!\n") == (b"connected with [redacted]!\n", 1)
    assert one.redact_values({"note": f"as {PASSWORD}"}, "tags")[0] == {"note": "as [redacted]"}
    assert one.redact_text(f"({PASSWORD})")[0] == "([redacted])"


def test_secret_is_known_again_as_urls_write_it() -> None:
    one = redactor()
    one.redact_values({"db_password": "p@ss w/rd9"}, "params")
    assert one.redact_output(b"GET /?q=p%40ss%20w%2Frd9&x=1")[0] == b"GET /?q=[redacted]&x=1"


def test_secrets_of_the_environment_are_hidden_in_output_and_other_variables_are_not() -> None:
    one = redactor()
    key = "0123456789abcdef" * 2 + "01234567"
    one.remember_variables(
        {"WANDB_API_KEY": key, "CI_COMMIT_SHA": key[::-1], "PWD": "/data/folder", "HOME": "/home/ada"}
    )
    assert one.redact_output(f"logged in {key}, at {key[::-1]} in /data/folder\n".encode()) == (
        f"logged in [redacted], at {key[::-1]} in /data/folder\n".encode(),
        1,
    )


@pytest.mark.parametrize("value", ["abc", "password", "trainer"])
def test_short_and_plain_words_are_hidden_where_they_stand_only(value: str) -> None:
    one = redactor()
    assert one.redact_command(["x", "--password", value, value])[0] == ("x", "--password", "[redacted]", value)


def test_number_is_known_again_only_as_a_whole() -> None:
    one = redactor()
    one.redact_values({"db_password": 12345678}, "params")
    assert one.redact_output(b"12345678 0.123456789 x12345678,")[0] == b"[redacted] 0.123456789 x[redacted],"


def test_names_that_hold_secrets_are_told_apart_by_what_stands_for_them() -> None:
    token = "ghp_" + "Zq7xY2kLm9Pw4Rt6Vb8Nc3Hd5Jf1Gs0Ae2Qu"
    other = "ghp_" + "Aq7xY2kLm9Pw4Rt6Vb8Nc3Hd5Jf1Gs0Ae2Qu"
    names = [token, "loss", "é", f"é/{token}", "[redacted]", other, "[redacted]-3", f"{token} end"]
    assert redactor().redact_names(names) == {
        token: "[redacted]-2",
        f"é/{token}": "é/[redacted]",
        other: "[redacted]-4",
        f"{token} end": "[redacted] end",
    }
    assert redactor().redact_names(["api_key", "loss", "token:loss", "[redacted]"]) == {}
    values, places = redactor().redact_values({token: 1, "a": [{other: {token: token}}]}, "params")
    assert values == {"[redacted]": 1, "a": [{"[redacted]": {"[redacted]": "[redacted]"}}]}
    assert places[0] == "params.[redacted]"
    assert not any(token in place or other in place for place in places)


def test_project_names_what_is_secret_and_what_is_not() -> None:
    one = redactor(names=("site_pin", "*-door*"), allow=("api_key", "hf-*"), patterns=(r"PRJ-\d{4}",))
    command = [
        "x",
        "--site-pin",
        "1234",
        "--front_door_code=blue",
        "--api-key",
        TOKEN,
        "--hf-token=abc",
        "PRJ-1234",
        "a",
    ]
    assert one.redact_command(command)[0] == (
        "x", "--site-pin", "[redacted]", "--front_door_code=[redacted]", "--api-key", TOKEN, "--hf-token=abc",
        "[redacted]", "a",
    )  # fmt: skip
    assert one.redact_values({"a.site_pin": 5678, "api_key": TOKEN}, "params")[0] == {
        "a.site_pin": "[redacted]",
        "api_key": TOKEN,
    }
    assert one.redact_output("é PRJ-9999 site_pin=4 api_key='abc'\n".encode())[0] == (
        "é [redacted] site_pin=[redacted] api_key='abc'\n".encode()
    )
    assert one.is_secret_name("SITE_PIN")
    assert not one.is_secret_name("API_KEY")


@pytest.mark.parametrize(
    "name", ["HF_TOKEN", "OPENAI_API_KEY", "MYSQL_PWD", "AWS_SECRET_ACCESS_KEY", "DB_PASS", "TOKEN"]
)
def test_names_of_secret_variables(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    ["PWD", "OLDPWD", "TOKENIZERS_PARALLELISM", "PAD_TOKEN", "MAX_TOKENS", "KEYBOARD", "SSH_AUTH_SOCK", "AUTHOR"],
)
def test_names_of_other_variables(name: str) -> None:
    assert not is_secret_name(name)


@given(st.lists(st.sampled_from(NAME_PARTS)).map("".join))
def test_every_telling_name_has_a_head_by_which_texts_are_searched(name: str) -> None:
    assert classify_name(name) is Secrecy.NO or any(head in name.lower() for head in HEADS)


@given(st.binary(max_size=300))
def test_output_without_secrets_is_the_same_object(data: bytes) -> None:
    shown, count = redactor().redact_output(data)
    assert (shown is data) == (count == 0)


@settings(max_examples=200)
@given(st.binary(max_size=60), st.binary(max_size=60), st.sampled_from([TOKEN, "AKIA" + "IOSF7DNN3QWERTYU"]))
def test_all_around_a_token_stays_byte_for_byte(before: bytes, behind: bytes, token: str) -> None:
    data = before + b"\n" + token.encode() + b"\n" + behind
    shown, count = redactor().redact_output(data)
    assert count >= 1
    assert token.encode() not in shown
    if count == 1:
        assert shown == before + b"\n[redacted]\n" + behind


@given(st.lists(st.sampled_from(TEXT_PARTS)))
def test_redacting_twice_changes_nothing_more(parts: list[str]) -> None:
    once = redactor().redact_text("".join(parts))[0]
    assert redactor().redact_text(once) == (once, 0)


@given(st.text(max_size=80))
def test_text_stays_text(text: str) -> None:
    shown, count = redactor().redact_text("password=" + text.replace("\ud800", ""))
    assert shown.encode("utf-8", "surrogatepass")
    assert count in {0, 1} or "[redacted]" in shown


ADVERSARIAL = [
    "eyJ", "eyJ.", "sk-", "sk-T3BlbkFJ", "://a:", "://a:@@@", "key", "key-", "token=", "token='", 'token=\\"', "a",
    "password: a,", "{BEGIN}", "{BEGIN}\n" + "A" * 64 + "\n", "xoxb-1-", "12345678:aB1", "M" * 24 + ".aaaaaa.",
    "gh" + "p_", "bearer ", "0" * 32 + "-us", "glpat-", "AKIA", "wandb login --a", "--token ", "password=aaaa,a", "=",
]  # fmt: skip


def test_long_lines_made_to_be_slow_cost_no_more_than_their_length() -> None:
    # 400 kB of each in one line: quadratic in any of them takes minutes (1 MB of the first: 285 s in detect-secrets).
    code = f"""
from gitexp.capture.redaction import make_redactor
from gitexp.model.settings import RedactionRules
for part in {ADVERSARIAL!r}:
    part = part.replace("{{BEGIN}}", "-----BEGIN " + "PRIVATE KEY-----")
    make_redactor(RedactionRules()).redact_output((part * (400_000 // len(part))).encode())
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
