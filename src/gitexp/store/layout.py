"""Where the parts of a record lie in a run's tree."""

from __future__ import annotations

RECORD = b".exp/"
MANIFEST = RECORD + b"run.yaml"
OUTPUT = RECORD + b"output.log"
PACKAGES = RECORD + b"environment/packages.txt"
