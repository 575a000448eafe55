"""Every case of the corpus: what must be hidden is, to the letter, and nothing else is."""

from __future__ import annotations

import base64
import json
import pathlib
import random
import re
import shlex
import string

import pytest

from gitexp.capture.redaction import make_redactor
from gitexp.capture.secret_findings import find_secrets
from gitexp.model.settings import RedactionRules

CORPUS = pathlib.Path(__file__).parent / "corpus"
ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "upper": string.ascii_uppercase + "234567",
    "lower": string.ascii_lowercase + string.digits,
    "hex": "0123456789abcdef",
    "digits": "123456789",
    "word": string.ascii_letters + string.digits + "_-",
    "b64": string.ascii_letters + string.digits + "+/",
    "dna": "ACGT",
}
FILL = re.compile(r"\{(alnum|upper|lower|hex|digits|word|b64|dna):(\d+)\}")


def read_cases(file: str) -> list[tuple[str, str, str]]:
    lines = (CORPUS / file).read_text(encoding="utf-8").splitlines()
    cases = [tuple(line.split("\t")) for line in lines if not line.startswith("#")]
    assert all(len(case) == 3 for case in cases), [case for case in cases if len(case) != 3]
    return cases


def fill(case: str) -> str:
    """The case with its placeholders filled: letters in both cases and a digit first, where the alphabet has them."""
    source = random.Random(case)

    def draw(match: re.Match[str]) -> str:
        alphabet, length = ALPHABETS[match[1]], int(match[2])
        first = [kind for kind in ("q", "R", "7") if kind in alphabet and match[1] not in {"dna", "digits"}][:length]
        return "".join(first) + "".join(source.choice(alphabet) for _ in range(length - len(first)))

    def encode(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    filled = FILL.sub(draw, case).replace("{url}", "://").replace("{private}", "PRIVATE")
    filled = filled.replace("{jwt}", f"{encode({'alg': 'HS256'})}.{encode({'sub': 'me', 'n': 1})}.{'aB3-_' * 8}")
    return filled.replace("{pem}", "\n".join("".join(source.choices(ALPHABETS["b64"], k=64)) for _ in range(4)))


def redact(where: str, text: str) -> object:
    redactor = make_redactor(RedactionRules())
    if where == "command":
        return list(redactor.redact_command(shlex.split(text))[0])
    if where == "value":
        key, _, value = text.partition("=")
        return redactor.redact_values({key: value}, "params")[0]
    if where == "json":
        return redactor.redact_values(json.loads(text), "params")[0]
    return redactor.redact_output(to_bytes(text))[0]


def shape(where: str, text: str) -> object:
    if where == "command":
        return shlex.split(text)
    if where == "value":
        key, _, value = text.partition("=")
        return {key: value}
    return json.loads(text) if where == "json" else to_bytes(text)


def to_bytes(text: str) -> bytes:
    text = text.replace("⏎", "\n")
    return re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes([int(match[1], 16)]), text.encode())


def case_id(case: tuple[str, str, str]) -> str:
    return f"{case[0]}: {case[2]}"


@pytest.mark.parametrize("case", read_cases("secrets.tsv"), ids=case_id)
def test_hides_exactly_the_secret(case: tuple[str, str, str]) -> None:
    where, text = case[0], fill(case[1])
    assert "«" in text
    given = text.replace("«", "").replace("»", "")
    expected = shape(where, re.sub("«.*?»", "[redacted]", text, flags=re.DOTALL))
    assert redact(where, given) == expected


@pytest.mark.parametrize("case", read_cases("no_secrets.tsv"), ids=case_id)
def test_leaves_alone_what_is_no_secret(case: tuple[str, str, str]) -> None:
    where, text = case[0], fill(case[1])
    assert redact(where, text) == shape(where, text)


@pytest.mark.parametrize("file", ["secrets.tsv", "no_secrets.tsv"])
def test_corpus_itself_trips_no_scanner(file: str) -> None:
    assert find_secrets(fill("«ghp_{alnum:36}»").encode()) != []
    assert find_secrets((CORPUS / file).read_text(encoding="utf-8").replace("«", "").encode()) == []


def test_corpus_is_large_enough_to_speak_of_precision() -> None:
    assert len(read_cases("secrets.tsv")) >= 60
    assert len(read_cases("no_secrets.tsv")) >= 120
