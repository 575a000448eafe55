"""Where the parts of a record lie in a run's tree."""

from __future__ import annotations

RECORD = b".exp/"
MANIFEST = RECORD + b"run.yaml"
OUTPUT = RECORD + b"output.log"
ENVIRONMENT = RECORD + b"environment/"
PACKAGES = ENVIRONMENT + b"packages.txt"
SYSTEM = RECORD + b"system.csv"
ANNOTATIONS = RECORD + b"annotations/"
