"""Model to bytes and back: YAML, commit messages, CSV, params files. Reads no file: bytes in, values out."""
