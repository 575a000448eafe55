"""Writes ``fingerprints.json``, which is then never replaced: fingerprints of other clones are compared with ours."""

from __future__ import annotations

import json
import math
import pathlib
from typing import Any

from gitexp.model.fingerprint import fingerprint

FILE = pathlib.Path(__file__).parent / "fingerprints.json"

PLAIN: dict[str, Any] = {
    "tree": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "directory": ".",
    "command": ["python", "train.py", "--lr", "0.1"],
    "params": {"lr": 0.1, "depth": 4},
    "data": {"data/train.csv": "68cc9af49557ea9711dad503a6907437"},
    "python": "CPython 3.11.7",
    "packages": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "seed": 42,
    "continues": None,
}

CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "nothing but code": {
        "command": ["./train"],
        "params": {},
        "data": {},
        "python": None,
        "packages": None,
        "seed": None,
    },
    "tree of SHA-256": {"tree": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"},
    "resumed": {"continues": "k3v9x2mabc"},
    "forked": {"continues": "k3v9x2mabc@400"},
    "directory": {"directory": "services/fraud"},
    "seed 0": {"seed": 0},
    "negative seed": {"seed": -1},
    "integer": {"params": {"x": 1}},
    "whole float": {"params": {"x": 1.0}},
    "true": {"params": {"x": True}},
    "null": {"params": {"x": None}},
    "text of a number": {"params": {"x": "1"}},
    "floats": {"params": {"a": 1e-05, "b": 1e16, "c": 123456789012345.6, "d": 5e-324, "e": -0.0, "f": 0.0001}},
    "large integer": {"params": {"x": 2**70}},
    "not finite": {"params": {"a": math.nan, "b": math.inf, "c": -math.inf}},
    "nested": {"params": {"x": [1, [2.5, {"b": None, "a": [True, "x"]}], {"z": math.nan}]}},
    "empty list and mapping": {"params": {"a": [], "b": [{}]}},
    "order of keys": {"params": {"b": 1, "a": 2, "Z": 3, "é": 4, "\uffff": 5, "\U0001f600": 6}},
    "unicode": {"params": {"é": "日本語 😀"}, "command": ["python", "é.py"]},
    "controls and quotes": {"command": ["sh", "-c", "printf 'a\tb\n\"\\\\\x7f\u2028'"]},
    "not UTF-8": {
        "command": ["python", "caf\udce9.py"],
        "data": {'"caf\\351.csv"': "68cc9af49557ea9711dad503a6907437"},
    },
    "folder": {"data": {"images": "4c9cbe98818073744bd69c56995db405.dir", "a": "68cc9af49557ea9711dad503a6907437"}},
    "data without a hash": {"data": {"data/train.csv": None}},
}


def make_inputs(case: dict[str, Any]) -> dict[str, Any]:
    """All inputs of a case: those of the plain one, and what is other."""
    return {**PLAIN, **case}


def main() -> None:
    """Writes every case with its fingerprint. Python's JSON reads NaN and Infinity back, and tells 1 from 1.0."""
    vectors = [
        {"name": name, "inputs": make_inputs(case), "fingerprint": fingerprint(**make_inputs(case))}
        for name, case in CASES.items()
    ]
    FILE.write_text(json.dumps(vectors, indent=1) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
