"""Fingerprints, frozen: what equal inputs had once they have for ever."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gitexp.model.fingerprint import describe_origin, describe_python, fingerprint
from gitexp.model.ids import RunId
from gitexp.model.run import Environment, Lineage
from vectors.fingerprints import CASES, FILE, make_inputs

VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text("ascii"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_inputs_have_the_fingerprint_that_they_had(vector: dict[str, Any]) -> None:
    assert fingerprint(**vector["inputs"]) == vector["fingerprint"]


def test_every_case_is_frozen() -> None:
    assert {vector["name"]: repr(vector["inputs"]) for vector in VECTORS} == {
        name: repr(make_inputs(case)) for name, case in CASES.items()
    }


def test_inputs_that_differ_have_fingerprints_that_differ() -> None:
    known = [vector["fingerprint"] for vector in VECTORS]
    assert known.count(None) == 1
    assert len(set(known)) == len(VECTORS)


def test_the_order_of_params_and_of_data_says_nothing() -> None:
    plain = make_inputs({})
    turned = {key: dict(reversed(plain[key].items())) if isinstance(plain[key], dict) else plain[key] for key in plain}
    assert fingerprint(**turned) == fingerprint(**plain)
    assert fingerprint(**{**plain, "command": plain["command"][::-1]}) != fingerprint(**plain)


def test_the_text_that_is_hashed_is_that_of_the_specification() -> None:
    import hashlib

    case = next(one for one in VECTORS if one["name"] == "not finite")
    text = (
        '{"command":["python","train.py","--lr","0.1"],"continues":null,"data":'
        '{"data/train.csv":"68cc9af49557ea9711dad503a6907437"},"directory":".","packages":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","params":'
        '{"a":{"float":"NaN"},"b":{"float":"Infinity"},"c":{"float":"-Infinity"}},"python":"CPython 3.11.7","seed":42,'
        '"tree":"4b825dc642cb6eb9a060e54bf8d69288fbee4904"}'
    )
    assert case["fingerprint"] == "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


def test_a_python_is_named_with_its_implementation() -> None:
    assert describe_python(Environment()) is None
    assert describe_python(Environment(python="3.10.13", implementation="PyPy")) == "PyPy 3.10.13"


def test_a_run_is_told_from_one_that_went_on_from_elsewhere() -> None:
    origin = RunId("k3v9x2mabc")
    lineages = [
        Lineage(),
        Lineage(reproduces=origin),
        Lineage(resumes=origin),
        Lineage(forked_from=origin),
        Lineage(forked_from=origin, forked_at_step=400),
        Lineage(forked_from=origin, forked_at_step=0.5),
    ]
    assert [describe_origin(one) for one in lineages] == [
        None, None, "k3v9x2mabc", "k3v9x2mabc", "k3v9x2mabc@400", "k3v9x2mabc@0.5",
    ]  # fmt: skip
